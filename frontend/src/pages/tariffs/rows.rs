//! The hero: one painted bar for each kind of day, and the brushes.

use shared::api::tariff::Form;
use yew::prelude::*;

use super::changes::kind_of_day;
use crate::components::day_bar::{DayBar, Stroke};
use crate::hooks::{use_lang, use_tariff_texts};
use crate::i18n::{self, fill};
use crate::store::tariff::Edit;

#[derive(PartialEq, Properties)]
pub struct RowsProps {
    pub form: Form,
    pub brush: u8,
    pub on_edit: Callback<Edit>,
}

const KEYS: &str = "day-keys";

#[component]
pub fn Rows(props: &RowsProps) -> Html {
    let (lang, texts) = (use_lang(), use_tariff_texts());
    let form = &props.form;
    let ranks = form.ranks();
    let several = form.rows.len() > 1;
    html! {
        <section class="card pad day-card">
            <div class="brushes" role="group" aria-label={texts.tariffs.day}>
                <h2>{ texts.tariffs.day }</h2>
                { for form.periods.iter().zip(0_u8..).map(|(period, place)| {
                    let name = i18n::period(lang, period);
                    let choose = props.on_edit.reform(move |_: MouseEvent| Edit::Brush(place));
                    html! {
                        <button type="button" class="chip brush" aria-pressed={(props.brush == place).to_string()} onclick={choose} title={fill(texts.tariffs.brush, &[&name])}>
                            <kbd>{ place + 1 }</kbd>{ name }
                        </button>
                    }
                }) }
            </div>
            { for form.rows.iter().enumerate().map(|(place, row)| {
                let label = kind_of_day(lang, &row.season, &row.days);
                let paint = props.on_edit.reform(move |Stroke { from, to, period }: Stroke| Edit::Paint { row: place, from, to, period });
                let copy = props.on_edit.reform(move |_: MouseEvent| Edit::CopyRow { from: place });
                html! {
                    <div class="day-row" key={label.clone()}>
                        <div class="day-row-head"><h3>{ &label }</h3>
                            if several { <button type="button" class="link" onclick={copy}>{ texts.tariffs.copy_row }</button> }
                        </div>
                        <DayBar label={fill(texts.tariffs.bar, &[&label])} halves={row.halves.clone()} periods={form.periods.clone()} ranks={ranks.clone()}
                            brush={props.brush} on_paint={paint} keys_id={KEYS} />
                    </div>
                }
            }) }
            <p class="quiet" id={KEYS}>{ texts.tariffs.day_keys }</p>
        </section>
    }
}
