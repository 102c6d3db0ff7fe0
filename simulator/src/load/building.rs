//! What a building itself uses: the lift and the pump room.

use crate::load::appliance::{Appliance, Pattern};

const COMINGS: &[u8; 24] =
    &[1, 0, 0, 0, 0, 1, 4, 9, 8, 4, 3, 5, 6, 4, 3, 3, 4, 7, 9, 7, 5, 4, 3, 2];
const TAPS: &[u8; 24] = &[1, 1, 1, 1, 1, 3, 8, 9, 6, 4, 4, 6, 6, 4, 3, 3, 4, 6, 8, 9, 9, 8, 5, 2];
const ALWAYS: [i64; 3] = [1_000, 1_000, 1_000];

/// A passenger lift: about 480 trips a day of 24 s at 7.5 kW (50 Wh each), and its controller and
/// light all day: standby is more than half of a lift's energy (ISO 25745-2 counts both).
pub const LIFT: &[Appliance] = &[Appliance {
    name: "lift",
    owned: 1_000,
    pattern: Pattern::Started { per_day: 480_000, seconds: 24, hours: COMINGS, seasons: ALWAYS },
    watts: 7_500,
    standby_watts: 260,
    tangent: 620,
}];

/// Pumps that fill the roof tank, a sump pump, and the light of the room.
pub const PUMP_ROOM: &[Appliance] = &[
    Appliance {
        name: "supply pump",
        owned: 1_000,
        pattern: Pattern::Started { per_day: 42_000, seconds: 540, hours: TAPS, seasons: ALWAYS },
        watts: 5_500,
        standby_watts: 60,
        tangent: 620,
    },
    Appliance {
        name: "sump pump",
        owned: 1_000,
        pattern: Pattern::Cycling { period: 21_600, on: 600 },
        watts: 1_500,
        standby_watts: 0,
        tangent: 750,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Load;
    use crate::load::appliance::Household;
    use crate::load::tests::{KEY, noon, work};

    #[test]
    fn a_day_of_lift_and_pumps_is_plausible() {
        for (appliances, low, high) in [(LIFT, 18, 40), (PUMP_ROOM, 20, 50)] {
            let load = Load::Appliances(Household { appliances, use_permille: 1_000 });
            let kwh = work(&load, KEY, noon("2026-07-01"), 30).energy().mwh() / 30_000_000;
            assert!((low..high).contains(&kwh), "{kwh} kWh a day");
        }
    }
}
