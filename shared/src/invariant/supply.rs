//! I8: what holds a supply open, in the journal and at the contact.

use std::collections::{BTreeMap, BTreeSet};

use super::books::Books;
use super::{Finding, Invariant, Tally};
use crate::event::Event;
use crate::id::{AccountId, MeterId, Seq};
use crate::meter::{Contact, DisconnectReason, Supply};
use crate::money::Money;
use crate::time::Span;

/// Each line of a tariff rounds down by less than a minor unit, and a tariff has at most 24.
const ROUNDED: Money = Money::from_minor(24);
/// A switch that does not follow for longer than this has to have an alarm.
const PATIENCE: Span = Span::from_mins(15);

#[derive(Clone, Debug, Default)]
pub(super) struct Decisions {
    pub(super) tally: Tally,
    meters: BTreeMap<MeterId, (AccountId, BTreeSet<DisconnectReason>)>,
    /// Whatever holds them open, these are not to be open.
    protected: BTreeSet<MeterId>,
}

impl Decisions {
    pub(super) fn follow(&mut self, seq: Seq, event: &Event, books: &Books) {
        if let Event::MeterBound { account, meter, .. } = event {
            self.meters.insert(*meter, (*account, BTreeSet::new()));
        }
        let alone = |account: AccountId| {
            self.meters.values().filter(|(own, _)| *own == account).count() == 1
        };
        if let Event::Cut { account, meter, reason, until, .. } = event {
            let credit = books.credit(*account);
            let early =
                *reason == DisconnectReason::NoCredit && alone(*account) && credit > ROUNDED;
            let Some((_, open)) = self.meters.get_mut(meter) else { return };
            // A cut with an end may be put off; any other stands already.
            let again = !open.insert(*reason) && until.is_none();
            self.tally.look(if again {
                Some(format!("record {seq} cuts meter {meter} for what it is cut for already"))
            } else {
                early.then(|| {
                    let credit = credit.minor();
                    format!(
                        "record {seq} cuts meter {meter} for lack of credit, with {credit} left"
                    )
                })
            });
        } else if let Event::Lifted { meter, reason, .. } = event {
            let Some((_, open)) = self.meters.get_mut(meter) else { return };
            let idle = !open.remove(reason);
            self.tally.look(
                idle.then(|| {
                    format!("record {seq} lifts a cut of meter {meter} that was not there")
                }),
            );
        } else if let Event::Protected { meter, .. } = event {
            self.protected.insert(*meter);
        } else if let Event::Unprotected { meter, .. } = event {
            self.protected.remove(meter);
        } else if let Event::SupplyProven { meter, contact, .. } = event {
            let Some((_, open)) = self.meters.get(meter) else { return };
            let on = open.is_empty() || self.protected.contains(meter);
            let wanted = if on { Contact::Closed } else { Contact::Open };
            self.tally.look((*contact != wanted).then(|| {
                format!(
                    "record {seq} proves meter {meter} {contact:?}, but it should be {wanted:?}"
                )
            }));
        }
    }
}

/// A supply as it is and as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub meter: MeterId,
    pub wanted: Supply,
    pub contact: Contact,
    /// From a good look; others say nothing.
    pub good: bool,
    /// How long this has been wanted.
    pub since: Span,
    /// An alarm says that the switch does not obey.
    pub alarmed: bool,
}

/// I8 at the contacts: every supply is what it should be, is being made so, or has an alarm.
pub fn supplies(seen: &[Seen]) -> Finding {
    let mut tally = Tally::default();
    for seen in seen.iter().filter(|seen| seen.good) {
        let follows = match (seen.wanted, seen.contact) {
            (Supply::Connected, Contact::Open) | (Supply::Disconnected(_), Contact::Closed) => {
                false
            }
            (Supply::Connected, Contact::Closed | Contact::Unknown)
            | (Supply::Disconnected(_), Contact::Open | Contact::Unknown)
            | (Supply::Armed, Contact::Open | Contact::Closed | Contact::Unknown) => true,
        };
        let forgotten = !follows && !seen.alarmed && seen.since > PATIENCE;
        tally.look(forgotten.then(|| {
            let Seen { meter, wanted, contact, .. } = seen;
            format!("meter {meter} should be {wanted:?}, is {contact:?}, and no alarm says so")
        }));
    }
    tally.finding(Invariant::Supply)
}
