//! Time: UTC milliseconds inside, the site's civil calendar at the edge. Nothing here asks a clock.

use std::fmt;
use std::ops::{Add, Sub};

use jiff::civil;
use jiff::tz::TimeZone;
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
    zone: TimeZone,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not a time zone of the IANA database, such as Asia/Shanghai")]
pub struct UnknownZone(pub String);

impl Zone {
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZone::get(name).map_err(|_unknown| UnknownZone(name.to_owned()))?;
        Ok(Self { name: name.to_owned(), zone })
    }

    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn tz(&self) -> &TimeZone {
        &self.zone
    }

    pub fn civil(&self, at: Timestamp) -> civil::DateTime {
        self.zone.to_datetime(at.jiff())
    }

    pub fn date(&self, at: Timestamp) -> civil::Date {
        self.civil(at).date()
    }

    /// The instant a civil date begins here: 00:00, or the first instant after it where the clock
    /// skips midnight.
    pub fn start_of(&self, date: civil::Date) -> Timestamp {
        let start = date
            .to_zoned(self.zone.clone())
            .expect("a civil date of a site lies within years -9999 to 9999");
        Timestamp(start.timestamp().as_millisecond())
    }

    /// The instant of a civil date and time; an hour that is skipped counts from after the gap, an
    /// hour that comes twice means the first.
    pub fn at(&self, when: civil::DateTime) -> Timestamp {
        let zoned = when
            .to_zoned(self.zone.clone())
            .expect("a civil date of a site lies within years -9999 to 9999");
        Timestamp(zoned.timestamp().as_millisecond())
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
