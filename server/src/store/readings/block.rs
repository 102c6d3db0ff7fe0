//! A block of one meter's readings as bytes. Columns: second differences of the times, differences
//! of the register in the largest step that divides them all, differences of the power.

use shared::actor::port::ReadingKept;
use shared::id::MeterId;

use crate::store::readings::codec::{Columns, row, with_power};
use crate::store::readings::pack::{Bytes, Spoilt, column, put_column, put_signed, put_unsigned};

/// Appends a block of the readings in `columns`, which ascend in time. It turns the columns into
/// differences in place: they are worth nothing afterwards.
pub(crate) fn put_block(out: &mut Vec<u8>, columns: &mut Columns) {
    put_unsigned(out, u64::try_from(columns.times.len()).expect("a block is short"));
    differences(&mut columns.times);
    differences(&mut columns.registers);
    differences(&mut columns.powers);
    let Some((first_at, spans)) = columns.times.split_first_mut() else { return };
    let Some((first_register, registers)) = columns.registers.split_first_mut() else { return };
    let first_span = spans.first().copied().unwrap_or_default();
    differences(spans);
    let step = largest_step(registers);
    if step > 1 {
        for difference in registers.iter_mut() {
            *difference /= step;
        }
    }
    put_signed(out, *first_at);
    put_signed(out, first_span);
    put_column(out, spans.get(1..).unwrap_or_default());
    put_signed(out, *first_register);
    put_signed(out, step);
    put_column(out, registers);
    put_column(out, &columns.flags);
    if let Some((first, powers)) = columns.powers.split_first() {
        put_signed(out, *first);
        put_column(out, powers);
    }
}

/// Each value but the first becomes its difference from the one before it.
fn differences(values: &mut [i64]) {
    let mut before = 0;
    for value in values {
        (before, *value) = (*value, value.wrapping_sub(before));
    }
}

/// The rows of a block, ascending in time.
pub(crate) fn each_of_block(
    meter: MeterId,
    blob: &[u8],
    columns: &mut Columns,
    mut take: impl FnMut(ReadingKept),
) -> Result<(), Spoilt> {
    let mut bytes = Bytes(blob);
    let len = bytes.count()?;
    if len == 0 {
        return Ok(());
    }
    let mut at = bytes.signed()?;
    let mut span = bytes.signed()?;
    column(&mut bytes, len.saturating_sub(2), &mut columns.times)?;
    let mut register = bytes.signed()?;
    let step = bytes.signed()?;
    column(&mut bytes, len - 1, &mut columns.registers)?;
    column(&mut bytes, len, &mut columns.flags)?;
    let mut power = 0_i64;
    let mut powers = [].iter();
    let with_power = with_power(&columns.flags);
    if let Some(differences) = with_power.checked_sub(1) {
        power = bytes.signed()?;
        column(&mut bytes, differences, &mut columns.powers)?;
        powers = columns.powers.iter();
    }
    let (mut seconds, mut steps) = (columns.times.iter(), columns.registers.iter());
    let mut first_power = true;
    for (place, flags) in columns.flags.iter().enumerate() {
        if place > 0 {
            if place > 1 {
                span = span.wrapping_add(*seconds.next().ok_or(Spoilt)?);
            }
            at = at.wrapping_add(span);
            register = register.wrapping_add(steps.next().ok_or(Spoilt)?.wrapping_mul(step));
        }
        let mut next_power = || {
            if !std::mem::take(&mut first_power) {
                power = power.wrapping_add(*powers.next().ok_or(Spoilt)?);
            }
            Ok(power)
        };
        take(row(meter, at, register, *flags, &mut next_power)?);
    }
    Ok(())
}

/// The largest number that divides all of these, 1 for none or nothing but zeros.
fn largest_step(differences: &[i64]) -> i64 {
    let mut step = 0_u64;
    for difference in differences {
        let difference = difference.unsigned_abs();
        // Nearly always the step is known after a few and divides the next.
        if step == 0 || difference % step != 0 {
            step = gcd(step, difference);
        }
        if step == 1 {
            break;
        }
    }
    i64::try_from(step).ok().filter(|step| *step > 0).unwrap_or(1)
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use shared::energy::{Power, Register};
    use shared::meter::Quality;
    use shared::time::Timestamp;

    use super::*;
    use crate::store::readings::codec::tests::any_row;

    pub(crate) fn block(rows: &[ReadingKept]) -> Vec<u8> {
        let (mut out, mut columns) = (Vec::new(), Columns::default());
        for row in rows {
            columns.push(row);
        }
        put_block(&mut out, &mut columns);
        out
    }

    proptest! {
        #[test]
        fn a_block_comes_back_whole(mut rows in prop::collection::vec(any_row(), 0..150)) {
            for row in &mut rows {
                row.meter = MeterId(7);
            }
            let mut back = Vec::new();
            let mut columns = Columns::default();
            let read = each_of_block(MeterId(7), &block(&rows), &mut columns, |row| back.push(row));
            prop_assert_eq!(read, Ok(()));
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn spoilt_bytes_never_panic(spoilt in prop::collection::vec(any::<u8>(), 0..200)) {
            each_of_block(MeterId(1), &spoilt, &mut Columns::default(), |_| {}).ok();
        }
    }

    fn quarters(count: i64) -> Vec<ReadingKept> {
        (0..count)
            .map(|n| ReadingKept {
                meter: MeterId(1),
                at: Timestamp::from_millis(n * 900_000),
                register: Register::from_mwh(10_000 * (n * n / 7)),
                power: Some(Power::from_watts(300 + (n * 37) % 200)),
                quality: Quality::Good,
            })
            .collect()
    }

    #[test]
    fn a_quiet_day_of_quarter_hours_takes_few_bytes() {
        let len = block(&quarters(96)).len();
        assert!(len <= 96 * 3, "{len} bytes");
    }

    /// What an earlier release wrote is read for ever: these bytes are the format.
    #[test]
    fn bytes_of_an_earlier_release_are_read() {
        let bytes = hex::decode("0500c0ee6d020000a09c0103000c0202d804024a").unwrap();
        let mut rows = Vec::new();
        each_of_block(MeterId(1), &bytes, &mut Columns::default(), |row| rows.push(row)).unwrap();
        let expected: Vec<_> = quarters(5)
            .into_iter()
            .zip([300, 337, 374, 411, 448])
            .map(|(row, watts)| ReadingKept { power: Some(Power::from_watts(watts)), ..row })
            .collect();
        assert_eq!(rows, expected);
    }
}
