//! Who sits at the screen, at which site, and what that role is shown. The server decides again.

use shared::api::session::Person;
use shared::api::site::Site;
use shared::id::Book;
use shared::money::Currency;
use shared::staff::Verb;
use shared::time::Zone;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub person: Person,
    pub site: Site,
    pub zone: Zone,
    /// The whole site lives inside this page.
    pub sandbox: bool,
}

impl Seat {
    pub fn new(person: Person, site: Site, sandbox: bool) -> Self {
        let zone = Zone::named(&site.zone).unwrap_or_else(|_unknown| Zone::utc());
        Self { person, site, zone, sandbox }
    }

    pub fn currency(&self) -> Currency {
        self.site.currency
    }

    /// The book that is shown first.
    pub fn first_book(&self) -> Book {
        self.site.books.first().copied().unwrap_or(Book::Live)
    }

    pub fn may(&self, verb: Verb) -> bool {
        self.person.role.may(verb)
    }

    pub fn may_sell(&self) -> bool {
        self.may(Verb::Sell)
    }

    pub fn may_acknowledge(&self) -> bool {
        self.may(Verb::CloseWork)
    }

    /// Judging a reading that is on hold.
    pub fn may_judge(&self) -> bool {
        self.may(Verb::JudgeReadings)
    }

    pub fn may_switch(&self) -> bool {
        self.may(Verb::OrderSupply)
    }

    pub fn may_steer_clock(&self) -> bool {
        self.may(Verb::SteerClock)
    }

    /// What money did, and what staff did.
    pub fn may_audit(&self) -> bool {
        self.may(Verb::Audit)
    }
}
