//! What the journal says about the simulated building, so that a restart goes on where it stopped.

use std::collections::BTreeMap;

use shared::event::Event;
use shared::id::{Book, MeterId};
use shared::ledger::Record;
use shared::meter::{Contact, Point};
use shared::time::Timestamp;
use simulator::meter::Standing;
use simulator::population::Premise;

/// Where time and registers of the simulated book stood at the end.
#[derive(Debug, Default)]
pub(super) struct Past {
    end: Option<Timestamp>,
    points: BTreeMap<MeterId, Point>,
    /// The contact, and since when.
    contacts: BTreeMap<MeterId, (Contact, Timestamp)>,
    /// Numbers of meters that took the place of those the site file knows.
    pub(super) serials: BTreeMap<MeterId, String>,
}

impl Past {
    /// Takes in the next record of the journal.
    pub(super) fn follow(&mut self, record: &Record) {
        let exchanged = record.body.starts_with("{\"exchanged\"");
        if exchanged
            && let Ok(Event::Exchanged { meter, exchange, .. }) = Event::from_body(&record.body)
            && !exchange.serial.is_empty()
        {
            self.serials.insert(meter, exchange.serial);
        }
        if record.book != Book::Simulated {
            return;
        }
        self.end = self.end.max(Some(record.at));
        // A record that cannot be read stops the replay before anything goes on from here.
        let Ok(event) = Event::from_body(&record.body) else { return };
        match event {
            Event::Settled(settled) => {
                self.points.insert(settled.meter, settled.to);
            }
            Event::Baseline { meter, point, .. } | Event::HoldEnded { meter, point, .. } => {
                self.points.insert(meter, point);
            }
            Event::Exchanged { meter, first, .. } => {
                self.points.insert(meter, first);
            }
            Event::SupplyProven { meter, contact, .. } => {
                self.contacts.insert(meter, (contact, record.at));
            }
            Event::TariffPublished { .. }
            | Event::AccountOpened { .. }
            | Event::MeterBound { .. }
            | Event::Sold(_)
            | Event::Reversed(_)
            | Event::Refunded(_)
            | Event::LowCredit { .. }
            | Event::Cut { .. }
            | Event::Lifted { .. }
            | Event::ReadingHeld { .. }
            | Event::AlarmRaised { .. }
            | Event::AlarmAcknowledged { .. }
            | Event::AlarmCleared { .. }
            | Event::Acted { .. }
            | Event::ArrearsAdded(_)
            | Event::Counter(_)
            | Event::ArrearsDue(_)
            | Event::ArrearsCancelled(_)
            | Event::Adjusted(_)
            | Event::ExceptionNoted { .. }
            | Event::PolicyPublished { .. }
            | Event::MeterPlaced { .. }
            | Event::NoticeDelivered { .. }
            | Event::Payment(_)
            | Event::CutUndelivered { .. }
            | Event::Rearmed { .. }
            | Event::EmergencyOffered { .. }
            | Event::EmergencyBegun { .. }
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
            | Event::RestoreConfirmed { .. }
            | Event::ProvisionalCharged(_)
            | Event::ProvisionalReleased { .. } => {}
        }
    }

    /// The simulated time of the last record; none at the very first start.
    pub(super) fn end(&self) -> Option<Timestamp> {
        self.end
    }

    /// Puts each meter where it was: the load is a function of time, so counting on from the last
    /// settled register gives what the meter would show.
    pub(super) fn place(&self, premises: &mut [Premise]) {
        for premise in premises {
            let Some(point) = self.points.get(&premise.meter) else { continue };
            let (contact, since) = match self.contacts.get(&premise.meter) {
                Some((contact, since)) => (*contact, *since),
                None => (Contact::Closed, point.at),
            };
            // Nothing ran between the last settling and the switch that brought supply back.
            premise.standing =
                Standing { at: point.at.max(since), register: point.register, contact };
        }
    }
}
