//! Decimals as people write them, read exactly into scaled integers.

/// `"12.345"` with at most `decimals` decimals as an integer of that scale; `None` for anything else.
pub(crate) fn parse_scaled(text: &str, decimals: u32) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let written = u32::try_from(fraction.len()).ok()?;
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || !plain(whole)
        || !plain(fraction)
        || (digits.contains('.') && fraction.is_empty())
    {
        return None;
    }
    let padding = match decimals.checked_sub(written) {
        Some(padding) => padding,
        None if fraction.bytes().skip(usize::try_from(decimals).ok()?).all(|byte| byte == b'0') => {
            let kept: String = fraction.chars().take(usize::try_from(decimals).ok()?).collect();
            return format!("{whole}{kept}").parse::<i64>().ok()?.checked_mul(sign);
        }
        None => return None,
    };
    format!("{whole}{fraction}")
        .parse::<i64>()
        .ok()?
        .checked_mul(10_i64.checked_pow(padding)?)?
        .checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_fits_the_scale_exactly_is_read() {
        for (text, decimals, scaled) in [
            ("52.80", 2, Some(5_280)),
            ("52.8", 2, Some(5_280)),
            ("-0.05", 2, Some(-5)),
            ("52.800", 2, Some(5_280)),
            ("52.805", 2, None),
            ("52.", 2, None),
            (".5", 2, None),
            ("1e3", 2, None),
            ("", 2, None),
            ("-", 2, None),
            ("9223372036854775807", 0, Some(i64::MAX)),
            ("9223372036854775808", 0, None),
        ] {
            assert_eq!(parse_scaled(text, decimals), scaled, "{text}");
        }
    }
}
