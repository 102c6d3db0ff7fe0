//! An exact amount of currency: a fraction, so that a day's share of a month or the tax inside a
//! price is never rounded before it is posted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, ExactCharge, Money, Rounding};

/// `num / (den · 10¹⁴)` currency. Fractions are reduced only where the numbers would grow and where
/// they are shown; equality compares the values, not how they are written.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Exact {
    num: i128,
    den: i128,
}

/// A plain fraction: a rate, a share of days, a power factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    pub num: i64,
    pub den: i64,
}

const FITS: &str =
    "the exact charge of one account and month fits in a fraction of 128-bit numbers";

impl Ratio {
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// `num / den` in lowest terms, the sign above the line.
    pub fn new(num: i64, den: i64) -> Option<Self> {
        let (num, den) = reduced(i128::from(num), i128::from(den));
        let whole = |part| i64::try_from(part).ok();
        (den != 0).then_some(())?;
        Some(Self { num: whole(num)?, den: whole(den)? })
    }

    /// `n` hundred-millionths, the scale of rates and factors in tariff files.
    pub(crate) fn from_e8(n: i64) -> Self {
        Self::new(n, 100_000_000).expect("a fraction of 10⁸ reduces within 64 bits")
    }
}

impl Exact {
    pub const ZERO: Self = Self { num: 0, den: 1 };

    pub(crate) fn from_parts(num: i128, den: i128) -> Self {
        Self { num, den }
    }

    pub fn is_zero(self) -> bool {
        self.num == 0
    }

    pub fn is_negative(self) -> bool {
        self.num < 0
    }

    pub fn plus(self, other: Self) -> Self {
        if other.num == 0 {
            return self;
        }
        if self.num == 0 {
            return other;
        }
        if self.den == other.den {
            return Self { num: self.num.checked_add(other.num).expect(FITS), den: self.den };
        }
        self.sum(other).or_else(|| self.lowest().sum(other.lowest())).expect(FITS)
    }

    fn sum(self, other: Self) -> Option<Self> {
        let common = gcd(self.den, other.den);
        let (mine, theirs) = (other.den / common, self.den / common);
        let num = self.num.checked_mul(mine)?.checked_add(other.num.checked_mul(theirs)?)?;
        Some(Self { num, den: self.den.checked_mul(mine)? })
    }

    pub fn minus(self, other: Self) -> Self {
        self.plus(Self { num: -other.num, den: other.den })
    }

    pub fn times(self, ratio: Ratio) -> Self {
        if ratio == Ratio::ONE {
            return self;
        }
        let product = |of: Self| {
            let (num, den) = (i128::from(ratio.num), i128::from(ratio.den));
            Some(Self { num: of.num.checked_mul(num)?, den: of.den.checked_mul(den)? })
        };
        let crossed = || {
            let (of, num, den) = (self.lowest(), i128::from(ratio.num), i128::from(ratio.den));
            let (above, below) = (gcd(of.num, den).max(1), gcd(num, of.den).max(1));
            let num = (of.num / above).checked_mul(num / below)?;
            Some(Self { num, den: (of.den / below).checked_mul(den / above)? })
        };
        product(self).or_else(crossed).expect(FITS)
    }

    /// In lowest terms.
    pub fn lowest(self) -> Self {
        let (num, den) = reduced(self.num, self.den);
        Self { num, den }
    }

    /// Rounded to minor units, as `rounding` says.
    pub fn round(self, rounding: Rounding, currency: Currency) -> Money {
        let scaled = |of: Self| Some((of.num, of.den.checked_mul(currency.exact_per_minor())?));
        let (num, unit) = scaled(self).or_else(|| scaled(self.lowest())).expect(FITS);
        let minor = match rounding {
            Rounding::Floor => num.div_euclid(unit),
            // ⌊x + ½⌋ without doubling: the remainder decides.
            Rounding::HalfUp => {
                let (whole, rest) = (num.div_euclid(unit), num.rem_euclid(unit));
                whole + i128::from(rest >= unit - rest)
            }
        };
        Money::from_minor(i64::try_from(minor).expect("a charge fits in 64-bit minor units"))
    }

    /// `1 / (1 + self)` of a plain fraction, such as the sum of tax rates.
    pub(crate) fn one_over_one_plus(self) -> Ratio {
        let Self { num, den } = self.lowest();
        let part =
            |part: i128| i64::try_from(part).expect("a sum of tax rates is a small fraction");
        Ratio { num: part(den), den: part(den + num) }
    }

    /// `self` is a price of one kWh: the charge of `mwh`.
    pub(crate) fn for_energy(self, mwh: i64) -> Self {
        self.lowest().times(Ratio { num: mwh, den: 1_000_000 })
    }

    /// How many whole mWh `self` buys at a positive price of one kWh; `None` where it costs nothing
    /// or the number has no bounds.
    pub(crate) fn buys(self, price: Self) -> Option<i64> {
        let (money, price) = (self.lowest(), price.lowest());
        let above = money.num.checked_mul(price.den)?.checked_mul(1_000_000)?;
        let below = money.den.checked_mul(price.num).filter(|below| *below > 0)?;
        i64::try_from(above.div_euclid(below).max(0)).ok()
    }

    /// `self` is a price of one kWh: to 8 decimals, half up.
    pub(crate) fn to_price(self) -> crate::money::UnitPrice {
        let Self { num, den } = self.lowest();
        let unit = den.checked_mul(1_000_000).expect(FITS);
        let (whole, rest) = (num.div_euclid(unit), num.rem_euclid(unit));
        let e8 = i64::try_from(whole + i128::from(rest >= unit - rest));
        crate::money::UnitPrice::from_e8(e8.expect("a price of one kWh fits in 64 bits"))
    }

    /// On the scale of [`ExactCharge`], rounded down.
    pub fn floor(self) -> ExactCharge {
        // Most charges are whole already, and dividing 128 bits is slow.
        let whole = if self.den == 1 { self.num } else { self.num.div_euclid(self.den) };
        ExactCharge::from_e14(whole)
    }

    fn order(self, other: Self) -> std::cmp::Ordering {
        self.minus(other).num.cmp(&0)
    }
}

impl From<ExactCharge> for Exact {
    fn from(charge: ExactCharge) -> Self {
        Self { num: charge.e14(), den: 1 }
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.order(*other).is_eq()
    }
}
impl Eq for Exact {}
impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Exact {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order(*other)
    }
}

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Self::plus)
    }
}

/// Currency as a decimal where it ends (`102.66`), else as a fraction in lowest terms (`2279/73`).
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { num, den } = self.lowest();
        let (mut rest, mut decimals, mut scale) = (den, 14_usize, Some(1_i128));
        for (prime, partner) in [(2, 5), (5, 2)] {
            while rest % prime == 0 {
                rest /= prime;
                scale = scale.and_then(|scale| scale.checked_mul(partner));
                decimals += 1;
            }
        }
        // Every factor 2 or 5 below the line is one more decimal once both sides are multiplied by
        // its partner.
        let ends = scale.filter(|_| rest == 1).and_then(|scale| num.checked_mul(scale));
        if let Some(digits) = ends {
            return f.write_str(&decimal(digits, decimals));
        }
        let below = den.checked_mul(10_i128.pow(14)).expect(FITS);
        let (num, den) = reduced(num, below);
        write!(f, "{num}/{den}")
    }
}

/// `digits · 10^-decimals` without trailing zeros.
pub fn decimal(digits: i128, decimals: usize) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = text.split_at(text.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn reduced(num: i128, den: i128) -> (i128, i128) {
    let common = gcd(num, den);
    let common = if den < 0 { -common } else { common };
    if common == 0 { (num, den) } else { (num / common, den / common) }
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEN: i128 = 1_000_000_000_000;

    fn of(num: i128, den: i128) -> Exact {
        Exact { num: num * 100 * FEN, den }
    }

    #[test]
    fn amounts_that_end_are_decimals_and_others_are_fractions() {
        for (exact, shown) in [
            (of(0, 7), "0"),
            (of(10266, 100), "102.66"),
            (of(-1, 8), "-0.125"),
            (of(14706 * 31, 36500), "227943/18250"),
            (of(1, 3), "1/3"),
            (of(-2, 6), "-1/3"),
            (of(12, 4), "3"),
            (Exact { num: 1, den: 2 }, "0.000000000000005"),
        ] {
            assert_eq!(exact.to_string(), shown);
        }
    }

    #[test]
    fn half_goes_up_and_floor_goes_down_on_both_sides_of_zero() {
        for (num, den, floor, half_up) in [
            (1, 3, 0, 0),
            (1, 2, 0, 1),
            (2, 3, 0, 1),
            (-1, 2, -1, 0),
            (-2, 3, -1, -1),
            (7, 1, 7, 7),
        ] {
            let exact = Exact { num: num * FEN, den };
            assert_eq!(exact.round(Rounding::Floor, Currency::CNY).minor(), floor, "{num}/{den}");
            assert_eq!(
                exact.round(Rounding::HalfUp, Currency::CNY).minor(),
                half_up,
                "{num}/{den}"
            );
        }
    }

    #[test]
    fn sums_of_different_fractions_are_exact() {
        let sum = of(1, 3).plus(of(1, 6)).plus(of(1, 2));
        assert_eq!(sum, of(1, 1));
        assert_eq!(of(1, 3).times(Ratio { num: 3, den: 5 }).to_string(), "0.2");
    }
}
