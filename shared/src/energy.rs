//! Energy, registers and power.
//!
//! A register is what the meter counts; an energy is what lies between two looks at it. A register
//! never turns into an energy by itself: [`Register::since`] is the only way.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Energy in mWh (10⁻⁶ kWh): fine enough for every register step in use, and an `i64` still holds
/// nine billion kWh.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Energy(i64);

impl Energy {
    pub const ZERO: Self = Self(0);
    pub const KWH: Self = Self(1_000_000);

    pub const fn from_mwh(mwh: i64) -> Self {
        Self(mwh)
    }

    pub const fn from_wh(wh: i64) -> Self {
        Self(wh * 1_000)
    }

    pub const fn from_kwh(kwh: i64) -> Self {
        Self(kwh * 1_000_000)
    }

    pub const fn mwh(self) -> i64 {
        self.0
    }

    /// Parses kWh, at most 6 decimals.
    pub fn parse_kwh(text: &str) -> Option<Self> {
        crate::decimal::parse_scaled(text, 6).map(Self)
    }

    pub fn to_kwh(self) -> Decimal {
        Decimal::new(self.0, 6)
    }

    pub fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl fmt::Display for Energy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kWh", self.to_kwh().normalize())
    }
}

impl Add for Energy {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("energy of one meter fits in 64-bit mWh"))
    }
}

impl Sub for Energy {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect("energy of one meter fits in 64-bit mWh"))
    }
}

impl Neg for Energy {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Energy {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Energy {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

/// A cumulative count as the meter shows it, in mWh, already quantised to the meter's own step.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Register(i64);

impl Register {
    pub const fn from_mwh(mwh: i64) -> Self {
        Self(mwh)
    }

    pub const fn mwh(self) -> i64 {
        self.0
    }

    /// The energy since an earlier look, or `None`: the register went backwards.
    pub fn since(self, earlier: Self) -> Option<Energy> {
        self.0.checked_sub(earlier.0).filter(|difference| *difference >= 0).map(Energy)
    }

    /// The register after `energy` more.
    pub fn plus(self, energy: Energy) -> Self {
        Self(self.0 + energy.0)
    }

    pub fn to_kwh(self) -> Decimal {
        Decimal::new(self.0, 6)
    }
}

/// Active power in W; negative is export.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Power(i64);

impl Power {
    pub const ZERO: Self = Self(0);

    pub const fn from_watts(watts: i64) -> Self {
        Self(watts)
    }

    pub const fn watts(self) -> i64 {
        self.0
    }

    /// Energy of this power over `milliseconds`, rounded down to a whole mWh.
    pub fn over(self, milliseconds: i64) -> Energy {
        let mwh = i128::from(self.0) * i128::from(milliseconds) / 3_600;
        Energy(i64::try_from(mwh).expect("energy of one meter fits in 64-bit mWh"))
    }
}

impl Add for Power {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Power {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_that_runs_backwards_is_no_energy() {
        let (low, high) = (Register::from_mwh(5), Register::from_mwh(7));
        assert_eq!(high.since(low), Some(Energy::from_mwh(2)));
        assert_eq!(high.since(high), Some(Energy::ZERO));
        assert_eq!(low.since(high), None);
    }

    #[test]
    fn a_kilowatt_for_an_hour_is_a_kilowatt_hour() {
        assert_eq!(Power::from_watts(1_000).over(3_600_000), Energy::KWH);
    }
}
