//! A limit raised for a while by two persons: the larger of it and the site file is in force.

use serde::{Deserialize, Serialize};

use super::Limits;
use crate::id::CounterId;
use crate::money::Money;
use crate::time::{Span, Timestamp};

/// Which limit, and to how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Raised {
    Sale(Money),
    Shift(Money),
    Day(Money),
    Till(Money),
    Credit(Money),
    Reversals(u32),
    ReversalAlone(Money),
    RefundAlone(Money),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Raise {
    /// Where it holds; everywhere, where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<CounterId>,
    pub limit: Raised,
    /// It holds before this instant.
    pub until: Timestamp,
}

impl Raise {
    /// No raise lasts longer; what is to last is written into the site file.
    pub const LONGEST: Span = Span::from_days(31);

    /// Does it hold at this counter at this instant?
    pub fn holds(&self, now: Timestamp, counter: Option<CounterId>) -> bool {
        now < self.until && (self.counter.is_none() || self.counter == counter)
    }
}

impl Raised {
    /// The figure, in minor units or as a count.
    pub fn figure(self) -> i64 {
        match self {
            Self::Sale(to)
            | Self::Shift(to)
            | Self::Day(to)
            | Self::Till(to)
            | Self::Credit(to)
            | Self::ReversalAlone(to)
            | Self::RefundAlone(to) => to.minor(),
            Self::Reversals(to) => i64::from(to),
        }
    }

    /// The same limit as it is in force; none: it is not limited.
    pub fn in_force(self, limits: &Limits) -> Option<Self> {
        match self {
            Self::Sale(_) => limits.most.map(Self::Sale),
            Self::Shift(_) => limits.shift.map(Self::Shift),
            Self::Day(_) => limits.day.map(Self::Day),
            Self::Till(_) => limits.till.map(Self::Till),
            Self::Credit(_) => limits.credit.map(Self::Credit),
            Self::Reversals(_) => limits.reversals.map(Self::Reversals),
            Self::ReversalAlone(_) => limits.alone.map(Self::ReversalAlone),
            // Left out, nothing is given back by one person.
            Self::RefundAlone(_) => Some(Self::RefundAlone(limits.refund.unwrap_or_default())),
        }
    }

    /// Makes a limit larger, never smaller, and limits nothing that is not limited.
    pub fn lift(self, limits: &mut Limits) {
        if self.in_force(limits).is_none_or(|now| now.figure() >= self.figure()) {
            return;
        }
        match self {
            Self::Sale(to) => limits.most = Some(to),
            Self::Shift(to) => limits.shift = Some(to),
            Self::Day(to) => limits.day = Some(to),
            Self::Till(to) => limits.till = Some(to),
            Self::Credit(to) => limits.credit = Some(to),
            Self::Reversals(to) => limits.reversals = Some(to),
            Self::ReversalAlone(to) => limits.alone = Some(to),
            Self::RefundAlone(to) => limits.refund = Some(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn money(minor: i64) -> Money {
        Money::from_minor(minor)
    }

    #[test]
    fn a_raise_lifts_what_is_limited_and_never_lowers_it() {
        let site = Limits { most: Some(money(100)), reversals: Some(2), ..Limits::default() };
        for (raised, expected) in [
            (Raised::Sale(money(99)), site),
            (Raised::Sale(money(100)), site),
            (Raised::Sale(money(101)), Limits { most: Some(money(101)), ..site }),
            (Raised::Reversals(3), Limits { reversals: Some(3), ..site }),
            (Raised::Day(money(1)), site),
            (Raised::RefundAlone(money(5)), Limits { refund: Some(money(5)), ..site }),
        ] {
            let mut limits = site;
            raised.lift(&mut limits);
            assert_eq!(limits, expected, "{raised:?}");
        }
    }

    #[test]
    fn a_raise_holds_at_its_counter_up_to_its_end() {
        let until = Timestamp::from_millis(1_000);
        let limit = Raised::Reversals(3);
        let own = Raise { counter: Some(CounterId(2)), limit, until };
        let all = Raise { counter: None, ..own };
        let at = |millis| Timestamp::from_millis(millis);
        for (raise, now, counter, holds) in [
            (own, 999, Some(CounterId(2)), true),
            (own, 1_000, Some(CounterId(2)), false),
            (own, 999, Some(CounterId(1)), false),
            (own, 999, None, false),
            (all, 999, Some(CounterId(1)), true),
            (all, 999, None, true),
            (all, 1_000, None, false),
        ] {
            assert_eq!(raise.holds(at(now), counter), holds, "{raise:?} {now} {counter:?}");
        }
    }
}
