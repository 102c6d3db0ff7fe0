//! Physics in integers: power in mW and mvar, work in µJ. A mW for a ms is a µJ, so nothing is
//! rounded, however time is cut into pieces.

use std::ops::{Add, AddAssign, Neg, Sub};

use serde::{Deserialize, Serialize};
use shared::energy::{Energy, Power};
use shared::time::Span;

/// Active and reactive power at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Active power P in mW.
    pub active_mw: i64,
    /// Reactive power Q in mvar.
    pub reactive_mvar: i64,
}

impl Flow {
    pub const NONE: Self = Self { active_mw: 0, reactive_mvar: 0 };

    /// Active power with the reactive power of tan φ, given in thousandths.
    pub const fn with_tangent(active_mw: i64, tangent_permille: i64) -> Self {
        Self { active_mw, reactive_mvar: active_mw * tangent_permille / 1_000 }
    }

    pub const fn resistive(active_mw: i64) -> Self {
        Self { active_mw, reactive_mvar: 0 }
    }

    /// Apparent power S in mVA: S² = P² + Q², rounded down, and never below |P|.
    pub fn apparent_mva(self) -> i64 {
        let square = |value: i64| u128::from(value.unsigned_abs()).pow(2);
        let apparent = (square(self.active_mw) + square(self.reactive_mvar)).isqrt();
        i64::try_from(apparent)
            .expect("the root of two squared i64 is below 2^64, of a load far below")
    }

    /// Active power in whole watts, half up.
    pub fn active(self) -> Power {
        Power::from_watts((self.active_mw + 500).div_euclid(1_000))
    }

    /// The work done in a time.
    pub fn over(self, time: Span) -> Work {
        Work(i128::from(self.active_mw) * i128::from(time.millis()))
    }
}

impl Add for Flow {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            active_mw: self.active_mw + other.active_mw,
            reactive_mvar: self.reactive_mvar + other.reactive_mvar,
        }
    }
}

impl AddAssign for Flow {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Neg for Flow {
    type Output = Self;
    fn neg(self) -> Self {
        Self { active_mw: -self.active_mw, reactive_mvar: -self.reactive_mvar }
    }
}

/// Work in µJ. 128 bits: a whole building's century is as exact as a lamp's second.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Work(i128);

/// 1 mWh (10⁻⁶ kWh) is 3.6 J.
const MICROJOULES_PER_MWH: i128 = 3_600_000;

impl Work {
    pub const ZERO: Self = Self(0);

    pub const fn microjoules(self) -> i128 {
        self.0
    }

    /// Whole mWh, rounded down.
    pub fn energy(self) -> Energy {
        let mwh = self.0.div_euclid(MICROJOULES_PER_MWH);
        Energy::from_mwh(i64::try_from(mwh).expect("energy of one meter fits in 64-bit mWh"))
    }
}

impl Add for Work {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Work {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Work {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_kilowatt_hour_is_3_600_000_joules() {
        let kilowatt = Flow::resistive(1_000_000);
        assert_eq!(kilowatt.over(Span::from_hours(1)).energy(), Energy::KWH);
        assert_eq!(kilowatt.over(Span::from_hours(1)).microjoules(), 3_600_000_000_000);
        assert_eq!(kilowatt.over(Span::from_millis(3)).energy(), Energy::ZERO);
        assert_eq!(kilowatt.over(Span::from_millis(4)).energy(), Energy::from_mwh(1));
    }

    #[test]
    fn a_three_four_five_triangle_closes() {
        let flow = Flow { active_mw: 3_000, reactive_mvar: 4_000 };
        assert_eq!(flow.apparent_mva(), 5_000);
        assert_eq!(Flow::with_tangent(1_000_000, 750).apparent_mva(), 1_250_000);
    }

    proptest! {
        #[test]
        fn cutting_time_into_pieces_changes_no_work(mw in 0_i64..50_000_000, cut in 0_i64..86_400_000) {
            let flow = Flow::resistive(mw);
            let pieces = flow.over(Span::from_millis(cut)) + flow.over(Span::from_millis(86_400_000 - cut));
            prop_assert_eq!(pieces, flow.over(Span::from_days(1)));
        }
    }
}
