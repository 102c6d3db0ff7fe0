//! A meter of a line: where its registers and its breaker are found, and how the two answers become
//! one observation.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::dev::OneshotSender;
use shared::meter::profile::{Evidence, Profile, Ratios, judge};
use shared::meter::{CommFault, Contact, Observation, SwitchCommand};
use tokio::time::Instant;

use super::config::UnitAddress;
use super::desk::{Answer, Asker, Desk, Done, Task, Urgency};
use super::unit::Unit;
use super::wire::Clock;

/// Where a device is found: the desk of its line, and its place there.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) desk: Rc<Desk>,
    pub(super) state: Rc<RefCell<Unit>>,
    pub(super) unit: UnitAddress,
    pub(super) device: usize,
}

/// What changes seldom is asked for with every tenth poll, and not more often than once a minute.
const SLOW: u32 = 10;
const SLOWEST: Duration = Duration::from_mins(1);

/// While current flows through a contact that was read as closed, it is closed: its board is asked
/// again only after so long, and at once when no current flows or a command was given.
const EVIDENCE: Duration = Duration::from_mins(1);

pub(super) struct Binding {
    pub(super) meter: Place,
    pub(super) profile: Arc<Profile>,
    pub(super) ratios: Ratios,
    /// A switch outside the meter.
    pub(super) relay: Option<Place>,
    pub(super) has_slow: bool,
    pub(super) polls: Cell<u32>,
    /// When what changes seldom was last asked for.
    pub(super) slow_asked: Cell<Option<Instant>>,
    /// What the board last said, and when.
    pub(super) evidence: Cell<Option<(Evidence, Instant)>>,
}

impl Place {
    async fn read(&self, urgency: Urgency, clock: &Clock) -> Answer {
        if urgency == Urgency::Fast && self.rests() {
            return Answer { at: clock(), outcome: Err(CommFault::BackedOff) };
        }
        self.ask(Task::Read(self.device), urgency, clock).await
    }

    /// Whoever asks for a meter that rests need not wait behind those that are awake.
    fn rests(&self) -> bool {
        self.state.borrow().rests()
    }

    async fn ask(&self, task: Task, urgency: Urgency, clock: &Clock) -> Answer {
        let answer = self.desk.ask(task, urgency).await;
        // The owner runs as long as the actor; if it fell, the line is down until a restart.
        answer.unwrap_or_else(|_gone| Answer { at: clock(), outcome: Err(CommFault::LineDown) })
    }
}

/// Who waits for the observation of a meter; nobody, if only the status of the line is looked at.
pub(super) type Observer = Option<OneshotSender<Observation>>;

impl Binding {
    /// Polls a meter and tells the observer. Where the meter alone is asked its answer goes straight
    /// from the owner of the line to the observer, and no task waits in between.
    pub(super) fn poll(self: Rc<Self>, observer: Observer, clock: Clock) {
        if self.relay.is_some() && self.closed_before(Urgency::Fast).is_none() {
            actix_rt::spawn(async move {
                tell(observer, self.observe(Urgency::Fast, &clock).await);
            });
            return;
        }
        self.look_at_the_slow();
        if self.meter.rests() {
            tell(observer, Observation { at: clock(), outcome: Err(CommFault::BackedOff) });
        } else {
            let (desk, task) = (Rc::clone(&self.meter.desk), Task::Read(self.meter.device));
            desk.put(task, Urgency::Fast, Asker::Observer(self, observer, clock));
        }
    }

    /// The meter has answered; its board is asked only if that is not enough.
    pub(super) fn answered(self: Rc<Self>, meter: Answer, observer: Observer, clock: Clock) {
        if self.relay.is_none() {
            return tell(observer, self.seen(meter, None));
        }
        // A command may have been given in between; then nothing is known of the contact.
        if let Some(closed) = self.closed_before(Urgency::Fast)
            && self.draws(&meter)
        {
            return tell(observer, self.seen(meter, Some(closed)));
        }
        actix_rt::spawn(async move {
            let said = match &self.relay {
                Some(relay) => Some(self.ask_board(relay, Urgency::Fast, &clock).await),
                None => None,
            };
            tell(observer, self.seen(meter, said));
        });
    }

    /// Asks for what changes seldom, if it is time to.
    fn look_at_the_slow(&self) {
        if !self.has_slow {
            return;
        }
        let polls = self.polls.get();
        let long_ago = |asked: Instant| polls >= SLOW && asked.elapsed() >= SLOWEST;
        self.polls.set(polls.saturating_add(1));
        if self.slow_asked.get().is_none_or(long_ago) {
            self.polls.set(1);
            self.slow_asked.set(Some(Instant::now()));
            // Nobody waits for it; it is looked at in the line's status.
            drop(self.meter.desk.ask(Task::ReadSlow(self.meter.device), Urgency::Slow));
        }
    }

    pub(super) async fn observe(&self, urgency: Urgency, clock: &Clock) -> Observation {
        if urgency == Urgency::Fast {
            self.look_at_the_slow();
        }
        let (meter, board) = match &self.relay {
            None => (self.meter.read(urgency, clock).await, None),
            Some(relay) => {
                let (meter, board) = self.read_both(relay, urgency, clock).await;
                (meter, Some(board))
            }
        };
        self.seen(meter, board)
    }

    /// What the answers of the meter and of its board say together.
    pub(super) fn seen(&self, meter: Answer, board: Option<Evidence>) -> Observation {
        let outcome = match meter.outcome {
            Ok(Done::Values(values)) => {
                self.profile.telegram(&values, self.ratios, board).map_err(CommFault::Implausible)
            }
            Ok(Done::Evidence(_) | Done::Written | Done::Words(_) | Done::Bytes(_)) => {
                Err(CommFault::WrongReply)
            }
            Err(fault) => Err(fault),
        };
        Observation { at: meter.at, outcome }
    }

    async fn read_both(
        &self,
        relay: &Place,
        urgency: Urgency,
        clock: &Clock,
    ) -> (Answer, Evidence) {
        if let Some(closed) = self.closed_before(urgency) {
            let meter = self.meter.read(urgency, clock).await;
            if self.draws(&meter) {
                return (meter, closed);
            }
            (meter, self.ask_board(relay, urgency, clock).await)
        } else {
            let meter = self.meter.read(urgency, clock);
            futures_util::future::join(meter, self.ask_board(relay, urgency, clock)).await
        }
    }

    async fn ask_board(&self, relay: &Place, urgency: Urgency, clock: &Clock) -> Evidence {
        let said = evidence(relay.read(urgency, clock).await);
        self.evidence.set(Some((said, Instant::now())));
        said
    }

    /// What the board said, if that was not long ago and is that the contact is closed.
    fn closed_before(&self, urgency: Urgency) -> Option<Evidence> {
        let (said, since) = self.evidence.get().filter(|_| urgency == Urgency::Fast)?;
        // A board that said nothing is asked every time.
        let closed = said != Evidence::default() && judge(said, Some(true)) == Contact::Closed;
        (closed && since.elapsed() < EVIDENCE).then_some(said)
    }

    fn draws(&self, meter: &Answer) -> bool {
        match &meter.outcome {
            Ok(Done::Values(values)) => self.profile.draws(values, self.ratios) == Some(true),
            Ok(Done::Evidence(_) | Done::Written | Done::Words(_) | Done::Bytes(_)) | Err(_) => {
                false
            }
        }
    }

    pub(super) async fn switch(&self, command: SwitchCommand, clock: &Clock) -> Observation {
        self.evidence.set(None);
        let switch = self.relay.as_ref().unwrap_or(&self.meter);
        let written =
            switch.ask(Task::Switch(switch.device, command), Urgency::Command, clock).await;
        match written.outcome {
            Ok(_acknowledged) => self.observe(Urgency::Proof, clock).await,
            Err(fault) => Observation { at: written.at, outcome: Err(fault) },
        }
    }
}

pub(super) fn tell(observer: Observer, seen: Observation) {
    // An observer who left has taken a decision without us; there is nothing to tell him.
    drop(observer.map(|observer| observer.send(seen)));
}

/// A board that does not answer says nothing of the contact; the meter's register still counts.
fn evidence(answer: Answer) -> Evidence {
    match answer.outcome {
        Ok(Done::Evidence(evidence)) => evidence,
        Ok(Done::Values(_) | Done::Written | Done::Words(_) | Done::Bytes(_)) | Err(_) => {
            Evidence::default()
        }
    }
}
