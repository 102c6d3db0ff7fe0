//! The civil day as loads see it: season, kind of day, and its true length in quarter-hours.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, Weekday, date};
use serde::{Deserialize, Serialize};
use shared::time::{Span, Timestamp, Zone};

const QUARTER: i64 = 900_000;
/// Quarter-hours of an ordinary day.
pub const QUARTERS: u8 = 96;

/// Seasons of the VDEW profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Season {
    /// 1 November to 20 March.
    Winter,
    /// 15 May to 14 September.
    Summer,
    Transition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayKind {
    Workday,
    /// Also 24 and 31 December, unless they are Sundays.
    Saturday,
    /// Also holidays.
    Sunday,
}

/// One civil day of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    /// Civil days since 1970-01-01: the slot of draws by day.
    pub number: i64,
    pub start: Timestamp,
    /// The next civil midnight.
    pub end: Timestamp,
    pub season: Season,
    pub kind: DayKind,
    /// The civil quarter-hour of each quarter-hour that passes; empty on ordinary days.
    shifted: Vec<u8>,
}

impl Day {
    /// Each quarter-hour that passes in this day: its start, its end and the civil quarter-hour
    /// (0 to 95) that the clock on the wall shows. 92 or 100 of them when the clock is changed.
    pub fn quarters(&self) -> impl Iterator<Item = (Timestamp, Timestamp, u8)> + '_ {
        let count = ((self.end - self.start).millis() + QUARTER - 1) / QUARTER;
        let civil = move |index: i64| {
            let place = usize::try_from(index).expect("a quarter-hour of a day is a small count");
            self.shifted.get(place).copied().unwrap_or_else(|| {
                u8::try_from(index).map_or(QUARTERS - 1, |quarter| quarter.min(QUARTERS - 1))
            })
        };
        (0..count).map(move |index| {
            let from = self.start + Span::from_millis(index * QUARTER);
            (from, (from + Span::from_millis(QUARTER)).min(self.end), civil(index))
        })
    }

    pub fn covers(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The clock on the wall at `at`, as a quarter-hour 0 to 95.
    pub fn quarter_at(&self, at: Timestamp) -> u8 {
        let index = (at - self.start).millis().div_euclid(QUARTER);
        usize::try_from(index)
            .ok()
            .and_then(|index| self.shifted.get(index).copied())
            .or_else(|| u8::try_from(index).ok())
            .map_or(0, |quarter| quarter.min(QUARTERS - 1))
    }
}

/// The civil calendar of a site.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: Zone,
    holidays: BTreeSet<Date>,
    last: Option<Arc<Day>>,
}

impl Calendar {
    pub fn new(zone: Zone, holidays: BTreeSet<Date>) -> Self {
        Self { zone, holidays, last: None }
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The civil day that `at` lies in. The last one is kept: meters of a line ask for the same.
    pub fn day(&mut self, at: Timestamp) -> Arc<Day> {
        if let Some(day) = self.last.as_ref().filter(|day| day.covers(at)) {
            return Arc::clone(day);
        }
        let day = Arc::new(self.work_out(at));
        self.last = Some(Arc::clone(&day));
        day
    }

    fn work_out(&self, at: Timestamp) -> Day {
        let date = self.zone.date(at);
        let (start, end) = (self.zone.start_of(date), self.zone.next_midnight(at));
        let ordinary = end - start == Span::from_days(1);
        let mut day = Day {
            date,
            number: i64::from((date - EPOCH).get_days()),
            start,
            end,
            season: season(date),
            kind: self.kind(date),
            shifted: Vec::new(),
        };
        if !ordinary {
            day.shifted = day.quarters().map(|(from, _, _)| self.civil_quarter(from)).collect();
        }
        day
    }

    fn civil_quarter(&self, at: Timestamp) -> u8 {
        let civil = self.zone.civil(at);
        let minutes = i32::from(civil.hour()) * 60 + i32::from(civil.minute());
        u8::try_from(minutes / 15).expect("a day on the wall has 96 quarter-hours")
    }

    /// What kind of day a date is.
    pub fn kind(&self, date: Date) -> DayKind {
        let eve = date.month() == 12 && matches!(date.day(), 24 | 31);
        match date.weekday() {
            Weekday::Sunday => DayKind::Sunday,
            _ if self.holidays.contains(&date) => DayKind::Sunday,
            Weekday::Saturday => DayKind::Saturday,
            _ if eve => DayKind::Saturday,
            Weekday::Monday
            | Weekday::Tuesday
            | Weekday::Wednesday
            | Weekday::Thursday
            | Weekday::Friday => DayKind::Workday,
        }
    }
}

const EPOCH: Date = date(1970, 1, 1);

/// The season of a date, after VDEW 1999.
pub fn season(date: Date) -> Season {
    match (date.month(), date.day()) {
        (11 | 12 | 1 | 2, _) | (3, ..=20) => Season::Winter,
        (6..=8, _) | (5, 15..) | (9, ..=14) => Season::Summer,
        _ => Season::Transition,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(zone: &str, at: &str) -> Arc<Day> {
        let zone = Zone::named(zone).expect("a zone");
        Calendar::new(zone, BTreeSet::from([date(2026, 10, 1)]))
            .day(Timestamp::parse(at).expect("an instant"))
    }

    #[test]
    fn seasons_and_kinds_turn_on_their_days() {
        use DayKind::{Saturday, Sunday, Workday};
        use Season::{Summer, Transition, Winter};
        for (at, season, kind) in [
            ("2026-03-20T12:00:00+08:00", Winter, Workday),
            ("2026-03-21T12:00:00+08:00", Transition, Saturday),
            ("2026-05-14T12:00:00+08:00", Transition, Workday),
            ("2026-05-15T12:00:00+08:00", Summer, Workday),
            ("2026-09-14T12:00:00+08:00", Summer, Workday),
            ("2026-09-15T12:00:00+08:00", Transition, Workday),
            ("2026-10-01T12:00:00+08:00", Transition, Sunday),
            ("2026-10-31T12:00:00+08:00", Transition, Saturday),
            ("2026-11-01T12:00:00+08:00", Winter, Sunday),
            ("2026-12-24T12:00:00+08:00", Winter, Saturday),
            ("2028-12-24T12:00:00+08:00", Winter, Sunday),
        ] {
            let day = day("Asia/Shanghai", at);
            assert_eq!((day.season, day.kind), (season, kind), "{at}");
        }
    }

    #[test]
    fn a_day_has_as_many_quarters_as_pass() {
        for (at, count, fifth_hour) in [
            ("2026-03-29T12:00:00Z", 92, 20), // 02:00 to 03:00 is skipped
            ("2026-06-01T12:00:00Z", 96, 16),
            ("2026-10-25T12:00:00Z", 100, 12), // 02:00 to 03:00 comes twice
        ] {
            let day = day("Europe/Berlin", at);
            let quarters: Vec<_> = day.quarters().collect();
            assert_eq!(quarters.len(), count, "{at}");
            let (from, _, civil) = quarters[16];
            assert_eq!(civil, fifth_hour, "{at}");
            assert_eq!(day.quarter_at(from), fifth_hour, "{at}");
            assert_eq!(quarters.last().map(|last| (last.1, last.2)), Some((day.end, 95)), "{at}");
        }
    }
}
