//! No-cut hours: weekly spans and special days in which lack of credit cuts nobody (product rule 6).

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp, Zone};

/// Spans that one day may have (product rule 6).
pub const MOST_SPANS: usize = 8;

/// No stretch of no-cut hours is followed further ahead than this.
const HORIZON_DAYS: i8 = 15;

/// A table of no-cut hours. The nearest policy has it whole, so a meter is excluded by a policy of
/// its own that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NoCutHours {
    pub week: Week,
    /// What holds on these days instead.
    pub special: BTreeMap<CivilDay, Vec<DaySpan>>,
    /// Takes the place of both from its time on.
    pub next: Option<NextTable>,
    /// How long before a cut at their end the customer must have been warned.
    pub warning: Warning,
    /// This meter has none.
    pub excluded: bool,
}

/// Thirty minutes unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Warning(pub Span);

impl Default for Warning {
    fn default() -> Self {
        Self(Span::from_mins(30))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NextTable {
    pub from: Timestamp,
    pub week: Week,
    #[serde(default)]
    pub special: BTreeMap<CivilDay, Vec<DaySpan>>,
}

/// Spans by weekday, Monday first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Week(pub [Vec<DaySpan>; 7]);

/// Days of a week that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    Every,
    Workdays,
    Weekend,
    /// 0 is Monday.
    One(usize),
}

impl Week {
    /// Spans by days that are alike; days without a span are left out.
    pub fn alike(&self) -> Vec<(Days, &[DaySpan])> {
        let [first, .., saturday, sunday] = &self.0;
        let all = if self.0.iter().all(|day| day == first) {
            vec![(Days::Every, first)]
        } else if self.0.iter().take(5).all(|day| day == first) && saturday == sunday {
            vec![(Days::Workdays, first), (Days::Weekend, sunday)]
        } else {
            let days = self.0.iter().enumerate();
            days.map(|(place, day)| (Days::One(place), day)).collect()
        };
        let some = all.into_iter().filter(|(_, spans)| !spans.is_empty());
        some.map(|(days, spans)| (days, spans.as_slice())).collect()
    }
}

/// Minutes of a civil day; a span that ends at or before its begin ends on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DaySpan {
    pub from: u16,
    pub to: u16,
}

/// A civil date, such as `2026-10-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct CivilDay(Date);

impl CivilDay {
    pub fn begins(self, zone: &Zone) -> Timestamp {
        zone.start_of(self.0)
    }

    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

impl fmt::Display for CivilDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for CivilDay {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a date such as 2026-10-01"))
    }
}

impl From<CivilDay> for String {
    fn from(day: CivilDay) -> Self {
        day.to_string()
    }
}

impl DaySpan {
    /// `22:00-07:00`; `24:00` is the end of the day.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minute(from.trim())?, minute(to.trim())?);
        (from < 1_440).then_some(Self { from, to })
    }

    fn on(self, zone: &Zone, date: Date) -> (Timestamp, Timestamp) {
        let begin = instant(zone, date, self.from);
        let end = if self.to > self.from {
            instant(zone, date, self.to)
        } else {
            instant(zone, next(date), self.to)
        };
        (begin, end)
    }
}

impl fmt::Display for DaySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && minute <= 1_440).then_some(minute)
}

fn next(date: Date) -> Date {
    date.tomorrow().expect("a civil date of a site lies within years -9999 to 9999")
}

fn instant(zone: &Zone, date: Date, minute: u16) -> Timestamp {
    if minute >= 1_440 {
        return zone.start_of(next(date));
    }
    let part = |n: u16| i8::try_from(n).expect("hours and minutes of a day are below 60");
    zone.at(date.at(part(minute / 60), part(minute % 60), 0, 0))
}

impl NoCutHours {
    /// Where `at` lies in no-cut hours: when they end, spans that touch taken together.
    pub fn holds_until(&self, zone: &Zone, at: Timestamp) -> Option<Timestamp> {
        if self.excluded {
            return None;
        }
        let mut end = at;
        let last = at + Span::from_days(i64::from(HORIZON_DAYS));
        while let Some(further) = self.span_at(zone, end) {
            end = further;
            if end >= last {
                break;
            }
        }
        (end > at).then_some(end)
    }

    /// The end of the span in which `at` lies, or of the table in force.
    fn span_at(&self, zone: &Zone, at: Timestamp) -> Option<Timestamp> {
        let end = span_end(zone, at, |date| self.spans_of(date, at))?;
        match &self.next {
            Some(next) if at < next.from => Some(end.min(next.from)),
            Some(_) | None => Some(end),
        }
    }

    /// Times after `after` and up to `to` at which a span begins or ends, or the next table does.
    pub(super) fn edges(&self, zone: &Zone, after: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let own = span_edges(zone, after, to, |date| day_of(&self.week, &self.special, date));
        let next = self.next.iter().flat_map(|next| {
            let spans = span_edges(zone, after, to, |date| day_of(&next.week, &next.special, date));
            let turn = Some(next.from).filter(|from| after < *from && *from <= to);
            spans.into_iter().chain(turn)
        });
        own.into_iter().chain(next).collect()
    }

    fn spans_of(&self, date: Date, at: Timestamp) -> &[DaySpan] {
        let (week, special) = match &self.next {
            Some(next) if at >= next.from => (&next.week, &next.special),
            Some(_) | None => (&self.week, &self.special),
        };
        day_of(week, special, date)
    }
}

/// The end of the span in which `at` lies; one of yesterday may reach into today.
pub(super) fn span_end<'a>(
    zone: &Zone,
    at: Timestamp,
    spans_of: impl Fn(Date) -> &'a [DaySpan],
) -> Option<Timestamp> {
    let today = zone.date(at);
    let yesterday =
        today.yesterday().expect("a civil date of a site lies within years -9999 to 9999");
    let spans = spans_of(yesterday).iter().map(|span| span.on(zone, yesterday));
    let spans = spans.chain(spans_of(today).iter().map(|span| span.on(zone, today)));
    spans.filter(|(from, to)| *from <= at && at < *to).map(|(_, to)| to).max()
}

/// Times after `after` and up to `to` at which a span begins or ends.
pub(super) fn span_edges<'a>(
    zone: &Zone,
    after: Timestamp,
    to: Timestamp,
    spans_of: impl Fn(Date) -> &'a [DaySpan],
) -> Vec<Timestamp> {
    let last = zone.date(to);
    let first = zone.date(after);
    let first = first.yesterday().unwrap_or(first);
    let days = first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last);
    days.flat_map(|date| spans_of(date).iter().map(move |span| span.on(zone, date)))
        .flat_map(|(from, to)| [from, to])
        .filter(|edge| after < *edge && *edge <= to)
        .collect()
}

/// The spans of a day: its own where it is special, else those of its weekday.
pub(super) fn day_of<'a>(
    week: &'a Week,
    special: &'a BTreeMap<CivilDay, Vec<DaySpan>>,
    date: Date,
) -> &'a [DaySpan] {
    let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    match special.get(&CivilDay(date)) {
        Some(spans) => spans,
        None => week.0.get(day).map_or(&[], Vec::as_slice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-07-{text}:00+08:00")).expect("an instant")
    }

    fn hours(span: &str) -> NoCutHours {
        let span = DaySpan::parse(span).expect("a span");
        NoCutHours { week: Week(std::array::from_fn(|_| vec![span])), ..NoCutHours::default() }
    }

    #[test]
    fn a_span_holds_from_its_first_instant_to_the_last_before_its_end() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let night = hours("22:00-07:00");
        for (now, until) in [
            ("01T21:59", None),
            ("01T22:00", Some("02T07:00")),
            ("02T00:00", Some("02T07:00")),
            ("02T06:59", Some("02T07:00")),
            ("02T07:00", None),
        ] {
            assert_eq!(night.holds_until(&zone, at(now)), until.map(at), "{now}");
        }
    }

    #[test]
    fn spans_that_touch_are_one_and_a_special_day_has_its_own() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let mut hours = hours("18:00-24:00");
        let day = CivilDay::parse("2026-07-02").expect("a date");
        hours.special.insert(day, vec![DaySpan::parse("00:00-12:00").expect("a span")]);
        assert_eq!(hours.holds_until(&zone, at("01T20:00")), Some(at("02T12:00")));
        assert_eq!(hours.holds_until(&zone, at("02T20:00")), None, "not on the special day");
        assert_eq!(hours.holds_until(&zone, at("03T18:00")), Some(at("04T00:00")));
    }

    #[test]
    fn a_future_table_takes_over_at_its_time() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let week = hours("08:00-09:00").week;
        let mut hours = hours("18:00-24:00");
        hours.next = Some(NextTable { from: at("03T20:00"), week, special: BTreeMap::new() });
        assert_eq!(hours.holds_until(&zone, at("03T19:59")), Some(at("03T20:00")));
        assert_eq!(hours.holds_until(&zone, at("03T20:00")), None);
        assert_eq!(hours.holds_until(&zone, at("04T08:30")), Some(at("04T09:00")));
        hours.excluded = true;
        assert_eq!(hours.holds_until(&zone, at("04T08:30")), None, "this meter is excluded");
    }

    #[test]
    fn times_are_written_as_people_write_them() {
        for (text, span) in [
            ("22:00-07:00", Some((1_320, 420))),
            ("00:00-24:00", Some((0, 1_440))),
            ("24:00-07:00", None),
            ("7-8", None),
            ("07:60-08:00", None),
        ] {
            let read = DaySpan::parse(text);
            assert_eq!(read.map(|span| (span.from, span.to)), span, "{text}");
            assert!(read.is_none_or(|read| read.to_string() == text));
        }
    }

    #[test]
    fn an_hour_that_comes_twice_is_protected_twice() {
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        let night = hours("22:00-07:00");
        let begin = Timestamp::parse("2026-10-24T22:00:00+02:00").expect("an instant");
        let end = night.holds_until(&berlin, begin).expect("a span");
        assert_eq!(end - begin, Span::from_hours(10));
    }
}
