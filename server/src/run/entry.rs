//! Who may come in at first: the set-up code of a site, the ready log-ins of a demo; and what the
//! registry is told of places and people.

use rusqlite::Connection;
use shared::api::session::{ReadyLogIn, Role};
use shared::id::PremiseId;

use super::fleet::Fleet;
use super::plan::Plan;
use crate::cli::Fault;
use crate::clock;
use crate::http::auth::{password, secret};
use crate::store::StoreError;
use crate::store::desk::Desk;
use crate::store::registry::place::{self, AccountEntry, MeterEntry, Premise};
use crate::store::registry::site::{self, SetupState, SiteEntry};
use crate::store::registry::staff;

/// What is printed once the server is ready.
pub(super) struct Greeting {
    pub(super) code: Option<String>,
    pub(super) ready: Vec<ReadyLogIn>,
}

pub(super) fn prepare(db: &Connection, plan: &Plan) -> Result<Greeting, Fault> {
    let known = SiteEntry {
        name: plan.name.clone(),
        currency: plan.currency,
        zone: plan.zone.name().to_owned(),
        demo: plan.demo,
    };
    let before = site::site(db).map_err(Fault::failed)?;
    if let Some(before) = before.filter(|before| {
        (before.currency, &before.zone, before.demo) != (known.currency, &known.zone, known.demo)
    }) {
        let kind = |demo| if demo { "a demo" } else { "a site" };
        return Err(Fault::input(format!(
            "this data folder holds {} in {} and {}, not {} in {} and {}; choose another with --data",
            kind(before.demo),
            before.currency,
            before.zone,
            kind(known.demo),
            known.currency,
            known.zone,
        )));
    }
    site::set_site(db, &known).map_err(Fault::failed)?;
    if plan.demo {
        site::end_setup(db, clock::now()).map_err(Fault::failed)?;
        let roles = [
            Role::Admin,
            Role::Cashier,
            Role::Viewer,
            Role::Manager,
            Role::Engineer,
            Role::Auditor,
        ];
        let ready = roles.into_iter().map(|role| log_in(db, role.name(), role));
        return Ok(Greeting { code: None, ready: ready.collect::<Result<_, _>>()? });
    }
    let code = match site::setup(db).map_err(Fault::failed)? {
        SetupState::Done => None,
        // Only its digest is kept, so until it is used each start makes a new one.
        SetupState::NotStarted | SetupState::Waiting(_) => {
            let code = secret::readable();
            let digest = secret::digest(&secret::tidy(&code));
            site::set_setup_code(db, digest, clock::now()).map_err(Fault::failed)?;
            Some(code)
        }
    };
    Ok(Greeting { code, ready: Vec::new() })
}

/// A log-in of the demo with a new password; older sessions end.
fn log_in(db: &Connection, name: &str, role: Role) -> Result<ReadyLogIn, Fault> {
    let password: String = secret::readable().chars().take(9).collect();
    let hash = password::hash_now(&password).map_err(Fault::failed)?;
    let known = staff::named(db, name).map_err(Fault::failed)?;
    match known {
        Some(known) => staff::set_password(db, known.person.staff, &hash).map_err(Fault::failed)?,
        None => {
            staff::add(db, name, role, &hash).map_err(Fault::failed)?;
        }
    }
    Ok(ReadyLogIn { name: name.to_owned(), password, role })
}

/// Writes places and people into the registry, where personal data can be erased.
pub(super) async fn remember(registry: &Desk, fleet: &Fleet) -> Result<(), Fault> {
    let fleet = fleet.clone();
    let written = registry.ask(move |db| {
        let together = db.transaction()?;
        put(&together, &fleet)?;
        together.commit()?;
        Ok(())
    });
    written.await.map_err(Fault::failed)
}

fn put(db: &Connection, fleet: &Fleet) -> Result<(), StoreError> {
    for (rank, row) in (0_u32..).zip(&fleet.rows) {
        let premise = PremiseId(row.meter.0);
        let (building, floor) = (row.building.clone(), row.floor.clone());
        place::put_premise(
            db,
            &Premise { premise, building, floor, room: row.name.clone(), rank },
        )?;
        let known = row.account.and_then(|account| fleet.accounts.get(&account));
        if let Some(known) = known {
            place::put_account(
                db,
                &AccountEntry {
                    account: known.account,
                    book: known.book,
                    premise,
                    customer: known.customer.clone(),
                    phone: known.phone.clone(),
                },
            )?;
        }
        let Some(device) = fleet.devices.get(&row.meter) else { continue };
        place::put_meter(
            db,
            &MeterEntry {
                meter: row.meter,
                book: row.book,
                premise,
                account: row.account,
                serial: device.serial.clone(),
                profile: device.profile.clone(),
                line: device.line.clone(),
                unit: device.unit,
                usual_power: row.usual_power,
            },
        )?;
    }
    Ok(())
}
