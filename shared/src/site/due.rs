//! What falls due by time alone: the shell that owns a book's clock hands the time in.

use crate::event::Event;
use crate::id::{AccountId, Book, MeterId, StaffId};
use crate::prepaid::Account;
use crate::prepaid::provisional::LISTENED;
use crate::site::{Site, arrears};
use crate::time::{Span, Timestamp};

/// How often is looked for what falls due.
const LOOK: Span = Span::from_secs(60);

/// A book's clock, as far as it was heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    since: Timestamp,
    next: Timestamp,
}

impl Site {
    /// Decides and applies what has fallen due in a book by `now`.
    pub fn due(&mut self, book: Book, now: Timestamp) -> Vec<Event> {
        let heard = self.heard.entry(book).or_insert(Heard { since: now, next: now });
        if now < heard.next {
            return Vec::new();
        }
        heard.next = now + LOOK;
        let listened = now - heard.since >= LISTENED;
        let mut events = Vec::new();
        for id in self.accounts_with_arrears_due(book, now) {
            self.post(book, now, id, &mut events);
            let Some(account) = self.accounts.get(&id) else { continue };
            for due in arrears::fell_due(account, &self.zone, now) {
                self.keep(book, now, Event::ArrearsDue(due), &mut events);
            }
        }
        if listened {
            for (id, meter) in self.meters_without_readings(book, now) {
                self.charge_missing(book, now, (id, meter), &mut events);
            }
        }
        events
    }

    fn meters_without_readings(&self, book: Book, now: Timestamp) -> Vec<(AccountId, MeterId)> {
        let own = self.accounts.values().filter(|account| account.book == book);
        let missing = |account: &Account| {
            let id = account.id;
            let meters = account.meters.iter();
            let missing =
                meters.filter(|(_, one)| one.missing_from().is_some_and(|from| from <= now));
            missing.map(|(meter, _)| (id, *meter)).collect::<Vec<_>>()
        };
        own.flat_map(missing).collect()
    }

    /// Charges the days that a meter was not read, one by one (product rule 17).
    fn charge_missing(
        &mut self,
        book: Book,
        now: Timestamp,
        (id, meter): (AccountId, MeterId),
        events: &mut Vec<Event>,
    ) {
        // What was read is posted first, so that the next posting is the one that settles.
        if let Some(settled) = self.accounts.get(&id).and_then(|account| {
            let provisional = account.meters.get(&meter)?.provisional();
            if provisional.is_some() { None } else { account.settled(meter) }
        }) {
            self.keep(book, now, Event::Settled(settled), events);
        }
        while let Some(charged) =
            self.accounts.get(&id).and_then(|account| account.charge_missing(meter, now))
        {
            self.keep(book, now, Event::ProvisionalCharged(charged), events);
        }
    }

    /// Brings the ledger up to what is charged.
    fn post(&mut self, book: Book, now: Timestamp, id: AccountId, events: &mut Vec<Event>) {
        let Some(account) = self.accounts.get(&id) else { return };
        let meters: Vec<_> = account.meters.keys().copied().collect();
        for meter in meters {
            let account = self.accounts.get(&id);
            if let Some(settled) = account.and_then(|account| account.settled_news(meter)) {
                self.keep(book, now, Event::Settled(settled), events);
            }
        }
    }

    fn keep(&mut self, book: Book, now: Timestamp, event: Event, events: &mut Vec<Event>) {
        self.apply(book, now, StaffId(0), &event);
        events.push(event);
    }
}
