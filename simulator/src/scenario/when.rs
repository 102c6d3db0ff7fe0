//! Times in a scenario: instants, times after its start, and holidays.

use jiff::civil::Date;
use serde::Deserialize;
use shared::time::{Span, Timestamp};

/// An instant: RFC 3339, or after the start, such as `+2d`, `+90m`, `+1d6h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum When {
    At(Timestamp),
    After(Span),
}

impl When {
    pub fn from(self, start: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::After(span) => start + span,
        }
    }
}

impl TryFrom<String> for When {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parsed = match text.strip_prefix('+') {
            Some(offset) => parse_span(offset).map(Self::After),
            None => Timestamp::parse(&text).map(Self::At),
        };
        let wanted = "an instant such as 2026-07-01T08:00:00+08:00, or +1d6h after the start";
        parsed.ok_or_else(|| format!("`{text}` is no {wanted}"))
    }
}

fn parse_span(text: &str) -> Option<Span> {
    let (mut total, mut number) = (0_i64, None::<i64>);
    for sign in text.chars() {
        if let Some(digit) = sign.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(i64::from(digit))?);
            continue;
        }
        let unit = match sign {
            'd' => 86_400_000,
            'h' => 3_600_000,
            'm' => 60_000,
            's' => 1_000,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    (number.is_none() && !text.is_empty()).then_some(Span::from_millis(total))
}

/// A civil date on which the site keeps Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Holiday(pub Date);

impl TryFrom<String> for Holiday {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let refused = |_bad| format!("`{text}` is no date such as 2026-10-01");
        text.parse().map(Self).map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_instants_or_after_the_start() {
        for (text, span) in [("+2d", 172_800_000), ("+1d6h", 108_000_000), ("+90m", 5_400_000)] {
            let when = When::try_from(text.to_owned());
            assert_eq!(when, Ok(When::After(Span::from_millis(span))), "{text}");
        }
        for text in ["", "+", "+6", "+h", "+6w", "tomorrow", "2026-07-01", "+99999999999999d"] {
            assert!(When::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
