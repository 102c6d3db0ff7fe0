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

/// Appends a column; its length is not kept with it. The sizes of the encodings are known before one
/// is written, so only the smallest is.
pub(crate) fn put_column(out: &mut Vec<u8>, values: &[i64]) {
    if let Some(value) = the_same(values) {
        return put_packed(out, &[], value, 0);
    }
    let shape = Shape::of(values);
    if shape.packed < shape.varints.min(shape.runs) {
        put_packed(out, values, shape.least, shape.width);
    } else if shape.runs < shape.varints {
        put_runs(out, values);
    } else {
        out.push(VARINTS);
        for value in values {
            put_signed(out, *value);
        }
    }
}

/// As [`put_column`] for what is soon written anew: a little longer at times, but quicker.
pub(crate) fn put_column_quickly(out: &mut Vec<u8>, values: &[i64]) {
    if let Some(value) = the_same(values) {
        return put_packed(out, &[], value, 0);
    }
    let least = values.iter().copied().fold(i64::MAX, i64::min);
    let most = values.iter().copied().fold(i64::MIN, i64::max);
    put_packed(out, values, least, width(least, most));
}

/// The value of a column in which nothing changes; it needs no bits. An empty one has any.
fn the_same(values: &[i64]) -> Option<i64> {
    let first = values.first().copied().unwrap_or_default();
    values.iter().all(|value| *value == first).then_some(first)
}

/// What each encoding of a column would take.
#[derive(Debug)]
struct Shape {
    varints: usize,
    runs: usize,
    packed: usize,
    least: i64,
    width: u32,
}

impl Shape {
    fn of(values: &[i64]) -> Self {
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        let (mut varints, mut runs, mut run) = (0, 0, 0_u64);
        let mut before = None;
        for value in values {
            (least, most) = (least.min(*value), most.max(*value));
            let len = len_of(zigzag(*value));
            varints += len;
            if before == Some(*value) {
                run += 1;
            } else {
                runs += len + if run > 0 { len_of(run) } else { 0 };
                (before, run) = (Some(*value), 1);
            }
        }
        runs += len_of(run);
        let width = width(least, most);
        let bits = usize::try_from(width).expect("a width is at most 64") * values.len();
        let packed = len_of(zigzag(least)) + bits.div_ceil(8);
        Self { varints, runs, packed, least, width }
    }
}

/// Bytes of a variable-length number.
fn len_of(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros();
    usize::try_from(bits.div_ceil(7)).expect("at most 10")
}

fn width(least: i64, most: i64) -> u32 {
    64 - most.wrapping_sub(least).cast_unsigned().leading_zeros()
}

fn put_runs(out: &mut Vec<u8>, values: &[i64]) {
    out.push(RUNS);
    for run in values.chunk_by(|left, right| left == right) {
        let Some(value) = run.first() else { continue };
        put_signed(out, *value);
        put_unsigned(out, u64::try_from(run.len()).expect("a run is shorter than 2^64"));
    }
}

/// Frame of reference: the least value, then each distance from it in the same number of bits,
/// lowest bits first.
fn put_packed(out: &mut Vec<u8>, values: &[i64], least: i64, width: u32) {
    out.push(PACKED + u8::try_from(width).expect("a width is at most 64"));
    put_signed(out, least);
    let (mut bits, mut filled) = (0_u64, 0);
    for value in values {
        let distance = value.wrapping_sub(least).cast_unsigned();
        bits |= distance << filled;
        filled += width;
        if filled >= 64 {
            out.extend_from_slice(&bits.to_le_bytes());
            filled -= 64;
            // Of this value `width - filled` bits are written; none are left when it ended evenly.
            bits = distance.checked_shr(width - filled).unwrap_or_default();
        }
    }
    let left = usize::try_from(filled.div_ceil(8)).expect("at most 8");
    out.extend(bits.to_le_bytes().iter().take(left));
}

/// Reads a column of `len` values into `values`, in place of what is there.
pub(crate) fn column(
    bytes: &mut Bytes<'_>,
    len: usize,
    values: &mut Vec<i64>,
) -> Result<(), Spoilt> {
    values.clear();
    values.reserve(len);
    match bytes.byte()? {
        VARINTS => {
            for _ in 0..len {
                values.push(bytes.signed()?);
            }
        }
        RUNS => {
            while values.len() < len {
                let (value, times) = run(bytes, len - values.len())?;
                values.resize(values.len() + times, value);
            }
        }
        packed => Packed::new(bytes, len, packed)?.all(len, values),
    }
    Ok(())
}

/// The value at `place` of a column of `len` values; the column is passed over.
pub(crate) fn nth(bytes: &mut Bytes<'_>, len: usize, place: usize) -> Result<i64, Spoilt> {
    let mut wanted = None;
    match bytes.byte()? {
        VARINTS => {
            for at in 0..len {
                let value = bytes.signed()?;
                wanted = if at == place { Some(value) } else { wanted };
            }
        }
        RUNS => {
            let mut seen = 0;
            while seen < len {
                let (value, times) = run(bytes, len - seen)?;
                seen += times;
                wanted = wanted.or((place < seen).then_some(value));
            }
        }
        packed => {
            let packed = Packed::new(bytes, len, packed)?;
            wanted = (place < len).then(|| packed.at(place));
        }
    }
    wanted.ok_or(Spoilt)
}

fn run(bytes: &mut Bytes<'_>, most: usize) -> Result<(i64, usize), Spoilt> {
    let (value, times) = (bytes.signed()?, bytes.count()?);
    if times == 0 || times > most { Err(Spoilt) } else { Ok((value, times)) }
}

#[derive(Clone, Copy, Debug)]
struct Packed<'a> {
    bits: &'a [u8],
    least: i64,
    width: usize,
}

impl<'a> Packed<'a> {
    fn new(bytes: &mut Bytes<'a>, len: usize, encoding: u8) -> Result<Self, Spoilt> {
        let width = usize::from(encoding.checked_sub(PACKED).ok_or(Spoilt)?);
        if width > 64 {
            return Err(Spoilt);
        }
        let least = bytes.signed()?;
        let Bytes(bits) = bytes.take((len * width).div_ceil(8))?;
        Ok(Self { bits, least, width })
    }

    fn at(self, place: usize) -> i64 {
        let bit = place * self.width;
        let from = self.bits.get(bit / 8..).unwrap_or_default();
        let shift = bit % 8;
        let low = eight(from) >> shift;
        // A value may end in a ninth byte.
        let high = match from.get(8) {
            Some(ninth) if shift + self.width > 64 => u64::from(*ninth) << (64 - shift),
            Some(_) | None => 0,
        };
        let mask = if self.width == 64 { u64::MAX } else { (1 << self.width) - 1 };
        self.least.wrapping_add(((low | high) & mask).cast_signed())
    }

    fn all(self, len: usize, values: &mut Vec<i64>) {
        // Up to this width a value lies in the eight bytes that begin with its first.
        const WITHIN_EIGHT: usize = 57;
        if self.width == 0 {
            values.resize(values.len() + len, self.least);
        } else if self.width <= WITHIN_EIGHT {
            let mask = (1_u64 << self.width) - 1;
            let mut bit = 0;
            values.extend((0..len).map(|_| {
                let from = self.bits.get(bit / 8..).unwrap_or_default();
                let distance = (eight(from) >> (bit % 8)) & mask;
                bit += self.width;
                self.least.wrapping_add(distance.cast_signed())
            }));
        } else {
            values.extend((0..len).map(|place| self.at(place)));
        }
    }
}

/// The first eight bytes as a number, lowest first; what is missing counts as 0.
fn eight(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(values: &[i64]) -> (usize, Vec<i64>) {
        let mut out = Vec::new();
        put_column(&mut out, values);
        let mut bytes = Bytes(&out);
        let mut back = Vec::new();
        column(&mut bytes, values.len(), &mut back).unwrap();
        assert!(bytes.is_empty(), "a column reads exactly its own bytes");
        for (place, value) in values.iter().enumerate() {
            assert_eq!(nth(&mut Bytes(&out), values.len(), place), Ok(*value), "at {place}");
        }
        assert_eq!(nth(&mut Bytes(&out), values.len(), values.len()), Err(Spoilt));
        let mut quick = Vec::new();
        put_column_quickly(&mut quick, values);
        let mut again = Vec::new();
        column(&mut Bytes(&quick), values.len(), &mut again).unwrap();
        assert_eq!(again, back, "written quickly");
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

    /// What an earlier release wrote is read for ever: these bytes are the format.
    #[test]
    fn bytes_of_an_earlier_release_are_read() {
        for (values, bytes) in [
            (vec![], vec![VARINTS]),
            (vec![5, 5, 5], vec![RUNS, 10, 3]),
            (vec![5, 5, 5], vec![PACKED, 10]),
            (vec![1, -1, 70_000], vec![VARINTS, 2, 1, 0xe0, 0xc5, 0x08]),
            (vec![7, 4, 5, 6], vec![PACKED + 2, 8, 0b10_01_00_11]),
            (vec![0, 511, 1, 300, 2], vec![PACKED + 9, 0, 0, 0xfe, 0x07, 0x60, 0x29, 0]),
        ] {
            let mut back = Vec::new();
            column(&mut Bytes(&bytes), values.len(), &mut back).unwrap();
            assert_eq!(back, values, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn every_column_comes_back(values in prop::collection::vec(any::<i64>(), 0..200)) {
            prop_assert_eq!(there_and_back(&values).1, values);
        }

        #[test]
        fn narrow_columns_come_back(
            least in any::<i64>(), width in 0_u32..64,
            steps in prop::collection::vec(any::<u64>(), 0..200)
        ) {
            let narrow = |step: &u64| (step & ((1 << width) - 1)).cast_signed();
            let values: Vec<i64> =
                steps.iter().map(|step| least.wrapping_add(narrow(step))).collect();
            prop_assert_eq!(there_and_back(&values).1, values);
        }

        #[test]
        fn spoilt_bytes_are_an_error_or_other_values_but_never_a_panic(
            spoilt in prop::collection::vec(any::<u8>(), 0..64), len in 0_usize..300
        ) {
            column(&mut Bytes(&spoilt), len, &mut Vec::new()).ok();
            nth(&mut Bytes(&spoilt), len, len / 2).ok();
        }
    }
}
