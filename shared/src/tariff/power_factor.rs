//! Power-factor adjustment by table: a percentage of named components, known when a month closes.

use crate::energy::Energy;
use crate::tariff::LineKey;
use crate::tariff::exact::Ratio;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PowerFactor {
    /// In the order of the file; the first band that holds the factor counts.
    pub table: Vec<Band>,
    pub of: Vec<LineKey>,
}

/// `percent + step · |factor − at| / 0.01` for factors from `from` to `to`, all in hundredths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Band {
    pub from: i64,
    pub to: i64,
    pub at: i64,
    /// In 10⁻⁸ of the base.
    pub percent: i64,
    pub step: i64,
}

impl PowerFactor {
    /// The share of the base that is added (or, negative, taken off) at a factor in hundredths.
    pub(crate) fn adjustment(&self, hundredths: i64) -> Ratio {
        let band = self.table.iter().find(|band| (band.from..=band.to).contains(&hundredths));
        let share = |band: &Band| band.percent + band.step * (hundredths - band.at).abs();
        Ratio::from_e8(band.map_or(0, share))
    }
}

/// Active over apparent energy, rounded half up to hundredths; `None` where nothing was used.
pub(crate) fn hundredths(active: Energy, reactive: Energy) -> Option<i64> {
    let (active, reactive) = (i128::from(active.mwh()), i128::from(reactive.mwh()));
    let apparent_squared = active * active + reactive * reactive;
    if apparent_squared == 0 {
        return None;
    }
    // The largest k with k − ½ ≤ 100·P/S, squared so that no root is taken.
    let reached =
        |k: i128| (2 * k - 1) * (2 * k - 1) * apparent_squared <= 40_000 * active * active;
    let (mut low, mut high) = (0_i128, 101_i128);
    while high - low > 1 {
        let middle = i128::midpoint(low, high);
        if reached(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    i64::try_from(low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_factor_is_rounded_to_hundredths() {
        for (active, reactive, factor) in [
            (100, 0, 100),
            (80, 60, 80),
            (0, 5, 0),
            (86, 51, 86),
            (9_950, 1_000, 99),
            (100, 10, 100),
        ] {
            let of = hundredths(Energy::from_kwh(active), Energy::from_kwh(reactive));
            assert_eq!(of, Some(factor), "{active} kWh, {reactive} kvarh");
        }
        assert_eq!(hundredths(Energy::ZERO, Energy::ZERO), None);
    }
}
