//! What draws power in a premise, as a scenario says it.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use shared::energy::Energy;
use shared::time::{Span, Timestamp};

use crate::load::Load;
use crate::load::appliance::{FLAT, Household};
use crate::load::building::{LIFT, PUMP_ROOM};
use crate::load::profile::{Profile, ProfileLoad};
use crate::load::replay::{Replay, ReplayError};
use crate::physics::Flow;
use crate::scenario::When;

/// What draws power there; the parts that are given add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoadSpec {
    /// A standard load profile.
    pub profile: Option<Profile>,
    /// Its use a year, drawn between the two.
    pub annual_kwh: Option<[i64; 2]>,
    /// How much days and quarter-hours differ, in thousandths.
    pub day_variance: i64,
    pub quarter_variance: i64,
    pub appliances: Option<ApplianceSet>,
    /// How much they are used, in thousandths, drawn between the two.
    pub use_permille: Option<[i64; 2]>,
    pub constant_watts: Option<i64>,
    pub pulse: Option<PulseSpec>,
    pub step: Option<StepSpec>,
    /// A measured curve, played again and again.
    pub replay: Option<ReplaySpec>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplianceSet {
    Flat,
    Lift,
    PumpRoom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseSpec {
    pub watts: i64,
    pub every_seconds: i64,
    pub for_seconds: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSpec {
    pub before_watts: i64,
    pub after_watts: i64,
    pub at: When,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaySpec {
    /// Rows `seconds,W`.
    pub csv: String,
    pub longest_gap_seconds: i64,
}

/// The most of everything: beyond it stands a slip of the finger, not a customer.
const MOST_KWH: i64 = 100_000_000;
const MOST_WATTS: i64 = 100_000_000;
const MOST_PERMILLE: i64 = 100_000;

impl LoadSpec {
    pub(super) fn check(&self) -> Result<(), String> {
        let refuse = |wrong: &str| Err(wrong.to_owned());
        let within = |range: Option<[i64; 2]>, most: i64| {
            range.is_none_or(|[low, high]| 0 <= low && low <= high && high <= most)
        };
        if self.profile.is_some() != self.annual_kwh.is_some() {
            return refuse("`profile` and `annual_kwh` come together");
        }
        if !within(self.annual_kwh, MOST_KWH) || !within(self.use_permille, MOST_PERMILLE) {
            return refuse("a range is [low, high], both 0 or more and not beyond all reason");
        }
        let pulse = self.pulse.as_ref();
        let watts = [
            self.constant_watts,
            pulse.map(|pulse| pulse.watts),
            self.step.map(|step| step.before_watts),
            self.step.map(|step| step.after_watts),
        ];
        if !watts.into_iter().flatten().all(|watts| (0..=MOST_WATTS).contains(&watts)) {
            return refuse("a power is 0 W or more, and at most 100 MW");
        }
        if pulse.is_some_and(|pulse| !(0..=pulse.every_seconds).contains(&pulse.for_seconds)) {
            return refuse("a pulse is on for at most as long as it takes to come again");
        }
        if let Some(replay) = &self.replay {
            replay.parse().map_err(|error| format!("`replay.csv`, {error}"))?;
        }
        let parts = [
            self.profile.is_some(),
            self.appliances.is_some(),
            self.constant_watts.is_some(),
            self.pulse.is_some(),
            self.step.is_some(),
            self.replay.is_some(),
        ];
        if parts.iter().any(|part| *part) {
            return Ok(());
        }
        refuse(
            "a load has at least one of `profile`, `appliances`, `constant_watts`, `pulse`, `step`, \
             `replay`",
        )
    }

    /// One premise's own load: what is given as a range is drawn.
    pub(crate) fn draw(&self, start: Timestamp, chance: &mut ChaCha8Rng) -> Load {
        let mut parts = Vec::new();
        let mut within = |[low, high]: [i64; 2]| chance.random_range(low..=high);
        if let (Some(profile), Some(annual)) = (self.profile, self.annual_kwh) {
            parts.push(Load::Profile(ProfileLoad {
                profile,
                annual: Energy::from_kwh(within(annual)),
                day_variance: self.day_variance,
                quarter_variance: self.quarter_variance,
                tangent: TANGENT,
            }));
        }
        if let Some(set) = self.appliances {
            let appliances = match set {
                ApplianceSet::Flat => FLAT,
                ApplianceSet::Lift => LIFT,
                ApplianceSet::PumpRoom => PUMP_ROOM,
            };
            let use_permille = self.use_permille.map_or(1_000, within);
            parts.push(Load::Appliances(Household { appliances, use_permille }));
        }
        let watts = |watts: i64| Flow::with_tangent(watts * 1_000, TANGENT);
        parts.extend(self.constant_watts.map(|constant| Load::Constant(watts(constant))));
        parts.extend(self.pulse.map(|pulse| Load::Pulse {
            on: watts(pulse.watts),
            every: Span::from_secs(pulse.every_seconds),
            lasting: Span::from_secs(pulse.for_seconds),
        }));
        parts.extend(self.step.map(|step| Load::Step {
            before: watts(step.before_watts),
            after: watts(step.after_watts),
            at: step.at.from(start),
        }));
        parts.extend(self.replay.as_ref().and_then(|replay| replay.parse().ok()).map(Load::Replay));
        Load::Sum(parts)
    }
}

impl ReplaySpec {
    fn parse(&self) -> Result<Replay, ReplayError> {
        Replay::parse(&self.csv, Span::from_secs(self.longest_gap_seconds))
    }
}

/// tan φ in thousandths of loads that do not say: a power factor of 0.97.
const TANGENT: i64 = 250;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_that_makes_no_sense_is_refused() {
        for (text, word) in [
            ("", "at least one"),
            ("profile = 'h0'", "come together"),
            ("profile = 'h0'\nannual_kwh = [2, 1]", "low, high"),
            ("profile = 'h0'\nannual_kwh = [0, 9000000000]", "beyond all reason"),
            ("constant_watts = -1", "0 W or more"),
            ("pulse = { watts = 5, every_seconds = 10, for_seconds = 11 }", "again"),
            ("replay = { csv = '0,1\\n9,x', longest_gap_seconds = 60 }", "line"),
        ] {
            let spec: LoadSpec = toml::from_str(text).expect("keys that are known");
            let refused = spec.check().expect_err(text);
            assert!(refused.contains(word), "{text}: {refused}");
        }
    }
}
