//! How many supplies may be opened in a short time before two persons are asked.

use serde::{Deserialize, Serialize};

use crate::time::Span;

/// The figures of the mass-disconnect breaker. A fault or an attack that cuts many at once is worse
/// than one that cuts nobody for a while: utilities bound remote disconnects per time for the same
/// reason (NISTIR 7628, use of remote disconnect; product rule 24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MassCut {
    /// Of the meters of a book, in percent.
    pub share: u8,
    /// On a small site so many may be opened all the same.
    pub least: u32,
    pub minutes: u16,
}

impl Default for MassCut {
    fn default() -> Self {
        Self { share: 5, least: 3, minutes: 10 }
    }
}

impl MassCut {
    /// So many of these meters may be opened within the time.
    pub fn most(&self, meters: usize) -> usize {
        let share = meters.saturating_mul(usize::from(self.share)) / 100;
        share.max(usize::try_from(self.least).unwrap_or(usize::MAX))
    }

    pub fn within(&self) -> Span {
        Span::from_mins(i64::from(self.minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_meters_and_on_a_small_site_a_few() {
        let figures = MassCut::default();
        for (meters, most) in
            [(0, 3), (1, 3), (60, 3), (79, 3), (80, 4), (100, 5), (119, 5), (10_000, 500)]
        {
            assert_eq!(figures.most(meters), most, "of {meters}");
        }
    }
}
