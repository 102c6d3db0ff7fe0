//! Questions about readings. Each reads blocks and hot rounds in one transaction, because a
//! compaction may move rows from one to the other between two statements.

use rusqlite::{Connection, Transaction, named_params};
use shared::actor::port::ReadingKept;
use shared::api::meter::{PowerCurve, ReadingRow};
use shared::energy::Power;
use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::{Span, Timestamp};

use crate::store::StoreError;
use crate::store::readings::codec::{self, Wanted};
use crate::store::readings::writer::{chunk_of, round_of};

/// The most points of a curve.
const POINTS: usize = 1_440;

/// Readings of a meter in `[from, to)`, ascending.
pub fn between(
    db: &mut Connection,
    meter: MeterId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<ReadingKept>, StoreError> {
    let snapshot = db.transaction()?;
    let mut rows = Vec::new();
    let mut statement = snapshot.prepare_cached(
        "SELECT start, until, rows FROM block WHERE meter = :meter AND start < :to
         ORDER BY start DESC",
    )?;
    let mut found = statement.query(named_params! { ":meter": meter.0, ":to": to.millis() })?;
    let mut blocks = Vec::new();
    while let Some(row) = found.next()? {
        if row.get::<_, i64>(1)? < from.millis() {
            break;
        }
        blocks.push(decode(meter, row)?);
    }
    rows.extend(blocks.into_iter().rev().flatten());
    rows.extend(hot(&snapshot, meter)?);
    rows.retain(|row| row.at >= from && row.at < to);
    Ok(rows)
}

/// Readings of a meter before an instant, newest first.
pub fn before(
    db: &mut Connection,
    meter: MeterId,
    before: Timestamp,
    limit: usize,
) -> Result<Vec<ReadingRow>, StoreError> {
    let snapshot = db.transaction()?;
    let mut newest: Vec<ReadingKept> = hot(&snapshot, meter)?;
    newest.retain(|row| row.at < before);
    newest.reverse();
    let mut statement = snapshot.prepare_cached(
        "SELECT start, until, rows FROM block WHERE meter = :meter AND start < :before
         ORDER BY start DESC",
    )?;
    let mut found =
        statement.query(named_params! { ":meter": meter.0, ":before": before.millis() })?;
    while newest.len() < limit
        && let Some(row) = found.next()?
    {
        let block = decode(meter, row)?;
        newest.extend(block.into_iter().rev().filter(|row| row.at < before));
    }
    newest.truncate(limit);
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

/// What of a meter is not in blocks yet, ascending.
fn hot(snapshot: &Transaction<'_>, meter: MeterId) -> Result<Vec<ReadingKept>, StoreError> {
    let mut last: i64 = snapshot
        .prepare_cached(
            "SELECT coalesce((SELECT until FROM block WHERE meter = :meter ORDER BY start DESC
             LIMIT 1), :never)",
        )?
        .query_row(named_params! { ":meter": meter.0, ":never": i64::MIN }, |row| row.get(0))?;
    let mut statement = snapshot
        .prepare_cached("SELECT id, rows FROM hot WHERE id & 65535 = :chunk ORDER BY id")?;
    let mut found = statement.query(named_params! { ":chunk": chunk_of(meter) })?;
    let mut kept = Vec::new();
    let wanted = |seen: MeterId| match seen.cmp(&meter) {
        std::cmp::Ordering::Less => Wanted::No,
        std::cmp::Ordering::Equal => Wanted::Yes,
        std::cmp::Ordering::Greater => Wanted::NoneLeft,
    };
    while let Some(row) = found.next()? {
        let round = round_of(row.get(0)?);
        let blob = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        codec::each_of_round(blob, round, wanted, |row| {
            if row.at.millis() > last {
                last = row.at.millis();
                kept.push(row);
            }
        })
        .map_err(|spoilt| StoreError::SpoiltReadings { at: round, source: spoilt })?;
    }
    Ok(kept)
}

fn decode(meter: MeterId, row: &rusqlite::Row<'_>) -> Result<Vec<ReadingKept>, StoreError> {
    let blob = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
    let at = Timestamp::from_millis(row.get(0)?);
    codec::unblock(meter, blob).map_err(|spoilt| StoreError::SpoiltReadings { at, source: spoilt })
}
