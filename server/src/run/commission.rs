//! Meters that are brought into service while the site runs. One task does it, in order, on the same
//! path that meters of the site file take at the start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix::Addr;
use shared::actor::billing::BillingSupervisor;
use shared::api::commission::{AddRelay, Commissioned};
use shared::api::meter::Device;
use shared::id::{AccountId, LineId, MeterId, StaffId};
use shared::meter::profile::{Library, Relay, Tested};
use tokio::sync::{mpsc, oneshot};

use super::entry;
use super::fleet::{Fleet, Hung, Known};
use super::live::Newcomers;
use super::real;
use crate::cli::Fault;
use crate::clock;
use crate::config::{Metered, SiteFile};
use crate::headend::config::Output;
use crate::headend::{Attach, LineActor, MeterConfig, RelayConfig, config};
use crate::http::growing::Growing;
use crate::http::live::Hub;
use crate::store::desk::Desk as Questions;
use crate::store::registry::added::{self, Added};

/// What the task works with.
pub(crate) struct Desk {
    pub(crate) site: SiteFile,
    pub(crate) added: Vec<Added>,
    pub(crate) lines: BTreeMap<LineId, Addr<LineActor>>,
    pub(crate) turns: Newcomers,
    pub(crate) billing: Addr<BillingSupervisor>,
    pub(crate) registry: Questions,
    pub(crate) hub: Arc<Hub>,
    pub(crate) devices: Growing<MeterId, Device>,
    pub(crate) accounts: Growing<AccountId, Known>,
    pub(crate) hung: Growing<MeterId, Hung>,
}

enum Work {
    Add { meters: Vec<Metered>, by: StaffId },
    SignOff { meter: MeterId, text: String },
    List,
}

type Worked = Result<Vec<Commissioned>, Fault>;

/// A handle on the task.
#[derive(Clone)]
pub(crate) struct Commission {
    work: mpsc::Sender<(Work, oneshot::Sender<Worked>)>,
    pub(crate) library: Arc<Library>,
}

impl Commission {
    /// Needs a running actix system: the actors of new meters live on its thread.
    pub(crate) fn start(mut desk: Desk) -> Self {
        let (work, mut waiting) = mpsc::channel::<(Work, oneshot::Sender<Worked>)>(8);
        let library = Arc::new(desk.site.library.clone());
        let shared = Arc::clone(&library);
        actix_rt::spawn(async move {
            while let Some((work, answer)) = waiting.recv().await {
                let worked = match work {
                    Work::Add { meters, by } => desk.add(meters, by, &shared).await,
                    Work::SignOff { meter, text } => desk.sign_off(meter, text).await,
                    Work::List => Ok(desk.list()),
                };
                // Whoever asked may have gone away meanwhile.
                drop(answer.send(worked));
            }
        });
        Self { work, library }
    }

    /// Adds all of them or none.
    pub(crate) async fn add(&self, meters: Vec<Metered>, by: StaffId) -> Worked {
        self.ask(Work::Add { meters, by }).await
    }

    pub(crate) async fn sign_off(&self, meter: MeterId, text: String) -> Worked {
        self.ask(Work::SignOff { meter, text }).await
    }

    pub(crate) async fn list(&self) -> Worked {
        self.ask(Work::List).await
    }

    async fn ask(&self, work: Work) -> Worked {
        let (answer, answered) = oneshot::channel();
        let gone = || Fault::failed("the task that adds meters has ended");
        self.work.send((work, answer)).await.map_err(|_closed| gone())?;
        answered.await.map_err(|_closed| gone())?
    }
}

/// Puts the meters that were added before into the site, as if its file named them.
pub(super) async fn join(site: &mut SiteFile, registry: &Questions) -> Result<Vec<Added>, Fault> {
    let added = registry.ask(|db| added::all(db)).await.map_err(Fault::failed)?;
    for added in &added {
        site.meters.push(billed(site, added));
    }
    check(site)?;
    Ok(added)
}

/// Without its account where nobody has proven the model yet: it is read, not billed.
fn billed(site: &SiteFile, added: &Added) -> Metered {
    let proven = is_proven(site, &added.metered) || added.signed_off.is_some();
    let account = added.metered.account.clone().filter(|_| proven);
    Metered { account, ..added.metered.clone() }
}

fn is_proven(site: &SiteFile, metered: &Metered) -> bool {
    let profile = site.library.get(&metered.device.profile);
    profile.is_some_and(|profile| profile.tested != Tested::None)
}

fn has_switch(site: &SiteFile, profile: &str) -> bool {
    let profile = site.library.get(profile);
    profile.is_some_and(|profile| matches!(profile.relay, Relay::Builtin(_)))
}

/// The board that switches a meter, as it was asked for.
fn board_of(device: &MeterConfig, relay: &RelayConfig) -> AddRelay {
    AddRelay {
        line: relay.line,
        unit: relay.unit.unwrap_or(device.unit).into(),
        profile: relay.profile.clone(),
        output: relay.output,
        feedback: relay.feedback,
        connected_when_off: relay.connected_when == Output::Off,
    }
}

fn check(site: &SiteFile) -> Result<(), Fault> {
    let devices: Vec<_> = site.meters.iter().map(|metered| metered.device.clone()).collect();
    config::check(&site.lines, &devices, &site.library).map_err(Fault::input)?;
    let mut accounts = BTreeSet::new();
    for terms in site.meters.iter().filter_map(|metered| metered.account.as_ref()) {
        if !accounts.insert(terms.account) {
            return Err(Fault::input(format!("account {} is there twice", terms.account)));
        }
        if !site.tariffs.contains_key(&terms.tariff) {
            return Err(Fault::input(format!("there is no tariff `{}`", terms.tariff)));
        }
    }
    Ok(())
}

impl Desk {
    async fn add(&mut self, meters: Vec<Metered>, by: StaffId, library: &Arc<Library>) -> Worked {
        let at = clock::now();
        let fresh: Vec<Added> =
            meters.into_iter().map(|metered| Added { metered, by, at, signed_off: None }).collect();
        let mut whole = self.site.clone();
        // The terms too, although they may begin only with the sign-off.
        whole.meters.extend(fresh.iter().map(|added| added.metered.clone()));
        check(&whole)?;
        whole.meters.truncate(self.site.meters.len());
        let joined: Vec<Metered> = fresh.iter().map(|added| billed(&self.site, added)).collect();
        whole.meters.extend(joined.iter().cloned());
        let rows = fresh.clone();
        let kept = self.registry.ask(move |db| {
            let together = db.transaction()?;
            rows.iter().try_for_each(|row| added::put(&together, row))?;
            Ok(together.commit()?)
        });
        kept.await.map_err(Fault::failed)?;
        self.site = whole;
        self.added.extend(fresh);
        self.known(&joined).await?;
        for metered in &joined {
            self.start(metered, library).await?;
        }
        Ok(self.list())
    }

    /// What the screens, the counter and the registry know of places.
    async fn known(&self, meters: &[Metered]) -> Result<(), Fault> {
        let mut fleet = Fleet::default();
        fleet.add_site(&SiteFile { meters: meters.to_vec(), ..self.site.clone() });
        entry::remember(&self.registry, &fleet).await?;
        let mut rows = fleet.rows;
        for row in &mut rows {
            if let Some(known) = self.hub.row(row.meter) {
                row.change = known.change;
            }
        }
        self.hub.add(rows);
        self.devices.extend(fleet.devices);
        self.accounts.extend(fleet.accounts);
        self.hung.extend(fleet.hung);
        Ok(())
    }

    async fn start(&self, metered: &Metered, library: &Arc<Library>) -> Result<(), Fault> {
        let mut postponed = Vec::new();
        real::open_accounts(
            &self.site,
            std::slice::from_ref(metered),
            &self.billing,
            &mut postponed,
        )
        .await?;
        let device = metered.device.clone();
        let Some(line) = self.lines.get(&device.line) else { return Ok(()) };
        let attach = Attach { meter: device, library: Arc::clone(library) };
        if !line.send(attach).await.map_err(Fault::failed)? {
            return Err(Fault::failed("the line does not take the meter"));
        }
        let port = line.clone().recipient();
        let turn = real::turn(&self.site, metered, port, &self.billing).await?;
        self.turns.send(turn).await.map_err(|_ended| Fault::failed("the site is ending"))
    }

    async fn sign_off(&mut self, meter: MeterId, text: String) -> Worked {
        let site = self.site.clone();
        let none = || Fault::input(format!("meter {meter} was not added on the page"));
        let added = self.added.iter_mut().find(|added| added.metered.device.meter == meter);
        let added = added.ok_or_else(none)?;
        if added.signed_off.is_some() {
            return Err(Fault::input(format!("meter {meter} is signed off already")));
        }
        let kept = text.clone();
        let kept = self.registry.ask(move |db| added::sign_off(db, meter, &kept));
        kept.await.map_err(Fault::failed)?;
        added.signed_off = Some(text);
        let metered = billed(&site, added);
        for known in &mut self.site.meters {
            if known.device.meter == meter {
                known.account.clone_from(&metered.account);
            }
        }
        self.known(std::slice::from_ref(&metered)).await?;
        real::open_accounts(
            &self.site,
            std::slice::from_ref(&metered),
            &self.billing,
            &mut Vec::new(),
        )
        .await?;
        Ok(self.list())
    }

    fn list(&self) -> Vec<Commissioned> {
        let row = |added: &Added| {
            let Metered { device, name, building, floor, account, .. } = &added.metered;
            Commissioned {
                meter: device.meter,
                name: name.clone(),
                building: building.clone(),
                floor: floor.clone(),
                line: device.line,
                unit: device.unit.into(),
                profile: device.profile.clone(),
                serial: device.serial.clone(),
                switches: has_switch(&self.site, &device.profile),
                relay: device.relay.as_ref().map(|relay| board_of(device, relay)),
                account: account.as_ref().map(|terms| terms.account),
                tariff: account.as_ref().map(|terms| terms.tariff.clone()),
                proven: is_proven(&self.site, &added.metered),
                added_by: added.by,
                added: added.at,
                signed_off: added.signed_off.clone(),
            }
        };
        self.added.iter().map(row).collect()
    }
}
