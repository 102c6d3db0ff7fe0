//! The way back: what a meter of a model would answer, for simulated meters on a real wire.

use super::file::Profile;
use super::frame::pdu;
use super::number::{Format, divide, words};
use super::point::{Point, Table};
use super::relay::{Relay, Write};
use crate::meter::{Contact, SwitchCommand, Telegram};

const MILLION: i64 = 1_000_000;

impl Profile {
    /// The registers `at` to `at + count` of a meter that stands as in `telegram`; none: the model
    /// has nothing there.
    pub fn registers(
        &self,
        telegram: &Telegram,
        identity: u32,
        (table, at, count): (Table, u16, u16),
    ) -> Option<Vec<u16>> {
        let mut image = vec![0_u16; usize::from(count)];
        let end = u32::from(at) + u32::from(count);
        let mut found = false;
        for (index, point) in self.points.iter().enumerate() {
            let last = u32::from(point.at) + u32::from(point.width());
            if point.table != table || last <= u32::from(at) || u32::from(point.at) >= end {
                continue;
            }
            found = true;
            let state = self.switch_word(index, telegram.contact);
            let value = match state {
                Some(word) => i64::from(word) * MILLION,
                None if point.identity => i64::from(identity) * point.scale_nano / 1_000,
                None => shown(&point.name, telegram),
            };
            let offset = i64::from(point.at) - i64::from(at);
            for (place, word) in (offset..).zip(encode(point, value)) {
                let slot = usize::try_from(place).ok().and_then(|place| image.get_mut(place));
                if let Some(slot) = slot {
                    *slot = word;
                }
            }
        }
        found.then_some(image)
    }

    /// What a write asks of a switch inside the meter; none: it is no switch command of this model.
    pub fn command(&self, request: &[u8]) -> Option<SwitchCommand> {
        let is = |write: &Write| pdu(write) == request;
        match &self.relay {
            Relay::Builtin(relay) if is(&relay.open) => Some(SwitchCommand::Open),
            Relay::Builtin(relay) if is(&relay.close) => Some(SwitchCommand::Close),
            Relay::Builtin(relay) if relay.arm.as_ref().is_some_and(is) => Some(SwitchCommand::Arm),
            Relay::Builtin(_) | Relay::External | Relay::Board(_) => None,
        }
    }

    fn switch_word(&self, index: usize, contact: Contact) -> Option<u16> {
        let Relay::Builtin(relay) = &self.relay else { return None };
        let readback = relay.readback.as_ref()?;
        let place = readback.points.iter().position(|point| *point == index)?;
        let states = match contact {
            Contact::Open => &readback.open,
            Contact::Closed | Contact::Unknown => &readback.close,
        };
        states.get(place).copied()
    }
}

/// What a point of this name shows, in millionths.
fn shown(name: &str, telegram: &Telegram) -> i64 {
    let live = &telegram.live;
    let watts = live.power.map_or(0, |power| power.watts() * MILLION);
    let phases = i64::try_from(live.voltage_mv.iter().flatten().count()).unwrap_or(3).max(1);
    let phase = |values: [Option<i32>; 3]| {
        let place = ["l1", "l2", "l3"].iter().position(|phase| name.ends_with(phase));
        let value = place.and_then(|place| values.get(place).copied().flatten());
        i64::from(value.unwrap_or(0)) * 1_000
    };
    match name {
        "energy.import" | "energy.total" => telegram.import.mwh(),
        "power" => watts,
        "power.l1" | "power.l2" | "power.l3" => watts / phases,
        "voltage.l1" | "voltage.l2" | "voltage.l3" => phase(live.voltage_mv),
        "current.l1" | "current.l2" | "current.l3" => phase(live.current_ma),
        "pf" => i64::from(live.power_factor_permille.unwrap_or(1_000)) * 1_000,
        "frequency" => i64::from(live.frequency_mhz.unwrap_or(50_000)) * 1_000,
        _ => 0,
    }
}

fn encode(point: &Point, millionths: i64) -> Vec<u16> {
    if point.table.is_bits() {
        return vec![u16::from(millionths != 0)];
    }
    let pattern = match point.format {
        Format::F32 => {
            let (sign, scale) = (millionths.is_negative() != point.scale_nano.is_negative(), 1_000);
            let above = u128::from(millionths.unsigned_abs()) * scale;
            let magnitude = nearest_f32(above, u128::from(point.scale_nano.unsigned_abs()));
            u64::from(magnitude | u32::from(sign && above != 0) << 31)
        }
        Format::Bcd48 => {
            let digits = (millionths / MILLION).to_string();
            u64::from_str_radix(&digits, 16).unwrap_or(0)
        }
        Format::U16 | Format::I16 | Format::U32 | Format::I32 | Format::U64 | Format::I64 => {
            let raw = divide(i128::from(millionths) * 1_000, i128::from(point.scale_nano));
            i64::try_from(raw).unwrap_or(0).cast_unsigned()
        }
    };
    words(pattern, point.format, point.order)
}

/// The pattern of the IEEE 754 single-precision number nearest to `above / below`, ties to even,
/// without a float ever being calculated with. Both below 2^96; a quotient below the least normal
/// number counts as 0.
fn nearest_f32(above: u128, below: u128) -> u32 {
    const FRACTION: i32 = 23;
    if above == 0 || below == 0 {
        return 0;
    }
    let bits = |number: u128| i32::try_from(128 - number.leading_zeros()).unwrap_or(128);
    // The quotient gets 25 or 26 bits, of which 24 are kept.
    let shift = FRACTION + 2 - (bits(above) - bits(below));
    let (above, below) = if shift >= 0 {
        (above << shift.unsigned_abs(), below)
    } else {
        (above, below << shift.unsigned_abs())
    };
    let (quotient, rest) = (above / below, above % below);
    let spare = bits(quotient) - (FRACTION + 1);
    let tail = quotient & ((1 << spare) - 1);
    let half = 1_u128 << (spare - 1);
    let kept = quotient >> spare;
    let up = tail > half || (tail == half && (rest > 0 || kept & 1 == 1));
    // A carry out of the fraction raises the exponent by itself.
    let exponent = 127 + FRACTION + spare - shift;
    match u128::try_from(exponent - 1) {
        Ok(exponent) if exponent < 254 => {
            let pattern = (exponent << FRACTION) + kept + u128::from(up);
            u32::try_from(pattern).unwrap_or(f32::INFINITY.to_bits())
        }
        Ok(_too_large) => f32::INFINITY.to_bits(),
        Err(_too_small) => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::energy::{Power, Register};
    use crate::meter::Live;
    use crate::meter::profile::point::Every;
    use crate::meter::profile::{Library, Ratios, Values};

    /// For every model: what it would send of a telegram is decoded to that telegram.
    #[test]
    fn what_a_model_sends_is_what_it_is_read_as() {
        for profile in Library::built_in().iter() {
            if matches!(profile.relay, Relay::Board(_)) {
                continue;
            }
            let three = profile.phases == 3;
            let phases = |value| [Some(value), three.then_some(value), three.then_some(value)];
            let sent = Telegram {
                import: Register::from_mwh(12_345_600_000),
                live: Live {
                    power: Some(Power::from_watts(690)),
                    voltage_mv: phases(230_000),
                    current_ma: phases(1_000),
                    power_factor_permille: Some(990),
                    frequency_mhz: Some(50_000),
                },
                contact: Contact::Closed,
            };
            let mut values = Values::new(profile);
            for block in &profile.plan(Every::Fast, true).blocks {
                let place = (block.table, block.at, block.count);
                let words = profile.registers(&sent, 7, place).expect("a planned read");
                profile.decode(block, &words, &mut values).expect(&profile.id);
            }
            profile.credible(&values).expect(&profile.id);
            assert_eq!(profile.broken_sum(&values), None, "{}", profile.id);
            let read = profile.telegram(&values, Ratios::default(), None).expect(&profile.id);
            assert_eq!(read.import, sent.import, "{}", profile.id);
            assert_eq!(read.contact, sent.contact, "{}", profile.id);
            assert_eq!(read.live.power, sent.live.power, "{}", profile.id);
            assert_eq!(read.live.voltage_mv, sent.live.voltage_mv, "{}", profile.id);
        }
    }

    proptest! {
        #[test]
        fn a_float_is_the_one_that_its_text_names(
            millionths in prop_oneof![any::<i32>().prop_map(i64::from), 0_i64..1 << 53],
            scale in prop_oneof![Just(1_000_000_000_i64), Just(1_000_000), Just(100_000_000), 1_i64..1 << 40],
        ) {
            let above = u128::from(millionths.unsigned_abs()) * 1_000;
            let text = (Decimal::from(above) / Decimal::from(scale)).to_string();
            let named: f32 = text.parse().unwrap();
            let found = f32::from_bits(nearest_f32(above, u128::from(scale.unsigned_abs())));
            // A repeating decimal is cut off at 28 digits, which may hide on which side of a tie it lies.
            prop_assert_eq!(found.to_bits(), named.to_bits(), "{} {} {}", text, named, found);
        }
    }

    #[test]
    fn floats_at_their_borders() {
        for (above, below, value) in [
            (0, 1, 0.0),
            (1, 1, 1.0),
            (1, 3, 1.0 / 3.0),
            (16_777_217, 1, 16_777_216.0), // a tie goes to the even one
            (16_777_219, 1, 16_777_220.0),
            (33_554_431, 1, 33_554_432.0), // the carry reaches the exponent
            (230_500, 1_000, 230.5),
            (u128::from(u64::MAX), 1, 18_446_744_073_709_551_615.0_f32),
        ] {
            assert_eq!(nearest_f32(above, below), f32::to_bits(value), "{above}/{below}");
        }
    }
}
