//! Which day it is for a tariff: seasons by month and day, and day types, of which the first match
//! counts.

use jiff::civil::{Date, Weekday};

use crate::tariff::error::ChargeError;

/// A month and a day, in order within a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MonthDay {
    pub month: i8,
    pub day: i8,
}

impl MonthDay {
    pub(crate) fn of(date: Date) -> Self {
        Self { month: date.month(), day: date.day() }
    }

    /// In `year`; 29 February becomes 1 March where there is none.
    pub(crate) fn in_year(self, year: i16) -> Date {
        Date::new(year, self.month, self.day)
            .or_else(|_| Date::new(year, 3, 1))
            .expect("a month and day that exist in leap years, or 1 March")
    }
}

/// A named part of the year; both ends belong to it, and it may pass over New Year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Season {
    pub name: String,
    pub ranges: Vec<(MonthDay, MonthDay)>,
}

impl Season {
    pub(crate) fn contains(&self, day: MonthDay) -> bool {
        self.ranges.iter().any(|&(from, to)| {
            if from <= to { from <= day && day <= to } else { day >= from || day <= to }
        })
    }
}

/// Named days with the years they are known for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Calendar {
    pub name: String,
    /// Ascending. Empty for event days, which are never "missing": an event is an announcement.
    pub years: Vec<i16>,
    /// Ascending.
    pub dates: Vec<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DayTest {
    /// Bit 0 is Monday.
    Weekdays(u8),
    /// Place in the tariff's list of calendars.
    Calendar(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayType {
    pub name: String,
    pub test: DayTest,
}

pub(crate) fn weekday_bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

/// The season of a date: its place in `seasons`, or their number where none matches.
pub(crate) fn season_of(seasons: &[Season], date: Date) -> usize {
    let day = MonthDay::of(date);
    seasons.iter().position(|season| season.contains(day)).unwrap_or(seasons.len())
}

/// The type of a day: its place in `types`, or their number where none matches.
pub(crate) fn day_type_of(types: &[DayType], calendars: &[Calendar], date: Date) -> usize {
    types
        .iter()
        .position(|day_type| match day_type.test {
            DayTest::Weekdays(mask) => mask & weekday_bit(date.weekday()) != 0,
            DayTest::Calendar(place) => calendars
                .get(place)
                .is_some_and(|calendar| calendar.dates.binary_search(&date).is_ok()),
        })
        .unwrap_or(types.len())
}

impl Calendar {
    /// Refuses a year nobody entered the days of: an unknown holiday is not a working day.
    pub(crate) fn know(&self, year: i16) -> Result<(), ChargeError> {
        if self.years.is_empty() || self.years.binary_search(&year).is_ok() {
            Ok(())
        } else {
            Err(ChargeError::UnknownYear { calendar: self.name.clone(), year })
        }
    }
}

/// Days since 1970-01-01 (the era arithmetic of proleptic Gregorian dates).
pub(crate) fn day_number(date: Date) -> i32 {
    let (month, day) = (i32::from(date.month()), i32::from(date.day()));
    let year = i32::from(date.year()) - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn day_numbers_count_every_day_once() {
        let (mut day, mut number) = (date(1895, 12, 30), day_number(date(1895, 12, 30)));
        while day < date(2105, 3, 2) {
            day = day.tomorrow().unwrap();
            number += 1;
            assert_eq!(day_number(day), number, "{day}");
        }
        assert_eq!(day_number(date(1970, 1, 1)), 0);
    }

    #[test]
    fn a_season_may_pass_over_new_year() {
        let md = |month, day| MonthDay { month, day };
        let heating = Season { name: "heating".to_owned(), ranges: vec![(md(11, 15), md(3, 15))] };
        for (day, inside) in [
            (md(11, 14), false),
            (md(11, 15), true),
            (md(1, 1), true),
            (md(3, 15), true),
            (md(3, 16), false),
        ] {
            assert_eq!(heating.contains(day), inside, "{day:?}");
        }
    }
}
