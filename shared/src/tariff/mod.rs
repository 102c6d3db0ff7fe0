//! Tariffs: what a kWh costs, when, and for whom.
//!
//! A [`Tariff`] is read from a file, checked whole, and never changes. A [`ChargeState`] is one
//! account's position on it: energy goes in through [`ChargeState::advance`], which cuts it at every
//! boundary, and postings come out of [`ChargeState::post`]. In between everything is an integer or
//! a fraction of integers, so how readings are grouped never changes what is posted.

mod bill;
pub(crate) mod block;
mod buy;
pub(crate) mod calendar;
mod charge;
#[cfg(test)]
mod components;
mod cursor;
mod error;
mod evaluate;
#[cfg(test)]
mod examples;
mod explain;
#[cfg(test)]
mod laws;
mod exact;
mod file;
mod grain;
mod known;
mod lay;
mod place;
mod power_factor;
mod quantity;
mod rate;
pub(crate) mod schedule;
mod series;
mod settle;
pub mod urdb;
mod vend;
pub(crate) mod version;

use serde::{Deserialize, Serialize};

use crate::id::TariffId;
use crate::money::{Currency, Rounding};
use crate::time::{Timestamp, Zone};

pub use bill::{Bill, BillLine};
pub use buy::Step;
pub use charge::{ChargeState, LineCharge};
pub use error::{ChargeError, TariffError};
pub use exact::{Exact, Ratio, decimal};
pub use explain::{ExplainedLine, ExplainedSegment, Explanation, explain};
pub use grain::rate_exactly;
pub use rate::{Grouping, Load, Rated, rate, rate_by_day};
pub use series::{Series, SeriesError};
pub use settle::{Reading, Segment, Watch};
pub use vend::{VendRefusal, VendState, VendTerms, Vended};
pub use version::Version;

use block::Reset;
use calendar::Calendar;
use quantity::Quantity;
use schedule::Clock;

/// A line of receipts and postings: one component, under the same number in every version, because
/// later versions only add lines at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LineKey(pub u16);

/// The heading a component is summed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Energy,
    Fixed,
    Demand,
    Minimum,
    PowerFactor,
    Levies,
    Tax,
}

/// A tariff with all its versions, validated and immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    pub(crate) id: TariffId,
    pub(crate) name: String,
    pub(crate) currency: Currency,
    pub(crate) zone: Zone,
    pub(crate) clock: Clock,
    pub(crate) billing_day: i8,
    /// While a billing period runs, and when it closes.
    pub(crate) running: Rounding,
    pub(crate) close: Rounding,
    /// Energy is rounded by interval before it is priced.
    pub(crate) quantity: Option<Quantity>,
    pub(crate) calendars: Vec<Calendar>,
    pub(crate) scopes: Vec<Reset>,
    pub(crate) lines: Vec<String>,
    /// Name of each demand slot, so that a peak survives a change of version.
    pub(crate) demand_slots: Vec<String>,
    pub(crate) series_names: Vec<String>,
    pub(crate) series: Vec<Option<Series>>,
    pub(crate) yearly_minimum: bool,
    /// Ascending by `from`; never empty.
    pub(crate) versions: Vec<Version>,
    /// Tells two tariffs apart quickly; part of every cached place in the day.
    pub(crate) fingerprint: u64,
    /// From here on a calendar in use has no days.
    pub(crate) known_until: Option<(Timestamp, ChargeError)>,
}

/// A stretch of a day in one period, in minutes from midnight of the tariff's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    pub from: u16,
    pub to: u16,
    pub period: String,
    /// 0 cheapest, counting up with the price.
    pub rank: u8,
}

impl Tariff {
    /// Reads a tariff file and checks it whole; the refusal names the place and the line.
    pub fn from_toml(text: &str) -> Result<Self, TariffError> {
        file::read(text)
    }

    pub fn id(&self) -> &TariffId {
        &self.id
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The version in force, or `None` before the first.
    pub fn version_at(&self, at: Timestamp) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.from <= at)
    }

    pub(crate) fn has_yearly_minimum(&self) -> bool {
        self.yearly_minimum
    }

    /// The name of a line, as on the receipt.
    pub fn line_name(&self, line: LineKey) -> &str {
        self.lines.get(usize::from(line.0)).map_or("", String::as_str)
    }

    /// May this tariff take the place of `before`, which has been charged with until `used`? What was
    /// in force until then must be the same, and what is new must lie after it; otherwise names what
    /// was changed.
    pub fn supersedes(&self, before: &Self, used: Timestamp) -> Result<(), String> {
        let terms = |tariff: &Self| {
            (tariff.currency, tariff.zone.name().to_owned(), tariff.clock, tariff.billing_day)
        };
        if terms(self) != terms(before)
            || (self.running, self.close, self.quantity)
                != (before.running, before.close, before.quantity)
        {
            return Err("currency, zone, clock, billing day or rounding".to_owned());
        }
        for (place, old) in before.versions.iter().enumerate().filter(|(_, old)| old.from <= used) {
            if self.versions.get(place) != Some(old) {
                return Err(format!("version {}", old.number()));
            }
        }
        let in_use = before.versions.iter().filter(|old| old.from <= used).count();
        match self.versions.iter().skip(in_use).find(|new| new.from <= used) {
            Some(early) => {
                Err(format!("version {}, which would begin in the past,", early.number()))
            }
            None if !self.lines.starts_with(&before.lines) => {
                Err("the order of components".to_owned())
            }
            None => Ok(()),
        }
    }

    /// The heading a line is summed under; a line keeps it in every version.
    pub fn line_class(&self, line: LineKey) -> Class {
        let components = self.versions.iter().flat_map(|version| &version.components);
        let found = components.into_iter().find(|component| component.line == line);
        found.map_or(Class::Energy, |component| component.class)
    }

    /// The same tariff with the prices of a series it names.
    pub fn with_series(mut self, series: Series) -> Result<Self, SeriesError> {
        let place = self.series_names.iter().position(|name| *name == series.name);
        match place.and_then(|place| self.series.get_mut(place)) {
            Some(slot) => *slot = Some(series),
            None => return Err(SeriesError::Unknown(series.name)),
        }
        Ok(self)
    }
}
