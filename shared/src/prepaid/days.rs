//! Energy of whole days that are past, for the estimate of a day without readings.

use crate::energy::Energy;
use crate::time::{Span, Timestamp, Zone};

/// Readings further apart than this leave a day unknown (product rule 17).
pub const MISSING: Span = Span::from_hours(24);
/// So many days of the same weekday make an estimate.
const LAST: usize = 7;

#[derive(Clone, Debug, Default)]
pub struct Days {
    /// The running day: when it ends, its weekday from Monday 0, its energy, and whether all of it
    /// was read.
    ends: Timestamp,
    weekday: i8,
    energy: Energy,
    whole: bool,
    /// Whole days, oldest first, at most seven of each weekday.
    kept: Vec<(i8, Energy)>,
}

impl Days {
    /// Energy that was used between two readings; counted to the day of the later one.
    pub fn add(&mut self, zone: &Zone, from: Timestamp, at: Timestamp, energy: Energy) {
        let gap = at - from >= MISSING;
        if at >= self.ends {
            if self.whole && !gap {
                self.keep();
            }
            let begins = zone.start_of(zone.date(at));
            self.ends = zone.next_midnight(at);
            self.weekday = weekday(zone, at);
            self.energy = Energy::ZERO;
            self.whole = from <= begins;
        }
        self.whole &= !gap;
        self.energy += energy;
    }

    /// The mean of the last whole days with the weekday of `at`; nothing where there are none.
    pub fn usual(&self, zone: &Zone, at: Timestamp) -> Energy {
        let weekday = weekday(zone, at);
        let same: Vec<i64> =
            self.kept.iter().filter(|(day, _)| *day == weekday).map(|(_, e)| e.mwh()).collect();
        let count = i64::try_from(same.len()).expect("seven days at most");
        Energy::from_mwh(same.iter().sum::<i64>().checked_div(count).unwrap_or_default())
    }

    fn keep(&mut self) {
        let same = self.kept.iter().filter(|(day, _)| *day == self.weekday).count();
        if same >= LAST
            && let Some(oldest) = self.kept.iter().position(|(day, _)| *day == self.weekday)
        {
            self.kept.remove(oldest);
        }
        self.kept.push((self.weekday, self.energy));
    }
}

fn weekday(zone: &Zone, at: Timestamp) -> i8 {
    zone.date(at).weekday().to_monday_zero_offset()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads at each noon and midnight from a Wednesday on; so much is used each half day.
    fn read(halves: impl IntoIterator<Item = i64>) -> (Days, Zone, Timestamp) {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let mut at = Timestamp::parse("2026-07-01T00:00:00+08:00").expect("an instant");
        let mut days = Days::default();
        for kwh in halves {
            let next = at + Span::from_hours(12);
            days.add(&zone, at, next, Energy::from_kwh(kwh));
            at = next;
        }
        (days, zone, at)
    }

    #[test]
    fn the_usual_day_is_the_mean_of_the_last_seven_of_its_weekday() {
        // The reading at midnight counts to the day it begins.
        let (days, zone, at) = read((0..10).flat_map(|week| [week; 14]));
        assert_eq!(zone.date(at).weekday().to_monday_zero_offset(), 2);
        assert_eq!(days.usual(&zone, at + Span::from_days(1)), Energy::from_kwh(12));
        assert_eq!(days.kept.len(), 7 * 7);
    }

    #[test]
    fn a_day_that_was_not_read_whole_does_not_count() {
        let (mut days, zone, at) = read([1; 4]);
        let friday = at + Span::from_hours(25);
        days.add(&zone, at, friday, Energy::from_kwh(100));
        days.add(&zone, friday, friday + Span::from_days(1) - Span::from_hours(1), Energy::KWH);
        assert!(days.kept.iter().all(|(_, energy)| *energy <= Energy::from_kwh(2)), "{days:?}");
        assert_eq!(days.usual(&zone, at + Span::from_days(7)), Energy::ZERO);
    }
}
