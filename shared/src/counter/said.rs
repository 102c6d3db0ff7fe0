//! What a counter's refusal says, with its amounts written by whoever knows the currency.

use crate::counter::Rule;
use crate::money::Money;

/// Nothing moves more at once: sums of many still fit, so that a slip of the keyboard stops nothing.
pub(crate) const MOST: Money = Money::from_minor(1_000_000_000_000);

/// Writes an amount.
pub(crate) type Write<'a> = &'a dyn Fn(Money) -> String;

/// Without a currency: as it is counted.
pub(crate) fn minor(amount: Money) -> String {
    format!("{} minor units", amount.minor())
}

pub(crate) fn no_move(write: Write<'_>) -> String {
    format!("no cash is moved by nothing, nor by more than {}", write(MOST))
}

pub(crate) fn below_zero(write: Write<'_>) -> String {
    format!("what is counted or laid into a till is from zero to {}", write(MOST))
}

pub(crate) fn limit(rule: Rule, largest: Money, write: Write<'_>) -> String {
    format!("{} is reached; the largest allowed amount is {}", rule.words(), write(largest))
}
