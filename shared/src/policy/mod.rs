//! The terms of prepayment: when supply is cut and comes back, who is warned, what is never cut.
//!
//! Every amount is data. A term that is left out is off, and is then not written either, so that an
//! account of an older journal reads as it always did.

mod check;
mod hours;
mod load;
mod mass;
mod scope;

use serde::{Deserialize, Serialize};

pub use check::Wrong;
pub use hours::{CivilDay, DaySpan, Days, MOST_SPANS, NextTable, NoCutHours, Warning, Week};
pub use load::{Grounds, LoadHours, LoadLimit, MOST_LOAD_HOURS};
pub use mass::MassCut;
pub use scope::{Origin, Place, Scope, Terms};

use crate::energy::Energy;
use crate::money::Money;
use crate::time::{Span, Timestamp, Zone};

/// The terms of an account's prepayment and of a meter's supply; the defaults are those of
/// `docs/policy.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Below this a first warning goes out, once a crossing; armed again at 105 % of it or by a
    /// top-up. Zero: no warning.
    pub low_credit: Money,
    /// Supply comes back when credit is at least this, and above zero.
    pub restore_minimum: Money,
    /// How far credit may fall below zero before supply is cut.
    pub overdraft: Money,
    /// The least and most that one sale may be.
    pub least_sale: Money,
    pub most_sale: Money,
    /// The most that may stand on the account after a sale 囤积限额.
    pub hoarding_limit: Money,
    #[serde(skip_serializing_if = "usual")]
    pub mode: Mode,
    /// The first warning goes by the days that credit will last, where that is known; 0: by money.
    #[serde(skip_serializing_if = "usual")]
    pub low_days: u16,
    /// The last warning before a cut, below the first.
    #[serde(skip_serializing_if = "usual")]
    pub last_credit: Money,
    #[serde(skip_serializing_if = "usual")]
    pub last_days: u16,
    /// At the last warning supply opens once, until the customer confirms 预跳闸提醒.
    #[serde(skip_serializing_if = "usual")]
    pub courtesy: Option<Courtesy>,
    /// A cut waits until a last warning was delivered, at most this long.
    #[serde(skip_serializing_if = "usual")]
    pub after_delivery: Option<Span>,
    #[serde(skip_serializing_if = "usual")]
    pub emergency: Option<Emergency>,
    #[serde(skip_serializing_if = "usual")]
    pub no_cut: Option<NoCutHours>,
    #[serde(skip_serializing_if = "usual")]
    pub restore: RestoreMode,
    #[serde(skip_serializing_if = "usual")]
    pub load_limit: Option<LoadLimit>,
    #[serde(skip_serializing_if = "usual")]
    pub daily_limit: Option<DailyLimit>,
    /// A protection is ended by two persons only, as in a hospital (product rule 24).
    #[serde(skip_serializing_if = "usual")]
    pub protect_needs_two: bool,
}

fn usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Is credit bought ahead, or use paid afterwards?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    #[default]
    Prepaid,
    /// Charged all the same; nobody is warned or cut for lack of credit 后付费.
    Postpaid,
}

/// What happens when nothing holds the supply open any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RestoreMode {
    #[default]
    Auto,
    /// The customer confirms first, so that nothing comes alive in an empty room 允许合闸.
    Permit,
}

/// Supply opens once at the last warning (product rule 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Courtesy {
    /// It closes by itself after this; `None`: only a confirmation closes it.
    pub closes_after: Option<Span>,
}

/// Credit beyond zero, repaid first (product rule 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    pub limit: Money,
    /// Offered when credit is at or below this.
    pub offer_at: Money,
    pub start: EmergencyStart,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EmergencyStart {
    /// The customer asks for it.
    #[default]
    Manual,
    /// It begins by itself when credit is used up.
    Automatic,
}

/// The most energy of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DailyLimit {
    pub energy: Energy,
    pub reset_hour: i8,
    /// Acts in no-cut hours too.
    #[serde(default)]
    pub in_no_cut_hours: bool,
}

/// Least time between two automatic operations of one switch (product rule 2).
pub const REST: Span = Span::from_secs(60);

impl Default for Policy {
    /// In minor units of a currency with two decimals: warn below 20.00, restore from 5.00, sales
    /// of 1.00 to 5,000.00, at most 20,000.00 on the account.
    fn default() -> Self {
        Self {
            low_credit: Money::from_minor(2_000),
            restore_minimum: Money::from_minor(500),
            overdraft: Money::ZERO,
            least_sale: Money::from_minor(100),
            most_sale: Money::from_minor(500_000),
            hoarding_limit: Money::from_minor(2_000_000),
            mode: Mode::Prepaid,
            low_days: 0,
            last_credit: Money::ZERO,
            last_days: 0,
            courtesy: None,
            after_delivery: None,
            emergency: None,
            no_cut: None,
            restore: RestoreMode::Auto,
            load_limit: None,
            daily_limit: None,
            protect_needs_two: false,
        }
    }
}

impl Policy {
    /// Is anybody warned before a cut?
    pub fn warns(&self) -> bool {
        self.warns_first() || self.warns_last()
    }

    pub fn warns_first(&self) -> bool {
        self.low_credit > Money::ZERO || self.low_days > 0
    }

    pub fn warns_last(&self) -> bool {
        self.last_credit > Money::ZERO || self.last_days > 0
    }

    /// Until when lack of credit cuts nobody, where `at` lies in no-cut hours.
    pub fn no_cut_until(&self, zone: &Zone, at: Timestamp) -> Option<Timestamp> {
        self.no_cut.as_ref()?.holds_until(zone, at)
    }
}

/// The reset hour that was last before or at `at`, and the one that comes next.
pub fn day_around(zone: &Zone, at: Timestamp, hour: i8) -> (Timestamp, Timestamp) {
    let of = |date: jiff::civil::Date| {
        let hour = hour.clamp(0, 23);
        zone.at(date.at(hour, 0, 0, 0))
    };
    let today = zone.date(at);
    let turn = of(today);
    let beside = |date: Result<jiff::civil::Date, jiff::Error>| {
        of(date.expect("a civil date of a site lies within years -9999 to 9999"))
    };
    if turn <= at { (turn, beside(today.tomorrow())) } else { (beside(today.yesterday()), turn) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terms_of_an_older_journal_read_as_they_were_and_are_written_as_they_were() {
        let old = r#"{"low_credit":2000,"restore_minimum":500,"overdraft":0,"least_sale":100,"most_sale":500000,"hoarding_limit":2000000}"#;
        let policy: Policy = serde_json::from_str(old).expect("an old policy");
        assert_eq!(policy, Policy::default());
        assert_eq!(serde_json::to_string(&policy).expect("writes"), old);
    }

    #[test]
    fn a_day_turns_at_its_hour() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        for (now, from, to) in [
            ("2026-07-01T05:59:59+08:00", "2026-06-30T06:00:00+08:00", "2026-07-01T06:00:00+08:00"),
            ("2026-07-01T06:00:00+08:00", "2026-07-01T06:00:00+08:00", "2026-07-02T06:00:00+08:00"),
        ] {
            assert_eq!(day_around(&zone, at(now), 6), (at(from), at(to)), "{now}");
        }
    }
}
