//! The rules at work: over records in order, each finding with the records that make it.

use std::collections::BTreeMap;

use super::{Borders, Fact, Finding, Rule, What};
use crate::id::{AccountId, Book, MeterId, Seq, StaffId};
use crate::money::Money;
use crate::policy::DaySpan;
use crate::time::{Timestamp, Zone};

/// All findings of these records, which are in order; `now` says how long something has lasted.
pub fn find(facts: &[Fact], borders: &Borders, zone: &Zone, now: Timestamp) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, fact) in facts.iter().enumerate() {
        found.extend(alone(fact, borders, zone));
        let (before, after) = facts.split_at(place);
        found.extend(with_others(fact, before, after, borders, now));
    }
    found.extend(split_sales(facts, borders));
    found.sort_by_key(|finding| (finding.entries.last().copied(), finding.rule));
    found
}

/// What a record says by itself.
fn alone(fact: &Fact, borders: &Borders, zone: &Zone) -> Vec<Finding> {
    let mut found = Vec::new();
    match &fact.what {
        What::Given { amount } => found.push(of(Rule::FreeCredit, fact, Some(*amount))),
        What::Reversed { amount, sold } => {
            found.push(of(Rule::Reversal, fact, Some(*amount)));
            if sold.is_some_and(|sold| zone.date(sold) < zone.date(fact.at)) {
                found.push(of(Rule::BackDated, fact, Some(*amount)));
            }
        }
        What::Refunded { amount } => found.push(of(Rule::Refund, fact, Some(*amount))),
        What::Reprinted { .. } => found.push(of(Rule::Reprint, fact, None)),
        What::Dated { from } if zone.date(*from) < zone.date(fact.at) => {
            found.push(of(Rule::BackDated, fact, None));
        }
        What::Exchanged { first, manual } if *manual || first.mwh() > borders.first.mwh() => {
            found.push(of(Rule::FirstReading, fact, None));
        }
        What::OwnApproval => found.push(of(Rule::SelfApproval, fact, None)),
        What::Split { sum } => found.push(of(Rule::SplitSales, fact, Some(*sum))),
        What::Sold { .. }
        | What::Dated { .. }
        | What::Tariff { .. }
        | What::Exchanged { .. }
        | What::Spared { .. }
        | What::SparedNoMore
        | What::Made { .. }
        | What::Approved { .. }
        | What::ShiftClosed
        | What::Other => (),
    }
    // Simulated time has no office.
    let by_person = fact.by != StaffId(0) && fact.book == Book::Live;
    if by_person && !borders.hours.is_empty() && !open(&borders.hours, zone, fact.at) {
        let amount = match fact.what {
            What::Sold { amount }
            | What::Given { amount }
            | What::Refunded { amount }
            | What::Reversed { amount, .. } => Some(amount),
            What::Reprinted { .. }
            | What::Dated { .. }
            | What::Tariff { .. }
            | What::Exchanged { .. }
            | What::Spared { .. }
            | What::SparedNoMore
            | What::OwnApproval
            | What::Made { .. }
            | What::Approved { .. }
            | What::ShiftClosed
            | What::Split { .. }
            | What::Other => None,
        };
        found.push(of(Rule::AfterHours, fact, amount));
    }
    found
}

fn open(hours: &[DaySpan], zone: &Zone, at: Timestamp) -> bool {
    let civil = zone.civil(at);
    let minute = u16::try_from(i32::from(civil.hour()) * 60 + i32::from(civil.minute()))
        .expect("a day has 1440 minutes");
    hours.iter().any(|span| {
        if span.to > span.from {
            (span.from..span.to).contains(&minute)
        } else {
            minute >= span.from || minute < span.to
        }
    })
}

/// What a record says together with those before and after it.
fn with_others(
    fact: &Fact,
    before: &[Fact],
    after: &[Fact],
    borders: &Borders,
    now: Timestamp,
) -> Option<Finding> {
    match &fact.what {
        What::ShiftClosed => {
            let soon = |own: &&Fact| {
                own.by == fact.by
                    && own.book == fact.book
                    && fact.at - own.at <= borders.before_close
                    && matches!(own.what, What::Reversed { .. })
            };
            let reversed: Vec<&Fact> = before.iter().filter(soon).collect();
            let last = reversed.last()?;
            let amount = reversed.iter().filter_map(|own| {
                if let What::Reversed { amount, .. } = own.what { Some(amount) } else { None }
            });
            let entries = reversed.iter().map(|own| own.seq).chain([fact.seq]).collect();
            let whole = of(Rule::ReversalBeforeClose, last, Some(amount.sum()));
            Some(Finding { at: fact.at, entries, ..whole })
        }
        What::Tariff { tariff, .. } => round_trip(fact, tariff, before, after, borders),
        What::Approved { asked_by, approved_by } => {
            let made = |own: &&Fact| {
                let of_approver = matches!(own.what, What::Made { staff } if staff == *approved_by);
                of_approver && own.by == *asked_by && fact.at - own.at <= borders.made
            };
            let last = before.iter().rev().find(made)?;
            let entries = vec![last.seq, fact.seq];
            Some(Finding { by: *asked_by, entries, ..of(Rule::MadeApprover, fact, None) })
        }
        What::Spared { until } => {
            let of_same = |own: &&Fact| {
                own.account == fact.account
                    && own.meter == fact.meter
                    && own.seq > fact.seq
                    && matches!(own.what, What::SparedNoMore | What::Spared { .. })
            };
            let ended = after.iter().find(of_same).map(|own| own.at);
            // Planned for long, or lasting for long by now.
            let planned = until.filter(|_| ended.is_none());
            let end = ended.or(planned).unwrap_or(now);
            (end - fact.at > borders.spared).then(|| of(Rule::LongProtection, fact, None))
        }
        What::Sold { .. }
        | What::Given { .. }
        | What::Reversed { .. }
        | What::Refunded { .. }
        | What::Reprinted { .. }
        | What::Dated { .. }
        | What::Exchanged { .. }
        | What::SparedNoMore
        | What::OwnApproval
        | What::Made { .. }
        | What::Split { .. }
        | What::Other => None,
    }
}

/// Sales of one person to one account, close together, each within the limit and all of them above.
fn split_sales(facts: &[Fact], borders: &Borders) -> Vec<Finding> {
    let Some(limit) = borders.sale else { return Vec::new() };
    let mut open = BTreeMap::<(Book, StaffId, Option<AccountId>), Vec<(&Fact, Money)>>::new();
    let mut found = Vec::new();
    for fact in facts {
        let What::Sold { amount } = fact.what else { continue };
        if amount > limit || fact.by == StaffId(0) {
            continue;
        }
        let run = open.entry((fact.book, fact.by, fact.account)).or_default();
        if run.last().is_some_and(|(last, _)| fact.at - last.at > borders.together) {
            found.extend(split(run, limit));
            run.clear();
        }
        run.push((fact, amount));
    }
    found.extend(open.values().filter_map(|run| split(run, limit)));
    found
}

fn split(run: &[(&Fact, Money)], limit: Money) -> Option<Finding> {
    let sum: Money = run.iter().map(|(_, amount)| *amount).sum();
    let (last, _) = run.last().filter(|_| run.len() > 1 && sum > limit)?;
    let entries = run.iter().map(|(fact, _)| fact.seq).collect();
    Some(Finding { entries, ..of(Rule::SplitSales, last, Some(sum)) })
}

/// Prices that hold for a short while and were sold at. They count from when they hold, not from when
/// they were published: both changes may stand in one file, weeks ahead.
fn round_trip(
    fact: &Fact,
    tariff: &str,
    before: &[Fact],
    after: &[Fact],
    borders: &Borders,
) -> Option<Finding> {
    let mut begins: Vec<(Timestamp, Seq)> = Vec::new();
    for own in before.iter().chain([fact]).filter(|own| own.book == fact.book) {
        if let What::Tariff { tariff: other, begins: its } = &own.what
            && other == tariff
        {
            begins.extend(its.iter().map(|at| (*at, own.seq)));
        }
    }
    begins.sort_unstable();
    let sold = |own: &&Fact| own.book == fact.book && matches!(own.what, What::Sold { .. });
    let (mut entries, mut at) = (Vec::new(), fact.at);
    for ((begin, first), (end, second)) in begins.iter().zip(begins.iter().skip(1)) {
        let newer = *first.max(second) == fact.seq;
        if !newer || *end - *begin > borders.round_trip {
            continue;
        }
        let within = |own: &&Fact| (*begin..*end).contains(&own.at);
        for own in before.iter().chain(after).filter(sold).filter(within) {
            entries.extend([*first, own.seq, *second]);
            at = at.max(own.at);
        }
    }
    entries.sort_unstable();
    entries.dedup();
    let found = Finding { at, entries, ..of(Rule::RoundTrip, fact, None) };
    (!found.entries.is_empty()).then_some(found)
}

fn of(rule: Rule, fact: &Fact, amount: Option<Money>) -> Finding {
    let Fact { seq, at, book, by, account, meter, what: _ } = fact;
    let (account, meter): (Option<AccountId>, Option<MeterId>) = (*account, *meter);
    Finding { rule, at: *at, book: *book, by: *by, account, meter, amount, entries: vec![*seq] }
}
