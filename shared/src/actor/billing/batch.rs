//! What waits for a commit.

use std::collections::BTreeSet;

use tokio::sync::oneshot;

use crate::actor::billing::Settlement;
use crate::api::overview::Happening;
use crate::id::{Book, MeterId};
use crate::ledger::Record;
use crate::pay::Payment;
use crate::site::{Done, Refusal};

/// Records on their way to the disk, and what leaves once they are there.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) records: Vec<Record>,
    pub(super) effects: Vec<Effect>,
    /// Oldest first.
    pub(super) happenings: Vec<Happening>,
    pub(super) dirty: BTreeSet<MeterId>,
    /// Alarms changed.
    pub(super) alarms: bool,
    /// A settling round ended in it: figures are due.
    pub(super) round: bool,
}

pub(super) enum Effect {
    Answer(oneshot::Sender<Result<Done, Refusal>>, Result<Done, Refusal>),
    Settled(oneshot::Sender<Settlement>, Book, Settlement),
    Shown(oneshot::Sender<Vec<Payment>>, Vec<Payment>),
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.effects.is_empty()
    }
}

impl Effect {
    /// Somebody who no longer waits has hung up; that is no fault.
    pub(super) fn release(self) {
        match self {
            Self::Answer(to, answer) => drop(to.send(answer)),
            Self::Settled(to, _, settlement) => drop(to.send(settlement)),
            Self::Shown(to, payments) => drop(to.send(payments)),
        }
    }

    /// The commit failed: commands are refused; a settling round only asks for the next look.
    pub(super) fn refuse(self) {
        match self {
            Self::Answer(to, Ok(_)) => drop(to.send(Err(Refusal::Halted))),
            Self::Answer(to, Err(refusal)) => drop(to.send(Err(refusal))),
            Self::Settled(to, _, settlement) => drop(to.send(settlement)),
            // What was to be shown did not happen.
            Self::Shown(to, _) => drop(to),
        }
    }
}
