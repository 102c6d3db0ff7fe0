//! Fields of a rate of the database, read digit by digit.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::UrdbError;

type Raw = Box<RawValue>;
type Object = BTreeMap<String, Raw>;

pub(super) struct Fields(pub Object);

/// The steps of one period: prices in 10⁻⁸ a unit, and limits in millionths, one fewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    pub prices: Vec<i64>,
    pub limits: Vec<i64>,
    /// Limits are per day, times the days of the month.
    pub daily: bool,
}

/// Period by month and hour, of weekdays and of weekends. Empty where the rate has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grid {
    pub weekday: Vec<Vec<usize>>,
    pub weekend: Vec<Vec<usize>>,
}

/// The text of a number, or of a text in quotes.
fn plain(raw: &RawValue) -> Option<String> {
    let text = raw.get().trim();
    match text {
        "null" | "\"\"" => None,
        quoted if quoted.starts_with('"') => serde_json::from_str(quoted).ok(),
        number => Some(number.to_owned()),
    }
}

/// A decimal, perhaps with an exponent, as an integer of `decimals` decimals; never through a float.
pub(super) fn scaled(text: &str, decimals: i32) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.strip_prefix('+').unwrap_or(exponent).parse::<i32>().ok()?)
        }
        None => (text, 0),
    };
    let (sign, digits) = mantissa.strip_prefix('-').map_or((1, mantissa), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let all = all.trim_start_matches('0');
    if all.is_empty() {
        return Some(0);
    }
    let shift = decimals + exponent - i32::try_from(fraction.len()).ok()?;
    let value = if let Ok(shift) = u32::try_from(shift) {
        all.parse::<i64>().ok()?.checked_mul(10_i64.checked_pow(shift)?)?
    } else {
        let cut = usize::try_from(-shift).ok()?;
        let (kept, dropped) = all.split_at_checked(all.len().checked_sub(cut)?)?;
        if dropped.bytes().any(|byte| byte != b'0') {
            return None;
        }
        if kept.is_empty() { 0 } else { kept.parse().ok()? }
    };
    Some(sign * value)
}

impl Fields {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(|raw| plain(raw))
    }

    pub(super) fn number(&self, name: &str, decimals: i32) -> Result<Option<i64>, UrdbError> {
        self.text(name).map(|text| number(name, &text, decimals)).transpose()
    }

    /// Whether a field has anything in it but nulls, zeros and emptiness.
    pub(super) fn says_something(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|raw| {
            let text = raw.get().replace("null", "").replace("false", "");
            text.bytes().any(|byte| byte.is_ascii_alphabetic() || (b'1'..=b'9').contains(&byte))
        })
    }

    fn parsed<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, UrdbError> {
        let Some(raw) = self.0.get(name).filter(|raw| raw.get() != "null") else { return Ok(None) };
        let parsed = serde_json::from_str(raw.get());
        parsed.map(Some).map_err(|error| {
            UrdbError::new(name, format!("not in the form of the database: {error}"))
        })
    }

    /// `[period][step]{rate, adj, max, unit}`.
    pub(super) fn structure(&self, name: &str) -> Result<Vec<Steps>, UrdbError> {
        let periods: Vec<Vec<Object>> = self.parsed(name)?.unwrap_or_default();
        let mut structure = Vec::new();
        for (period, tiers) in periods.into_iter().enumerate() {
            structure.push(steps(&format!("{name}[{period}]"), &tiers)?);
        }
        Ok(structure)
    }

    pub(super) fn grid(
        &self,
        weekday: &str,
        weekend: &str,
        periods: usize,
    ) -> Result<Grid, UrdbError> {
        if periods == 0 {
            return Ok(Grid::default());
        }
        Ok(Grid { weekday: self.hours(weekday, periods)?, weekend: self.hours(weekend, periods)? })
    }

    fn hours(&self, name: &str, periods: usize) -> Result<Vec<Vec<usize>>, UrdbError> {
        let Some(rows): Option<Vec<Vec<usize>>> = self.parsed(name)? else {
            return if periods == 1 {
                Ok(vec![vec![0; 24]; 12])
            } else {
                Err(UrdbError::new(name, "is missing"))
            };
        };
        if rows.len() != 12 || rows.iter().any(|row| row.len() != 24) {
            return Err(UrdbError::new(name, "12 months of 24 hours are expected"));
        }
        match rows.iter().flatten().find(|period| **period >= periods) {
            Some(period) => Err(UrdbError::new(name, format!("period {period} has no prices"))),
            None => Ok(rows),
        }
    }

    pub(super) fn months(&self, name: &str, periods: usize) -> Result<Vec<usize>, UrdbError> {
        if periods == 0 {
            return Ok(Vec::new());
        }
        let months: Vec<usize> = self.parsed(name)?.unwrap_or_else(|| vec![0; 12]);
        if months.len() != 12 {
            return Err(UrdbError::new(name, "12 months are expected"));
        }
        match months.iter().find(|period| **period >= periods) {
            Some(period) => Err(UrdbError::new(name, format!("period {period} has no prices"))),
            None => Ok(months),
        }
    }
}

fn number(name: &str, text: &str, decimals: i32) -> Result<i64, UrdbError> {
    scaled(text, decimals).ok_or_else(|| {
        UrdbError::new(name, format!("`{text}` is not a number with at most {decimals} decimals"))
    })
}

fn steps(name: &str, tiers: &[Object]) -> Result<Steps, UrdbError> {
    let mut steps = Steps { prices: Vec::new(), limits: Vec::new(), daily: false };
    let mut unit: Option<String> = None;
    for (place, tier) in tiers.iter().enumerate() {
        let name = format!("{name}[{place}]");
        let fields = Fields(tier.clone());
        if let Some(other) =
            tier.keys().find(|key| !["rate", "adj", "max", "unit", "sell"].contains(&key.as_str()))
        {
            return Err(UrdbError::new(
                format!("{name}.{other}"),
                "a tariff file has no word for it",
            ));
        }
        if fields.says_something("sell") {
            return Err(UrdbError::new(
                format!("{name}.sell"),
                "prices of energy sold back are not expressed",
            ));
        }
        let part = |key: &str| {
            fields.text(key).map(|text| number(&format!("{name}.{key}"), &text, 8)).transpose()
        };
        let (rate, adjustment) = (part("rate")?, part("adj")?);
        if rate.is_none() && adjustment.is_none() {
            return Err(UrdbError::new(format!("{name}.rate"), "the price is missing"));
        }
        steps.prices.push(rate.unwrap_or(0) + adjustment.unwrap_or(0));
        if let Some(text) = fields.text("unit") {
            if unit.as_ref().is_some_and(|unit| *unit != text) {
                return Err(UrdbError::new(
                    format!("{name}.unit"),
                    "steps of one period have different units",
                ));
            }
            steps.daily = match text.as_str() {
                "kWh" | "kW" => false,
                "kWh daily" => true,
                other => {
                    return Err(UrdbError::new(
                        format!("{name}.unit"),
                        format!("steps in `{other}` are not expressed; kWh and kWh daily are"),
                    ));
                }
            };
            unit = Some(text);
        }
        let last = place + 1 == tiers.len();
        match (fields.text("max"), last) {
            (None, true) => (),
            // The database writes "no limit" as an enormous number.
            (Some(text), true)
                if scaled(&text, 0).is_none_or(|max| max >= 1_000_000_000)
                    && !text.starts_with('-') => {}
            (Some(text), true) => {
                return Err(UrdbError::new(
                    format!("{name}.max"),
                    format!("the last step ends at {text}, and no price is given beyond"),
                ));
            }
            (None, false) => {
                return Err(UrdbError::new(
                    format!("{name}.max"),
                    "only the last step has no limit",
                ));
            }
            (Some(text), false) => {
                let limit = number(&format!("{name}.max"), &text, 6)?;
                if steps.limits.last().is_some_and(|before| *before >= limit) || limit <= 0 {
                    return Err(UrdbError::new(format!("{name}.max"), "limits do not increase"));
                }
                steps.limits.push(limit);
            }
        }
    }
    if steps.prices.is_empty() {
        return Err(UrdbError::new(name, "a period without prices"));
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn numbers_are_read_digit_by_digit() {
        for (text, decimals, value) in [
            ("0.1", 8, Some(10_000_000)),
            ("1e-05", 8, Some(1_000)),
            ("-1.5E+2", 6, Some(-150_000_000)),
            ("0.123456789", 8, None),
            ("0.1234567800", 8, Some(12_345_678)),
            ("0", 8, Some(0)),
            ("1e38", 6, None),
            ("12.0", 0, Some(12)),
            ("NaN", 8, None),
            ("", 8, None),
        ] {
            assert_eq!(scaled(text, decimals), value, "{text}");
        }
    }
}
