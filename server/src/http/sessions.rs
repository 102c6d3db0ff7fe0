//! Who is signed in, and where: one's own sessions for everybody, all of them for who may look at
//! people.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use shared::api::session::SessionRow;
use shared::staff::Act;

use super::audit;
use super::auth::Caller;
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::store::registry::access::SessionEntry;

pub(super) async fn list(state: web::Data<State>, caller: Caller) -> Answer {
    let all = state.people.sessions().await?;
    let rows: Vec<_> = all.into_iter().map(|entry| shown(&caller, entry)).collect();
    Ok(HttpResponse::Ok().json(rows))
}

pub(super) async fn list_own(state: web::Data<State>, caller: Caller) -> Answer {
    let all = state.people.sessions().await?;
    let own = all.into_iter().filter(|entry| is_own(&caller, entry));
    let rows: Vec<_> = own.map(|entry| shown(&caller, entry)).collect();
    Ok(HttpResponse::Ok().json(rows))
}

/// Ends anybody's session.
pub(super) async fn end(
    state: web::Data<State>,
    caller: Caller,
    session: web::Path<u32>,
) -> Answer {
    end_one(&state, &caller, session.into_inner(), |_| true).await
}

/// Ends a session of one's own; another's is told no different from none.
pub(super) async fn end_own(
    state: web::Data<State>,
    caller: Caller,
    session: web::Path<u32>,
) -> Answer {
    end_one(&state, &caller, session.into_inner(), |entry| is_own(&caller, entry)).await
}

/// Ends all sessions of one's own but this one.
pub(super) async fn end_others(state: web::Data<State>, caller: Caller) -> Answer {
    if caller.session.is_none() {
        let title = "a token has no sessions; sign in as the person";
        return Err(Trouble::new(StatusCode::CONFLICT, "no-session", title));
    }
    let all = state.people.sessions().await?;
    let others = all.iter().filter(|entry| is_own(&caller, entry) && !is_this(&caller, entry));
    let sessions = u32::try_from(others.count()).unwrap_or(u32::MAX);
    if sessions > 0 {
        let staff = caller.person.staff;
        audit::record(&state, staff, Act::SessionsEnded { staff, sessions }, "").await?;
        state.people.end_others(&caller).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

async fn end_one(
    state: &State,
    caller: &Caller,
    session: u32,
    may: impl Fn(&SessionEntry) -> bool,
) -> Answer {
    let all = state.people.sessions().await?;
    let found = all.into_iter().find(|entry| entry.session == session && may(entry));
    let gone = || Trouble::absent(format!("there is no session {session}, or it has ended"));
    let entry = found.ok_or_else(gone)?;
    let act = Act::SessionsEnded { staff: entry.person.staff, sessions: 1 };
    audit::record(state, caller.person.staff, act, "").await?;
    state.people.end_session(entry.session).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A token stands for no person: the sessions of nobody are its own.
fn is_own(caller: &Caller, entry: &SessionEntry) -> bool {
    caller.session.is_some() && entry.person.staff == caller.person.staff
}

fn is_this(caller: &Caller, entry: &SessionEntry) -> bool {
    caller.session == Some(entry.hash)
}

fn shown(caller: &Caller, entry: SessionEntry) -> SessionRow {
    SessionRow {
        this: is_this(caller, &entry),
        session: entry.session,
        person: entry.person,
        opened: entry.opened,
        seen: entry.seen,
        address: entry.device.address,
        browser: entry.device.browser,
    }
}
