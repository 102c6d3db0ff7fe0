//! From a plan to a running server, and back down in order.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix::{Actor as _, Addr};
use actix_web::dev::ServerHandle;
use actix_web::web;
use shared::actor::billing::{BillingSupervisor, Do, GetAll};
use shared::actor::port::Replay;
use shared::api::session::ReadyLogIn;
use shared::id::{Book, Seq, StaffId, TariffId};
use shared::policy::MassCut;
use shared::site::{Command, Order, Refusal, Site};
use shared::staff::Act;
use shared::tariff::Tariff;
use shared::time::Span;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::interval;

use super::clocks::{Clocks, Remote};
use super::commission::{self, Commission, Desk};
use super::copies::Copies;
use super::fleet::Fleet;
use super::guard::{Guard, Watched};
use super::past::Past;
use super::pay::Tills;
use super::plan::{Building, Plan};
use super::simulated::{SimulatedDriver, at_start};
use super::{Place, ends, entry, real, tills};
use crate::cli::{Fault, Outcome, answer};
use crate::clock;
use crate::http::Front;
use crate::http::auth::People;
use crate::http::auth::cookie::Scheme;
use crate::http::auth::throttle::Throttle;
use crate::http::ca::{self, Told};
use crate::http::growing::Growing;
use crate::http::live::{FeedActor, Hub};
use crate::http::scan::Scans;
use crate::http::shelf::Shelf;
use crate::http::state::{Billing, State};
use crate::printing::Press;
use crate::store::anchor::Recovery;
use crate::store::report::ledger;
use crate::store::report::terms::{self, Published};
use crate::store::{Options, Running, Store, verdicts};
use crate::tls::{self, Authority, Certificate, Served};
use simulator::world::World;

/// How often screens are told what changed.
const SCREENS: Duration = Duration::from_millis(250);
/// How often meters are read in the history of a first start: as fine as its curves are drawn.
const HISTORY_READ: Span = Span::from_mins(15);
/// Records that one question to the journal brings.
const REPLAY: u32 = 10_000;

pub(super) async fn run(place: Place, mut plan: Plan, listener: TcpListener) -> Outcome {
    let address = listener.local_addr().map_err(Fault::failed)?;
    let (front, explained) = front(&place)?;
    let options = Options { site: plan.id, zone: plan.zone.clone(), anchor: None };
    let store = Store::open(&place.data, options).map_err(Fault::failed)?;
    let tills = Tills::open(&plan, address)?;
    let greeting = entry::prepare(store.registry(), &plan)?;
    let store = store.start().map_err(Fault::failed)?;
    if let Some(last) = store.ledger.ask(|db| ledger::last_live(db)).await.map_err(Fault::failed)? {
        clock::not_before(last);
    }
    if let Some(site) = &plan.live {
        real::keeps_promises(site, &store.ledger).await?;
    }
    let custody = store.custody();
    let accepted = if place.accept_loss {
        custody.accept_loss(StaffId(0), clock::now()).await.map_err(Fault::failed)?
    } else {
        None
    };
    let lost = custody.lost().map(|recovery| recovery.sentence());

    let added = match &mut plan.live {
        Some(site) => commission::join(site, &store.registry).await?,
        None => Vec::new(),
    };
    let mut fleet = plan.fleet();
    let hub = Hub::new(fleet.rows.clone());
    let (billing, past) = start_billing(&plan, &store, &hub).await?;
    bring_verdicts_forward(&store).await?;
    fleet.renumber(&past.serials);
    entry::remember(&store.registry, &fleet).await?;
    let mut postponed = publish_tariffs(&plan, &past, &store, &billing).await?;
    let tariffs = published(&store).await?.into_values();
    let tariffs = tariffs.filter_map(|published| Tariff::from_toml(&published.text).ok());
    let tariffs = Shelf::new(tariffs);
    let (stop, stopping) = watch::channel(false);
    let wake = Arc::new(Notify::new());
    let mut drivers = Vec::new();

    let simulated = match plan.simulated.take() {
        Some(building) => {
            let (remote, driver) = start_world(building, &past, &billing).await?;
            drivers.push(actix_rt::spawn(driver.run(stopping.clone())));
            Some(remote)
        }
        None => None,
    };
    let mut turns = None;
    let headend = match &plan.live {
        Some(site) => {
            let site = &real::renumbered(site, &past.serials);
            let started = real::start(site, &billing, Arc::clone(&wake), &mut postponed).await?;
            let (headend, driver, newcomers) = started;
            real::tell_of_persons(site, &store.ledger).await?;
            turns = Some(newcomers);
            drivers.push(actix_rt::spawn(driver.run(stopping.clone())));
            Some(headend)
        }
        None => None,
    };
    let clocks = Clocks::new(simulated, wake);
    for book in books(&plan, &clocks) {
        let at = (book, clocks.now(book));
        postponed.extend(tills::limit(&plan.counters.limits, at, &billing).await?);
    }
    if plan.demo {
        tills::open_for_demo(&store.registry, &billing, clocks.now(Book::Simulated)).await?;
    }
    hub.merge(&billing.send(GetAll).await.map_err(Fault::failed)?);
    drivers.push(actix_rt::spawn(show(Arc::clone(&hub), clocks.clone(), stopping.clone())));
    let guard = Guard::new(&plan.zone);
    let watched = Watched {
        custody: custody.clone(),
        billing: Billing::of(&billing),
        clocks: clocks.clone(),
        zone: plan.zone.clone(),
        book: if plan.live.is_some() { Book::Live } else { Book::Simulated },
    };
    if let Some(lost) = accepted {
        put_on_record(&watched, lost).await?;
    }
    let press = Press::open(&place.data, plan.printer.clone(), plan.currency, &plan.zone);
    let press = press.map_err(Fault::failed)?;
    drivers.push(actix_rt::spawn(Arc::clone(&press).run(stopping.clone())));
    let copies = Copies::new(plan.backup.clone(), plan.id, &plan.zone);
    drivers.push(actix_rt::spawn(Arc::clone(&copies).run(watched.clone(), stopping.clone())));
    let kept = super::sums::keep(store.audit.clone(), plan.zone.clone(), stopping.clone());
    drivers.push(actix_rt::spawn(kept));
    drivers.push(actix_rt::spawn(Arc::clone(&guard).run(watched, stopping.clone())));

    let encrypted = front.served.is_some();
    let scheme = if place.behind_https || encrypted { Scheme::Https } else { Scheme::Http };
    let people = People::new(store.registry.clone(), greeting.ready.clone(), scheme);
    let desk = tills.desk(&plan, Billing::of(&billing), clocks.clone(), Arc::clone(&hub))?;
    let at_hand = (people, guard, copies, press, desk);
    let state = state(&plan, fleet, &store, &billing, hub, clocks, at_hand);
    let state = State { postponed: Mutex::new(postponed), tariffs, ..state };
    let lines = headend.as_ref().map(|headend| headend.actors().clone()).unwrap_or_default();
    let commission = match (&plan.live, turns) {
        (Some(site), Some(turns)) => Some(Commission::start(Desk {
            site: site.clone(),
            added,
            lines: lines.clone(),
            turns,
            billing: billing.clone(),
            registry: store.registry.clone(),
            hub: Arc::clone(&state.hub),
            devices: state.devices.clone(),
            accounts: state.accounts.clone(),
            hung: state.hung.clone(),
        })),
        (_, _) => None,
    };
    if let Err(trouble) = state.desk.take_over().await {
        tracing::warn!(%trouble, "cannot look for payments from before");
    }
    if let Some(served) = &front.served {
        drivers.push(actix_rt::spawn(Arc::clone(served).run(stopping.clone())));
    }
    drivers.push(actix_rt::spawn(state.desk.clone().run(stopping)));
    let explained = explain(explained, &front, address)?;
    let state = State { lines, commission, ..state };
    let server = crate::http::serve(listener, web::Data::new(state), front)
        .map_err(|error| Fault::failed(format!("cannot serve on {address}: {error}")))?;
    let handle = server.handle();
    let serving = actix_rt::spawn(server);
    let mut welcome = welcome((encrypted, address), &greeting, lost.as_deref());
    if let Some((at, _)) = &explained {
        welcome.push_str("\nHow to install its authority: http://");
        welcome.push_str(&at.to_string());
    }
    if let Some(stub) = tills.stub_at {
        welcome.push_str("\nIts stub of a payment provider, for training: http://");
        welcome.push_str(&stub.to_string());
    }
    answer(&welcome)?;

    ends::asked().await?;
    tracing::info!("asked to end");
    handle.stop(true).await;
    if let Some((_, explaining)) = explained {
        explaining.stop(true).await;
    }
    // Nobody waits for it any more.
    drop(serving.await);
    stop.send_replace(true);
    finish(drivers).await;
    tills.end().await;
    drop(headend);
    store.shut_down().await;
    Ok(())
}

/// The certificate that is shown, and where it is explained; before anything is opened, because it
/// is what is wrong most often.
fn front(place: &Place) -> Result<(Front, Option<TcpListener>), Fault> {
    let Some(certificate) = &place.web.certificate else {
        return Ok((Front::default(), None));
    };
    let served = Served::open(certificate, &place.data, clock::now()).map_err(Fault::input)?;
    let authority = match certificate {
        Certificate::OfSite => Authority::read(&tls::folder(&place.data)).map(Some),
        Certificate::Own { .. } => Ok(None),
    };
    let told = Told { authority: authority.map_err(Fault::input)? };
    let explained = place.web.ca_page.map(super::bind).transpose()?;
    Ok((Front { served: Some(served), told }, explained))
}

/// Serves the explanation beside the site.
fn explain(
    listener: Option<TcpListener>,
    front: &Front,
    encrypted: SocketAddr,
) -> Result<Option<(SocketAddr, ServerHandle)>, Fault> {
    let Some(listener) = listener else { return Ok(None) };
    let at = listener.local_addr().map_err(Fault::failed)?;
    let server = ca::serve(listener, front.told.clone(), encrypted.port());
    let server = server.map_err(|error| Fault::failed(format!("cannot serve on {at}: {error}")))?;
    let handle = server.handle();
    actix_rt::spawn(server);
    Ok(Some((at, handle)))
}

/// The supervisor over what the journal has, and what the journal says about the simulated past.
async fn start_billing(
    plan: &Plan,
    store: &Running,
    hub: &Arc<Hub>,
) -> Result<(Addr<BillingSupervisor>, Past), Fault> {
    let feed = FeedActor::new(Arc::clone(hub)).start();
    let journal = store.journal_port();
    let mass_cut = plan.live.as_ref().map_or_else(MassCut::default, |site| site.mass_cut);
    let mut supervisor = BillingSupervisor::new(
        plan.id,
        Site::new(plan.zone.clone()).with_mass_cut(mass_cut),
        journal.clone(),
        feed.recipient(),
        Some(store.readings.clone().recipient()),
    );
    let mut past = Past::default();
    let mut after = Seq(0);
    loop {
        let asked = journal.replay.send(Replay { after, limit: REPLAY }).await;
        let records = asked.map_err(Fault::failed)?.map_err(Fault::failed)?;
        let Some(last) = records.last() else { break };
        after = last.seq;
        for record in &records {
            past.follow(record);
        }
        supervisor.replay(&records).map_err(Fault::failed)?;
    }
    Ok((supervisor.start(), past))
}

/// What was approved or refused just before the power went has its verdict from now on.
async fn bring_verdicts_forward(store: &Running) -> Result<(), Fault> {
    let now = clock::now();
    let brought = verdicts::bring_forward(&store.registry, &store.ledger, None, now);
    for request in brought.await.map_err(Fault::failed)? {
        tracing::info!(request, "request {request} was decided before the program ended");
    }
    Ok(())
}

async fn published(store: &Running) -> Result<BTreeMap<TariffId, Published>, Fault> {
    store.ledger.ask(|db| terms::published(db)).await.map_err(Fault::failed)
}

/// Tariffs come in through the journal: what was charged by one is never changed, only superseded.
/// What two persons published goes before the file that the site began with.
async fn publish_tariffs(
    plan: &Plan,
    past: &Past,
    store: &Running,
    billing: &Addr<BillingSupervisor>,
) -> Result<Vec<Order>, Fault> {
    let mut postponed = Vec::new();
    let (book, now) = match (&plan.live, &plan.simulated) {
        (None, Some(building)) => {
            (Book::Simulated, past.end().unwrap_or(building.scenario.begin()))
        }
        (Some(_), _) | (None, None) => (Book::Live, clock::now()),
    };
    let before = published(store).await?;
    for (tariff, text) in &plan.tariffs {
        let known = before.get(tariff.id());
        if known.is_some_and(|known| known.approved_by.is_some() && known.text != *text) {
            tracing::info!("tariff `{}` is taken from the journal, not from its file", tariff.id());
            continue;
        }
        let command = Command::PublishTariff { text: text.clone(), approved_by: None };
        let order = Order { book, now, by: StaffId(0), key: None, command };
        match billing.send(Do(order.clone())).await.map_err(Fault::failed)? {
            Ok(_) => {}
            // Where records are missing the server starts all the same, so that somebody can look.
            Err(Refusal::Halted) => postponed.push(order),
            Err(refusal) => {
                let what = format!("tariff `{}` cannot be taken in: {refusal}", tariff.id());
                return Err(Fault::input(what));
            }
        }
    }
    Ok(postponed)
}

/// A loss that was accepted on the command line.
async fn put_on_record(watched: &Watched, lost: Recovery) -> Result<(), Fault> {
    let act = Act::LossAccepted {
        kept: lost.found.seq,
        lost: lost.anchor.chain.seq,
        receipts: lost.lost_receipts,
    };
    let (book, now) = (watched.book, watched.clocks.now(watched.book));
    let command = Command::Act { act, note: "accepted on the command line".to_owned() };
    let order = Order { book, now, by: StaffId(0), key: None, command };
    let kept = watched.billing.carry_out(order).await.map_err(Fault::failed)?;
    kept.map(drop).map_err(Fault::failed)
}

/// The simulated building, where it stopped; at the very first start with a history behind it.
async fn start_world(
    building: Building,
    past: &Past,
    billing: &Addr<BillingSupervisor>,
) -> Result<(Remote, SimulatedDriver), Fault> {
    let Building { scenario, mut premises, pace, history } = building;
    past.place(&mut premises);
    let begin = scenario.begin();
    let now = past.end().unwrap_or(begin).max(begin);
    let mut world =
        World::open(&scenario, premises, now, billing.clone()).await.map_err(Fault::failed)?;
    // A start that was broken off in the middle of its history makes the rest of it now.
    if now < begin + history {
        tracing::info!("simulating the days before the first look");
        world.read_every(HISTORY_READ);
        world.run_until(begin + history, || true).await.map_err(Fault::failed)?;
        world.read_every(scenario.poll());
    }
    let (remote, works) = Remote::new(at_start(world.now(), pace));
    Ok((remote, SimulatedDriver::new(world, pace, works)))
}

type AtHand = (People, Arc<Guard>, Arc<Copies>, Arc<Press>, crate::pay::Desk);
/// The books that are kept.
fn books(plan: &Plan, clocks: &Clocks) -> Vec<Book> {
    let live = plan.live.is_some().then_some(Book::Live);
    let simulated = clocks.view().is_some().then_some(Book::Simulated);
    live.into_iter().chain(simulated).collect()
}

fn state(
    plan: &Plan,
    fleet: Fleet,
    store: &Running,
    billing: &Addr<BillingSupervisor>,
    hub: Arc<Hub>,
    clocks: Clocks,
    (people, guard, copies, press, desk): AtHand,
) -> State {
    let books = books(plan, &clocks);
    let mut shown_tariff = BTreeMap::new();
    if plan.live.is_some() {
        shown_tariff.extend(plan.shown_live.clone().map(|tariff| (Book::Live, tariff)));
    }
    if clocks.view().is_some() {
        shown_tariff.extend(plan.shown_simulated.clone().map(|tariff| (Book::Simulated, tariff)));
    }
    let site = shared::api::site::Site {
        name: plan.name.clone(),
        currency: plan.currency,
        zone: plan.zone.name().to_owned(),
        books,
        demo: plan.demo,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        providers: desk.providers().cloned().collect(),
    };
    State {
        site,
        zone: plan.zone.clone(),
        billing: Billing::of(billing),
        hub,
        clocks,
        people,
        ledger: store.ledger.clone(),
        audit: store.audit.clone(),
        borders: plan.audit.clone(),
        registry: store.registry.clone(),
        readings: store.history.clone(),
        counters: crate::http::metrics::Counters::default(),
        devices: Growing::new(fleet.devices),
        accounts: Growing::new(fleet.accounts),
        commission: None,
        scans: Scans::default(),
        counters_of_site: plan.counters.names.clone(),
        hung: Growing::new(fleet.hung),
        tariffs: Shelf::default(),
        shown_tariff,
        custody: store.custody(),
        guard,
        copies,
        press,
        checks: Throttle::default(),
        refusals: crate::http::Refusals::default(),
        unrecorded: crate::http::Unrecorded::default(),
        postponed: Mutex::default(),
        lines: BTreeMap::new(),
        desk,
    }
}

/// Tells the screens what changed, a few times a second.
async fn show(hub: Arc<Hub>, clocks: Clocks, mut stop: watch::Receiver<bool>) {
    let mut tick = interval(SCREENS);
    loop {
        tokio::select! {
            _ = tick.tick() => hub.tick(clock::now(), clocks.view()),
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

async fn finish(drivers: Vec<JoinHandle<()>>) {
    for driver in drivers {
        if let Err(error) = driver.await {
            tracing::error!(%error, "a driver did not end well");
        }
    }
}

fn welcome(
    (encrypted, address): (bool, SocketAddr),
    greeting: &entry::Greeting,
    lost: Option<&str>,
) -> String {
    let scheme = if encrypted { "https" } else { "http" };
    let mut lines = vec![format!("Meterhouse is ready on {scheme}://{address}")];
    if let Some(lost) = lost {
        lines.push(format!("NOTHING IS SOLD: {lost}"));
        lines.push("Restore a newer copy, or start with --accept-loss to go on.".to_owned());
    }
    if let Some(code) = &greeting.code {
        lines.push(format!("Set-up code for the first admin, good once: {code}"));
    }
    if !greeting.ready.is_empty() {
        lines.push("Log-ins of this demo, made anew at each start:".to_owned());
    }
    for ReadyLogIn { name, password, .. } in &greeting.ready {
        lines.push(format!("  {name:<8}  {password}"));
    }
    lines.join("\n")
}
