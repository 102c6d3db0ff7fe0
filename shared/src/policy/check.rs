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

/// Sums of many such amounts still fit, so that a slip of the keyboard stops nothing.
const MOST_AMOUNT: Money = crate::counter::said::MOST;
/// So with power (1 GW), energy of a day (10^9 kWh) and time (a leap year).
const MOST_POWER: Power = Power::from_watts(1_000_000_000);
const MOST_ENERGY: Energy = Energy::from_mwh(1_000_000_000_000_000);
const LONGEST: Span = Span::from_days(366);

fn wrong(key: &'static str, what: &str) -> Result<(), Wrong> {
    Err(Wrong { key, what: what.to_owned() })
}

impl Policy {
    /// Refuses terms that contradict themselves, and those that no exploration is needed for to see
    /// that they leave somebody without supply.
    pub fn check(&self) -> Result<(), Wrong> {
        self.well_formed()?;
        self.load_limit.as_ref().map_or(Ok(()), LoadLimit::harmless)?;
        if self.daily_limit.is_some_and(|limit| limit.energy <= Energy::ZERO) {
            return wrong("daily_limit.energy", "must be above zero");
        }
        Ok(())
    }

    /// Refuses terms that contradict themselves; what they do is another matter (`crate::lint`).
    pub fn well_formed(&self) -> Result<(), Wrong> {
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
        self.bounded(&amounts)?;
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
            limit.well_formed()?;
            if limit.not_in_no_cut_hours && self.no_cut.is_none() {
                return wrong("load_limit.not_in_no_cut_hours", "there are no no-cut hours");
            }
        }
        if let Some(limit) = self.daily_limit {
            if limit.energy < Energy::ZERO {
                return wrong("daily_limit.energy", "energy below zero makes no sense here");
            }
            if !(0..=23).contains(&limit.reset_hour) {
                return wrong("daily_limit.reset_hour", "an hour of the day is 0 to 23");
            }
        }
        self.no_cut.as_ref().map_or(Ok(()), NoCutHours::check)
    }
}

impl Policy {
    /// What nobody means, and what could not be reckoned with.
    fn bounded(&self, amounts: &[(&'static str, Money)]) -> Result<(), Wrong> {
        let emergency = self.emergency.iter().flat_map(|emergency| {
            [("emergency.limit", emergency.limit), ("emergency.offer_at", emergency.offer_at)]
        });
        for (key, amount) in amounts.iter().copied().chain(emergency) {
            if amount > MOST_AMOUNT {
                return wrong(key, "at most 10^12 of the smallest unit of the currency");
            }
        }
        let courtesy = self.courtesy.and_then(|courtesy| courtesy.closes_after);
        let load = self.load_limit.as_ref();
        let spans = [
            ("after_delivery", self.after_delivery),
            ("courtesy", courtesy),
            ("no_cut.warning", self.no_cut.as_ref().map(|no_cut| no_cut.warning.0)),
            ("load_limit.delay", load.map(|limit| limit.delay)),
            ("load_limit.clear_after", load.map(|limit| limit.clear_after)),
        ];
        for (key, span) in spans {
            if span.is_some_and(|span| span > LONGEST) {
                return wrong(key, "at most 366 days");
            }
        }
        let powers = load.iter().flat_map(|limit| {
            limit.power.into_iter().chain(limit.hours.iter().map(|hours| hours.power))
        });
        if powers.into_iter().any(|power| power > MOST_POWER) {
            return wrong("load_limit.power", "at most 10^9 W");
        }
        if self.daily_limit.is_some_and(|limit| limit.energy > MOST_ENERGY) {
            return wrong("daily_limit.energy", "at most 10^9 kWh a day");
        }
        Ok(())
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
    fn harmless(&self) -> Result<(), Wrong> {
        if self.power.is_some_and(|power| power <= Power::ZERO) {
            return wrong("load_limit.power", "must be above zero");
        }
        if self.hours.iter().any(|hours| hours.power <= Power::ZERO) {
            return wrong("load_limit.hours", "a limit must be above zero");
        }
        if self.until_operator && !self.accept_until_operator {
            return wrong(
                "load_limit.until_operator",
                "leaves a supply with credit dark until somebody of the staff acts; where that is \
                 meant, say accept_until_operator = true",
            );
        }
        Ok(())
    }

    fn well_formed(&self) -> Result<(), Wrong> {
        if self.power.is_some_and(|power| power < Power::ZERO) {
            return wrong("load_limit.power", "a limit below zero makes no sense here");
        }
        if self.power.is_none() && self.hours.is_empty() {
            return wrong("load_limit.power", "without a limit it needs hours that have one");
        }
        if self.clear_after < REST {
            return wrong("load_limit.clear_after", "a switch rests 60 s between two operations");
        }
        if !(0..=23).contains(&self.reset_hour) {
            return wrong("load_limit.reset_hour", "an hour of the day is 0 to 23");
        }
        if self.accept_until_operator && !self.until_operator {
            return wrong("load_limit.accept_until_operator", "belongs to until_operator = true");
        }
        if self.hours.len() > MOST_LOAD_HOURS {
            return wrong("load_limit.hours", "at most 8 tables of other hours");
        }
        for hours in &self.hours {
            if hours.power < Power::ZERO {
                return wrong("load_limit.hours", "a limit below zero makes no sense here");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Courtesy, DailyLimit, Emergency, EmergencyStart};

    /// Each bound, and what lies above it by one.
    #[test]
    fn what_nobody_means_is_refused_by_its_key() {
        let one = Money::from_minor(1);
        let most = Policy {
            low_credit: MOST_AMOUNT,
            restore_minimum: MOST_AMOUNT,
            overdraft: MOST_AMOUNT,
            most_sale: MOST_AMOUNT,
            hoarding_limit: MOST_AMOUNT,
            last_credit: MOST_AMOUNT - one,
            after_delivery: Some(LONGEST),
            courtesy: Some(Courtesy { closes_after: Some(LONGEST) }),
            ..Policy::default()
        };
        assert_eq!(most.well_formed(), Ok(()));
        let above = |change: &dyn Fn(&mut Policy)| {
            let mut policy = most.clone();
            change(&mut policy);
            policy.well_formed().map_err(|wrong| wrong.key)
        };
        let more = MOST_AMOUNT + one;
        let later = Span::from_millis(LONGEST.millis() + 1);
        let start = EmergencyStart::Manual;
        let emergency = Emergency { limit: one, offer_at: one, start };
        let daily = DailyLimit { energy: MOST_ENERGY, reset_hour: 0, in_no_cut_hours: false };
        assert_eq!(above(&|policy| policy.daily_limit = Some(daily)), Ok(()));
        for (key, result) in [
            ("restore_minimum", above(&|policy| policy.restore_minimum = more)),
            ("overdraft", above(&|policy| policy.overdraft = more)),
            ("hoarding_limit", above(&|policy| policy.hoarding_limit = more)),
            ("after_delivery", above(&|policy| policy.after_delivery = Some(later))),
            (
                "courtesy",
                above(&|policy| {
                    policy.courtesy = Some(Courtesy { closes_after: Some(later) });
                }),
            ),
            (
                "emergency.limit",
                above(&|policy| {
                    policy.emergency = Some(Emergency { limit: more, ..emergency });
                }),
            ),
            (
                "emergency.offer_at",
                above(&|policy| {
                    policy.emergency = Some(Emergency { offer_at: more, ..emergency });
                }),
            ),
            (
                "daily_limit.energy",
                above(&|policy| {
                    let energy = MOST_ENERGY + Energy::from_mwh(1);
                    policy.daily_limit = Some(DailyLimit { energy, ..daily });
                }),
            ),
        ] {
            assert_eq!(result, Err(key));
        }
    }
}
