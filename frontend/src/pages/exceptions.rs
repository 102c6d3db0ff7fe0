//! The work list: everything that needs a note to close, one by one or many at once.

use std::collections::BTreeSet;

use shared::api::exception::{ExceptionKind, ExceptionRow, ExceptionsClosed};
use shared::id::{Book, MeterId};
use shared::site::HoldResolution;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backend::Failure;
use crate::components::badge::BookMark;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{
    use_account_texts, use_backend, use_fleet, use_lang, use_leave, use_load, use_seat, use_texts,
};
use crate::i18n::{self, Lang, fill};
use crate::route::Route;

type Picked = BTreeSet<(Book, MeterId, ExceptionKind)>;

#[component]
pub fn Exceptions() -> Html {
    let (seat, fleet, texts, words) = (use_seat(), use_fleet(), use_texts(), use_account_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let again = use_state_eq(|| 0_u32);
    let picked = use_state_eq(Picked::new);
    let asking = use_state_eq(|| None::<Option<HoldResolution>>);
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let count: u32 = fleet.figures.iter().map(|figures| figures.exceptions).sum();
    let loaded = use_load((), (count, *again), {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.exceptions().await }
        }
    });
    let words = &words.exceptions;
    let Some(rows) = loaded.value.clone() else {
        return html! { <div class="page">if let Some(failure) = loaded.failure { <FailureNotice {failure} /> } else { <Waiting /> }</div> };
    };
    // What was closed meanwhile is picked no more.
    let chosen: Picked = rows.iter().map(key).filter(|key| picked.contains(key)).collect();
    let held = chosen.iter().any(|(_, _, kind)| *kind == ExceptionKind::Held);
    let pick = |key: (Book, MeterId, ExceptionKind)| {
        let (picked, chosen) = (picked.clone(), chosen.clone());
        move |_: Event| {
            let mut next = chosen.clone();
            if !next.remove(&key) {
                next.insert(key);
            }
            picked.set(next);
        }
    };
    let all = {
        let (picked, every): (_, Picked) = (picked.clone(), rows.iter().map(key).collect());
        let every = if chosen.len() == every.len() { Picked::new() } else { every };
        move |_: Event| picked.set(every.clone())
    };
    let ask = |resolution: Option<HoldResolution>, word: &'static str| {
        let asking = asking.clone();
        html! { <button type="button" class="button" disabled={chosen.is_empty()} onclick={move |_| asking.set(Some(resolution))}>{ word }</button> }
    };
    let close = {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |()| {
            asking.set(None);
            failure.set(None);
        })
    };
    let give = {
        let (chosen, resolution) = (chosen.clone(), (*asking).flatten());
        let (busy, failure, again) = (busy.clone(), failure.clone(), again.clone());
        let (backend, close) = (backend.clone(), close.clone());
        Callback::from(move |note: String| {
            let orders = orders(&chosen, resolution, &note);
            let (busy, failure, again) = (busy.clone(), failure.clone(), again.clone());
            let (backend, close, leave) = (backend.clone(), close.clone(), leave.clone());
            busy.set(true);
            spawn_local(async move {
                for order in &orders {
                    if let Err(refused) = backend.close_exceptions(order).await {
                        if refused.is_signed_out() {
                            leave.emit(());
                        }
                        busy.set(false);
                        failure.set(Some(refused));
                        return;
                    }
                }
                busy.set(false);
                again.set(*again + 1);
                close.emit(());
            });
        })
    };
    html! {
        <div class="page alarms-page">
            <header class="page-head">
                <h1>{ words.title }</h1><p class="quiet">{ words.lead }</p><span class="spring" />
                if seat.may_judge() && !rows.is_empty() {
                    <label class="check"><input type="checkbox" checked={chosen.len() == rows.len()} onchange={all} />{ fill(words.picked, &[&chosen.len().to_string(), &rows.len().to_string()]) }</label>
                    if held {
                        { ask(Some(HoldResolution::BillDifference), texts.meter.bill_difference) }
                        { ask(Some(HoldResolution::NewStart), texts.meter.new_start) }
                    } else {
                        { ask(None, words.close) }
                    }
                }
            </header>
            <super::payments::OpenPayments />
            if rows.is_empty() { <section class="card"><Empty icon={Icon::Check} title={words.none} hint={words.none_hint} /></section> }
            <ul class="alarm-list">{ for rows.iter().map(|row| html! {
                <Line key={format!("{:?}", key(row))} row={row.clone()} picked={chosen.contains(&key(row))} on_pick={Callback::from(pick(key(row)))} />
            }) }</ul>
            if let Some(resolution) = *asking {
                <ReasonDialog title={fill(words.close_title, &[&chosen.len().to_string()])} lead={lead(words.close_lead, resolution, &texts.meter)} hint={words.close_hint}
                    action={words.close} busy={*busy} failure={(*failure).clone()} on_close={close} on_reason={give} />
            }
        </div>
    }
}

fn lead(
    plain: &'static str,
    resolution: Option<HoldResolution>,
    meter: &i18n::MeterTexts,
) -> &'static str {
    match resolution {
        None => plain,
        Some(HoldResolution::BillDifference) => meter.bill_lead,
        Some(HoldResolution::NewStart) => meter.new_start_lead,
    }
}

fn key(row: &ExceptionRow) -> (Book, MeterId, ExceptionKind) {
    (row.book, row.meter, row.kind)
}

/// One order a book: the books are never in one transaction.
fn orders(
    chosen: &Picked,
    resolution: Option<HoldResolution>,
    note: &str,
) -> Vec<ExceptionsClosed> {
    let of = |book: Book| {
        let own = chosen.iter().filter(|(own, _, _)| *own == book);
        let exceptions: Vec<_> = own.map(|(_, meter, kind)| (*meter, *kind)).collect();
        let note = note.to_owned();
        (!exceptions.is_empty()).then_some(ExceptionsClosed { book, exceptions, resolution, note })
    };
    [Book::Live, Book::Simulated].into_iter().filter_map(of).collect()
}

#[derive(PartialEq, Properties)]
struct LineProps {
    row: ExceptionRow,
    picked: bool,
    on_pick: Callback<Event>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let (seat, fleet, lang) = (use_seat(), use_fleet(), use_lang());
    let (row, now) = (&props.row, fleet.now_of(props.row.book));
    let name = format!("{} {}", row.name, kind(lang, row.kind));
    html! {
        <li class={classes!("card", "alarm", (row.book == Book::Simulated).then_some("simulated"))}>
            if seat.may_judge() { <input type="checkbox" aria-label={name} checked={props.picked} onchange={props.on_pick.clone()} /> }
            <span class="alarm-icon ink held"><Glyph icon={Icon::Warning} size=22 /></span>
            <div class="alarm-what">
                <p><b>{ kind(lang, row.kind) }</b>{ " " }<BookMark book={row.book} /></p>
                <p class="soft"><Link<Route> to={Route::meter(row.meter)}>{ &row.name }</Link<Route>>
                    { " · " }<time>{ format::moment(row.since, now, &seat.zone) }</time>{ " · " }{ format::ago(row.since, now, lang) }</p>
                <p class="quiet small">{ detail(lang, row) }</p>
            </div>
        </li>
    }
}

fn kind(lang: Lang, kind: ExceptionKind) -> &'static str {
    let words = &lang.account_texts().exceptions;
    match kind {
        ExceptionKind::Held => words.held,
        ExceptionKind::Missing => words.missing,
        ExceptionKind::Undelivered => words.undelivered,
    }
}

fn detail(lang: Lang, row: &ExceptionRow) -> String {
    let words = &lang.account_texts().exceptions;
    let last = row.last.map_or_else(|| "—".to_owned(), format::register);
    match (row.kind, row.held) {
        (ExceptionKind::Held, Some((register, why))) => {
            let figures = [format::register(register), last];
            let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
            format!("{} · {}", i18n::alarm(lang, why), fill(words.held_detail, &figures))
        }
        (ExceptionKind::Held | ExceptionKind::Missing, _) => fill(words.missing_detail, &[&last]),
        (ExceptionKind::Undelivered, _) => words.undelivered_detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_order_goes_out_for_each_book() {
        let chosen: Picked = [
            (Book::Live, MeterId(1), ExceptionKind::Held),
            (Book::Simulated, MeterId(2), ExceptionKind::Missing),
            (Book::Live, MeterId(3), ExceptionKind::Missing),
        ]
        .into();
        let orders = orders(&chosen, Some(HoldResolution::NewStart), "seen");
        let told: Vec<_> = orders.iter().map(|one| (one.book, one.exceptions.len())).collect();
        assert_eq!(told, [(Book::Live, 2), (Book::Simulated, 1)]);
    }
}
