//! The meters of one line of a farm, and what each answers to a request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::id::MeterId;
use shared::meter::profile::{Profile, Ratios, Table};
use shared::meter::{Contact, SwitchCommand};
use shared::time::{Timestamp, Zone};
use simulator::calendar::Calendar;
use simulator::chance::Seed;
use simulator::electrical::Phases;
use simulator::load::appliance::{FLAT, Household};
use simulator::load::{Desk, Load};
use simulator::meter::{Nameplate, Standing, VirtualMeter};
use simulator::relay::Mechanism;

const ILLEGAL_FUNCTION: u8 = 1;
const ILLEGAL_ADDRESS: u8 = 2;
const ILLEGAL_VALUE: u8 = 3;

pub struct Plant {
    meters: BTreeMap<u8, Slave>,
    desk: Desk,
    seed: Seed,
    /// When the farm was opened, and how many times faster than the wall clock its time runs.
    opened: Timestamp,
    speed: i64,
    told: Option<Box<Told>>,
}

/// Who is told of every switch command, at the moment at which it came in.
type Told = dyn FnMut(Timestamp, u8, SwitchCommand);

struct Slave {
    profile: Arc<Profile>,
    meter: VirtualMeter,
}

impl Plant {
    pub fn new(seed: u64, speed: u32, opened: Timestamp) -> Self {
        let desk = Desk::new(Calendar::new(Zone::utc(), BTreeSet::new()));
        let meters = BTreeMap::new();
        Self { meters, desk, seed: Seed(seed), opened, speed: i64::from(speed), told: None }
    }

    /// Puts up a meter that has counted `kwh` so far.
    pub fn put_up(&mut self, unit: u8, profile: Arc<Profile>, kwh: i64) {
        let phases = if profile.phases == 3 { Phases::Three } else { Phases::One };
        let meter = MeterId(u32::from(unit));
        let plate = Nameplate {
            step: profile.step(Ratios::default()),
            ..Nameplate::usual(meter, phases, Mechanism::Internal)
        };
        let use_permille = if profile.phases == 3 { 3_000 } else { 1_000 };
        let load = Load::Appliances(Household { appliances: FLAT, use_permille });
        let register = shared::energy::Register::from_mwh(kwh * 1_000_000);
        let standing = Standing { at: self.opened, register, contact: Contact::Closed };
        let meter = VirtualMeter::new(plate, self.seed, load, standing);
        self.meters.insert(unit, Slave { profile, meter });
    }

    /// Tells of every switch command that a meter takes.
    pub fn tell(&mut self, told: impl FnMut(Timestamp, u8, SwitchCommand) + 'static) {
        self.told = Some(Box::new(told));
    }

    /// The answer to a request, from the function code on; none: no such unit, so nobody speaks.
    pub fn answer(&mut self, now: Timestamp, unit: u8, request: &[u8]) -> Option<Vec<u8>> {
        let slave = self.meters.get_mut(&unit)?;
        let came = now;
        let passed = (now - self.opened).millis().max(0).saturating_mul(self.speed);
        let now = self.opened + shared::time::Span::from_millis(passed);
        slave.meter.run(&mut self.desk, now);
        let mut taken = None;
        let answer = slave.answer(&mut self.desk, request, &mut taken);
        if let (Some(told), Some(command)) = (&mut self.told, taken) {
            told(came, unit, command);
        }
        let function = request.first().copied().unwrap_or_default();
        Some(answer.unwrap_or_else(|exception| vec![function | 0x80, exception]))
    }
}

impl Slave {
    fn answer(
        &mut self,
        desk: &mut Desk,
        request: &[u8],
        taken: &mut Option<SwitchCommand>,
    ) -> Result<Vec<u8>, u8> {
        let [function, a, b, c, d, ..] = *request else { return Err(ILLEGAL_VALUE) };
        let (at, count) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        match function {
            1 | 2 => self.bits(function, at, count),
            3 => self.words(desk, function, (Table::Holding, at, count)),
            4 => self.words(desk, function, (Table::Input, at, count)),
            5 | 6 | 16 => {
                let command = self.command(request)?;
                tracing::debug!(at, ?command, "switch command {command:?}");
                self.meter.switch(command);
                *taken = Some(command);
                Ok(request.iter().copied().take(5).collect())
            }
            _ => Err(ILLEGAL_FUNCTION),
        }
    }

    /// Coil 0 commands the contact of a model that has no switch of its own, as if a relay board
    /// stood at the same address; discrete input 0 feels it.
    fn bits(&self, function: u8, at: u16, count: u16) -> Result<Vec<u8>, u8> {
        if !(1..=2_000).contains(&count) {
            return Err(ILLEGAL_VALUE);
        }
        if at != 0 || count > 8 {
            return Err(ILLEGAL_ADDRESS);
        }
        Ok(vec![function, 1, u8::from(self.meter.relay.is_closed())])
    }

    fn words(
        &mut self,
        desk: &mut Desk,
        function: u8,
        (table, at, count): (Table, u16, u16),
    ) -> Result<Vec<u8>, u8> {
        if !(1..=125).contains(&count) {
            return Err(ILLEGAL_VALUE);
        }
        let telegram = self.meter.telegram(desk);
        let identity = 10_000_000 + self.meter.plate().meter.0;
        let words = self
            .profile
            .registers(&telegram, identity, (table, at, count))
            .ok_or(ILLEGAL_ADDRESS)?;
        let bytes = u8::try_from(count * 2).map_err(|_too_many| ILLEGAL_VALUE)?;
        let mut answer = vec![function, bytes];
        answer.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        Ok(answer)
    }

    fn command(&self, request: &[u8]) -> Result<SwitchCommand, u8> {
        match (self.profile.command(request), request) {
            (Some(command), _) => Ok(command),
            (None, [5, 0, 0, 0xFF, 0]) => Ok(SwitchCommand::Close),
            (None, [5, 0, 0, 0, 0]) => Ok(SwitchCommand::Open),
            (None, _) => Err(ILLEGAL_ADDRESS),
        }
    }
}
