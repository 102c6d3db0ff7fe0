//! One version of a tariff: what applies from a date on, never changed once in use.

use jiff::civil::Date;

use crate::money::UnitPrice;
use crate::tariff::block::Ladder;
use crate::tariff::calendar::{DayType, Season};
use crate::tariff::exact::Ratio;
use crate::tariff::power_factor::PowerFactor;
use crate::tariff::schedule::Schedule;
use crate::tariff::{Class, LineKey};
use crate::time::Timestamp;

/// Everything a tariff says from `effective_from` until the next version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub(crate) number: u32,
    /// Inclusive; until the next version begins.
    pub from: Timestamp,
    pub(crate) seasons: Vec<Season>,
    pub(crate) day_types: Vec<DayType>,
    pub(crate) schedules: Vec<Schedule>,
    /// In the order of the file.
    pub(crate) components: Vec<Component>,
    /// Places in `components` so that every component comes after those it is computed from.
    pub(crate) order: Vec<usize>,
    /// No component is computed from others while a month runs.
    pub(crate) independent: bool,
    /// How many energy buckets, series sums and fixed amounts a [`Part`] keeps for this version.
    ///
    /// [`Part`]: crate::tariff::charge::Part
    pub(crate) buckets: usize,
    pub(crate) sums: usize,
    pub(crate) source: Option<String>,
    pub(crate) note: Option<String>,
}

/// One kind of charge, with its line on the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    pub line: LineKey,
    pub name: String,
    pub class: Class,
    pub charge: Charge,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Charge {
    Volume(Volume),
    Dynamic(Dynamic),
    Fixed(Fixed),
    Demand(Demand),
    Minimum(Minimum),
    PowerFactor(PowerFactor),
    Percent(Percent),
    Tax(Tax),
}

/// Energy at a price by period and step: energy charges, levies, rebates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Volume {
    pub schedule: usize,
    /// How many steps a period has, at least one.
    pub tiers: usize,
    /// By period (outer) and step (inner).
    pub prices: Vec<UnitPrice>,
    pub ladder: Option<Ladder>,
    /// The first energy of a scope that costs nothing; it still counts on the ladder.
    pub free: Option<Ladder>,
    /// Its first bucket in a part.
    pub first: usize,
}

/// Energy at the price of the hour, from a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dynamic {
    /// Place in the tariff's list of series.
    pub series: usize,
    /// In 10⁻⁸.
    pub multiplier: i64,
    pub adder: UnitPrice,
    pub floor: Option<UnitPrice>,
    /// Its sum in a part.
    pub sum: usize,
    pub bucket: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fixed {
    /// 10⁻⁸ currency for one unit of `per`, already times the kW or kVA.
    pub amount: UnitPrice,
    pub quantity: Ratio,
    pub per: Per,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Per {
    /// Civil day, however long.
    Day,
    /// Billing month, by the share of its days that passed.
    Month,
    /// Billing month, whole, on the first day charged.
    MonthInAdvance,
    /// Day of a year that always has 365.
    Year,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demand {
    pub schedule: usize,
    /// Length of one interval; a divisor of 60.
    pub minutes: i64,
    /// Mean of how many highest intervals counts; 1 is the maximum.
    pub top: usize,
    /// By period of the schedule; `None` where demand is free. One entry is one peak; where
    /// `pooled`, all periods share the first.
    pub rates: Vec<Option<Rate>>,
    pub pooled: bool,
    pub ratchet: Option<Ratchet>,
    /// Billed at least, in millionths of a kW.
    pub at_least: i64,
    pub contract: Option<Contract>,
    /// First demand slot of the tariff, one for each period (or one in all).
    pub slot: usize,
}

/// What a kW costs, by steps of kW.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Upper limits in millionths of a kW, ascending, one fewer than prices.
    pub limits: Vec<i64>,
    /// 10⁻⁸ currency a kW.
    pub prices: Vec<UnitPrice>,
}

/// A peak is remembered: at least `percent` of the highest of the last `months`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ratchet {
    pub percent: Ratio,
    pub months: usize,
}

/// The contracted demand is paid in any case; what is above it at a multiple of the price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contract {
    /// In millionths of a kW.
    pub agreed: i64,
    /// Excess as a share of the contract, and its multiple; the last has no limit.
    pub bands: Vec<(Option<Ratio>, Ratio)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MinimumPer {
    /// Each civil day charged, summed over the month.
    Day,
    Month,
    /// Calendar year, looked at once, with its last month.
    Year,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Minimum {
    pub amount: UnitPrice,
    pub per: MinimumPer,
    pub of: Vec<LineKey>,
    pub by_days: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Percent {
    pub rate: Ratio,
    pub of: Vec<LineKey>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tax {
    pub rate: Ratio,
    pub of: Vec<LineKey>,
    /// The prices of the base contain it.
    pub inclusive: bool,
}

impl Version {
    pub fn number(&self) -> u32 {
        self.number
    }

    pub fn effective_from(&self) -> Timestamp {
        self.from
    }

    /// Where the numbers come from, as the file says.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    pub(crate) fn schedule(&self, place: usize) -> &Schedule {
        self.schedules.get(place).expect("a component names a schedule of its version")
    }

    pub(crate) fn season_of(&self, date: Date) -> usize {
        crate::tariff::calendar::season_of(&self.seasons, date)
    }
}

impl Volume {
    pub(crate) fn price(&self, period: usize, tier: usize) -> UnitPrice {
        let place = period * self.tiers + tier.min(self.tiers - 1);
        self.prices.get(place).copied().expect("a volume has a price for each period and step")
    }

    /// Buckets: priced ones, then those of a whole volume not yet on a step, then the free ones.
    pub(crate) fn bucket(&self, period: usize, tier: usize) -> usize {
        self.first + period * self.tiers + tier.min(self.tiers - 1)
    }

    fn periods(&self) -> usize {
        self.prices.len() / self.tiers
    }

    pub(crate) fn open_bucket(&self, period: usize) -> usize {
        self.first + self.prices.len() + period
    }

    pub(crate) fn free_bucket(&self, period: usize) -> usize {
        self.open_bucket(period) + self.periods()
    }

    /// How many buckets it needs.
    pub(crate) fn width(&self) -> usize {
        self.prices.len() + 2 * self.periods()
    }
}
