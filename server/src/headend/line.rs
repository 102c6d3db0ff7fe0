//! The actor in front of a line. It only forwards: to the desk of the meter's line, and to the desk
//! of the line its breaker hangs on, and puts the two answers together.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use actix::dev::MessageResponse;
use actix::{Actor, Context, Handler, Message, MessageResult, ResponseFuture};
use shared::actor::port::{LineJob, LineRequest};
use shared::id::MeterId;
use shared::meter::profile::Library;
use shared::meter::{CommFault, Observation};
use tokio::time::Instant;

use super::binding::{Binding, Observer, tell};
use super::config::{LineConfig, MeterConfig, UnitAddress};
use super::desk::{Desk, Done, Task, Urgency};
use super::device::{Device, Role};
use super::owner::{Devices, Units};
use super::question::Question;
use super::roof::Roof;
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

impl Actor for LineActor {
    type Context = Context<Self>;
}

impl Handler<LineRequest> for LineActor {
    type Result = Forwarded;

    fn handle(&mut self, request: LineRequest, _: &mut Context<Self>) -> Forwarded {
        let binding = self.meters.get(&request.meter).cloned();
        Forwarded { binding, job: request.job, clock: Arc::clone(&self.clock) }
    }
}

/// A poll or a command on its way to the desk; whoever asked is told from there.
pub struct Forwarded {
    binding: Option<Rc<Binding>>,
    job: LineJob,
    clock: Clock,
}

impl MessageResponse<LineActor, LineRequest> for Forwarded {
    fn handle(self, _: &mut Context<LineActor>, observer: Observer) {
        let Self { binding, job, clock } = self;
        match (binding, job) {
            (Some(binding), LineJob::Poll) => binding.poll(observer, clock),
            (Some(binding), LineJob::Switch(command)) => {
                actix_rt::spawn(async move {
                    tell(observer, binding.switch(command, &clock).await);
                });
            }
            (None, LineJob::Poll | LineJob::Switch(_)) => {
                tell(observer, Observation { at: clock(), outcome: Err(CommFault::LineDown) });
            }
        }
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
            units.iter().map(|(address, unit)| unit.borrow().status(*address, now)).collect();
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
