//! What waits for a second person, and what that person says.

use actix_web::{HttpResponse, web};
use shared::api::tariff::{Approval, ApprovalState, Decision, difference};
use shared::site::Command;
use shared::staff::Act;
use shared::tariff::Tariff;
use shared::time::Timestamp;
use tokio::sync::Mutex;

use super::accounts::{name_of, staff_names};
use super::audit;
use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;
use super::tariffs::{Terms, book, keeping, now};
use crate::clock;
use crate::store::drafts::{self, ApprovalEntry, Verdict};

/// Verdicts are given one after the other, so that a request is not approved and refused at once.
static VERDICTS: Mutex<()> = Mutex::const_new(());

pub(super) async fn list(state: web::Data<State>, caller: Caller) -> Answer {
    let entries = state.registry.ask(|db| drafts::approvals(db)).await.map_err(keeping)?;
    let terms = Terms::load(&state).await?;
    let names = staff_names(&state).await?;
    let shown: Vec<Approval> =
        entries.into_iter().map(|entry| shown(&terms, &names, &caller, entry)).collect();
    Ok(HttpResponse::Ok().json(shown))
}

pub(super) async fn approve(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<u64>,
    Body(decision): Body<Decision>,
) -> Answer {
    let id = id.into_inner();
    let _one = VERDICTS.lock().await;
    let entry = waiting(&state, &caller, id).await?;
    let request = entry.request;
    let (asked_by, tariff) = (request.by, request.tariff);
    let (text, approved_by) = (request.text, Some(caller.person.staff));
    let command = Command::PublishTariff { text: text.clone(), approved_by };
    state.billing.order(book(&state), now(&state), request.by, None, command).await?;
    if let Ok(tariff) = Tariff::from_toml(&text) {
        state.tariffs.put(tariff);
    }
    let act = Act::ApprovalGiven { approval: id, tariff, asked_by };
    audit::record(&state, caller.person.staff, act, decision.note.trim()).await?;
    keep(&state, &caller, id, true, decision).await?;
    answer(&state, &caller, id, false).await
}

pub(super) async fn refuse(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<u64>,
    Body(decision): Body<Decision>,
) -> Answer {
    let id = id.into_inner();
    if decision.note.trim().is_empty() {
        return Err(shared::site::Refusal::NoReason.into());
    }
    let _one = VERDICTS.lock().await;
    let request = waiting(&state, &caller, id).await?.request;
    let (asked_by, tariff) = (request.by, request.tariff);
    let act = Act::ApprovalRefused { approval: id, tariff, asked_by };
    audit::record(&state, caller.person.staff, act, decision.note.trim()).await?;
    keep(&state, &caller, id, false, decision).await?;
    answer(&state, &caller, id, false).await
}

/// The request, if this caller may decide it now.
async fn waiting(state: &State, caller: &Caller, id: u64) -> Result<ApprovalEntry, Trouble> {
    let entry = find(state, id).await?;
    if caller.session.is_none() {
        let what = "a token cannot decide for a person; sign in";
        return Err(Trouble::forbidden("not-a-person", what));
    }
    if entry.request.by == caller.person.staff {
        let act = Act::OwnApprovalTried { approval: id };
        audit::record(state, caller.person.staff, act, String::new()).await?;
        let what = "who asked for it cannot decide it; a second person has to";
        return Err(Trouble::forbidden("own-request", what));
    }
    let conflict =
        |kind, what: String| Err(Trouble::new(actix_web::http::StatusCode::CONFLICT, kind, what));
    match standing(&entry, clock::now()) {
        ApprovalState::Waiting => Ok(entry),
        ApprovalState::Approved | ApprovalState::Refused => {
            conflict("already-decided", format!("request {id} was decided already"))
        }
        ApprovalState::Expired => conflict(
            "request-expired",
            format!("request {id} has lapsed after 7 days; it has to be asked for again"),
        ),
    }
}

async fn keep(
    state: &State,
    caller: &Caller,
    id: u64,
    approved: bool,
    decision: Decision,
) -> Result<(), Trouble> {
    let note = decision.note.trim().to_owned();
    let verdict = Verdict { by: caller.person.staff, at: clock::now(), approved, note };
    let kept = state.registry.ask(move |db| drafts::decide(db, id, &verdict)).await;
    if kept.map_err(keeping)? {
        Ok(())
    } else {
        Err(Trouble::fault("keep the verdict", format!("request {id} was not waiting")))
    }
}

async fn find(state: &State, id: u64) -> Result<ApprovalEntry, Trouble> {
    let entry = state.registry.ask(move |db| drafts::approval_of(db, id)).await;
    entry.map_err(keeping)?.ok_or_else(|| Trouble::absent(format!("there is no request {id}")))
}

pub(super) async fn answer(state: &State, caller: &Caller, id: u64, new: bool) -> Answer {
    let entry = find(state, id).await?;
    let terms = Terms::load(state).await?;
    let names = staff_names(state).await?;
    let approval = shown(&terms, &names, caller, entry);
    Ok(if new { HttpResponse::Created() } else { HttpResponse::Ok() }.json(approval))
}

fn standing(entry: &ApprovalEntry, now: Timestamp) -> ApprovalState {
    match &entry.verdict {
        Some(verdict) if verdict.approved => ApprovalState::Approved,
        Some(_) => ApprovalState::Refused,
        None if entry.expires <= now => ApprovalState::Expired,
        None => ApprovalState::Waiting,
    }
}

fn shown(
    terms: &Terms,
    names: &std::collections::BTreeMap<shared::id::StaffId, String>,
    caller: &Caller,
    entry: ApprovalEntry,
) -> Approval {
    let state = standing(&entry, clock::now());
    let ApprovalEntry { id, request, expires, verdict } = entry;
    let before = terms.published.get(&request.tariff).map(|published| published.text.as_str());
    let changes = match state {
        ApprovalState::Waiting => difference(before, &request.text),
        ApprovalState::Approved | ApprovalState::Refused | ApprovalState::Expired => Vec::new(),
    };
    Approval {
        id,
        state,
        changes,
        tariff: request.tariff,
        name: request.name,
        text: request.text,
        from: request.starts,
        reason: request.reason,
        requested_by: name_of(names, request.by),
        requested: request.at,
        expires,
        decided_by: verdict.as_ref().map(|verdict| name_of(names, verdict.by)),
        decided: verdict.as_ref().map(|verdict| verdict.at),
        note: verdict.map(|verdict| verdict.note).unwrap_or_default(),
        own: request.by == caller.person.staff,
    }
}
