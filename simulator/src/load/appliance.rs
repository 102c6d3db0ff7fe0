//! Appliances that are switched on and run: starts fall by chance into the hours in which people
//! use the thing. Typical ratings and cycles as in Richardson et al., Energy and Buildings 42 (2010),
//! with what Chinese flats have added; every figure is a round one of our own.

use shared::time::{Span, Timestamp};

use crate::calendar::{Day, Season};
use crate::chance::{Draw, Stream};
use crate::load::{Key, Sketch};
use crate::physics::Flow;

/// One kind of appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appliance {
    pub name: &'static str,
    /// How many of a thousand flats have one.
    pub owned: u16,
    pub pattern: Pattern,
    pub watts: i64,
    pub standby_watts: i64,
    /// tan φ in thousandths: 750 for a motor, 480 for electronics, 0 for heat.
    pub tangent: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Started by people: starts a day in thousandths, seconds a run, weights of the hours, and in
    /// thousandths how often it is used in winter, in the transition and in summer.
    Started { per_day: i64, seconds: i64, hours: &'static [u8; 24], seasons: [i64; 3] },
    /// Switches itself: a thermostat's period and the time it is on.
    Cycling { period: i64, on: i64 },
}

/// The appliances behind one meter, and how much they are used, in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    pub appliances: &'static [Appliance],
    pub use_permille: i64,
}

/// No run is longer than this, so that a day needs to look back only so far.
const LONGEST_RUN: i64 = 12 * HOUR;
const HOUR: i64 = 3_600_000;

impl Household {
    pub(crate) fn pencil(&self, key: Key, day: &Day, sketch: &mut Sketch) {
        for (number, appliance) in (0_i64..).zip(self.appliances) {
            let traits = key.seed.draw(key.entity, Stream::Trait, number);
            if traits.below(1_000) >= u64::from(appliance.owned) {
                continue;
            }
            // No two are alike: ±15 %.
            let watts = appliance.watts * traits.again(1).between(850, 1_150);
            let flow = Flow::with_tangent(watts, appliance.tangent);
            let standby = Flow::with_tangent(appliance.standby_watts * 1_000, 480);
            sketch.add(day.start, day.end, standby);
            match appliance.pattern {
                Pattern::Started { per_day, seconds, hours, seasons } => {
                    let [winter, transition, summer] = seasons;
                    let season = match day.season {
                        Season::Winter => winter,
                        Season::Transition => transition,
                        Season::Summer => summer,
                    };
                    let per_day = per_day * self.use_permille * season / 1_000_000;
                    let habit = Habit { number, per_day, seconds, hours };
                    habit.pencil(key, day, flow, sketch);
                }
                Pattern::Cycling { period, on } => {
                    let phase = traits.again(2).between(0, period * 1_000 - 1);
                    cycle(key, number, [period * 1_000, on * 1_000, phase], day, flow, sketch);
                }
            }
        }
    }
}

/// How one appliance is used today.
struct Habit {
    number: i64,
    per_day: i64,
    seconds: i64,
    hours: &'static [u8; 24],
}

impl Habit {
    fn pencil(&self, key: Key, day: &Day, flow: Flow, sketch: &mut Sketch) {
        let all: i64 = self.hours.iter().copied().map(i64::from).sum();
        if all == 0 || self.per_day == 0 {
            return;
        }
        let first = (day.start.millis() - LONGEST_RUN.min(self.seconds * 2_000)).div_euclid(HOUR);
        let last = day.end.millis().div_euclid(HOUR);
        // The appliance is on or off: runs that overlap are one.
        let mut busy_until = Timestamp::from_millis(i64::MIN);
        for hour in first..=last {
            let begin = Timestamp::from_millis(hour * HOUR);
            let weight = self.weight(day, begin);
            let slot = hour * 256 + self.number;
            let expected = self.per_day * weight * 1_000 / all; // starts in this hour, millionths
            let chance = key.seed.draw(key.entity, Stream::Start, slot);
            let extra = chance.hits(u32::try_from(expected % 1_000_000).unwrap_or(0));
            let count = expected / 1_000_000 + i64::from(extra);
            let mut runs: Vec<(i64, i64)> =
                (0..count).map(|turn| self.run(key, slot, turn)).collect();
            runs.sort_unstable();
            for (offset, length) in runs {
                let from = (begin + Span::from_millis(offset)).max(busy_until);
                let until = begin + Span::from_millis(offset + length);
                sketch.add(from, until, flow);
                busy_until = busy_until.max(until);
            }
        }
    }

    /// When in its hour a run begins and how long it lasts, in ms: ±40 %, and at most the longest.
    fn run(&self, key: Key, slot: i64, turn: i64) -> (i64, i64) {
        let turn = u64::try_from(turn).unwrap_or(0);
        let draw = |stream| Draw::again(key.seed.draw(key.entity, stream, slot), turn);
        let offset = draw(Stream::StartMinute).between(0, 3_599) * 1_000;
        let length = self.seconds * draw(Stream::Run).between(600, 1_400);
        (offset, length.min(LONGEST_RUN))
    }

    fn weight(&self, day: &Day, at: Timestamp) -> i64 {
        let before = Span::from_days(i64::from(at < day.start));
        let hour = usize::from(day.quarter_at(at + before) / 4);
        self.hours.get(hour).copied().map_or(0, i64::from)
    }
}

fn cycle(key: Key, number: i64, times: [i64; 3], day: &Day, flow: Flow, sketch: &mut Sketch) {
    let [period, on, phase] = times;
    let mut turn = (day.start.millis() - phase).div_euclid(period) - 1;
    loop {
        let from = Timestamp::from_millis(turn * period + phase);
        if from >= day.end {
            break;
        }
        let stretch =
            key.seed.draw(key.entity, Stream::Run, turn * 256 + number).between(800, 1_200);
        let lasting = Span::from_millis((on * stretch / 1_000).min(period));
        sketch.add(from, from + lasting, flow);
        turn += 1;
    }
}

const ALL_YEAR: [i64; 3] = [1_000, 1_000, 1_000];
const WAKING: &[u8; 24] = &[2, 1, 0, 0, 0, 1, 4, 7, 6, 4, 3, 4, 5, 4, 3, 3, 4, 6, 8, 9, 9, 8, 6, 4];
const MEALS: &[u8; 24] = &[0, 0, 0, 0, 0, 1, 6, 8, 3, 1, 2, 9, 8, 2, 0, 0, 3, 9, 10, 5, 2, 1, 0, 0];
const EVENING: &[u8; 24] =
    &[1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 3, 6, 9, 9, 8, 5, 2];
const HEAT: &[u8; 24] = &[2, 1, 1, 0, 0, 0, 0, 0, 1, 1, 2, 3, 5, 5, 4, 3, 3, 4, 6, 8, 9, 9, 8, 5];
const WASHING: &[u8; 24] =
    &[1, 0, 0, 0, 0, 0, 1, 2, 4, 5, 4, 3, 2, 1, 1, 1, 1, 2, 3, 6, 9, 9, 6, 2];

/// What a Chinese flat has.
pub const FLAT: &[Appliance] = &[
    Appliance {
        name: "fridge",
        owned: 990,
        pattern: Pattern::Cycling { period: 5_100, on: 1_300 },
        watts: 120,
        standby_watts: 0,
        tangent: 750,
    },
    started("kettle", 900, 4_200, 180, WAKING, ALL_YEAR, [1_900, 0, 0]),
    started("rice cooker", 950, 1_300, 1_800, MEALS, ALL_YEAR, [650, 1, 0]),
    started("induction hob", 650, 1_800, 960, MEALS, ALL_YEAR, [2_000, 1, 0]),
    started("microwave", 600, 700, 240, MEALS, ALL_YEAR, [1_250, 2, 480]),
    started("television", 900, 1_600, 5_400, EVENING, ALL_YEAR, [120, 1, 480]),
    started("computer", 700, 900, 9_000, EVENING, ALL_YEAR, [140, 3, 480]),
    started("washing machine", 950, 540, 3_600, WASHING, ALL_YEAR, [380, 1, 750]),
    started("water heater", 700, 1_600, 900, WASHING, [1_300, 1_000, 700], [2_300, 2, 0]),
    started("air conditioner", 920, 3_500, 3_600, HEAT, [450, 60, 1_000], [1_050, 2, 480]),
    started("second air conditioner", 450, 2_000, 3_600, HEAT, [300, 30, 1_000], [850, 2, 480]),
    started("e-bike charger", 450, 500, 14_400, EVENING, ALL_YEAR, [180, 0, 480]),
    started("vacuum cleaner", 500, 300, 1_200, WASHING, ALL_YEAR, [1_100, 0, 750]),
    started("hair dryer", 800, 1_000, 360, WASHING, ALL_YEAR, [1_300, 0, 0]),
];

const fn started(
    name: &'static str,
    owned: u16,
    per_day: i64,
    seconds: i64,
    hours: &'static [u8; 24],
    seasons: [i64; 3],
    [watts, standby_watts, tangent]: [i64; 3],
) -> Appliance {
    let pattern = Pattern::Started { per_day, seconds, hours, seasons };
    Appliance { name, owned, pattern, watts, standby_watts, tangent }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::{KEY, desk, noon, work};
    use crate::load::{Curve, Load};

    fn flat() -> Load {
        Load::Appliances(Household { appliances: FLAT, use_permille: 1_000 })
    }

    #[test]
    fn a_flat_uses_what_flats_use() {
        let years: i64 = (0..20)
            .map(|entity| {
                work(&flat(), Key { entity, ..KEY }, noon("2026-01-01"), 365).energy().mwh()
            })
            .sum();
        let mean = years / 20 / 1_000_000;
        assert!((1_500..2_800).contains(&mean), "{mean} kWh a year");
    }

    #[test]
    fn a_run_that_passes_midnight_goes_on() {
        // The curve of each day ends with the power that the next one begins with, unless something
        // is switched at that very second: for nearly all midnights.
        let mut desk = desk();
        let (mut curve, mut broken, mut running) = (Curve::default(), 0, 0);
        let mut last = None;
        for day in 0..200 {
            desk.draw(&flat(), KEY, noon("2026-06-01") + Span::from_days(day), &mut curve);
            let (first, end) = (curve.segments().first(), curve.segments().last());
            if let (Some(before), Some(first)) = (last, first) {
                broken += i32::from(before != first.flow);
                running += i32::from(first.flow.active_mw > 200_000);
            }
            last = end.map(|end| end.flow);
        }
        assert!(running > 20, "{running} midnights with something running");
        assert!(broken < 10, "{broken} midnights with a jump");
    }

    #[test]
    fn use_scales_with_the_household() {
        let half = Load::Appliances(Household { appliances: FLAT, use_permille: 500 });
        let (whole, half) =
            (work(&flat(), KEY, noon("2026-07-01"), 60), work(&half, KEY, noon("2026-07-01"), 60));
        assert!(half < whole);
    }
}
