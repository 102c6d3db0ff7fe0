//! Requests: what one person asks for and another decides. Nothing happens in between.

use crate::event::Event;
use crate::id::Book;
use crate::request::{Grave, Request};
use crate::site::decide::Now;
use crate::site::{Refusal, Site};
use crate::time::Timestamp;

impl Site {
    /// What waits for a second person, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.values().cloned().collect()
    }

    /// The number of the last request.
    pub fn last_request(&self) -> u64 {
        self.last_request
    }

    fn waits(&self, book: Book, id: u64, now: Timestamp) -> Result<&Request, Refusal> {
        let request = self.requests.get(&id).filter(|request| request.book == book);
        let request = request.ok_or(Refusal::NoRequest(id))?;
        if request.lapses() <= now { Err(Refusal::RequestLapsed(id)) } else { Ok(request) }
    }
}

impl Now<'_> {
    /// Asks a second person; what could not be done anyway is refused at once.
    pub(super) fn request(&mut self, what: &Grave, reason: &str) -> Result<(), Refusal> {
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        match what {
            Grave::ReleaseCuts { meters } => drop(self.releasable(meters)?),
            Grave::CutSupplies { meters } => drop(self.cuttable(meters)?),
            Grave::Unprotect { meter } => self.unprotectable(*meter).map(drop)?,
            Grave::PublishPolicy { scope: _, from, policy } => self.publishable(*from, policy)?,
        }
        let request = self.site.last_request + 1;
        self.emit(Event::RequestMade { request, what: what.clone(), reason: reason.to_owned() });
        Ok(())
    }

    /// A second person says yes or no; with a yes it happens now.
    pub(super) fn second(&mut self, id: u64, approve: bool, note: &str) -> Result<(), Refusal> {
        let (book, now) = (self.order.book, self.order.now);
        let request = self.site.waits(book, id, now)?.clone();
        if request.by == self.order.by {
            return Err(Refusal::SecondPerson);
        }
        let decided =
            Event::RequestDecided { request: id, approved: approve, note: note.to_owned() };
        if !approve {
            if note.trim().is_empty() {
                return Err(Refusal::NoReason);
            }
            self.emit(decided);
            return Ok(());
        }
        match &request.what {
            Grave::ReleaseCuts { meters } => {
                let held = self.releasable(meters)?;
                self.emit(decided);
                self.let_go(held, request.by, &request.reason);
            }
            Grave::CutSupplies { meters } => {
                let due = self.cuttable(meters)?;
                self.emit(decided);
                self.cut_listed(due, request.by, &request.reason);
            }
            Grave::Unprotect { meter } => {
                let account = self.unprotectable(*meter)?;
                self.emit(decided);
                let (meter, reason) = (*meter, request.reason.clone());
                self.emit(Event::Unprotected { account, meter, reason });
                self.follow_up(account);
            }
            Grave::PublishPolicy { scope, from, policy } => {
                let from = from.filter(|from| *from > now);
                self.publishable(from, policy)?;
                self.emit(decided);
                self.publish_policy(scope, from, policy, &request.reason)?;
            }
        }
        Ok(())
    }
}
