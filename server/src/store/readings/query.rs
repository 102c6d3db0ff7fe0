//! Questions about readings. Each reads blocks and hot rounds in one transaction, because a
//! compaction may move rows from one to the other between two statements.

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::actor::port::ReadingKept;
use shared::api::meter::{PowerCurve, ReadingRow};
use shared::energy::Power;
use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::{Span, Timestamp};

use crate::store::StoreError;
use crate::store::readings::codec::Columns;
use crate::store::readings::writer::{chunk_of, round_of};
use crate::store::readings::{block, round};

/// The most points of a curve.
const POINTS: usize = 1_440;

/// Runs `question` on one state of the file.
fn at_once<T>(
    db: &Connection,
    question: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    db.prepare_cached("BEGIN")?.execute([])?;
    let answer = question();
    db.prepare_cached("COMMIT")?.execute([])?;
    answer
}

/// Readings of a meter in `[from, to)`, ascending.
pub fn between(
    db: &mut Connection,
    meter: MeterId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<ReadingKept>, StoreError> {
    // A window's worth: a day by the quarter-hour needs no second piece of memory.
    let mut rows = Vec::with_capacity(128);
    let mut columns = Columns::default();
    // Where blocks hold all of it, one statement sees one state; a transaction costs as much again.
    let Reached::Until(last) = of_blocks(db, meter, (from, to), &mut columns, &mut rows)? else {
        return Ok(rows);
    };
    // Blocks do not change, but what was hot may have become a block since.
    let rest = last.map_or(from, |last| from.max(Timestamp::from_millis(last.saturating_add(1))));
    at_once(db, || match of_blocks(db, meter, (rest, to), &mut columns, &mut rows)? {
        Reached::All => Ok(()),
        // What is hot is newer than every block.
        Reached::Until(until) => hot(db, meter, until, &mut columns, |row| {
            if row.at >= from && row.at < to {
                rows.push(row);
            }
        }),
    })?;
    Ok(rows)
}

/// How much of a window the blocks of a meter hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    All,
    /// What is later than the meter's last block may still be hot; none: it has no block.
    Until(Option<i64>),
}

/// Appends the rows of blocks in `[from, to)`.
fn of_blocks(
    db: &Connection,
    meter: MeterId,
    (from, to): (Timestamp, Timestamp),
    columns: &mut Columns,
    rows: &mut Vec<ReadingKept>,
) -> Result<Reached, StoreError> {
    // The first block is the one in which `from` lies, if there is one. There is no upper end: the
    // block after the window, or the end of the last, shows that nothing of it is still hot.
    let mut statement = db.prepare_cached(
        "SELECT start, rows, until FROM block WHERE meter = :meter AND start >=
         coalesce((SELECT max(start) FROM block WHERE meter = :meter AND start <= :from), :from)
         ORDER BY start",
    )?;
    let mut found = statement.query(named_params! { ":meter": meter.0, ":from": from.millis() })?;
    let mut last = None;
    while let Some(row) = found.next()? {
        let (start, until): (i64, i64) = (row.get(0)?, row.get(2)?);
        if start >= to.millis() {
            return Ok(Reached::All);
        }
        last = Some(until);
        if until >= from.millis() {
            decode(meter, row, columns, &mut |row| {
                if row.at >= from && row.at < to {
                    rows.push(row);
                }
            })?;
        }
    }
    let all = last.is_some_and(|until| until >= to.millis().saturating_sub(1));
    Ok(if all { Reached::All } else { Reached::Until(last) })
}

/// Readings of a meter before an instant, newest first.
pub fn before(
    db: &mut Connection,
    meter: MeterId,
    before: Timestamp,
    limit: usize,
) -> Result<Vec<ReadingRow>, StoreError> {
    let mut columns = Columns::default();
    let mut newest = Vec::new();
    at_once(db, || {
        let until = newest_in_blocks(db, meter)?;
        hot(db, meter, until, &mut columns, |row| newest.push(row))?;
        newest.retain(|row| row.at < before);
        newest.reverse();
        let mut statement = db.prepare_cached(
            "SELECT start, rows FROM block WHERE meter = :meter AND start < :before
             ORDER BY start DESC",
        )?;
        let mut found =
            statement.query(named_params! { ":meter": meter.0, ":before": before.millis() })?;
        while newest.len() < limit
            && let Some(row) = found.next()?
        {
            let kept = newest.len();
            decode(meter, row, &mut columns, &mut |row| newest.push(row))?;
            let of_block = newest.split_off(kept);
            newest.extend(of_block.into_iter().rev().filter(|row| row.at < before));
        }
        newest.truncate(limit);
        Ok(())
    })?;
    Ok(newest.iter().map(shown).collect())
}

/// The newest reading of a meter.
pub fn latest(db: &mut Connection, meter: MeterId) -> Result<Option<ReadingRow>, StoreError> {
    Ok(before(db, meter, Timestamp::from_millis(i64::MAX), 1)?.pop())
}

/// A meter's power over `[from, to)`, at most 1,440 points: each reading, or the mean of equal
/// stretches where there are more. A gap in the readings is a point without a power.
pub fn power(
    db: &mut Connection,
    meter: MeterId,
    from: Timestamp,
    to: Timestamp,
) -> Result<PowerCurve, StoreError> {
    Ok(curve(&between(db, meter, from, to)?, from, to))
}

fn curve(rows: &[ReadingKept], from: Timestamp, to: Timestamp) -> PowerCurve {
    let mut points: Vec<(Timestamp, Option<Power>)> =
        rows.iter().map(|row| (row.at, good(row))).collect();
    if points.len() > POINTS / 2 {
        points = means(&points, from, to);
    }
    let mut spans: Vec<Span> = points
        .iter()
        .zip(points.iter().skip(1))
        .map(|((earlier, _), (later, _))| *later - *earlier)
        .collect();
    spans.sort_unstable();
    let usual = spans.get(spans.len() / 2).copied().unwrap_or(Span::ZERO);
    let longest = Span::from_millis(usual.millis().saturating_mul(3));
    let mut shown = Vec::with_capacity(points.len());
    let mut last: Option<Timestamp> = None;
    for (at, power) in points {
        if let Some(last) = last
            && at - last > longest
        {
            shown.push((last + usual, None));
        }
        shown.push((at, power));
        last = Some(at);
    }
    PowerCurve { points: shown }
}

/// The mean of each of 720 equal stretches; one without a good reading is unknown, one without any
/// reading is left to the gaps.
fn means(
    points: &[(Timestamp, Option<Power>)],
    from: Timestamp,
    to: Timestamp,
) -> Vec<(Timestamp, Option<Power>)> {
    let stretches = i64::try_from(POINTS / 2).expect("720 is small");
    let width = ((to - from).millis() / stretches + 1).max(1);
    let place = |at: Timestamp| (at - from).millis() / width;
    points
        .chunk_by(|(left, _), (right, _)| place(*left) == place(*right))
        .filter_map(|stretch| {
            let (first, _) = stretch.first()?;
            let powers: Vec<Power> = stretch.iter().filter_map(|(_, power)| *power).collect();
            let count = i64::try_from(powers.len()).ok().filter(|count| *count > 0);
            let sum: Power = powers.into_iter().sum();
            let mean = count.map(|count| Power::from_watts(sum.watts() / count));
            Some((from + Span::from_millis(place(*first) * width), mean))
        })
        .collect()
}

fn good(row: &ReadingKept) -> Option<Power> {
    row.power.filter(|_| row.quality == Quality::Good)
}

fn shown(row: &ReadingKept) -> ReadingRow {
    ReadingRow { at: row.at, register: row.register, power: row.power, quality: row.quality }
}

/// The time of the last reading in a meter's blocks.
fn newest_in_blocks(db: &Connection, meter: MeterId) -> Result<Option<i64>, StoreError> {
    db.prepare_cached("SELECT until FROM block WHERE meter = :meter ORDER BY start DESC LIMIT 1")?
        .query_row(named_params! { ":meter": meter.0 }, |row| row.get(0))
        .optional()
        .map_err(StoreError::from)
}

/// What of a meter is not in blocks yet, ascending: later than `until`.
fn hot(
    db: &Connection,
    meter: MeterId,
    until: Option<i64>,
    columns: &mut Columns,
    mut take: impl FnMut(ReadingKept),
) -> Result<(), StoreError> {
    // From round to round by the key: a scan would touch the blobs of all meters.
    let mut statement = db.prepare_cached(
        "WITH RECURSIVE round (id) AS (
             SELECT min(id) FROM hot
             UNION ALL
             SELECT (SELECT min(id) FROM hot WHERE id >= ((round.id >> 16) + 1) << 16)
             FROM round WHERE round.id IS NOT NULL)
         SELECT hot.id, hot.rows FROM round CROSS JOIN hot
         ON hot.id = ((round.id >> 16) << 16) | :chunk",
    )?;
    let mut found = statement.query(named_params! { ":chunk": chunk_of(meter) })?;
    let mut last = until.unwrap_or(i64::MIN);
    while let Some(row) = found.next()? {
        let at = round_of(row.get(0)?);
        let blob = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        round::meter_in_round(blob, at, meter, columns, |row| {
            if row.at.millis() > last {
                last = row.at.millis();
                take(row);
            }
        })
        .map_err(|source| StoreError::SpoiltReadings { at, source })?;
    }
    Ok(())
}

fn decode(
    meter: MeterId,
    row: &rusqlite::Row<'_>,
    columns: &mut Columns,
    take: &mut impl FnMut(ReadingKept),
) -> Result<(), StoreError> {
    let blob = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
    let at = Timestamp::from_millis(row.get(0)?);
    block::each_of_block(meter, blob, columns, take)
        .map_err(|source| StoreError::SpoiltReadings { at, source })
}
