//! What an account's terms ask for at an instant: one event at a time, until nothing is left to do.

use crate::event::{Event, WarningLevel};
use crate::id::{MeterId, NoticeId};
use crate::meter::DisconnectReason;
use crate::money::ExactCharge;
use crate::policy::{EmergencyStart, Grounds, RestoreMode};
use crate::prepaid::{Account, EmergencyState, Metered};
use crate::site::supply::{self, READS_BEFORE_CUT};
use crate::time::{Timestamp, Zone};

/// An account at an instant.
pub(super) struct Look<'a> {
    account: &'a Account,
    zone: &'a Zone,
    now: Timestamp,
    credit: ExactCharge,
}

/// May supply be cut for lack of credit now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Open,
    /// Not before then.
    Wait(Timestamp),
    /// Not before a notice, which says: not before then.
    Announce(Timestamp),
    /// The notice was not delivered in time: this has to be kept first.
    Undelivered(NoticeId),
}

impl<'a> Look<'a> {
    pub(super) fn at(account: &'a Account, zone: &'a Zone, now: Timestamp) -> Self {
        Self { account, zone, now, credit: account.measured_credit() }
    }

    /// The next event; `read` tells that a reading was just charged, for only that warns anybody.
    pub(super) fn next(&self, read: bool) -> Option<Event> {
        let prepaid = self.account.cuts_for_credit();
        self.ended()
            .or_else(|| self.unheld(prepaid))
            .or_else(|| self.ordered())
            .or_else(|| self.freed(prepaid))
            .or_else(|| self.warned(prepaid && read))
            .or_else(|| self.lent(prepaid, read))
            .or_else(|| self.reminded(prepaid))
            .or_else(|| self.rationed())
            .or_else(|| self.cut(prepaid))
    }

    fn meters(&self) -> impl Iterator<Item = (MeterId, &'a Metered)> {
        self.account.meters.iter().map(|(meter, metered)| (*meter, metered))
    }

    /// What ends by itself.
    fn ended(&self) -> Option<Event> {
        let account = self.account.id;
        self.meters().find_map(|(meter, metered)| {
            let over = |until: Timestamp| until <= self.now;
            let protect = metered.switch.protect();
            let may =
                metered.switch.held().is_none() || crate::site::breaker::let_go(metered, self.now);
            if may && protect.and_then(|protect| protect.until).is_some_and(over) {
                let reason = "it has run out".to_owned();
                return Some(Event::Unprotected { account, meter, reason });
            }
            let (_, reason) = metered.switch.next_end().filter(|(end, _)| over(*end))?;
            Some(self.lift(meter, metered, reason))
        })
    }

    /// Held cuts whose cause is gone.
    fn unheld(&self, prepaid: bool) -> Option<Event> {
        self.meters().find_map(|(meter, metered)| {
            let switch = &metered.switch;
            let held = switch.held()?;
            let until = switch.protect().map(|protect| protect.until);
            let shielded = until.is_some_and(|until| until.is_none_or(|until| until > self.now));
            let gone = shielded
                || metered.open_reasons().contains(&held.reason) && switch.protect().is_none()
                || match held.reason {
                    DisconnectReason::NoCredit => !prepaid || !self.used_up(),
                    DisconnectReason::Courtesy => !prepaid || !switch.courtesy_due,
                    DisconnectReason::DailyLimit => !self.rationing(metered),
                    DisconnectReason::Overload => metered.policy.load_limit.is_none(),
                    DisconnectReason::Operator
                    | DisconnectReason::Tamper
                    | DisconnectReason::Schedule
                    | DisconnectReason::Staggered => false,
                };
            let (account, reason) = (self.account.id, held.reason);
            let note = "its cause is gone".to_owned();
            gone.then_some(Event::HeldCutEnded { account, meter, reason, note })
        })
    }

    /// What staff ordered for many and two persons released.
    fn ordered(&self) -> Option<Event> {
        self.meters().find_map(|(meter, metered)| {
            let held = metered.switch.held()?;
            let due = held.reason == DisconnectReason::Operator
                && !metered.protected()
                && crate::site::breaker::let_go(metered, self.now);
            let reason = DisconnectReason::Operator;
            due.then(|| supply::cut(self.account.id, meter, reason, &held.note, None))
        })
    }

    /// Reasons that no longer hold.
    fn freed(&self, prepaid: bool) -> Option<Event> {
        self.meters().find_map(|(meter, metered)| {
            let gone = metered.open_reasons().iter().find(|reason| match reason {
                DisconnectReason::NoCredit => {
                    !prepaid || metered.protected() || self.account.may_return(self.credit)
                }
                DisconnectReason::Courtesy => {
                    let low = self.below(WarningLevel::Last) && self.account.policy.warns_last();
                    !prepaid || metered.protected() || !low
                }
                DisconnectReason::Overload | DisconnectReason::DailyLimit => metered.protected(),
                DisconnectReason::Operator
                | DisconnectReason::Tamper
                | DisconnectReason::Schedule
                | DisconnectReason::Staggered => false,
            })?;
            Some(self.lift(meter, metered, *gone))
        })
    }

    fn lift(&self, meter: MeterId, metered: &Metered, reason: DisconnectReason) -> Event {
        let confirm = match reason {
            // Whoever confirmed already, or was only reminded, need not confirm again.
            DisconnectReason::Courtesy | DisconnectReason::Staggered => false,
            DisconnectReason::Operator
            | DisconnectReason::Tamper
            | DisconnectReason::Overload
            | DisconnectReason::DailyLimit
            | DisconnectReason::Schedule
            | DisconnectReason::NoCredit => metered.policy.restore == RestoreMode::Permit,
        };
        supply::lift(self.account.id, meter, reason, "", confirm)
    }

    fn below(&self, level: WarningLevel) -> bool {
        self.account.below(level, self.credit, Some(self.now))
    }

    /// One warning a downward crossing, armed again at 105 % of the level (product rule 7).
    fn warned(&self, warns: bool) -> Option<Event> {
        if !warns {
            return None;
        }
        let (account, policy) = (self.account, &self.account.policy);
        let standing = &account.standing;
        let rearmed = |level| account.rearmed(level, self.credit, self.now);
        let id = account.id;
        if policy.warns_last() && standing.last.is_none() && self.below(WarningLevel::Last) {
            let courtesy = policy.courtesy.is_some();
            return Some(self.warning(WarningLevel::Last, courtesy, None));
        }
        if standing.last.is_some() && rearmed(WarningLevel::Last) {
            return Some(Event::Rearmed { account: id, level: WarningLevel::Last });
        }
        if policy.warns_first() && standing.first.is_none() && self.below(WarningLevel::First) {
            return Some(self.warning(WarningLevel::First, false, None));
        }
        (standing.first.is_some() && rearmed(WarningLevel::First))
            .then_some(Event::Rearmed { account: id, level: WarningLevel::First })
    }

    fn warning(&self, level: WarningLevel, courtesy: bool, cut_from: Option<Timestamp>) -> Event {
        Event::LowCredit {
            account: self.account.id,
            credit: self.account.credit(),
            level,
            notice: self.account.standing.next_notice(),
            courtesy,
            cut_from,
        }
    }

    /// Emergency credit is offered at a crossing, begins, and is offered again only after it was
    /// repaid and at a new crossing (product rule 5).
    fn lent(&self, prepaid: bool, read: bool) -> Option<Event> {
        let account = self.account.id;
        let terms = self.account.policy.emergency.filter(|_| prepaid)?;
        let at_offer = self.credit <= terms.offer_at.exact(self.account.currency());
        match self.account.standing.emergency {
            EmergencyState::Ready if at_offer && read => {
                Some(Event::EmergencyOffered { account, limit: terms.limit })
            }
            EmergencyState::Offered | EmergencyState::Repaid if !at_offer => {
                Some(Event::EmergencyRearmed { account })
            }
            EmergencyState::Offered
                if terms.start == EmergencyStart::Automatic && self.used_up() =>
            {
                Some(Event::EmergencyBegun { account, limit: terms.limit })
            }
            EmergencyState::Ready
            | EmergencyState::Offered
            | EmergencyState::InUse { .. }
            | EmergencyState::Repaid => None,
        }
    }

    fn used_up(&self) -> bool {
        self.credit + self.account.floor() <= ExactCharge::ZERO
    }

    /// Opens once, as a reminder (product rule 7).
    fn reminded(&self, prepaid: bool) -> Option<Event> {
        let (meter, _) = self.meters().find(|(_, metered)| {
            prepaid && self.reminder_waits(metered).is_some_and(|at| at <= self.now)
        })?;
        let after = self.account.policy.courtesy.and_then(|courtesy| courtesy.closes_after);
        let until = after.map(|after| self.now + after);
        Some(supply::cut(self.account.id, meter, DisconnectReason::Courtesy, "", until))
    }

    fn reminder_waits(&self, metered: &Metered) -> Option<Timestamp> {
        let due = metered.switch.courtesy_due && metered.wanted().is_on() && !metered.protected();
        let from = metered.switch.opens_from(self.now).filter(|_| due)?;
        Some(from.max(self.after_hours(metered)))
    }

    /// No-cut hours end and the switch has rested.
    fn after_hours(&self, metered: &Metered) -> Timestamp {
        let hours = metered.policy.no_cut_until(self.zone, self.now);
        self.now.max(hours.unwrap_or(self.now)).max(metered.switch.rested().unwrap_or(self.now))
    }

    /// The day's energy is used (product rule 8).
    fn rationed(&self) -> Option<Event> {
        let (meter, metered) = self
            .meters()
            .find(|(_, metered)| self.ration_waits(metered).is_some_and(|at| at <= self.now))?;
        let limit = metered.policy.daily_limit?.energy;
        let day = metered.switch.day;
        let grounds = Grounds::Day { used: day.used, limit, resets: day.resets };
        Some(supply::limited(self.account.id, meter, Some(day.resets), grounds))
    }

    fn ration_waits(&self, metered: &Metered) -> Option<Timestamp> {
        let limit = metered.policy.daily_limit?;
        let open = metered.open_reasons().contains(&DisconnectReason::DailyLimit);
        if !self.rationing(metered) || open || metered.protected() {
            return None;
        }
        let free = metered.switch.opens_from(self.now)?;
        let rested = free.max(metered.switch.rested().unwrap_or(self.now));
        Some(if limit.in_no_cut_hours { rested } else { rested.max(self.after_hours(metered)) })
    }

    /// Is the energy of the day used, and the day not over?
    fn rationing(&self, metered: &Metered) -> bool {
        let day = metered.switch.day;
        let used = metered.policy.daily_limit.is_some_and(|limit| day.used >= limit.energy);
        used && self.now < day.resets
    }

    /// Cuts a meter of an account whose credit is used up, as soon as its terms let it.
    fn cut(&self, prepaid: bool) -> Option<Event> {
        if !self.cut_is_due(prepaid) {
            return None;
        }
        let account = self.account.id;
        self.cuttable().find_map(|(meter, metered)| match self.gate(metered) {
            Gate::Open => {
                let undelivered = self.account.standing.undelivered;
                let note = if undelivered { "its warning was not delivered in time" } else { "" };
                Some(supply::cut(account, meter, DisconnectReason::NoCredit, note, None))
            }
            Gate::Announce(from) => Some(self.warning(WarningLevel::Cut, false, Some(from))),
            Gate::Undelivered(notice) => Some(Event::CutUndelivered { account, notice }),
            Gate::Wait(_) => None,
        })
    }

    fn cut_is_due(&self, prepaid: bool) -> bool {
        prepaid && self.account.exhausted >= READS_BEFORE_CUT && self.used_up()
    }

    fn cuttable(&self) -> impl Iterator<Item = (MeterId, &'a Metered)> {
        self.meters().filter(|(_, metered)| {
            metered.switch.may_open(self.now)
                && !metered.protected()
                && !metered.open_reasons().contains(&DisconnectReason::NoCredit)
        })
    }

    /// Is there a supply that lack of credit could cut? Then a second look is worth it.
    pub(super) fn could_cut(&self) -> bool {
        self.account.cuts_for_credit() && self.cuttable().next().is_some()
    }

    fn gate(&self, metered: &Metered) -> Gate {
        let standing = &self.account.standing;
        if let Some(hours) = &metered.policy.no_cut {
            let ahead = hours.warning.0;
            let held = hours.holds_until(self.zone, self.now);
            let lately = hours.holds_until(self.zone, self.now - ahead).is_some();
            match standing.cut {
                None if held.is_some() || lately => {
                    let from = held.unwrap_or(self.now).max(self.now + ahead);
                    let from = hours.holds_until(self.zone, from).unwrap_or(from);
                    return Gate::Announce(from);
                }
                Some(notice) => {
                    let from = held.unwrap_or(self.now).max(notice.sent + ahead);
                    if self.now < from {
                        return Gate::Wait(from);
                    }
                }
                None => {}
            }
        }
        if let Some(most) = self.account.policy.after_delivery.filter(|_| !standing.undelivered) {
            let notices = [standing.last, standing.cut];
            let mut notices = notices.iter().flatten();
            match notices.clone().min_by_key(|notice| notice.sent) {
                None => return Gate::Announce(self.now),
                Some(_) if notices.any(|notice| notice.delivered) => {}
                Some(oldest) if self.now < oldest.sent + most => {
                    return Gate::Wait(oldest.sent + most);
                }
                Some(oldest) => return Gate::Undelivered(oldest.id),
            }
        }
        match metered.switch.rested() {
            Some(rested) if self.now < rested => Gate::Wait(rested),
            Some(_) | None => Gate::Open,
        }
    }

    /// When time alone changes something.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let prepaid = self.account.cuts_for_credit();
        let due = self.cut_is_due(prepaid);
        self.meters()
            .flat_map(|(_, metered)| {
                let switch = &metered.switch;
                let open = metered.open_reasons();
                let cut =
                    due && !metered.protected() && !open.contains(&DisconnectReason::NoCredit);
                let free = switch.opens_from(self.now).filter(|_| cut);
                let cut = free.map(|free| match self.gate(metered) {
                    Gate::Wait(until) => until.max(free),
                    Gate::Open | Gate::Announce(_) | Gate::Undelivered(_) => free,
                });
                let held = switch.held().is_some();
                let released =
                    switch.held().and_then(|held| held.released).filter(|at| *at > self.now);
                [
                    released,
                    switch.protect().and_then(|protect| protect.until).filter(|_| !held),
                    switch.next_end().map(|(end, _)| end),
                    cut,
                    self.reminder_waits(metered).filter(|_| prepaid),
                    self.ration_waits(metered),
                ]
            })
            .flatten()
            .min()
    }
}
