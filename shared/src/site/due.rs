//! What falls due by time alone: the shell that owns a book's clock hands the time in.

use crate::event::Event;
use crate::id::{Book, StaffId};
use crate::site::{Site, arrears};
use crate::time::Timestamp;

impl Site {
    /// Decides and applies what has fallen due in a book by `now`.
    pub fn due(&mut self, book: Book, now: Timestamp) -> Vec<Event> {
        let mut events = Vec::new();
        for id in self.accounts_with_arrears_due(book, now) {
            let Some(account) = self.accounts.get(&id) else { continue };
            let meters: Vec<_> = account.meters.keys().copied().collect();
            for meter in meters {
                let account = self.accounts.get(&id);
                if let Some(settled) = account.and_then(|account| account.settled_news(meter)) {
                    self.keep(book, now, Event::Settled(settled), &mut events);
                }
            }
            let Some(account) = self.accounts.get(&id) else { continue };
            for due in arrears::fell_due(account, &self.zone, now) {
                self.keep(book, now, Event::ArrearsDue(due), &mut events);
            }
        }
        events
    }

    fn keep(&mut self, book: Book, now: Timestamp, event: Event, events: &mut Vec<Event>) {
        self.apply(book, now, StaffId(0), &event);
        events.push(event);
    }
}
