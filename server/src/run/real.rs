//! The live book: opens its accounts, starts its lines and meters.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix::{Actor as _, Addr};
use futures_util::future::join_all;
use shared::actor::billing::{BillingSupervisor, Do, Join};
use shared::actor::meter::MeterActor;
use shared::actor::port::Line;
use shared::id::{Book, MeterId, StaffId};
use shared::meter::Unit;
use shared::policy::{Origin, Place, Policy};
use shared::site::{Command, Order, Refusal};
use shared::time::Span;
use tokio::sync::Notify;
use tracing::info;

use super::fleet::{has_button, limits, switchable};
use super::live::{LiveDriver, Newcomers, Turn};
use crate::cli::Fault;
use crate::clock;
use crate::config::{Metered, SiteFile, promises, scope_name};
use crate::headend::HeadEnd;
use crate::store::desk::Desk;
use crate::store::report::policies::{self, Version};

/// Least time between an automatic closing and the next opening (product rule 2).
const REST: Span = Span::from_secs(60);

/// So many accounts wait for the disk together; each by itself would wait for a sync of its own.
const TOGETHER: usize = 256;

/// The site with the numbers of meters that were exchanged since its file was written: the head-end
/// asks a meter for its number before it believes it.
pub(super) fn renumbered(site: &SiteFile, serials: &BTreeMap<MeterId, String>) -> SiteFile {
    let mut site = site.clone();
    for metered in &mut site.meters {
        let device = &mut metered.device;
        if let (Some(_), Some(serial)) = (&device.serial, serials.get(&device.meter)) {
            device.serial = Some(serial.clone());
        }
    }
    site
}

pub(super) async fn start(
    site: &SiteFile,
    billing: &Addr<BillingSupervisor>,
    wake: Arc<Notify>,
    postponed: &mut Vec<Order>,
) -> Result<(HeadEnd, LiveDriver, Newcomers), Fault> {
    open_accounts(site, &site.meters, billing, postponed).await?;
    publish_policies(site, billing, postponed).await?;
    let devices: Vec<_> = site.meters.iter().map(|metered| metered.device.clone()).collect();
    let headend = HeadEnd::start(&site.lines, &devices, &site.library, Arc::new(clock::now))
        .map_err(Fault::failed)?;
    let lines = headend.lines();
    let mut turns = Vec::new();
    for metered in &site.meters {
        let Some(line) = lines.get(&metered.device.line).cloned() else { continue };
        turns.push(turn(site, metered, line, billing).await?);
    }
    let (driver, newcomers) = LiveDriver::new(turns, billing.clone().recipient(), wake);
    Ok((headend, driver, newcomers))
}

/// Starts the actor of a meter.
pub(super) async fn turn(
    site: &SiteFile,
    metered: &Metered,
    line: Line,
    billing: &Addr<BillingSupervisor>,
) -> Result<Turn, Fault> {
    let meter = metered.device.meter;
    let unit = Unit::new(meter, Book::Live, switchable(metered, &site.library), REST)
        .with_button(has_button(metered, &site.library));
    let actor = MeterActor::new(unit, line, billing.clone().recipient()).start();
    let wants = actor.clone().recipient();
    billing.send(Join { meter, book: Book::Live, wants }).await.map_err(Fault::failed)?;
    let every = Span::from_secs(i64::from(metered.device.poll_s.get()));
    Ok(Turn { meter, actor, every })
}

/// The terms of the site file hold from now on; those that hold already change nothing.
async fn publish_policies(
    site: &SiteFile,
    billing: &Addr<BillingSupervisor>,
    postponed: &mut Vec<Order>,
) -> Result<(), Fault> {
    let (policies, note) = (site.policies.clone(), "site file".to_owned());
    let command = Command::PublishPolicies { policies, note };
    let (now, by) = (clock::now(), StaffId(0));
    let order = Order { book: Book::Live, now, by, key: None, command };
    match billing.send(Do(order.clone())).await.map_err(Fault::failed)? {
        Ok(_) => Ok(()),
        Err(Refusal::Halted) => {
            postponed.push(order);
            Ok(())
        }
        Err(refusal) => Err(Fault::input(format!("the policies cannot be taken in: {refusal}"))),
    }
}

/// Refuses terms of the site file that break a promise, before anything is done with them.
pub(super) async fn keeps_promises(site: &SiteFile, ledger: &Desk) -> Result<(), Fault> {
    let versions = ledger.ask(|db| policies::versions(db)).await.map_err(Fault::failed)?;
    let known: Vec<Policy> = versions.into_iter().map(|version| version.policy).collect();
    promises::keep_at_start(site, &known, clock::now())
}

/// Says where the site file's terms are not taken in, because two persons published others since.
pub(super) async fn tell_of_persons(site: &SiteFile, ledger: &Desk) -> Result<(), Fault> {
    let versions = ledger.ask(|db| policies::versions(db)).await.map_err(Fault::failed)?;
    for (scope, policy) in &site.policies {
        let here = |version: &&Version| version.book == Book::Live && version.scope == *scope;
        let newest = versions.iter().rev().find(here);
        let others = newest.filter(|version| version.origin != Origin::File);
        if let Some(version) = others.filter(|version| version.policy != *policy) {
            info!(
                record = version.seq.0,
                "policy of {}: the terms of record {} hold, which two persons published; the site \
                 file's have not changed since they were last taken in, and are when they do",
                scope_name(scope),
                version.seq.0
            );
        }
    }
    Ok(())
}

/// Opens the accounts that the site file names, unless they are open already.
pub(super) async fn open_accounts(
    site: &SiteFile,
    meters: &[Metered],
    billing: &Addr<BillingSupervisor>,
    postponed: &mut Vec<Order>,
) -> Result<(), Fault> {
    for together in meters.chunks(TOGETHER) {
        for step in [open, bind, place] {
            let orders: Vec<_> = together
                .iter()
                .filter_map(|metered| Some((metered, step(site, metered)?)))
                .map(|(metered, command)| {
                    let (now, by) = (clock::now(), StaffId(0));
                    (metered, Order { book: Book::Live, now, by, key: None, command })
                })
                .collect();
            let asked = orders.iter().map(|(_, order)| billing.send(Do(order.clone())));
            for (answer, (metered, order)) in join_all(asked).await.into_iter().zip(orders) {
                match answer.map_err(Fault::failed)? {
                    Ok(_) | Err(Refusal::AccountExists(_) | Refusal::MeterBound(_)) => {}
                    // Where records are missing the server starts all the same, so that somebody
                    // can look.
                    Err(Refusal::Halted) => postponed.push(order),
                    Err(refusal) => {
                        let meter = metered.device.meter;
                        let what =
                            format!("the account of meter {meter} cannot be opened: {refusal}");
                        return Err(Fault::failed(what));
                    }
                }
            }
        }
    }
    Ok(())
}

fn open(site: &SiteFile, metered: &Metered) -> Option<Command> {
    let terms = metered.account.as_ref()?;
    Some(Command::OpenAccount {
        account: terms.account,
        tariff: terms.tariff.clone(),
        policy: site.policies.first().map(|(_, policy)| policy.clone()).unwrap_or_default(),
        opening: terms.opening,
    })
}

fn bind(site: &SiteFile, metered: &Metered) -> Option<Command> {
    let (account, meter) = (metered.account.as_ref()?.account, metered.device.meter);
    Some(Command::BindMeter { account, meter, limits: limits(metered, &site.library) })
}

fn place(_: &SiteFile, metered: &Metered) -> Option<Command> {
    metered.account.as_ref()?;
    let place = Place {
        building: metered.building.clone(),
        floor: metered.floor.clone(),
        feeder: Some(metered.device.line),
    };
    Some(Command::PlaceMeter { meter: metered.device.meter, place })
}
