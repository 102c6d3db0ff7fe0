//! The figures of a civil day.

use crate::energy::Energy;
use crate::money::Money;
use crate::time::{Timestamp, Zone};

/// Today's and yesterday's figures of one book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Sales less reversals.
    pub sold: Money,
    pub sales: u32,
    pub sold_yesterday: Money,
    /// Energy charged.
    pub energy: Energy,
    ends: Timestamp,
}

impl Day {
    /// Begins a new day where `at` lies beyond the current one.
    pub(super) fn roll(&mut self, zone: &Zone, at: Timestamp) {
        if at < self.ends {
            return;
        }
        let next = self.ends > Timestamp::default() && at < zone.next_midnight(self.ends);
        *self = Self {
            sold_yesterday: if next { self.sold } else { Money::ZERO },
            ends: zone.next_midnight(at),
            ..Self::default()
        };
    }

    /// The day as seen at `now`: yesterday's figures do not count for a day in which nothing
    /// happened yet.
    pub fn at(mut self, zone: &Zone, now: Timestamp) -> Self {
        self.roll(zone, now);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn midnight_moves_today_to_yesterday_and_a_gap_forgets_both() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let noon = Timestamp::parse("2026-07-01T12:00:00+08:00").expect("an instant");
        let mut day = Day::default();
        day.roll(&zone, noon);
        day.sold = Money::from_minor(500);
        assert_eq!(day.at(&zone, noon + Span::from_hours(11)).sold, Money::from_minor(500));
        let tomorrow = day.at(&zone, noon + Span::from_hours(12));
        assert_eq!((tomorrow.sold, tomorrow.sold_yesterday), (Money::ZERO, Money::from_minor(500)));
        assert_eq!(day.at(&zone, noon + Span::from_hours(40)).sold_yesterday, Money::ZERO);
    }
}
