//! Limits that are raised for a while, and the asking for one more.

use shared::api::limits::{LimitsPage, Raise, RaiseOrder, Raised};
use shared::counter::Limits;
use shared::id::{Book, CounterId};
use shared::money::Money;
use shared::staff::Verb;
use shared::time::Timestamp;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement, SubmitEvent};
use yew::prelude::*;

use crate::backend::Failure;
use crate::components::badge::BookMark;
use crate::components::dialog::Dialog;
use crate::components::notice::FailureNotice;
use crate::components::options::options;
use crate::format;
use crate::hooks::{use_backend, use_load, use_seat, use_tariff_texts, use_texts};
use crate::i18n::{TariffTexts, fill};
use crate::store::seat::Seat;

type Make = fn(i64) -> Option<Raised>;

/// Every limit, in the order of the list.
const ALL: [Make; 8] = [
    |to| Some(Raised::Sale(Money::from_minor(to))),
    |to| Some(Raised::Shift(Money::from_minor(to))),
    |to| Some(Raised::Day(Money::from_minor(to))),
    |to| Some(Raised::Till(Money::from_minor(to))),
    |to| Some(Raised::Credit(Money::from_minor(to))),
    |to| u32::try_from(to).ok().map(Raised::Reversals),
    |to| Some(Raised::ReversalAlone(Money::from_minor(to))),
    |to| Some(Raised::RefundAlone(Money::from_minor(to))),
];

pub(super) fn word(limit: Raised, texts: &TariffTexts) -> &'static str {
    let words = &texts.limits;
    match limit {
        Raised::Sale(_) => words.sale,
        Raised::Shift(_) => words.shift,
        Raised::Day(_) => words.day,
        Raised::Till(_) => words.till,
        Raised::Credit(_) => words.credit,
        Raised::Reversals(_) => words.reversals,
        Raised::ReversalAlone(_) => words.reversal_alone,
        Raised::RefundAlone(_) => words.refund_alone,
    }
}

/// Every limit that is in force at a counter, with its amount or count.
fn in_force(limits: &Limits, seat: &Seat, texts: &TariffTexts) -> String {
    let words = &texts.limits;
    let least = limits
        .least
        .map(|least| format!("{} {}", words.least, format::money(least, seat.currency())));
    let most = ALL.iter().filter_map(|make| {
        let limit = make(1)?.in_force(limits)?;
        Some(format!("{} {}", word(limit, texts), figure(limit, seat)))
    });
    let all: Vec<_> = least.into_iter().chain(most).collect();
    if all.is_empty() { words.unlimited.to_owned() } else { all.join(" · ") }
}

fn figure(limit: Raised, seat: &Seat) -> String {
    match limit {
        Raised::Reversals(to) => to.to_string(),
        Raised::Sale(to)
        | Raised::Shift(to)
        | Raised::Day(to)
        | Raised::Till(to)
        | Raised::Credit(to)
        | Raised::ReversalAlone(to)
        | Raised::RefundAlone(to) => format::money(to, seat.currency()),
    }
}

/// To how much, until when and where.
pub(super) fn detail(raise: &Raise, seat: &Seat, texts: &TariffTexts) -> String {
    let words = &texts.limits;
    let to = figure(raise.limit, seat);
    let place = raise.counter.map_or_else(
        || words.everywhere.to_owned(),
        |counter| fill(words.at_counter, &[&counter.to_string()]),
    );
    let until = fill(words.until, &[&to, &format::full(raise.until, &seat.zone)]);
    format!("{until} · {place}")
}

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) book: Book,
    pub(super) round: u32,
    pub(super) asked: Callback<()>,
}

#[component]
pub(super) fn LimitsCard(props: &Props) -> Html {
    let (seat, texts, backend) = (use_seat(), use_tariff_texts(), use_backend());
    let book = props.book;
    let open = use_state_eq(|| false);
    let done = use_state_eq(|| false);
    let page = use_load(book, props.round, move |book| {
        let backend = backend.clone();
        async move { backend.limits(book).await }
    });
    let show = |to: bool| {
        let open = open.clone();
        Callback::from(move |()| open.set(to))
    };
    let asked = {
        let (done, close, told) = (done.clone(), show(false), props.asked.clone());
        Callback::from(move |()| {
            done.set(true);
            close.emit(());
            told.emit(());
        })
    };
    let words = &texts.limits;
    let Some(page) = page.value else { return Html::default() };
    html! {
        <section class="card pad limits-card">
            <h2>{ words.title }{ " " }<BookMark {book} /></h2>
            <p class="soft">{ words.lead }</p>
            { for page.counters.iter().map(|own| html! {
                <p class="counter-limits"><b>{ fill(words.at_counter, &[&own.name]) }</b>{ " " }<span class="soft">{ in_force(&own.limits, &seat, texts) }</span></p>
            }) }
            if page.raises.is_empty() { <p class="quiet">{ words.none }</p> } else {
                <ul class="tariff-list">
                    { for page.raises.iter().map(|raise| html! {
                        <li class="tariff-row"><div class="tariff-name"><b>{ word(raise.limit, texts) }</b></div><span class="soft">{ detail(raise, &seat, texts) }</span></li>
                    }) }
                </ul>
            }
            if seat.may(Verb::SetLimits) {
                <p class="row-actions"><button type="button" class="button raise-limit" onclick={show(true).reform(|_: MouseEvent| ())}>{ words.open }</button>
                    if *done { <span role="status">{ words.asked }</span> }</p>
            }
            if *open { <Ask page={LimitsPage::clone(&page)} {book} on_close={show(false)} {asked} /> }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct AskProps {
    page: LimitsPage,
    book: Book,
    on_close: Callback<()>,
    asked: Callback<()>,
}

#[component]
fn Ask(props: &AskProps) -> Html {
    let (seat, texts, common, backend) =
        (use_seat(), use_tariff_texts(), use_texts(), use_backend());
    let busy = use_state_eq(|| false);
    let bad = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let (limit, place, to, until, reason) =
        (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    let submit = {
        let fields = [&limit, &place, &to, &until, &reason].map(Clone::clone);
        let (busy, bad, failure) = (busy.clone(), bad.clone(), failure.clone());
        let (seat, asked, book) = (seat.clone(), props.asked.clone(), props.book);
        let counters: Vec<CounterId> = props.page.counters.iter().map(|own| own.counter).collect();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let [limit, place, to, until, reason] = &fields;
            let text = |field: &NodeRef| {
                let field = field.cast::<HtmlInputElement>().map(|field| field.value());
                field.unwrap_or_default().trim().to_owned()
            };
            let chosen = |field: &NodeRef| {
                let index = field.cast::<HtmlSelectElement>().map(|field| field.selected_index());
                index.and_then(|index| usize::try_from(index).ok()).unwrap_or_default()
            };
            let make = ALL.get(chosen(limit)).copied();
            let figure = |make: Make| {
                // A count has no decimals; which one it is the list knows.
                let counts = make(1) == Some(Raised::Reversals(1));
                let money = || Money::parse(&text(to), seat.currency()).ok().map(Money::minor);
                make(if counts { text(to).parse().ok() } else { money() }?)
            };
            let end: Option<Timestamp> = text(until).parse().ok().map(|when| seat.zone.at(when));
            let reason = text(reason);
            let order = make.and_then(figure).zip(end).filter(|_| !reason.is_empty());
            let Some((limit, until)) = order else {
                bad.set(true);
                return;
            };
            // The first choice is everywhere.
            let counter = chosen(place).checked_sub(1).and_then(|at| counters.get(at)).copied();
            let order = RaiseOrder { book, counter, limit, until, reason };
            let (backend, busy, failure) = (backend.clone(), busy.clone(), failure.clone());
            let asked = asked.clone();
            busy.set(true);
            spawn_local(async move {
                match backend.ask_raise(&order).await {
                    Ok(_approval) => asked.emit(()),
                    Err(refused) => failure.set(Some(refused)),
                }
                busy.set(false);
            });
        })
    };
    let words = &texts.limits;
    let names = ALL.iter().filter_map(|make| make(1)).map(|one| word(one, texts));
    let everywhere = std::iter::once(words.everywhere.to_owned());
    let places = everywhere.chain(props.page.counters.iter().map(|own| own.name.clone()));
    let tomorrow = props.page.now + shared::time::Span::from_days(1);
    let usual = seat.zone.civil(tomorrow).strftime("%Y-%m-%dT%H:%M").to_string();
    html! {
        <Dialog label={words.open} class="modal" on_close={props.on_close.clone()}>
            <form class="reason-form" onsubmit={submit}>
                <h2>{ words.open }</h2>
                <p class="soft">{ words.lead }</p>
                <label class="field"><span>{ words.limit }</span><select ref={limit} name="limit">{ options(names.map(|word| (word, word))) }</select></label>
                <label class="field"><span>{ words.where_ }</span><select ref={place} name="where">{ options(places.map(|place| (place.clone(), place))) }</select></label>
                <label class="field"><span>{ words.to }</span><input ref={to} name="to" type="text" inputmode="decimal" autocomplete="off" required=true /></label>
                <label class="field"><span>{ words.end }</span><input ref={until} name="until" type="datetime-local" value={usual} required=true /></label>
                <label class="field"><span>{ common.common.reason }</span><input ref={reason} name="reason" type="text" maxlength="200" required=true /></label>
                if *bad { <p class="field-error" role="alert">{ words.bad }</p> }
                if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                <div class="dialog-actions">
                    <button type="button" class="button" onclick={props.on_close.reform(|_: MouseEvent| ())}>{ common.common.cancel }</button>
                    <button class="button primary" disabled={*busy}>{ words.ask }</button>
                </div>
            </form>
        </Dialog>
    }
}
