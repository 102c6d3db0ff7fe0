//! How far an agreement about arrears is recovered.

use crate::money::Money;
use crate::time::{Span, Timestamp, Zone};
use crate::vend::{Arrears, Collection, Parts};

/// A hundredth of a week.
const HUNDREDTH: Span = Span::from_millis(7 * 86_400_000 / 100);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    pub terms: Arrears,
    pub since: Timestamp,
    /// Still owed, `accrued` included.
    left: Money,
    /// Fell due while credit did not cover it.
    accrued: Money,
    /// The next part of a weekly agreement: when, and its place in its week.
    next: Timestamp,
    place: u8,
    /// The civil week of the last payment, and what was taken in it.
    week: Timestamp,
    taken: Money,
}

/// What has fallen due of a weekly agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fallen {
    pub until: Timestamp,
    pub due: Money,
}

impl Recovery {
    pub fn begin(terms: Arrears, zone: &Zone, at: Timestamp) -> Self {
        let (left, zero) = (terms.amount, Timestamp::default());
        let mut new = Self {
            terms,
            since: at,
            left,
            accrued: Money::ZERO,
            next: zero,
            place: 0,
            week: zero,
            taken: Money::ZERO,
        };
        new.start_again(zone, at);
        new
    }

    pub fn left(&self) -> Money {
        self.left
    }

    pub fn accrued(&self) -> Money {
        self.accrued
    }

    /// When the next part falls due; never where nothing is left to fall due.
    pub fn deadline(&self) -> Option<Timestamp> {
        match self.terms.collection {
            Collection::Weekly { .. } => (self.left > self.accrued).then_some(self.next),
            Collection::Payments { .. } => None,
        }
    }

    pub fn pauses_off_supply(&self) -> bool {
        match self.terms.collection {
            Collection::Weekly { pause_off_supply, .. } => pause_off_supply,
            Collection::Payments { .. } => false,
        }
    }

    /// What a payment gives: the least of its share, what the week's cap leaves, and the debt.
    pub fn share_of(&self, payment: Money, zone: &Zone, now: Timestamp) -> Money {
        match self.terms.collection {
            Collection::Payments { share, weekly_cap } => {
                let taken =
                    if zone.start_of_week(now) == self.week { self.taken } else { Money::ZERO };
                let cap = weekly_cap.map_or(self.left, |cap| (cap - taken).max(Money::ZERO));
                share.of(payment).min(cap).min(self.left)
            }
            Collection::Weekly { .. } => Money::ZERO,
        }
    }

    /// What has fallen due by `now` and is not accrued yet.
    pub fn fallen(&self, zone: &Zone, now: Timestamp) -> Option<Fallen> {
        let mut ahead = self.clone();
        let mut fallen = None;
        while ahead.deadline().is_some_and(|next| next <= now) {
            let until = ahead.next;
            ahead.accrue_next(zone);
            fallen = Some(Fallen { until, due: ahead.accrued - self.accrued });
        }
        fallen
    }

    /// Everything up to `until` has fallen due, and `taken` of what is due was paid from credit.
    pub fn fell_due(&mut self, zone: &Zone, until: Timestamp, taken: Money) {
        while self.deadline().is_some_and(|next| next <= until) {
            self.accrue_next(zone);
        }
        self.accrued -= taken;
        self.left -= taken;
    }

    fn accrue_next(&mut self, zone: &Zone) {
        let Collection::Weekly { rate, parts, .. } = self.terms.collection else { return };
        let part = parts.amount(rate, self.place).min(self.left - self.accrued);
        self.accrued += part;
        self.place = (self.place + 1) % parts.in_a_week();
        self.next = following(parts, zone, self.next);
    }

    /// A share of a payment came in.
    pub fn shared(&mut self, zone: &Zone, at: Timestamp, amount: Money) {
        let week = zone.start_of_week(at);
        if week != self.week {
            self.week = week;
            self.taken = Money::ZERO;
        }
        self.taken += amount;
        self.left -= amount;
    }

    /// A payment brought what had accrued.
    pub fn repaid(&mut self, amount: Money) {
        self.accrued -= amount;
        self.left -= amount;
    }

    /// A share that came in at `at` was given back.
    pub fn share_given_back(&mut self, zone: &Zone, at: Timestamp, amount: Money) {
        self.left += amount;
        if zone.start_of_week(at) == self.week {
            self.taken -= amount;
        }
    }

    /// What a payment brought was given back: it is due again.
    pub fn repayment_given_back(&mut self, zone: &Zone, now: Timestamp, amount: Money) {
        if self.left == Money::ZERO {
            self.start_again(zone, now);
        }
        self.accrued += amount;
        self.left += amount;
    }

    /// Nothing more is asked for.
    pub fn cancel(&mut self) {
        self.left = Money::ZERO;
        self.accrued = Money::ZERO;
    }

    /// Supply was off up to `now`: parts of that time are not asked for where the terms say so.
    pub fn skip_to(&mut self, zone: &Zone, now: Timestamp) {
        let Collection::Weekly { parts, .. } = self.terms.collection else { return };
        while self.next <= now {
            self.next = following(parts, zone, self.next);
        }
    }

    fn start_again(&mut self, zone: &Zone, at: Timestamp) {
        if let Collection::Weekly { parts, .. } = self.terms.collection {
            self.next = following(parts, zone, at);
        }
    }
}

fn following(parts: Parts, zone: &Zone, at: Timestamp) -> Timestamp {
    match parts {
        Parts::Hundred => at + HUNDREDTH,
        Parts::Daily => zone.next_midnight(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AccountId, ArrearsId};

    fn shanghai() -> Zone {
        Zone::named("Asia/Shanghai").expect("a zone")
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    fn weekly(amount: i64, rate: i64, parts: Parts) -> Recovery {
        let rate = Money::from_minor(rate);
        let terms = Arrears {
            account: AccountId(1),
            arrears: ArrearsId(1),
            amount: Money::from_minor(amount),
            collection: Collection::Weekly { rate, parts, pause_off_supply: true },
            reason: "brought along".to_owned(),
        };
        Recovery::begin(terms, &shanghai(), at("2026-07-01T08:00:00+08:00"))
    }

    #[test]
    fn a_week_of_parts_is_its_rate_at_the_border_and_both_sides_of_it() {
        let zone = shanghai();
        for (parts, after, due) in [
            (Parts::Hundred, HUNDREDTH, 2),
            (Parts::Hundred, Span::from_millis(HUNDREDTH.millis() - 1), 0),
            (Parts::Hundred, Span::from_millis(7 * 86_400_000 - 1), 99 * 2),
            (Parts::Hundred, Span::from_days(7), 250),
            (Parts::Daily, Span::from_millis(16 * 3_600_000 - 1), 0),
            (Parts::Daily, Span::from_hours(16), 35),
            (Parts::Daily, Span::from_days(7), 250),
            (Parts::Daily, Span::from_days(14), 500),
        ] {
            let recovery = weekly(10_000, 250, parts);
            let fallen = recovery.fallen(&zone, recovery.since + after);
            let sum = fallen.map_or(Money::ZERO, |fallen| fallen.due);
            assert_eq!(sum, Money::from_minor(due), "{parts:?} after {after:?}");
        }
    }

    #[test]
    fn it_stops_where_nothing_is_left_and_its_schedule_is_the_same_in_steps_and_at_once() {
        let zone = shanghai();
        let mut recovery = weekly(100, 250, Parts::Daily);
        let month = recovery.since + Span::from_days(30);
        let whole = recovery.fallen(&zone, month).expect("fell due");
        assert_eq!(whole.due, Money::from_minor(100));
        let mut now = recovery.since;
        let mut sum = Money::ZERO;
        while now < month {
            now = now + Span::from_hours(5);
            if let Some(fallen) = recovery.fallen(&zone, now) {
                recovery.fell_due(&zone, fallen.until, fallen.due);
                sum += fallen.due;
            }
        }
        assert_eq!((sum, recovery.left(), recovery.deadline()), (whole.due, Money::ZERO, None));
    }

    #[test]
    fn time_without_supply_is_skipped_not_added_up() {
        let zone = shanghai();
        let mut recovery = weekly(10_000, 700, Parts::Daily);
        let back = recovery.since + Span::from_days(20);
        recovery.skip_to(&zone, back);
        assert_eq!(recovery.fallen(&zone, back), None);
        let next = recovery.fallen(&zone, back + Span::from_days(1)).expect("goes on");
        assert_eq!(next.due, Money::from_minor(100));
    }
}
