//! Chance by key, not by turn: a draw is a function of (seed, entity, stream, slot), so that a run
//! does not depend on its length, its slicing, the order of meters or on meters added to it.

use serde::{Deserialize, Serialize};

/// The number that, with the scenario, decides a whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

/// What a draw is for. A number, once given, is never given to anything else: the golden test
/// below holds every stream to its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// How busy a day is, by civil day.
    Day,
    /// How busy a quarter of an hour is.
    Quarter,
    /// Whether an appliance starts in an hour.
    Start,
    /// When in its hour an appliance starts.
    StartMinute,
    /// How long an appliance runs.
    Run,
    /// Voltage, by minute.
    Voltage,
    /// Mains frequency, by 10 seconds.
    Frequency,
    /// How long a switch takes.
    Relay,
    /// Whether a contact is disturbed.
    Fault,
    /// What a disturbance does.
    FaultDetail,
    /// How long a customer takes to press the button at the meter.
    Button,
    /// A tenant's traits.
    Trait,
    /// A tenant's delay before paying.
    Delay,
    /// A tenant's amount.
    Amount,
    /// The population: one seed for each service point.
    Population,
}

impl Stream {
    /// Every stream, in the order of its number.
    pub const ALL: [Self; 15] = [
        Self::Day,
        Self::Quarter,
        Self::Start,
        Self::StartMinute,
        Self::Run,
        Self::Voltage,
        Self::Frequency,
        Self::Relay,
        Self::Fault,
        Self::FaultDetail,
        Self::Button,
        Self::Trait,
        Self::Delay,
        Self::Amount,
        Self::Population,
    ];

    const fn number(self) -> u64 {
        match self {
            Self::Day => 1,
            Self::Quarter => 2,
            Self::Start => 3,
            Self::StartMinute => 4,
            Self::Run => 5,
            Self::Voltage => 6,
            Self::Frequency => 7,
            Self::Relay => 8,
            Self::Fault => 9,
            Self::FaultDetail => 10,
            Self::Button => 11,
            Self::Trait => 12,
            Self::Delay => 13,
            Self::Amount => 14,
            Self::Population => 15,
        }
    }
}

/// One draw: 64 bits that look like chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(u64);

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014).
const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Seed {
    /// Draws for `entity` (a meter or account), `stream` and `slot` (a day, an hour, a count).
    pub fn draw(self, entity: u32, stream: Stream, slot: i64) -> Draw {
        let slot = u64::from_ne_bytes(slot.to_ne_bytes());
        let place = (stream.number() << 32) | u64::from(entity);
        Draw(mix(mix(mix(self.0) ^ place) ^ slot))
    }
}

impl Draw {
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// A further draw from the same key.
    pub const fn again(self, turn: u64) -> Self {
        Self(mix(self.0 ^ mix(turn)))
    }

    /// 0 to `bound` − 1; 0 where the bound is 0.
    pub fn below(self, bound: u64) -> u64 {
        let wide = (u128::from(self.0) * u128::from(bound)) >> 64;
        u64::try_from(wide).expect("a product of two u64, shifted by 64, fits in u64")
    }

    /// `low` to `high`, both included; `low` where the two are the wrong way round.
    pub fn between(self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low + i64::try_from(self.below(width)).expect("a width of an i64 range below 2^63")
    }

    /// True in `share` of a million draws.
    pub fn hits(self, per_million: u32) -> bool {
        self.below(1_000_000) < u64::from(per_million)
    }

    /// Near-normal noise in thousandths of a standard deviation, −4,880 to 4,880: the sum of eight
    /// bytes, which is 2.5 times as fast as a ziggurat and the same on every machine.
    pub fn noise(self) -> i64 {
        let sum: i64 = self.0.to_le_bytes().into_iter().map(i64::from).sum();
        // mean 8 × 127.5; variance 8 × (256² − 1)/12, so a standard deviation of 209.02
        (sum - 1_020) * 100_000 / 20_902
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn every_stream_keeps_its_values() {
        let golden: Vec<String> = Stream::ALL
            .into_iter()
            .map(|stream| {
                let hash = (0..1_000).fold(0, |hash: u64, slot| {
                    mix(hash ^ Seed(42).draw(7, stream, slot - 500).bits())
                });
                format!("{stream:?} {hash:016x}")
            })
            .collect();
        expect![[r"
            Day 529ea62f4932a30b
            Quarter eb3fa5cfb767c13d
            Start e23ed079a6abf057
            StartMinute 31f52068c51f4edd
            Run 4ad1a97257d8a020
            Voltage eb439711557f19b7
            Frequency 31425ce209040a36
            Relay fb6ea738bcd08b2e
            Fault 6f54795fbe234cb8
            FaultDetail 461dace9414cbda1
            Button 5fda1c1251b77327
            Trait f32be423450a8bdf
            Delay a7de236d4dda02b6
            Amount c9739d3a376951a7
            Population 24378a045f788a84"]]
        .assert_eq(&golden.join("\n"));
    }

    #[test]
    fn noise_is_near_normal() {
        let noise: Vec<i64> =
            (0..100_000).map(|slot| Seed(1).draw(1, Stream::Quarter, slot).noise()).collect();
        let mean = noise.iter().sum::<i64>() / 100_000;
        let variance = noise.iter().map(|z| z * z).sum::<i64>() / 100_000;
        assert!(mean.abs() < 10, "mean {mean}");
        assert!((980_000..1_020_000).contains(&variance), "variance {variance}");
    }

    #[test]
    fn draws_keep_to_their_bounds() {
        for slot in 0..10_000 {
            let draw = Seed(9).draw(3, Stream::Delay, slot);
            assert!((-3..=4).contains(&draw.between(-3, 4)));
            assert_eq!(draw.below(0), 0);
            assert_eq!(draw.between(5, 5), 5);
            assert_eq!(draw.between(5, 1), 5);
        }
        let hits = (0..100_000).filter(|slot| Seed(9).draw(3, Stream::Fault, *slot).hits(10_000));
        assert!((900..1_100).contains(&hits.count()));
    }
}
