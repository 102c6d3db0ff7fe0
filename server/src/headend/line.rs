//! The actor in front of a line. It only forwards: to the desk of the meter's line, and to the desk
//! of the line its breaker hangs on, and puts the two answers together.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use actix::{Actor, Context, Handler, Message, MessageResult, ResponseFuture};
use serde::Serialize;
use shared::actor::port::{LineJob, LineRequest};
use shared::id::{LineId, MeterId};
use shared::meter::profile::{Evidence, Profile, Ratios};
use shared::meter::{CommFault, Observation, SwitchCommand};
use tokio::time::Instant;

use super::desk::{Answer, Desk, Done, Task, Urgency};
use super::owner::Units;
use super::trace::Frame;
use super::unit::UnitStatus;
use super::wire::{Clock, Wire};

pub struct LineActor {
    pub(super) id: LineId,
    pub(super) name: String,
    pub(super) clock: Clock,
    pub(super) desk: Rc<Desk>,
    pub(super) units: Units,
    pub(super) wire: Wire,
    pub(super) meters: BTreeMap<MeterId, Rc<Binding>>,
}

/// Where a device is found: the desk of its line, and its place there.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) desk: Rc<Desk>,
    pub(super) device: usize,
}

pub(super) struct Binding {
    pub(super) meter: Place,
    pub(super) profile: Arc<Profile>,
    pub(super) ratios: Ratios,
    /// A switch outside the meter.
    pub(super) relay: Option<Place>,
}

impl Place {
    async fn ask(&self, task: Task, urgency: Urgency, clock: &Clock) -> Answer {
        let answer = self.desk.ask(self.device, task, urgency).await;
        // The owner runs as long as the actor; if it fell, the line is down until a restart.
        answer.unwrap_or_else(|_gone| Answer { at: clock(), outcome: Err(CommFault::LineDown) })
    }
}

impl Binding {
    async fn observe(&self, urgency: Urgency, clock: &Clock) -> Observation {
        let meter = self.meter.ask(Task::Read, urgency, clock);
        let (meter, board) = match &self.relay {
            Some(relay) => {
                let board = relay.ask(Task::Read, urgency, clock);
                let (meter, board) = futures_util::future::join(meter, board).await;
                (meter, Some(evidence(board)))
            }
            None => (meter.await, None),
        };
        let outcome = match meter.outcome {
            Ok(Done::Values(values)) => {
                self.profile.telegram(&values, self.ratios, board).map_err(CommFault::Implausible)
            }
            Ok(Done::Evidence(_) | Done::Written) => Err(CommFault::WrongReply),
            Err(fault) => Err(fault),
        };
        Observation { at: meter.at, outcome }
    }

    async fn switch(&self, command: SwitchCommand, clock: &Clock) -> Observation {
        let switch = self.relay.as_ref().unwrap_or(&self.meter);
        let written = switch.ask(Task::Switch(command), Urgency::Command, clock).await;
        match written.outcome {
            Ok(_acknowledged) => self.observe(Urgency::Proof, clock).await,
            Err(fault) => Observation { at: written.at, outcome: Err(fault) },
        }
    }
}

/// A board that does not answer says nothing of the contact; the meter's register still counts.
fn evidence(answer: Answer) -> Evidence {
    match answer.outcome {
        Ok(Done::Evidence(evidence)) => evidence,
        Ok(Done::Values(_) | Done::Written) | Err(_) => Evidence::default(),
    }
}

impl Actor for LineActor {
    type Context = Context<Self>;
}

impl Handler<LineRequest> for LineActor {
    type Result = ResponseFuture<Observation>;

    fn handle(&mut self, request: LineRequest, _: &mut Context<Self>) -> Self::Result {
        let binding = self.meters.get(&request.meter).cloned();
        let clock = Arc::clone(&self.clock);
        Box::pin(async move {
            match (binding, request.job) {
                (Some(binding), LineJob::Poll) => binding.observe(Urgency::Poll, &clock).await,
                (Some(binding), LineJob::Switch(command)) => binding.switch(command, &clock).await,
                (None, LineJob::Poll | LineJob::Switch(_)) => {
                    Observation { at: clock(), outcome: Err(CommFault::LineDown) }
                }
            }
        })
    }
}

/// Asks a line how it does.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "LineStatus")]
pub struct Status;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineStatus {
    pub id: LineId,
    pub name: String,
    pub is_open: bool,
    /// Jobs that wait.
    pub waiting: usize,
    pub units: Vec<UnitStatus>,
    /// The last frames, oldest first.
    pub frames: Vec<Frame>,
}

impl Handler<Status> for LineActor {
    type Result = MessageResult<Status>;

    fn handle(&mut self, _: Status, _: &mut Context<Self>) -> Self::Result {
        let now = Instant::now();
        let units = self.units.borrow();
        MessageResult(LineStatus {
            id: self.id,
            name: self.name.clone(),
            is_open: self.wire.is_open(),
            waiting: self.desk.waiting(),
            units: units.iter().map(|(address, unit)| unit.status(*address, now)).collect(),
            frames: self.wire.frames(),
        })
    }
}
