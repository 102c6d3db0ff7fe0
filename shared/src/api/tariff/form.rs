//! A tariff's version as a form shows it: periods painted on rows of half hours, prices by period
//! and step, and the plain charges beside. What does not fit is named, never dropped.

use serde::{Deserialize, Serialize};

use crate::money::UnitPrice;
use crate::tariff::block::{Kind, Ladder, Reset};
use crate::tariff::calendar::{DayTest, MonthDay};
use crate::tariff::schedule::Schedule;
use crate::tariff::version::{Charge, Component, Per, Version, Volume};
use crate::tariff::{Class, LineKey, Ratio, Tariff, decimal};

/// Half hours of a day.
pub const HALVES: usize = 48;
/// Days that no season or day type takes.
pub const OTHER: &str = "other";
/// The period of a tariff without times.
pub const ALL: &str = "all";

/// One version of a tariff. All figures are digits as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Form {
    /// Civil date.
    pub from: String,
    pub source: Option<String>,
    pub note: Option<String>,
    pub seasons: Vec<FormSeason>,
    pub days: Vec<FormDays>,
    /// In the order of the file; number keys count them from 1.
    pub periods: Vec<String>,
    pub rows: Vec<FormRow>,
    /// The energy component: its name and its place among the charges.
    pub energy: String,
    pub energy_place: usize,
    /// By period, then by step.
    pub prices: Vec<Vec<String>>,
    pub ladder: Option<FormLadder>,
    pub charges: Vec<FormCharge>,
    /// Comments, which stand at the head of the version.
    pub comments: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormSeason {
    pub name: String,
    /// Such as `06-01..09-30`.
    pub ranges: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormDays {
    pub name: String,
    /// `mon` … `sun`; empty where a calendar says which days.
    pub weekdays: Vec<String>,
    pub calendar: Option<String>,
}

/// One kind of day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormRow {
    /// Empty where the version has no seasons; else a season's name or `other`.
    pub season: String,
    pub days: String,
    /// The period of each half hour, by its place in `periods`.
    pub halves: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormLadder {
    /// `day`, `month`, `billing-month` or `year`.
    pub reset: String,
    /// A year that does not begin on 1 January: `07-01`.
    pub from: Option<String>,
    /// Upper limits in kWh, ascending; the last step has none.
    pub limits: Vec<String>,
    /// Limits are per day.
    pub per_day: bool,
    /// A first scope that is cut short has its limits cut in proportion.
    pub by_days: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ChargeKind {
    Fixed,
    /// Per kWh.
    Levy,
    /// Percent of other components.
    Percent,
    Tax,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormCharge {
    pub name: String,
    pub kind: ChargeKind,
    /// Currency, currency per kWh, or percent.
    pub value: String,
    /// Of a fixed charge: `day`, `month`, `month-in-advance`, `year`.
    pub per: String,
    pub inclusive: bool,
    /// The components it is computed from; `None`: all that count for its kind.
    pub of: Option<Vec<String>>,
}

impl Form {
    /// The version at `place`, with the names of everything that does not fit.
    pub(crate) fn of(tariff: &Tariff, place: usize) -> (Self, Vec<String>) {
        let mut unshown = Vec::new();
        let Some(version) = tariff.versions().get(place) else {
            return (Self::default(), vec!["versions".to_owned()]);
        };
        let energy = main_energy(version);
        let mut form = Self {
            from: date_of(tariff, version, &mut unshown),
            source: version.source.clone(),
            note: version.note.clone(),
            seasons: version
                .seasons
                .iter()
                .map(|season| FormSeason {
                    name: season.name.clone(),
                    ranges: season.ranges.iter().map(|(from, to)| range(*from, *to)).collect(),
                })
                .collect(),
            days: version
                .day_types
                .iter()
                .map(|days| {
                    let (weekdays, calendar) = match &days.test {
                        DayTest::Weekdays(mask) => (weekdays(*mask), None),
                        DayTest::Calendar(place) => {
                            let known = tariff.calendars.get(*place);
                            (Vec::new(), known.map(|calendar| calendar.name.clone()))
                        }
                    };
                    FormDays { name: days.name.clone(), weekdays, calendar }
                })
                .collect(),
            ..Self::default()
        };
        if let Some((place, component, volume)) = energy {
            form.energy.clone_from(&component.name);
            form.energy_place = place;
            form.take_energy(tariff, version, volume, &mut unshown);
        } else {
            unshown.push("energy".to_owned());
            form.take_rows(version, version.schedules.last(), &mut unshown);
        }
        for (place, component) in version.components.iter().enumerate() {
            if energy.is_some_and(|(own, ..)| own == place) {
                continue;
            }
            match charge(tariff, version, component) {
                Some(charge) => form.charges.push(charge),
                None => unshown.push(component.name.clone()),
            }
        }
        (form, unshown)
    }

    fn take_energy(
        &mut self,
        tariff: &Tariff,
        version: &Version,
        volume: &Volume,
        unshown: &mut Vec<String>,
    ) {
        self.take_rows(version, version.schedules.get(volume.schedule), unshown);
        self.prices = volume
            .prices
            .chunks(volume.tiers.max(1))
            .map(|steps| steps.iter().map(|price| digits(*price)).collect())
            .collect();
        if volume.free.is_some() {
            unshown.push(format!("{}.free", self.energy));
        }
        if let Some(ladder) = &volume.ladder {
            match ladder_of(tariff, ladder) {
                Some(shown) => self.ladder = Some(shown),
                None => unshown.push(format!("{}.ladder", self.energy)),
            }
        }
    }

    fn take_rows(
        &mut self,
        version: &Version,
        schedule: Option<&Schedule>,
        unshown: &mut Vec<String>,
    ) {
        let Some(schedule) = schedule.filter(|schedule| !schedule.is_flat()) else {
            self.periods = vec![ALL.to_owned()];
            let (season, days) = (String::new(), String::new());
            self.rows = vec![FormRow { season, days, halves: vec![0; HALVES] }];
            return;
        };
        self.periods.clone_from(&schedule.periods);
        let name = |names: Vec<&str>, place: usize| match names.get(place) {
            Some(name) => (*name).to_owned(),
            None if names.is_empty() => String::new(),
            None => OTHER.to_owned(),
        };
        for season in 0..=version.seasons.len() {
            for day in 0..=version.day_types.len() {
                let seasons = version.seasons.iter().map(|season| season.name.as_str()).collect();
                let days = version.day_types.iter().map(|days| days.name.as_str()).collect();
                let (season_name, days_name) = (name(seasons, season), name(days, day));
                if !self.exists(&season_name, &days_name) {
                    continue;
                }
                let program = schedule.program(season, day);
                if program.0.iter().any(|stretch| stretch.from % 30 != 0) {
                    unshown.push(format!("{}: {season_name} {days_name}", schedule.name));
                }
                let half = |half: u16| u8::try_from(program.at(half * 30).0).unwrap_or(u8::MAX);
                let halves = (0..48).map(half).collect();
                self.rows.push(FormRow { season: season_name, days: days_name, halves });
            }
        }
    }

    /// Is there a day of this kind? `other` days may all be taken.
    pub(crate) fn exists(&self, season: &str, days: &str) -> bool {
        let week = self.days.iter().flat_map(|days| &days.weekdays);
        let taken: std::collections::BTreeSet<_> = week.collect();
        let season_there = season != OTHER || !self.whole_year();
        season_there && (days != OTHER || taken.len() < 7)
    }

    fn whole_year(&self) -> bool {
        let ranges = self.seasons.iter().flat_map(|season| &season.ranges);
        let ranges: Vec<(String, String)> = ranges
            .filter_map(|range| range.split_once(".."))
            .map(|(from, to)| (from.to_owned(), to.to_owned()))
            .collect();
        let inside = |day: &str| {
            ranges.iter().any(|(from, to)| {
                let (from, to) = (from.as_str(), to.as_str());
                if from <= to { from <= day && day <= to } else { day >= from || day <= to }
            })
        };
        !ranges.is_empty()
            && (1..=12).all(|month: i8| {
                let length = jiff::civil::date(2024, month, 1).days_in_month();
                (1..=length).all(|day| inside(&format!("{month:02}-{day:02}")))
            })
    }

    pub fn is_flat(&self) -> bool {
        self.periods.len() == 1 && self.periods.first().is_some_and(|period| period == ALL)
    }

    /// How many price steps the ladder makes.
    pub fn steps(&self) -> usize {
        self.ladder.as_ref().map_or(1, |ladder| ladder.limits.len() + 1)
    }

    /// Places of periods from the cheapest to the dearest, by the price of the first step.
    pub fn ranks(&self) -> Vec<u8> {
        let price = |place: usize| {
            let text = self.prices.get(place).and_then(|steps| steps.first());
            text.and_then(|text| UnitPrice::parse(text).ok()).unwrap_or_default()
        };
        let mut order: Vec<usize> = (0..self.periods.len()).collect();
        order.sort_by_key(|place| price(*place));
        let rank = |place: usize| order.iter().position(|other| *other == place).unwrap_or(0);
        (0..self.periods.len()).map(|place| u8::try_from(rank(place)).unwrap_or(0)).collect()
    }
}

fn date_of(tariff: &Tariff, version: &Version, unshown: &mut Vec<String>) -> String {
    let date = tariff.zone().date(version.from);
    if tariff.zone().start_of(date) != version.from {
        unshown.push("from".to_owned());
    }
    date.to_string()
}

/// The one energy component that a form paints.
fn main_energy(version: &Version) -> Option<(usize, &Component, &Volume)> {
    version.components.iter().enumerate().find_map(|(place, component)| match &component.charge {
        Charge::Volume(volume) if component.class == Class::Energy => {
            let rebate = volume.prices.iter().all(|price| price.e8() <= 0);
            (!rebate).then_some((place, component, volume))
        }
        Charge::Volume(_)
        | Charge::Dynamic(_)
        | Charge::Fixed(_)
        | Charge::Demand(_)
        | Charge::Minimum(_)
        | Charge::PowerFactor(_)
        | Charge::Percent(_)
        | Charge::Tax(_) => None,
    })
}

fn ladder_of(tariff: &Tariff, ladder: &Ladder) -> Option<FormLadder> {
    let [limits] = ladder.limits.as_slice() else { return None };
    let first = MonthDay { month: 1, day: 1 };
    let (reset, from) = match tariff.scopes.get(ladder.scope)? {
        Reset::Day => ("day", None),
        Reset::Month => ("month", None),
        Reset::BillingMonth => ("billing-month", None),
        Reset::Year(day) => ("year", (*day != first).then(|| month_day(*day))),
    };
    (ladder.kind == Kind::Graduated && limits.season.is_none()).then(|| FormLadder {
        reset: reset.to_owned(),
        from,
        limits: limits.mwh.iter().map(|mwh| decimal(i128::from(*mwh), 6)).collect(),
        per_day: ladder.per_day,
        by_days: ladder.shorten_first,
    })
}

fn charge(tariff: &Tariff, version: &Version, component: &Component) -> Option<FormCharge> {
    let shown = |kind, value, per: &str, inclusive, of| {
        let (name, per) = (component.name.clone(), per.to_owned());
        Some(FormCharge { name, kind, value, per, inclusive, of })
    };
    match &component.charge {
        Charge::Fixed(fixed) if fixed.quantity == Ratio::ONE => {
            let per = match fixed.per {
                Per::Day => "day",
                Per::Month => "month",
                Per::MonthInAdvance => "month-in-advance",
                Per::Year => "year",
            };
            shown(ChargeKind::Fixed, digits(fixed.amount), per, false, None)
        }
        Charge::Volume(volume) if component.class == Class::Levies => {
            let [price] = volume.prices.as_slice() else { return None };
            let plain = volume.ladder.is_none() && volume.free.is_none() && volume.schedule == 0;
            plain.then_some(())?;
            shown(ChargeKind::Levy, digits(*price), "", false, None)
        }
        Charge::Percent(percent) => {
            let of = of(tariff, version, component, &percent.of);
            shown(ChargeKind::Percent, percentage(percent.rate)?, "", false, of)
        }
        Charge::Tax(tax) => {
            let of = of(tariff, version, component, &tax.of);
            shown(ChargeKind::Tax, percentage(tax.rate)?, "", tax.inclusive, of)
        }
        Charge::Fixed(_)
        | Charge::Volume(_)
        | Charge::Dynamic(_)
        | Charge::Demand(_)
        | Charge::Minimum(_)
        | Charge::PowerFactor(_) => None,
    }
}

/// The base of a percentage, unless it is what the file need not say.
fn of(
    tariff: &Tariff,
    version: &Version,
    own: &Component,
    lines: &[LineKey],
) -> Option<Vec<String>> {
    let counts = |component: &&Component| {
        let class = match own.class {
            Class::Tax => component.class != Class::Tax,
            Class::Energy
            | Class::Fixed
            | Class::Demand
            | Class::Minimum
            | Class::PowerFactor
            | Class::Levies => {
                matches!(component.class, Class::Energy | Class::Fixed | Class::Demand)
            }
        };
        class && component.line != own.line
    };
    let usual: Vec<LineKey> =
        version.components.iter().filter(counts).map(|component| component.line).collect();
    (usual != lines).then(|| lines.iter().map(|line| tariff.line_name(*line).to_owned()).collect())
}

fn percentage(rate: Ratio) -> Option<String> {
    let e8 = i128::from(rate.num) * 100_000_000;
    (e8 % i128::from(rate.den) == 0).then(|| decimal(e8 / i128::from(rate.den), 6))
}

fn digits(price: UnitPrice) -> String {
    decimal(i128::from(price.e8()), 8)
}

fn month_day(day: MonthDay) -> String {
    format!("{:02}-{:02}", day.month, day.day)
}

fn range(from: MonthDay, to: MonthDay) -> String {
    format!("{}..{}", month_day(from), month_day(to))
}

fn weekdays(mask: u8) -> Vec<String> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let chosen = names.iter().zip(0_u8..).filter(|(_, bit)| mask & (1 << bit) != 0);
    chosen.map(|(name, _)| (*name).to_owned()).collect()
}
