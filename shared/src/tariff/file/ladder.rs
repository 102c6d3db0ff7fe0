//! Ladders and allowances in tariff files.

use crate::money::UnitPrice;
use crate::tariff::block::{Kind, Ladder, Limits, Reset};
use crate::tariff::file::Shared;
use crate::tariff::file::days::month_day;
use crate::tariff::file::node::{Node, Read, Table};
use crate::tariff::version::Version;

fn reset(table: &Table<'_>) -> Read<Reset> {
    let words = [
        ("day", Reset::Day),
        ("month", Reset::Month),
        ("billing-month", Reset::BillingMonth),
        ("year", Reset::Year(crate::tariff::calendar::MonthDay { month: 1, day: 1 })),
    ];
    let node = table.need("reset")?;
    let reset = node.word(&words)?;
    match (reset, table.get("from")) {
        (Reset::Year(_), Some(from)) => Ok(Reset::Year(month_day(&from, from.str()?)?)),
        (_, Some(from)) => Err(from.refuse("only a ladder by year begins on a date")),
        (reset, None) => Ok(reset),
    }
}

fn per_day(table: &Table<'_>) -> Read<bool> {
    let unit = table.get("unit");
    Ok(unit
        .map(|node| node.word(&[("kWh", false), ("kWh/day", true)]))
        .transpose()?
        .unwrap_or(false))
}

/// Energy of a scope up to a quantity: `{ kwh = "50", reset = "month" }`.
pub(super) fn allowance(node: &Node<'_>, version: &Version, shared: &mut Shared) -> Read<Ladder> {
    let table = node.table()?;
    let scope = shared.scope(reset(&table)?);
    let per_day = per_day(&table)?;
    let entry = table.need("kwh")?;
    let mut limits = Vec::new();
    if entry.is_table() {
        limits = seasonal(&entry, version, 1)?;
        if limits.last().is_none_or(|last| last.season.is_some()) {
            limits.push(Limits { season: None, mwh: vec![0] });
        }
    } else {
        limits.push(Limits { season: None, mwh: vec![entry.millionths()?] });
    }
    let shorten_first = shorten(&table)?;
    table.finish()?;
    Ok(Ladder { kind: Kind::Graduated, scope, per_day, shorten_first, limits })
}

fn shorten(table: &Table<'_>) -> Read<bool> {
    let node = table.get("first");
    Ok(node
        .map(|node| node.word(&[("whole", false), ("by-days", true)]))
        .transpose()?
        .unwrap_or(false))
}

/// Limits by season; `other` is for the rest of the year.
fn seasonal(node: &Node<'_>, version: &Version, most: usize) -> Read<Vec<Limits>> {
    let mut all = Vec::new();
    let mut others = None;
    for (name, entry) in node.table()?.entries() {
        let mwh = increasing(&entry, most)?;
        let season = version.seasons.iter().position(|season| season.name == name);
        if season.is_none() && name != crate::tariff::file::times::OTHER {
            return Err(entry.refuse(format!("there is no season `{name}` in this version")));
        }
        let limits = Limits { season, mwh };
        match season {
            Some(_) => all.push(limits),
            None => others = Some(limits),
        }
    }
    all.extend(others);
    Ok(all)
}

fn increasing(node: &Node<'_>, most: usize) -> Read<Vec<i64>> {
    let mut mwh: Vec<i64> = Vec::new();
    for entry in node.list() {
        let limit = entry.millionths()?;
        if limit <= mwh.last().copied().unwrap_or(if most == 1 { -1 } else { 0 }) {
            return Err(entry.refuse("limits must increase, from above zero"));
        }
        mwh.push(limit);
    }
    Ok(mwh)
}

pub(super) fn ladder(
    node: &Node<'_>,
    version: &Version,
    shared: &mut Shared,
) -> Read<(Ladder, Vec<UnitPrice>)> {
    let table = node.table()?;
    let kinds = [("replace", 0_u8), ("additive", 1), ("whole", 2), ("look-back", 3)];
    let kind = table.get("kind").map(|node| node.word(&kinds)).transpose()?.unwrap_or(0);
    let reset = match kind {
        3 if table.get("reset").is_none() => Reset::BillingMonth,
        _ => reset(&table)?,
    };
    let whole_month = match reset {
        Reset::Day | Reset::BillingMonth => true,
        Reset::Month => shared.billing_day == 1,
        Reset::Year(_) => false,
    };
    if kind == 2 && !whole_month || kind == 3 && (reset == Reset::Day || !whole_month) {
        return Err(table.node.refuse(
            "a whole volume is priced within one billing month: reset it by billing-month (or day)",
        ));
    }
    let entry = table.need("limits")?;
    let limits = if entry.is_table() {
        let mut limits = seasonal(&entry, version, usize::MAX)?;
        if limits.last().is_none_or(|last| last.season.is_some()) {
            limits.push(Limits { season: None, mwh: Vec::new() });
        }
        limits
    } else {
        vec![Limits { season: None, mwh: increasing(&entry, usize::MAX)? }]
    };
    let months = table.get("months").map(|node| node.int(1, 12)).transpose()?.unwrap_or(3);
    let months = usize::try_from(months).map_err(|error| node.refuse(error.to_string()))?;
    let adders = table.list("adders").iter().map(Node::price).collect::<Read<Vec<_>>>()?;
    if (kind == 1) == adders.is_empty() {
        return Err(table
            .node
            .refuse("`adders` belong to a ladder of kind `additive`, and only there"));
    }
    let ladder = Ladder {
        kind: match kind {
            2 => Kind::Whole,
            3 => Kind::LookBack(months),
            _ => Kind::Graduated,
        },
        scope: shared.scope(reset),
        per_day: per_day(&table)?,
        shorten_first: shorten(&table)?,
        limits,
    };
    table.finish()?;
    Ok((ladder, adders))
}
