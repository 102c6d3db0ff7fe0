//! Tariffs: what is published, what waits for a second person, drafts, and where to begin anew.

mod approvals;
mod held_cuts;
mod limits;
mod changes;
mod charges;
mod editor;
mod periods;
mod request;
mod rows;
mod view;
mod whatif;

use shared::api::tariff::{Draft, TariffRow, Template};
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_backend, use_load, use_seat, use_tariff_texts};
use crate::i18n::fill;
use crate::route::Route;

pub use editor::TariffEditor;
pub use view::TariffView;

use approvals::Approvals;
pub use approvals::ApprovalsPage;

#[component]
pub fn Tariffs() -> Html {
    let (seat, texts, backend) = (use_seat(), use_tariff_texts(), use_backend());
    let round = use_state_eq(|| 0_u32);
    let rows = use_load((), *round, {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.tariffs().await }
        }
    });
    let again = {
        let round = round.clone();
        Callback::from(move |()| round.set(*round + 1))
    };
    html! {
        <div class="page tariffs-page">
            <header class="page-head"><h1>{ texts.tariffs.title }</h1><p class="quiet">{ texts.tariffs.lead }</p></header>
            if seat.may(Verb::LookAtRequests) { <Approvals round={*round} tariffs=true decided={again.clone()} /> }
            <section class="card">
                <div class="card-head"><h2>{ texts.tariffs.published }</h2></div>
                if let Some(failure) = rows.failure.clone() { <div class="tab-body"><FailureNotice {failure} retry={again.clone()} /></div> }
                if let Some(rows) = &rows.value {
                    if rows.is_empty() { <Empty icon={Icon::Tariff} title={texts.tariffs.none} /> }
                    <ul class="tariff-list">{ for rows.iter().map(|row| html! { <Row key={row.id.0.clone()} row={row.clone()} /> }) }</ul>
                } else if rows.failure.is_none() { <Waiting /> }
            </section>
            if seat.may(Verb::DraftTariff) {
                <Drafts round={*round} changed={again} />
                <Templates />
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct RowProps {
    row: TariffRow,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let (seat, texts) = (use_seat(), use_tariff_texts());
    let row = &props.row;
    let date = |at| seat.zone.date(at).to_string();
    let id = row.id.0.clone();
    html! {
        <li class="tariff-row">
            <div class="tariff-name">
                <Link<Route> to={Route::Tariff { id: id.clone() }}><b>{ &row.name }</b></Link<Route>>
                <span class="quiet mono">{ &row.id.0 }</span>
            </div>
            <span class="soft">
                { match (row.version, row.since) {
                    (Some(version), Some(since)) => format!("{} · {}", fill(texts.tariffs.version, &[&version.to_string()]), fill(texts.tariffs.since, &[&date(since)])),
                    (_, _) => texts.tariffs.not_yet.to_owned(),
                } }
                if let Some(next) = row.next { <><br /><span class="ink-armed">{ fill(texts.tariffs.next, &[&date(next)]) }</span></> }
            </span>
            <span class="num">{ fill(texts.tariffs.accounts, &[&format::count(u64::from(row.accounts))]) }</span>
            if seat.may(Verb::DraftTariff) {
                <Link<Route> to={Route::TariffEditor { begin: "next".to_owned(), id }} classes="button">{ texts.tariffs.next_version }</Link<Route>>
            }
        </li>
    }
}

#[derive(PartialEq, Properties)]
struct DraftsProps {
    round: u32,
    changed: Callback<()>,
}

#[component]
fn Drafts(props: &DraftsProps) -> Html {
    let (seat, texts, backend) = (use_seat(), use_tariff_texts(), use_backend());
    let drafts = use_load((), props.round, {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.drafts().await }
        }
    });
    let Some(list) = drafts.value.filter(|list| !list.is_empty()) else { return Html::default() };
    let remove = |draft: u64| {
        let (backend, changed) = (backend.clone(), props.changed.clone());
        Callback::from(move |_: MouseEvent| {
            let (backend, changed) = (backend.clone(), changed.clone());
            spawn_local(async move {
                // Where it was gone already the list shows it too.
                drop(backend.remove_draft(draft).await);
                changed.emit(());
            });
        })
    };
    let line = |draft: &Draft| {
        let made = format::full(draft.at, &seat.zone);
        let route = Route::TariffEditor { begin: "draft".to_owned(), id: draft.id.to_string() };
        html! {
            <li class="tariff-row" key={draft.id}>
                <div class="tariff-name"><b>{ &draft.name }</b><span class="quiet mono">{ &draft.tariff.0 }</span></div>
                <span class="soft">{ fill(texts.tariffs.draft_by, &[&draft.by, &made]) }</span>
                <Link<Route> to={route} classes="button">{ texts.tariffs.continue_draft }</Link<Route>>
                <button class="button" onclick={remove(draft.id)}>{ texts.tariffs.remove }</button>
            </li>
        }
    };
    html! {
        <section class="card">
            <div class="card-head"><h2>{ texts.tariffs.drafts }</h2></div>
            <ul class="tariff-list">{ for list.iter().map(line) }</ul>
        </section>
    }
}

#[component]
fn Templates() -> Html {
    let (texts, backend) = (use_tariff_texts(), use_backend());
    let templates = use_load((), (), move |()| {
        let backend = backend.clone();
        async move { backend.templates().await }
    });
    let card = |template: &Template| {
        let route = Route::TariffEditor { begin: "template".to_owned(), id: template.id.0.clone() };
        html! {
            <li key={template.id.0.clone()}>
                <Link<Route> to={route} classes="template">
                    <b>{ &template.name }</b>
                    <span class="quiet mono">{ &template.id.0 }</span>
                    <span class="quiet template-note">{ &template.note }</span>
                </Link<Route>>
            </li>
        }
    };
    html! {
        <section class="card">
            <div class="card-head"><Glyph icon={Icon::Tariff} /><h2>{ texts.tariffs.new_from }</h2><p class="quiet">{ texts.tariffs.new_lead }</p></div>
            if let Some(failure) = templates.failure { <div class="tab-body"><FailureNotice {failure} /></div> }
            if let Some(list) = templates.value { <ul class="templates">{ for list.iter().map(card) }</ul> }
        </section>
    }
}
