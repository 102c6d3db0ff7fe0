//! One published tariff, to look at: its day, its versions with what they changed, its file.

use shared::api::tariff::{Form, TariffPage};
use shared::id::TariffId;
use shared::staff::Verb;
use yew::prelude::*;
use yew_router::prelude::*;

use super::changes::{Changes, kind_of_day};
use crate::components::day_bar::DayBar;
use crate::components::notice::{FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_backend, use_lang, use_load, use_seat, use_tariff_texts};
use crate::i18n::{self, fill};
use crate::route::Route;

#[derive(PartialEq, Properties)]
pub struct TariffViewProps {
    pub id: String,
}

#[component]
pub fn TariffView(props: &TariffViewProps) -> Html {
    let (seat, texts, backend) = (use_seat(), use_tariff_texts(), use_backend());
    let page = use_load(props.id.clone(), (), move |id: String| {
        let backend = backend.clone();
        async move { backend.tariff(&TariffId(id)).await }
    });
    let Some(page) = page.value else {
        return match page.failure {
            Some(failure) => html! { <div class="page"><FailureNotice {failure} /></div> },
            None => html! { <div class="page"><Waiting /></div> },
        };
    };
    let TariffPage { row, text, form, versions, accounts: _ } = &*page;
    html! {
        <div class="page tariffs-page">
            <header class="page-head">
                <h1>{ &row.name }</h1>
                <span class="quiet mono">{ &row.id.0 }</span>
                <span class="soft">{ fill(texts.tariffs.accounts, &[&format::count(u64::from(row.accounts))]) }{ " · " }{ row.currency.code() }{ " · " }{ &row.zone }</span>
                <span class="spring" />
                if seat.may(Verb::DraftTariff) {
                    <Link<Route> to={Route::TariffEditor { begin: "next".to_owned(), id: row.id.0.clone() }} classes="button primary">{ texts.tariffs.next_version }</Link<Route>>
                }
            </header>
            if let Some(form) = &form.form { <section class="card pad"><FormView form={form.clone()} /></section> }
            if !form.unshown.is_empty() { <p class="notice warn">{ fill(texts.tariffs.only_text, &[&form.unshown.join(", ")]) }</p> }
            <section class="card pad">
                <h2>{ texts.tariffs.versions }</h2>
                { for versions.iter().rev().map(|version| html! {
                    <div class="version-block" key={version.number}>
                        <h3>{ fill(texts.tariffs.version, &[&version.number.to_string()]) }{ " · " }{ fill(texts.tariffs.since, &[&seat.zone.date(version.from).to_string()]) }</h3>
                        if let Some(source) = &version.source { <p class="quiet">{ source }</p> }
                        if let Some(note) = &version.note { <p class="quiet">{ note }</p> }
                        if version.number > 1 { <Changes changes={version.changes.clone()} /> }
                    </div>
                }) }
            </section>
            <details class="card pad"><summary>{ texts.tariffs.file }</summary><pre class="tariff-text" tabindex="0">{ text }</pre></details>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct FormViewProps {
    form: Form,
}

/// Bars and prices, not to be changed.
#[component]
fn FormView(props: &FormViewProps) -> Html {
    let (lang, texts) = (use_lang(), use_tariff_texts());
    let form = &props.form;
    let ranks = form.ranks();
    html! {
        <>
            <h2>{ texts.tariffs.day }</h2>
            { for form.rows.iter().map(|row| {
                let label = kind_of_day(lang, &row.season, &row.days);
                html! { <div class="day-row"><h3>{ &label }</h3><DayBar {label} halves={row.halves.clone()} periods={form.periods.clone()} ranks={ranks.clone()} /></div> }
            }) }
            <div class="table-scroll" tabindex="0"><table class="price-table">
                <thead><tr>
                    <th scope="col">{ texts.explain.period }</th>
                    { for (0..form.steps()).map(|step| html! { <th scope="col" class="num">{ fill(texts.tariffs.step, &[&(step + 1).to_string()]) }</th> }) }
                </tr></thead>
                <tbody>{ for form.periods.iter().zip(&form.prices).map(|(period, prices)| html! {
                    <tr><td>{ i18n::period(lang, period) }</td>{ for prices.iter().map(|price| html! { <td class="num">{ price }<span class="unit">{ texts.tariffs.per_kwh }</span></td> }) }</tr>
                }) }</tbody>
            </table></div>
            if let Some(ladder) = &form.ladder { <p class="soft">{ texts.tariffs.ladder }{ ": " }{ ladder.limits.join(" · ") }{ " kWh" }</p> }
        </>
    }
}
