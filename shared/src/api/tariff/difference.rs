//! What a new version changes: each thing with what it was and what it will be.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::form::{Form, FormCharge, FormRow};
use super::sheet::parted;
use super::write::windows;
use crate::tariff::Tariff;

/// One thing that changes; `None` where it was not, or will not be, there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    pub place: Place,
    pub was: Option<String>,
    pub will: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    Name,
    Start,
    Season {
        name: String,
    },
    Days {
        name: String,
    },
    /// When a period is in force on a kind of day.
    Windows {
        season: String,
        days: String,
        period: String,
    },
    /// Of one kWh; steps count from 1.
    Price {
        period: String,
        tier: usize,
    },
    /// The upper limit of a step.
    Limit {
        tier: usize,
    },
    /// How the ladder begins again, and how its limits are meant.
    Ladder,
    Charge {
        name: String,
    },
    /// Lines of the file that no form shows.
    Text,
}

/// What `after`'s last version says otherwise than `before`'s; without `before`, everything.
pub fn difference(before: Option<&str>, after: &str) -> Vec<Change> {
    let Ok(tariff) = Tariff::from_toml(after) else { return Vec::new() };
    let (new, unshown) = Form::of(&tariff, tariff.versions().len() - 1);
    let old_tariff = before.and_then(|text| Tariff::from_toml(text).ok());
    let (old, old_unshown) = old_tariff.as_ref().map_or_else(
        || (Form::default(), Vec::new()),
        |tariff| Form::of(tariff, tariff.versions().len() - 1),
    );
    let mut changes = Changes::default();
    changes.of(Place::Name, old_tariff.as_ref().map(Tariff::name), Some(tariff.name()));
    changes.forms(&old, &new);
    if !unshown.is_empty() || !old_unshown.is_empty() {
        changes.text(before.unwrap_or_default(), after);
    }
    changes.0
}

/// What version `place` of a tariff (from 0) says otherwise than the one before it.
pub fn between_versions(tariff: &Tariff, place: usize) -> Vec<Change> {
    let Some(before) = place.checked_sub(1) else { return Vec::new() };
    let ((old, _), (new, _)) = (Form::of(tariff, before), Form::of(tariff, place));
    let mut changes = Changes::default();
    changes.forms(&old, &new);
    changes.0
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn of(&mut self, place: Place, was: Option<&str>, will: Option<&str>) {
        if was != will {
            let (was, will) = (was.map(str::to_owned), will.map(str::to_owned));
            self.0.push(Change { place, was, will });
        }
    }

    fn forms(&mut self, old: &Form, new: &Form) {
        let start = |form: &Form| (!form.from.is_empty()).then(|| form.from.clone());
        self.of(Place::Start, start(old).as_deref(), start(new).as_deref());
        self.named(
            old.seasons.iter().map(|season| (season.name.clone(), season.ranges.join(", "))),
            new.seasons.iter().map(|season| (season.name.clone(), season.ranges.join(", "))),
            |name| Place::Season { name },
        );
        let days = |form: &Form| -> Vec<(String, String)> {
            let days = form.days.iter().map(|days| {
                let which = days.calendar.clone().unwrap_or_else(|| days.weekdays.join(", "));
                (days.name.clone(), which)
            });
            days.collect()
        };
        self.named(days(old).into_iter(), days(new).into_iter(), |name| Place::Days { name });
        self.programs(old, new);
        self.prices(old, new);
        self.ladders(old, new);
        let charges = |form: &Form| -> Vec<(String, String)> {
            form.charges.iter().map(|charge| (charge.name.clone(), shown(charge))).collect()
        };
        self.named(charges(old).into_iter(), charges(new).into_iter(), |name| Place::Charge {
            name,
        });
    }

    fn named(
        &mut self,
        old: impl Iterator<Item = (String, String)>,
        new: impl Iterator<Item = (String, String)>,
        place: impl Fn(String) -> Place,
    ) {
        let (old, new): (Vec<_>, Vec<_>) = (old.collect(), new.collect());
        let value = |list: &[(String, String)], name: &str| {
            list.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
        };
        let gone = old.iter().filter(|(name, _)| value(&new, name).is_none());
        for (name, _) in new.iter().chain(gone) {
            let (was, will) = (value(&old, name), value(&new, name));
            self.of(place(name.clone()), was.as_deref(), will.as_deref());
        }
    }

    fn programs(&mut self, old: &Form, new: &Form) {
        let row_of = |form: &Form, like: &FormRow| -> Option<FormRow> {
            let exact =
                form.rows.iter().find(|row| (&row.season, &row.days) == (&like.season, &like.days));
            // Without seasons or day types one row stands for every kind of day.
            let plain =
                || form.rows.first().filter(|row| row.season.is_empty() && row.days.is_empty());
            exact.or_else(plain).cloned()
        };
        let gone = old.rows.iter().filter(|row| {
            !new.rows.iter().any(|other| (&other.season, &other.days) == (&row.season, &row.days))
                && new.rows.first().is_none_or(|row| !row.season.is_empty() || !row.days.is_empty())
        });
        for row in new.rows.iter().chain(gone) {
            for period in periods(old, new) {
                let told = |form: &Form| {
                    let place = form.periods.iter().position(|own| *own == period)?;
                    let row = row_of(form, row)?;
                    let windows = windows(&row, u8::try_from(place).ok()?);
                    (!windows.is_empty()).then(|| windows.join(", "))
                };
                let (season, days) = (row.season.clone(), row.days.clone());
                let place = Place::Windows { season, days, period: period.clone() };
                self.of(place, told(old).as_deref(), told(new).as_deref());
            }
        }
    }

    fn prices(&mut self, old: &Form, new: &Form) {
        for period in periods(old, new) {
            let steps = |form: &Form| -> Vec<String> {
                let place = form.periods.iter().position(|own| *own == period);
                place.and_then(|place| form.prices.get(place).cloned()).unwrap_or_default()
            };
            let (was, will) = (steps(old), steps(new));
            for tier in 0..was.len().max(will.len()) {
                let place = Place::Price { period: period.clone(), tier: tier + 1 };
                self.of(
                    place,
                    was.get(tier).map(String::as_str),
                    will.get(tier).map(String::as_str),
                );
            }
        }
    }

    fn ladders(&mut self, old: &Form, new: &Form) {
        let limits = |form: &Form| {
            form.ladder.as_ref().map_or_else(Vec::new, |ladder| ladder.limits.clone())
        };
        let (was, will) = (limits(old), limits(new));
        for tier in 0..was.len().max(will.len()) {
            let (was, will) = (was.get(tier), will.get(tier));
            let place = Place::Limit { tier: tier + 1 };
            self.of(place, was.map(String::as_str), will.map(String::as_str));
        }
        let terms = |form: &Form| {
            form.ladder.as_ref().map(|ladder| {
                let from = ladder.from.as_deref().map(|from| format!(" {from}"));
                let unit = if ladder.per_day { ", kWh/day" } else { "" };
                let first = if ladder.by_days { ", by days" } else { "" };
                format!("{}{}{unit}{first}", ladder.reset, from.unwrap_or_default())
            })
        };
        self.of(Place::Ladder, terms(old).as_deref(), terms(new).as_deref());
    }

    /// Lines of the last versions that only one of the two has.
    fn text(&mut self, before: &str, after: &str) {
        let lines = |text: &str| -> Vec<String> {
            let tail = parted(text).map_or(text, |(_, tail)| tail);
            let lines = tail.lines().map(|line| line.trim().to_owned());
            lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
        };
        let (old, new) = (lines(before), lines(after));
        let (olds, news): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
        for line in old.iter().filter(|line| !news.contains(line)) {
            self.of(Place::Text, Some(line), None);
        }
        for line in new.iter().filter(|line| !olds.contains(line)) {
            self.of(Place::Text, None, Some(line));
        }
    }
}

/// All periods of both, those of the new one first.
fn periods(old: &Form, new: &Form) -> Vec<String> {
    let gone = old.periods.iter().filter(|period| !new.periods.contains(period));
    new.periods.iter().chain(gone).cloned().collect()
}

fn shown(charge: &FormCharge) -> String {
    let of = charge.of.as_ref().map(|of| format!(" of {}", of.join(", ")));
    let of = of.unwrap_or_default();
    let inclusive = if charge.inclusive { ", inclusive" } else { "" };
    match charge.kind {
        super::ChargeKind::Fixed => format!("{} / {}", charge.value, charge.per),
        super::ChargeKind::Levy => format!("{} / kWh", charge.value),
        super::ChargeKind::Percent | super::ChargeKind::Tax => {
            format!("{} %{of}{inclusive}", charge.value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"
id = "two"
currency = "CNY"
zone = "Asia/Shanghai"
[[versions]]
from = "2026-01-01"
[[versions.schedule]]
windows = "08:00-22:00"
period = "peak"
[[versions.schedule]]
windows = "22:00-08:00"
period = "valley"
[versions.energy]
prices = { peak = "0.60", valley = "0.30" }
[versions.service]
kind = "fixed"
amount = "0.20"
per = "day"
"#;

    #[test]
    fn a_difference_tells_what_was_and_what_will_be() {
        let new = OLD
            .replace("2026-01-01", "2027-01-01")
            .replace("08:00-22:00", "08:00-21:00")
            .replace("22:00-08:00", "21:00-08:00")
            .replace("valley = \"0.30\"", "valley = \"0.28\"")
            .replace("[versions.service]\nkind = \"fixed\"\namount = \"0.20\"\nper = \"day\"", "");
        let told: Vec<_> = difference(Some(OLD), &new)
            .into_iter()
            .map(|Change { place, was, will }| {
                let (was, will) = (was.unwrap_or_default(), will.unwrap_or_default());
                format!("{place:?}: {was} -> {will}")
            })
            .collect();
        assert_eq!(
            told,
            [
                "Start: 2026-01-01 -> 2027-01-01",
                r#"Windows { season: "", days: "", period: "peak" }: 08:00-22:00 -> 08:00-21:00"#,
                r#"Windows { season: "", days: "", period: "valley" }: 22:00-08:00 -> 21:00-08:00"#,
                r#"Price { period: "valley", tier: 1 }: 0.3 -> 0.28"#,
                r#"Charge { name: "service" }: 0.2 / day -> "#,
            ]
        );
        assert_eq!(difference(Some(OLD), OLD), []);
    }

    #[test]
    fn lines_that_no_form_shows_are_told_as_they_stand() {
        let new = format!("{OLD}[versions.demand]\nprice = \"40\"\n");
        let told = difference(Some(OLD), &new);
        let will: Vec<_> = told.iter().filter_map(|change| change.will.as_deref()).collect();
        assert_eq!(will, ["[versions.demand]", "price = \"40\""]);
        assert!(told.iter().all(|change| change.place == Place::Text));
    }
}
