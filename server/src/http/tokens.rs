//! Tokens of programs: made, listed and revoked by people. A token's text is told once.

use std::collections::BTreeMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use shared::api::token::{NewToken, TokenMade, TokenRow};
use shared::id::StaffId;
use shared::staff::Act;
use shared::time::Timestamp;

use super::accounts::staff_names;
use super::audit;
use super::auth::{Caller, TokenRefused, USUAL_DAYS, Wanted, mint};
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;
use super::unrecorded;
use crate::clock;
use crate::store::StoreError;
use crate::store::registry::tokens::{self, TokenEntry};

pub(super) async fn list(state: web::Data<State>) -> Answer {
    unrecorded::take_over(&state).await.ok();
    let entries = state.registry.ask(|db| tokens::all(db)).await.map_err(keeping)?;
    let (names, now) = (staff_names(&state).await?, clock::now());
    let rows: Vec<_> = entries.into_iter().map(|entry| shown(entry, &names, now)).collect();
    Ok(HttpResponse::Ok().json(rows))
}

pub(super) async fn make(
    state: web::Data<State>,
    caller: Caller,
    Body(new): Body<NewToken>,
) -> Answer {
    let (by, role, now) = (caller.person.staff, new.role, clock::now());
    let days = new.days.unwrap_or(USUAL_DAYS);
    let wanted = Wanted { name: new.name, role, scopes: new.verbs, days, by };
    let minted = state.registry.ask(move |db| Ok(mint(db, &wanted, now))).await.map_err(keeping)?;
    let minted = minted.map_err(refused)?;
    let token = minted.token;
    let act = Act::TokenMade { token, staff: minted.staff, role };
    if let Err(trouble) = audit::record(&state, by, act, "").await {
        // Nobody has seen its text yet; what is not on record does not work either.
        let undone = state.registry.ask(move |db| tokens::revoke(db, token, now)).await;
        undone.map_err(keeping)?;
        return Err(trouble);
    }
    let entry = state.registry.ask(move |db| tokens::get(db, token)).await.map_err(keeping)?;
    let entry = entry.ok_or_else(|| absent(token))?;
    let row = shown(entry, &staff_names(&state).await?, now);
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(TokenMade { secret: minted.secret, row }))
}

pub(super) async fn revoke(
    state: web::Data<State>,
    caller: Caller,
    token: web::Path<u32>,
) -> Answer {
    let (token, now) = (token.into_inner(), clock::now());
    let known = state.registry.ask(move |db| tokens::get(db, token)).await.map_err(keeping)?;
    let known = known.ok_or_else(|| absent(token))?;
    if known.revoked.is_none() {
        audit::record(&state, caller.person.staff, Act::TokenRevoked { token }, "").await?;
        let revoked = state.registry.ask(move |db| tokens::revoke(db, token, now)).await;
        revoked.map_err(keeping)?;
        state.people.tell_ended();
    }
    Ok(HttpResponse::NoContent().finish())
}

fn shown(entry: TokenEntry, names: &BTreeMap<StaffId, String>, now: Timestamp) -> TokenRow {
    TokenRow {
        works: entry.works(now),
        token: entry.token,
        name: entry.name,
        role: entry.role,
        verbs: entry.scopes,
        made: entry.made,
        made_by: names.get(&entry.made_by).cloned().unwrap_or_default(),
        expires: entry.expires,
        last_used: entry.last_used,
        revoked: entry.revoked,
    }
}

fn refused(why: TokenRefused) -> Trouble {
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    match why {
        TokenRefused::BadName => Trouble::new(unprocessable, "bad-name", why),
        TokenRefused::PersonsName(_) => Trouble::new(StatusCode::CONFLICT, "name-taken", why),
        TokenRefused::BadDays(_) => Trouble::new(unprocessable, "bad-days", why),
        TokenRefused::NoScope | TokenRefused::BeyondRole { .. } => {
            Trouble::new(unprocessable, "bad-scope", why)
        }
        TokenRefused::Store(error) => keeping(error),
    }
}

fn absent(token: u32) -> Trouble {
    Trouble::absent(format!("there is no token {token}"))
}

fn keeping(error: StoreError) -> Trouble {
    Trouble::fault("read the registry", error)
}
