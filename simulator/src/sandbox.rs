//! A whole site in memory: billing, a journal and a world, without a server. It runs in a test and
//! in the browser alike.

use actix::{Actor, Addr, Context, Handler};
use shared::actor::billing::{BillingStatus, BillingSupervisor, Feed, GetStatus, Publish};
use shared::actor::memory::MemoryJournal;
use shared::id::SiteId;
use shared::site::Site;
use shared::tariff::Tariff;

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
    /// Opens the scenario's site with an empty journal. Needs a running actix system.
    pub async fn open(
        scenario: &Scenario,
        tariffs: impl IntoIterator<Item = Tariff>,
        feed: Feed,
    ) -> Result<Self, WorldError> {
        let site_id = SiteId(1);
        let (journal, port) = MemoryJournal::open(site_id);
        let site = Site::new(scenario.zone.clone(), tariffs);
        let billing = BillingSupervisor::new(site_id, site, port, feed, None).start();
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
