//! One meter: asks its line, keeps what was seen, reports to billing.
//!
//! Real and simulated meters are this same actor; only the line behind it differs.

use actix::{
    Actor, ActorFutureExt, AtomicResponse, Context, Handler, Message, Recipient, WrapFuture,
};

use crate::actor::port::{Line, LineJob, LineRequest};
use crate::id::MeterId;
use crate::meter::{CommFault, Health, Job, Observation, Report, Supply, Unit};
use crate::time::Timestamp;

/// It is this meter's turn; the answer comes when the line has answered and billing was told.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Poll {
    /// In the time of the meter's book.
    pub now: Timestamp,
}

/// What the supply should be from now on. The next poll makes it so.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Want(pub Supply);

/// A report for billing.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Reported(pub Report);

/// Where the meter stands, for operators and tests.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "MeterStatus")]
pub struct GetMeterStatus;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterStatus {
    pub meter: MeterId,
    pub health: Health,
    pub last_fault: Option<(Timestamp, CommFault)>,
}

#[derive(Debug)]
pub struct MeterActor {
    unit: Unit,
    line: Line,
    billing: Recipient<Reported>,
}

impl MeterActor {
    pub fn new(unit: Unit, line: Line, billing: Recipient<Reported>) -> Self {
        Self { unit, line, billing }
    }
}

impl Actor for MeterActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(4);
    }
}

impl Handler<Poll> for MeterActor {
    /// One question at a time: what arrives meanwhile waits.
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, Poll { now }: Poll, _: &mut Self::Context) -> Self::Result {
        let job = self.unit.job(now);
        let asked = match job {
            Job::Poll => LineJob::Poll,
            Job::Switch(command) => LineJob::Switch(command),
        };
        let answer = self.line.send(LineRequest { meter: self.unit.meter(), now, job: asked });
        AtomicResponse::new(Box::pin(answer.into_actor(self).map(move |answer, actor, _| {
            let observation =
                answer.unwrap_or(Observation { at: now, outcome: Err(CommFault::LineDown) });
            let report = actor.unit.observe(job, observation);
            actor.billing.do_send(Reported(report));
        })))
    }
}

impl Handler<Want> for MeterActor {
    type Result = ();
    fn handle(&mut self, Want(supply): Want, _: &mut Self::Context) {
        self.unit.want(supply);
    }
}

impl Handler<GetMeterStatus> for MeterActor {
    type Result = actix::MessageResult<GetMeterStatus>;
    fn handle(&mut self, _: GetMeterStatus, _: &mut Self::Context) -> Self::Result {
        actix::MessageResult(MeterStatus {
            meter: self.unit.meter(),
            health: self.unit.health(),
            last_fault: self.unit.last_fault().cloned(),
        })
    }
}
