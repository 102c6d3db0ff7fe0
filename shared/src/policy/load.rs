//! Load limits: the most power that may be drawn, by the hours of the week (product rule 8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Power};
use crate::policy::hours::{day_of, span_edges, span_end};
use crate::policy::{CivilDay, DaySpan, Policy, Week, usual};
use crate::time::{Span, Timestamp, Zone};

/// Tables of other hours that a limit may have.
pub const MOST_LOAD_HOURS: usize = 8;

/// The most power that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoadLimit {
    /// Where no other hours hold; `None`: there is no limit then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<Power>,
    /// Power may stand above the limit so long.
    pub delay: Span,
    /// Supply comes back by itself after this.
    pub clear_after: Span,
    /// So often a day; then it waits for staff or the reset hour.
    pub most_a_day: u8,
    pub reset_hour: i8,
    /// Other limits at certain hours; of several that hold the first one counts.
    #[serde(default, skip_serializing_if = "usual")]
    pub hours: Vec<LoadHours>,
    /// In no-cut hours nobody is cut for an overload either; after them the delay begins anew.
    #[serde(default, skip_serializing_if = "usual")]
    pub not_in_no_cut_hours: bool,
    /// After the last time of a day only staff bring the supply back, not the reset hour.
    #[serde(default, skip_serializing_if = "usual")]
    pub until_operator: bool,
    /// Whoever wrote the terms knows that such a supply may stay dark with credit.
    #[serde(default, skip_serializing_if = "usual")]
    pub accept_until_operator: bool,
}

/// A limit at certain hours of the week; a special day has its own spans instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoadHours {
    pub power: Power,
    pub week: Week,
    #[serde(default, skip_serializing_if = "usual")]
    pub special: BTreeMap<CivilDay, Vec<DaySpan>>,
}

impl LoadLimit {
    /// The limit at an instant, where there is one.
    pub fn at(&self, zone: &Zone, at: Timestamp) -> Option<Power> {
        let own = self.hours.iter().find(|hours| hours.hold(zone, at));
        own.map_or(self.power, |hours| Some(hours.power))
    }
}

/// Nobody looks at a meter so seldom; if so, a limit is not known to have stood all the while.
const LONGEST_LOOK: Span = Span::from_days(1);

impl Policy {
    /// The power above which supply is cut at an instant, no-cut hours considered.
    pub fn power_limit(&self, zone: &Zone, at: Timestamp) -> Option<Power> {
        let limit = self.load_limit.as_ref()?;
        let spared = limit.not_in_no_cut_hours && self.no_cut_until(zone, at).is_some();
        limit.at(zone, at).filter(|_| !spared)
    }

    /// Was it another one at any time after `after`, up to `to`? One that changed and changed back
    /// has changed.
    pub fn power_limit_changes(&self, zone: &Zone, after: Timestamp, to: Timestamp) -> bool {
        if to - after > LONGEST_LOOK {
            return true;
        }
        let before = self.power_limit(zone, after);
        let mut edges = self.edges(zone, after, to).into_iter();
        edges.any(|edge| self.power_limit(zone, edge) != before)
    }

    /// Times at which something of these terms may begin or end, in no order.
    pub fn edges(&self, zone: &Zone, after: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let no_cut = self.no_cut.iter().flat_map(|hours| hours.edges(zone, after, to));
        let load = self.load_limit.iter().flat_map(|limit| &limit.hours).flat_map(|hours| {
            span_edges(zone, after, to, |date| day_of(&hours.week, &hours.special, date))
        });
        no_cut.chain(load).collect()
    }
}

impl LoadHours {
    fn hold(&self, zone: &Zone, at: Timestamp) -> bool {
        span_end(zone, at, |date| day_of(&self.week, &self.special, date)).is_some()
    }
}

/// What a cut by a limit of power or energy was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Grounds {
    /// Power read at the cut, above the limit of that hour since then; `trip` counts the cuts of the
    /// day, of which `most_a_day` end by themselves.
    Load {
        power: Power,
        limit: Power,
        since: Timestamp,
        trip: u16,
        most_a_day: u8,
    },
    Day {
        used: Energy,
        limit: Energy,
        resets: Timestamp,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(written: &[&str]) -> Vec<DaySpan> {
        written.iter().map(|span| DaySpan::parse(span).expect("a span")).collect()
    }

    fn hours(watts: i64, written: &[&str]) -> LoadHours {
        let week = Week(std::array::from_fn(|_| spans(written)));
        LoadHours { power: Power::from_watts(watts), week, special: BTreeMap::new() }
    }

    fn limit(hours: Vec<LoadHours>) -> LoadLimit {
        LoadLimit {
            power: Some(Power::from_watts(1_000)),
            delay: Span::from_secs(10),
            clear_after: Span::from_secs(60),
            most_a_day: 3,
            reset_hour: 6,
            hours,
            not_in_no_cut_hours: false,
            until_operator: false,
            accept_until_operator: false,
        }
    }

    #[test]
    fn the_limit_of_the_hour_counts_from_its_first_instant_to_the_last_before_its_end() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let mut by_day = hours(3_000, &["07:00-22:00"]);
        let day = CivilDay::parse("2026-07-02").expect("a date");
        by_day.special.insert(day, spans(&["12:00-13:00"]));
        let limit =
            limit(vec![hours(500, &["23:30-00:30"]), by_day, hours(9_000, &["20:00-23:00"])]);
        for (now, watts) in [
            ("01T06:59:59", 1_000),
            ("01T07:00:00", 3_000),
            ("01T21:59:59", 3_000),
            ("01T22:00:00", 9_000),
            ("01T23:00:00", 1_000),
            ("01T23:30:00", 500),
            ("02T00:29:59", 500),
            ("02T00:30:00", 1_000),
            ("02T11:59:59", 1_000),
            ("02T12:00:00", 3_000),
            ("02T13:00:00", 1_000),
            ("02T20:00:00", 9_000),
            ("03T07:00:00", 3_000),
        ] {
            let at = Timestamp::parse(&format!("2026-07-{now}+08:00")).expect("an instant");
            assert_eq!(limit.at(&zone, at).map(Power::watts), Some(watts), "{now}");
        }
    }

    #[test]
    fn a_limit_of_an_older_journal_reads_as_it_was_and_is_written_as_it_was() {
        let old =
            r#"{"power":1000,"delay":10000,"clear_after":60000,"most_a_day":3,"reset_hour":6}"#;
        let read: LoadLimit = serde_json::from_str(old).expect("an old limit");
        assert_eq!(read, limit(Vec::new()));
        assert_eq!(serde_json::to_string(&read).expect("writes"), old);
    }

    #[test]
    fn a_limit_that_holds_in_some_hours_only_is_none_outside_them_and_a_change_there_and_back_counts()
     {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let mut by_night = limit(vec![hours(500, &["23:00-06:00"])]);
        by_night.power = None;
        let written = serde_json::to_string(&by_night).expect("writes");
        assert!(written.starts_with(r#"{"delay":"#), "{written}");
        assert_eq!(serde_json::from_str::<LoadLimit>(&written).expect("reads"), by_night);
        let policy = Policy { load_limit: Some(by_night), ..Policy::default() };
        let at = |now: &str| Timestamp::parse(&format!("2026-07-{now}+08:00")).expect("an instant");
        for (now, watts) in [
            ("01T22:59:59", None),
            ("01T23:00:00", Some(500)),
            ("02T05:59:59", Some(500)),
            ("02T06:00:00", None),
        ] {
            assert_eq!(policy.power_limit(&zone, at(now)).map(Power::watts), watts, "{now}");
        }
        for (after, to, changes) in [
            ("01T22:00:00", "01T22:59:59", false),
            ("01T22:00:00", "01T23:00:00", true),
            ("01T23:00:00", "02T05:59:59", false),
            ("01T22:59:59", "02T06:00:00", true),
            ("02T06:00:00", "02T06:00:00", false),
        ] {
            let changed = policy.power_limit_changes(&zone, at(after), at(to));
            assert_eq!(changed, changes, "{after} to {to}");
        }
    }
}
