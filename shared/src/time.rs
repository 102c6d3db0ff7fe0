//! Time: UTC milliseconds inside, the site's civil calendar at the edge. Nothing here asks a clock.

use std::fmt;
use std::ops::{Add, Sub};

use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Parses RFC 3339, such as `2026-07-01T08:00:00+08:00`.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|instant| Self(instant.as_millisecond()))
    }

    pub fn saturating_since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// A request may name any number; far beyond what a site lives through it is the border.
    pub(crate) fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.clamp(-FARTHEST, FARTHEST))
            .expect("the borders lie within years -9999 to 9999")
    }
}

/// The first day of 2100: a zone that changes its offset after it has rules that go on.
const LATE: i64 = 4_102_444_800_000;

/// Some 6,900 years from 1970 either way: calendar steps from here still fit the calendar.
const FARTHEST: i64 = 220_000_000_000_000;

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.jiff())
    }
}

/// A length of time in milliseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Span(i64);

impl Span {
    pub const ZERO: Self = Self(0);

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds * 1_000)
    }
    pub const fn from_mins(minutes: i64) -> Self {
        Self(minutes * 60_000)
    }
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours * 3_600_000)
    }
    pub const fn from_days(days: i64) -> Self {
        Self(days * 86_400_000)
    }
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Timestamp {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A site's time zone, from the IANA database compiled into the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    table: TimeZone,
    /// Where the zone has no summer time any more: its offset, and since when.
    steady: Option<(Timestamp, Offset)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not a time zone of the IANA database, such as Asia/Shanghai")]
pub struct UnknownZone(pub String);

impl Zone {
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZone::get(name).map_err(|_unknown| UnknownZone(name.to_owned()))?;
        Ok(Self::of(name, zone))
    }

    pub fn utc() -> Self {
        Self::of("UTC", TimeZone::UTC)
    }

    fn of(name: &str, zone: TimeZone) -> Self {
        let late = Timestamp(LATE).jiff();
        let steady = zone.following(late).next().is_none().then(|| {
            let last = zone.preceding(late).next();
            let since = last.map_or(-FARTHEST, |last| last.timestamp().as_millisecond());
            // A civil time within a day of a change may be one that came twice.
            (Timestamp(since) + Span::from_days(1), zone.to_offset(late))
        });
        Self { name: name.to_owned(), table: zone, steady }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn tz(&self) -> &TimeZone {
        &self.table
    }

    /// An instant on the site's own clock, with its distance from UTC; beyond the calendar, its border.
    pub fn local(&self, at: Timestamp) -> jiff::Zoned {
        at.jiff().to_zoned(self.table.clone())
    }

    pub fn civil(&self, at: Timestamp) -> civil::DateTime {
        match self.steady {
            Some((since, offset)) if at >= since => offset.to_datetime(at.jiff()),
            Some(_) | None => self.table.to_datetime(at.jiff()),
        }
    }

    pub fn date(&self, at: Timestamp) -> civil::Date {
        self.civil(at).date()
    }

    /// The instant a civil date begins here: 00:00, or the first instant after it where the clock
    /// skips midnight.
    pub fn start_of(&self, date: civil::Date) -> Timestamp {
        self.at(date.at(0, 0, 0, 0))
    }

    /// The instant of a civil date and time; an hour that is skipped counts from after the gap, an
    /// hour that comes twice means the first.
    pub fn at(&self, when: civil::DateTime) -> Timestamp {
        if let Some((since, offset)) = self.steady
            && let Ok(instant) = offset.to_timestamp(when)
            && instant.as_millisecond() >= since.0
        {
            return Timestamp(instant.as_millisecond());
        }
        let instant = self.table.to_timestamp(when);
        let instant = instant.expect("a civil date of a site lies within years -9999 to 9999");
        Timestamp(instant.as_millisecond())
    }

    /// The instant the civil week of `at` began: midnight of its Monday.
    pub fn start_of_week(&self, at: Timestamp) -> Timestamp {
        let date = self.date(at);
        let since = i64::from(date.weekday().to_monday_zero_offset());
        self.start_of(date.saturating_sub(jiff::Span::new().days(since)))
    }

    /// The first civil midnight after `at`.
    pub fn next_midnight(&self, at: Timestamp) -> Timestamp {
        let tomorrow = self
            .date(at)
            .tomorrow()
            .expect("a civil date of a site lies within years -9999 to 9999");
        self.start_of(tomorrow)
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;
    fn try_from(name: String) -> Result<Self, UnknownZone> {
        Self::named(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_no_time_is_a_far_one_and_stops_nothing() {
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        for far in [i64::MIN, -FARTHEST - 1, FARTHEST + 1, i64::MAX] {
            let far = Timestamp::from_millis(far);
            assert!(!far.to_string().is_empty());
            assert!(berlin.start_of_week(far) <= berlin.next_midnight(far));
        }
        assert_eq!(Timestamp::from_millis(FARTHEST).to_string(), "8941-07-10T07:06:40Z");
    }

    #[test]
    fn a_zone_without_summer_time_is_read_as_its_table_says() {
        for name in ["Asia/Shanghai", "Europe/Berlin", "UTC", "Asia/Kolkata", "Pacific/Apia"] {
            let zone = Zone::named(name).expect("a zone");
            assert_eq!(zone.steady.is_some(), name != "Europe/Berlin", "{name}");
            let begin = Timestamp::parse("1985-01-01T00:30:00Z").expect("an instant");
            // Every seventh hour of fifty years: Shanghai had summer time until 1991, Samoa left
            // out a day in 2011 and gave summer time up in 2021.
            for hour in (0..50 * 365 * 24).step_by(7) {
                let at = begin + Span::from_hours(hour);
                let civil = zone.tz().to_datetime(at.jiff());
                assert_eq!(zone.civil(at), civil, "{name} {at}");
                let whole = zone.tz().to_timestamp(civil).expect("an instant");
                assert_eq!(zone.at(civil).0, whole.as_millisecond(), "{name} {civil}");
                let day = civil.date().to_zoned(zone.tz().clone()).expect("a day");
                let begun = day.timestamp().as_millisecond();
                assert_eq!(zone.start_of(civil.date()).0, begun, "{name} {civil}");
            }
        }
    }

    #[test]
    fn days_are_as_long_as_the_zone_says() {
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        for (day, hours) in [
            ("2026-03-29T12:00:00Z", 23),
            ("2026-10-25T12:00:00Z", 25),
            ("2026-06-01T12:00:00Z", 24),
        ] {
            let noon = Timestamp::parse(day).expect("an instant");
            let start = berlin.start_of(berlin.date(noon));
            assert_eq!(berlin.next_midnight(noon) - start, Span::from_hours(hours), "{day}");
        }
    }
}
