//! The writer of one book's readings: rounds go into the hot table as they come; what is old enough
//! is turned into blocks, a few meters a round, so that no round takes long.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::actor::port::ReadingKept;
use shared::id::MeterId;
use shared::time::{Timestamp, Zone};

use crate::store::StoreError;
use crate::store::readings::READINGS;
use crate::store::readings::codec::{self, Wanted};
use crate::store::readings::rollup::{self, Calendar, Together};

/// Meters in one blob of a round.
const CHUNK: u32 = 1_000;

/// A window of rounds is compacted when it has this many, and at the end of every day.
const WINDOW: u32 = 128;

/// Meters whose blocks are written in one round, at least.
const LEAST_STEP: usize = 100;

#[derive(Debug)]
pub struct ReadingsWriter {
    db: Connection,
    calendar: Calendar,
    together: Together,
    /// The last round's time; rounds never go backwards here, even where a clock does.
    last: Timestamp,
    /// Rounds of the open window, and their day.
    rounds: u32,
    day: i64,
    /// Rows of the last round, to know how many meters a step has to do.
    width: usize,
    compaction: Option<Compaction>,
}

/// Turns every round before `boundary` into blocks.
#[derive(Debug)]
struct Compaction {
    boundary: Timestamp,
    chunks: VecDeque<i64>,
    /// The chunk that is being written, by meter; its rounds are deleted with the last of them.
    open: Option<(i64, Unpacked)>,
}

/// Readings by meter.
type Unpacked = VecDeque<(MeterId, Vec<ReadingKept>)>;

pub(crate) fn chunk_of(meter: MeterId) -> i64 {
    i64::from(meter.0 / CHUNK) & 0xffff
}

pub(crate) fn id_of(round: Timestamp, chunk: i64) -> i64 {
    (round.millis() << 16) | chunk
}

pub(crate) fn round_of(id: i64) -> Timestamp {
    Timestamp::from_millis(id >> 16)
}

impl ReadingsWriter {
    pub fn open(path: &Path, zone: Zone) -> Result<Self, StoreError> {
        let db = READINGS.open(path)?;
        // Not money: registers are cumulative, so what a power cut takes is read again. Without a
        // sync a round, the disk is left to the journal.
        db.pragma_update(None, "synchronous", "normal")?;
        let last: Option<i64> = db.query_row("SELECT max(id) FROM hot", [], |row| row.get(0))?;
        let mut writer = Self {
            db,
            calendar: Calendar::new(zone),
            together: Together::default(),
            last: last.map_or(Timestamp::from_millis(0), round_of),
            rounds: 0,
            day: 0,
            width: 0,
            compaction: None,
        };
        if last.is_some() {
            writer.compact_before(Timestamp::from_millis(writer.last.millis() + 1))?;
        }
        Ok(writer)
    }

    /// Keeps rounds in one transaction, and does a step of the compaction for each.
    pub fn keep(&mut self, rounds: &[(Timestamp, Arc<[ReadingKept]>)]) -> Result<(), StoreError> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let kept = rounds.iter().try_for_each(|(at, rows)| self.keep_one(*at, rows));
        match kept {
            Ok(()) => self.db.execute_batch("COMMIT").map_err(StoreError::from),
            Err(error) => {
                // What was half done in memory is found again in the table.
                self.compaction = None;
                self.db.execute_batch("ROLLBACK")?;
                Err(error)
            }
        }
    }

    fn keep_one(&mut self, at: Timestamp, rows: &[ReadingKept]) -> Result<(), StoreError> {
        let round = at.max(self.last);
        let day = self.calendar.day(round);
        if self.rounds > 0 && (day != self.day || self.rounds >= WINDOW) {
            self.compact_before(round)?;
            self.rounds = 0;
        }
        (self.last, self.day, self.width) = (round, day, rows.len());
        self.rounds += 1;
        for chunk in rows.chunk_by(|left, right| left.meter.0 / CHUNK == right.meter.0 / CHUNK) {
            let Some(first) = chunk.first() else { continue };
            put_hot(&self.db, id_of(round, chunk_of(first.meter)), round, chunk)?;
        }
        if let Some(power) = self.together.absorb(round, rows) {
            rollup::add_load(&self.db, round, power)?;
        }
        self.compact_some(LEAST_STEP.max(self.width / 64))
    }

    /// Begins to compact everything before `boundary`. A compaction that is still running is brought
    /// to its end first: the table never holds more than two windows.
    fn compact_before(&mut self, boundary: Timestamp) -> Result<(), StoreError> {
        self.compact_some(usize::MAX)?;
        let mut statement =
            self.db.prepare_cached("SELECT id & 65535 FROM hot WHERE id < :boundary")?;
        let chunks = statement
            .query_map(named_params! { ":boundary": id_of(boundary, 0) }, |row| row.get(0))?
            .collect::<rusqlite::Result<BTreeSet<i64>>>()?;
        let chunks = chunks.into_iter().collect();
        self.compaction = Some(Compaction { boundary, chunks, open: None });
        Ok(())
    }

    /// Writes the blocks of at most `meters` more meters.
    fn compact_some(&mut self, meters: usize) -> Result<(), StoreError> {
        let Some(compaction) = self.compaction.as_mut() else {
            return Ok(());
        };
        let mut left = meters;
        while left > 0 {
            if compaction.open.is_none() {
                let Some(chunk) = compaction.chunks.pop_front() else {
                    self.compaction = None;
                    return Ok(());
                };
                let by_meter = transpose(&self.db, compaction.boundary, chunk)?;
                compaction.open = Some((chunk, by_meter));
            }
            let Some((chunk, by_meter)) = compaction.open.as_mut() else { continue };
            while left > 0
                && let Some((meter, rows)) = by_meter.pop_front()
            {
                put_block(&self.db, &mut self.calendar, meter, rows)?;
                left -= 1;
            }
            if by_meter.is_empty() {
                delete_hot(&self.db, compaction.boundary, *chunk)?;
                compaction.open = None;
            }
        }
        Ok(())
    }

    /// Brings everything into blocks, for benches and tests.
    pub fn compact_all(&mut self) -> Result<(), StoreError> {
        self.compact_before(Timestamp::from_millis(self.last.millis() + 1))?;
        self.rounds = 0;
        self.compact_some(usize::MAX)
    }
}

fn put_hot(
    db: &Connection,
    id: i64,
    round: Timestamp,
    rows: &[ReadingKept],
) -> Result<(), StoreError> {
    let mut blob = Vec::new();
    codec::put_round(&mut blob, round, rows);
    let new = db
        .prepare_cached("INSERT INTO hot (id, rows) VALUES (:id, :rows) ON CONFLICT DO NOTHING")?
        .execute(named_params! { ":id": id, ":rows": blob })?;
    if new == 0 {
        // A second round at the same instant: its rows stand behind those of the first.
        let mut both: Vec<u8> = db
            .prepare_cached("SELECT rows FROM hot WHERE id = :id")?
            .query_row(named_params! { ":id": id }, |row| row.get(0))?;
        both.append(&mut blob);
        db.prepare_cached("UPDATE hot SET rows = :rows WHERE id = :id")?
            .execute(named_params! { ":id": id, ":rows": both })?;
    }
    Ok(())
}

/// A chunk's rounds before `boundary`, by meter.
fn transpose(
    db: &Connection,
    boundary: Timestamp,
    chunk: i64,
) -> Result<VecDeque<(MeterId, Vec<ReadingKept>)>, StoreError> {
    let mut by_meter = BTreeMap::<MeterId, Vec<ReadingKept>>::new();
    let mut statement = db.prepare_cached(
        "SELECT id, rows FROM hot WHERE id < :boundary AND id & 65535 = :chunk ORDER BY id",
    )?;
    let mut rows =
        statement.query(named_params! { ":boundary": id_of(boundary, 0), ":chunk": chunk })?;
    while let Some(row) = rows.next()? {
        let round = round_of(row.get(0)?);
        let blob = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        codec::each_of_round(
            blob,
            round,
            |_| Wanted::Yes,
            |kept| {
                by_meter.entry(kept.meter).or_default().push(kept);
            },
        )
        .map_err(|spoilt| StoreError::SpoiltReadings { at: round, source: spoilt })?;
    }
    Ok(by_meter.into_iter().collect())
}

/// Writes one meter's block and adds it to its days. What is not newer than the meter's last block
/// is left out, so that a compaction that was cut short can simply be done again.
fn put_block(
    db: &Connection,
    calendar: &mut Calendar,
    meter: MeterId,
    mut rows: Vec<ReadingKept>,
) -> Result<(), StoreError> {
    let mut newest = db
        .prepare_cached("SELECT until FROM block WHERE meter = :meter ORDER BY start DESC LIMIT 1")?
        .query_row(named_params! { ":meter": meter.0 }, |row| row.get(0))
        .optional()?
        .map_or(Timestamp::from_millis(i64::MIN), Timestamp::from_millis);
    rows.retain(|row| {
        let newer = row.at > newest;
        newest = newest.max(row.at);
        newer
    });
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(());
    };
    db.prepare_cached(
        "INSERT INTO block (meter, start, until, rows) VALUES (:meter, :start, :until, :rows)",
    )?
    .execute(named_params! {
        ":meter": meter.0,
        ":start": first.at.millis(),
        ":until": last.at.millis(),
        ":rows": codec::block(&rows),
    })?;
    rollup::add(db, calendar, meter, &rows)?;
    Ok(())
}

fn delete_hot(db: &Connection, boundary: Timestamp, chunk: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM hot WHERE id < :boundary AND id & 65535 = :chunk")?
        .execute(named_params! { ":boundary": id_of(boundary, 0), ":chunk": chunk })
        .map(drop)
}
