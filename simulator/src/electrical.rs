//! Voltage, current, power factor and frequency that fit a power: S² = P² + Q² and I = S/V hold by
//! construction, as they do on a real busbar.

use serde::{Deserialize, Serialize};
use shared::meter::Live;
use shared::time::Timestamp;

use crate::chance::Stream;
use crate::load::Key;
use crate::physics::Flow;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phases {
    #[default]
    One,
    /// Loaded evenly.
    Three,
}

/// Nominal phase voltage in mV.
const NOMINAL_MV: i64 = 220_000;
/// GB/T 12325: +7 %, −10 % of 220 V.
const VOLTAGE_MV: (i64, i64) = (198_000, 235_400);
/// A house measured 1.21 V less for each kW (UCI 235).
const DROP_UV_PER_W: i64 = 1_210;

/// Momentary values at `at` for a flow through a meter.
pub(crate) fn live(flow: Flow, phases: Phases, key: Key, at: Timestamp) -> Live {
    let apparent = flow.apparent_mva();
    let share = match phases {
        Phases::One => 1,
        Phases::Three => 3,
    };
    let mut live = Live {
        power: Some(flow.active()),
        power_factor_permille: power_factor(flow, apparent),
        frequency_mhz: Some(frequency(key, at)),
        ..Live::default()
    };
    let slots = live.voltage_mv.iter_mut().zip(&mut live.current_ma);
    for (phase, (voltage, current)) in (0..share).zip(slots) {
        let mv = phase_voltage(key, phase, flow.active_mw / share, at);
        *voltage = i32::try_from(mv).ok();
        *current = i32::try_from(apparent / share * 1_000 / mv).ok();
    }
    live
}

/// P/S; undefined, and so not told, where nothing flows.
fn power_factor(flow: Flow, apparent: i64) -> Option<i16> {
    (flow.active_mw * 1_000 + apparent / 2)
        .checked_div_euclid(apparent)
        .and_then(|permille| i16::try_from(permille).ok())
}

fn phase_voltage(key: Key, phase: i64, load_mw: i64, at: Timestamp) -> i64 {
    let minute = at.millis().div_euclid(60_000);
    // The mean of the last eight minutes' draws moves slowly; σ ≈ 1.1 % with the slow part.
    let noise: i64 = (0..8)
        .map(|back| key.seed.draw(0, Stream::Voltage, (minute - back) * 4 + phase).noise())
        .sum::<i64>()
        / 8;
    let slow = key.seed.draw(0, Stream::Voltage, minute.div_euclid(240) * 4 + 3).noise();
    let drop = load_mw / 1_000 * DROP_UV_PER_W / 1_000;
    (NOMINAL_MV + 4_500 + noise * 4 + slow - drop).clamp(VOLTAGE_MV.0, VOLTAGE_MV.1)
}

/// 50 Hz, σ about 20 mHz, within ±200 mHz (GB/T 15945).
fn frequency(key: Key, at: Timestamp) -> i32 {
    let slot = at.millis().div_euclid(10_000);
    let noise: i64 =
        (0..4).map(|back| key.seed.draw(0, Stream::Frequency, slot - back).noise()).sum();
    i32::try_from((50_000 + noise / 100).clamp(49_800, 50_200)).unwrap_or(50_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Seed;

    const KEY: Key = Key { seed: Seed(3), entity: 9 };

    #[test]
    fn current_times_voltage_is_the_apparent_power() {
        for minute in 0..500 {
            let at = Timestamp::from_millis(minute * 60_000);
            let flow = Flow::with_tangent(2_000_000 + minute * 1_000, 480);
            for (phases, share) in [(Phases::One, 1), (Phases::Three, 3)] {
                let live = live(flow, phases, KEY, at);
                let mva: i64 = live
                    .voltage_mv
                    .iter()
                    .zip(&live.current_ma)
                    .filter_map(|(v, i)| Some(i64::from((*v)?) * i64::from((*i)?) / 1_000))
                    .sum();
                let apparent = flow.apparent_mva();
                assert!((mva - apparent).abs() < share * 240, "{mva} {apparent}");
                assert_eq!(live.power_factor_permille, Some(902));
                assert_eq!(
                    live.voltage_mv.iter().flatten().count(),
                    usize::try_from(share).unwrap()
                );
            }
        }
    }

    #[test]
    fn voltage_and_frequency_stay_within_their_standards() {
        let volts: Vec<i64> = (0..10_000)
            .map(|minute| phase_voltage(KEY, 0, 0, Timestamp::from_millis(minute * 60_000)))
            .collect();
        let mean = volts.iter().sum::<i64>() / 10_000;
        let spread = (volts.iter().map(|v| (v - mean) * (v - mean)).sum::<i64>() / 10_000).isqrt();
        assert!((220_000..228_000).contains(&mean), "{mean}");
        assert!((1_000..4_000).contains(&spread), "{spread}");
        for slot in 0..10_000 {
            let mhz = frequency(KEY, Timestamp::from_millis(slot * 10_000));
            assert!((49_850..50_150).contains(&mhz), "{mhz}");
        }
    }

    #[test]
    fn nothing_flowing_has_no_power_factor() {
        let live = live(Flow::NONE, Phases::One, KEY, Timestamp::from_millis(0));
        assert_eq!(live.power, Some(shared::energy::Power::ZERO));
        assert_eq!(live.power_factor_permille, None);
        assert!(live.voltage_mv[0].is_some_and(|mv| mv > 198_000));
    }
}
