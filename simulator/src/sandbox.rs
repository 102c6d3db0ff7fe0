//! A whole site in memory: billing, a journal and a world, without a server. It runs in a test and
//! in the browser alike.

use actix::{Actor, Addr, Context, Handler};
use actix_rt::{System, SystemRunner};
use shared::actor::billing::{BillingStatus, BillingSupervisor, Do, Feed, GetStatus, Publish};
use shared::actor::memory::MemoryJournal;
use shared::id::{Book, SiteId, StaffId};
use shared::site::{Command, Order, Site};

use crate::population::{Premise, premises};
use crate::scenario::Scenario;
use crate::world::{World, WorldError};

pub struct Sandbox {
    pub world: World,
    pub billing: Addr<BillingSupervisor>,
    pub journal: Addr<MemoryJournal>,
    /// Who lives there: names and places for screens.
    pub premises: Vec<Premise>,
}

impl Sandbox {
    /// Opens the scenario's site with an empty journal, under the tariffs of these files. Needs a
    /// running actix system.
    pub async fn open(
        scenario: &Scenario,
        tariffs: impl IntoIterator<Item = String>,
        feed: Feed,
    ) -> Result<Self, WorldError> {
        let site_id = SiteId(1);
        let (journal, port) = MemoryJournal::open(site_id);
        let site = Site::new(scenario.zone.clone());
        let billing = BillingSupervisor::new(site_id, site, port, feed, None).start();
        for text in tariffs {
            let command = Command::PublishTariff { text, approved_by: None };
            let (book, now, by) = (Book::Simulated, scenario.begin(), StaffId(0));
            let published = billing.send(Do(Order { book, now, by, key: None, command })).await?;
            published.map_err(WorldError::Tariff)?;
        }
        let premises = premises(scenario);
        let world =
            World::open(scenario, premises.clone(), scenario.begin(), billing.clone()).await?;
        Ok(Self { world, billing, journal, premises })
    }

    /// Where billing stands; its head is the hash of everything that happened.
    pub async fn status(&self) -> Result<BillingStatus, WorldError> {
        Ok(self.billing.send(GetStatus).await?)
    }
}

/// The system that actors run in where there is neither a clock nor a network: drive it with
/// `block_on`, one slice after the other. The ordinary system starts timers, and a browser has no
/// clock for them.
pub fn engine() -> SystemRunner {
    System::with_tokio_rt(|| {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime without drivers asks nothing of its host")
    })
}

/// A feed that nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Actor for Unwatched {
    type Context = Context<Self>;
}

impl Handler<Publish> for Unwatched {
    type Result = ();
    fn handle(&mut self, _: Publish, _: &mut Context<Self>) {}
}
