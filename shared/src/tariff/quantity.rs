//! Quantity rounding: some suppliers round the energy of every interval before they price it.
//!
//! Octopus Energy, for one, bills each half-hour by its consumption to 0.01 kWh, half to even (its
//! developer documentation). What is counted of a running interval is the rounded energy since its
//! start, so how readings are grouped changes nothing.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How the energy of an interval is rounded before it is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quantity {
    /// Length of an interval, counted from midnight; divides the hour.
    pub minutes: i64,
    /// In mWh, positive.
    pub step: i64,
    pub rounding: QuantityRounding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuantityRounding {
    HalfEven,
    HalfUp,
    Floor,
}

/// The running interval: when it began and its energy so far, in mWh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interval {
    pub start: i64,
    pub energy: i64,
}

impl Quantity {
    /// The end of the interval that `at` lies in. Zones keep to whole quarter-hours, so intervals
    /// that divide the hour may be counted from UTC's midnight too; others start with the civil day.
    pub(crate) fn end(self, midnight: Timestamp, at: Timestamp) -> Timestamp {
        let length = self.minutes * 60_000;
        let passed = (at.millis() - midnight.millis()).div_euclid(length);
        Timestamp::from_millis(midnight.millis() + (passed + 1) * length)
    }

    /// How much of `energy` used from `from` on counts, in the interval that ends at `end`.
    pub(crate) fn counts(self, interval: &mut Interval, end: Timestamp, energy: i64) -> i64 {
        let start = end.millis() - self.minutes * 60_000;
        if interval.start != start {
            *interval = Interval { start, energy: 0 };
        }
        let before = self.round(interval.energy);
        interval.energy =
            interval.energy.checked_add(energy).expect("energy of an interval fits in 64-bit mWh");
        self.round(interval.energy) - before
    }

    /// Energy is not negative, so down is toward zero.
    fn round(self, energy: i64) -> i64 {
        let (whole, rest) = (energy / self.step, energy % self.step);
        let up = match self.rounding {
            QuantityRounding::Floor => false,
            QuantityRounding::HalfUp => rest * 2 >= self.step,
            QuantityRounding::HalfEven => {
                rest * 2 > self.step || (rest * 2 == self.step && whole % 2 == 1)
            }
        };
        (whole + i64::from(up)) * self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundredth_of_a_kwh_is_rounded_half_to_even() {
        let round =
            |rounding, energy| Quantity { minutes: 30, step: 10_000, rounding }.round(energy);
        for (energy, even, up, down) in [
            (0, 0, 0, 0),
            (4_999, 0, 0, 0),
            (5_000, 0, 10_000, 0),
            (5_001, 10_000, 10_000, 0),
            (15_000, 20_000, 20_000, 10_000),
            (25_000, 20_000, 30_000, 20_000),
            (28_000, 30_000, 30_000, 20_000),
        ] {
            let rounded =
                [QuantityRounding::HalfEven, QuantityRounding::HalfUp, QuantityRounding::Floor]
                    .map(|rounding| round(rounding, energy));
            assert_eq!(rounded, [even, up, down], "{energy}");
        }
    }

    #[test]
    fn pieces_of_an_interval_count_for_what_the_whole_counts() {
        let quantity = Quantity { minutes: 30, step: 10_000, rounding: QuantityRounding::HalfEven };
        let end = Timestamp::from_millis(1_800_000);
        let mut interval = Interval::default();
        let counted: Vec<i64> =
            [4_000, 4_000, 20_000].map(|piece| quantity.counts(&mut interval, end, piece)).into();
        assert_eq!(counted, [0, 10_000, 20_000]);
        // The next interval begins anew.
        let next = Timestamp::from_millis(3_600_000);
        assert_eq!(quantity.counts(&mut interval, next, 4_999), 0);
    }
}
