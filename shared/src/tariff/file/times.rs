//! Schedules in tariff files: rules that give each minute of each kind of day its period, without
//! gaps and without overlaps.

use crate::tariff::calendar::{DayTest, DayType, MonthDay, Season};
use crate::tariff::file::days::window;
use crate::tariff::file::node::{Node, Read};
use crate::tariff::schedule::{DAY, Program, Schedule, Stretch};

struct Rule<'a> {
    node: Node<'a>,
    /// Places of seasons and day types; their number stands for the days that match none.
    seasons: Vec<usize>,
    days: Vec<usize>,
    windows: Vec<(Node<'a>, u16, u16)>,
    period: usize,
    overlay: bool,
}

pub(super) const OTHER: &str = "other";

/// The rules of one schedule.
pub(super) fn schedule(
    name: &str,
    node: &Node<'_>,
    seasons: &[Season],
    day_types: &[DayType],
) -> Read<Schedule> {
    let mut periods: Vec<String> = Vec::new();
    let mut rules = Vec::new();
    for entry in node.list() {
        rules.push(rule(&entry, seasons, day_types, &mut periods)?);
    }
    let mut programs: Vec<Program> = Vec::new();
    let mut by_day = Vec::new();
    for season in 0..=seasons.len() {
        for day_type in 0..=day_types.len() {
            if !(season_exists(season, seasons) && day_exists(day_type, day_types)) {
                by_day.push(0);
                continue;
            }
            let program = program(node, &rules, season, day_type, &|| {
                describe(season, seasons, day_type, day_types)
            })?;
            let known = programs.iter().position(|other| *other == program);
            by_day.push(known.unwrap_or(programs.len()));
            if known.is_none() {
                programs.push(program);
            }
        }
    }
    let name = name.to_owned();
    Ok(Schedule { name, periods, programs, by_day, day_types: day_types.len() + 1 })
}

fn rule<'a>(
    node: &Node<'a>,
    seasons: &[Season],
    day_types: &[DayType],
    periods: &mut Vec<String>,
) -> Read<Rule<'a>> {
    let table = node.table()?;
    let period = table.need("period")?.str()?;
    let place = periods.iter().position(|known| known == period).unwrap_or(periods.len());
    if place == periods.len() {
        periods.push(period.to_owned());
    }
    let season_names: Vec<&str> = seasons.iter().map(|season| season.name.as_str()).collect();
    let day_names: Vec<&str> = day_types.iter().map(|day| day.name.as_str()).collect();
    let mut windows = Vec::new();
    for entry in table.list("windows") {
        for (from, to) in window(&entry)? {
            windows.push((entry.clone(), from, to));
        }
    }
    if windows.is_empty() {
        windows.push((node.clone(), 0, DAY));
    }
    let overlay = table.get("overlay").map(|node| node.flag()).transpose()?.unwrap_or(false);
    let rule = Rule {
        node: node.clone(),
        seasons: places(table.list("season"), &season_names, "season")?,
        days: places(table.list("days"), &day_names, "day type")?,
        windows,
        period: place,
        overlay,
    };
    table.finish()?;
    Ok(rule)
}

fn places(wanted: Vec<Node<'_>>, names: &[&str], what: &str) -> Read<Vec<usize>> {
    if wanted.is_empty() {
        return Ok((0..=names.len()).collect());
    }
    let place = |node: Node<'_>| {
        let name = node.str()?;
        let known = names.iter().position(|known| *known == name);
        let known = known.or_else(|| (name == OTHER).then_some(names.len()));
        known.ok_or_else(|| node.refuse(format!("there is no {what} `{name}` in this version")))
    };
    wanted.into_iter().map(place).collect()
}

fn season_exists(season: usize, seasons: &[Season]) -> bool {
    season < seasons.len() || {
        let mut days = (1..=12).flat_map(|month| {
            let length = jiff::civil::date(2024, month, 1).days_in_month();
            (1..=length).map(move |day| MonthDay { month, day })
        });
        days.any(|day| !seasons.iter().any(|season| season.contains(day)))
    }
}

fn day_exists(day_type: usize, day_types: &[DayType]) -> bool {
    let weekdays = day_types.iter().fold(0, |mask, day| match day.test {
        DayTest::Weekdays(own) => mask | own,
        DayTest::Calendar(_) => mask,
    });
    day_type < day_types.len() || weekdays != 0b111_1111
}

fn describe(season: usize, seasons: &[Season], day_type: usize, day_types: &[DayType]) -> String {
    let season = seasons.get(season).map_or(OTHER, |season| season.name.as_str());
    let day = day_types.get(day_type).map_or(OTHER, |day| day.name.as_str());
    match (seasons.is_empty(), day_types.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!(" (days: {day})"),
        (false, true) => format!(" (season: {season})"),
        (false, false) => format!(" (season: {season}, days: {day})"),
    }
}

/// One kind of day: the plain rules must fill it without overlap, the overlays go on top, the first
/// before later ones.
fn program(
    schedule: &Node<'_>,
    rules: &[Rule<'_>],
    season: usize,
    day_type: usize,
    which: &dyn Fn() -> String,
) -> Read<Program> {
    let mut minutes: Vec<Option<(usize, bool)>> = vec![None; usize::from(DAY)];
    let ours = |rule: &&Rule<'_>| rule.seasons.contains(&season) && rule.days.contains(&day_type);
    let plain = rules.iter().filter(|rule| !rule.overlay).filter(ours);
    let overlays = rules.iter().filter(|rule| rule.overlay).filter(ours);
    for rule in overlays.chain(plain.clone()) {
        for (_, from, to) in &rule.windows {
            for minute in minutes.iter_mut().take(usize::from(*to)).skip(usize::from(*from)) {
                minute.get_or_insert((rule.period, rule.overlay));
            }
        }
    }
    overlaps(plain, which)?;
    if let Some(gap) = minutes.iter().position(Option::is_none) {
        let end = minutes.iter().skip(gap).position(Option::is_some);
        let (from, to) = (clock(gap), clock(end.map_or(usize::from(DAY), |end| gap + end)));
        return Err(schedule.refuse(format!("no period is given from {from} to {to}{}", which())));
    }
    let mut program: Vec<Stretch> = Vec::new();
    for ((period, _), from) in minutes.into_iter().flatten().zip(0_u16..) {
        if program.last().is_none_or(|last| last.period != period) {
            program.push(Stretch { from, period });
        }
    }
    Ok(Program(program))
}

fn overlaps<'r, 'a: 'r>(
    plain: impl Iterator<Item = &'r Rule<'a>>,
    which: &dyn Fn() -> String,
) -> Read<()> {
    let mut taken: Vec<(u16, u16, &str)> = Vec::new();
    for rule in plain {
        for (node, from, to) in &rule.windows {
            let other = taken.iter().find(|(start, end, _)| start < to && from < end);
            if let Some((start, end, path)) = other {
                let (from, to) =
                    (clock(usize::from(*from.max(start))), clock(usize::from(*to.min(end))));
                return Err(node.refuse(format!(
                    "{from} to {to} overlaps {path}{}; a rule that goes before others says `overlay = true`",
                    which()
                )));
            }
            taken.push((*from, *to, &rule.node.path));
        }
    }
    Ok(())
}

fn clock(minute: usize) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
