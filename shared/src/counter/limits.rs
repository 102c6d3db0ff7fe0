//! The most and the least that is sold: by sale, shift, day, till and account (product rule 14).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::CounterId;
use crate::money::Money;

/// Limits of one counter; what is left out is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The least of one sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<Money>,
    /// The most of one sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<Money>,
    /// Sales of one shift, less reversals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<Money>,
    /// Sales of one cashier in one civil day; what was taken back counts all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Money>,
    /// Cash in the till, float included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub till: Option<Money>,
    /// Sales taken back in one shift by its cashier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversals: Option<u32>,
    /// The most that one person takes back of one sale; above it a second one agrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alone: Option<Money>,
    /// The most of an account's credit that is given back in cash in one civil day without a second
    /// person; left out, nothing is. By the day, so that no refund is split to stay under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<Money>,
    /// Credit of an account after a sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<Money>,
}

/// Limits of all counters, and others for some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LimitsOf {
    #[serde(default)]
    pub usual: Limits,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counters: BTreeMap<CounterId, Limits>,
}

impl LimitsOf {
    /// A counter's own limits go before the usual ones, one by one.
    pub fn of(&self, counter: CounterId) -> Limits {
        let own = self.counters.get(&counter).copied().unwrap_or_default();
        let usual = self.usual;
        Limits {
            least: own.least.or(usual.least),
            most: own.most.or(usual.most),
            shift: own.shift.or(usual.shift),
            day: own.day.or(usual.day),
            till: own.till.or(usual.till),
            reversals: own.reversals.or(usual.reversals),
            alone: own.alone.or(usual.alone),
            refund: own.refund.or(usual.refund),
            credit: own.credit.or(usual.credit),
        }
    }
}

/// Which limit an amount met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    Sale,
    Shift,
    Day,
    Till,
    Credit,
}

impl Rule {
    pub fn words(self) -> &'static str {
        match self {
            Self::Sale => "the limit of one sale",
            Self::Shift => "the limit of a shift",
            Self::Day => "the limit of a cashier's day",
            Self::Till => "the limit of cash in a till",
            Self::Credit => "the limit of an account's credit",
        }
    }

    /// As problem documents name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sale => "limit-sale",
            Self::Shift => "limit-shift",
            Self::Day => "limit-day",
            Self::Till => "limit-till",
            Self::Credit => "limit-credit",
        }
    }
}
