//! The ladder: which step of the price a kWh falls on.

use jiff::civil::Date;

use crate::tariff::calendar::{MonthDay, day_number};

/// When a ladder (or an allowance) starts again from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reset {
    Day,
    /// Calendar month.
    Month,
    /// Month from the tariff's billing day.
    BillingMonth,
    /// Year from a date, mostly 1 January.
    Year(MonthDay),
}

/// A stretch of days with the day after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub start: Date,
    pub end: Date,
}

const IN_RANGE: &str = "a civil date of a site lies within years -9999 to 9999";

impl Reset {
    /// The scope that `date` lies in.
    pub(crate) fn scope(self, date: Date, billing_day: i8) -> Days {
        match self {
            Self::Day => Days { start: date, end: date.tomorrow().expect(IN_RANGE) },
            Self::Month => month_from(date, 1),
            Self::BillingMonth => month_from(date, billing_day),
            Self::Year(first) => {
                let this = first.in_year(date.year());
                let year = if date < this { date.year() - 1 } else { date.year() };
                Days { start: first.in_year(year), end: first.in_year(year + 1) }
            }
        }
    }
}

/// The month from `billing_day` (1 to 28) that `date` lies in.
pub(crate) fn month_from(date: Date, billing_day: i8) -> Days {
    let on = |date: Date| Date::new(date.year(), date.month(), billing_day).expect("day 1 to 28");
    let start = if date.day() >= billing_day {
        on(date)
    } else {
        on(date.first_of_month().yesterday().expect(IN_RANGE))
    };
    let end = on(start.last_of_month().tomorrow().expect(IN_RANGE));
    Days { start, end }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Every kWh at the price of the step it falls on, in the order of time.
    Graduated,
    /// All kWh of the scope at the price of the step the total has reached.
    Whole,
    /// All kWh of a month at the step of the mean month before; the number of months looked at.
    LookBack(usize),
}

/// Limits of the steps, in mWh, ascending; the last step has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Place in the version's list of seasons; `None` for all others.
    pub season: Option<usize>,
    pub mwh: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ladder {
    pub kind: Kind,
    /// Place in the tariff's list of scopes.
    pub scope: usize,
    /// Limits are per day, times the days of the scope.
    pub per_day: bool,
    /// A first scope that is cut short has its limits cut in proportion.
    pub shorten_first: bool,
    /// Those of a season before those of the rest of the year.
    pub limits: Vec<Limits>,
}

/// How far an account has come in one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Progress {
    /// Day numbers: first day of the scope, first day this account was in it, day after its last.
    pub start: i32,
    pub joined: i32,
    pub end: i32,
    pub used: i64,
}

impl Progress {
    pub(crate) fn open(reset: Reset, date: Date, billing_day: i8) -> Self {
        let days = reset.scope(date, billing_day);
        let start = day_number(days.start);
        Self { start, joined: day_number(date), end: day_number(days.end), used: 0 }
    }

    pub(crate) fn next(reset: Reset, date: Date, billing_day: i8) -> Self {
        let opened = Self::open(reset, date, billing_day);
        Self { joined: opened.start, ..opened }
    }
}

impl Ladder {
    fn limits_in(&self, season: usize) -> &[i64] {
        self.limits
            .iter()
            .find(|limits| limits.season.is_none_or(|own| own == season))
            .map_or(&[], |limits| limits.mwh.as_slice())
    }

    fn limit(&self, mwh: i64, progress: &Progress) -> i64 {
        let whole = i64::from(progress.end - progress.start);
        let joined = i64::from(progress.end - progress.joined);
        match (self.per_day, self.shorten_first) {
            (true, true) => mwh.saturating_mul(joined),
            (true, false) => mwh.saturating_mul(whole),
            (false, false) => mwh,
            (false, true) if joined == whole => mwh,
            (false, true) => {
                let share = i128::from(mwh) * i128::from(joined) / i128::from(whole);
                i64::try_from(share).expect("a share of a 64-bit limit fits in 64 bits")
            }
        }
    }

    /// The step that the next mWh after `used` falls on, and how much more fits on it.
    pub(crate) fn step(&self, used: i64, season: usize, progress: &Progress) -> (usize, i64) {
        let mut tier = 0;
        for &mwh in self.limits_in(season) {
            let limit = self.limit(mwh, progress);
            if used < limit {
                return (tier, limit - used);
            }
            tier += 1;
        }
        (tier, i64::MAX)
    }

    /// The step of a whole volume of `total / count` mWh: exactly at a limit is still below it.
    pub(crate) fn step_of_volume(
        &self,
        total: i64,
        count: i64,
        season: usize,
        progress: &Progress,
    ) -> usize {
        let reached = |mwh: i64| i128::from(self.limit(mwh, progress)) * i128::from(count);
        self.limits_in(season).iter().take_while(|&&mwh| i128::from(total) > reached(mwh)).count()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn scopes_begin_and_end_where_their_rule_says() {
        let december = Reset::Year(MonthDay { month: 12, day: 1 });
        for (reset, day, start, end) in [
            (Reset::Day, date(2024, 2, 29), date(2024, 2, 29), date(2024, 3, 1)),
            (Reset::Month, date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1)),
            (Reset::BillingMonth, date(2024, 3, 14), date(2024, 2, 15), date(2024, 3, 15)),
            (Reset::BillingMonth, date(2024, 3, 15), date(2024, 3, 15), date(2024, 4, 15)),
            (Reset::BillingMonth, date(2024, 1, 1), date(2023, 12, 15), date(2024, 1, 15)),
            (december, date(2024, 11, 30), date(2023, 12, 1), date(2024, 12, 1)),
            (december, date(2024, 12, 1), date(2024, 12, 1), date(2025, 12, 1)),
        ] {
            assert_eq!(reset.scope(day, 15), Days { start, end }, "{reset:?} {day}");
        }
    }
}
