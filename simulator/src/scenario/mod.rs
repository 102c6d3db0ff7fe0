//! A scenario: a site with its people, its disturbances and its events, as a TOML file. Unknown
//! keys are refused, and every refusal names file, line and key.

mod load;
mod when;

use std::collections::BTreeSet;

use serde::Deserialize;
use shared::id::{LineId, MeterId, TariffId};
use shared::money::{Currency, Money};
use shared::policy::Policy;
use shared::time::{Span, Timestamp, Zone};
use thiserror::Error;
use toml::Spanned;

use crate::calendar::Calendar;
use crate::chance::Seed;
use crate::electrical::Phases;
use crate::fault::FaultKind;
use crate::relay::{Mechanism, RelayFault};
pub use load::LoadSpec;
pub use when::{Holiday, When};

/// The demo site: 48 flats, 6 shops, a lift and a pump room.
pub const DEMO: &str = include_str!("../../scenarios/demo.toml");
/// 200 meters for a week, with everything that goes wrong.
pub const WEEK: &str = include_str!("../../scenarios/week.toml");

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}:{line}: {key}: {wrong}")]
pub struct ScenarioError {
    pub file: String,
    pub line: usize,
    pub key: String,
    pub wrong: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub id: String,
    /// The site's name, as receipts show it.
    pub name: String,
    pub seed: Seed,
    pub zone: Zone,
    pub currency: Currency,
    pub start: When,
    /// How often each meter is looked at; all of them at the same instants.
    pub poll_seconds: Spanned<i64>,
    #[serde(default)]
    pub holidays: BTreeSet<Holiday>,
    #[serde(default)]
    pub policy: Policy,
    /// The first number of the simulated meters and accounts, so that they stay clear of real ones.
    #[serde(default = "first_meter")]
    pub first_meter: u32,
    #[serde(default = "first_line")]
    pub first_line: LineId,
    #[serde(default = "meters_per_line")]
    pub meters_per_line: Spanned<u32>,
    pub population: Vec<Spanned<Population>>,
    #[serde(default)]
    pub fault: Vec<Fault>,
    #[serde(default)]
    pub event: Vec<Happen>,
}

fn first_meter() -> u32 {
    1_001
}

fn first_line() -> LineId {
    LineId(101)
}

fn meters_per_line() -> Spanned<u32> {
    Spanned::new(0..0, 32)
}

/// Premises of one kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    pub building: String,
    pub rooms: Rooms,
    pub tariff: TariffId,
    #[serde(default)]
    pub phases: Phases,
    #[serde(default)]
    pub mechanism: Mechanism,
    pub load: Spanned<LoadSpec>,
    /// Credit at the start, drawn between the two.
    pub opening_credit: [Spanned<String>; 2],
    /// What a month costs about, in the currency: what tenants buy by.
    pub monthly_need: Spanned<String>,
    /// Customers' names; without it names are drawn.
    #[serde(default)]
    pub customer: Option<String>,
    /// The landlord's own meters have nobody who pays by himself.
    #[serde(default = "yes")]
    pub tenants: bool,
}

fn yes() -> bool {
    true
}

/// Where the premises are, and what they are called.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Rooms {
    /// Floors 1 to `floors`, rooms such as `1203`.
    Storeys { floors: u16, per_floor: u16 },
    /// `count` rooms of one floor: `S1`, `S2` …
    Row { floor: String, prefix: String, count: u16 },
    /// One room.
    One { floor: String, name: String },
}

/// A disturbance of the lines.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Of all meters, where neither is given.
    pub line: Option<LineId>,
    pub room: Option<Spanned<String>>,
    pub kind: FaultKind,
    pub per_million: u32,
    pub from: Option<When>,
    pub until: Option<When>,
    pub count: Option<u32>,
}

/// Something that happens at a time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Happen {
    pub at: When,
    pub room: Spanned<String>,
    #[serde(rename = "do")]
    pub deed: Deed,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Deed {
    /// Somebody comes to the counter with cash.
    Pay {
        amount: Spanned<String>,
    },
    /// Staff cut the supply, or let it come back.
    Cut {
        reason: String,
    },
    Restore {
        reason: String,
    },
    BreakRelay {
        fault: RelayFault,
    },
    /// The part of the load in thousandths that still passes the meter.
    Bypass {
        metered_permille: i64,
    },
}

impl Scenario {
    /// Parses a scenario; `file` is what refusals call it.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let source = Source { file, text };
        let scenario: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            source.refuse(at, error.message())
        })?;
        scenario.check(&source)?;
        Ok(scenario)
    }

    fn check(&self, source: &Source<'_>) -> Result<(), ScenarioError> {
        let positive = |number: &Spanned<i64>, wrong: &str| {
            let start = number.span().start;
            (*number.get_ref() > 0).then_some(()).ok_or_else(|| source.refuse(start, wrong))
        };
        positive(&self.poll_seconds, "a meter is looked at every 1 second or more")?;
        if *self.meters_per_line.get_ref() == 0 {
            return Err(
                source.refuse(self.meters_per_line.span().start, "a line has 1 meter or more")
            );
        }
        if self.start_at().is_none() {
            return Err(source.refuse(0, "`start` is an instant, not a time after the start"));
        }
        for population in &self.population {
            let population = population.get_ref();
            let [low, high] = &population.opening_credit;
            for amount in [low, high, &population.monthly_need] {
                let parsed = Money::parse(amount.get_ref(), self.currency);
                parsed.map_err(|error| source.refuse(amount.span().start, &error.to_string()))?;
            }
            let load = &population.load;
            load.get_ref().check().map_err(|wrong| source.refuse(load.span().start, &wrong))?;
        }
        for event in &self.event {
            if let Deed::Pay { amount } = &event.deed {
                Money::parse(amount.get_ref(), self.currency)
                    .map_err(|error| source.refuse(amount.span().start, &error.to_string()))?;
            }
        }
        let rooms: BTreeSet<String> = crate::population::rooms(self).collect();
        let named = self.fault.iter().filter_map(|fault| fault.room.as_ref());
        for room in named.chain(self.event.iter().map(|event| &event.room)) {
            if !rooms.contains(room.get_ref()) {
                let wrong = format!("there is no room `{}` in this scenario", room.get_ref());
                return Err(source.refuse(room.span().start, &wrong));
            }
        }
        Ok(())
    }

    fn start_at(&self) -> Option<Timestamp> {
        match self.start {
            When::At(at) => Some(at),
            When::After(_) => None,
        }
    }

    pub fn begin(&self) -> Timestamp {
        self.start_at().expect("a scenario without a starting instant is refused when it is parsed")
    }

    pub fn calendar(&self) -> Calendar {
        let holidays = self.holidays.iter().map(|Holiday(date)| *date).collect();
        Calendar::new(self.zone.clone(), holidays)
    }

    pub fn poll(&self) -> Span {
        Span::from_secs(*self.poll_seconds.get_ref())
    }

    /// An amount that parsing has checked already.
    pub(crate) fn amount(&self, text: &str) -> Money {
        Money::parse(text, self.currency).unwrap_or(Money::ZERO)
    }

    pub(crate) fn meter(&self, place: u32) -> MeterId {
        MeterId(self.first_meter + place)
    }
}

struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    /// Says where: the line of a byte, and the key that this line begins with.
    fn refuse(&self, byte: usize, wrong: &str) -> ScenarioError {
        let before = self.text.get(..byte).unwrap_or("");
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let text = self.text.lines().nth(line - 1).unwrap_or("").trim();
        let key = text.split_once('=').map_or(text, |(key, _)| key.trim_end());
        let key = if key.is_empty() { "scenario" } else { key };
        ScenarioError {
            file: self.file.to_owned(),
            line,
            key: key.to_owned(),
            wrong: wrong.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn the_scenarios_of_this_crate_are_good() {
        for (file, text) in [("demo.toml", DEMO), ("week.toml", WEEK)] {
            Scenario::parse(file, text).map_err(|error| error.to_string()).expect("a scenario");
        }
    }

    /// Puts `to` for `from` in the demo scenario and shows the refusal.
    fn refused(from: &str, to: &str, sentence: Expect) {
        assert!(DEMO.contains(from), "the demo has no `{from}`");
        let text = DEMO.replacen(from, to, 1);
        let error = Scenario::parse("demo.toml", &text).err();
        sentence.assert_eq(&error.map_or("accepted".to_owned(), |error| error.to_string()));
    }

    #[test]
    fn a_mistake_is_named_by_file_line_and_key() {
        refused(
            "seed = 42",
            "sead = 42",
            expect![
                "demo.toml:5: sead: unknown field `sead`, expected one of `id`, `name`, `seed`, `zone`, `currency`, `start`, `poll_seconds`, `holidays`, `policy`, `first_meter`, `first_line`, `meters_per_line`, `population`, `fault`, `event`"
            ],
        );
        refused(
            "Asia/Shanghai",
            "Asia/Shanghal",
            expect![
                "demo.toml:6: zone: `Asia/Shanghal` is not a time zone of the IANA database, such as Asia/Shanghai"
            ],
        );
        refused(
            "poll_seconds = 10",
            "poll_seconds = 0",
            expect!["demo.toml:9: poll_seconds: a meter is looked at every 1 second or more"],
        );
        refused(
            "profile = \"h0\"",
            "profile = \"h7\"",
            expect![
                "demo.toml:21: load: unknown variant `h7`, expected one of `h0`, `g0`, `g1`, `g2`, `g3`, `g4`, `g5`, `g6`, `l0`"
            ],
        );
        refused(
            "\"5.00\"",
            "\"5.001\"",
            expect![
                "demo.toml:22: opening_credit: `5.001` is not an amount: digits with at most 2 decimals are expected, such as 52.80"
            ],
        );
        refused(
            "tariff = \"demo-residential\"\n",
            "",
            expect!["demo.toml:16: [[population]]: missing field `tariff`"],
        );
    }
}
