//! Shifts: opened with a float, counted blind, countersigned; each with its X or Z report.

mod cash;
mod report;

use shared::api::shift::{Amounts, Counter, ShiftClosing, ShiftOpening, ShiftReport};
use shared::id::{Book, CounterId, ShiftNo};
use shared::money::Money;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backend::Failure;
use crate::components::notice::{FailureNotice, Waiting};
use crate::components::options::options;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_load, use_seat};
use crate::i18n;
use crate::route::{Route, book_named, book_word};
use cash::MoveCash;
use report::Report;

type Told = Callback<Result<ShiftReport, Failure>>;

#[component]
pub fn Shift() -> Html {
    let (seat, lang, backend) = (use_seat(), use_lang(), use_backend());
    let words = &lang.shift_texts().shift;
    let book = use_state_eq(|| seat.first_book());
    let round = use_state_eq(|| 0_u32);
    let failure = use_state_eq(|| None::<Failure>);
    let shown = use_state_eq(|| None::<ShiftNo>);
    let loaded = use_load((), (*book, *round), {
        let (backend, book) = (backend.clone(), *book);
        move |()| {
            let backend = backend.clone();
            async move { backend.shifts(book).await }
        }
    });
    let told: Told = {
        let (round, failure, shown) = (round.clone(), failure.clone(), shown.clone());
        Callback::from(move |answer: Result<ShiftReport, Failure>| {
            match answer {
                Ok(report) => {
                    failure.set(None);
                    shown.set(Some(report.shift));
                }
                Err(refused) => failure.set(Some(refused)),
            }
            round.set(*round + 1);
        })
    };
    let choose = {
        let book = book.clone();
        Callback::from(move |event: Event| {
            let field = event.target_dyn_into::<HtmlSelectElement>();
            if let Some(named) = field.and_then(|field| book_named(&field.value())) {
                book.set(named);
            }
        })
    };
    let head = html! {
        <header class="page-head no-print"><h1>{ words.title }</h1><p class="quiet">{ words.lead }</p><span class="spring" />
            if seat.may(Verb::Audit) {
                <Link<Route> to={Route::AuditView { view: "daybook".to_owned() }} classes="button">{ words.day_book }</Link<Route>>
            }
            if seat.site.books.len() > 1 {
                <select aria-label={words.book} onchange={choose}>{ for seat.site.books.iter().map(|known| html! {
                    <option value={book_word(*known)} selected={*known == *book}>{ i18n::audit_book(lang, *known) }</option>
                }) }</select>
            }
        </header>
    };
    let Some(page) = loaded.value else {
        return html! { <div class="page">{ head }if let Some(failure) = loaded.failure { <FailureNotice {failure} /> } else { <Waiting /> }</div> };
    };
    let wanted = (*shown).or(page.mine).or(page.shifts.first().map(|shift| shift.shift));
    let picked = page.shifts.iter().find(|shift| Some(shift.shift) == wanted).cloned();
    let closes = picked.clone().filter(|shift| shift.closed.is_none());
    let closes =
        closes.filter(|shift| page.mine == Some(shift.shift) || seat.may(Verb::SuperviseTills));
    let row = |shift: &ShiftReport| {
        let (shown, no) = (shown.clone(), shift.shift);
        let state = match &shift.closed {
            None => words.running.to_owned(),
            Some(count) if count.signed.is_none() => words.unsigned.to_owned(),
            Some(_) => words.closed.to_owned(),
        };
        html! {
            <li class="tariff-row" key={no.0}>
                <div class="tariff-name"><b>{ format!("{no} · {}", shift.name) }</b><span class="quiet">{ format::full(shift.opened, &seat.zone) }{ " · " }{ state }</span></div>
                <button class="button" aria-pressed={(wanted == Some(no)).to_string()} onclick={move |_| shown.set(Some(no))}>{ words.show }</button>
            </li>
        }
    };
    html! {
        <div class="page people-page">
            { head }
            if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
            if page.mine.is_none() && seat.may_sell() { <Open book={*book} counters={page.counters.clone()} told={told.clone()} /> }
            if let Some(shift) = &closes { <MoveCash key={format!("cash-{}", shift.shift)} book={*book} shift={shift.shift} told={told.clone()} /> }
            if let Some(shift) = closes { <Close key={shift.shift.0} book={*book} shift={shift.shift} told={told.clone()} /> }
            if let Some(report) = picked { <Report {report} told={told.clone()} /> }
            <section class="card no-print">
                if page.shifts.is_empty() { <p class="quiet pad">{ words.none }</p> }
                <ul class="tariff-list">{ for page.shifts.iter().map(row) }</ul>
            </section>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct OpenProps {
    book: Book,
    counters: Vec<Counter>,
    told: Told,
}

#[component]
fn Open(props: &OpenProps) -> Html {
    let (seat, lang, backend) = (use_seat(), use_lang(), use_backend());
    let words = &lang.shift_texts().shift;
    let (counter, float) = (use_node_ref(), use_node_ref());
    let bad = use_state_eq(|| false);
    let submit = {
        let (counter, float, bad) = (counter.clone(), float.clone(), bad.clone());
        let (told, book, currency) = (props.told.clone(), props.book, seat.currency());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let at = counter.cast::<HtmlSelectElement>().map(|field| field.value());
            let at = at.and_then(|at| at.parse::<CounterId>().ok());
            let amount = amount(&float, currency);
            bad.set(amount.is_none());
            let (Some(counter), Some(float)) = (at, amount) else { return };
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move {
                told.emit(backend.open_shift(&ShiftOpening { book, counter, float }).await);
            });
        })
    };
    html! {
        <form class="card pad add-person no-print" onsubmit={submit}>
            <h2>{ words.open }</h2>
            <label class="field"><span>{ words.counter }</span><select ref={counter} name="counter">{
                options(props.counters.iter().map(|known| (known.counter.to_string(), known.name.clone())))
            }</select></label>
            <label class="field"><span>{ words.float }</span><input ref={float} name="float" inputmode="decimal" autocomplete="off" aria-invalid={bad.to_string()} />
                if *bad { <small class="field-error" role="alert">{ words.bad_amount }</small> }
            </label>
            <button class="button primary">{ words.open }</button>
        </form>
    }
}

#[derive(PartialEq, Properties)]
struct CloseProps {
    book: Book,
    shift: ShiftNo,
    told: Told,
}

#[component]
fn Close(props: &CloseProps) -> Html {
    let (seat, lang, backend) = (use_seat(), use_lang(), use_backend());
    let words = &lang.shift_texts().shift;
    let (cash, card, mobile, note) =
        (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    let bad = use_state_eq(|| false);
    let submit = {
        let (fields, note) = ([cash.clone(), card.clone(), mobile.clone()], note.clone());
        let (told, bad, currency) = (props.told.clone(), bad.clone(), seat.currency());
        let (book, shift) = (props.book, props.shift);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let [cash, card, mobile] = fields.each_ref().map(|field| amount(field, currency));
            bad.set(cash.is_none() || card.is_none() || mobile.is_none());
            let (Some(cash), Some(card), Some(mobile)) = (cash, card, mobile) else { return };
            let note = note.cast::<HtmlInputElement>().map(|field| field.value());
            let counted = Amounts { cash, card, mobile };
            let order = ShiftClosing { counted, note: note.unwrap_or_default() };
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move {
                told.emit(backend.close_shift(book, shift, &order).await);
            });
        })
    };
    let field = |name: &'static str, word: &'static str, node: &NodeRef| {
        html! { <label class="field"><span>{ word }</span><input ref={node.clone()} {name} inputmode="decimal" autocomplete="off" aria-invalid={bad.to_string()} /></label> }
    };
    html! {
        <form class="card pad add-person no-print" onsubmit={submit}>
            <h2>{ words.count }</h2><p class="quiet">{ words.count_lead }</p>
            { field("counted-cash", words.cash, &cash) }
            { field("counted-card", words.card, &card) }
            { field("counted-mobile", words.mobile, &mobile) }
            <label class="field"><span>{ words.note }</span><input ref={note} name="note" autocomplete="off" maxlength="200" /></label>
            if *bad { <small class="field-error" role="alert">{ words.bad_amount }</small> }
            <button class="button primary">{ words.close }</button>
        </form>
    }
}

/// What was typed; nothing is not zero.
fn amount(field: &NodeRef, currency: shared::money::Currency) -> Option<Money> {
    let text = field.cast::<HtmlInputElement>()?.value();
    Money::parse(text.trim(), currency).ok().filter(|amount| !amount.is_negative())
}
