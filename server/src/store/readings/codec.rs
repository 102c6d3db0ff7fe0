//! Readings as bytes: a round of many meters, and a block of one meter's readings.

use shared::actor::port::ReadingKept;
use shared::energy::{Power, Register};
use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::Timestamp;

use crate::store::readings::pack::{Bytes, Spoilt, column, put_column, put_signed, put_unsigned};

fn number(quality: Quality) -> u8 {
    match quality {
        Quality::Good => 0,
        Quality::Stale => 1,
        Quality::Suspect => 2,
        Quality::Unknown => 3,
    }
}

fn quality(number: u8) -> Quality {
    match number & 3 {
        0 => Quality::Good,
        1 => Quality::Stale,
        2 => Quality::Suspect,
        _three => Quality::Unknown,
    }
}

/// Quality, and whether there is a power, in one small number.
fn flags(row: &ReadingKept) -> u8 {
    number(row.quality) << 1 | u8::from(row.power.is_some())
}

/// Appends a segment: rows of one round, ascending by meter. Segments can stand one after another.
pub(crate) fn put_round(out: &mut Vec<u8>, round: Timestamp, rows: &[ReadingKept]) {
    let mut body = Vec::with_capacity(rows.len() * 12);
    let mut last = 0;
    for row in rows {
        let meter = u64::from(row.meter.0);
        put_unsigned(&mut body, meter.wrapping_sub(last));
        last = meter;
        body.push(flags(row));
        put_signed(&mut body, row.at.millis().wrapping_sub(round.millis()));
        put_signed(&mut body, row.register.mwh());
        if let Some(power) = row.power {
            put_signed(&mut body, power.watts());
        }
    }
    put_unsigned(out, u64::try_from(body.len()).expect("a round is shorter than 2^64 bytes"));
    out.extend_from_slice(&body);
}

/// The rows of a round for the meters that `wanted` names; it is asked in ascending order and may
/// end a segment early.
pub(crate) fn each_of_round(
    blob: &[u8],
    round: Timestamp,
    mut wanted: impl FnMut(MeterId) -> Wanted,
    mut take: impl FnMut(ReadingKept),
) -> Result<(), Spoilt> {
    let mut blob = Bytes(blob);
    while !blob.is_empty() {
        let len = usize::try_from(blob.unsigned()?).map_err(|_large| Spoilt)?;
        let mut body = blob.take(len)?;
        let mut last = 0_u64;
        while !body.is_empty() {
            last = last.wrapping_add(body.unsigned()?);
            let meter = MeterId(u32::try_from(last).map_err(|_large| Spoilt)?);
            let flags = body.byte()?;
            let at = round.millis().wrapping_add(body.signed()?);
            let register = body.signed()?;
            let power = if flags & 1 == 1 { Some(body.signed()?) } else { None };
            match wanted(meter) {
                Wanted::Yes => take(ReadingKept {
                    meter,
                    at: Timestamp::from_millis(at),
                    register: Register::from_mwh(register),
                    power: power.map(Power::from_watts),
                    quality: quality(flags >> 1),
                }),
                Wanted::No => {}
                Wanted::NoneLeft => break,
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Yes,
    No,
    NoneLeft,
}

/// One meter's readings, ascending in time. Columns: second differences of the times, differences
/// of the register in the largest step that divides them all, differences of the power.
pub(crate) fn block(rows: &[ReadingKept]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + rows.len() * 4);
    put_unsigned(&mut out, u64::try_from(rows.len()).expect("a block is short"));
    let (Some(first), Some(_)) = (rows.first(), rows.last()) else {
        return out;
    };
    let times = differences(rows.iter().map(|row| row.at.millis()));
    let registers = differences(rows.iter().map(|row| row.register.mwh()));
    let step = registers.iter().fold(0, |step, difference| gcd(step, difference.unsigned_abs()));
    let step = i64::try_from(step).ok().filter(|step| *step > 0).unwrap_or(1);
    let in_steps: Vec<i64> = registers.iter().map(|difference| difference / step).collect();
    let powers: Vec<i64> = rows.iter().filter_map(|row| row.power).map(Power::watts).collect();
    let flags: Vec<i64> = rows.iter().map(|row| i64::from(flags(row))).collect();

    put_signed(&mut out, first.at.millis());
    put_signed(&mut out, times.first().copied().unwrap_or_default());
    put_column(&mut out, &differences(times.iter().copied()));
    put_signed(&mut out, first.register.mwh());
    put_signed(&mut out, step);
    put_column(&mut out, &in_steps);
    put_column(&mut out, &flags);
    if let Some(first) = powers.first() {
        put_signed(&mut out, *first);
        put_column(&mut out, &differences(powers.iter().copied()));
    }
    out
}

pub(crate) fn unblock(meter: MeterId, blob: &[u8]) -> Result<Vec<ReadingKept>, Spoilt> {
    let mut bytes = Bytes(blob);
    let len = bytes.count()?;
    if len == 0 {
        return Ok(Vec::new());
    }
    let first_at = bytes.signed()?;
    let first_span = bytes.signed()?;
    let second = column(&mut bytes, len.saturating_sub(2))?;
    let first_register = bytes.signed()?;
    let step = bytes.signed()?;
    let in_steps = column(&mut bytes, len - 1)?;
    let flags = column(&mut bytes, len)?;
    let with_power = flags.iter().filter(|flags| *flags & 1 == 1).count();
    let powers = if with_power > 0 {
        let first = bytes.signed()?;
        sums(first, column(&mut bytes, with_power - 1)?)
    } else {
        Vec::new()
    };
    let spans = if len > 1 { sums(first_span, second) } else { Vec::new() };
    let times = sums(first_at, spans);
    let registers =
        sums(first_register, in_steps.into_iter().map(|steps| steps.wrapping_mul(step)).collect());
    let mut powers = powers.into_iter();
    let rows = times.into_iter().zip(registers).zip(flags).map(|((at, register), flags)| {
        let flags = u8::try_from(flags).map_err(|_large| Spoilt)?;
        let power = if flags & 1 == 1 { Some(powers.next().ok_or(Spoilt)?) } else { None };
        Ok(ReadingKept {
            meter,
            at: Timestamp::from_millis(at),
            register: Register::from_mwh(register),
            power: power.map(Power::from_watts),
            quality: quality(flags >> 1),
        })
    });
    rows.collect()
}

/// Each value less the one before; wrapping, so that every `i64` comes back.
fn differences(values: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut before = None;
    values
        .filter_map(|value| before.replace(value).map(|before: i64| value.wrapping_sub(before)))
        .collect()
}

/// The other way round: `first`, then every sum.
fn sums(first: i64, differences: Vec<i64>) -> Vec<i64> {
    let mut sum = first;
    std::iter::once(first)
        .chain(differences.into_iter().map(|difference| {
            sum = sum.wrapping_add(difference);
            sum
        }))
        .collect()
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn row()(
            meter in any::<u32>(), at in any::<i64>(), register in any::<i64>(),
            power in prop::option::of(any::<i64>()), number in 0_u8..4,
        ) -> ReadingKept {
            ReadingKept {
                meter: MeterId(meter),
                at: Timestamp::from_millis(at),
                register: Register::from_mwh(register),
                power: power.map(Power::from_watts),
                quality: quality(number),
            }
        }
    }

    proptest! {
        #[test]
        fn a_block_comes_back_whole(mut rows in prop::collection::vec(row(), 0..150)) {
            for row in &mut rows {
                row.meter = MeterId(7);
            }
            prop_assert_eq!(unblock(MeterId(7), &block(&rows)), Ok(rows));
        }

        #[test]
        fn rounds_one_after_another_come_back_whole(
            mut first in prop::collection::vec(row(), 0..50),
            mut second in prop::collection::vec(row(), 0..50),
            round in any::<i64>(),
        ) {
            first.sort_by_key(|row| row.meter);
            second.sort_by_key(|row| row.meter);
            let round = Timestamp::from_millis(round);
            let mut blob = Vec::new();
            put_round(&mut blob, round, &first);
            put_round(&mut blob, round, &second);
            let mut back = Vec::new();
            let read = each_of_round(&blob, round, |_| Wanted::Yes, |row| back.push(row));
            prop_assert_eq!(read, Ok(()));
            first.extend(second);
            prop_assert_eq!(back, first);
        }

        #[test]
        fn spoilt_bytes_never_panic(spoilt in prop::collection::vec(any::<u8>(), 0..200)) {
            unblock(MeterId(1), &spoilt).ok();
            let at = Timestamp::from_millis(0);
            each_of_round(&spoilt, at, |_| Wanted::Yes, |_| {}).ok();
        }
    }

    #[test]
    fn a_quiet_day_of_quarter_hours_takes_few_bytes() {
        let rows: Vec<ReadingKept> = (0..96_i64)
            .map(|n| ReadingKept {
                meter: MeterId(1),
                at: Timestamp::from_millis(n * 900_000),
                register: Register::from_mwh(10_000 * (n * n / 7)),
                power: Some(Power::from_watts(300 + (n * 37) % 200)),
                quality: Quality::Good,
            })
            .collect();
        let len = block(&rows).len();
        assert!(len <= 96 * 3, "{len} bytes");
    }
}
