//! Numbers as meters send them, made exact integers in millionths of the point's unit.
//!
//! A float32 is taken apart by its bits and scaled with integers, so that no second rounding ever
//! comes in: 0x447A0000 is exactly 1,000 kWh, and what float32 cannot hold is rounded once, half
//! away from zero, to the millionth.

use serde::Deserialize;

/// How the bits of a value are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    /// Four binary-coded digits a word, three words: serial numbers.
    Bcd48,
}

impl Format {
    pub const fn words(self) -> u16 {
        match self {
            Self::U16 | Self::I16 => 1,
            Self::U32 | Self::I32 | Self::F32 => 2,
            Self::Bcd48 => 3,
            Self::U64 | Self::I64 => 4,
        }
    }
}

/// In which order the bytes of a value travel; A is the most significant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum WordOrder {
    #[default]
    Abcd,
    Cdab,
    Badc,
    Dcba,
}

/// Why bits are no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// NaN, infinity, or a digit above nine.
    NotANumber,
    /// The pattern by which a meter says "I do not measure this".
    Absent,
    /// Beyond 64 bits of millionths.
    TooLarge,
}

/// The words of one value as one bit pattern, most significant first.
pub fn bits(words: &[u16], order: WordOrder) -> u64 {
    let append = |pattern: u64, word: u16| (pattern << 16) | u64::from(word);
    match order {
        WordOrder::Abcd => words.iter().copied().fold(0, append),
        WordOrder::Cdab => words.iter().rev().copied().fold(0, append),
        WordOrder::Badc => words.iter().map(|word| word.swap_bytes()).fold(0, append),
        WordOrder::Dcba => words.iter().rev().map(|word| word.swap_bytes()).fold(0, append),
    }
}

/// The words that carry a bit pattern: the inverse of [`bits`], for peers and frames.
pub fn words(pattern: u64, format: Format, order: WordOrder) -> Vec<u16> {
    let bytes = pattern.to_be_bytes();
    let mut words: Vec<u16> = bytes
        .chunks_exact(2)
        .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
        .map(u16::from_be_bytes)
        .skip(4 - usize::from(format.words()))
        .collect();
    match order {
        WordOrder::Abcd => {}
        WordOrder::Cdab => words.reverse(),
        WordOrder::Badc => words = words.into_iter().map(u16::swap_bytes).collect(),
        WordOrder::Dcba => {
            words = words.into_iter().rev().map(u16::swap_bytes).collect();
        }
    }
    words
}

/// The value in millionths of its unit: pattern × scale, where the scale is in billionths.
/// `absent`: the all-ones and extreme patterns mean "not measured" (IEC 62053 style meters).
pub fn millionths(
    pattern: u64,
    format: Format,
    scale_nano: i64,
    absent: bool,
) -> Result<i64, Unfit> {
    let extreme = |value: i64, low: i64, high: i64| {
        if absent && (value == low || value == high) {
            Err(Unfit::Absent)
        } else {
            Ok(i128::from(value))
        }
    };
    let whole = |width: u32| pattern & (u64::MAX >> (64 - width));
    let unsigned = |width: u32| {
        if absent && whole(width) == u64::MAX >> (64 - width) {
            Err(Unfit::Absent)
        } else {
            Ok(i128::from(whole(width)))
        }
    };
    let signed = |width: u32| {
        let value = (pattern << (64 - width)).cast_signed() >> (64 - width);
        let limit = i64::MAX >> (64 - width);
        extreme(value, -limit - 1, limit)
    };
    let integer = match format {
        Format::U16 => unsigned(16),
        Format::U32 => unsigned(32),
        Format::U64 => unsigned(64),
        Format::I16 => signed(16),
        Format::I32 => signed(32),
        Format::I64 => signed(64),
        Format::Bcd48 => bcd(whole(48)),
        Format::F32 => return float(whole(32), scale_nano),
    }?;
    let scaled = integer.checked_mul(i128::from(scale_nano)).ok_or(Unfit::TooLarge)?;
    i64::try_from(divide(scaled, 1_000)).map_err(|_too_large| Unfit::TooLarge)
}

fn bcd(pattern: u64) -> Result<i128, Unfit> {
    (0..12).rev().try_fold(0_i128, |number, place| {
        let digit = (pattern >> (4 * place)) & 0xF;
        if digit > 9 { Err(Unfit::NotANumber) } else { Ok(number * 10 + i128::from(digit)) }
    })
}

fn float(pattern: u64, scale_nano: i64) -> Result<i64, Unfit> {
    let exponent = (pattern >> 23) & 0xFF;
    let fraction = pattern & 0x7F_FFFF;
    if exponent == 0xFF {
        return Err(Unfit::NotANumber);
    }
    let mantissa = if exponent == 0 { fraction } else { fraction | 0x80_0000 };
    let power =
        i64::try_from(exponent.max(1)).expect("an exponent of eight bits fits in 64 bits") - 150;
    let scaled = i128::from(mantissa) * i128::from(scale_nano);
    let magnitude = match u32::try_from(power) {
        Ok(up) if up > 40 && scaled != 0 => return Err(Unfit::TooLarge),
        Ok(up) => divide(scaled.checked_mul(1 << up).ok_or(Unfit::TooLarge)?, 1_000),
        Err(_negative) if power < -100 => 0,
        Err(_negative) => divide(scaled, 1_000 << power.unsigned_abs()),
    };
    let value = if pattern >> 31 & 1 == 1 { -magnitude } else { magnitude };
    i64::try_from(value).map_err(|_too_large| Unfit::TooLarge)
}

/// Division rounded half away from zero; the divisor is positive.
pub fn divide(value: i128, by: i128) -> i128 {
    // Nearly all values of meters fit in 64 bits, which a processor divides in one step.
    if let (Ok(value), Ok(by)) = (i64::try_from(value), i64::try_from(by))
        && let Some(rounded) = value.checked_add(if value < 0 { -(by / 2) } else { by / 2 })
    {
        return i128::from(rounded / by);
    }
    let half = by / 2;
    if value < 0 { (value - half) / by } else { (value + half) / by }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ONE: i64 = 1_000_000_000;

    #[test]
    fn halves_go_away_from_zero_in_64_bits_and_beyond() {
        let wide = i128::from(i64::MAX) + 1;
        for (value, by, quotient) in [
            (0, 1, 0),
            (4, 10, 0),
            (5, 10, 1),
            (14, 10, 1),
            (15, 10, 2),
            (-4, 10, 0),
            (-5, 10, -1),
            (-15, 10, -2),
            (1, 3, 0),
            (2, 3, 1),
            (i128::from(i64::MAX), 1, i128::from(i64::MAX)),
            (i128::from(i64::MAX), 2, 1 << 62), // half a step would not fit in 64 bits
            (i128::from(i64::MIN), 2, -(1 << 62)),
            (i128::from(i64::MIN), 10, -922_337_203_685_477_581),
            (wide * 10 + 5, 10, wide + 1),
            (-(wide * 10 + 5), 10, -(wide + 1)),
            (wide / 2, wide, 1),
            (wide / 2 - 1, wide, 0),
        ] {
            assert_eq!(divide(value, by), quotient, "{value} / {by}");
        }
    }

    #[test]
    fn every_order_of_bytes_is_told_apart() {
        for (order, sent) in [
            (WordOrder::Abcd, [0x447A, 0x0001]),
            (WordOrder::Cdab, [0x0001, 0x447A]),
            (WordOrder::Badc, [0x7A44, 0x0100]),
            (WordOrder::Dcba, [0x0100, 0x7A44]),
        ] {
            assert_eq!(bits(&sent, order), 0x447A_0001, "{order:?}");
            assert_eq!(words(0x447A_0001, Format::F32, order), sent, "{order:?}");
        }
    }

    #[test]
    fn patterns_become_exact_millionths() {
        for (pattern, format, scale, value) in [
            (0x447A_0000, Format::F32, ONE, Ok(1_000_000_000)), // 1000
            (0x447A_0001, Format::F32, ONE, Ok(1_000_000_061)), // the next float: 1000.00006103515625
            (0x8000_0000, Format::F32, ONE, Ok(0)),             // minus zero
            (0x0000_0001, Format::F32, ONE, Ok(0)),             // the smallest float
            (0x3DCC_CCCD, Format::F32, ONE, Ok(100_000)),       // 0.1
            (0xC3E6_8000, Format::F32, ONE, Ok(-461_000_000)),
            (0x4000_0000, Format::F32, 1_000 * ONE, Ok(2_000_000_000)), // 2 kW in W
            (0x7FC0_0000, Format::F32, ONE, Err(Unfit::NotANumber)),
            (0x7F80_0000, Format::F32, ONE, Err(Unfit::NotANumber)),
            (0xFF80_0000, Format::F32, ONE, Err(Unfit::NotANumber)),
            (0x7F7F_FFFF, Format::F32, ONE, Err(Unfit::TooLarge)),
            (2_300, Format::U16, ONE / 10, Ok(230_000_000)),
            (0xFFFF, Format::I16, ONE, Ok(-1_000_000)),
            (0x7FFF, Format::I16, ONE, Err(Unfit::Absent)),
            (0x8000, Format::I16, ONE, Err(Unfit::Absent)),
            (0xFFFF, Format::U16, ONE, Err(Unfit::Absent)),
            (0xFFFF_FFFF, Format::U32, ONE / 100, Err(Unfit::Absent)),
            (0x0001_0000, Format::U32, ONE / 100, Ok(655_360_000)),
            (u64::MAX, Format::U64, ONE, Err(Unfit::Absent)),
            (u64::MAX - 1, Format::U64, ONE, Err(Unfit::TooLarge)),
            (0x7FFF_FFFF_FFFF_FFFF, Format::I64, ONE, Err(Unfit::Absent)),
            (0x1234_5678_9012, Format::Bcd48, 1_000, Ok(123_456_789_012)),
            (0x1234_5678_90A2, Format::Bcd48, 1_000, Err(Unfit::NotANumber)),
        ] {
            assert_eq!(millionths(pattern, format, scale, true), value, "{pattern:#x} {format:?}");
        }
        assert_eq!(millionths(0xFFFF, Format::U16, ONE, false), Ok(65_535_000_000));
    }

    proptest! {
        #[test]
        fn a_float_is_what_its_decimal_digits_say(pattern in 0_u32..0x4B00_0000) {
            // The shortest decimal that a float prints as, rounded to six places by hand.
            let digits = format!("{:.6}", f64::from(f32::from_bits(pattern)));
            let printed: i64 = digits.replace('.', "").parse().expect("digits");
            let value = millionths(u64::from(pattern), Format::F32, ONE, true).expect("a number");
            prop_assert!((value - printed).abs() <= 1, "{digits} is not {value}"); // ties differ
        }

        #[test]
        fn a_float_never_runs_backwards(pattern in 0_u32..0x5000_0000) {
            let decode = |pattern: u32| {
                millionths(u64::from(pattern), Format::F32, ONE, true).expect("a number")
            };
            prop_assert!(decode(pattern) <= decode(pattern + 1));
        }
    }
}
