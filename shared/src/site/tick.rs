//! Time: what the terms ask for when nobody reads or orders anything.

use std::sync::Arc;

use crate::event::Event;
use crate::id::{AccountId, Book, MeterId, StaffId};
use crate::meter::DisconnectReason;
use crate::policy::Policy;
use crate::site::terms::Look;
use crate::site::{Site, supply};
use crate::time::{Span, Timestamp};

/// A deadline that something keeps from being met is looked at again after this.
const LATER: Span = Span::from_secs(1);
/// More than this no account can ask for at one instant.
const MOST_EVENTS: usize = 10_000;

/// Whose event it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) book: Book,
    pub(super) at: Timestamp,
    pub(super) by: StaffId,
}

impl Site {
    /// Lets everything happen in a book that time alone brings: ends of no-cut hours, of protection,
    /// of an overload; new versions of policies.
    pub fn tick(&mut self, book: Book, now: Timestamp) -> Vec<Event> {
        let stamp = Stamp { book, at: now, by: StaffId(0) };
        let mut events = Vec::new();
        let turned = self.turn_terms(book, now);
        if turned || !self.scheduled.contains(&book) {
            self.scheduled.insert(book);
            for account in self.own(book) {
                events.extend(self.follow_up(stamp, account, false));
            }
        }
        while let Some(account) = self.next_due(book, now) {
            events.extend(self.follow_up(stamp, account, false));
        }
        events
    }

    /// When a book has to be ticked next.
    pub fn next_deadline(&self, book: Book) -> Option<Timestamp> {
        let account = self.deadlines.range(first_of(book)..).next();
        let account = account.filter(|(of, _, _)| *of == book).map(|(_, at, _)| *at);
        account.into_iter().chain(self.terms_turn.get(&book).copied()).min()
    }

    fn next_due(&self, book: Book, now: Timestamp) -> Option<AccountId> {
        let (of, at, account) = *self.deadlines.range(first_of(book)..).next()?;
        (of == book && at <= now).then_some(account)
    }

    fn own(&self, book: Book) -> Vec<AccountId> {
        let own = self.accounts.values().filter(|account| account.book == book);
        own.map(|account| account.id).collect()
    }

    /// Makes everything so that the terms of an account ask for.
    pub(super) fn follow_up(&mut self, stamp: Stamp, id: AccountId, read: bool) -> Vec<Event> {
        let mut events = Vec::new();
        while events.len() < MOST_EVENTS {
            let Some(account) = self.accounts.get(&id) else { return events };
            let Some(event) = Look::at(account, &self.zone, stamp.at).next(read) else { break };
            if posts_first(&event) {
                let meters: Vec<_> = account.meters.keys().copied().collect();
                for meter in meters {
                    let account = self.accounts.get(&id);
                    if let Some(settled) = account.and_then(|account| account.settled_news(meter)) {
                        self.make(stamp, Event::Settled(settled), &mut events);
                    }
                }
            }
            self.lift_in_turn(stamp, event, &mut events);
        }
        self.reschedule(id, stamp.at);
        events
    }

    pub(super) fn make(&mut self, stamp: Stamp, event: Event, events: &mut Vec<Event>) {
        self.apply(stamp.book, stamp.at, stamp.by, &event);
        events.push(event);
    }

    /// Keeps an event; a supply that would come back with it waits its turn where many do.
    pub(super) fn lift_in_turn(&mut self, stamp: Stamp, event: Event, events: &mut Vec<Event>) {
        if let Event::Lifted { account, meter, reason, confirm: false, .. } = &event {
            self.stagger(stamp, *account, *meter, *reason, events);
        }
        self.keep_or_hold(stamp, event, events);
    }

    /// Where too many supplies come back at once on a line, this one waits its turn.
    fn stagger(
        &mut self,
        stamp: Stamp,
        account: AccountId,
        meter: MeterId,
        reason: DisconnectReason,
        events: &mut Vec<Event>,
    ) {
        let Some(metered) = self.metered(meter) else { return };
        let last = metered.open_reasons().len() == 1 && !metered.protected();
        let line = metered.place.feeder.filter(|_| last && reason != DisconnectReason::Staggered);
        let turn = line.and_then(|line| self.inrush.turn(line, meter, stamp.at));
        if let Some(turn) = turn {
            let waits = DisconnectReason::Staggered;
            self.make(stamp, supply::cut(account, meter, waits, "", Some(turn)), events);
        }
    }

    /// Notes when time alone changes something about an account.
    pub(super) fn reschedule(&mut self, id: AccountId, now: Timestamp) {
        let Some(account) = self.accounts.get(&id) else { return };
        let (book, before) = (account.book, account.deadline);
        let next = Look::at(account, &self.zone, now).deadline().map(|at| at.max(now + LATER));
        if before == next {
            return;
        }
        before.map(|at| self.deadlines.remove(&(book, at, id)));
        next.map(|at| self.deadlines.insert((book, at, id)));
        self.account_mut(id).deadline = next;
    }

    /// Brings new versions of policies into force; `true` where there were any.
    pub(super) fn turn_terms(&mut self, book: Book, now: Timestamp) -> bool {
        let turns = self.terms_turn.get(&book).is_some_and(|turn| *turn <= now);
        if turns {
            self.take_terms(book, now);
        }
        turns
    }

    /// Gives every account of a book the terms in force.
    pub(super) fn take_terms(&mut self, book: Book, now: Timestamp) {
        for account in self.own(book) {
            self.take_terms_of(account, now);
        }
        match self.terms.get(&book).and_then(|terms| terms.next_change(now)) {
            Some(next) => drop(self.terms_turn.insert(book, next)),
            None => drop(self.terms_turn.remove(&book)),
        }
    }

    /// The terms of an account are those of its first meter.
    pub(super) fn take_terms_of(&mut self, id: AccountId, now: Timestamp) {
        let Some(account) = self.accounts.get_mut(&id) else { return };
        let terms = self.terms.get(&account.book);
        let opened_with = Arc::clone(&account.opened_with);
        let nearest = |meter: MeterId, metered: &crate::prepaid::Metered| -> Arc<Policy> {
            let nearest = terms.and_then(|terms| terms.nearest(meter, &metered.place, now));
            Arc::clone(nearest.unwrap_or(&opened_with))
        };
        for (meter, metered) in &mut account.meters {
            metered.policy = nearest(*meter, metered);
        }
        if let Some(metered) = account.meters.values().next() {
            account.policy = Arc::clone(&metered.policy);
        }
    }
}

const fn first_of(book: Book) -> (Book, Timestamp, AccountId) {
    (book, Timestamp::from_millis(i64::MIN), AccountId(0))
}

/// What is decided on credit stands on the ledger.
fn posts_first(event: &Event) -> bool {
    match event {
        Event::LowCredit { .. }
        | Event::EmergencyOffered { .. }
        | Event::EmergencyBegun { .. }
        | Event::CutHeld { reason: DisconnectReason::NoCredit, .. }
        | Event::Cut { reason: DisconnectReason::NoCredit, .. } => true,
        Event::Cut { .. }
        | Event::TariffPublished { .. }
        | Event::AccountOpened { .. }
        | Event::MeterBound { .. }
        | Event::Baseline { .. }
        | Event::Settled(_)
        | Event::Sold(_)
        | Event::Reversed(_)
        | Event::Refunded(_)
        | Event::ArrearsAdded(_)
        | Event::Counter(_)
        | Event::ArrearsDue(_)
        | Event::ArrearsCancelled(_)
        | Event::Adjusted(_)
        | Event::ProvisionalCharged(_)
        | Event::Exchanged { .. }
        | Event::ExceptionNoted { .. }
        | Event::ProvisionalReleased { .. }
        | Event::Acted { .. }
        | Event::Lifted { .. }
        | Event::SupplyProven { .. }
        | Event::ReadingHeld { .. }
        | Event::HoldEnded { .. }
        | Event::AlarmRaised { .. }
        | Event::AlarmAcknowledged { .. }
        | Event::AlarmCleared { .. }
        | Event::PolicyPublished { .. }
        | Event::MeterPlaced { .. }
        | Event::NoticeDelivered { .. }
        | Event::Payment(_)
        | Event::CutUndelivered { .. }
        | Event::Rearmed { .. }
        | Event::EmergencyRepaid { .. }
        | Event::EmergencyRearmed { .. }
        | Event::Protected { .. }
        | Event::Unprotected { .. }
        | Event::Paused { .. }
        | Event::CutHeld { .. }
        | Event::HeldCutEnded { .. }
        | Event::RequestMade { .. }
        | Event::RequestDecided { .. }
        | Event::CutsReleased { .. }
        | Event::Resumed { .. }
        | Event::RestoreConfirmed { .. } => false,
    }
}
