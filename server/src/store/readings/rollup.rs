//! What a day, a month and a quarter of an hour come to.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{Connection, named_params};
use shared::actor::port::ReadingKept;
use shared::energy::{Energy, Power, Register};
use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::{Span, Timestamp, Zone};

use crate::store::StoreError;

/// A meter's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub first: Register,
    pub last: Register,
    /// What the register grew by between readings; steps back count as nothing.
    pub energy: Energy,
    pub least: Option<Power>,
    pub most: Option<Power>,
    pub readings: u32,
}

impl Day {
    pub(crate) fn of(row: &ReadingKept) -> Self {
        let power = row.power.filter(|_| row.quality == Quality::Good);
        let (first, last) = (row.register, row.register);
        Self { first, last, energy: Energy::ZERO, least: power, most: power, readings: 1 }
    }

    /// This day and what came later of it.
    pub(crate) fn then(self, later: Self) -> Self {
        Self {
            first: self.first,
            last: later.last,
            energy: self.energy + growth(self.last, later.first) + later.energy,
            least: [self.least, later.least].into_iter().flatten().min(),
            most: self.most.max(later.most),
            readings: self.readings.saturating_add(later.readings),
        }
    }
}

fn growth(before: Register, after: Register) -> Energy {
    after.since(before).unwrap_or(Energy::ZERO)
}

/// A civil day as a number that sorts and reads: 20260701.
pub(crate) fn day_number(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

/// Tells the civil day of instants; quick while they stay within one day.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    zone: Zone,
    from: Timestamp,
    to: Timestamp,
    day: i64,
}

impl Calendar {
    pub(crate) fn new(zone: Zone) -> Self {
        let never = Timestamp::from_millis(0);
        Self { zone, from: never, to: never, day: 0 }
    }

    pub(crate) fn day(&mut self, at: Timestamp) -> i64 {
        if at < self.from || at >= self.to {
            let date = self.zone.date(at);
            self.from = self.zone.start_of(date);
            self.to = self.zone.next_midnight(at);
            self.day = day_number(date);
        }
        self.day
    }
}

/// Adds readings of one meter, ascending in time, to its days.
pub(crate) fn add(
    db: &Connection,
    calendar: &mut Calendar,
    meter: MeterId,
    rows: &[ReadingKept],
) -> rusqlite::Result<()> {
    let mut days = BTreeMap::<i64, Day>::new();
    for row in rows {
        let one = Day::of(row);
        days.entry(calendar.day(row.at)).and_modify(|day| *day = day.then(one)).or_insert(one);
    }
    for (number, day) in days {
        db.prepare_cached(
            "INSERT INTO daily (day, meter, first, last, energy, least, most, readings)
             VALUES (:day, :meter, :first, :last, :energy, :least, :most, :readings)
             ON CONFLICT DO UPDATE SET
                 energy = energy + max(0, excluded.first - last) + excluded.energy,
                 last = excluded.last,
                 least = min(coalesce(least, excluded.least), coalesce(excluded.least, least)),
                 most = max(coalesce(most, excluded.most), coalesce(excluded.most, most)),
                 readings = readings + excluded.readings",
        )?
        .execute(named_params! {
            ":day": number,
            ":meter": meter.0,
            ":first": day.first.mwh(),
            ":last": day.last.mwh(),
            ":energy": day.energy.mwh(),
            ":least": day.least.map(Power::watts),
            ":most": day.most.map(Power::watts),
            ":readings": day.readings,
        })?;
    }
    Ok(())
}

/// What each meter used from the first day to the last, both included, as far as it is compacted;
/// ascending by meter. It counts from the last reading of the day before, where there is one.
pub fn energy_of_days(
    db: &Connection,
    first: Date,
    last: Date,
) -> Result<Vec<(MeterId, Energy)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT meter, first, last, energy, day FROM daily WHERE day BETWEEN :before AND :last
         ORDER BY day, meter",
    )?;
    let before = first.yesterday().unwrap_or(first);
    let begin = day_number(first);
    let mut rows = statement
        .query(named_params! { ":before": day_number(before), ":last": day_number(last) })?;
    let mut used = Vec::<(MeterId, Register, Energy)>::new();
    let mut place = 0;
    while let Some(row) = rows.next()? {
        let meter = MeterId(row.get(0)?);
        let first = Register::from_mwh(row.get(1)?);
        let last = Register::from_mwh(row.get(2)?);
        let within = row.get::<_, i64>(4)? >= begin;
        let energy = Energy::from_mwh(if within { row.get(3)? } else { 0 });
        // Days come in the order of meters, so the next meter is nearly always the next place.
        if used.get(place).is_none_or(|(at, ..)| *at != meter) {
            place = match used.binary_search_by_key(&meter, |(at, ..)| *at) {
                Ok(place) => place,
                Err(place) => {
                    used.insert(place, (meter, first, Energy::ZERO));
                    place
                }
            };
        }
        if let Some((_, before, sum)) = used.get_mut(place) {
            if within {
                *sum += growth(*before, first) + energy;
            }
            *before = last;
        }
        place += 1;
    }
    Ok(used.into_iter().map(|(meter, _, energy)| (meter, energy)).collect())
}

const QUARTER: i64 = 900_000;

/// The powers of all meters of a book, as last read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Together(Vec<(MeterId, Timestamp, Power)>);

impl Together {
    /// Takes a round in, ascending by meter, and says what all meters drew together; a meter that
    /// was not read for a quarter of an hour, or not well, counts as unknown and is left out.
    pub(crate) fn absorb(&mut self, round: Timestamp, rows: &[ReadingKept]) -> Option<Power> {
        let mut known = self.0.iter_mut().peekable();
        let mut missing = Vec::new();
        for row in rows {
            let good = row.power.filter(|_| row.quality == Quality::Good);
            while known.next_if(|(meter, ..)| *meter < row.meter).is_some() {}
            let at = if good.is_some() { row.at } else { Timestamp::from_millis(i64::MIN) };
            let power = good.unwrap_or(Power::ZERO);
            match known.peek_mut() {
                Some(entry) if entry.0 == row.meter => **entry = (row.meter, at, power),
                Some(_) | None => missing.push((row.meter, at, power)),
            }
        }
        if !missing.is_empty() {
            self.0.append(&mut missing);
            self.0.sort_by_key(|(meter, ..)| *meter);
        }
        let oldest = round - Span::from_millis(QUARTER);
        let mut fresh = self.0.iter().filter(|(_, at, _)| *at > oldest).map(|(.., power)| *power);
        let first = fresh.next()?;
        Some(first + fresh.sum())
    }
}

pub(crate) fn add_load(db: &Connection, round: Timestamp, power: Power) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO load (quarter, total, rounds) VALUES (:quarter, :total, 1)
         ON CONFLICT DO UPDATE SET total = total + excluded.total, rounds = rounds + 1",
    )?
    .execute(named_params! {
        ":quarter": round.millis().div_euclid(QUARTER) * QUARTER,
        ":total": power.watts(),
    })?;
    Ok(())
}

/// Mean power of all meters together in each quarter of an hour of `[from, to)`; gaps are gaps.
pub fn quarters(
    db: &Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Option<Power>>, StoreError> {
    let mut found = BTreeMap::new();
    let mut statement = db.prepare_cached(
        "SELECT quarter, total / rounds FROM load WHERE quarter >= :from AND quarter < :to",
    )?;
    let mut quarter = from.millis().div_euclid(QUARTER) * QUARTER;
    let mut rows = statement.query(named_params! { ":from": quarter, ":to": to.millis() })?;
    while let Some(row) = rows.next()? {
        found.insert(row.get::<_, i64>(0)?, Power::from_watts(row.get(1)?));
    }
    let mut quarters = Vec::new();
    while quarter < to.millis() {
        quarters.push(found.get(&quarter).copied());
        quarter += QUARTER;
    }
    Ok(quarters)
}
