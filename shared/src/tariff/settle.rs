//! Settling: energy between two instants, cut at every boundary, laid into the buckets of a
//! position.

use crate::energy::Energy;
use crate::money::UnitPrice;
use crate::tariff::bill::Bill;
use crate::tariff::block::{Kind, Progress};
use crate::tariff::calendar::{DayTest, day_number, day_type_of};
use crate::tariff::charge::{ChargeState, Month, Part};
use crate::tariff::error::ChargeError;
use crate::tariff::exact::Exact;
use crate::tariff::schedule::DAY;
use crate::tariff::version::{Charge, Component, Demand, Dynamic, Version, Volume};
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
    fn until(&self, at: Timestamp) -> i64 {
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
            let end = to.min(self.cursor.until);
            let upto = reading.until(end);
            self.take(tariff, reading, end, upto - done, watch);
            done = upto;
            self.at = end;
        }
        Ok(())
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

    /// Lays `energy` between `self.at` and `end` into every component; no boundary lies inside.
    fn take<W: Watch>(
        &mut self,
        tariff: &Tariff,
        reading: &Reading,
        end: Timestamp,
        energy: i64,
        watch: &mut W,
    ) {
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

#[derive(Clone, Copy)]
struct Place<'a> {
    component: &'a Component,
    version: u32,
    span: Reading,
    period: usize,
}

impl Place<'_> {
    fn segment(&self, tier: Option<usize>, energy: i64, price: UnitPrice) -> Segment {
        Segment {
            line: self.component.line,
            version: self.version,
            from: self.span.from,
            to: self.span.to,
            period: self.period,
            tier,
            energy: Energy::from_mwh(energy),
            price,
            amount: price.charge(Energy::from_mwh(energy)).into(),
        }
    }
}

fn add(buckets: &mut [i64], place: usize, energy: i64) {
    if let Some(bucket) = buckets.get_mut(place) {
        *bucket = bucket.checked_add(energy).expect("energy of one month fits in 64-bit mWh");
    }
}

/// The step of a look-back ladder: that of the mean of the months before, or the first.
pub(crate) fn look_back_step(
    ladder: &crate::tariff::block::Ladder,
    months: usize,
    past: &[i64],
    season: usize,
    progress: &Progress,
) -> usize {
    let looked = past.iter().rev().take(months);
    let (total, count) = looked.fold((0, 0), |(total, count), month| (total + month, count + 1));
    ladder.step_of_volume(total, count, season, progress)
}

fn lay<W: Watch>(
    volume: &Volume,
    place: Place<'_>,
    part: &mut Part,
    progress: &[Progress],
    past: &[i64],
    watch: &mut W,
) {
    let (period, season) = (place.period, part.season);
    let mut left = place.span.energy.mwh();
    let mut laid = 0;
    let at_ladder = |ladder: &crate::tariff::block::Ladder| progress.get(ladder.scope).copied();
    while left > 0 {
        let mut piece = left;
        let mut tier = 0;
        let mut whole = false;
        if let Some((ladder, progress)) =
            volume.ladder.as_ref().and_then(|ladder| Some((ladder, at_ladder(ladder)?)))
        {
            match ladder.kind {
                Kind::Graduated => {
                    let (step, room) = ladder.step(progress.used + laid, season, &progress);
                    (tier, piece) = (step, piece.min(room));
                }
                Kind::Whole => {
                    whole = true;
                    tier =
                        ladder.step_of_volume(progress.used + laid + piece, 1, season, &progress);
                }
                Kind::LookBack(months) => {
                    tier = look_back_step(ladder, months, past, season, &progress);
                }
            }
        }
        let mut free = false;
        if let Some((allowance, progress)) =
            volume.free.as_ref().and_then(|free| Some((free, at_ladder(free)?)))
        {
            let (step, room) = allowance.step(progress.used + laid, season, &progress);
            free = step == 0 && room < i64::MAX;
            piece = piece.min(room);
        }
        let bucket = match (free, whole) {
            (true, _) => volume.free_bucket(period),
            (false, true) => volume.open_bucket(period),
            (false, false) => volume.bucket(period, tier),
        };
        add(&mut part.buckets, bucket, piece);
        if W::SEGMENTS {
            let segment = if free {
                place.segment(None, piece, UnitPrice::default())
            } else {
                place.segment(Some(tier), piece, volume.price(period, tier))
            };
            watch.segment(segment);
        }
        laid += piece;
        left -= piece;
    }
}

impl Dynamic {
    /// The price of one kWh in 10⁻¹⁶ currency.
    pub(crate) fn price(&self, spot: UnitPrice) -> i128 {
        let scale = 100_000_000;
        let price = i128::from(spot.e8()) * i128::from(self.multiplier)
            + i128::from(self.adder.e8()) * scale;
        self.floor.map_or(price, |floor| price.max(i128::from(floor.e8()) * scale))
    }
}

fn lay_dynamic<W: Watch>(
    dynamic: &Dynamic,
    tariff: &Tariff,
    reading: &Reading,
    mut place: Place<'_>,
    part: &mut Part,
    watch: &mut W,
) {
    let Reading { from, to, energy } = place.span;
    let Some(series) = tariff.series.get(dynamic.series).and_then(Option::as_ref) else { return };
    let (mut at, mut done) = (from, 0);
    let before = reading.until(from);
    while at < to {
        let Some((spot, edge)) = series.at(at) else { return };
        let end = edge.min(to);
        let upto = if end == to { energy.mwh() } else { reading.until(end) - before };
        let price = dynamic.price(spot);
        if let Some(sum) = part.sums.get_mut(dynamic.sum) {
            let charge = price.checked_mul(i128::from(upto - done));
            let total = charge.and_then(|charge| sum.checked_add(charge));
            *sum = total.expect("the charge of one month fits in 128 bits");
        }
        if W::SEGMENTS && upto > done {
            place.span = Reading { from: at, to: end, energy };
            let shown = i64::try_from(price.div_euclid(100_000_000)).unwrap_or(i64::MAX);
            let mut segment = place.segment(Some(0), upto - done, UnitPrice::from_e8(shown));
            segment.amount = Exact::from_parts(price * i128::from(upto - done), 100_000_000);
            watch.segment(segment);
        }
        (at, done) = (end, upto);
    }
    add(&mut part.buckets, dynamic.bucket, energy.mwh());
}

fn lay_demand(
    demand: &Demand,
    reading: &Reading,
    span: Reading,
    midnight: Timestamp,
    period: usize,
    slots: &mut [crate::tariff::charge::DemandSlot],
) {
    let length = demand.minutes * 60_000;
    let slot_of = |period: usize| demand.slot + if demand.pooled { 0 } else { period };
    let counts = demand.rates.get(period).is_some_and(Option::is_some);
    let end = span.to.millis();
    let before = reading.until(span.from);
    let (mut at, mut done) = (span.from.millis(), 0);
    while at < end {
        let start = midnight.millis() + (at - midnight.millis()).div_euclid(length) * length;
        let edge = (start + length).min(end);
        let upto = if edge == end {
            span.energy.mwh()
        } else {
            reading.until(Timestamp::from_millis(edge)) - before
        };
        // An interval belongs to the period it began in.
        let begun = (0..demand.rates.len())
            .map(slot_of)
            .find(|&slot| slots.get(slot).is_some_and(|slot| slot.start == start));
        // Joined in its middle, after a period in which demand is free, it counts from there.
        let slot = begun.or_else(|| counts.then(|| slot_of(period)));
        if let Some(slot) = slot.and_then(|slot| slots.get_mut(slot)) {
            if slot.start != start {
                slot.finish(demand.top);
                slot.start = start;
            }
            slot.open += upto - done;
        }
        (at, done) = (edge, upto);
    }
}

impl Version {
    /// How many intervals this version averages for a demand slot.
    pub(crate) fn slot_count(&self, slot: usize) -> usize {
        let counts = self.components.iter().find_map(|component| match &component.charge {
            Charge::Demand(demand) => {
                let width = if demand.pooled { 1 } else { demand.rates.len() };
                (demand.slot..demand.slot + width).contains(&slot).then_some(demand.top)
            }
            Charge::Volume(_)
            | Charge::Dynamic(_)
            | Charge::Fixed(_)
            | Charge::Minimum(_)
            | Charge::PowerFactor(_)
            | Charge::Percent(_)
            | Charge::Tax(_) => None,
        });
        counts.unwrap_or(1)
    }
}

impl Tariff {
    pub(crate) fn version_place(&self, at: Timestamp) -> Option<usize> {
        self.versions.iter().rposition(|version| version.from <= at)
    }

    pub(crate) fn version_numbered(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The period of one schedule at an instant, and the instant it may change.
    pub(crate) fn period_of(
        &self,
        version: &Version,
        schedule: &crate::tariff::schedule::Schedule,
        at: Timestamp,
    ) -> Result<(usize, Timestamp), ChargeError> {
        if schedule.is_flat() {
            return Ok((0, Timestamp::from_millis(i64::MAX)));
        }
        let face = self.clock.face(&self.zone, at);
        for day_type in &version.day_types {
            if let DayTest::Calendar(place) = day_type.test
                && let Some(calendar) = self.calendars.get(place)
            {
                calendar.know(face.date.year())?;
            }
        }
        let season = version.season_of(face.date);
        let day_type = day_type_of(&version.day_types, &self.calendars, face.date);
        let (period, minute) = schedule.program(season, day_type).at(face.minute());
        debug_assert!(minute <= DAY);
        Ok((period, self.clock.until(&self.zone, at, face, minute)))
    }

    /// Whether everything between two instants can be priced.
    fn knows(&self, from: Timestamp, to: Timestamp) -> Result<(), ChargeError> {
        if self.versions.first().is_none_or(|first| from < first.from) {
            return Err(ChargeError::NoVersion(from));
        }
        if let Some((until, error)) = &self.known_until
            && to > *until
        {
            return Err(error.clone());
        }
        if self.series_names.is_empty() {
            return Ok(());
        }
        let ends = self.versions.iter().skip(1).map(|next| next.from);
        let ends = ends.chain([Timestamp::from_millis(i64::MAX)]);
        for (version, end) in self.versions.iter().zip(ends) {
            let (from, to) = (from.max(version.from), to.min(end));
            if from >= to {
                continue;
            }
            for component in &version.components {
                if let Charge::Dynamic(dynamic) = &component.charge {
                    self.priced(dynamic, from, to)?;
                }
            }
        }
        Ok(())
    }

    fn priced(&self, dynamic: &Dynamic, from: Timestamp, to: Timestamp) -> Result<(), ChargeError> {
        let series = self.series.get(dynamic.series).and_then(Option::as_ref);
        if series.is_some_and(|series| series.covers(from, to)) {
            return Ok(());
        }
        let name = self.series_names.get(dynamic.series).cloned().unwrap_or_default();
        let at = series.map_or(from, |series| series.missing(from));
        Err(ChargeError::NoPrice { series: name, at })
    }
}
