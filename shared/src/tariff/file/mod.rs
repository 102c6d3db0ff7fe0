//! Reading a tariff file: TOML in, a checked [`Tariff`] out, or one sentence with path and line.

mod component;
mod days;
mod demand;
mod ladder;
mod node;
mod price;
#[cfg(test)]
mod refusals;
mod times;

use sha2::{Digest, Sha256};

use crate::id::TariffId;
use crate::money::{Currency, Rounding};
use crate::tariff::block::Reset;
use crate::tariff::calendar::{Calendar, DayTest};
use crate::tariff::error::{ChargeError, TariffError};
use crate::tariff::evaluate::MAX_LINES;
use crate::tariff::quantity::{Quantity, QuantityRounding};
use crate::tariff::schedule::{Clock, Schedule};
use crate::tariff::version::{Charge, MinimumPer, Version};
use crate::tariff::{LineKey, Tariff};
use crate::time::{Timestamp, Zone};

use node::{Node, Read, Table};

/// What the versions of one file share.
#[derive(Default)]
pub(super) struct Shared {
    lines: Vec<String>,
    scopes: Vec<Reset>,
    demand_slots: Vec<String>,
    series: Vec<String>,
    billing_day: i8,
    calendars: Vec<Calendar>,
}

impl Shared {
    fn line(&mut self, name: &str, node: &Node<'_>) -> Read<LineKey> {
        let place = place_of(&mut self.lines, name);
        if place >= MAX_LINES {
            return Err(node.refuse(format!("a tariff has at most {MAX_LINES} lines")));
        }
        Ok(LineKey(u16::try_from(place).map_err(|error| node.refuse(error.to_string()))?))
    }

    fn scope(&mut self, reset: Reset) -> usize {
        let known = self.scopes.iter().position(|scope| *scope == reset);
        known.unwrap_or_else(|| {
            self.scopes.push(reset);
            self.scopes.len() - 1
        })
    }
}

fn place_of(names: &mut Vec<String>, name: &str) -> usize {
    let known = names.iter().position(|known| known == name);
    known.unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

pub(super) fn read(text: &str) -> Result<Tariff, TariffError> {
    let document = node::document(text)?;
    let root = Table::root(text, &document);
    let id = root.need("id")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if id.str()?.is_empty() || !id.str()?.bytes().all(plain) {
        return Err(id.refuse("an id is made of letters, digits, `-` and `_`"));
    }
    let currency = root.need("currency")?;
    let zone = root.need("zone")?;
    let clock = [("local", Clock::Local), ("standard", Clock::Standard)];
    let day = root.get("billing_day").map(|node| node.int(1, 28)).transpose()?.unwrap_or(1);
    let mut shared = Shared {
        billing_day: i8::try_from(day).map_err(|error| root.node.refuse(error.to_string()))?,
        calendars: days::calendars(&root)?,
        ..Shared::default()
    };
    let (running, close) = rounding(&root)?;
    let quantity = quantity(&root)?;
    for key in ["confidence", "source", "note", "retrieved"] {
        root.text(key)?;
    }
    let zone_read = Zone::named(zone.str()?).map_err(|error| zone.refuse(error.to_string()))?;
    let nodes = root.need("versions")?.list();
    let mut versions: Vec<Version> = Vec::new();
    for (node, number) in nodes.iter().zip(1..) {
        let version = version(node, number, &zone_read, &mut shared)?;
        if versions.last().is_some_and(|before| before.from >= version.from) {
            let from = node.table()?.need("from")?;
            return Err(from.refuse("a version must start later than the one before it"));
        }
        versions.push(version);
    }
    if versions.is_empty() {
        return Err(root.need("versions")?.refuse("a tariff has at least one version"));
    }
    let known_until = holidays(&versions, &nodes, &shared.calendars, &zone_read)?;
    let tariff = Tariff {
        id: TariffId(id.str()?.to_owned()),
        name: root.text("name")?.unwrap_or_else(|| id.str().map(str::to_owned).unwrap_or_default()),
        currency: Currency::try_from(currency.str()?.to_owned())
            .map_err(|error| currency.refuse(error.to_string()))?,
        zone: zone_read,
        clock: root.get("clock").map(|node| node.word(&clock)).transpose()?.unwrap_or_default(),
        billing_day: shared.billing_day,
        running,
        close,
        quantity,
        yearly_minimum: versions.iter().flat_map(|version| &version.components).any(
            |component| matches!(&component.charge, Charge::Minimum(minimum) if minimum.per == MinimumPer::Year),
        ),
        calendars: shared.calendars,
        scopes: shared.scopes,
        lines: shared.lines,
        demand_slots: shared.demand_slots,
        series: vec![None; shared.series.len()],
        series_names: shared.series,
        versions,
        fingerprint: fingerprint(text),
        known_until,
    };
    root.finish()?;
    Ok(tariff)
}

fn fingerprint(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn rounding(root: &Table<'_>) -> Read<(Rounding, Rounding)> {
    let Some(node) = root.get("rounding") else { return Ok((Rounding::Floor, Rounding::HalfUp)) };
    let table = node.table()?;
    let words = [("floor", Rounding::Floor), ("half-up", Rounding::HalfUp)];
    let word = |key, default| {
        let read = table.get(key).map(|node| node.word(&words)).transpose();
        read.map(|word| word.unwrap_or(default))
    };
    let both = (word("running", Rounding::Floor)?, word("close", Rounding::HalfUp)?);
    table.finish()?;
    Ok(both)
}

/// Such as `quantity = { step = "0.01", every = 30, rounding = "half-even" }`.
fn quantity(root: &Table<'_>) -> Read<Option<Quantity>> {
    let Some(node) = root.get("quantity") else { return Ok(None) };
    let table = node.table()?;
    let step = table.need("step")?;
    let every = table.need("every")?;
    let words = [
        ("half-even", QuantityRounding::HalfEven),
        ("half-up", QuantityRounding::HalfUp),
        ("floor", QuantityRounding::Floor),
    ];
    let quantity = Quantity {
        minutes: every.int(1, 60)?,
        step: step.millionths()?,
        rounding: table.need("rounding")?.word(&words)?,
    };
    if quantity.step == 0 {
        return Err(step.refuse("a step of nothing rounds nothing; leave `quantity` out"));
    }
    if 60 % quantity.minutes != 0 {
        return Err(every.refuse("an interval divides the hour: 5, 10, 15, 30 or 60 minutes"));
    }
    table.finish()?;
    Ok(Some(quantity))
}

fn version(node: &Node<'_>, number: u32, zone: &Zone, shared: &mut Shared) -> Read<Version> {
    let table = node.table()?;
    let from = instant(&table.need("from")?, zone)?;
    let seasons = days::seasons(&table)?;
    let day_types = days::day_types(&table, &shared.calendars)?;
    let mut schedules = vec![Schedule::flat()];
    if let Some(rules) = table.get("schedule") {
        schedules.push(times::schedule("schedule", &rules, &seasons, &day_types)?);
    }
    if let Some(named) = table.get("schedules") {
        for (name, rules) in named.table()?.entries() {
            schedules.push(times::schedule(name, &rules, &seasons, &day_types)?);
        }
    }
    let (source, note) = (table.text("source")?, table.text("note")?);
    let mut version = Version {
        number,
        from,
        seasons,
        day_types,
        schedules,
        components: Vec::new(),
        order: Vec::new(),
        independent: false,
        buckets: 0,
        sums: 0,
        source,
        note,
    };
    component::components(node, &table, &mut version, shared)?;
    table.finish()?;
    Ok(version)
}

/// A date means its first instant; a time of day may be given with its offset.
fn instant(node: &Node<'_>, zone: &Zone) -> Read<Timestamp> {
    let text = node.str()?;
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        return Ok(zone.start_of(date));
    }
    Timestamp::parse(text).ok_or_else(|| {
        node.refuse(format!(
            "`{text}` is neither a date (2025-01-01) nor an instant with its offset"
        ))
    })
}

/// Every year that a version surely runs through must be in the calendars it uses. Beyond the last
/// known year of the last version nothing can be priced, which [`ChargeError::UnknownYear`] says.
fn holidays(
    versions: &[Version],
    nodes: &[Node<'_>],
    calendars: &[Calendar],
    zone: &Zone,
) -> Read<Option<(Timestamp, ChargeError)>> {
    let mut unknown: Option<(Timestamp, ChargeError)> = None;
    for (place, (version, node)) in versions.iter().zip(nodes).enumerate() {
        let first = zone.date(version.from).year();
        for day_type in &version.day_types {
            let DayTest::Calendar(number) = day_type.test else { continue };
            let Some(calendar) = calendars.get(number) else { continue };
            let Some(last_known) = calendar.years.last().copied() else { continue };
            let next = versions.get(place + 1);
            let last_needed = next.map_or(last_known.max(first), |next| {
                zone.date(Timestamp::from_millis(next.from.millis() - 1)).year()
            });
            for year in first..=last_needed {
                if calendar.years.binary_search(&year).is_err() {
                    return Err(node.refuse(format!(
                        "the calendar `{}` has no days for {year}, in which this version is in force",
                        calendar.name
                    )));
                }
            }
            if next.is_none() {
                let year = last_known + 1;
                let start = jiff::civil::Date::new(year, 1, 1)
                    .map_err(|error| node.refuse(error.to_string()))?;
                let error = ChargeError::UnknownYear { calendar: calendar.name.clone(), year };
                let start = zone.start_of(start);
                if unknown.as_ref().is_none_or(|(until, _)| start < *until) {
                    unknown = Some((start, error));
                }
            }
        }
    }
    Ok(unknown)
}
