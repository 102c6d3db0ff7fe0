//! Dates in tariff files: calendars, seasons, day types, clock times.

use jiff::civil::{Date, date};

use crate::tariff::calendar::{Calendar, DayTest, DayType, MonthDay, Season};
use crate::tariff::file::node::{Node, Read, Table};
use crate::tariff::schedule::DAY;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `"2025-01-01"` or a range with both ends, `"2025-01-28..2025-02-04"`.
fn dates(node: &Node<'_>, into: &mut Vec<Date>) -> Read<()> {
    let text = node.str()?;
    let parse = |part: &str| {
        let parsed = part.trim().parse::<Date>();
        parsed.map_err(|_not_a_date| {
            node.refuse(format!("`{part}` is not a date such as 2025-01-31"))
        })
    };
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (mut day, last) = (parse(from)?, parse(to)?);
    if last < day
        || crate::tariff::calendar::day_number(last) - crate::tariff::calendar::day_number(day)
            > 366
    {
        return Err(
            node.refuse(format!("`{text}` does not run from a day to a later one within a year"))
        );
    }
    while day <= last {
        into.push(day);
        day = day.tomorrow().map_err(|error| node.refuse(error.to_string()))?;
    }
    Ok(())
}

/// `[calendars.NAME]` and `[events.NAME]`.
pub(super) fn calendars(root: &Table<'_>) -> Read<Vec<Calendar>> {
    let mut calendars = Vec::new();
    for (key, with_years) in [("calendars", true), ("events", false)] {
        let Some(node) = root.get(key) else { continue };
        for (name, node) in node.table()?.entries() {
            let table = node.table()?;
            let mut days = Vec::new();
            for entry in table.list("dates") {
                dates(&entry, &mut days)?;
            }
            days.sort_unstable();
            days.dedup();
            let mut years = Vec::new();
            if with_years {
                for entry in table.need("years")?.list() {
                    years.push(
                        i16::try_from(entry.int(1900, 9000)?)
                            .map_err(|error| entry.refuse(error.to_string()))?,
                    );
                }
                years.sort_unstable();
                if years.is_empty() {
                    return Err(
                        node.refuse("`years` is empty; list the years whose days are entered")
                    );
                }
                if let Some(stray) = days.iter().find(|day| !years.contains(&day.year())) {
                    return Err(
                        node.refuse(format!("{stray} lies in a year that `years` does not list"))
                    );
                }
            }
            table.finish()?;
            calendars.push(Calendar { name: name.to_owned(), years, dates: days });
        }
    }
    Ok(calendars)
}

/// `"06-01"`.
pub(super) fn month_day(node: &Node<'_>, text: &str) -> Read<MonthDay> {
    let parsed = text.trim().split_once('-').and_then(|(month, day)| {
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        Date::new(2024, month, day).ok().map(MonthDay::of)
    });
    parsed.ok_or_else(|| node.refuse(format!("`{text}` is not a month and day such as 06-01")))
}

/// `seasons.NAME = ["06-01..09-30"]`; a single month may be written `"07"`.
pub(super) fn seasons(version: &Table<'_>) -> Read<Vec<Season>> {
    let Some(node) = version.get("seasons") else { return Ok(Vec::new()) };
    let mut seasons: Vec<Season> = Vec::new();
    for (name, node) in node.table()?.entries() {
        let mut ranges = Vec::new();
        for entry in node.list() {
            let text = entry.str()?;
            ranges.push(match text.split_once("..") {
                Some((from, to)) => (month_day(&entry, from)?, month_day(&entry, to)?),
                None if text.len() == 2 => {
                    let first = month_day(&entry, &format!("{text}-01"))?;
                    let last = date(2024, first.month, 1).last_of_month();
                    (first, MonthDay::of(last))
                }
                None => (month_day(&entry, text)?, month_day(&entry, text)?),
            });
        }
        let season = Season { name: name.to_owned(), ranges };
        let mut day = date(2024, 1, 1);
        while day.year() == 2024 {
            let other = seasons.iter().find(|other| other.contains(MonthDay::of(day)));
            if let Some(other) = other.filter(|_| season.contains(MonthDay::of(day))) {
                let overlap = day.strftime("%m-%d");
                return Err(node.refuse(format!(
                    "{overlap} lies in `{}` too; seasons must not overlap",
                    other.name
                )));
            }
            day = day.tomorrow().map_err(|error| node.refuse(error.to_string()))?;
        }
        seasons.push(season);
    }
    Ok(seasons)
}

/// `[[versions.days]]`: the first type that matches a day is its type.
pub(super) fn day_types(version: &Table<'_>, calendars: &[Calendar]) -> Read<Vec<DayType>> {
    let mut types = Vec::new();
    for node in version.list("days") {
        let table = node.table()?;
        let name = table.need("name")?.str()?.to_owned();
        let tests: Vec<_> = ["weekdays", "calendar", "events"]
            .into_iter()
            .filter_map(|key| table.get(key))
            .collect();
        let [test] = tests.as_slice() else {
            return Err(
                node.refuse("exactly one of `weekdays`, `calendar` and `events` is expected")
            );
        };
        let test = if test.path.ends_with("weekdays") {
            let mut mask = 0;
            for entry in test.list() {
                for word in entry.str()?.split(',').map(str::trim) {
                    let place = WEEKDAYS.iter().position(|weekday| *weekday == word);
                    let place = place.ok_or_else(|| {
                        entry.refuse(format!(
                            "`{word}` is not a weekday: mon tue wed thu fri sat sun"
                        ))
                    })?;
                    mask |= 1_u8 << place;
                }
            }
            DayTest::Weekdays(mask)
        } else {
            let wanted = test.str()?;
            let place = calendars.iter().position(|calendar| calendar.name == wanted);
            DayTest::Calendar(place.ok_or_else(|| {
                test.refuse(format!(
                    "there is no calendar `{wanted}` under [calendars] or [events]"
                ))
            })?)
        };
        table.finish()?;
        types.push(DayType { name, test });
    }
    Ok(types)
}

/// `"08:00-12:30"`, wrapping past midnight where it ends before it begins. Minutes of the day.
pub(super) fn window(node: &Node<'_>) -> Read<Vec<(u16, u16)>> {
    let text = node.str()?;
    let minute = |part: &str| {
        let (hour, minute) = part.trim().split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
    };
    let ends = text.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
    let (from, to) =
        ends.ok_or_else(|| node.refuse(format!("`{text}` is not a window such as 22:00-06:00")))?;
    match from.cmp(&to) {
        std::cmp::Ordering::Less => Ok(vec![(from, to)]),
        std::cmp::Ordering::Equal => {
            Err(node.refuse(format!("`{text}` is empty; a whole day is 00:00-24:00")))
        }
        std::cmp::Ordering::Greater => {
            Ok([(0, to), (from, DAY)].into_iter().filter(|(from, to)| from < to).collect())
        }
    }
}
