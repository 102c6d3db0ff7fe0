//! Looking at a tariff: what is in force at an instant, and when that changes next.

use jiff::civil::Date;

use crate::money::UnitPrice;
use crate::tariff::calendar::{DayTest, day_type_of};
use crate::tariff::schedule::{DAY, Schedule};
use crate::tariff::version::{Charge, Version, Volume};
use crate::tariff::{Band, Class, Tariff};
use crate::time::Timestamp;

impl Version {
    /// The first energy price by period: what customers mean by the tariff's periods.
    pub(crate) fn main_volume(&self) -> Option<&Volume> {
        let volumes = || {
            self.components.iter().filter_map(|component| match &component.charge {
                Charge::Volume(volume) => Some((component.class, volume)),
                Charge::Dynamic(_)
                | Charge::Fixed(_)
                | Charge::Demand(_)
                | Charge::Minimum(_)
                | Charge::PowerFactor(_)
                | Charge::Percent(_)
                | Charge::Tax(_) => None,
            })
        };
        let timed = volumes().find(|(_, volume)| !self.schedule(volume.schedule).is_flat());
        let energy = || volumes().find(|(class, _)| *class == Class::Energy);
        timed.or_else(energy).map(|(_, volume)| volume)
    }

    /// The name of a period as one line's component counts them.
    pub(crate) fn period_of_line(&self, line: crate::tariff::LineKey, period: usize) -> &str {
        let component = self.components.iter().find(|component| component.line == line);
        match component.map(|component| &component.charge) {
            Some(Charge::Volume(volume)) => self.schedule(volume.schedule).period_name(period),
            Some(Charge::Demand(demand)) => self.schedule(demand.schedule).period_name(period),
            Some(
                Charge::Dynamic(_)
                | Charge::Fixed(_)
                | Charge::Minimum(_)
                | Charge::PowerFactor(_)
                | Charge::Percent(_)
                | Charge::Tax(_),
            )
            | None => Schedule::ALL,
        }
    }

    pub(crate) fn main_schedule(&self) -> Option<&Schedule> {
        match self.main_volume() {
            Some(volume) => self.schedules.get(volume.schedule),
            None => self.schedules.first(),
        }
    }
}

impl Tariff {
    /// The name of the time-of-use period in force: `all` where there is only one, `None` before the
    /// first version or in a year whose holidays are not known.
    pub fn period_at(&self, at: Timestamp) -> Option<&str> {
        let version = self.version_at(at)?;
        let schedule = version.main_schedule()?;
        let (period, _) = self.period_of(version, schedule, at).ok()?;
        Some(schedule.period_name(period))
    }

    /// The periods of one day, from midnight to midnight of the clock the windows follow.
    pub fn bands_of_day(&self, date: Date) -> Vec<Band> {
        let noon = self.zone.at(date.at(12, 0, 0, 0));
        let Some(version) = self.version_at(noon) else { return Vec::new() };
        let Some(schedule) = version.main_schedule() else { return Vec::new() };
        if self.unknown_year(version, date) {
            return Vec::new();
        }
        let season = version.season_of(date);
        let day_type = day_type_of(&version.day_types, &self.calendars, date);
        let program = schedule.program(season, day_type);
        let ends = program.0.iter().skip(1).map(|next| next.from).chain([DAY]);
        let band = |(stretch, to): (&crate::tariff::schedule::Stretch, u16)| Band {
            from: stretch.from,
            to,
            period: schedule.period_name(stretch.period).to_owned(),
            rank: version.rank(stretch.period),
        };
        program.0.iter().zip(ends).map(band).collect()
    }

    /// The last year whose holidays are known, where the last version uses a calendar: after it
    /// nothing can be charged until the next year's days are entered.
    pub fn known_through(&self) -> Option<i16> {
        let (until, _) = self.known_until.as_ref()?;
        self.zone.date(*until).yesterday().ok().map(Date::year)
    }

    fn unknown_year(&self, version: &Version, date: Date) -> bool {
        version.day_types.iter().any(|day_type| match day_type.test {
            DayTest::Calendar(place) => self
                .calendars
                .get(place)
                .is_some_and(|calendar| calendar.know(date.year()).is_err()),
            DayTest::Weekdays(_) => false,
        })
    }

    /// The next instant at which a price, period, day, month or version changes, or a demand
    /// interval ends: a caller who settles there never has to spread energy over a boundary.
    pub fn next_boundary(&self, after: Timestamp) -> Timestamp {
        let midnight = self.zone.next_midnight(after);
        let mut next = midnight;
        let Some(place) = self.version_place(after) else {
            return self.versions.first().map_or(midnight, |first| first.from);
        };
        if let Some(later) = self.versions.get(place + 1) {
            next = next.min(later.from);
        }
        let Some(version) = self.versions.get(place) else { return next };
        for schedule in &version.schedules {
            if let Ok((_, until)) = self.period_of(version, schedule, after) {
                next = next.min(until);
            }
        }
        let start = self.zone.start_of(self.zone.date(after)).millis();
        for component in &version.components {
            match &component.charge {
                Charge::Demand(demand) => {
                    let length = demand.minutes * 60_000;
                    let passed = (after.millis() - start).div_euclid(length);
                    next = next.min(Timestamp::from_millis(start + (passed + 1) * length));
                }
                Charge::Dynamic(dynamic) => {
                    let series = self.series.get(dynamic.series).and_then(Option::as_ref);
                    if let Some((_, until)) = series.and_then(|series| series.at(after)) {
                        next = next.min(until);
                    }
                }
                Charge::Volume(_)
                | Charge::Fixed(_)
                | Charge::Minimum(_)
                | Charge::PowerFactor(_)
                | Charge::Percent(_)
                | Charge::Tax(_) => (),
            }
        }
        next
    }

    /// Does a price change strictly inside, so that energy used between the two instants is spread
    /// over it by time (product rule 16)?
    pub fn spreads(&self, from: Timestamp, to: Timestamp) -> bool {
        let mut at = from;
        loop {
            let next = self.next_boundary(at);
            if next >= to {
                return false;
            }
            if self.prices_at(at) != self.prices_at(next) {
                return true;
            }
            at = next;
        }
    }

    /// What decides prices at an instant: version, periods, prices of series.
    fn prices_at(&self, at: Timestamp) -> (Option<usize>, Vec<usize>, Vec<UnitPrice>) {
        let place = self.version_place(at);
        let Some(version) = place.and_then(|place| self.versions.get(place)) else {
            return (place, Vec::new(), Vec::new());
        };
        let periods = version.schedules.iter().filter_map(|schedule| {
            self.period_of(version, schedule, at).ok().map(|(period, _)| period)
        });
        let series = version.components.iter().filter_map(|component| match &component.charge {
            Charge::Dynamic(dynamic) => {
                let series = self.series.get(dynamic.series)?.as_ref()?;
                series.at(at).map(|(price, _)| price)
            }
            Charge::Volume(_)
            | Charge::Fixed(_)
            | Charge::Demand(_)
            | Charge::Minimum(_)
            | Charge::PowerFactor(_)
            | Charge::Percent(_)
            | Charge::Tax(_) => None,
        });
        (place, periods.collect(), series.collect())
    }
}

impl Version {
    /// Place of a period among those with other first-step prices, the cheapest at 0.
    fn rank(&self, period: usize) -> u8 {
        let Some(volume) = self.main_volume() else { return 0 };
        let own = volume.price(period, 0);
        let periods = 0..volume.prices.len() / volume.tiers;
        let mut cheaper: Vec<_> =
            periods.map(|period| volume.price(period, 0)).filter(|price| *price < own).collect();
        cheaper.sort_unstable();
        cheaper.dedup();
        u8::try_from(cheaper.len()).unwrap_or(u8::MAX)
    }
}
