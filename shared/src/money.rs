//! Money: posted amounts in minor units, prices per kWh, and the exact charge between them.
//!
//! | type | one unit is | why |
//! |---|---|---|
//! | [`Money`] | one minor unit (fen, cent) | what the ledger posts |
//! | [`UnitPrice`] | 10⁻⁸ currency per kWh | every published tariff has at most 8 decimals |
//! | [`ExactCharge`] | 10⁻¹⁴ currency | mWh (10⁻⁶ kWh) × 10⁻⁸ currency/kWh, without a division |

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decimal::parse_scaled;
use crate::energy::Energy;

/// An ISO 4217 currency with its number of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Currency {
    code: [u8; 3],
    decimals: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("`{0}` is not a currency: three capital letters are expected, such as CNY")]
    Currency(String),
    #[error("`{0}` is not an amount: digits with at most {1} decimals are expected, such as 52.80")]
    Amount(String, u8),
    #[error("`{0}` is not a price: digits with at most 8 decimals are expected, such as 0.5283")]
    Price(String),
}

impl Currency {
    pub const CNY: Self = Self { code: *b"CNY", decimals: 2 };

    /// How many decimals an amount has (ISO 4217 table A.1): 0 for JPY, 3 for KWD, 2 for most.
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).expect("a currency code is three ASCII letters")
    }

    /// How many 10⁻¹⁴ currency make one minor unit.
    pub(crate) fn exact_per_minor(self) -> i128 {
        10_i128.pow(14 - u32::from(self.decimals))
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, MoneyError> {
        let bytes: [u8; 3] = code
            .as_bytes()
            .try_into()
            .ok()
            .filter(|bytes: &[u8; 3]| bytes.iter().all(u8::is_ascii_uppercase))
            .ok_or_else(|| MoneyError::Currency(code.clone()))?;
        let decimals = match &bytes {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        };
        Ok(Self { code: bytes, decimals })
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A posted amount in minor units of the site's currency. Negative is owed to the customer or by
/// the customer, as the field says.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    pub const ZERO: Self = Self(0);

    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Parses `"52.80"` exactly; more decimals than the currency has are refused, not rounded.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let refused = || MoneyError::Amount(text.to_owned(), currency.decimals);
        parse_scaled(text, u32::from(currency.decimals)).map(Self).ok_or_else(refused)
    }

    /// For the edges: screens, receipts, files.
    pub fn to_decimal(self, currency: Currency) -> Decimal {
        Decimal::new(self.0, u32::from(currency.decimals))
    }

    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The same amount on the exact scale.
    pub fn exact(self, currency: Currency) -> ExactCharge {
        ExactCharge(i128::from(self.0) * currency.exact_per_minor())
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("money of one site fits in 64-bit minor units"))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect("money of one site fits in 64-bit minor units"))
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.checked_neg().expect("money of one site fits in 64-bit minor units"))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Price of one kWh in 10⁻⁸ currency. May be negative (dynamic tariffs).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct UnitPrice(i64);

impl UnitPrice {
    pub const fn from_e8(e8: i64) -> Self {
        Self(e8)
    }

    pub const fn e8(self) -> i64 {
        self.0
    }

    /// Parses `"0.5283"` exactly, at most 8 decimals.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        parse_scaled(text, 8).map(Self).ok_or_else(|| MoneyError::Price(text.to_owned()))
    }

    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 8).normalize()
    }

    /// What `energy` costs at this price, exactly.
    pub fn charge(self, energy: Energy) -> ExactCharge {
        ExactCharge(i128::from(self.0) * i128::from(energy.mwh()))
    }
}

/// A charge before rounding, in 10⁻¹⁴ currency.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ExactCharge(i128);

impl ExactCharge {
    pub const ZERO: Self = Self(0);

    pub const fn from_e14(e14: i128) -> Self {
        Self(e14)
    }

    pub const fn e14(self) -> i128 {
        self.0
    }

    /// Rounds to minor units, as `rounding` says.
    pub fn round(self, rounding: Rounding, currency: Currency) -> Money {
        let unit = currency.exact_per_minor();
        let minor = match rounding {
            Rounding::Floor => self.0.div_euclid(unit),
            Rounding::HalfUp => (self.0 + unit / 2).div_euclid(unit),
        };
        Money(i64::try_from(minor).expect("a charge fits in 64-bit minor units"))
    }
}

impl Add for ExactCharge {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("a charge fits in 128 bits"))
    }
}

impl Sub for ExactCharge {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect("a charge fits in 128 bits"))
    }
}

impl AddAssign for ExactCharge {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for ExactCharge {
    fn sum<I: Iterator<Item = Self>>(charges: I) -> Self {
        charges.fold(Self::ZERO, Add::add)
    }
}

/// Where the fraction of a charge goes. Both commute with whole units, so posting the difference of
/// rounded cumulative charges does not depend on how readings are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// Toward −∞: never takes what is not yet owed. The rule while a billing period runs.
    #[default]
    Floor,
    /// ⌊x + ½⌋: the rule when a billing period is closed.
    HalfUp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_parsed_digit_by_digit() {
        let parse = |text| Money::parse(text, Currency::CNY).map(Money::minor).ok();
        for (text, minor) in
            [("52.80", 5280), ("0.01", 1), ("-3", -300), ("7.5", 750), ("1.2300", 123)]
        {
            assert_eq!(parse(text), Some(minor), "{text}");
        }
        for text in
            ["", ".", "1.", ".5", "1.234", "1e3", "NaN", "+1", " 1", "1,0", "99999999999999999999"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn floor_goes_down_on_both_sides_of_zero_and_half_goes_up() {
        let round = |e14, rounding| ExactCharge(e14).round(rounding, Currency::CNY).minor();
        let fen = 10_i128.pow(12);
        for (e14, floor, half_up) in [
            (fen - 1, 0, 1),
            (fen / 2, 0, 1),
            (fen / 2 - 1, 0, 0),
            (-1, -1, 0),
            (-fen / 2, -1, 0),
            (-fen / 2 - 1, -1, -1),
        ] {
            assert_eq!(
                (round(e14, Rounding::Floor), round(e14, Rounding::HalfUp)),
                (floor, half_up),
                "{e14}"
            );
        }
    }

    #[test]
    fn a_price_times_energy_is_exact() {
        let price = UnitPrice::parse("0.52831234").expect("a price");
        assert_eq!(price.charge(Energy::from_mwh(1)).e14(), 52_831_234);
    }
}
