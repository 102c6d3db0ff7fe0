//! Tables of hours as they are written: no-cut hours, and the hours of other load limits.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::energy::Power;
use shared::policy::{CivilDay, DaySpan, LoadHours, NextTable, NoCutHours, Warning, Week};
use shared::time::{Span, Timestamp};

pub(super) const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub(super) type HoursTable = BTreeMap<String, Entry>;

/// What a key of such a table may hold.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Entry {
    Spans(Vec<String>),
    Number(i64),
    Flag(bool),
    Time(String),
    Table(BTreeMap<String, Entry>),
}

pub(super) fn no_cut(table: &HoursTable, wider: Option<&NoCutHours>) -> Result<NoCutHours, String> {
    let only_excluded = table.keys().all(|key| key == "excluded");
    let mut hours = match wider {
        Some(wider) if only_excluded => wider.clone(),
        Some(_) | None => NoCutHours::default(),
    };
    for (key, entry) in table {
        match (key.as_str(), entry) {
            ("warning_minutes", Entry::Number(minutes @ 0..=65_535)) => {
                hours.warning = Warning(Span::from_mins(*minutes));
            }
            ("excluded", Entry::Flag(excluded)) => hours.excluded = *excluded,
            ("special", Entry::Table(days)) => hours.special = special(days)?,
            ("next", Entry::Table(next)) => hours.next = Some(next_table(next)?),
            (key, Entry::Spans(written)) => put(&mut hours.week, key, written)?,
            (key, _) => return Err(unknown(key)),
        }
    }
    Ok(hours)
}

/// Hours in which another load limit holds.
pub(super) fn load(table: &HoursTable) -> Result<LoadHours, String> {
    let Some(Entry::Number(watts)) = table.get("watts") else {
        return Err("`hours` needs `watts`, such as 3000".to_owned());
    };
    let power = Power::from_watts(*watts);
    let mut hours = LoadHours { power, week: Week::default(), special: BTreeMap::new() };
    for (key, entry) in table.iter().filter(|(key, _)| *key != "watts") {
        match (key.as_str(), entry) {
            ("special", Entry::Table(days)) => hours.special = special(days)?,
            (key, Entry::Spans(written)) => put(&mut hours.week, key, written)?,
            (key, _) => return Err(unknown(key)),
        }
    }
    Ok(hours)
}

fn next_table(table: &BTreeMap<String, Entry>) -> Result<NextTable, String> {
    let Some(Entry::Time(from)) = table.get("from") else {
        return Err("`next` needs `from`, such as \"2026-10-01T00:00:00+08:00\"".to_owned());
    };
    let from = Timestamp::parse(from).ok_or_else(|| {
        format!("next.from: `{from}` is not a time such as 2026-10-01T00:00:00+08:00")
    })?;
    let mut next = NextTable { from, week: Week::default(), special: BTreeMap::new() };
    for (key, entry) in table.iter().filter(|(key, _)| *key != "from") {
        match (key.as_str(), entry) {
            ("special", Entry::Table(days)) => next.special = special(days)?,
            (key, Entry::Spans(written)) => put(&mut next.week, key, written)?,
            (key, _) => return Err(unknown(key)),
        }
    }
    Ok(next)
}

fn special(days: &BTreeMap<String, Entry>) -> Result<BTreeMap<CivilDay, Vec<DaySpan>>, String> {
    let read = days.iter().map(|(day, entry)| {
        let date = CivilDay::parse(day)
            .ok_or_else(|| format!("special: `{day}` is not a date such as 2026-10-01"))?;
        let Entry::Spans(written) = entry else { return Err(unknown(day)) };
        Ok((date, spans(written)?))
    });
    read.collect()
}

fn put(week: &mut Week, key: &str, written: &[String]) -> Result<(), String> {
    let read = spans(written)?;
    for (name, day) in DAYS.iter().zip(&mut week.0) {
        let weekend = matches!(*name, "saturday" | "sunday");
        let meant = match key {
            "every_day" => true,
            "workdays" => !weekend,
            "weekend" => weekend,
            key => key == *name,
        };
        if meant {
            day.extend(&read);
        }
    }
    let known = DAYS.contains(&key) || matches!(key, "every_day" | "workdays" | "weekend");
    if known { Ok(()) } else { Err(unknown(key)) }
}

fn spans(written: &[String]) -> Result<Vec<DaySpan>, String> {
    let one = |text: &String| {
        DaySpan::parse(text).ok_or_else(|| format!("`{text}` is not a span such as 22:00-07:00"))
    };
    written.iter().map(one).collect()
}

fn unknown(key: &str) -> String {
    format!(
        "`{key}` is not known here, or holds something else; there are every_day, workdays, weekend, \
         monday to sunday and special; in no_cut also next, warning_minutes and excluded"
    )
}
