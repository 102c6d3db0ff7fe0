//! The X or Z report of a shift, on the paper that was chosen for receipts.

use shared::api::shift::ShiftReport;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Told;
use super::cash::{self, Slips};
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::format;
use crate::hooks::{use_backend, use_lang, use_seat, use_settings};
use crate::i18n::fill;

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) report: ShiftReport,
    pub(super) told: Told,
}

#[component]
pub(super) fn Report(props: &Props) -> Html {
    let (seat, lang, backend, settings) = (use_seat(), use_lang(), use_backend(), use_settings());
    let (words, report) = (&lang.shift_texts().shift, &props.report);
    let money = |amount| format::money(amount, seat.currency());
    let no = report.shift.to_string();
    let title = match &report.closed {
        Some(count) => fill(words.z, &[&count.z.to_string(), &no]),
        None => fill(words.x, &[&no]),
    };
    let sign = {
        let (told, book, shift) = (props.told.clone(), report.book, report.shift);
        Callback::from(move |_: MouseEvent| {
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move { told.emit(backend.countersign_shift(book, shift).await) });
        })
    };
    let receipts = report.first.zip(report.last);
    let receipts = receipts.map_or("–".to_owned(), |(first, last)| format!("{first} – {last}"));
    let pair =
        |name: &'static str, value: String| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    let sums = report.totals.map(|totals| {
        let of = |name: &'static str, taken: shared::api::shift::Taken| {
            let back = format!("{} − {}", money(taken.sold), money(taken.reversed));
            let refunded = (taken.refunds > 0).then(|| format!(" − {}", money(taken.refunded)));
            pair(name, back + &refunded.unwrap_or_default())
        };
        html! { <>{ of(words.cash, totals.cash) }{ of(words.card, totals.card) }{ of(words.mobile, totals.mobile) }</> }
    });
    let three = |heading: &'static str, amounts: shared::api::shift::Amounts| {
        let signed = heading == words.difference;
        let shown = |amount| {
            if signed { format::signed_money(amount, seat.currency()) } else { money(amount) }
        };
        let line = |name, amount| html! { <><dt>{ format!("{heading} · {name}") }</dt><dd>{ shown(amount) }</dd></> };
        html! { <>{ line(words.cash, amounts.cash) }{ line(words.card, amounts.card) }{ line(words.mobile, amounts.mobile) }</> }
    };
    let signable = report.closed.as_ref().is_some_and(|count| count.signed.is_none());
    html! {
        <>
            <div class="receipt-actions no-print">
                if signable && seat.may(Verb::SuperviseTills) && seat.person.staff != report.cashier { <button class="button primary" onclick={sign}>{ words.sign }</button> }
                <button class="button" onclick={|_| browser::print()}><Glyph icon={Icon::Printer} />{ words.print }</button>
            </div>
            <article class={classes!("receipt", "paper", format!("mm{}", settings.paper.word()))} aria-label={title.clone()}>
                <h2>{ &seat.site.name }</h2><p><b>{ title.clone() }</b></p>
                <dl class="pairs">
                    { pair(words.cashier, report.name.clone()) }
                    { pair(words.counter, report.counter.to_string()) }
                    { pair(words.opened, format::full(report.opened, &seat.zone)) }
                    { pair(words.float, money(report.float)) }
                    { pair(words.sales, report.sales.to_string()) }
                    { pair(words.reversals, report.reversals.to_string()) }
                    if report.refunds > 0 { { pair(words.refunds, report.refunds.to_string()) } }
                    { pair(words.receipts, receipts) }
                    { sums }
                    { for report.moves.iter().map(|moved| pair(cash::way(words, moved.amount, moved.with), format!("{} · {}", format::signed_money(moved.amount, seat.currency()), moved.reason))) }
                    if let Some(expected) = report.expected { { three(words.expected, expected) } }
                    if let Some(count) = &report.closed {
                        { three(words.counted, count.counted) }
                        { three(words.difference, count.difference) }
                        { pair(words.closed, format::full(count.at, &seat.zone)) }
                        { pair(words.counted_by, count.by.clone()) }
                        if !count.note.is_empty() { { pair(words.note, count.note.clone()) } }
                    }
                </dl>
                if let Some(count) = &report.closed {
                    <p>{ count.signed.as_ref().map_or_else(|| words.unsigned.to_owned(), |signed| fill(words.signed, &[&signed.by, &format::full(signed.at, &seat.zone)])) }</p>
                    <p class="mono">{ words.head }{ format!(" {} · ", count.seq) }{ &count.head }</p>
                }
            </article>
            if report.closed.is_none() { <Slips report={report.clone()} /> }
        </>
    }
}
