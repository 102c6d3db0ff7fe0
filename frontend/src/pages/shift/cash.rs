//! Cash that goes into a till or out of it during a shift, each time with a slip to sign.

use shared::api::shift::{CashMove, CashOrder, CashPlace, ShiftReport};
use shared::id::{Book, ShiftNo};
use shared::money::Money;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{Told, amount};
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::options::options;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_seat, use_settings};
use crate::i18n::{ShiftWords, fill};
use crate::store::outbox::key_from;

/// Which way money went, in words.
pub(super) fn way(words: &ShiftWords, amount: Money, with: CashPlace) -> &'static str {
    match (amount.is_negative(), with) {
        (true, CashPlace::Safe) => words.to_safe,
        (true, CashPlace::Bank) => words.to_bank,
        (false, CashPlace::Safe) => words.from_safe,
        (false, CashPlace::Bank) => words.from_bank,
    }
}

const WAYS: [(&str, bool, CashPlace); 4] = [
    ("to-safe", true, CashPlace::Safe),
    ("to-bank", true, CashPlace::Bank),
    ("from-safe", false, CashPlace::Safe),
    ("from-bank", false, CashPlace::Bank),
];

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) book: Book,
    pub(super) shift: ShiftNo,
    pub(super) told: Told,
}

#[component]
pub(super) fn MoveCash(props: &Props) -> Html {
    let (seat, lang, backend) = (use_seat(), use_lang(), use_backend());
    let words = &lang.shift_texts().shift;
    let (which, sum, reason) = (use_node_ref(), use_node_ref(), use_node_ref());
    // One key for what is typed here, until it is done: a second press moves nothing more.
    let key = use_state(|| key_from(browser::random()));
    let bad = use_state_eq(|| false);
    let submit = {
        let (which, sum, reason) = (which.clone(), sum.clone(), reason.clone());
        let (key, bad, told, currency) =
            (key.clone(), bad.clone(), props.told.clone(), seat.currency());
        let (book, shift) = (props.book, props.shift);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let word = which.cast::<HtmlSelectElement>().map(|field| field.value());
            let way = WAYS.into_iter().find(|(name, ..)| word.as_deref() == Some(*name));
            let typed = amount(&sum, currency).filter(|amount| *amount > Money::ZERO);
            bad.set(typed.is_none());
            let (Some((_, out, with)), Some(amount)) = (way, typed) else { return };
            let why = reason.cast::<HtmlInputElement>().map(|field| field.value());
            let amount = if out { -amount } else { amount };
            let order = CashOrder { amount, with, reason: why.unwrap_or_default() };
            let (backend, told, key) = (backend.clone(), told.clone(), key.clone());
            let fields = [sum.clone(), reason.clone()];
            spawn_local(async move {
                let answer = backend.move_cash(book, shift, &key, &order).await;
                if answer.is_ok() {
                    key.set(key_from(browser::random()));
                    for field in fields {
                        if let Some(field) = field.cast::<HtmlInputElement>() {
                            field.set_value("");
                        }
                    }
                }
                told.emit(answer);
            });
        })
    };
    html! {
        <form class="card pad add-person no-print" onsubmit={submit}>
            <h2>{ words.move_cash }</h2><p class="quiet">{ words.move_lead }</p>
            <label class="field"><span>{ words.way }</span><select ref={which} name="way">{ options(WAYS.into_iter().map(|(name, out, with)| {
                let sign = Money::from_minor(if out { -1 } else { 1 });
                (name, way(words, sign, with))
            })) }</select></label>
            <label class="field"><span>{ words.cash }</span><input ref={sum} name="moved-cash" inputmode="decimal" autocomplete="off" aria-invalid={bad.to_string()} />
                if *bad { <small class="field-error" role="alert">{ words.bad_amount }</small> }
            </label>
            <label class="field"><span>{ words.reason }</span><input ref={reason} name="cash-reason" autocomplete="off" maxlength="200" required=true /></label>
            <button class="button">{ words.move_cash }</button>
        </form>
    }
}

#[derive(PartialEq, Properties)]
pub(super) struct SlipsProps {
    pub(super) report: ShiftReport,
}

/// A slip for each time; the one that was chosen is what is printed.
#[component]
pub(super) fn Slips(props: &SlipsProps) -> Html {
    let (seat, lang, settings) = (use_seat(), use_lang(), use_settings());
    let (words, report) = (&lang.shift_texts().shift, &props.report);
    let chosen = use_state_eq(|| None::<u32>);
    let title =
        |moved: &CashMove| fill(words.slip, &[&moved.no.to_string(), &report.shift.to_string()]);
    let button = |moved: &CashMove| {
        let (chosen, no) = (chosen.clone(), moved.no);
        html! { <button class="button" aria-pressed={(*chosen == Some(no)).to_string()} onclick={move |_| chosen.set(Some(no))}>{ title(moved) }</button> }
    };
    let pair =
        |name: &'static str, value: String| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    let slip = |moved: &CashMove| {
        html! {
            <article class={classes!("receipt", "paper", format!("mm{}", settings.paper.word()))} aria-label={title(moved)}>
                <h2>{ &seat.site.name }</h2><p><b>{ title(moved) }</b></p>
                <dl class="pairs">
                    { pair(words.counter, moved.counter.to_string()) }{ pair(words.cashier, report.name.clone()) }
                    { pair(way(words, moved.amount, moved.with), format::signed_money(moved.amount, seat.currency())) }
                    { pair(words.reason, moved.reason.clone()) }
                    { pair(words.handed, "________".to_owned()) }{ pair(words.received, "________".to_owned()) }
                </dl>
            </article>
        }
    };
    let picked = report.moves.iter().find(|moved| Some(moved.no) == *chosen);
    html! {
        <>
            if !report.moves.is_empty() {
                <div class="receipt-actions no-print">
                    { for report.moves.iter().map(button) }
                    if picked.is_some() { <button class="button primary" onclick={|_| browser::print()}><Glyph icon={Icon::Printer} />{ words.print }</button> }
                </div>
            }
            { for picked.map(slip) }
        </>
    }
}
