//! A virtual meter: integrates its load exactly up to any instant, shows a register in its own
//! step, and beside it keeps the truth, so that a run can be audited.

use serde::{Deserialize, Serialize};
use shared::energy::{Energy, Power, Register};
use shared::id::MeterId;
use shared::meter::{Contact, Limits, SwitchCommand, Telegram};
use shared::time::Timestamp;

use crate::chance::{Seed, Stream};
use crate::electrical::{self, Phases};
use crate::load::{Curve, Desk, Key, Load};
use crate::physics::{Flow, Work};
use crate::relay::{Mechanism, Relay, RelayFault};

/// What is printed on a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nameplate {
    pub meter: MeterId,
    pub phases: Phases,
    /// The register's step: 0.01 kWh on most.
    pub step: Energy,
    /// Where the register begins again at zero: 1,000,000 kWh with eight digits.
    pub capacity: Energy,
    pub mechanism: Mechanism,
}

impl Nameplate {
    pub fn usual(meter: MeterId, phases: Phases, mechanism: Mechanism) -> Self {
        let (step, capacity) = (Energy::from_wh(10), Energy::from_kwh(1_000_000));
        Self { meter, phases, step, capacity, mechanism }
    }

    /// What it can measure at most: 60 A on one phase, 100 A on three, at 250 V.
    pub fn limits(&self) -> Limits {
        let watts = match self.phases {
            Phases::One => 15_000,
            Phases::Three => 75_000,
        };
        let most_power = Power::from_watts(watts);
        Limits { most_power, step: self.step, wraps_at: Some(self.capacity) }
    }
}

/// Where a meter stands when it is put up, or when a run goes on after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub at: Timestamp,
    pub register: Register,
    pub contact: Contact,
}

/// What really happened at a meter since it was put up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// What the load took.
    pub drawn: Energy,
    /// What the meter counted of it.
    pub metered: Energy,
    /// Its register, as the next undisturbed reply will show it.
    pub register: Register,
    pub closed: bool,
}

#[derive(Clone, Debug)]
pub struct VirtualMeter {
    plate: Nameplate,
    key: Key,
    load: Load,
    /// The curve of the day that `at` lies in, that day's end, and the segment of `at`.
    curve: Curve,
    day: (Timestamp, Timestamp),
    place: usize,
    at: Timestamp,
    start: Register,
    drawn: Work,
    metered: Work,
    /// How much of the load passes the meter, in thousandths; less than all is theft.
    pub metered_share: i64,
    pub relay: Relay,
}

impl VirtualMeter {
    pub fn new(plate: Nameplate, seed: Seed, load: Load, standing: Standing) -> Self {
        let relay = Relay::new(plate.mechanism, standing.contact);
        Self {
            key: Key { seed, entity: plate.meter.0 },
            plate,
            load,
            curve: Curve::default(),
            day: (standing.at, standing.at),
            place: 0,
            at: standing.at,
            start: standing.register,
            drawn: Work::ZERO,
            metered: Work::ZERO,
            metered_share: 1_000,
            relay,
        }
    }

    pub fn plate(&self) -> &Nameplate {
        &self.plate
    }

    /// Lets time pass up to `to`. Exact, whatever the steps; time that has passed stays so.
    pub fn run(&mut self, desk: &mut Desk, to: Timestamp) {
        self.relay.settle(self.at);
        while self.at < to {
            if self.at < self.day.0 || self.at >= self.day.1 {
                self.day = desk.draw(&self.load, self.key, self.at, &mut self.curve);
                self.place = self.curve.place(self.at);
            }
            let Some(segment) = self.curve.get(self.place) else { break };
            let moving = self.relay.next_move().filter(|due| *due > self.at);
            let next = to.min(segment.until).min(moving.unwrap_or(to));
            let (time, flow) = (next - self.at, self.through(segment.flow));
            self.drawn += flow.over(time);
            self.metered += self.counted(flow).over(time);
            self.at = next;
            self.place += usize::from(next == segment.until);
            self.relay.settle(next);
        }
    }

    /// What a good poll of this moment shows; run up to it first.
    pub fn telegram(&mut self, desk: &mut Desk) -> Telegram {
        let flow = self.flow_now(desk);
        let live = electrical::live(self.counted(flow), self.plate.phases, self.key, self.at);
        Telegram { import: self.register(), live, contact: self.relay.contact() }
    }

    pub fn switch(&mut self, command: SwitchCommand) {
        let stream = match command {
            SwitchCommand::Open | SwitchCommand::Close => Stream::Relay,
            SwitchCommand::Arm => Stream::Button,
        };
        let chance = self.key.seed.draw(self.key.entity, stream, self.at.millis());
        self.relay.command(self.at, command, chance);
    }

    /// Another meter hangs in its place from now on and shows this; run up to now first.
    pub fn exchange(&mut self, first: Register) {
        self.start = Register::from_mwh(first.mwh() - self.metered.energy().mwh());
    }

    pub fn break_relay(&mut self, fault: RelayFault) {
        self.relay.fault = fault;
    }

    pub fn truth(&self) -> Truth {
        Truth {
            drawn: self.drawn.energy(),
            metered: self.metered.energy(),
            register: self.register(),
            closed: self.relay.is_closed(),
        }
    }

    /// Whole steps only, and round again at the top.
    fn register(&self) -> Register {
        let count = self.start.mwh() + self.metered.energy().mwh();
        let shown = count.div_euclid(self.plate.step.mwh()) * self.plate.step.mwh();
        Register::from_mwh(shown.rem_euclid(self.plate.capacity.mwh()))
    }

    fn flow_now(&mut self, desk: &mut Desk) -> Flow {
        if self.at < self.day.0 || self.at >= self.day.1 {
            self.day = desk.draw(&self.load, self.key, self.at, &mut self.curve);
            self.place = self.curve.place(self.at);
        }
        self.curve.get(self.place).map_or(Flow::NONE, |segment| self.through(segment.flow))
    }

    fn through(&self, flow: Flow) -> Flow {
        if self.relay.is_closed() { flow } else { Flow::NONE }
    }

    fn counted(&self, flow: Flow) -> Flow {
        let share = self.metered_share;
        Flow {
            active_mw: flow.active_mw * share / 1_000,
            reactive_mvar: flow.reactive_mvar * share / 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::time::Span;

    use super::*;
    use crate::load::appliance::{FLAT, Household};
    use crate::load::tests::{desk, noon};

    fn meter(load: Load, register: Register) -> VirtualMeter {
        let plate = Nameplate::usual(MeterId(12), Phases::One, Mechanism::Internal);
        let standing = Standing { at: noon("2026-07-01"), register, contact: Contact::Closed };
        VirtualMeter::new(plate, Seed(42), load, standing)
    }

    fn kilowatt() -> Load {
        Load::Constant(Flow::resistive(1_000_000))
    }

    #[test]
    fn the_register_shows_whole_steps_and_rolls_over() {
        let (mut desk, at) = (desk(), noon("2026-07-01"));
        let mut meter = meter(kilowatt(), Register::from_mwh(999_999_990_000));
        let mut shown = |seconds| {
            meter.run(&mut desk, at + Span::from_secs(seconds));
            meter.telegram(&mut desk).import.mwh()
        };
        assert_eq!(shown(0), 999_999_990_000);
        assert_eq!(shown(35), 999_999_990_000);
        assert_eq!(shown(36), 0);
        assert_eq!(shown(72), 10_000);
        assert_eq!(meter.truth().metered, Energy::from_wh(20));
    }

    #[test]
    fn an_open_relay_stops_energy_and_power() {
        let (mut desk, at) = (desk(), noon("2026-07-01"));
        let mut meter = meter(kilowatt(), Register::default());
        meter.run(&mut desk, at + Span::from_hours(1));
        meter.switch(SwitchCommand::Open);
        meter.run(&mut desk, at + Span::from_hours(5));
        let telegram = meter.telegram(&mut desk);
        assert_eq!(telegram.live.power, Some(Power::ZERO));
        assert_eq!(telegram.contact, Contact::Open);
        assert_eq!(telegram.import, Register::from_mwh(1_000_000));
        meter.switch(SwitchCommand::Close);
        meter.run(&mut desk, at + Span::from_hours(6));
        assert_eq!(meter.truth().drawn, Energy::from_kwh(2));
    }

    #[test]
    fn a_bypass_is_taken_but_not_counted() {
        let (mut desk, at) = (desk(), noon("2026-07-01"));
        let mut meter = meter(kilowatt(), Register::default());
        meter.metered_share = 250;
        meter.run(&mut desk, at + Span::from_hours(4));
        assert_eq!(meter.truth().drawn, Energy::from_kwh(4));
        assert_eq!(meter.truth().metered, Energy::from_kwh(1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn cutting_the_time_into_steps_changes_nothing(
            seed in any::<u64>(),
            mut steps in proptest::collection::vec(0_i64..200_000_000, 0..30),
        ) {
            let (mut desk, at) = (desk(), noon("2026-07-01"));
            let load = Load::Appliances(Household { appliances: FLAT, use_permille: 1_000 });
            let plate = Nameplate::usual(MeterId(12), Phases::One, Mechanism::Breaker);
            let standing = Standing { at, register: Register::default(), contact: Contact::Closed };
            let mut once = VirtualMeter::new(plate.clone(), Seed(seed), load.clone(), standing);
            let mut often = VirtualMeter::new(plate, Seed(seed), load, standing);
            let (cut, end) = (at + Span::from_hours(30), at + Span::from_days(3));
            steps.sort_unstable();
            for meter in [&mut once, &mut often] {
                meter.run(&mut desk, cut);
                meter.switch(SwitchCommand::Open);
                meter.run(&mut desk, cut + Span::from_mins(7));
                meter.switch(SwitchCommand::Arm);
            }
            for step in steps {
                often.run(&mut desk, at + Span::from_millis(step));
                let telegram = often.telegram(&mut desk);
                prop_assert_eq!(telegram.import, often.truth().register);
            }
            once.run(&mut desk, end);
            often.run(&mut desk, end);
            prop_assert_eq!(once.truth(), often.truth());
            prop_assert_eq!(once.telegram(&mut desk), often.telegram(&mut desk));
        }
    }
}
