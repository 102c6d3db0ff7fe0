//! A virtual line: the owner of its virtual meters, behind the same port as a real one.

use std::collections::BTreeMap;

use actix::{Actor, Context, Handler, Message, MessageResult};
use shared::actor::port::{LineJob, LineRequest};
use shared::energy::Register;
use shared::id::{LineId, MeterId};
use shared::meter::{CommFault, Observation, Telegram};
use shared::time::Timestamp;

use crate::chance::Seed;
use crate::fault::{Disturbance, Disturbances, Disturbed};
use crate::load::Desk;
use crate::meter::{Truth, VirtualMeter};
use crate::relay::RelayFault;

/// Answers at the time it is asked for: it has no timers, so it is as fast as its world.
pub struct VirtualBus {
    line: LineId,
    seed: Seed,
    desk: Desk,
    meters: BTreeMap<MeterId, Unit>,
    disturbances: Disturbances,
    contacts: u64,
}

struct Unit {
    meter: VirtualMeter,
    last: Option<Telegram>,
}

impl VirtualBus {
    pub fn new(line: LineId, seed: Seed, desk: Desk) -> Self {
        let (meters, disturbances) = (BTreeMap::new(), Disturbances::default());
        Self { line, seed, desk, meters, disturbances, contacts: 0 }
    }

    pub fn connect(&mut self, meter: VirtualMeter) {
        self.meters.insert(meter.plate().meter, Unit { meter, last: None });
    }

    pub fn disturb(&mut self, disturbance: Disturbance) {
        self.disturbances.add(disturbance);
    }

    /// One contact, as the head-end sees it.
    pub fn answer(&mut self, request: &LineRequest) -> Observation {
        self.contacts += 1;
        let outcome = self.contact(request);
        Observation { at: request.now, outcome }
    }

    fn contact(&mut self, request: &LineRequest) -> Result<Telegram, CommFault> {
        let LineRequest { meter, now, job } = *request;
        // Nobody answers at an address where nobody is.
        let unit = self.meters.get_mut(&meter).ok_or(CommFault::Timeout)?;
        unit.meter.run(&mut self.desk, now);
        let turn = match job {
            LineJob::Poll => 0,
            LineJob::Switch(_) => 1,
        };
        let falsehood = match self.disturbances.strike(self.seed, self.line, meter, now, turn) {
            Some(Disturbed::Unheard(fault)) => return Err(fault),
            Some(Disturbed::Unanswered(fault)) => {
                unit.carry_out(job);
                return Err(fault);
            }
            Some(Disturbed::Wrong(falsehood)) => Some(falsehood),
            None => None,
        };
        unit.carry_out(job);
        let truth = unit.meter.telegram(&mut self.desk);
        let Some(falsehood) = falsehood else {
            unit.last = Some(truth.clone());
            return Ok(truth);
        };
        Ok(falsehood.told(truth, unit.last.as_ref()))
    }
}

impl Unit {
    fn carry_out(&mut self, job: LineJob) {
        match job {
            LineJob::Poll => (),
            LineJob::Switch(command) => self.meter.switch(command),
        }
    }
}

impl Actor for VirtualBus {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // Every meter may ask at the same instant.
        ctx.set_mailbox_capacity(self.meters.len() + 16);
    }
}

impl Handler<LineRequest> for VirtualBus {
    type Result = MessageResult<LineRequest>;
    fn handle(&mut self, request: LineRequest, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.answer(&request))
    }
}

/// Adds a disturbance to a running line.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Disturb(pub Disturbance);

impl Handler<Disturb> for VirtualBus {
    type Result = ();
    fn handle(&mut self, Disturb(disturbance): Disturb, _: &mut Context<Self>) {
        self.disturb(disturbance);
    }
}

/// Breaks or mends the switch of a meter; answers whether the meter is on this line.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "bool")]
pub struct BreakRelay {
    pub meter: MeterId,
    pub fault: RelayFault,
}

impl Handler<BreakRelay> for VirtualBus {
    type Result = bool;
    fn handle(&mut self, BreakRelay { meter, fault }: BreakRelay, _: &mut Context<Self>) -> bool {
        let unit = self.meters.get_mut(&meter);
        unit.map(|unit| unit.meter.break_relay(fault)).is_some()
    }
}

/// Hangs another meter in the place of one; answers whether that was on this line.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "bool")]
pub struct Exchange {
    pub meter: MeterId,
    pub now: Timestamp,
    pub first: Register,
}

impl Handler<Exchange> for VirtualBus {
    type Result = bool;
    fn handle(&mut self, order: Exchange, _: &mut Context<Self>) -> bool {
        let Some(unit) = self.meters.get_mut(&order.meter) else { return false };
        unit.meter.run(&mut self.desk, order.now);
        unit.meter.exchange(order.first);
        unit.last = None;
        true
    }
}

/// Leads a part of the load past a meter from `now` on; answers whether the meter is on this line.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "bool")]
pub struct Alter {
    pub meter: MeterId,
    pub now: Timestamp,
    /// What still passes it, in thousandths.
    pub metered_share: i64,
}

impl Handler<Alter> for VirtualBus {
    type Result = bool;
    fn handle(&mut self, order: Alter, _: &mut Context<Self>) -> bool {
        let Some(unit) = self.meters.get_mut(&order.meter) else { return false };
        unit.meter.run(&mut self.desk, order.now);
        unit.meter.metered_share = order.metered_share.clamp(0, 1_000);
        true
    }
}

/// Asks a line for what really happened, up to `now`.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "BusStatus")]
pub struct Status {
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusStatus {
    pub line: LineId,
    pub contacts: u64,
    pub meters: BTreeMap<MeterId, Truth>,
}

impl Handler<Status> for VirtualBus {
    type Result = MessageResult<Status>;
    fn handle(&mut self, Status { now }: Status, _: &mut Context<Self>) -> Self::Result {
        let desk = &mut self.desk;
        let meters = self
            .meters
            .iter_mut()
            .map(|(id, unit)| {
                unit.meter.run(desk, now);
                (*id, unit.meter.truth())
            })
            .collect();
        MessageResult(BusStatus { line: self.line, contacts: self.contacts, meters })
    }
}

#[cfg(test)]
mod tests {
    use shared::energy::Register;
    use shared::meter::{Contact, SwitchCommand};
    use shared::time::Span;

    use super::*;
    use crate::electrical::Phases;
    use crate::fault::{FaultKind, Scope};
    use crate::load::Load;
    use crate::load::tests::{desk, noon};
    use crate::meter::{Nameplate, Standing};
    use crate::physics::Flow;
    use crate::relay::Mechanism;

    fn bus() -> VirtualBus {
        let mut bus = VirtualBus::new(LineId(1), Seed(42), desk());
        let plate = Nameplate::usual(MeterId(5), Phases::One, Mechanism::Internal);
        let standing = Standing {
            at: noon("2026-07-01"),
            register: Register::from_mwh(1_000_000_000),
            contact: Contact::Closed,
        };
        let load = Load::Constant(Flow::resistive(1_000_000));
        bus.connect(VirtualMeter::new(plate, Seed(42), load, standing));
        bus
    }

    fn ask(bus: &mut VirtualBus, minutes: i64, job: LineJob) -> Result<(i64, Contact), CommFault> {
        let now = noon("2026-07-01") + Span::from_mins(minutes);
        let observation = bus.answer(&LineRequest { meter: MeterId(5), now, job });
        assert_eq!(observation.at, now);
        observation.outcome.map(|telegram| (telegram.import.mwh() / 1_000_000, telegram.contact))
    }

    #[test]
    fn the_look_after_a_switch_shows_it() {
        let mut bus = bus();
        assert_eq!(ask(&mut bus, 60, LineJob::Poll), Ok((1_001, Contact::Closed)));
        let open = LineJob::Switch(SwitchCommand::Open);
        assert_eq!(ask(&mut bus, 120, open), Ok((1_002, Contact::Open)));
        assert_eq!(ask(&mut bus, 180, LineJob::Poll), Ok((1_002, Contact::Open)));
    }

    #[test]
    fn nobody_answers_at_a_foreign_address() {
        let request =
            LineRequest { meter: MeterId(6), now: noon("2026-07-01"), job: LineJob::Poll };
        assert_eq!(bus().answer(&request).outcome, Err(CommFault::Timeout));
    }

    #[test]
    fn a_false_zero_is_told_once_and_then_the_truth() {
        let mut bus = bus();
        let from = noon("2026-07-01");
        bus.disturb(Disturbance {
            scope: Scope::Meter(MeterId(5)),
            kind: FaultKind::FalseZero,
            per_million: 1_000_000,
            from,
            until: from + Span::from_days(1),
            count: Some(1),
        });
        assert_eq!(ask(&mut bus, 0, LineJob::Poll), Ok((0, Contact::Closed)));
        assert_eq!(ask(&mut bus, 60, LineJob::Poll), Ok((1_001, Contact::Closed)));
    }
}
