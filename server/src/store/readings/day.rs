//! What a meter used on a day, and all meters in a month. A blob holds a day of up to 1,000 meters.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, named_params};
use shared::energy::{Energy, Power, Register};
use shared::id::MeterId;
use shared::time::{Timestamp, Zone};

use crate::store::StoreError;
use crate::store::readings::pack::{Bytes, Spoilt, column, put_column, put_signed, put_unsigned};
use crate::store::readings::writer::chunk_of;

/// A meter's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub first: Register,
    pub last: Register,
    /// What the register grew by since the last reading before the day; steps back count as nothing.
    pub energy: Energy,
    pub least: Option<Power>,
    pub most: Option<Power>,
    pub readings: u32,
}

impl Day {
    /// The day of these readings, ascending in time; `before` is the register at the reading before
    /// them, `powers` are those of good readings. None of no readings.
    pub(crate) fn of(
        before: Option<i64>,
        registers: &[i64],
        powers: impl Iterator<Item = i64>,
    ) -> Option<Self> {
        let (first, last) = (*registers.first()?, *registers.last()?);
        let mut energy = Energy::ZERO;
        let mut before = before.unwrap_or(first);
        for register in registers {
            energy += growth(Register::from_mwh(before), Register::from_mwh(*register));
            before = *register;
        }
        let extremes = powers.fold(None, |extremes: Option<(i64, i64)>, power| {
            let (least, most) = extremes.unwrap_or((power, power));
            Some((least.min(power), most.max(power)))
        });
        Some(Self {
            first: Register::from_mwh(first),
            last: Register::from_mwh(last),
            energy,
            least: extremes.map(|(least, _)| Power::from_watts(least)),
            most: extremes.map(|(_, most)| Power::from_watts(most)),
            readings: u32::try_from(registers.len()).unwrap_or(u32::MAX),
        })
    }

    /// This day and what came later of it.
    pub(crate) fn then(self, later: Self) -> Self {
        Self {
            first: self.first,
            last: later.last,
            energy: self.energy + later.energy,
            least: [self.least, later.least].into_iter().flatten().min(),
            most: self.most.max(later.most),
            readings: self.readings.saturating_add(later.readings),
        }
    }
}

pub(crate) fn growth(before: Register, after: Register) -> Energy {
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

    /// When the day ends that was last told.
    pub(crate) fn end(&self) -> Timestamp {
        self.to
    }
}

/// Days of meters, ascending by meter within a day.
pub(crate) type Days = BTreeMap<i64, Vec<(MeterId, Day)>>;

/// Adds days of meters of one chunk, each later than what is kept of it.
pub(crate) fn add(db: &Connection, days: &Days) -> Result<(), StoreError> {
    for (number, later) in days {
        let Some((meter, _)) = later.first() else { continue };
        let id = id_of(*number, chunk_of(*meter));
        let kept: Option<Vec<u8>> = db
            .prepare_cached("SELECT rows FROM day WHERE id = :id")?
            .query_row(named_params! { ":id": id }, |row| row.get(0))
            .optional()?;
        let blob = match kept {
            None => encoded(later),
            Some(kept) => encoded(&merged(decoded(&kept).map_err(spoilt(*number))?, later)),
        };
        db.prepare_cached("INSERT OR REPLACE INTO day (id, rows) VALUES (:id, :rows)")?
            .execute(named_params! { ":id": id, ":rows": blob })?;
    }
    Ok(())
}

fn id_of(day: i64, chunk: i64) -> i64 {
    day << 16 | chunk
}

/// More than a meter uses in a day, and few enough for sums of years to fit.
const MOST: i64 = 1 << 52;

fn spoilt(day: i64) -> impl FnOnce(Spoilt) -> StoreError {
    move |source| StoreError::SpoiltDay { day, source }
}

/// Both, ascending by meter.
fn merged(earlier: Vec<(MeterId, Day)>, later: &[(MeterId, Day)]) -> Vec<(MeterId, Day)> {
    let mut both: BTreeMap<MeterId, Day> = earlier.into_iter().collect();
    for (meter, day) in later {
        both.entry(*meter).and_modify(|kept| *kept = kept.then(*day)).or_insert(*day);
    }
    both.into_iter().collect()
}

/// Meters and energies come first: a month needs nothing else.
fn encoded(days: &[(MeterId, Day)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(32 + days.len() * 16);
    put_unsigned(&mut out, u64::try_from(days.len()).expect("a chunk has few meters"));
    let Some((first, _)) = days.first() else { return out };
    put_signed(&mut out, i64::from(first.0));
    let mut put = |values: &mut dyn Iterator<Item = i64>| {
        put_column(&mut out, &values.collect::<Vec<i64>>());
    };
    let meters = days.iter().map(|(meter, _)| i64::from(meter.0));
    put(&mut meters.clone().skip(1).zip(meters).map(|(next, before)| next - before));
    let days = || days.iter().map(|(_, day)| *day);
    put(&mut days().map(|day| day.energy.mwh().clamp(0, MOST)));
    put(&mut days().map(|day| day.first.mwh()));
    put(&mut days().map(|day| day.last.mwh().wrapping_sub(day.first.mwh())));
    put(&mut days().map(|day| i64::from(day.readings)));
    put(&mut days().map(|day| i64::from(day.least.is_some())));
    put(&mut days().filter_map(|day| day.least).map(Power::watts));
    put(&mut days().filter_map(|day| Some(day.most?.watts().wrapping_sub(day.least?.watts()))));
    out
}

fn decoded(blob: &[u8]) -> Result<Vec<(MeterId, Day)>, Spoilt> {
    let mut bytes = Bytes(blob);
    let mut ids = Meters::default();
    let len = ids.read(&mut bytes)?;
    let mut columns: [Vec<i64>; 7] = Default::default();
    let [energies, firsts, grown, readings, known, least, spread] = &mut columns;
    if len == 0 {
        return Ok(Vec::new());
    }
    for column_of in [&mut *energies, firsts, grown, readings, known] {
        column(&mut bytes, len, column_of)?;
    }
    let powers = known.iter().filter(|known| **known != 0).count();
    column(&mut bytes, powers, least)?;
    column(&mut bytes, powers, spread)?;
    let mut powers = least.iter().zip(spread.iter());
    let mut days = Vec::with_capacity(len);
    for (((((meter, energy), first), grown), readings), known) in
        ids.ids.iter().zip(energies).zip(firsts).zip(grown).zip(readings).zip(known)
    {
        let power = if *known == 0 { None } else { Some(powers.next().ok_or(Spoilt)?) };
        days.push((
            *meter,
            Day {
                first: Register::from_mwh(*first),
                last: Register::from_mwh(first.wrapping_add(*grown)),
                energy: Energy::from_mwh(*energy),
                least: power.map(|(least, _)| Power::from_watts(*least)),
                most: power.map(|(least, spread)| Power::from_watts(least.wrapping_add(*spread))),
                readings: u32::try_from(*readings).map_err(|_large| Spoilt)?,
            },
        ));
    }
    Ok(days)
}

/// The meters with which a blob begins.
#[derive(Debug, Default)]
struct Meters {
    steps: Vec<i64>,
    ids: Vec<MeterId>,
}

impl Meters {
    fn read(&mut self, bytes: &mut Bytes<'_>) -> Result<usize, Spoilt> {
        self.ids.clear();
        let len = bytes.count()?;
        if len == 0 {
            return Ok(0);
        }
        let mut meter = bytes.signed()?;
        column(bytes, len - 1, &mut self.steps)?;
        for step in std::iter::once(&0).chain(&self.steps) {
            meter = meter.wrapping_add(*step);
            self.ids.push(MeterId(u32::try_from(meter).map_err(|_large| Spoilt)?));
        }
        Ok(len)
    }
}

/// What each meter used from the first day to the last, both included, as far as it is compacted;
/// ascending by meter.
pub fn energy_of_days(
    db: &Connection,
    first: Date,
    last: Date,
) -> Result<Vec<(MeterId, Energy)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT rows, id >> 16 FROM day WHERE id >= :first AND id < :end ORDER BY id",
    )?;
    let mut rows = statement.query(named_params! {
        ":first": id_of(day_number(first), 0),
        ":end": id_of(day_number(last) + 1, 0),
    })?;
    let mut used = Vec::<(MeterId, Energy)>::new();
    let (mut meters, mut energies) = (Meters::default(), Vec::new());
    let mut place = 0;
    while let Some(row) = rows.next()? {
        let mut bytes = Bytes(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
        let day = row.get(1)?;
        let len = meters.read(&mut bytes).map_err(spoilt(day))?;
        column(&mut bytes, len, &mut energies).map_err(spoilt(day))?;
        if !energies.iter().all(|energy| (0..=MOST).contains(energy)) {
            return Err(spoilt(day)(Spoilt));
        }
        for (meter, energy) in meters.ids.iter().zip(&energies) {
            // Meters come in the same order every day: the next one is nearly always the next place.
            if used.get(place).is_none_or(|(at, _)| at != meter) {
                place = match used.binary_search_by_key(meter, |(at, _)| *at) {
                    Ok(place) => place,
                    Err(place) => {
                        used.insert(place, (*meter, Energy::ZERO));
                        place
                    }
                };
            }
            if let Some((_, sum)) = used.get_mut(place) {
                *sum += Energy::from_mwh(*energy);
            }
            place += 1;
        }
    }
    Ok(used)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_day()(
            first in any::<i64>(), last in any::<i64>(), energy in 0..=MOST,
            power in prop::option::of((any::<i32>(), any::<u16>())), readings in any::<u32>(),
        ) -> Day {
            Day {
                first: Register::from_mwh(first),
                last: Register::from_mwh(last),
                energy: Energy::from_mwh(energy),
                least: power.map(|(least, _)| Power::from_watts(least.into())),
                most: power.map(|(least, more)| Power::from_watts(i64::from(least) + i64::from(more))),
                readings,
            }
        }
    }

    proptest! {
        #[test]
        fn days_come_back_whole(
            days in prop::collection::btree_map(any::<u32>().prop_map(MeterId), any_day(), 0..50)
        ) {
            let days: Vec<_> = days.into_iter().collect();
            prop_assert_eq!(decoded(&encoded(&days)), Ok(days));
        }

        #[test]
        fn spoilt_bytes_never_panic(spoilt in prop::collection::vec(any::<u8>(), 0..200)) {
            decoded(&spoilt).ok();
        }
    }
}
