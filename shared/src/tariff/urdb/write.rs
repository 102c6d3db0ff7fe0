//! A rate of the database as the text of a tariff file.

use std::fmt::Write as _;

use super::Rate;
use super::field::{Grid, Steps};
use crate::money::Currency;
use crate::tariff::exact::decimal;
use crate::time::Zone;

/// Months that are alike in everything, as one season.
struct Season {
    name: String,
    /// Counted from 0.
    months: Vec<usize>,
}

fn quoted(text: &str) -> String {
    let plain: String =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

fn e8(value: i64) -> String {
    format!("\"{}\"", decimal(i128::from(value), 8))
}

fn millionths(value: i64) -> String {
    format!("\"{}\"", decimal(i128::from(value), 6))
}

pub(super) fn file(rate: &Rate, zone: &Zone, currency: Currency) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let id: String = rate
        .id
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    line(format!("id = {}", quoted(&id)));
    line(format!("name = {}", quoted(if rate.name.is_empty() { &id } else { &rate.name })));
    line(format!("currency = \"{currency}\"\nzone = {}", quoted(zone.name())));
    for (key, text) in [("source", &rate.source), ("note", &rate.note)] {
        if let Some(text) = text {
            line(format!("{key} = {}", quoted(text)));
        }
    }
    line(format!("\n[[versions]]\nfrom = {}", quoted(&rate.from)));
    let seasons = seasons(rate);
    for season in &seasons {
        let months: Vec<String> =
            season.months.iter().map(|month| format!("\"{:02}\"", month + 1)).collect();
        line(format!("seasons.{} = [{}]", season.name, months.join(", ")));
    }
    let grids = [&rate.energy_grid, &rate.demand_grid];
    let weekends = grids.iter().any(|grid| grid.weekday != grid.weekend);
    if weekends {
        line("days = [{ name = \"weekend\", weekdays = [\"sat\", \"sun\"] }]".to_owned());
    }
    line(format!("schedule = [\n{}]", rules(&rate.energy_grid, &seasons, weekends)));
    if !rate.demand.is_empty() {
        line(format!("schedules.demand = [\n{}]", rules(&rate.demand_grid, &seasons, weekends)));
    }
    if !rate.flat_demand.is_empty() {
        let mut text = String::new();
        for season in &seasons {
            let period = season
                .months
                .first()
                .and_then(|&month| rate.flat_demand_months.get(month))
                .unwrap_or(&0);
            put(
                &mut text,
                format_args!("  {{ season = \"{}\", period = \"p{period}\" }},\n", season.name),
            );
        }
        line(format!("schedules.flat-demand = [\n{text}]"));
    }
    line(energy(rate, &seasons));
    for (name, structure, used) in [
        ("demand", &rate.demand, used(&rate.demand_grid)),
        ("flat-demand", &rate.flat_demand, rate.flat_demand_months.clone()),
    ] {
        for (period, steps) in structure.iter().enumerate() {
            if used.contains(&period) && steps.prices.iter().any(|price| *price != 0) {
                line(demand(name, period, steps, rate.interval));
            }
        }
    }
    if let Some((amount, per)) = rate.fixed {
        line(format!("[versions.fixed]\namount = {}\nper = \"{per}\"\n", e8(amount)));
    }
    for (amount, per) in &rate.minimum {
        line(format!(
            "[versions.minimum-{per}]\nkind = \"minimum\"\namount = {}\nper = \"{per}\"\n",
            e8(*amount)
        ));
    }
    out
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a String takes every write");
}

fn used(grid: &Grid) -> Vec<usize> {
    let mut used: Vec<usize> =
        grid.weekday.iter().chain(&grid.weekend).flatten().copied().collect();
    used.sort_unstable();
    used.dedup();
    used
}

fn seasons(rate: &Rate) -> Vec<Season> {
    let row = |rows: &[Vec<usize>], month: usize| rows.get(month).cloned();
    let alike = |month: usize| {
        let grids = [&rate.energy_grid, &rate.demand_grid];
        let rows = grids.map(|grid| (row(&grid.weekday, month), row(&grid.weekend, month)));
        (rows, rate.flat_demand_months.get(month).copied())
    };
    let mut seasons: Vec<Season> = Vec::new();
    for month in 0..12 {
        let same = seasons.iter_mut().find(|season| {
            season.months.first().is_some_and(|&first| alike(first) == alike(month))
        });
        if let Some(season) = same {
            season.months.push(month);
        } else {
            let name = format!("s{}", seasons.len());
            seasons.push(Season { name, months: vec![month] });
        }
    }
    seasons
}

fn rules(grid: &Grid, seasons: &[Season], weekends: bool) -> String {
    let mut text = String::new();
    for season in seasons {
        let Some(&month) = season.months.first() else { continue };
        let kinds: &[(&str, &Vec<Vec<usize>>)] = if weekends {
            &[("other", &grid.weekday), ("weekend", &grid.weekend)]
        } else {
            &[("", &grid.weekday)]
        };
        for (days, rows) in kinds {
            let Some(hours) = rows.get(month) else { continue };
            let mut periods = hours.clone();
            periods.sort_unstable();
            periods.dedup();
            let days = if days.is_empty() { String::new() } else { format!("days = \"{days}\", ") };
            for period in periods {
                let windows: Vec<String> = stretches(hours, period)
                    .into_iter()
                    .map(|(from, to)| format!("\"{from:02}:00-{to:02}:00\""))
                    .collect();
                put(
                    &mut text,
                    format_args!(
                        "  {{ season = \"{}\", {days}windows = [{}], period = \"p{period}\" }},\n",
                        season.name,
                        windows.join(", ")
                    ),
                );
            }
        }
    }
    text
}

/// The runs of hours that a period takes.
fn stretches(hours: &[usize], period: usize) -> Vec<(usize, usize)> {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (hour, _) in hours.iter().enumerate().filter(|(_, own)| **own == period) {
        match stretches.last_mut().filter(|(_, end)| *end == hour) {
            Some((_, end)) => *end = hour + 1,
            None => stretches.push((hour, hour + 1)),
        }
    }
    stretches
}

fn energy(rate: &Rate, seasons: &[Season]) -> String {
    let used = used(&rate.energy_grid);
    let longest = rate.energy.iter().map(|steps| steps.prices.len()).max().unwrap_or(1);
    let mut text = String::from("\n[versions.energy]\n");
    for (period, steps) in
        rate.energy.iter().enumerate().filter(|(period, _)| used.contains(period))
    {
        // Fewer steps than elsewhere: its last price goes on.
        let last = steps.prices.last().copied().unwrap_or(0);
        let padded = steps.prices.iter().copied().chain(std::iter::repeat(last)).take(longest);
        let prices: Vec<String> = padded.map(e8).collect();
        put(&mut text, format_args!("prices.p{period} = [{}]\n", prices.join(", ")));
    }
    if longest > 1 {
        let daily = rate.energy.iter().any(|steps| steps.daily && !steps.limits.is_empty());
        let mut limits = Vec::new();
        for season in seasons {
            let steps = first_period(rate, season).map_or(&[][..], |steps| steps.limits.as_slice());
            let list: Vec<String> = steps.iter().copied().map(millionths).collect();
            limits.push(format!("{} = [{}]", season.name, list.join(", ")));
        }
        let unit = if daily { "kWh/day" } else { "kWh" };
        put(
            &mut text,
            format_args!(
                "[versions.energy.ladder]\nreset = \"billing-month\"\nunit = \"{unit}\"\nlimits = {{ {} }}\n",
                limits.join(", ")
            ),
        );
    }
    text
}

/// The longest steps among the periods of a season; all of them agree, which was checked.
fn first_period<'r>(rate: &'r Rate, season: &Season) -> Option<&'r Steps> {
    let month = *season.months.first()?;
    rate.periods_of(month)
        .filter_map(|period| rate.energy.get(period))
        .max_by_key(|steps| steps.limits.len())
}

fn demand(name: &str, period: usize, steps: &Steps, interval: i64) -> String {
    let prices: Vec<String> = steps.prices.iter().copied().map(e8).collect();
    let limits: Vec<String> = steps.limits.iter().copied().map(millionths).collect();
    let mut text = format!(
        "[versions.{name}-p{period}]\nkind = \"demand\"\nschedule = \"{name}\"\ninterval = {interval}\n"
    );
    if !limits.is_empty() {
        put(&mut text, format_args!("limits_kw = [{}]\n", limits.join(", ")));
    }
    put(&mut text, format_args!("prices = {{ p{period} = [{}] }}\n", prices.join(", ")));
    text
}
