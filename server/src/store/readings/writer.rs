//! The writer of one book's readings: rounds go into the hot table as they come; what is old enough
//! is turned into blocks, a thousand meters a round, so that no round takes long.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::actor::port::ReadingKept;
use shared::energy::Register;
use shared::id::MeterId;
use shared::time::{Timestamp, Zone};

use crate::store::StoreError;
use crate::store::readings::codec::Columns;
use crate::store::readings::day::{self, Calendar, Day, Days};
use crate::store::readings::load::{self, Together};
use crate::store::readings::{READINGS, block, old, round};

/// Meters in one blob of a round.
const CHUNK: u32 = 1_000;

/// A window of rounds is compacted when it has this many, and at the end of every day.
const WINDOW: u32 = 128;

/// A window is in blocks after this many rounds of the next.
const SPREAD: usize = 64;

#[derive(Debug)]
pub struct ReadingsWriter {
    db: Connection,
    calendar: Calendar,
    together: Together,
    /// The last round's time; rounds never go backwards here, even where a clock does.
    last: Timestamp,
    day: i64,
    open: Window,
    compaction: Option<Compaction>,
    ends: Ends,
    columns: Columns,
    blob: Vec<u8>,
}

/// Rounds in the hot table, ascending, and the chunks that are in them.
#[derive(Debug, Default)]
struct Window {
    rounds: Vec<Timestamp>,
    chunks: BTreeSet<i64>,
}

/// Turns a window into blocks, chunk by chunk.
#[derive(Debug)]
struct Compaction {
    rounds: Vec<Timestamp>,
    chunks: VecDeque<i64>,
    step: usize,
}

/// The last reading in each meter's blocks, as far as it was asked for.
type Ends = BTreeMap<MeterId, Option<(Timestamp, Register)>>;

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
        let mut db = READINGS.open(path)?;
        // Not money: registers are cumulative, so what a power cut takes is read again. Without a
        // sync a round, the disk is left to the journal.
        db.pragma_update(None, "synchronous", "normal")?;
        old::fold_days(&mut db)?;
        let open = Window::found(&db)?;
        let last = open.rounds.last().copied();
        let mut writer = Self {
            db,
            calendar: Calendar::new(zone),
            together: Together::default(),
            last: last.unwrap_or(Timestamp::from_millis(0)),
            day: 0,
            open,
            compaction: None,
            ends: Ends::new(),
            columns: Columns::default(),
            blob: Vec::new(),
        };
        writer.close_window()?;
        Ok(writer)
    }

    /// Keeps rounds in one transaction, and does a step of the compaction for each.
    pub fn keep(&mut self, rounds: &[(Timestamp, Arc<[ReadingKept]>)]) -> Result<(), StoreError> {
        self.db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let kept = rounds.iter().try_for_each(|(at, rows)| self.keep_one(*at, rows));
        match kept.and_then(|()| Ok(self.db.prepare_cached("COMMIT")?.execute([])?)) {
            Ok(_rows) => Ok(()),
            Err(error) => {
                // A full disk may have ended the transaction already.
                if !self.db.is_autocommit() {
                    self.db.execute_batch("ROLLBACK")?;
                }
                self.look_again()?;
                Err(error)
            }
        }
    }

    /// What was half done in memory is found again in the table.
    fn look_again(&mut self) -> Result<(), StoreError> {
        (self.compaction, self.ends) = (None, Ends::new());
        self.open = Window::found(&self.db)?;
        Ok(())
    }

    fn keep_one(&mut self, at: Timestamp, rows: &[ReadingKept]) -> Result<(), StoreError> {
        let round = at.max(self.last);
        let day = self.calendar.day(round);
        let full = u32::try_from(self.open.rounds.len()).is_ok_and(|rounds| rounds >= WINDOW);
        if full || day != self.day {
            self.close_window()?;
        }
        (self.last, self.day) = (round, day);
        for chunk in rows.chunk_by(|left, right| left.meter.0 / CHUNK == right.meter.0 / CHUNK) {
            let Some(first) = chunk.first() else { continue };
            self.put_hot(round, chunk_of(first.meter), chunk)?;
        }
        self.open.put(round);
        if let Some(power) = self.together.absorb(round, rows) {
            load::add_load(&self.db, round, power)?;
        }
        self.compact_some()
    }

    fn put_hot(
        &mut self,
        round: Timestamp,
        chunk: i64,
        rows: &[ReadingKept],
    ) -> Result<(), StoreError> {
        let id = id_of(round, chunk);
        self.blob.clear();
        // A second round at the same instant: its rows stand behind those of the first.
        if self.open.rounds.last() == Some(&round) && self.open.chunks.contains(&chunk) {
            let earlier: Option<Vec<u8>> = self
                .db
                .prepare_cached("SELECT rows FROM hot WHERE id = :id")?
                .query_row(named_params! { ":id": id }, |row| row.get(0))
                .optional()?;
            self.blob.extend(earlier.unwrap_or_default());
        }
        round::put_round(&mut self.blob, round, rows, &mut self.columns);
        self.db
            .prepare_cached("INSERT OR REPLACE INTO hot (id, rows) VALUES (:id, :rows)")?
            .execute(named_params! { ":id": id, ":rows": self.blob })?;
        self.open.chunks.insert(chunk);
        Ok(())
    }

    /// Begins to compact the open window. A compaction that is still running is brought to its end
    /// first: the table never holds more than two windows.
    fn close_window(&mut self) -> Result<(), StoreError> {
        while self.compaction.is_some() {
            self.compact_some()?;
        }
        let Window { rounds, chunks } = std::mem::take(&mut self.open);
        if !rounds.is_empty() {
            let step = chunks.len().div_ceil(SPREAD);
            self.compaction =
                Some(Compaction { rounds, chunks: chunks.into_iter().collect(), step });
        }
        Ok(())
    }

    fn compact_some(&mut self) -> Result<(), StoreError> {
        let Some(mut compaction) = self.compaction.take() else {
            return Ok(());
        };
        for _ in 0..compaction.step {
            let Some(chunk) = compaction.chunks.pop_front() else {
                return Ok(());
            };
            self.compact(&compaction.rounds, chunk)?;
        }
        if !compaction.chunks.is_empty() {
            self.compaction = Some(compaction);
        }
        Ok(())
    }

    /// Moves a chunk's rounds into blocks and days, all in the transaction that is open: what is in
    /// the hot table is in no block.
    fn compact(&mut self, rounds: &[Timestamp], chunk: i64) -> Result<(), StoreError> {
        let mut days = Days::new();
        for (meter, rows) in self.transposed(rounds, chunk)? {
            self.put_block(meter, rows, &mut days)?;
        }
        day::add(&self.db, &days)?;
        let mut delete = self.db.prepare_cached("DELETE FROM hot WHERE id = :id")?;
        for round in rounds {
            delete.execute(named_params! { ":id": id_of(*round, chunk) })?;
        }
        Ok(())
    }

    /// A chunk's rounds by meter, ascending.
    fn transposed(&mut self, rounds: &[Timestamp], chunk: i64) -> Result<Unpacked, StoreError> {
        let mut by_meter = Unpacked::new();
        let mut select = self.db.prepare_cached("SELECT rows FROM hot WHERE id = :id")?;
        for round in rounds {
            let mut found = select.query(named_params! { ":id": id_of(*round, chunk) })?;
            let Some(row) = found.next()? else { continue };
            let blob = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
            // Rounds ascend by meter, and most have the same meters.
            let mut place = 0;
            round::each_of_round(blob, *round, &mut self.columns, |kept| {
                if by_meter.get(place).is_none_or(|(meter, _)| *meter != kept.meter) {
                    place = match by_meter.binary_search_by_key(&kept.meter, |(meter, _)| *meter) {
                        Ok(place) => place,
                        Err(place) => {
                            let rows = Vec::with_capacity(rounds.len());
                            by_meter.insert(place, (kept.meter, rows));
                            place
                        }
                    };
                }
                if let Some((_, rows)) = by_meter.get_mut(place) {
                    rows.push(kept);
                }
                place += 1;
            })
            .map_err(|source| StoreError::SpoiltReadings { at: *round, source })?;
        }
        Ok(by_meter)
    }

    /// Writes one meter's block and adds it to its days. What is not newer than the meter's last
    /// block is left out: a clock was set back.
    fn put_block(
        &mut self,
        meter: MeterId,
        mut rows: Vec<ReadingKept>,
        days: &mut Days,
    ) -> Result<(), StoreError> {
        let end = match self.ends.get(&meter) {
            Some(end) => *end,
            None => last_of_blocks(&self.db, meter, &mut self.columns)?,
        };
        let mut newest = end.map_or(i64::MIN, |(at, _)| at.millis());
        rows.retain(|row| {
            let newer = row.at.millis() > newest;
            newest = newest.max(row.at.millis());
            newer
        });
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(());
        };
        self.blob.clear();
        block::put_block(&mut self.blob, &rows, &mut self.columns);
        self.db
            .prepare_cached(
                "INSERT INTO block (meter, start, until, rows)
                 VALUES (:meter, :start, :until, :rows)",
            )?
            .execute(named_params! {
                ":meter": meter.0,
                ":start": first.at.millis(),
                ":until": last.at.millis(),
                ":rows": self.blob,
            })?;
        self.ends.insert(meter, Some((last.at, last.register)));
        let mut before = end.map(|(_, register)| register);
        let mut open: Option<(i64, Day)> = None;
        for row in &rows {
            let one = Day::of(before, row);
            before = Some(row.register);
            let number = self.calendar.day(row.at);
            open = match open {
                Some((day, sum)) if day == number => Some((day, sum.then(one))),
                Some((day, sum)) => {
                    days.entry(day).or_default().push((meter, sum));
                    Some((number, one))
                }
                None => Some((number, one)),
            };
        }
        if let Some((day, sum)) = open {
            days.entry(day).or_default().push((meter, sum));
        }
        Ok(())
    }

    /// Brings everything into blocks, for benches and tests.
    pub fn compact_all(&mut self) -> Result<(), StoreError> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        self.close_window()?;
        while self.compaction.is_some() {
            self.compact_some()?;
        }
        self.db.execute_batch("COMMIT").map_err(StoreError::from)
    }
}

/// Readings by meter, ascending.
type Unpacked = Vec<(MeterId, Vec<ReadingKept>)>;

impl Window {
    /// What the hot table holds.
    fn found(db: &Connection) -> Result<Self, StoreError> {
        let mut window = Self::default();
        let mut statement = db.prepare_cached("SELECT id FROM hot ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            window.put(round_of(id));
            window.chunks.insert(id & 0xffff);
        }
        Ok(window)
    }

    fn put(&mut self, round: Timestamp) {
        if self.rounds.last() != Some(&round) {
            self.rounds.push(round);
        }
    }
}

fn last_of_blocks(
    db: &Connection,
    meter: MeterId,
    columns: &mut Columns,
) -> Result<Option<(Timestamp, Register)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT start, rows FROM block WHERE meter = :meter ORDER BY start DESC LIMIT 1",
    )?;
    let mut rows = statement.query(named_params! { ":meter": meter.0 })?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let at = Timestamp::from_millis(row.get(0)?);
    let blob = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
    let mut last = None;
    block::each_of_block(meter, blob, columns, |row| last = Some((row.at, row.register)))
        .map_err(|source| StoreError::SpoiltReadings { at, source })?;
    Ok(last)
}
