//! How fast credit is used: enough memory to say when it will run out.

use std::collections::VecDeque;

use crate::money::ExactCharge;
use crate::time::{Span, Timestamp};

/// How far back the forecast looks.
const WINDOW: Span = Span::from_hours(24);
/// How often the course of spending is noted.
const STEP: Span = Span::from_hours(1);
/// Further ahead nothing is said.
const HORIZON: Span = Span::from_days(60);

/// Spending of about the last day, noted hourly.
#[derive(Clone, Debug, Default)]
pub struct Spend {
    total: ExactCharge,
    notes: VecDeque<(Timestamp, ExactCharge)>,
}

impl Spend {
    /// Adds a charge that fell due by `at`.
    pub fn add(&mut self, at: Timestamp, charge: ExactCharge) {
        self.total += charge;
        if self.notes.back().is_none_or(|(noted, _)| at - *noted >= STEP) {
            self.notes.push_back((at, self.total));
        }
        while self.notes.len() > 2
            && self.notes.get(1).is_some_and(|(second, _)| at - *second >= WINDOW)
        {
            self.notes.pop_front();
        }
    }

    /// When `credit` is used up if spending goes on as over the last day; `None` where there is
    /// less than a quarter of an hour to go by, nothing is used, or it lasts beyond 60 days.
    pub fn lasts_until(&self, credit: ExactCharge, now: Timestamp) -> Option<Timestamp> {
        let (since, then) = *self.notes.front()?;
        let elapsed = (now - since).millis();
        let used = (self.total - then).e14();
        if elapsed < Span::from_mins(15).millis() || used <= 0 {
            return None;
        }
        if credit.e14() <= 0 {
            return Some(now);
        }
        let left = credit.e14().checked_mul(i128::from(elapsed))? / used;
        let left = Span::from_millis(i64::try_from(left).ok()?);
        (left <= HORIZON).then(|| now + left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_lasts_as_long_as_the_last_day_says() {
        let hour = |h: i64| Timestamp::from_millis(0) + Span::from_hours(h);
        let mut spend = Spend::default();
        for h in 0..=48 {
            spend.add(hour(h), ExactCharge::from_e14(100));
        }
        assert_eq!(spend.lasts_until(ExactCharge::from_e14(1_000), hour(48)), Some(hour(58)));
        assert_eq!(spend.lasts_until(ExactCharge::ZERO, hour(48)), Some(hour(48)));
        assert_eq!(spend.lasts_until(ExactCharge::from_e14(10_000_000), hour(48)), None);
        assert_eq!(Spend::default().lasts_until(ExactCharge::from_e14(1), hour(0)), None);
        assert!(spend.notes.len() <= 26);
    }
}
