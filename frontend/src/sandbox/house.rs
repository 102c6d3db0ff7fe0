//! A running building: actors, journal, clock, and what the page sees of them.

use std::cell::RefCell;
use std::rc::Rc;

use actix::{Actor, Addr, Context, Handler, MailboxError};
use shared::actor::billing::{BillingSupervisor, Do, Publish};
use shared::actor::memory::MemoryJournal;
use shared::actor::port::{JournalFault, KeepReadings, Replay};
use shared::api::live::LiveMessage;
use shared::counter::CounterOrder;
use shared::id::{Book, CounterId, SiteId, StaffId};
use shared::money::Money;
use shared::site::{Command, Order, Refusal, Site};
use shared::time::{Span, Timestamp};
use simulator::clock::Pacer;
use simulator::population::{Premise, premises};
use simulator::scenario::{DEMO, Scenario, ScenarioError};
use simulator::week::TARIFFS;
use simulator::world::{World, WorldError};
use thiserror::Error;

use crate::books::Books;
use crate::clock;
use crate::curves::Curves;
use crate::screen::Screen;

/// The person at the page.
pub const ME: StaffId = StaffId(1);
/// The pace a house starts with.
const PACE: u32 = 60;
/// So much has happened before the page opens, with a look this often.
const HISTORY: Span = Span::from_hours(42);
const HISTORY_POLL: Span = Span::from_mins(5);
/// A slice of simulation takes at most so long; then the page has its turn.
const SLICE: Span = Span::from_millis(120);

#[derive(Debug, Error)]
pub enum HouseError {
    #[error("the scenario of the sandbox is refused")]
    Scenario(#[from] ScenarioError),
    #[error("the world of the sandbox stands still")]
    World(#[from] WorldError),
    #[error("an actor of the sandbox has stopped")]
    Stopped(#[from] MailboxError),
    #[error("the journal of the sandbox cannot be read")]
    Journal(#[from] JournalFault),
    #[error("a record of the sandbox cannot be read")]
    Record(#[from] serde_json::Error),
}

/// What the actors report, until the page has taken it in.
#[derive(Default)]
struct Seen {
    screen: Screen,
    curves: Curves,
}

/// The actors' feed and their keeper of readings.
struct Watch(Rc<RefCell<Seen>>);

impl Actor for Watch {
    type Context = Context<Self>;
}

impl Handler<Publish> for Watch {
    type Result = ();
    fn handle(&mut self, Publish(publication): Publish, _: &mut Context<Self>) {
        self.0.borrow_mut().screen.merge(&publication);
    }
}

impl Handler<KeepReadings> for Watch {
    type Result = ();
    fn handle(&mut self, round: KeepReadings, _: &mut Context<Self>) {
        self.0.borrow_mut().curves.keep(&round);
    }
}

pub struct House {
    pub scenario: Scenario,
    pub premises: Vec<Premise>,
    pub billing: Addr<BillingSupervisor>,
    pub books: Books,
    pub pacer: Pacer,
    world: World,
    journal: Addr<MemoryJournal>,
    seen: Rc<RefCell<Seen>>,
}

impl House {
    /// Builds the demo building and lets its first days pass. Needs a running actix system.
    pub async fn open() -> Result<Self, HouseError> {
        let scenario = Scenario::parse("demo.toml", DEMO)?;
        let premises = premises(&scenario);
        let site = SiteId(1);
        let seen =
            Rc::new(RefCell::new(Seen { screen: Screen::new(&premises), ..Seen::default() }));
        let watch = Watch(seen.clone()).start();
        let (journal, port) = MemoryJournal::open(site);
        let kept = Some(watch.clone().recipient());
        let billing = BillingSupervisor::new(
            site,
            Site::new(scenario.zone.clone()),
            port,
            watch.recipient(),
            kept,
        )
        .start();
        let begin = scenario.begin();
        for text in TARIFFS {
            let command = Command::PublishTariff { text: text.to_owned(), approved_by: None };
            let order =
                Order { book: Book::Simulated, now: begin, by: StaffId(0), key: None, command };
            billing.send(Do(order)).await?.map_err(WorldError::Tariff)?;
        }
        let mut world = World::open(&scenario, premises.clone(), begin, billing.clone()).await?;
        world.read_every(HISTORY_POLL);
        let now = world.run_until(begin + HISTORY, || true).await?;
        world.read_every(scenario.poll());
        let pacer = Pacer::new(now, clock::now(), PACE);
        let mut house = Self {
            scenario,
            premises,
            billing,
            books: Books::default(),
            pacer,
            world,
            journal,
            seen,
        };
        let float = Money::from_minor(20_000);
        let open = CounterOrder::Open { counter: CounterId(1), float };
        if let Err(refusal) = house.order(None, Command::Counter(open)).await? {
            unreachable!("a new house has no open shift: {refusal}");
        }
        house.read_journal().await?;
        Ok(house)
    }

    /// Hangs another meter in the place of one.
    pub async fn exchange(
        &mut self,
        meter: shared::id::MeterId,
        first: shared::energy::Register,
    ) -> Result<(), HouseError> {
        Ok(self.world.exchange(meter, first).await?)
    }

    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Lets the building live up to where its clock says, or as far as one slice reaches.
    pub async fn live(&mut self) -> Result<(), HouseError> {
        let begun = clock::now();
        let target = self.pacer.target(begun);
        let now = self.world.run_until(target, || clock::now() - begun < SLICE).await?;
        self.pacer.arrived(now, clock::now());
        self.read_journal().await
    }

    /// One command of the person at the page; its meter is looked at again soon.
    pub async fn order(
        &mut self,
        key: Option<shared::id::IdempotencyKey>,
        command: Command,
    ) -> Result<Result<shared::site::Done, Refusal>, HouseError> {
        let now = self.now();
        let order = Order { book: Book::Simulated, now, by: ME, key, command };
        let done = self.billing.send(Do(order)).await?;
        self.read_journal().await?;
        Ok(done)
    }

    pub fn hurry(&mut self, meter: shared::id::MeterId) {
        self.world.hurry(meter);
    }

    async fn read_journal(&mut self) -> Result<(), HouseError> {
        loop {
            let page = self.journal.send(Replay { after: self.books.seen, limit: 5_000 }).await??;
            if page.is_empty() {
                return Ok(());
            }
            for record in &page {
                self.books.follow(record)?;
            }
        }
    }

    pub fn screen<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(&self.seen.borrow().screen)
    }

    pub fn curves<T>(&self, look: impl FnOnce(&Curves) -> T) -> T {
        look(&self.seen.borrow().curves)
    }

    pub fn snapshot(&self) -> LiveMessage {
        let clock = self.pacer.shown(self.now());
        self.seen.borrow_mut().screen.snapshot(clock::now(), clock)
    }

    pub fn delta(&self) -> LiveMessage {
        let clock = self.pacer.shown(self.now());
        self.seen.borrow_mut().screen.delta(clock::now(), clock)
    }
}
