//! Prices by period and step, and the ladder that makes the steps.

use shared::api::tariff::Form;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::ladder::Ladder;
use crate::hooks::use_tariff_texts;
use crate::i18n::fill;
use crate::store::tariff::Edit;

#[derive(PartialEq, Properties)]
pub struct PeriodsProps {
    pub form: Form,
    pub on_edit: Callback<Edit>,
}

fn typed(event: &InputEvent) -> String {
    event.target_unchecked_into::<HtmlInputElement>().value()
}

#[component]
pub fn Periods(props: &PeriodsProps) -> Html {
    let texts = use_tariff_texts();
    let (form, edit) = (&props.form, &props.on_edit);
    let name = use_state_eq(String::new);
    let type_name = {
        let name = name.clone();
        Callback::from(move |event: InputEvent| name.set(typed(&event)))
    };
    let add = {
        let (name, edit) = (name.clone(), edit.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !name.trim().is_empty() {
                edit.emit(Edit::AddPeriod(name.trim().to_owned()));
                name.set(String::new());
            }
        })
    };
    let row = |place: usize, period: &String| {
        let rename =
            edit.reform(move |event: InputEvent| Edit::RenamePeriod { place, name: typed(&event) });
        let remove = edit.reform(move |_: MouseEvent| Edit::RemovePeriod(place));
        let prices = form.prices.get(place).cloned().unwrap_or_default();
        html! {
            <tr key={place}>
                <td><input class="period-name" value={period.clone()} oninput={rename} aria-label={fill(texts.tariffs.period_name, &[&(place + 1).to_string()])} /></td>
                { for prices.iter().enumerate().map(|(step, price)| {
                    let change = edit.reform(move |event: InputEvent| Edit::Price { period: place, step, value: typed(&event) });
                    let label = fill(texts.tariffs.price_of, &[period, &(step + 1).to_string()]);
                    html! { <td class="num"><input class="num price" inputmode="decimal" value={price.clone()} oninput={change} aria-label={label} /></td> }
                }) }
                <td><button type="button" class="icon-button" onclick={remove} disabled={form.periods.len() < 2} aria-label={fill(texts.tariffs.remove_period, &[period])}><Glyph icon={Icon::Close} size=16 /></button></td>
            </tr>
        }
    };
    html! {
        <section class="card pad">
            <h2>{ texts.tariffs.periods }</h2>
            <div class="table-scroll" tabindex="0"><table class="price-table">
                <thead><tr>
                    <th scope="col">{ texts.explain.period }</th>
                    { for (0..form.steps()).map(|step| html! { <th scope="col" class="num">{ fill(texts.tariffs.step, &[&(step + 1).to_string()]) }<span class="unit">{ texts.tariffs.per_kwh }</span></th> }) }
                    <td />
                </tr></thead>
                <tbody>{ for form.periods.iter().enumerate().map(|(place, period)| row(place, period)) }</tbody>
            </table></div>
            <form class="add-period" onsubmit={add}>
                <input value={(*name).clone()} oninput={type_name} placeholder={texts.tariffs.new_period} aria-label={texts.tariffs.new_period} />
                <button class="button">{ texts.tariffs.add_period }</button>
            </form>
            <Steps form={form.clone()} on_edit={edit.clone()} />
        </section>
    }
}

#[component]
fn Steps(props: &PeriodsProps) -> Html {
    let texts = use_tariff_texts();
    let (form, edit) = (&props.form, &props.on_edit);
    let limit = edit.reform(|(step, value): (usize, String)| Edit::Limit { step, value });
    let reset = edit.reform(|event: Event| {
        Edit::Reset(event.target_unchecked_into::<HtmlSelectElement>().value())
    });
    let resets = [
        ("day", texts.tariffs.reset_day),
        ("month", texts.tariffs.reset_month),
        ("billing-month", texts.tariffs.reset_billing),
        ("year", texts.tariffs.reset_year),
    ];
    html! {
        <div class="steps">
            <h3>{ texts.tariffs.ladder }</h3>
            if let Some(ladder) = &form.ladder {
                <label class="inline-field"><span>{ texts.tariffs.reset }</span>
                    <select onchange={reset}>{ for resets.iter().map(|(word, name)| html! { <option value={*word} selected={ladder.reset == *word}>{ *name }</option> }) }</select>
                </label>
                <Ladder limits={ladder.limits.clone()} on_limit={limit} />
            } else {
                <p class="quiet">{ texts.tariffs.no_ladder }</p>
            }
            <div class="row-actions">
                <button type="button" class="button" onclick={edit.reform(|_: MouseEvent| Edit::AddStep)}>{ texts.tariffs.add_step }</button>
                if form.ladder.is_some() { <button type="button" class="button" onclick={edit.reform(|_: MouseEvent| Edit::RemoveStep)}>{ texts.tariffs.remove_step }</button> }
            </div>
        </div>
    }
}
