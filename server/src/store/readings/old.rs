//! Files of an earlier release: a row a meter and day becomes a blob a thousand meters.

use std::collections::BTreeMap;

use rusqlite::Connection;
use shared::energy::{Energy, Power, Register};
use shared::id::MeterId;

use crate::store::StoreError;
use crate::store::readings::day::{self, Day, Days, growth};
use crate::store::readings::writer::chunk_of;

/// Folds the rows, if there are any left, in one transaction: a crash in the middle leaves them.
pub(super) fn fold_days(db: &mut Connection) -> Result<(), StoreError> {
    let left = "SELECT count(*) FROM sqlite_schema WHERE name = 'daily_rows'";
    if db.query_row(left, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(());
    }
    let transaction = db.transaction()?;
    {
        let mut statement = transaction.prepare(
            "SELECT day, meter, first, last, energy, least, most, readings FROM daily_rows
             ORDER BY day, meter",
        )?;
        let mut rows = statement.query([])?;
        let mut before = BTreeMap::<MeterId, Register>::new();
        let mut chunk = None;
        let mut days = Days::new();
        while let Some(row) = rows.next()? {
            let (number, meter) = (row.get(0)?, MeterId(row.get(1)?));
            let first = Register::from_mwh(row.get(2)?);
            let last = Register::from_mwh(row.get(3)?);
            // Rows did not count what the register grew by since the day before.
            let earlier = before.insert(meter, last);
            let since = earlier.map_or(Energy::ZERO, |earlier| growth(earlier, first));
            let day = Day {
                first,
                last,
                energy: since + Energy::from_mwh(row.get(4)?),
                least: row.get::<_, Option<i64>>(5)?.map(Power::from_watts),
                most: row.get::<_, Option<i64>>(6)?.map(Power::from_watts),
                readings: row.get(7)?,
            };
            if chunk.replace((number, chunk_of(meter))) != Some((number, chunk_of(meter))) {
                day::add(&transaction, &std::mem::take(&mut days))?;
            }
            days.entry(number).or_default().push((meter, day));
        }
        day::add(&transaction, &days)?;
    }
    transaction.execute_batch("DROP TABLE daily_rows")?;
    transaction.commit().map_err(StoreError::from)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rusqlite::params;
    use shared::actor::port::ReadingKept;
    use shared::meter::Quality;
    use shared::time::{Span, Timestamp, Zone};

    use super::*;
    use crate::store::readings::writer::{ReadingsWriter, id_of};
    use crate::store::readings::{READINGS, block, query, round};
    use crate::store::schema::Schema;
    use crate::store::scratch::Scratch;

    const OLD: Schema =
        Schema { steps: &[include_str!("../../../migrations/readings_1.sql")], ..READINGS };

    fn start() -> Timestamp {
        Timestamp::parse("2026-07-01T00:00:00+08:00").unwrap()
    }

    /// Hourly readings of meter 1 and 2,001; the register counts 1 kWh an hour.
    fn row(meter: u32, hour: i64) -> ReadingKept {
        ReadingKept {
            meter: MeterId(meter),
            at: start() + Span::from_hours(hour),
            register: Register::from_mwh(hour * 1_000_000),
            power: Some(Power::from_watts(1_000 + hour)),
            quality: Quality::Good,
        }
    }

    /// Two days in blocks and rows, two hours of the third in the hot table.
    fn old_file(file: &std::path::Path) {
        let db = OLD.open(file).unwrap();
        for meter in [1, 2_001] {
            for day in 0..2 {
                let rows: Vec<_> = (0..24).map(|hour| row(meter, day * 24 + hour)).collect();
                let blob = block::tests::block(&rows);
                let (first, last) = (rows[0], rows[23]);
                db.execute(
                    "INSERT INTO block VALUES (?1, ?2, ?3, ?4)",
                    params![meter, first.at.millis(), last.at.millis(), blob],
                )
                .unwrap();
                db.execute(
                    "INSERT INTO daily VALUES (?1, ?2, ?3, ?4, ?5, 1000, 1047, 24)",
                    params![
                        20_260_701 + day,
                        meter,
                        first.register.mwh(),
                        last.register.mwh(),
                        23_000_000,
                    ],
                )
                .unwrap();
            }
            for hour in 48..50 {
                let at = start() + Span::from_hours(hour);
                let mut blob = Vec::new();
                round::tests::put_rows(&mut blob, at, &[row(meter, hour)]);
                db.execute(
                    "INSERT INTO hot VALUES (?1, ?2)",
                    params![id_of(at, chunk_of(MeterId(meter))), blob],
                )
                .unwrap();
            }
        }
    }

    #[test]
    fn a_file_of_an_earlier_release_tells_the_same_and_goes_on() {
        let dir = Scratch::new();
        let file = dir.path("readings.db");
        old_file(&file);
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let mut writer = ReadingsWriter::open(&file, zone).unwrap();
        let mut db = READINGS.open_read_only(&file).unwrap();
        let expected: Vec<_> = (0..50).map(|hour| row(2_001, hour)).collect();
        let far = Timestamp::from_millis(i64::MAX);
        assert_eq!(query::between(&mut db, MeterId(2_001), start(), far).unwrap(), expected);
        let month = |db: &Connection, to: i8| {
            day::energy_of_days(db, date(2026, 7, 1), date(2026, 7, to)).unwrap()
        };
        let both = |kwh: i64| [1, 2_001].map(|meter| (MeterId(meter), Energy::from_kwh(kwh)));
        assert_eq!(month(&db, 1), both(23), "a day");
        assert_eq!(month(&db, 31), both(47), "and what grew over midnight");
        // Rounds go on; what was hot in the old form comes into blocks and days.
        let at = start() + Span::from_hours(50);
        writer.keep(&[(at, [row(1, 50), row(2_001, 50)].into())]).unwrap();
        writer.compact_all().unwrap();
        assert_eq!(month(&db, 31), both(50));
        let rows = query::between(&mut db, MeterId(1), start(), far).unwrap();
        assert_eq!(rows, (0..51).map(|hour| row(1, hour)).collect::<Vec<_>>());
        drop(OLD.open_read_only(&file.with_extension("db.schema-1")).unwrap());
    }

    #[test]
    fn rows_that_were_not_folded_before_a_crash_are_folded_at_the_next_start() {
        let dir = Scratch::new();
        let file = dir.path("readings.db");
        old_file(&file);
        // The schema was brought forward, and then the power went.
        drop(READINGS.open(&file).unwrap());
        for _ in 0..2 {
            drop(ReadingsWriter::open(&file, Zone::named("UTC").unwrap()).unwrap());
            let db = READINGS.open_read_only(&file).unwrap();
            let used = day::energy_of_days(&db, date(2026, 7, 1), date(2026, 7, 2)).unwrap();
            assert_eq!(used, [1, 2_001].map(|meter| (MeterId(meter), Energy::from_kwh(47))));
        }
    }
}
