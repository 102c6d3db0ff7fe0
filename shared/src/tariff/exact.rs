//! An exact amount of currency: a fraction, so that a day's share of a month or the tax inside a
//! price is never rounded before it is posted.

use std::fmt;

use ethnum::I256;
use serde::{Deserialize, Serialize};

use crate::money::{Currency, ExactCharge, Money, Rounding};

/// `num / (den · 10¹⁴)` currency. Fractions are reduced only where the numbers would grow and where
/// they are shown; equality compares the values, not how they are written.
///
/// 256 bits, because rates multiply: an amount with 14 decimals, two percentages and a tax of 6
/// decimals each, and the days of two versions in one month go beyond 128.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(into = "Written", try_from = "Written")]
pub struct Exact {
    num: I256,
    den: I256,
}

/// A fraction as it is stored: numerator and denominator, digit by digit.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Written(String, String);

impl From<Exact> for Written {
    fn from(exact: Exact) -> Self {
        Self(exact.num.to_string(), exact.den.to_string())
    }
}

impl TryFrom<Written> for Exact {
    type Error = std::num::ParseIntError;

    fn try_from(Written(num, den): Written) -> Result<Self, Self::Error> {
        Ok(Self { num: num.parse()?, den: den.parse()? })
    }
}

/// A plain fraction: a rate, a share of days, a power factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    pub num: i64,
    pub den: i64,
}

const FITS: &str =
    "the exact charge of one account and month fits in a fraction of 256-bit numbers";

impl Ratio {
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// `num / den` in lowest terms, the sign above the line.
    pub fn new(num: i64, den: i64) -> Option<Self> {
        let (num, den) = reduced(I256::from(num), I256::from(den));
        (den != 0).then_some(())?;
        Some(Self { num: i64::try_from(num).ok()?, den: i64::try_from(den).ok()? })
    }

    /// `n` hundred-millionths, the scale of rates and factors in tariff files.
    pub(crate) fn from_e8(n: i64) -> Self {
        Self::new(n, 100_000_000).expect("a fraction of 10⁸ reduces within 64 bits")
    }
}

impl Exact {
    pub const ZERO: Self = Self { num: I256::ZERO, den: I256::ONE };

    pub(crate) fn from_parts(num: i128, den: i128) -> Self {
        Self { num: num.into(), den: den.into() }
    }

    /// kWh as a number: energy in 10⁻⁶ kWh divided by `grain`.
    pub fn of_energy(energy: crate::energy::Energy, grain: i64) -> Self {
        Self::from_parts(i128::from(energy.mwh()) * 100_000_000, grain.into())
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
            let (num, den) = (I256::from(ratio.num), I256::from(ratio.den));
            Some(Self { num: of.num.checked_mul(num)?, den: of.den.checked_mul(den)? })
        };
        let crossed = || {
            let (of, num, den) = (self.lowest(), I256::from(ratio.num), I256::from(ratio.den));
            let (above, below) = (gcd(of.num, den).max(I256::ONE), gcd(num, of.den).max(I256::ONE));
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
        let per_minor = I256::from(currency.exact_per_minor());
        let scaled = |of: Self| Some((of.num, of.den.checked_mul(per_minor)?));
        let (num, unit) = scaled(self).or_else(|| scaled(self.lowest())).expect(FITS);
        let minor = match rounding {
            Rounding::Floor => floor_of(num, unit),
            Rounding::HalfUp => half_up_of(num, unit),
        };
        Money::from_minor(i64::try_from(minor).expect("a charge fits in 64-bit minor units"))
    }

    /// `1 / (1 + self)` of a plain fraction, such as the sum of tax rates.
    pub(crate) fn one_over_one_plus(self) -> Ratio {
        let Self { num, den } = self.lowest();
        let part =
            |part: I256| i64::try_from(part).expect("a sum of tax rates is a small fraction");
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
        let above = money.num.checked_mul(price.den)?.checked_mul(I256::from(1_000_000))?;
        let below = money.den.checked_mul(price.num).filter(|below| *below > 0)?;
        i64::try_from(floor_of(above, below).max(I256::ZERO)).ok()
    }

    /// `self` is a price of one kWh: to 8 decimals, half up.
    pub(crate) fn to_price(self) -> crate::money::UnitPrice {
        let Self { num, den } = self.lowest();
        let unit = den.checked_mul(I256::from(1_000_000)).expect(FITS);
        let e8 = i64::try_from(half_up_of(num, unit));
        crate::money::UnitPrice::from_e8(e8.expect("a price of one kWh fits in 64 bits"))
    }

    /// On the scale of [`ExactCharge`], rounded down.
    pub fn floor(self) -> ExactCharge {
        // Most charges are whole already, and dividing is slow.
        let whole = if self.den == 1 { self.num } else { floor_of(self.num, self.den) };
        ExactCharge::from_e14(i128::try_from(whole).expect("a charge fits in 128 bits"))
    }

    fn order(self, other: Self) -> std::cmp::Ordering {
        self.minus(other).num.cmp(&I256::ZERO)
    }
}

impl From<ExactCharge> for Exact {
    fn from(charge: ExactCharge) -> Self {
        Self { num: charge.e14().into(), den: I256::ONE }
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
        let (mut rest, mut decimals, mut scale) = (den, 14_usize, Some(I256::ONE));
        for (prime, partner) in [(2, 5), (5, 2)] {
            while rest % I256::from(prime) == 0 {
                rest /= I256::from(prime);
                scale = scale.and_then(|scale| scale.checked_mul(I256::from(partner)));
                decimals += 1;
            }
        }
        // Every factor 2 or 5 below the line is one more decimal once both sides are multiplied by
        // its partner.
        let ends = scale.filter(|_| rest == 1).and_then(|scale| num.checked_mul(scale));
        if let Some(digits) = ends {
            return f.write_str(&decimal(digits, decimals));
        }
        let below = den.checked_mul(I256::from(10_i64.pow(14))).expect(FITS);
        let (num, den) = reduced(num, below);
        write!(f, "{num}/{den}")
    }
}

/// `digits · 10^-decimals` without trailing zeros.
pub fn decimal(digits: impl Into<I256>, decimals: usize) -> String {
    let digits: I256 = digits.into();
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs().to_string(), width = decimals + 1);
    let (whole, fraction) = text.split_at(text.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// ⌊num / unit⌋ for a positive `unit`; 128 bits where both fit, which is much faster.
fn floor_of(num: I256, unit: I256) -> I256 {
    match (i128::try_from(num), i128::try_from(unit)) {
        (Ok(num), Ok(unit)) => num.div_euclid(unit).into(),
        (Ok(_) | Err(_), Err(_)) | (Err(_), Ok(_)) => num.div_euclid(unit),
    }
}

/// ⌊num / unit + ½⌋ for a positive `unit`, without doubling: the remainder decides.
fn half_up_of(num: I256, unit: I256) -> I256 {
    let whole = floor_of(num, unit);
    let rest = num - whole * unit;
    whole + I256::from(i64::from(rest >= unit - rest))
}

fn reduced(num: I256, den: I256) -> (I256, I256) {
    let common = gcd(num, den);
    let common = if den < 0 { -common } else { common };
    if common == 0 || common == 1 { (num, den) } else { (num / common, den / common) }
}

/// The greatest common divisor, not negative; in 128 bits as soon as both numbers fit.
fn gcd(a: I256, b: I256) -> I256 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        if let (Ok(small_a), Ok(small_b)) = (i128::try_from(a), i128::try_from(b)) {
            return small_gcd(small_a, small_b).into();
        }
        (a, b) = (b, a % b);
    }
    a
}

fn small_gcd(mut a: i128, mut b: i128) -> i128 {
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
        Exact::from_parts(num * 100 * FEN, den)
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
            (Exact::from_parts(1, 2), "0.000000000000005"),
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
            let exact = Exact::from_parts(num * FEN, den);
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
    #[test]
    fn rates_that_multiply_beyond_128_bits_stay_exact() {
        let rate = |per_e8: i64| Ratio::from_e8(100_000_000 + per_e8);
        let mut amount = of(123_456_789, 100);
        for per_e8 in [1_654_321, 3_123_457, 19_123_457, 7_700_001] {
            amount = amount.times(rate(per_e8)).times(Ratio { num: 31, den: 365 });
        }
        let mut back = amount;
        for per_e8 in [1_654_321, 3_123_457, 19_123_457, 7_700_001] {
            let Ratio { num, den } = rate(per_e8);
            back = back.times(Ratio { num: den, den: num }).times(Ratio { num: 365, den: 31 });
        }
        assert_eq!(back, of(123_456_789, 100));
        let stored = serde_json::to_string(&amount).unwrap();
        assert_eq!(serde_json::from_str::<Exact>(&stored).unwrap(), amount);
    }
}
