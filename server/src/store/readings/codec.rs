//! Readings as columns of integers: what rounds and blocks have in common.

use shared::actor::port::ReadingKept;
use shared::energy::{Power, Register};
use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::Timestamp;

use crate::store::readings::pack::Spoilt;

/// Columns of one round or one block, kept from one to the next for their memory.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(super) meters: Vec<i64>,
    pub(super) flags: Vec<i64>,
    pub(super) times: Vec<i64>,
    pub(super) registers: Vec<i64>,
    pub(super) powers: Vec<i64>,
}

impl Columns {
    /// One reading more, but for its meter.
    pub(super) fn push(&mut self, row: &ReadingKept) {
        self.flags.push(i64::from(flags(row)));
        self.times.push(row.at.millis());
        self.registers.push(row.register.mwh());
        self.powers.extend(row.power.map(Power::watts));
    }

    pub(super) fn clear(&mut self) {
        for column in [
            &mut self.meters,
            &mut self.flags,
            &mut self.times,
            &mut self.registers,
            &mut self.powers,
        ] {
            column.clear();
        }
    }
}

/// The most that flags can be.
pub(super) const MOST_FLAGS: u8 = 0b111;

/// Flags of a good reading that has a power.
pub(super) const GOOD_WITH_POWER: i64 = 1;

/// How many of these have a power.
pub(super) fn with_power(flags: &[i64]) -> usize {
    flags.iter().filter(|flags| *flags & 1 == 1).count()
}

/// Quality, and whether there is a power, in one small number.
pub(super) fn flags(row: &ReadingKept) -> u8 {
    let quality = match row.quality {
        Quality::Good => 0,
        Quality::Stale => 1,
        Quality::Suspect => 2,
        Quality::Unknown => 3,
    };
    quality << 1 | u8::from(row.power.is_some())
}

/// The row that has these numbers; `power` is asked when there is one.
pub(super) fn row(
    meter: MeterId,
    at: i64,
    register: i64,
    flags: i64,
    power: impl FnOnce() -> Result<i64, Spoilt>,
) -> Result<ReadingKept, Spoilt> {
    let quality = match flags >> 1 {
        0 => Quality::Good,
        1 => Quality::Stale,
        2 => Quality::Suspect,
        3 => Quality::Unknown,
        _other => return Err(Spoilt),
    };
    Ok(ReadingKept {
        meter,
        at: Timestamp::from_millis(at),
        register: Register::from_mwh(register),
        power: if flags & 1 == 1 { Some(Power::from_watts(power()?)) } else { None },
        quality,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        pub(crate) fn any_row()(
            meter in any::<u32>(), at in any::<i64>(), register in any::<i64>(),
            power in prop::option::of(any::<i64>()), number in 0_usize..4,
        ) -> ReadingKept {
            let qualities = [Quality::Good, Quality::Stale, Quality::Suspect, Quality::Unknown];
            ReadingKept {
                meter: MeterId(meter),
                at: Timestamp::from_millis(at),
                register: Register::from_mwh(register),
                power: power.map(Power::from_watts),
                quality: qualities[number],
            }
        }
    }
}
