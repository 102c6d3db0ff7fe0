//! Arrears 欠费: a debt that is recovered from payments or by the week, and its terms.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decimal::parse_scaled;
use crate::id::{AccountId, ArrearsId};
use crate::money::Money;
use crate::time::Timestamp;

/// An agreement as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrears {
    pub account: AccountId,
    pub arrears: ArrearsId,
    pub amount: Money,
    pub collection: Collection,
    pub reason: String,
}

/// How it is recovered (product rules 9 and 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Collection {
    /// A share of every payment, at most so much in a week, Monday to Sunday.
    Payments { share: Share, weekly_cap: Option<Money> },
    /// So much a week in equal parts, the residue on the week's last part.
    Weekly { rate: Money, parts: Parts, pause_off_supply: bool },
}

/// A share in hundredths of a percent, above nothing and at most the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "u16", into = "u16")]
pub struct Share(u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a share of {0} hundredths of a percent is not one of 1 to 10000")]
pub struct BadShare(u16);

/// Into how many equal parts a week is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Parts {
    /// One each 1.68 hours.
    Hundred,
    /// One at each civil midnight.
    Daily,
}

/// Parts of a weekly agreement fell due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrearsDue {
    pub account: AccountId,
    pub arrears: ArrearsId,
    /// When the last of them did.
    pub until: Timestamp,
    pub due: Money,
    /// What credit covered of it; the rest waits for the next payment.
    pub taken: Money,
    pub credit_after: Money,
}

/// What was left of an agreement is not asked for any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrearsCancelled {
    pub account: AccountId,
    pub arrears: ArrearsId,
    pub amount: Money,
    pub reason: String,
}

impl Share {
    const WHOLE: u16 = 10_000;

    /// From per cent with at most two decimals, such as `12.5`.
    pub fn parse_percent(text: &str) -> Option<Self> {
        let hundredths = u16::try_from(parse_scaled(text, 2)?).ok()?;
        Self::try_from(hundredths).ok()
    }

    /// Per cent, such as `12.5`.
    pub fn to_percent(self) -> String {
        rust_decimal::Decimal::new(self.0.into(), 2).normalize().to_string()
    }

    /// The share of an amount; a fraction is left to the customer.
    pub fn of(self, amount: Money) -> Money {
        let share = i128::from(amount.minor()) * i128::from(self.0) / i128::from(Self::WHOLE);
        Money::from_minor(i64::try_from(share).expect("a share of an amount is not above it"))
    }
}

impl TryFrom<u16> for Share {
    type Error = BadShare;
    fn try_from(hundredths: u16) -> Result<Self, BadShare> {
        match hundredths {
            1..=Self::WHOLE => Ok(Self(hundredths)),
            0 | 10_001.. => Err(BadShare(hundredths)),
        }
    }
}

impl From<Share> for u16 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl Parts {
    pub const fn in_a_week(self) -> u8 {
        match self {
            Self::Hundred => 100,
            Self::Daily => 7,
        }
    }

    /// Part `place` of a week at this rate, counted from 0.
    pub fn amount(self, rate: Money, place: u8) -> Money {
        let parts = i64::from(self.in_a_week());
        let each = rate.minor() / parts;
        let last = place + 1 == self.in_a_week();
        Money::from_minor(if last { rate.minor() - each * (parts - 1) } else { each })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_week_sum_to_its_rate() {
        for (parts, rate, each, last) in [
            (Parts::Hundred, 300, 3, 3),
            (Parts::Hundred, 250, 2, 52),
            (Parts::Hundred, 99, 0, 99),
            (Parts::Daily, 1_000, 142, 148),
            (Parts::Daily, 700, 100, 100),
        ] {
            let rate = Money::from_minor(rate);
            let all: Vec<_> =
                (0..parts.in_a_week()).map(|place| parts.amount(rate, place)).collect();
            assert_eq!(all.iter().copied().sum::<Money>(), rate);
            assert_eq!(all.first(), Some(&Money::from_minor(each)), "{parts:?} {rate:?}");
            assert_eq!(all.last(), Some(&Money::from_minor(last)), "{parts:?} {rate:?}");
        }
    }

    #[test]
    fn a_share_leaves_the_fraction_to_the_customer_and_is_never_more_than_the_whole() {
        let share = |hundredths, minor| {
            Share::try_from(hundredths).map(|share| share.of(Money::from_minor(minor)).minor())
        };
        let percent = Share::parse_percent("12.5").expect("a share");
        assert_eq!((u16::from(percent), percent.to_percent()), (1_250, "12.5".to_owned()));
        assert_eq!(share(1_000, 1_000), Ok(100));
        assert_eq!(share(1_250, 999), Ok(124));
        assert_eq!(share(10_000, i64::MAX), Ok(i64::MAX));
        assert_eq!(share(1, 9_999), Ok(0));
        assert_eq!((share(0, 1), share(10_001, 1)), (Err(BadShare(0)), Err(BadShare(10_001))));
    }
}
