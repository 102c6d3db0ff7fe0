//! A window of rounds of one chunk, decoded: a row a round, a place a meter, a column a quantity.
//! Rounds come in row by row and a meter's readings are taken out along its place, so nothing is
//! put together reading by reading.

use shared::id::MeterId;
use shared::time::Timestamp;

use crate::store::readings::codec::{Columns, MOST_FLAGS};
use crate::store::readings::pack::Spoilt;

/// Flags of a meter that a round does not have.
const ABSENT: u8 = u8::MAX;

#[derive(Debug, Default)]
pub(crate) struct Grid {
    /// Ascending; as many as a row has places.
    meters: Vec<MeterId>,
    times: Vec<i64>,
    registers: Vec<i64>,
    /// 0 where there is none.
    powers: Vec<i64>,
    flags: Vec<u8>,
}

impl Grid {
    pub(crate) fn clear(&mut self) {
        self.meters.clear();
        self.clear_rows();
    }

    fn clear_rows(&mut self) {
        for column in [&mut self.times, &mut self.registers, &mut self.powers] {
            column.clear();
        }
        self.flags.clear();
    }

    /// The meter at a place.
    pub(crate) fn meter(&self, place: usize) -> Option<MeterId> {
        self.meters.get(place).copied()
    }

    /// Adds a segment of a round: `meters` have the values in `columns`, whose times count from the
    /// round's and whose powers are those that the flags tell of.
    pub(crate) fn add(
        &mut self,
        round: Timestamp,
        meters: &[MeterId],
        columns: &Columns,
    ) -> Result<(), Spoilt> {
        if self.meters.is_empty() && meters.is_sorted_by(|left, right| left < right) {
            self.meters.extend_from_slice(meters);
        }
        let row = self.flags.len();
        for flags in &columns.flags {
            let flags = u8::try_from(*flags).ok().filter(|flags| *flags <= MOST_FLAGS);
            self.flags.push(flags.ok_or(Spoilt)?);
        }
        self.times.extend(columns.times.iter().map(|time| round.millis().wrapping_add(*time)));
        self.registers.extend_from_slice(&columns.registers);
        if columns.powers.len() == meters.len() {
            self.powers.extend_from_slice(&columns.powers);
        } else {
            let mut powers = columns.powers.iter();
            for flags in &columns.flags {
                let power = if flags & 1 == 1 { *powers.next().ok_or(Spoilt)? } else { 0 };
                self.powers.push(power);
            }
        }
        if self.meters == meters {
            return Ok(());
        }
        self.spread(row, meters)
    }

    /// Brings the row that was just added, a cell for each of `meters`, to the places of all.
    fn spread(&mut self, row: usize, meters: &[MeterId]) -> Result<(), Spoilt> {
        let cells: Vec<Cell> = meters
            .iter()
            .zip(self.flags.split_off(row))
            .zip(self.times.split_off(row))
            .zip(self.registers.split_off(row))
            .zip(self.powers.split_off(row))
            .map(|((((meter, flags), time), register), power)| Cell {
                meter: *meter,
                flags,
                time,
                register,
                power,
            })
            .collect();
        // A meter that stands twice in a segment begins a row of its own.
        for cells in cells.chunk_by(|left, right| left.meter < right.meter) {
            self.make_places(cells);
            let row = self.flags.len();
            self.flags.resize(row + self.meters.len(), ABSENT);
            for column in [&mut self.times, &mut self.registers, &mut self.powers] {
                column.resize(row + self.meters.len(), 0);
            }
            for cell in cells {
                let place = self.meters.binary_search(&cell.meter).map_err(|_missing| Spoilt)?;
                self.set(row + place, cell);
            }
        }
        Ok(())
    }

    fn set(&mut self, at: usize, cell: &Cell) {
        if let Some(flags) = self.flags.get_mut(at) {
            *flags = cell.flags;
        }
        for (column, value) in [
            (&mut self.times, cell.time),
            (&mut self.registers, cell.register),
            (&mut self.powers, cell.power),
        ] {
            if let Some(at) = column.get_mut(at) {
                *at = value;
            }
        }
    }

    /// Makes the rows wider where `cells` have meters without a place.
    fn make_places(&mut self, cells: &[Cell]) {
        let missing = |cell: &&Cell| self.meters.binary_search(&cell.meter).is_err();
        let new: Vec<MeterId> = cells.iter().filter(missing).map(|cell| cell.meter).collect();
        if new.is_empty() {
            return;
        }
        let mut old = std::mem::take(self);
        self.meters = [&old.meters[..], &new[..]].concat();
        self.meters.sort_unstable();
        let width = old.meters.len().max(1);
        let rows = old
            .flags
            .chunks(width)
            .zip(old.times.chunks(width))
            .zip(old.registers.chunks(width))
            .zip(old.powers.chunks(width));
        for (((flags, times), registers), powers) in rows {
            let row = self.flags.len();
            self.flags.resize(row + self.meters.len(), ABSENT);
            for column in [&mut self.times, &mut self.registers, &mut self.powers] {
                column.resize(row + self.meters.len(), 0);
            }
            for ((((meter, flags), time), register), power) in
                old.meters.iter().zip(flags).zip(times).zip(registers).zip(powers)
            {
                if let Ok(place) = self.meters.binary_search(meter) {
                    let (flags, time, register, power) = (*flags, *time, *register, *power);
                    self.set(row + place, &Cell { meter: *meter, flags, time, register, power });
                }
            }
        }
        old.clear();
    }

    /// A meter's readings in the order in which they came, each newer than the one before it and
    /// than `newest`: where a clock was set back, what is not newer is left out.
    pub(crate) fn take(&self, place: usize, mut newest: i64, columns: &mut Columns) {
        columns.clear();
        let width = self.meters.len().max(1);
        let flags = every(&self.flags, place, width);
        for (((flags, time), register), power) in flags
            .zip(every(&self.times, place, width))
            .zip(every(&self.registers, place, width))
            .zip(every(&self.powers, place, width))
        {
            if *flags == ABSENT || *time <= newest {
                continue;
            }
            newest = *time;
            columns.times.push(*time);
            columns.registers.push(*register);
            columns.flags.push(i64::from(*flags));
            if flags & 1 == 1 {
                columns.powers.push(*power);
            }
        }
    }
}

/// One reading.
#[derive(Clone, Copy, Debug)]
struct Cell {
    meter: MeterId,
    flags: u8,
    time: i64,
    register: i64,
    power: i64,
}

/// The values at a place of each row.
fn every<T>(column: &[T], place: usize, width: usize) -> impl Iterator<Item = &T> {
    column.get(place..).unwrap_or_default().iter().step_by(width)
}
