//! Settling: energy between two instants, cut at every boundary, laid into the buckets of a
//! position.

use crate::energy::Energy;
use crate::money::UnitPrice;
use crate::tariff::bill::Bill;
use crate::tariff::block::{Kind, Progress};
use crate::tariff::calendar::day_number;
use crate::tariff::charge::{ChargeState, Month, Part};
use crate::tariff::error::ChargeError;
use crate::tariff::exact::Exact;
use crate::tariff::lay::{Place, add, lay, lay_demand, lay_dynamic};
use crate::tariff::version::{Charge, Version};
use crate::tariff::{LineKey, Tariff};
use crate::time::Timestamp;

/// Energy between two looks at a register, spread evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub from: Timestamp,
    pub to: Timestamp,
    pub energy: Energy,
}

/// One piece of a reading: no boundary inside, one price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub line: LineKey,
    pub version: u32,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Place in the version's periods for this line.
    pub period: usize,
    /// Counted from 0; free energy has none.
    pub tier: Option<usize>,
    pub energy: Energy,
    /// Of one kWh; a price series times its multiplier may be finer, so it is rounded down here. Of
    /// a whole volume the step may still change, and with it the price.
    pub price: UnitPrice,
    pub amount: Exact,
}

/// Sees what settling does, for explanations and bills. `()` looks away.
pub trait Watch {
    /// Whether [`Self::segment`] is wanted.
    const SEGMENTS: bool;
    /// Whether [`Self::closed`] is wanted.
    const BILLS: bool;
    fn segment(&mut self, segment: Segment);
    /// A billing month was closed.
    fn closed(&mut self, bill: Bill);
}

impl Watch for () {
    const SEGMENTS: bool = false;
    const BILLS: bool = false;
    fn segment(&mut self, _segment: Segment) {}
    fn closed(&mut self, _bill: Bill) {}
}

impl Reading {
    /// Energy from the beginning until `at`: a function of the reading alone, so any cuts add up.
    pub(crate) fn until(&self, at: Timestamp) -> i64 {
        if at >= self.to {
            return self.energy.mwh();
        }
        let (passed, whole) = ((at - self.from).millis(), (self.to - self.from).millis());
        if passed <= 0 {
            return 0;
        }
        let mwh = self.energy.mwh();
        if let Some(product) = mwh.checked_mul(passed) {
            return product / whole;
        }
        let share = i128::from(mwh) * i128::from(passed) / i128::from(whole);
        i64::try_from(share).expect("a share of 64-bit energy fits in 64 bits")
    }
}

impl ChargeState {
    /// Charges `energy` between two instants, spread evenly. Time since the last call that nobody
    /// gave energy for passes without any. On a refusal nothing has changed.
    pub fn advance(
        &mut self,
        tariff: &Tariff,
        from: Timestamp,
        to: Timestamp,
        energy: Energy,
    ) -> Result<(), ChargeError> {
        self.advance_watched(tariff, Reading { from, to, energy }, &mut ())
    }

    /// [`Self::advance`], seen by `watch`.
    pub fn advance_watched<W: Watch>(
        &mut self,
        tariff: &Tariff,
        reading: Reading,
        watch: &mut W,
    ) -> Result<(), ChargeError> {
        let Reading { from, to, energy } = reading;
        if from < self.at {
            return Err(ChargeError::Overlap { from, to, charged: self.at });
        }
        if energy.is_negative() {
            return Err(ChargeError::Negative { from, to, mwh: energy.mwh() });
        }
        if to <= from {
            return if energy == Energy::ZERO { Ok(()) } else { Err(ChargeError::NoTime(from)) };
        }
        tariff.knows(self.at, to)?;
        if self.at < from {
            let gap = Reading { from: self.at, to: from, energy: Energy::ZERO };
            self.run(tariff, &gap, from, watch)?;
        }
        self.run(tariff, &reading, to, watch)
    }

    /// Charges the part of `reading` up to `to`, which may lie inside it. Charging a reading in
    /// pieces this way leads to the very same state as at once.
    pub fn advance_within(
        &mut self,
        tariff: &Tariff,
        reading: Reading,
        to: Timestamp,
    ) -> Result<(), ChargeError> {
        self.advance_piece(tariff, reading, to, &mut ())
    }

    pub(crate) fn advance_piece<W: Watch>(
        &mut self,
        tariff: &Tariff,
        reading: Reading,
        to: Timestamp,
        watch: &mut W,
    ) -> Result<(), ChargeError> {
        tariff.knows(self.at, to)?;
        self.run(tariff, &reading, to, watch)
    }

    /// Reactive energy of the running billing month, for power-factor adjustment.
    pub fn add_reactive(&mut self, energy: Energy) {
        self.reactive = Some(self.reactive.unwrap_or(0) + energy.mwh());
    }

    /// Energy that is there all at once, inside one moment without a boundary.
    pub(crate) fn lay_at_once(
        &mut self,
        tariff: &Tariff,
        moment: Reading,
    ) -> Result<(), ChargeError> {
        tariff.knows(self.at, moment.to)?;
        self.run(tariff, &moment, moment.to, &mut ())
    }

    fn run<W: Watch>(
        &mut self,
        tariff: &Tariff,
        reading: &Reading,
        to: Timestamp,
        watch: &mut W,
    ) -> Result<(), ChargeError> {
        let mut done = reading.until(self.at);
        while self.at < to {
            if !self.cursor.holds(tariff.fingerprint, self.at) {
                self.enter(tariff, watch)?;
            }
            let mut end = to.min(self.cursor.until);
            if let Some(quantity) = tariff.quantity {
                end = end.min(quantity.end(self.cursor.midnight, self.at));
                end = end.min(self.next_series_edge(tariff));
            }
            let upto = reading.until(end);
            self.take(tariff, reading, end, upto - done, watch);
            done = upto;
            self.at = end;
        }
        Ok(())
    }

    /// Where a price series in force has its next price.
    fn next_series_edge(&self, tariff: &Tariff) -> Timestamp {
        let version = tariff.versions.get(self.cursor.version);
        let components = version.map_or(&[][..], |version| &version.components);
        let edges = components.iter().filter_map(|component| match &component.charge {
            Charge::Dynamic(dynamic) => {
                let series = tariff.series.get(dynamic.series)?.as_ref()?;
                series.at(self.at).map(|(_, edge)| edge)
            }
            Charge::Volume(_)
            | Charge::Demand(_)
            | Charge::Fixed(_)
            | Charge::Minimum(_)
            | Charge::PowerFactor(_)
            | Charge::Percent(_)
            | Charge::Tax(_) => None,
        });
        edges.min().unwrap_or(self.cursor.until)
    }

    /// Steps into what is in force at `self.at`: a new day, month, version, period.
    fn enter<W: Watch>(&mut self, tariff: &Tariff, watch: &mut W) -> Result<(), ChargeError> {
        let at = self.at;
        let place = tariff.version_place(at).ok_or(ChargeError::NoVersion(at))?;
        let version = tariff.versions.get(place).ok_or(ChargeError::NoVersion(at))?;
        let date = tariff.zone.date(at);
        let today = day_number(date);
        let new_day = self.day != Some(today);
        if new_day {
            if today >= self.month.end {
                self.close_month(tariff, watch);
                self.month = Month::of(date, tariff.billing_day);
            }
            self.restart_ladders(tariff, date);
        }
        self.grow(tariff);
        self.enter_version(version);
        let season = version.season_of(date);
        if let Some(part) = self.parts.last_mut() {
            part.season = season;
            part.days += i64::from(new_day);
        }
        self.day = Some(today);

        let mut until = tariff.zone.next_midnight(at);
        if let Some(next) = tariff.versions.get(place + 1) {
            until = until.min(next.from);
        }
        let cursor = &mut self.cursor;
        cursor.periods.clear();
        for schedule in &version.schedules {
            let (period, edge) = tariff.period_of(version, schedule, at)?;
            cursor.periods.push(period);
            until = until.min(edge);
        }
        if cursor.midnight > at || cursor.fingerprint != tariff.fingerprint || new_day {
            cursor.midnight = tariff.zone.start_of(date);
        }
        (cursor.fingerprint, cursor.version) = (tariff.fingerprint, place);
        (cursor.from, cursor.until) = (at, until);
        Ok(())
    }

    /// A tariff may have gained lines, ladders and peaks with a later version.
    fn grow(&mut self, tariff: &Tariff) {
        if self.posted.len() < tariff.lines.len()
            || self.progress.len() < tariff.scopes.len()
            || self.demands.len() < tariff.demand_slots.len()
            || (self.yearly.is_empty() && tariff.has_yearly_minimum())
        {
            self.adopt(tariff);
        }
    }

    fn restart_ladders(&mut self, tariff: &Tariff, date: jiff::civil::Date) {
        let today = day_number(date);
        for place in 0..self.progress.len() {
            let ended = self.progress.get(place).is_some_and(|progress| today >= progress.end);
            let reset = tariff.scopes.get(place).copied();
            if let (true, Some(reset)) = (ended, reset) {
                self.fold_whole_volumes(tariff, place);
                if let Some(progress) = self.progress.get_mut(place) {
                    *progress = Progress::next(reset, date, tariff.billing_day);
                }
            }
        }
    }

    /// Lays whole volumes of an ended scope onto the step they reached.
    fn fold_whole_volumes(&mut self, tariff: &Tariff, scope: usize) {
        let Some(progress) = self.progress.get(scope) else { return };
        for part in &mut self.parts {
            let Some(version) = tariff.version_numbered(part.version) else { continue };
            for component in &version.components {
                let Charge::Volume(volume) = &component.charge else { continue };
                let Some(ladder) = &volume.ladder else { continue };
                if ladder.kind != Kind::Whole || ladder.scope != scope {
                    continue;
                }
                let tier = ladder.step_of_volume(progress.used, 1, part.season, progress);
                for period in 0..volume.prices.len() / volume.tiers {
                    let open = part.buckets.get_mut(volume.open_bucket(period));
                    let energy = open.map_or(0, std::mem::take);
                    add(&mut part.buckets, volume.bucket(period, tier), energy);
                }
            }
        }
    }

    fn enter_version(&mut self, version: &Version) {
        if self.parts.last().is_some_and(|part| part.version == version.number) {
            return;
        }
        let count = |slot| version.slot_count(slot);
        let peaks = self.demands.iter().enumerate().map(|(slot, demand)| demand.peak(count(slot)));
        self.parts.push(Part {
            version: version.number,
            season: 0,
            days: 0,
            buckets: vec![0; version.buckets],
            sums: vec![0; version.sums],
            peaks_before: if self.parts.is_empty() { Vec::new() } else { peaks.collect() },
        });
    }

    /// Lays `used` between `self.at` and `end` into every component; no boundary lies inside.
    fn take<W: Watch>(
        &mut self,
        tariff: &Tariff,
        reading: &Reading,
        end: Timestamp,
        used: i64,
        watch: &mut W,
    ) {
        let energy = tariff.quantity.map_or(used, |quantity| {
            let interval_end = quantity.end(self.cursor.midnight, self.at);
            quantity.counts(&mut self.interval, interval_end, used)
        });
        let Some(version) = tariff.versions.get(self.cursor.version) else { return };
        let Some(part) = self.parts.last_mut() else { return };
        let span = Reading { from: self.at, to: end, energy: Energy::from_mwh(energy) };
        for component in &version.components {
            match &component.charge {
                Charge::Volume(volume) => {
                    let period = self.cursor.period(volume.schedule);
                    let place = Place { component, version: version.number, span, period };
                    lay(volume, place, part, &self.progress, &self.past_volumes, watch);
                }
                Charge::Dynamic(dynamic) => {
                    let place = Place { component, version: version.number, span, period: 0 };
                    lay_dynamic(dynamic, tariff, reading, place, part, watch);
                }
                Charge::Demand(demand) => {
                    let period = self.cursor.period(demand.schedule);
                    let midnight = self.cursor.midnight;
                    // Power is what was used, however the quantity is rounded for the price.
                    let span = Reading { energy: Energy::from_mwh(used), ..span };
                    lay_demand(demand, reading, span, midnight, period, &mut self.demands);
                }
                Charge::Fixed(_)
                | Charge::Minimum(_)
                | Charge::PowerFactor(_)
                | Charge::Percent(_)
                | Charge::Tax(_) => (),
            }
        }
        for progress in &mut self.progress {
            progress.used += energy;
        }
        self.volume += energy;
    }
}
