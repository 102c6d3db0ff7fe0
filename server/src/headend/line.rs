//! The actor in front of a line. It only forwards: to the desk of the meter's line, and to the desk
//! of the line its breaker hangs on, and puts the two answers together.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Context, Handler, Message, MessageResult, ResponseFuture};
use shared::actor::port::{LineJob, LineRequest};
use shared::id::MeterId;
use shared::meter::profile::{Evidence, Library, Profile, Ratios, judge};
use shared::meter::{CommFault, Contact, Observation, SwitchCommand};
use tokio::time::Instant;

use super::config::{LineConfig, MeterConfig, UnitAddress};
use super::desk::{Answer, Desk, Done, Task, Urgency};
use super::device::{Device, Role};
use super::owner::{Devices, Units};
use super::question::Question;
use super::roof::Roof;
use super::unit::Unit;
use super::wire::{Clock, Wire};

pub use shared::api::line::LineView as LineStatus;

pub struct LineActor {
    pub(super) config: LineConfig,
    pub(super) clock: Clock,
    pub(super) desk: Rc<Desk>,
    pub(super) units: Units,
    pub(super) devices: Devices,
    pub(super) wire: Wire,
    pub(super) roof: Rc<RefCell<Roof>>,
    pub(super) meters: BTreeMap<MeterId, Rc<Binding>>,
}

/// Where a device is found: the desk of its line, and its place there.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) desk: Rc<Desk>,
    pub(super) units: Units,
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
        // At once: whoever asks for a meter that rests need not wait behind those that are awake.
        let rests = urgency == Urgency::Fast
            && self.units.borrow().get(&self.unit).is_some_and(Unit::rests);
        if rests {
            return Answer { at: clock(), outcome: Err(CommFault::BackedOff) };
        }
        self.ask(Task::Read(self.device), urgency, clock).await
    }

    async fn ask(&self, task: Task, urgency: Urgency, clock: &Clock) -> Answer {
        let answer = self.desk.ask(task, urgency).await;
        // The owner runs as long as the actor; if it fell, the line is down until a restart.
        answer.unwrap_or_else(|_gone| Answer { at: clock(), outcome: Err(CommFault::LineDown) })
    }
}

impl Binding {
    async fn observe(&self, urgency: Urgency, clock: &Clock) -> Observation {
        if self.has_slow && urgency == Urgency::Fast {
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
        let (meter, board) = match &self.relay {
            None => (self.meter.read(urgency, clock).await, None),
            Some(relay) => {
                let (meter, board) = self.read_both(relay, urgency, clock).await;
                (meter, Some(board))
            }
        };
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
        let (meter, board) = if let Some(closed) = self.closed_before(urgency) {
            let meter = self.meter.read(urgency, clock).await;
            if self.draws(&meter) {
                return (meter, closed);
            }
            (meter, relay.read(urgency, clock).await)
        } else {
            let meter = self.meter.read(urgency, clock);
            futures_util::future::join(meter, relay.read(urgency, clock)).await
        };
        let said = evidence(board);
        self.evidence.set(Some((said, Instant::now())));
        (meter, said)
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

    async fn switch(&self, command: SwitchCommand, clock: &Clock) -> Observation {
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

/// A board that does not answer says nothing of the contact; the meter's register still counts.
fn evidence(answer: Answer) -> Evidence {
    match answer.outcome {
        Ok(Done::Evidence(evidence)) => evidence,
        Ok(Done::Values(_) | Done::Written | Done::Words(_) | Done::Bytes(_)) | Err(_) => {
            Evidence::default()
        }
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
                (Some(binding), LineJob::Poll) => binding.observe(Urgency::Fast, &clock).await,
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

impl Handler<Status> for LineActor {
    type Result = MessageResult<Status>;

    fn handle(&mut self, _: Status, _: &mut Context<Self>) -> Self::Result {
        let now = Instant::now();
        let units = self.units.borrow();
        let mut views: Vec<_> =
            units.iter().map(|(address, unit)| unit.status(*address, now)).collect();
        for device in self.devices.borrow().iter() {
            let at = u8::from(device.unit);
            let Some(view) = views.iter_mut().find(|view| view.unit == at) else { continue };
            if !view.model.split(" + ").any(|model| model == device.profile.id) {
                let and = if view.model.is_empty() { "" } else { " + " };
                view.model = format!("{}{and}{}", view.model, device.profile.id);
            }
            view.points.extend(device.shown.borrow().points(&device.profile));
        }
        for (meter, binding) in &self.meters {
            let at = u8::from(binding.meter.unit);
            if let Some(view) = views.iter_mut().find(|view| view.unit == at) {
                view.meter = Some(*meter);
            }
        }
        let LineConfig { id, name, transport, read_only, .. } = &self.config;
        MessageResult(LineStatus {
            id: *id,
            name: name.clone(),
            address: transport.to_string(),
            is_open: self.wire.is_open(),
            read_only: *read_only,
            waiting: self.desk.waiting(),
            units: views,
            frames: self.wire.frames(transport.unit_at()),
        })
    }
}

/// A single request to any unit of the line.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Vec<u16>, CommFault>")]
pub struct ReadOnce(pub Question);

/// A request in bytes to any unit of the line: a function of the vendor's own.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Vec<u8>, CommFault>")]
pub struct SendRaw(pub Question);

impl LineActor {
    /// Behind all polls, and before those that do not answer.
    async fn ask(desk: Rc<Desk>, question: Question) -> Result<Done, CommFault> {
        let answer = desk.ask(Task::Ask(question), Urgency::Slow).await;
        answer.map_or(Err(CommFault::LineDown), |answer| answer.outcome)
    }
}

impl Handler<ReadOnce> for LineActor {
    type Result = ResponseFuture<Result<Vec<u16>, CommFault>>;

    fn handle(&mut self, ReadOnce(question): ReadOnce, _: &mut Context<Self>) -> Self::Result {
        let asked = Self::ask(Rc::clone(&self.desk), question);
        Box::pin(async move {
            match asked.await? {
                Done::Words(words) => Ok(words),
                Done::Values(_) | Done::Evidence(_) | Done::Written | Done::Bytes(_) => {
                    Err(CommFault::WrongReply)
                }
            }
        })
    }
}

impl Handler<SendRaw> for LineActor {
    type Result = ResponseFuture<Result<Vec<u8>, CommFault>>;

    fn handle(&mut self, SendRaw(question): SendRaw, _: &mut Context<Self>) -> Self::Result {
        let asked = Self::ask(Rc::clone(&self.desk), question);
        Box::pin(async move {
            match asked.await? {
                Done::Bytes(bytes) => Ok(bytes),
                Done::Values(_) | Done::Evidence(_) | Done::Written | Done::Words(_) => {
                    Err(CommFault::WrongReply)
                }
            }
        })
    }
}

/// Asks a device that is no meter of the site yet, as if it were one.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Observation")]
pub struct Try {
    pub meter: MeterConfig,
    pub library: Arc<Library>,
    pub job: LineJob,
}

impl Handler<Try> for LineActor {
    type Result = ResponseFuture<Observation>;

    fn handle(&mut self, Try { meter, library, job }: Try, _: &mut Context<Self>) -> Self::Result {
        let clock = Arc::clone(&self.clock);
        let binding = self.roof.borrow_mut().try_out(&meter, &library);
        Box::pin(async move {
            match (binding, job) {
                (Some(binding), LineJob::Poll) => binding.observe(Urgency::Proof, &clock).await,
                (Some(binding), LineJob::Switch(command)) => binding.switch(command, &clock).await,
                (None, _) => Observation { at: clock(), outcome: Err(CommFault::LineDown) },
            }
        })
    }
}

/// Whether an output of a board on this line switches a meter of the site.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "bool")]
pub struct IsInService {
    pub unit: UnitAddress,
    pub output: u16,
}

impl Handler<IsInService> for LineActor {
    type Result = bool;

    fn handle(&mut self, asked: IsInService, _: &mut Context<Self>) -> bool {
        let roof = self.roof.borrow();
        let is_it = |device: &Device| match device.role {
            Role::Output { output, .. } => (device.unit, output) == (asked.unit, asked.output),
            Role::Meter(_) => false,
        };
        let devices = self.devices.borrow();
        devices
            .iter()
            .enumerate()
            .any(|(place, device)| is_it(device) && !roof.only_tried(&self.desk, place))
    }
}

/// Hangs a further meter on the line while it runs; the site was checked with it before.
#[derive(Clone, Debug, Message)]
#[rtype(result = "bool")]
pub struct Attach {
    pub meter: MeterConfig,
    pub library: Arc<Library>,
}

impl Handler<Attach> for LineActor {
    type Result = bool;

    fn handle(&mut self, Attach { meter, library }: Attach, _: &mut Context<Self>) -> bool {
        let binding = self.roof.borrow_mut().bind(&meter, &library);
        binding.map(|binding| self.meters.insert(meter.meter, Rc::new(binding))).is_some()
    }
}
