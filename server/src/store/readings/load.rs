//! The power of all meters of a book together, by quarter of an hour.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use shared::actor::port::ReadingKept;
use shared::energy::Power;
use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::{Span, Timestamp};

use crate::store::StoreError;

const QUARTER: i64 = 900_000;

/// The powers of all meters of a book, as last read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Together(Vec<(MeterId, Timestamp, Power)>);

impl Together {
    /// Takes a round in, ascending by meter, and says what all meters drew together; a meter that
    /// was not read for a quarter of an hour, or not well, counts as unknown and is left out.
    pub(crate) fn absorb(&mut self, round: Timestamp, rows: &[ReadingKept]) -> Option<Power> {
        let oldest = round - Span::from_millis(QUARTER);
        let mut together = None;
        let mut count = |entry: &(MeterId, Timestamp, Power)| {
            if entry.1 > oldest {
                let sum: &mut Power = together.get_or_insert(Power::ZERO);
                *sum = *sum + entry.2;
            }
        };
        let mut known = self.0.iter_mut().peekable();
        let mut missing = Vec::new();
        for row in rows {
            while let Some(silent) = known.next_if(|(meter, ..)| *meter < row.meter) {
                count(silent);
            }
            let good = row.power.filter(|_| row.quality == Quality::Good);
            let at = if good.is_some() { row.at } else { Timestamp::from_millis(i64::MIN) };
            let new = (row.meter, at, good.unwrap_or(Power::ZERO));
            match known.next_if(|(meter, ..)| *meter == row.meter) {
                Some(entry) => *entry = new,
                None => missing.push(new),
            }
            count(&new);
        }
        known.for_each(|silent| count(silent));
        if !missing.is_empty() {
            self.0.append(&mut missing);
            self.0.sort_by_key(|(meter, ..)| *meter);
        }
        together
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
