//! Cuts that the mass-disconnect breaker holds, and orders for many supplies at once.

use std::collections::BTreeSet;

use shared::api::breaker::{HeldCutRow, ReleaseOrder, SuppliesOrder};
use shared::api::meter::SupplyOrderKind;
use shared::id::{Book, MeterId};
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::backend::Failure;
use crate::components::badge::BookMark;
use crate::components::notice::FailureNotice;
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_load, use_seat, use_tariff_texts};
use crate::i18n::{self, fill};

/// What a reason is asked for.
#[derive(Clone, PartialEq)]
enum Ask {
    Release(Book, Vec<MeterId>),
    Many(SupplyOrderKind, Vec<MeterId>),
}

#[derive(PartialEq, Properties)]
pub struct HeldCutsProps {
    pub round: u32,
    /// Something was asked for or done.
    pub changed: Callback<()>,
}

#[component]
pub fn HeldCuts(props: &HeldCutsProps) -> Html {
    let (seat, lang, texts, backend) = (use_seat(), use_lang(), use_tariff_texts(), use_backend());
    let words = &texts.held_cuts;
    let asking = use_state_eq(|| None::<Ask>);
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let told = use_state_eq(|| None::<&'static str>);
    let numbers = use_node_ref();
    let found = use_load((), props.round, {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.mass_cuts().await }
        }
    });
    let Some(found) = found.value else { return Html::default() };
    let may = seat.may(Verb::OrderSupply);
    let ask = |what: Ask| {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(Some(what.clone())))
    };
    let close = {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |()| {
            asking.set(None);
            failure.set(None);
        })
    };
    let order = {
        let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
        let (told, close, changed) = (told.clone(), close.clone(), props.changed.clone());
        let first = seat.first_book();
        let (waits, done) = (words.waits, words.done);
        Callback::from(move |reason: String| {
            let Some(what) = (*asking).clone() else { return };
            let (backend, busy, failure) = (backend.clone(), busy.clone(), failure.clone());
            let (told, close, changed) = (told.clone(), close.clone(), changed.clone());
            busy.set(true);
            spawn_local(async move {
                let asked = match what {
                    Ask::Release(book, meters) => {
                        backend.ask_release(&ReleaseOrder { book, meters, reason }).await
                    }
                    Ask::Many(order, meters) => {
                        let book = first;
                        let order = SuppliesOrder { book, order, meters, reason };
                        backend.order_supplies(&order).await
                    }
                };
                busy.set(false);
                match asked {
                    Ok(asked) => {
                        told.set(Some(if asked.approval.is_some() { waits } else { done }));
                        close.emit(());
                        changed.emit(());
                    }
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        })
    };
    let many = |kind: SupplyOrderKind, word: &'static str| {
        let (asking, numbers, told) = (asking.clone(), numbers.clone(), told.clone());
        let bad = words.bad_numbers;
        let onclick = Callback::from(move |_: MouseEvent| {
            let typed = numbers.cast::<HtmlInputElement>().map(|field| field.value());
            match listed(&typed.unwrap_or_default()) {
                Some(meters) => asking.set(Some(Ask::Many(kind, meters))),
                None => told.set(Some(bad)),
            }
        });
        html! { <button type="button" class="button" {onclick}>{ word }</button> }
    };
    let released = |row: &HeldCutRow| {
        let at = row.released?;
        Some(fill(words.released, &[&format::full(at, &seat.zone)]))
    };
    let (title, lead, action) = match &*asking {
        Some(Ask::Release(_, meters)) => (words.release, meters.len(), words.ask_release),
        Some(Ask::Many(SupplyOrderKind::Cut, meters)) => (words.cut, meters.len(), words.cut),
        Some(Ask::Many(SupplyOrderKind::Restore, meters)) => {
            (words.restore, meters.len(), words.restore)
        }
        None => ("", 0, ""),
    };
    html! {
        <>
            if !found.held.is_empty() {
                <section class="card pad needs-you held-cuts">
                    <h2>{ words.title }</h2>
                    <p class="soft">{ words.lead }</p>
                    { for found.books.iter().filter(|book| book.tripped).map(|state| {
                        let own: Vec<_> = found.held.iter().filter(|row| row.book == state.book).collect();
                        let waiting: Vec<MeterId> = own.iter().filter(|row| row.released.is_none()).map(|row| row.meter).collect();
                        html! { <>
                            <p><BookMark book={state.book} />{ " " }{ fill(words.opened, &[&state.opened.to_string(), &state.most.to_string(), &state.minutes.to_string()]) }</p>
                            <ul class="tariff-list">{ for own.iter().map(|row| html! {
                                <li class="tariff-row" key={row.meter.0}>
                                    <div class="tariff-name"><b>{ &row.name }</b>{ " " }<span class="quiet">{ row.meter.to_string() }</span></div>
                                    <span class="soft">{ i18n::reason(lang, row.reason) }{ " · " }{ format::full(row.since, &seat.zone) }
                                        if let Some(when) = released(row) { { " · " }{ when } }</span>
                                    <span class="soft">{ format::money(row.credit, seat.currency()) }</span>
                                </li>
                            }) }</ul>
                            if may && !waiting.is_empty() {
                                <div class="row-actions"><button type="button" class="button primary release" onclick={ask(Ask::Release(state.book, waiting.clone()))}>{ fill(words.ask_release_of, &[&waiting.len().to_string()]) }</button></div>
                            }
                        </> }
                    }) }
                </section>
            }
            if may {
                <details class="card pad"><summary>{ words.many }</summary>
                    <p class="soft">{ words.many_lead }</p>
                    <label class="field"><span>{ words.numbers }</span><input class="input" ref={numbers.clone()} placeholder="1001-1008, 1012" /></label>
                    <div class="row-actions">{ many(SupplyOrderKind::Cut, words.cut) }{ many(SupplyOrderKind::Restore, words.restore) }</div>
                </details>
            }
            if let Some(told) = *told { <p class="card pad" role="status">{ told }</p> }
            if asking.is_some() {
                <ReasonDialog title={title} lead={fill(texts.tariffs.meters_many, &[&lead.to_string()])} hint={words.hint} action={action}
                    busy={*busy} failure={(*failure).clone()} on_close={close} on_reason={order} />
            } else if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
        </>
    }
}

/// Numbers and ranges such as `1001-1008, 1012`; none where it is no such list.
fn listed(typed: &str) -> Option<Vec<MeterId>> {
    const MOST: usize = 10_000;
    let mut meters = BTreeSet::new();
    let parts = typed.split([',', ' ', '、', '，', ';']).filter(|part| !part.is_empty());
    for part in parts {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (u32, u32) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        let many = usize::try_from(to.checked_sub(from)?).ok()?;
        if meters.len() + many >= MOST {
            return None;
        }
        meters.extend((from..=to).map(MeterId));
    }
    (!meters.is_empty()).then(|| meters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_meters_is_numbers_and_ranges() {
        let read = |typed| {
            listed(typed).map(|all| all.into_iter().map(|meter| meter.0).collect::<Vec<_>>())
        };
        assert_eq!(read("1001-1003, 1012"), Some(vec![1001, 1002, 1003, 1012]));
        assert_eq!(read("7 7，5"), Some(vec![5, 7]));
        for nonsense in ["", "a", "3-1", "1-", "-4", "0-4294967295"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
