//! A world: simulated time, and everything that happens in it, in one order. It gives meters their
//! turns, lets billing settle, lets tenants pay and events happen, and stops exactly where it is
//! told to: one slice or a thousand come to the same.

mod instant;
mod story;
mod wheel;

use std::collections::BTreeMap;

use actix::{Actor, Addr, MailboxError};
use futures_util::future::try_join_all;
use shared::actor::billing::{BillingSupervisor, Do, Join};
use shared::actor::meter::MeterActor;
use shared::id::{AccountId, Book, IdempotencyKey, LineId, MeterId, StaffId};
use shared::meter::Unit;
use shared::policy::{Place, Policy};
use shared::site::{Command, Order, Refusal};
use shared::time::{Span, Timestamp, Zone};
use thiserror::Error;

use crate::bus::{BusStatus, Status, VirtualBus};
use crate::fault::Disturbance;
use crate::load::Desk;
use crate::meter::VirtualMeter;
use crate::population::Premise;
use crate::scenario::Scenario;
use crate::tenant::Tenant;
use story::{Planned, Story};
use wheel::{Turn, Wheel, next_whole};

/// Simulated meters always draw on this book: no world can reach live money.
const BOOK: Book = Book::Simulated;
/// Tenants look at their credit this often.
const LOOK: Span = Span::from_hours(1);
/// A supply that has just come back is left on for at least this long.
const REST: Span = Span::from_secs(60);
/// So many commands are asked for before the first answer is awaited: one commit.
const TOGETHER: usize = 256;

pub struct World {
    now: Timestamp,
    poll: Span,
    zone: Zone,
    policy: Policy,
    wheel: Wheel,
    billing: Addr<BillingSupervisor>,
    lines: BTreeMap<LineId, Addr<VirtualBus>>,
    homes: BTreeMap<MeterId, Home>,
    tenants: BTreeMap<AccountId, Tenant>,
    events: Vec<Planned>,
    tally: Tally,
}

struct Home {
    meter: Addr<MeterActor>,
    line: LineId,
    account: AccountId,
}

/// A line before it is put up, and who hangs on it.
type Street = (VirtualBus, Vec<(MeterId, AccountId)>);

/// What a world has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Instants at which anything happened.
    pub instants: u64,
    pub polls: u64,
    /// Payments that were taken, and orders that were refused.
    pub payments: u64,
    pub refusals: u64,
}

#[derive(Debug, Error)]
pub enum WorldError {
    #[error("an actor of the simulated world has stopped")]
    Stopped(#[from] MailboxError),
    #[error("a tariff of the simulated world is refused")]
    Tariff(#[source] Refusal),
    #[error("account {account} of the simulated world cannot be opened")]
    Open { account: AccountId, source: Refusal },
}

impl World {
    /// Puts up the lines and meters, opens the accounts that are not open yet, and is at `now`.
    /// After a restart `premises` say where their meters stand, and what was before `now` does not
    /// happen again.
    pub async fn open(
        scenario: &Scenario,
        premises: Vec<Premise>,
        now: Timestamp,
        billing: Addr<BillingSupervisor>,
    ) -> Result<Self, WorldError> {
        let story = Story::of(scenario, &premises);
        let mut world = Self {
            now,
            poll: scenario.poll(),
            zone: scenario.zone.clone(),
            policy: scenario.policy.clone(),
            wheel: Wheel::default(),
            billing,
            lines: BTreeMap::new(),
            homes: BTreeMap::new(),
            tenants: BTreeMap::new(),
            events: story.events,
            tally: Tally::default(),
        };
        world.open_accounts(&premises).await?;
        let mut lines = BTreeMap::new();
        for premise in premises {
            world.move_in(scenario, premise, &mut lines);
        }
        world.put_up(lines, &story.disturbances);
        world.wheel.add(next_whole(now, world.poll), Turn::Round);
        world.wheel.add(next_whole(now, LOOK), Turn::Look);
        for (number, event) in (0_u32..).zip(&world.events) {
            if event.at >= now {
                world.wheel.add(event.at, Turn::Event(number));
            }
        }
        Ok(world)
    }

    async fn open_accounts(&self, premises: &[Premise]) -> Result<(), WorldError> {
        let mut commands = Vec::new();
        for premise in premises {
            let account = premise.account;
            let (tariff, opening) = (premise.tariff.clone(), premise.opening);
            let policy = self.policy.clone();
            let limits = premise.plate.limits();
            let meter = premise.meter;
            commands.push((account, Command::OpenAccount { account, tariff, policy, opening }));
            commands.push((account, Command::BindMeter { account, meter, limits }));
            let (building, floor) = (premise.building.clone(), premise.floor.clone());
            let place = Place { building, floor, feeder: Some(premise.line) };
            commands.push((account, Command::PlaceMeter { meter, place }));
        }
        for some in commands.chunks(TOGETHER) {
            let answers = some.iter().map(|(account, command)| {
                let answer = self.billing.send(Do(self.order(None, command.clone())));
                async move { answer.await.map(|answer| (*account, answer)) }
            });
            for (account, answer) in try_join_all(answers).await? {
                match answer {
                    Ok(_) | Err(Refusal::AccountExists(_) | Refusal::MeterBound(_)) => (),
                    Err(source) => return Err(WorldError::Open { account, source }),
                }
            }
        }
        Ok(())
    }

    fn order(&self, key: Option<IdempotencyKey>, command: Command) -> Order {
        Order { book: BOOK, now: self.now, by: StaffId(0), key, command }
    }

    fn move_in(
        &mut self,
        scenario: &Scenario,
        premise: Premise,
        lines: &mut BTreeMap<LineId, Street>,
    ) {
        let Premise { meter, account, line, plate, load, standing, need, tenant, .. } = premise;
        let (bus, homes) = lines.entry(line).or_insert_with(|| {
            let desk = Desk::new(scenario.calendar());
            (VirtualBus::new(line, scenario.seed, desk), Vec::new())
        });
        bus.connect(VirtualMeter::new(plate, scenario.seed, load, standing));
        homes.push((meter, account));
        if tenant {
            self.tenants.insert(account, Tenant::new(scenario.seed, account, need, self.now));
        }
    }

    fn put_up(&mut self, lines: BTreeMap<LineId, Street>, disturbances: &[Disturbance]) {
        for (line, (mut bus, homes)) in lines {
            for disturbance in disturbances {
                bus.disturb(disturbance.clone());
            }
            let bus = bus.start();
            for (meter, account) in homes {
                let unit = Unit::new(meter, BOOK, true, REST).with_button(true);
                let reports = self.billing.clone().recipient();
                let actor = MeterActor::new(unit, bus.clone().recipient(), reports).start();
                let wants = actor.clone().recipient();
                self.billing.do_send(Join { meter, book: BOOK, wants });
                self.homes.insert(meter, Home { meter: actor, line, account });
            }
            self.lines.insert(line, bus);
        }
    }

    /// Where the world is.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The lines, for whoever wants to disturb them.
    pub fn lines(&self) -> &BTreeMap<LineId, Addr<VirtualBus>> {
        &self.lines
    }

    /// Lets everything happen up to `target`, one instant after the other. `go_on` is asked before
    /// each: with `false` the world stays where it is, between two instants, and says so.
    pub async fn run_until(
        &mut self,
        target: Timestamp,
        mut go_on: impl FnMut() -> bool,
    ) -> Result<Timestamp, WorldError> {
        while let Some(at) = self.wheel.next().filter(|at| *at <= target) {
            if !go_on() {
                return Ok(self.now);
            }
            self.instant(at).await?;
        }
        self.now = self.now.max(target);
        Ok(self.now)
    }

    /// Reads the meters this often from the next round on: a history that nobody watches needs fewer
    /// looks than a screen.
    pub fn read_every(&mut self, poll: Span) {
        self.poll = poll;
    }

    /// Reads one meter again very soon: somebody ordered something for it.
    pub fn hurry(&mut self, meter: MeterId) {
        if self.homes.contains_key(&meter) {
            self.wheel.add(self.now + instant::SOONEST, Turn::Again(meter));
        }
    }

    /// Hangs another meter in the place of one; its register begins at `first`.
    pub async fn exchange(
        &mut self,
        meter: MeterId,
        first: shared::energy::Register,
    ) -> Result<(), WorldError> {
        let line = self.homes.get(&meter).and_then(|home| self.lines.get(&home.line));
        if let Some(line) = line {
            line.send(crate::bus::Exchange { meter, now: self.now, first }).await?;
        }
        self.hurry(meter);
        Ok(())
    }

    /// What really happened at every meter, line by line, up to now.
    pub async fn audit(&self) -> Result<Vec<BusStatus>, WorldError> {
        let now = self.now;
        Ok(try_join_all(self.lines.values().map(|line| line.send(Status { now }))).await?)
    }
}
