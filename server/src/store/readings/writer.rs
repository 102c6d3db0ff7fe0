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
use crate::store::readings::codec::{Columns, GOOD_WITH_POWER, with_power};
use crate::store::readings::day::{self, Calendar, Day, Days};
use crate::store::readings::grid::Grid;
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
    grid: Grid,
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
            grid: Grid::default(),
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
        self.read_window(rounds, chunk)?;
        for place in 0.. {
            let Some(meter) = self.grid.meter(place) else { break };
            self.put_block(meter, place, &mut days)?;
        }
        day::add(&self.db, &days)?;
        let mut delete = self.db.prepare_cached("DELETE FROM hot WHERE id = :id")?;
        for round in rounds {
            delete.execute(named_params! { ":id": id_of(*round, chunk) })?;
        }
        Ok(())
    }

    /// Reads a chunk's rounds into the grid.
    fn read_window(&mut self, rounds: &[Timestamp], chunk: i64) -> Result<(), StoreError> {
        self.grid.clear();
        let mut select = self.db.prepare_cached("SELECT rows FROM hot WHERE id = :id")?;
        for round in rounds {
            let mut found = select.query(named_params! { ":id": id_of(*round, chunk) })?;
            let Some(row) = found.next()? else { continue };
            let blob = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
            round::put_in_grid(blob, *round, &mut self.columns, &mut self.grid)
                .map_err(|source| StoreError::SpoiltReadings { at: *round, source })?;
        }
        Ok(())
    }

    /// Writes the block of the meter at a place and adds it to its days. What is not newer than the
    /// meter's last block is left out: a clock was set back.
    fn put_block(
        &mut self,
        meter: MeterId,
        place: usize,
        days: &mut Days,
    ) -> Result<(), StoreError> {
        let end = match self.ends.get(&meter) {
            Some(end) => *end,
            None => last_of_blocks(&self.db, meter, &mut self.columns)?,
        };
        let newest = end.map_or(i64::MIN, |(at, _)| at.millis());
        self.grid.take(place, newest, &mut self.columns);
        let Columns { times, registers, .. } = &self.columns;
        let (Some(first), Some(last), Some(register)) =
            (times.first().copied(), times.last().copied(), registers.last().copied())
        else {
            return Ok(());
        };
        self.add_days(meter, end.map(|(_, register)| register), days);
        self.blob.clear();
        block::put_block(&mut self.blob, &mut self.columns);
        self.db
            .prepare_cached(
                "INSERT INTO block (meter, start, until, rows)
                 VALUES (:meter, :start, :until, :rows)",
            )?
            .execute(named_params! {
                ":meter": meter.0,
                ":start": first,
                ":until": last,
                ":rows": self.blob,
            })?;
        let end = (Timestamp::from_millis(last), Register::from_mwh(register));
        self.ends.insert(meter, Some(end));
        Ok(())
    }

    /// Adds the readings in the columns, which ascend in time, to the days of their meter; `before`
    /// is its register before them.
    fn add_days(&mut self, meter: MeterId, before: Option<Register>, days: &mut Days) {
        let Columns { times, registers, flags, powers, .. } = &self.columns;
        let (mut times, mut registers, mut flags) = (&times[..], &registers[..], &flags[..]);
        let mut powers = &powers[..];
        let mut before = before.map(Register::mwh);
        while let Some(at) = times.first() {
            let number = self.calendar.day(Timestamp::from_millis(*at));
            let end = self.calendar.end().millis();
            // The first is of the day, whatever its end is said to be.
            let many = times.partition_point(|at| *at < end).max(1);
            let of_day = flags.get(..many).unwrap_or_default();
            let (mine, others) = powers.split_at(with_power(of_day));
            // The first power belongs to the first reading that has one.
            let good = of_day.iter().filter(|flags| *flags & 1 == 1).zip(mine);
            let good = good.filter(|(flags, _)| **flags == GOOD_WITH_POWER);
            let of_registers = registers.get(..many).unwrap_or_default();
            if let Some(sum) = Day::of(before, of_registers, good.map(|(_, power)| *power)) {
                before = Some(sum.last.mwh());
                days.entry(number).or_default().push((meter, sum));
            }
            (times, registers, flags, powers) = (
                times.get(many..).unwrap_or_default(),
                registers.get(many..).unwrap_or_default(),
                flags.get(many..).unwrap_or_default(),
                others,
            );
        }
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
