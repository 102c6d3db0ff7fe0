//! A receipt as paper: what was sold, to whom, for how much. The same on the screen and in print,
//! on 58 mm, 80 mm and A4.

use shared::api::receipt::Receipt;
use shared::api::sale::Tender;
use shared::id::Book;
use shared::visible::visible;
use yew::prelude::*;

use crate::format;
use crate::hooks::{use_counter_texts, use_lang, use_seat, use_texts};
use crate::i18n::{self, fill};
use crate::route::book_word;
use crate::store::settings::Paper;

#[derive(PartialEq, Properties)]
pub struct ReceiptPaperProps {
    pub receipt: Receipt,
    pub paper: Paper,
}

#[component]
pub fn ReceiptPaper(props: &ReceiptPaperProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let (receipt, words, counter) = (&props.receipt, &texts.receipt, use_counter_texts());
    let money = |amount| format::money(amount, seat.currency());
    let back = receipt.reverses.is_some() || receipt.refund;
    let title = match (receipt.reverses, receipt.refund) {
        (Some(_), _) => words.reversal_title,
        (None, true) => counter.beside.refund_title,
        (None, false) => words.title,
    };
    let meters = receipt.meters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let pair = |name: &'static str, value: String| html! { <><dt>{ name }</dt><dd>{ visible(&value) }</dd></> };
    let cash = match receipt.tender {
        Tender::Cash => true,
        Tender::Card | Tender::Mobile => false,
    };
    html! {
        <article class={classes!("receipt", "paper", format!("mm{}", props.paper.word()))} aria-label={title}>
            if receipt.book == Book::Simulated { <p class="paper-simulated">{ words.simulated }</p> }
            <h2 class="paper-site">{ visible(&receipt.site) }</h2>
            <p class="paper-title">{ title }{ " № " }{ receipt.serial.map_or_else(|| receipt.no.to_string(), |at| at.to_string()) }</p>
            if receipt.copy > 0 { <p class="paper-copy">{ fill(words.copy, &[&receipt.copy.to_string()]) }</p> }
            if let Some(of) = receipt.reverses { <p class="paper-copy">{ fill(words.reverses, &[&of.to_string()]) }</p> }
            if let Some(by) = receipt.reversed_by { <p class="paper-copy">{ fill(words.reversed_by, &[&by.to_string()]) }</p> }
            <hr />
            <dl>
                { pair(texts.common.time, format::full(receipt.at, &seat.zone)) }
                { pair(words.place, receipt.place.clone()) }
                { pair(words.meter, meters) }
                { pair(words.customer, receipt.customer.clone()) }
                { pair(words.account, receipt.account.to_string()) }
                { pair(words.by, receipt.by.clone()) }
            </dl>
            <hr />
            <dl class="paper-sum">{ if receipt.refund { pair(counter.beside.paid_out, money(-receipt.amount)) } else { pair(words.paid, money(receipt.amount)) } }</dl>
            <dl>
                { for receipt.lines.iter().map(|line| pair(i18n::allocation(lang, line.what), money(line.amount))) }
                { pair(words.tender, i18n::tender(lang, receipt.tender).to_owned()) }
                if let Some(handed) = receipt.handed { { pair(words.handed, money(handed)) } }
                if let Some(change) = receipt.change { { pair(words.change, money(change)) } }
                if back { { pair(texts.common.reason, receipt.reference.clone()) } } else if !cash && !receipt.reference.is_empty() { { pair(words.reference, receipt.reference.clone()) } }
            </dl>
            <hr />
            <dl>
                { for receipt.steps.iter().map(|step| html! { <><dt>{ i18n::charge_line(lang, &step.name) }</dt><dd>{ format::energy(step.energy) }{ " kWh" }</dd></> }) }
                if !back { { pair(words.buys, format!("{} kWh", format::energy(receipt.energy))) } }
                { pair(words.before, money(receipt.credit_before)) }
                <dt><b>{ words.after }</b></dt><dd><b>{ money(receipt.credit_after) }</b></dd>
            </dl>
            <hr />
            if !seat.sandbox {
                <img class="paper-code" src={code_of(receipt)} alt={counter.beside.scan} width="120" height="120" />
            }
            <p class="paper-seal">{ words.seal }{ " " }<span class="mono">{ &receipt.seal }</span></p>
            <p class="paper-thanks">{ words.thanks }</p>
        </article>
    }
}

/// The code that leads to the page which says whether the paper is one of ours.
fn code_of(receipt: &Receipt) -> String {
    format!("/api/v1/receipts/{}/{}/code.svg", book_word(receipt.book), receipt.no)
}
