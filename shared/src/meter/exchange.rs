//! A meter or its transformers are exchanged: the count of the old ends, the count of the new begins.

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Register};
use crate::meter::{Limits, Point};
use crate::time::Timestamp;

/// What was exchanged, and what was read on the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    pub what: Exchanged,
    /// The final reading of the old meter.
    pub last: Register,
    /// The old meter is dead: the final reading is a person's word.
    pub manual: bool,
    /// The first reading of the new one.
    pub first: Register,
    /// The new meter's number; empty where it stays.
    #[serde(default)]
    pub serial: String,
    /// What the new meter can measure; `None`: as before.
    #[serde(default)]
    pub limits: Option<Limits>,
    pub note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Exchanged {
    Meter,
    /// Current transformers: the same meter counts in another ratio.
    Transformers,
}

/// The border that a final reading has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalRange {
    pub least: Register,
    pub most: Register,
}

impl FinalRange {
    /// From what was believed last up to what the meter can have counted since; a register that
    /// wraps is read as its bare count, so a wrap has to be settled before.
    pub fn of(seen: Point, now: Timestamp, limits: &Limits) -> Self {
        let elapsed = (now - seen.at).millis().max(0);
        let most = seen.register.plus(limits.most_in(elapsed));
        Self { least: seen.register, most }
    }

    /// What was used up to a final reading; `None`: it is outside.
    pub fn used(self, last: Register) -> Option<Energy> {
        last.since(self.least).filter(|_| last <= self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::Power;
    use crate::time::Span;

    #[test]
    fn a_final_reading_lies_between_the_last_believed_one_and_what_is_possible() {
        let limits = Limits {
            most_power: Power::from_watts(10_000),
            step: Energy::from_wh(10),
            wraps_at: None,
        };
        let at = Timestamp::from_millis(0);
        let seen = Point { at, register: Register::from_mwh(1_000_000_000) };
        let range = FinalRange::of(seen, at + Span::from_hours(1), &limits);
        let wh = |wh: i64| Register::from_mwh(seen.register.mwh() + wh * 1_000);
        for (last, used) in
            [(wh(0), Some(0)), (wh(-1), None), (wh(12_010), Some(12_010)), (wh(12_011), None)]
        {
            assert_eq!(range.used(last), used.map(Energy::from_wh), "{last:?}");
        }
    }
}
