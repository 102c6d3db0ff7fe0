//! The account's ledger, newest first, older pages on demand.

use std::rc::Rc;

use shared::api::ledger::{Entry, LedgerEntry, LedgerPage};
use shared::id::{AccountId, Book, Seq};
use shared::money::Money;
use shared::time::Timestamp;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use super::explain::Explain;
use crate::backend::Failure;
use crate::components::icon::Icon;
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::format;
use crate::hooks::{
    use_account_texts, use_backend, use_fleet, use_lang, use_load, use_seat, use_tariff_texts,
    use_texts,
};
use crate::i18n::{self, fill};
use crate::route::Route;

#[derive(PartialEq, Properties)]
pub struct LedgerProps {
    pub account: AccountId,
    pub book: Book,
    /// The credit now; where it changes there are new entries.
    pub credit: Money,
}

#[component]
pub fn Ledger(props: &LedgerProps) -> Html {
    let (fleet, texts) = (use_fleet(), use_texts());
    let backend = use_backend();
    let older = use_state(Vec::<LedgerPage>::new);
    let failure = use_state_eq(|| None::<Failure>);
    let newest = use_load(props.account, props.credit, {
        let backend = backend.clone();
        move |account| {
            let backend = backend.clone();
            async move { backend.ledger(account, None).await }
        }
    });
    let Some(first) = newest.value.clone() else {
        return match newest.failure {
            Some(failure) => html! { <div class="tab-body"><FailureNotice {failure} /></div> },
            None => html! { <Waiting /> },
        };
    };
    if first.entries.is_empty() {
        return html! { <Empty icon={Icon::Sale} title={texts.meter.no_ledger} hint={texts.meter.no_ledger_hint} /> };
    }
    let shown = joined(&first, &older);
    let next = older.last().map_or(first.next, |page| page.next);
    let more = {
        let (older, failure, account) = (older.clone(), failure.clone(), props.account);
        Callback::from(move |_: MouseEvent| {
            let (backend, older, failure) = (backend.clone(), older.clone(), failure.clone());
            spawn_local(async move {
                match backend.ledger(account, next).await {
                    Ok(page) => older.set(older.iter().cloned().chain([page]).collect()),
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        })
    };
    let now = fleet.now_of(props.book);
    html! {
        <>
            <div class="table-scroll" tabindex="0" role="region" aria-label={texts.meter.ledger}><table class="ledger">
                <thead><tr>
                    <th scope="col">{ texts.common.time }</th><th scope="col">{ texts.alarms.what_entry }</th>
                    <th scope="col" class="num">{ texts.common.amount }</th><th scope="col" class="num cell-after">{ texts.meter.balance_after }</th>
                </tr></thead>
                <tbody>{ for shown.into_iter().map(|entry| html! { <Line key={entry.seq.0} account={props.account} entry={entry.clone()} book={props.book} {now} /> }) }</tbody>
            </table></div>
            if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
            if next.is_some() { <div class="more"><button class="button" onclick={more}>{ texts.common.older }</button></div> }
        </>
    }
}

/// All entries once, newest first, whatever the pages overlap.
fn joined(first: &LedgerPage, older: &[LedgerPage]) -> Vec<Rc<LedgerEntry>> {
    let mut last: Option<Seq> = None;
    first
        .entries
        .iter()
        .chain(older.iter().flat_map(|page| &page.entries))
        .filter(|entry| {
            let new = last.is_none_or(|seq| entry.seq < seq);
            if new {
                last = Some(entry.seq);
            }
            new
        })
        .map(|entry| Rc::new(entry.clone()))
        .collect()
}

#[derive(PartialEq, Properties)]
struct LineProps {
    entry: Rc<LedgerEntry>,
    account: AccountId,
    book: Book,
    now: Timestamp,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let (entry, currency) = (&props.entry, seat.currency());
    let (words, own) = (use_tariff_texts(), use_account_texts());
    let why = use_state_eq(|| false);
    let ask = |to: bool| {
        let why = why.clone();
        Callback::from(move |()| why.set(to))
    };
    let what = match &entry.entry {
        Entry::Charge { register_from, register_to, energy, lines, estimated, .. } => html! {
            <details>
                <summary>{ texts.meter.charge }{ " " }<b>{ format::energy(*energy) }</b><span class="unit">{ "kWh" }</span>
                    if *estimated { { " " }<span class="ink-held" title={own.missing.spread_hint}>{ own.missing.spread }</span> }</summary>
                <p class="quiet">{ fill(texts.meter.from_to, &[&format::register(*register_from), &format::register(*register_to)]) }</p>
                <dl class="pairs">{ for lines.iter().map(|line| html! { <><dt>{ i18n::charge_line(lang, &line.name) }</dt><dd>{ format::money(line.amount, currency) }</dd></> }) }</dl>
                <button type="button" class="link why" onclick={ask(true).reform(|_: MouseEvent| ())}>{ words.explain.open }</button>
                if *why { <Explain account={props.account} seq={entry.seq} on_close={ask(false)} /> }
            </details>
        },
        Entry::Sale { receipt, by, to_arrears } => html! {
            <>{ texts.meter.sale }{ " " }<Link<Route> to={Route::receipt(props.book, receipt.0)}>{ fill(texts.meter.receipt_no, &[&receipt.to_string()]) }</Link<Route>>{ " " }<span class="quiet">{ by }
                if *to_arrears > Money::ZERO { { " · " }{ fill(own.arrears.sale_part, &[&format::money(*to_arrears, currency)]) } }</span></>
        },
        Entry::Refund { receipt, by, reason } => html! {
            <>{ own.refund.entry }{ " " }<Link<Route> to={Route::receipt(props.book, receipt.0)}>{ fill(texts.meter.receipt_no, &[&receipt.to_string()]) }</Link<Route>>{ " " }
                <span class="quiet">{ reason }{ " · " }{ by }</span></>
        },
        Entry::Provisional { energy, .. } => {
            html! { <span class="ink-held">{ fill(own.missing.charged, &[&format::energy(*energy)]) }</span> }
        }
        Entry::ProvisionalReleased => html! { <>{ own.missing.released }</> },
        Entry::Adjusted { adjusting, cause, note, by } => {
            let word = super::adjust::kind(own, *adjusting);
            html! { <>{ word }{ " · " }{ super::adjust::cause(own, *cause) }{ " " }<span class="quiet">{ note }{ " · " }{ by }</span></> }
        }
        Entry::ArrearsDue { arrears: _, due } => {
            html! { <>{ fill(own.arrears.due, &[&format::money(*due, currency)]) }</> }
        }
        Entry::Reversal { receipt, of, by, reason } => html! {
            <>{ texts.meter.reversal }{ " " }<Link<Route> to={Route::receipt(props.book, receipt.0)}>{ fill(texts.meter.receipt_no, &[&receipt.to_string()]) }</Link<Route>>{ " " }
                <span class="quiet">{ fill(texts.meter.of_receipt, &[&of.to_string(), reason]) }{ " · " }{ by }</span></>
        },
    };
    html! {
        <tr>
            <td class="quiet">{ format::moment(entry.at, props.now, &seat.zone) }</td>
            <td class="ledger-what">{ what }</td>
            <td class={classes!("num", (entry.amount > Money::ZERO).then_some("plus"))}>{ format::signed_money(entry.amount, currency) }</td>
            <td class={classes!("num", "soft", "cell-after", entry.credit_after.is_negative().then_some("ink-cut"))}>{ format::money(entry.credit_after, currency) }</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(seqs: &[u64]) -> LedgerPage {
        let entries = seqs.iter().map(|seq| LedgerEntry {
            seq: Seq(*seq),
            at: Timestamp::default(),
            amount: Money::ZERO,
            credit_after: Money::ZERO,
            entry: Entry::Sale {
                receipt: shared::id::ReceiptNo(*seq),
                by: String::new(),
                to_arrears: Money::ZERO,
            },
        });
        LedgerPage { account: AccountId(1), entries: entries.collect(), next: None }
    }

    #[test]
    fn pages_that_overlap_show_each_entry_once() {
        let shown = joined(&page(&[9, 8, 7]), &[page(&[8, 7, 6]), page(&[5])]);
        assert_eq!(shown.iter().map(|entry| entry.seq.0).collect::<Vec<_>>(), [9, 8, 7, 6, 5]);
    }
}
