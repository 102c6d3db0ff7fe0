//! What no policy may say: each complaint names its key.

use crate::energy::{Energy, Power};
use crate::money::Money;
use crate::policy::{DaySpan, LoadLimit, MOST_LOAD_HOURS, MOST_SPANS, NoCutHours, Policy, REST};
use crate::time::Span;

/// A key of a policy and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {what}")]
pub struct Wrong {
    /// Such as `no_cut.warning`.
    pub key: &'static str,
    pub what: String,
}

fn wrong(key: &'static str, what: &str) -> Result<(), Wrong> {
    Err(Wrong { key, what: what.to_owned() })
}

impl Policy {
    /// Refuses terms that contradict themselves.
    pub fn check(&self) -> Result<(), Wrong> {
        let amounts = [
            ("low_credit", self.low_credit),
            ("restore_minimum", self.restore_minimum),
            ("overdraft", self.overdraft),
            ("least_sale", self.least_sale),
            ("most_sale", self.most_sale),
            ("hoarding_limit", self.hoarding_limit),
            ("last_credit", self.last_credit),
        ];
        for (key, amount) in amounts {
            if amount.is_negative() {
                return wrong(key, "an amount below zero makes no sense here");
            }
        }
        if self.least_sale > self.most_sale {
            return wrong("least_sale", "is above most_sale, so nothing could be sold");
        }
        if self.last_credit > Money::ZERO && self.last_credit >= self.low_credit {
            return wrong("last_credit", "the last warning must lie below the first, low_credit");
        }
        if self.last_days > 0 && self.low_days > 0 && self.last_days >= self.low_days {
            return wrong("last_days", "the last warning must lie below the first, low_days");
        }
        if self.courtesy.is_some() && !self.warns_last() {
            return wrong(
                "courtesy",
                "opens at the last warning, so it needs last_credit or last_days",
            );
        }
        if let Some(Some(after)) = self.courtesy.map(|courtesy| courtesy.closes_after)
            && after < REST
        {
            return wrong("courtesy", "a switch rests 60 s between two operations");
        }
        if self.after_delivery.is_some_and(|most| most <= Span::ZERO) {
            return wrong("after_delivery", "how long a cut waits must be above zero");
        }
        if let Some(emergency) = self.emergency {
            if emergency.limit <= Money::ZERO {
                return wrong("emergency.limit", "must be above zero");
            }
            if emergency.offer_at.is_negative() {
                return wrong("emergency.offer_at", "an amount below zero makes no sense here");
            }
        }
        if let Some(limit) = &self.load_limit {
            limit.check()?;
            if limit.not_in_no_cut_hours && self.no_cut.is_none() {
                return wrong("load_limit.not_in_no_cut_hours", "there are no no-cut hours");
            }
        }
        if let Some(limit) = self.daily_limit {
            if limit.energy <= Energy::ZERO {
                return wrong("daily_limit.energy", "must be above zero");
            }
            if !(0..=23).contains(&limit.reset_hour) {
                return wrong("daily_limit.reset_hour", "an hour of the day is 0 to 23");
            }
        }
        self.no_cut.as_ref().map_or(Ok(()), NoCutHours::check)
    }
}

impl NoCutHours {
    fn check(&self) -> Result<(), Wrong> {
        if self.warning.0 < Span::ZERO {
            return wrong("no_cut.warning", "cannot be below zero");
        }
        let next = self.next.iter();
        let next = next.flat_map(|table| table.week.0.iter().chain(table.special.values()));
        self.week
            .0
            .iter()
            .chain(self.special.values())
            .chain(next)
            .try_for_each(|spans| day("no_cut", spans))
    }
}

impl LoadLimit {
    fn check(&self) -> Result<(), Wrong> {
        if self.power <= Power::ZERO {
            return wrong("load_limit.power", "must be above zero");
        }
        if self.clear_after < REST {
            return wrong("load_limit.clear_after", "a switch rests 60 s between two operations");
        }
        if !(0..=23).contains(&self.reset_hour) {
            return wrong("load_limit.reset_hour", "an hour of the day is 0 to 23");
        }
        if self.until_operator && !self.accept_until_operator {
            return wrong(
                "load_limit.until_operator",
                "leaves a supply with credit dark until somebody of the staff acts; where that is \
                 meant, say accept_until_operator = true",
            );
        }
        if self.accept_until_operator && !self.until_operator {
            return wrong("load_limit.accept_until_operator", "belongs to until_operator = true");
        }
        if self.hours.len() > MOST_LOAD_HOURS {
            return wrong("load_limit.hours", "at most 8 tables of other hours");
        }
        for hours in &self.hours {
            if hours.power <= Power::ZERO {
                return wrong("load_limit.hours", "a limit must be above zero");
            }
            let days = hours.week.0.iter().chain(hours.special.values());
            if days.clone().all(Vec::is_empty) {
                return wrong("load_limit.hours", "a table without a span never holds");
            }
            for spans in days {
                day("load_limit.hours", spans)?;
            }
        }
        Ok(())
    }
}

/// The spans of one day.
fn day(key: &'static str, spans: &[DaySpan]) -> Result<(), Wrong> {
    if spans.len() > MOST_SPANS {
        return wrong(key, "a day has at most 8 spans");
    }
    if spans.iter().any(|DaySpan { from, to }| *from >= 1_440 || *to > 1_440) {
        return wrong(key, "a time lies between 00:00 and 24:00");
    }
    Ok(())
}
