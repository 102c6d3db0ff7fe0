//! What the draft would have cost: one account's bill side by side, and everybody's change.

use std::collections::BTreeSet;

use gloo_timers::future::TimeoutFuture;
use shared::api::tariff::preview::{AccountPreview, BillLineView, BillView, Priced};
use shared::api::tariff::{Preview, PreviewOrder, Spread};
use shared::id::AccountId;
use shared::money::Money;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::backend::{Answer, Backend};
use crate::components::histogram::{Histogram, tenths};
use crate::components::notice::{FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_backend, use_fleet, use_lang, use_load, use_seat, use_tariff_texts};
use crate::i18n::{self, fill};

/// So long nothing was typed before a bill, and before everybody, is priced again.
const BILL_MS: u32 = 500;
const ALL_MS: u32 = 1_500;

#[derive(PartialEq, Properties)]
pub struct WhatIfProps {
    pub text: String,
    /// The text is a tariff.
    pub good: bool,
}

async fn ask(backend: Backend, wait: u32, order: PreviewOrder) -> Answer<Preview> {
    TimeoutFuture::new(wait).await;
    backend.preview_tariff(&order).await
}

#[component]
pub fn WhatIf(props: &WhatIfProps) -> Html {
    let (texts, fleet, backend) = (use_tariff_texts(), use_fleet(), use_backend());
    let choices: Vec<(AccountId, String)> = {
        let mut seen = BTreeSet::new();
        let rows = fleet.rows.iter().filter_map(|row| {
            let account = row.account?;
            seen.insert(account).then(|| (account, format!("{} · {}", row.name, row.customer)))
        });
        rows.collect()
    };
    let chosen = use_state_eq(|| None::<AccountId>);
    let account = chosen.or(choices.first().map(|(account, _)| *account));
    // While the text is not a tariff the last good one stays priced.
    let last_good = use_mut_ref(String::new);
    if props.good {
        last_good.borrow_mut().clone_from(&props.text);
    }
    let text = last_good.borrow().clone();
    let bill = use_load(account, text.clone(), {
        let (backend, text) = (backend.clone(), text.clone());
        move |account: Option<AccountId>| {
            let order = PreviewOrder { text: text.clone(), account, against: None, all: false };
            ask(backend.clone(), BILL_MS, order)
        }
    });
    let all = use_load(account, text.clone(), move |account: Option<AccountId>| {
        let order = PreviewOrder { text: text.clone(), account, against: None, all: true };
        ask(backend.clone(), ALL_MS, order)
    });
    let choose = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            chosen.set(value.parse().ok());
        })
    };
    html! {
        <>
            <section class="card pad">
                <div class="what-if-head"><h2>{ texts.tariffs.bill }</h2>
                    <select onchange={choose} aria-label={texts.tariffs.choose_account}>
                        { for choices.iter().map(|(id, name)| html! { <option value={id.to_string()} selected={account == Some(*id)}>{ name }</option> }) }
                    </select>
                </div>
                if let Some(failure) = bill.failure.clone() { <FailureNotice {failure} /> }
                { match &bill.value {
                    Some(preview) => match &preview.account {
                        Some(account) => html! { <Bills account={account.clone()} /> },
                        None => html! { <p class="quiet">{ texts.tariffs.no_load }</p> },
                    },
                    None if bill.failure.is_none() => html! { <Waiting /> },
                    None => Html::default(),
                } }
            </section>
            <section class="card pad everyone">
                <h2>{ texts.tariffs.everyone }</h2>
                { match &all.value {
                    Some(preview) => html! { <Everyone spread={preview.spread.clone()} /> },
                    None if all.failure.is_none() => html! { <p class="quiet waiting-line">{ texts.tariffs.comparing }</p> },
                    None => Html::default(),
                } }
            </section>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct BillsProps {
    account: AccountPreview,
}

type Cells = (Option<Money>, Option<Money>);

/// Lines of both bills under one another, those of the old one first.
fn side_by_side(old: &BillView, new: &BillView) -> Vec<(BillLineView, Cells)> {
    let same = |one: &BillLineView, other: &BillLineView| {
        (&one.component, &one.period, one.tier) == (&other.component, &other.period, other.tier)
    };
    let amount = |bill: &BillView, line: &BillLineView| {
        bill.lines.iter().find(|own| same(own, line)).map(|own| own.amount)
    };
    let gained = new.lines.iter().filter(|line| amount(old, line).is_none());
    old.lines
        .iter()
        .chain(gained)
        .map(|line| (line.clone(), (amount(old, line), amount(new, line))))
        .collect()
}

#[component]
fn Bills(props: &BillsProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_tariff_texts());
    let account = &props.account;
    let empty = BillView::default();
    let bill = |priced: &Priced| match priced {
        Priced::Bill(bill) => Ok(bill.clone()),
        Priced::Refused(why) => Err(why.clone()),
    };
    let (old, new) = (bill(&account.old), bill(&account.new));
    let energy = new.as_ref().or(old.as_ref()).map_or(empty.energy, |bill| bill.energy);
    let money = |amount: Option<Money>| {
        amount.map_or_else(|| "—".to_owned(), |amount| format::money(amount, seat.currency()))
    };
    let total = |bill: &Result<BillView, String>| money(bill.as_ref().ok().map(|bill| bill.total));
    let lines = side_by_side(old.as_ref().unwrap_or(&empty), new.as_ref().unwrap_or(&empty));
    let date = |at| seat.zone.date(at).to_string();
    html! {
        <>
            <p class="soft">{ fill(texts.tariffs.bill_of, &[&date(account.from), &date(account.to), &format::count(u64::from(account.readings)), &format::energy(energy)]) }</p>
            { for [&old, &new].into_iter().filter_map(|bill| bill.as_ref().err()).map(|why| html! { <p class="notice warn">{ fill(texts.tariffs.refused, &[why]) }</p> }) }
            <div class="table-scroll" tabindex="0"><table class="bills">
                <thead><tr><th scope="col">{ texts.explain.line }</th><th scope="col" class="num">{ texts.tariffs.bill_old }</th><th scope="col" class="num">{ texts.tariffs.bill_new }</th></tr></thead>
                <tbody>
                    { for lines.into_iter().map(|(line, (old, new))| {
                        let period = line.period.as_deref().filter(|period| *period != "all").map(|period| format!(" {}", i18n::period(lang, period)));
                        let tier = line.tier.filter(|tier| *tier > 1).map(|tier| format!(" · {}", fill(texts.tariffs.step, &[&tier.to_string()])));
                        html! { <tr><td>{ i18n::charge_line(lang, &line.component) }{ period }{ tier }</td><td class="num">{ money(old) }</td><td class="num">{ money(new) }</td></tr> }
                    }) }
                    <tr class="total"><th scope="row">{ texts.tariffs.total }</th><td class="num">{ total(&old) }</td><td class="num">{ total(&new) }</td></tr>
                </tbody>
            </table></div>
            <p class="quiet">{ texts.tariffs.bill_note }</p>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct EveryoneProps {
    spread: Spread,
}

#[component]
fn Everyone(props: &EveryoneProps) -> Html {
    let (seat, texts) = (use_seat(), use_tariff_texts());
    let spread = &props.spread;
    let money = |amount| format::money(amount, seat.currency());
    let count = |number: u32| format::count(u64::from(number));
    let percent = |tenth: i64| format!("{}{} %", if tenth > 0 { "+" } else { "" }, tenths(tenth));
    let whole = shared::api::tariff::preview::change(spread.old, spread.new);
    let left = spread.without_load + spread.refused + spread.not_reached;
    html! {
        <>
            <p class="everyone-lead"><b>{ fill(texts.tariffs.everyone_lead, &[&count(spread.priced), &count(spread.more), &count(spread.less)]) }</b></p>
            <p class="soft">{ fill(texts.tariffs.everyone_sum, &[&money(spread.old), &money(spread.new), &percent(whole), &format::energy(spread.energy)]) }</p>
            if left > 0 { <p class="quiet">{ fill(texts.tariffs.left_out, &[&count(spread.without_load), &count(spread.refused), &count(spread.not_reached)]) }</p> }
            if let Some(why) = &spread.refusal { <p class="notice warn">{ fill(texts.tariffs.refused, &[why]) }</p> }
            if spread.priced > 0 { <Histogram bins={spread.bins.clone()} /> }
            if !spread.worst.is_empty() {
                <h3>{ texts.tariffs.worst }</h3>
                <div class="table-scroll" tabindex="0"><table class="bills">
                    <thead><tr><th scope="col">{ texts.tariffs.choose_account }</th><th scope="col" class="num">{ texts.tariffs.bill_old }</th><th scope="col" class="num">{ texts.tariffs.bill_new }</th><th scope="col" class="num">{ texts.tariffs.change }</th></tr></thead>
                    <tbody>{ for spread.worst.iter().map(|worst| html! {
                        <tr><td>{ &worst.row.place }<span class="quiet">{ " " }{ &worst.row.customer }</span></td><td class="num">{ money(worst.old) }</td><td class="num">{ money(worst.new) }</td><td class="num">{ percent(worst.change) }</td></tr>
                    }) }</tbody>
                </table></div>
            }
        </>
    }
}

#[cfg(test)]
mod tests {
    use shared::energy::Energy;
    use shared::tariff::Class;

    use super::*;

    fn bill(lines: &[(&str, i64)]) -> BillView {
        let line = |(name, minor): &(&str, i64)| BillLineView {
            component: (*name).to_owned(),
            class: Class::Energy,
            period: None,
            tier: None,
            energy: None,
            amount: Money::from_minor(*minor),
        };
        BillView {
            energy: Energy::ZERO,
            total: lines.iter().map(|(_, minor)| Money::from_minor(*minor)).sum(),
            lines: lines.iter().map(line).collect(),
        }
    }

    #[test]
    fn lines_that_only_one_bill_has_stand_beside_nothing() {
        let table = side_by_side(
            &bill(&[("energy", 100), ("fund", 5)]),
            &bill(&[("energy", 90), ("tax", 7)]),
        );
        let told: Vec<_> = table
            .iter()
            .map(|(line, (old, new))| {
                (line.component.as_str(), old.map(Money::minor), new.map(Money::minor))
            })
            .collect();
        assert_eq!(
            told,
            [("energy", Some(100), Some(90)), ("fund", Some(5), None), ("tax", None, Some(7)),]
        );
    }
}
