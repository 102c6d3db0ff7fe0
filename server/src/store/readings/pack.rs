//! Columns of integers in few bytes, exactly: the smallest of three encodings, or an error.

use thiserror::Error;

/// Bytes that are not what was once written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("kept readings cannot be decoded")]
pub struct Spoilt;

/// A reader over bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl Bytes<'_> {
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Spoilt> {
        let (first, rest) = self.0.split_first().ok_or(Spoilt)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<Self, Spoilt> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Spoilt)?;
        self.0 = rest;
        Ok(Self(taken))
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, Spoilt> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Spoilt)
    }

    pub(crate) fn signed(&mut self) -> Result<i64, Spoilt> {
        self.unsigned().map(unzigzag)
    }

    /// A count that cannot be larger than a blob may hold, so that spoilt bytes take no memory.
    pub(crate) fn count(&mut self) -> Result<usize, Spoilt> {
        const MOST: usize = 1 << 20;
        usize::try_from(self.unsigned()?).ok().filter(|count| *count <= MOST).ok_or(Spoilt)
    }
}

pub(crate) fn put_unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    out.push(low_byte(value));
}

pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_unsigned(out, zigzag(value));
}

fn low_byte(value: u64) -> u8 {
    let [low, ..] = value.to_le_bytes();
    low
}

/// Small magnitudes of either sign become small numbers.
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

const VARINTS: u8 = 0;
const RUNS: u8 = 1;
/// The encoding byte of packed bits is `PACKED + width`.
const PACKED: u8 = 2;

/// Appends a column; its length is not kept with it.
pub(crate) fn put_column(out: &mut Vec<u8>, values: &[i64]) {
    let varints = varints(values);
    let runs = runs(values);
    let packed = packed(values);
    let smallest = [&varints, &runs, &packed].into_iter().min_by_key(|bytes| bytes.len());
    out.extend_from_slice(smallest.expect("there are three encodings"));
}

pub(crate) fn column(bytes: &mut Bytes<'_>, len: usize) -> Result<Vec<i64>, Spoilt> {
    match bytes.byte()? {
        VARINTS => (0..len).map(|_| bytes.signed()).collect(),
        RUNS => {
            let mut values = Vec::with_capacity(len);
            while values.len() < len {
                let (value, times) = (bytes.signed()?, bytes.count()?);
                if times == 0 || times > len - values.len() {
                    return Err(Spoilt);
                }
                values.resize(values.len() + times, value);
            }
            Ok(values)
        }
        packed => unpack(bytes, len, u32::from(packed - PACKED)),
    }
}

fn varints(values: &[i64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 + values.len() * 2);
    out.push(VARINTS);
    for value in values {
        put_signed(&mut out, *value);
    }
    out
}

fn runs(values: &[i64]) -> Vec<u8> {
    let mut out = vec![RUNS];
    for run in values.chunk_by(|left, right| left == right) {
        let Some(value) = run.first() else { continue };
        put_signed(&mut out, *value);
        put_unsigned(&mut out, u64::try_from(run.len()).expect("a run is shorter than 2^64"));
    }
    out
}

/// Frame of reference: the least value, then each distance from it in the same number of bits.
fn packed(values: &[i64]) -> Vec<u8> {
    let least = values.iter().min().copied().unwrap_or_default();
    let distance = |value: &i64| value.wrapping_sub(least).cast_unsigned();
    let width = 64 - values.iter().map(distance).max().unwrap_or_default().leading_zeros();
    let mut out = vec![PACKED + u8::try_from(width).expect("a width is at most 64")];
    put_signed(&mut out, least);
    let (mut bits, mut filled) = (0_u128, 0);
    for value in values {
        bits |= u128::from(distance(value)) << filled;
        filled += width;
        while filled >= 8 {
            let [low, ..] = bits.to_le_bytes();
            out.push(low);
            bits >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        let [low, ..] = bits.to_le_bytes();
        out.push(low);
    }
    out
}

fn unpack(bytes: &mut Bytes<'_>, len: usize, width: u32) -> Result<Vec<i64>, Spoilt> {
    if width > 64 {
        return Err(Spoilt);
    }
    let least = bytes.signed()?;
    let mask = u64::MAX.checked_shr(64 - width).unwrap_or_default();
    let (mut bits, mut filled) = (0_u128, 0);
    let mut values = Vec::with_capacity(len);
    for _ in 0..len {
        while filled < width {
            bits |= u128::from(bytes.byte()?) << filled;
            filled += 8;
        }
        let [low, ..] = halves(bits);
        values.push(least.wrapping_add((low & mask).cast_signed()));
        bits >>= width;
        filled -= width;
    }
    Ok(values)
}

fn halves(bits: u128) -> [u64; 2] {
    let low = u64::try_from(bits & u128::from(u64::MAX)).expect("64 bits were kept");
    let high = u64::try_from(bits >> 64).expect("64 bits are left");
    [low, high]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(values: &[i64]) -> (usize, Vec<i64>) {
        let mut out = Vec::new();
        put_column(&mut out, values);
        let mut bytes = Bytes(&out);
        let back = column(&mut bytes, values.len()).unwrap();
        assert!(bytes.is_empty(), "a column reads exactly its own bytes");
        (out.len(), back)
    }

    #[test]
    fn quiet_columns_are_small() {
        for (name, values, most) in [
            ("nothing", vec![], 3),
            ("all the same", vec![900_000; 96], 6),
            ("0 or 1", (0..96).map(|n| n % 2).collect(), 15),
            ("one outlier", (0..96).map(|n| if n == 50 { i64::MAX } else { 0 }).collect(), 20),
        ] {
            let (len, back) = there_and_back(&values);
            assert_eq!(back, values, "{name}");
            assert!(len <= most, "{name}: {len} bytes");
        }
    }

    proptest! {
        #[test]
        fn every_column_comes_back(values in prop::collection::vec(any::<i64>(), 0..200)) {
            prop_assert_eq!(there_and_back(&values).1, values);
        }

        #[test]
        fn narrow_columns_come_back(
            least in any::<i64>(), steps in prop::collection::vec(0_i64..1_000, 0..200)
        ) {
            let values: Vec<i64> = steps.iter().map(|step| least.wrapping_add(*step)).collect();
            prop_assert_eq!(there_and_back(&values).1, values);
        }

        #[test]
        fn spoilt_bytes_are_an_error_or_other_values_but_never_a_panic(
            spoilt in prop::collection::vec(any::<u8>(), 0..64), len in 0_usize..300
        ) {
            column(&mut Bytes(&spoilt), len).ok();
        }
    }
}
