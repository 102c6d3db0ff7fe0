//! What a draft would have cost: the past load of accounts, priced under what is in force and under
//! the draft. Off the threads that serve, and never longer than a few seconds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use shared::actor::port::ReadingKept;
use shared::api::tariff::preview::{AccountPreview, BillView, Priced, as_if_always, price};
use shared::api::tariff::{Preview, PreviewOrder, Spread};
use shared::energy::Energy;
use shared::id::{AccountId, TariffId};
use shared::meter::Quality;
use shared::money::Money;
use shared::site::Refusal;
use shared::tariff::{Reading, Tariff};
use shared::time::{Span, Timestamp};

use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;
use super::tariffs::{Terms, account_row, read};
use crate::clock::Stopwatch;
use crate::store::readings::query;

/// How far back the load goes.
const PAST: Span = Span::from_days(31);
/// Accounts that are not reached by then are counted, not priced.
const LONGEST: Duration = Duration::from_secs(8);

pub(super) async fn preview(state: web::Data<State>, Body(order): Body<PreviewOrder>) -> Answer {
    let watch = Stopwatch::start();
    let draft = Arc::new(as_if_always(&read(&order.text)?));
    let terms = Terms::load(&state).await?;
    let own = order.account.and_then(|account| terms.accounts.get(&account).cloned());
    if let (Some(account), None) = (order.account, &own) {
        return Err(Refusal::NoAccount(account).into());
    }
    let against = against(&terms, &order, draft.id(), own);
    let on_it = terms.on(&against);
    let in_force =
        terms.published.get(&against).ok_or_else(|| Refusal::NoTariff(against.clone()))?;
    let in_force = Arc::new(read(&in_force.text)?);
    let mut accounts: Vec<AccountId> = on_it.collect();
    // The ones that are reached in the time are a fair choice of all.
    accounts.sort_by_key(|account| account.0.wrapping_mul(2_654_435_769));
    let to = super::tariffs::now(&state);
    let from = to - PAST;

    let mut shown = None;
    if let Some(account) = order.account {
        let load = load(&state, account, from, to).await?;
        if let Some((first, last)) = load.ends {
            let (old, new) = both(&in_force, &draft, load.meters).await?;
            let row = account_row(&state, account);
            let readings = load.readings;
            let (old, new) = (priced(old), priced(new));
            shown = Some(AccountPreview { row, from: first, to: last, readings, old, new });
        }
    }
    let mut spread = Spread::new(u32::try_from(accounts.len()).unwrap_or(u32::MAX));
    for account in accounts.into_iter().filter(|_| order.all) {
        if watch.elapsed() > LONGEST {
            spread.not_reached += 1;
            continue;
        }
        let load = load(&state, account, from, to).await?;
        if load.ends.is_none() {
            spread.without_load += 1;
            continue;
        }
        match both(&in_force, &draft, load.meters).await? {
            (Ok(old), Ok(new)) => {
                let (energy, old, new): (Energy, Money, Money) = (old.energy, old.total, new.total);
                spread.add(account_row(&state, account), energy, old, new);
            }
            (Err(refusal), _) | (_, Err(refusal)) => {
                spread.refused += 1;
                spread.refusal.get_or_insert(refusal);
            }
        }
    }
    Ok(HttpResponse::Ok().json(Preview { from, to, account: shown, spread }))
}

/// The tariff whose accounts are compared: as asked for, that of the account shown, the draft's own,
/// or the one that most accounts are on.
fn against(
    terms: &Terms,
    order: &PreviewOrder,
    draft: &TariffId,
    own: Option<TariffId>,
) -> TariffId {
    let mut counts = BTreeMap::<&TariffId, u32>::new();
    for tariff in terms.accounts.values() {
        *counts.entry(tariff).or_default() += 1;
    }
    let most = counts.iter().max_by_key(|(_, count)| **count).map(|(tariff, _)| (*tariff).clone());
    let draft_in_use = counts.contains_key(draft).then(|| draft.clone());
    let asked = order.against.clone().or(own).or(draft_in_use).or(most);
    asked.unwrap_or_else(|| draft.clone())
}

struct Load {
    meters: Vec<Vec<Reading>>,
    ends: Option<(Timestamp, Timestamp)>,
    readings: u32,
}

async fn load(
    state: &State,
    account: AccountId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Load, Trouble> {
    let mut load = Load { meters: Vec::new(), ends: None, readings: 0 };
    for row in state.hub.rows_of(account) {
        let meter = row.meter;
        let desk = state.readings.of(row.book);
        let rows = desk.ask(move |db| query::between(db, meter, from, to)).await;
        let rows = rows.map_err(|error| Trouble::fault("read the readings", error))?;
        let used = steps(&rows);
        if let (Some(first), Some(last)) = (used.first(), used.last()) {
            let (from, to) = load.ends.unwrap_or((first.from, last.to));
            load.ends = Some((from.min(first.from), to.max(last.to)));
            load.readings += u32::try_from(used.len()).unwrap_or(u32::MAX);
            load.meters.push(used);
        }
    }
    Ok(load)
}

/// What the register grew by between readings that are believed; a step back counts as nothing.
fn steps(rows: &[ReadingKept]) -> Vec<Reading> {
    let good = |row: &&ReadingKept| matches!(row.quality, Quality::Good);
    let rows: Vec<&ReadingKept> = rows.iter().filter(good).collect();
    let pairs = rows.iter().zip(rows.iter().skip(1));
    pairs
        .filter(|(before, after)| before.at < after.at)
        .map(|(before, after)| Reading {
            from: before.at,
            to: after.at,
            energy: after.register.since(before.register).unwrap_or(Energy::ZERO),
        })
        .collect()
}

type Both = (Result<BillView, String>, Result<BillView, String>);

async fn both(
    old: &Arc<Tariff>,
    new: &Arc<Tariff>,
    load: Vec<Vec<Reading>>,
) -> Result<Both, Trouble> {
    let (old, new) = (Arc::clone(old), Arc::clone(new));
    web::block(move || {
        let told = |priced: Result<BillView, shared::tariff::ChargeError>| {
            priced.map_err(|error| error.to_string())
        };
        (told(price(&old, &load)), told(price(&new, &load)))
    })
    .await
    .map_err(|error| Trouble::fault("price the load", error))
}

fn priced(bill: Result<BillView, String>) -> Priced {
    match bill {
        Ok(bill) => Priced::Bill(bill),
        Err(refusal) => Priced::Refused(refusal),
    }
}

#[cfg(test)]
mod tests {
    use shared::energy::Register;
    use shared::id::MeterId;

    use super::*;

    #[test]
    fn only_believed_readings_make_the_load() {
        let row = |minute: i64, mwh: i64, quality| ReadingKept {
            meter: MeterId(1),
            at: Timestamp::from_millis(minute * 60_000),
            register: Register::from_mwh(mwh),
            power: None,
            quality,
        };
        let rows = [
            row(0, 100, Quality::Good),
            row(1, 900, Quality::Suspect),
            row(2, 150, Quality::Good),
            row(3, 120, Quality::Good),
            row(4, 170, Quality::Good),
        ];
        let used: Vec<_> = steps(&rows).iter().map(|step| step.energy.mwh()).collect();
        assert_eq!(used, [50, 0, 50]);
    }
}
