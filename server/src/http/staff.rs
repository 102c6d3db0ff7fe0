//! The operator's staff: who they are and what they may do.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use rusqlite::Connection;
use shared::api::session::{NewStaff, Role, StaffChange, StaffRow};
use shared::id::StaffId;
use shared::staff::Act;
use tokio::sync::Mutex;

use super::audit;
use super::auth::{Caller, good_name, password};
use super::body::Body;
use super::page::{Paging, page};
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::store::StoreError;
use crate::store::registry::access::{self, SecretHash};
use crate::store::registry::staff::{self, StaffEntry};

pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<State>,
    paging: web::Query<Paging>,
) -> Answer {
    let all = state.registry.ask(|db| staff::all(db)).await.map_err(keeping)?;
    let rows: Vec<StaffRow> = all.into_iter().map(shown).collect();
    page(&request, &paging, rows, |row| row.person.staff.to_string())
}

/// Changes are made one after the other, so that two admins do not each remove the other.
static CHANGES: Mutex<()> = Mutex::const_new(());

pub(super) async fn add(
    state: web::Data<State>,
    caller: Caller,
    Body(new): Body<NewStaff>,
) -> Answer {
    let name = good_name(&new.name).ok_or_else(bad_name)?;
    let hash = hashed(new.password, &name).await?;
    let (called, role) = (name.clone(), new.role);
    let added = state
        .registry
        .ask(move |db| match staff::add(db, &called, role, &hash)? {
            // Nobody comes in before that is on record.
            Some(staff) => {
                staff::set_active(db, staff, false)?;
                staff::get(db, staff)
            }
            None => Ok(None),
        })
        .await
        .map_err(keeping)?;
    let taken = || {
        let title = format!("the name `{name}` is taken");
        Trouble::new(StatusCode::CONFLICT, "name-taken", title)
    };
    let added = added.ok_or_else(taken)?;
    let staff = added.person.staff;
    audit::record(&state, caller.person.staff, Act::StaffAdded { staff, role }, "").await?;
    state.registry.ask(move |db| staff::set_active(db, staff, true)).await.map_err(keeping)?;
    Ok(HttpResponse::Created().json(shown(StaffEntry { active: true, ..added })))
}

pub(super) async fn change(
    state: web::Data<State>,
    caller: Caller,
    who: web::Path<StaffId>,
    Body(change): Body<StaffChange>,
) -> Answer {
    let who = who.into_inner();
    let known = state.registry.ask(move |db| staff::get(db, who)).await.map_err(keeping)?;
    let known = known.ok_or_else(|| Trouble::absent(format!("there is no staff {who}")))?;
    let hash = match change.password {
        Some(password) => Some(hashed(password, &known.person.name).await?),
        None => None,
    };
    let (active, own) = (change.active, caller.session);
    let role = change.role.filter(|role| *role != known.person.role);
    let _one = CHANGES.lock().await;
    let tried = hash.clone();
    let would_do = state
        .registry
        .ask(move |db| {
            // Looked at and taken back: it is made so once it is on record.
            let trial = db.transaction()?;
            put(&trial, who, role, active, tried.as_deref(), own)?;
            Ok(staff::all(&trial)?.into_iter().any(|entry| is_admin(&entry)))
        })
        .await
        .map_err(keeping)?;
    if !would_do {
        let title = "this is the last admin; make another one first";
        return Err(Trouble::new(StatusCode::CONFLICT, "last-admin", title));
    }
    for act in acts(&known, role, active, hash.is_some()) {
        audit::record(&state, caller.person.staff, act, "").await?;
    }
    let changed = state
        .registry
        .ask(move |db| {
            let together = db.transaction()?;
            put(&together, who, role, active, hash.as_deref(), own)?;
            let changed = staff::get(&together, who)?;
            together.commit()?;
            Ok(changed)
        })
        .await
        .map_err(keeping)?;
    state.people.tell_ended();
    let gone = || Trouble::absent(format!("there is no staff {who}"));
    Ok(HttpResponse::Ok().json(changed.map(shown).ok_or_else(gone)?))
}

/// What a change comes to, before and after.
fn acts(known: &StaffEntry, role: Option<Role>, active: Option<bool>, password: bool) -> Vec<Act> {
    let (staff, before) = (known.person.staff, known.person.role);
    let role = role.filter(|after| *after != before);
    let active = active.filter(|after| *after != known.active);
    let role = role.map(|after| Act::RoleChanged { staff, before, after });
    let active = active
        .map(|active| if active { Act::StaffReturned { staff } } else { Act::StaffLeft { staff } });
    let password = password.then_some(Act::PasswordSet { staff });
    role.into_iter().chain(active).chain(password).collect()
}

fn put(
    db: &Connection,
    who: StaffId,
    role: Option<Role>,
    active: Option<bool>,
    hash: Option<&str>,
    own: Option<SecretHash>,
) -> Result<(), StoreError> {
    if let Some(role) = role {
        staff::set_role(db, who, role)?;
        // Who may do something else begins anew everywhere but here.
        access::close_other_sessions(db, who, own)?;
    }
    if let Some(active) = active {
        staff::set_active(db, who, active)?;
    }
    if let Some(hash) = hash {
        staff::set_password(db, who, hash)?;
    }
    Ok(())
}

/// Somebody who can sign in and do everything; a token's stand-in cannot sign in.
fn is_admin(entry: &StaffEntry) -> bool {
    entry.active && entry.person.role == Role::Admin && entry.password.starts_with("$argon2")
}

fn shown(entry: StaffEntry) -> StaffRow {
    StaffRow { person: entry.person, active: entry.active }
}

async fn hashed(new: String, name: &str) -> Result<String, Trouble> {
    password::check(&new, name)
        .map_err(|why| Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "weak-password", why))?;
    password::hash(new).await.map_err(|error| Trouble::fault("hash a password", error))
}

fn bad_name() -> Trouble {
    let title = "a name has 1 to 64 characters";
    Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-name", title)
}

fn keeping(error: StoreError) -> Trouble {
    Trouble::fault("read the registry", error)
}
