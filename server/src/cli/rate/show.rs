//! Bills as JSON with exact amounts, and as a table with a small chart for people.

use std::fmt::Write as _;

use serde::Serialize;
use shared::energy::Energy;
use shared::tariff::{Bill, BillLine, Class, Exact, Tariff};

use super::{Fault, Periods};

#[derive(Serialize)]
struct Answer {
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    periods: Option<Vec<Entry>>,
}

#[derive(Serialize)]
struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    kwh: String,
    energy: String,
    fixed: String,
    demand: String,
    minimum: String,
    power_factor: String,
    levies: String,
    tax: String,
    total: String,
    posted: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    component: String,
    period: Option<String>,
    tier: Option<usize>,
    kwh: Option<String>,
    amount: String,
}

/// Energy in 10⁻⁶ kWh divided by `grain`: exact, as amounts are.
fn kwh(energy: Energy, grain: i64) -> String {
    Exact::of_energy(energy, grain).to_string()
}

fn entry(name: &str, bill: &Bill, grain: i64, periods: Periods) -> Entry {
    let of = |class| bill.class_total(class).to_string();
    let line = |line: &BillLine| Line {
        component: line.component.clone(),
        period: line.period.clone(),
        tier: line.tier,
        kwh: line.energy.map(|energy| kwh(energy, grain)),
        amount: line.amount.to_string(),
    };
    let is_month = periods == Periods::Month;
    Entry {
        month: is_month.then(|| name.to_owned()),
        period: (!is_month).then(|| name.to_owned()),
        kwh: kwh(bill.energy, grain),
        energy: of(Class::Energy),
        fixed: of(Class::Fixed),
        demand: of(Class::Demand),
        minimum: of(Class::Minimum),
        power_factor: of(Class::PowerFactor),
        levies: of(Class::Levies),
        tax: of(Class::Tax),
        total: bill.total().to_string(),
        posted: bill.posted.minor().to_string(),
        lines: bill.lines.iter().map(line).collect(),
    }
}

pub(super) fn json(
    tariff: &Tariff,
    bills: &[(String, Bill)],
    grain: i64,
    periods: Periods,
) -> Result<String, Fault> {
    let entries = bills.iter().map(|(name, bill)| entry(name, bill, grain, periods)).collect();
    let (months, others) = match periods {
        Periods::Month => (Some(entries), None),
        Periods::Day | Periods::Year | Periods::All => (None, Some(entries)),
    };
    let answer = Answer { currency: tariff.currency().to_string(), months, periods: others };
    serde_json::to_string(&answer).map_err(Fault::failed)
}

/// A table of the periods, the lines of all of them, and kWh by period as bars.
pub(super) fn table(tariff: &Tariff, bills: &[(String, Bill)], grain: i64) -> String {
    let mut rows = vec![
        [
            "",
            "kWh",
            "energy",
            "fixed",
            "demand",
            "minimum",
            "power factor",
            "levies",
            "tax",
            "total",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    let row = |name: &str, bill: &Bill| {
        let money = |class| shown(&bill.class_total(class), tariff);
        let total: Exact = bill.total();
        let mut row = vec![name.to_owned(), kwh(bill.energy, grain)];
        row.extend(CLASSES.map(money));
        row.push(shown(&total, tariff));
        row
    };
    rows.extend(bills.iter().map(|(name, bill)| row(name, bill)));
    let sum = Bill::sum(bills.iter().map(|(_, bill)| bill));
    if let Some(sum) = sum.as_ref().filter(|_| bills.len() > 1) {
        rows.push(row("sum", sum));
    }
    // Columns that say nothing are left out.
    let said = |column: usize| {
        rows.iter()
            .skip(1)
            .filter_map(|row| row.get(column))
            .any(|cell| cell.bytes().any(|byte| (b'1'..=b'9').contains(&byte)))
    };
    let columns: Vec<usize> = (0..rows.first().map_or(0, Vec::len))
        .filter(|&column| column < 2 || said(column))
        .collect();
    let mut text = format!("{} ({}), {}\n\n", tariff.name(), tariff.id(), tariff.currency());
    text.push_str(&aligned(&rows, &columns));
    if let Some(sum) = &sum {
        text.push_str(&chart(sum, grain));
    }
    text.trim_end().to_owned()
}

const CLASSES: [Class; 7] = [
    Class::Energy,
    Class::Fixed,
    Class::Demand,
    Class::Minimum,
    Class::PowerFactor,
    Class::Levies,
    Class::Tax,
];

fn shown(exact: &Exact, tariff: &Tariff) -> String {
    let rounded = exact.round(shared::money::Rounding::HalfUp, tariff.currency());
    rounded.to_decimal(tariff.currency()).to_string()
}

fn aligned(rows: &[Vec<String>], columns: &[usize]) -> String {
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let mut text = String::new();
    for row in rows {
        for (place, &column) in columns.iter().enumerate() {
            let width = rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
            let padded = if place == 0 {
                format!("{:<width$}", cell(row, column))
            } else {
                format!("  {:>width$}", cell(row, column))
            };
            text.push_str(&padded);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// kWh by period of the components that have periods, as bars of at most 40 places.
fn chart(bill: &Bill, grain: i64) -> String {
    let mut bars: Vec<(String, i64)> = Vec::new();
    let timed =
        bill.lines.iter().find(|line| line.period.as_deref().is_some_and(|name| name != "all"));
    let shown = timed.or_else(|| bill.lines.iter().find(|line| line.period.is_some()));
    let Some(component) = shown.map(|line| line.line) else { return String::new() };
    for line in bill.lines.iter().filter(|line| line.line == component) {
        let (Some(period), Some(energy)) = (&line.period, line.energy) else { continue };
        match bars.iter_mut().find(|(name, _)| name == period) {
            Some((_, sum)) => *sum += energy.mwh(),
            None => bars.push((period.clone(), energy.mwh())),
        }
    }
    let most = bars.iter().map(|(_, energy)| *energy).max().unwrap_or(0).max(1);
    let width = bars.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::from("\nkWh by period\n");
    for (name, energy) in &bars {
        let length = usize::try_from(i128::from(*energy) * 40 / i128::from(most)).unwrap_or(0);
        writeln!(
            text,
            "{name:<width$}  {:<40}  {}",
            "█".repeat(length),
            kwh(Energy::from_mwh(*energy), grain)
        )
        .expect("a String takes every write");
    }
    text
}
