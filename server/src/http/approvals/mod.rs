//! What waits for a second person, and what that person says.

mod deed;

use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::approval::{Approval, ApprovalState, Asked, Decision, Evidence};
use shared::api::tariff::difference;
use shared::id::IdempotencyKey;
use shared::site::Command;
use shared::staff::{Act, Matter};
use shared::time::Timestamp;
use tokio::sync::Mutex;

use super::accounts::{name_of, staff_names};
use super::audit;
use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::sales::tidy;
use super::state::State;
use super::tariffs::{Terms, keeping};
use crate::clock;
use crate::store::drafts;
use crate::store::requests::{self, Request, RequestEntry, Verdict};
use crate::store::verdicts;

/// Verdicts are given one after the other, so that a request is not approved and refused at once.
static VERDICTS: Mutex<()> = Mutex::const_new(());

pub(super) async fn list(state: web::Data<State>, caller: Caller) -> Answer {
    let entries = state.registry.ask(|db| requests::all(db)).await.map_err(keeping)?;
    let terms = Terms::load(&state).await?;
    let names = staff_names(&state).await?;
    let shown: Vec<Approval> =
        entries.into_iter().map(|entry| shown(&terms, &names, &caller, entry)).collect();
    Ok(HttpResponse::Ok().json(shown))
}

pub(super) async fn approve(
    asked: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<u64>,
    Body(decision): Body<Decision>,
) -> Answer {
    let id = id.into_inner();
    let _one = VERDICTS.lock().await;
    if let Some(done) = already_done(&state, id).await? {
        deed::follow_up(&state, &done);
        return answer(&state, &caller, id, false).await;
    }
    let request = waiting(&state, &caller, id).await?.request;
    let (matter, approved_by) = (request.matter, caller.person.staff);
    let (book, command) = deed::command(&state, &matter, &request.reason, approved_by);
    let act = Act::ApprovalGiven {
        approval: id,
        tariff: matter.tariff().cloned(),
        asked_by: request.by,
        matter: matter.short(),
        approved_by: Some(approved_by),
    };
    let note = decision.note.trim().to_owned();
    let command = Command::Approved { act, note, command: Box::new(command) };
    // Nothing that is approved has two effects, whatever was kept of the verdict.
    let key = format!("approval-{id}-{}", request.at.millis());
    let key = IdempotencyKey::try_from(key).expect("a word and two numbers are a key");
    let done = state.billing.order(book, state.now(book), request.by, Some(key), command).await?;
    deed::follow_up(&state, &matter);
    keep(&state, &caller, id, true, decision).await?;
    deed::print(&asked, &state, book, &done).await;
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
    already_done(&state, id).await?;
    let request = waiting(&state, &caller, id).await?.request;
    let (asked_by, matter) = (request.by, request.matter);
    let (tariff, matter) = (matter.tariff().cloned(), matter.short());
    let act = Act::ApprovalRefused { approval: id, tariff, asked_by, matter };
    audit::record(&state, caller.person.staff, act, decision.note.trim()).await?;
    keep(&state, &caller, id, false, decision).await?;
    answer(&state, &caller, id, false).await
}

/// The journal may know a verdict that was not kept beside it any more: then the request has it from
/// now on, and what it was about is done already.
async fn already_done(state: &State, id: u64) -> Result<Option<Matter>, Trouble> {
    let now = clock::now();
    let brought = verdicts::bring_forward(&state.registry, &state.ledger, Some(id), now).await;
    if brought.map_err(keeping)?.is_empty() {
        return Ok(None);
    }
    let entry = find(state, id).await?;
    let approved = entry.verdict.is_some_and(|verdict| verdict.approved);
    Ok(approved.then_some(entry.request.matter))
}

/// Asks a second person about what one person may order alone in other cases.
pub(super) async fn wait(
    state: &State,
    caller: &Caller,
    matter: Matter,
    evidence: Vec<Evidence>,
    reason: &str,
) -> Answer {
    let reason = tidy(reason, 200);
    let approval = Some(put(state, caller, matter, evidence, reason, None).await?);
    Ok(HttpResponse::Accepted().json(Asked { approval }))
}

/// Asks a second person; a draft that it is about goes with it.
pub(super) async fn ask(
    state: &State,
    caller: &Caller,
    matter: Matter,
    evidence: Vec<Evidence>,
    reason: String,
    draft: Option<u64>,
) -> Answer {
    let id = put(state, caller, matter, evidence, reason, draft).await?;
    answer(state, caller, id, true).await
}

/// What could not be done anyway is refused at once; the rest waits under its number.
async fn put(
    state: &State,
    caller: &Caller,
    matter: Matter,
    evidence: Vec<Evidence>,
    reason: String,
    draft: Option<u64>,
) -> Result<u64, Trouble> {
    let (by, why) = (caller.person.staff, reason.clone());
    if let Some((book, what)) = deed::grave(&matter) {
        let command = Command::MayAsk { what, reason: reason.clone() };
        state.billing.order(book, state.now(book), by, None, command).await?;
    }
    let (tariff, short) = (matter.tariff().cloned(), matter.short());
    let request = Request { matter, evidence, reason, by, at: clock::now() };
    let asked = state.registry.ask(move |db| {
        let together = db.transaction()?;
        let id = requests::add(&together, &request)?;
        if let Some(draft) = draft {
            drafts::remove(&together, draft)?;
        }
        together.commit()?;
        Ok(id)
    });
    let id = asked.await.map_err(keeping)?;
    let act = Act::ApprovalAsked { approval: id, tariff, matter: short };
    audit::record(state, by, act, why).await?;
    Ok(id)
}

/// The request, if this caller may decide it now.
async fn waiting(state: &State, caller: &Caller, id: u64) -> Result<RequestEntry, Trouble> {
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
    let kept = state.registry.ask(move |db| requests::decide(db, id, &verdict)).await;
    if kept.map_err(keeping)? {
        Ok(())
    } else {
        Err(Trouble::fault("keep the verdict", format!("request {id} was not waiting")))
    }
}

async fn find(state: &State, id: u64) -> Result<RequestEntry, Trouble> {
    let entry = state.registry.ask(move |db| requests::get(db, id)).await;
    entry.map_err(keeping)?.ok_or_else(|| Trouble::absent(format!("there is no request {id}")))
}

async fn answer(state: &State, caller: &Caller, id: u64, new: bool) -> Answer {
    let entry = find(state, id).await?;
    let terms = Terms::load(state).await?;
    let names = staff_names(state).await?;
    let approval = shown(&terms, &names, caller, entry);
    Ok(if new { HttpResponse::Created() } else { HttpResponse::Ok() }.json(approval))
}

fn standing(entry: &RequestEntry, now: Timestamp) -> ApprovalState {
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
    entry: RequestEntry,
) -> Approval {
    let state = standing(&entry, clock::now());
    let RequestEntry { id, request, expires, verdict } = entry;
    let changes = match (&request.matter, state) {
        (Matter::TariffPublish { tariff, text, .. }, ApprovalState::Waiting) => {
            let before = terms.published.get(tariff).map(|published| published.text.as_str());
            difference(before, text)
        }
        (
            Matter::TariffPublish { .. }
            | Matter::Reversal { .. }
            | Matter::ReleaseCuts { .. }
            | Matter::CutSupplies { .. }
            | Matter::Unprotect { .. }
            | Matter::PolicyPublish { .. }
            | Matter::RaiseLimit { .. }
            | Matter::Refund { .. }
            | Matter::Adjust { .. },
            _,
        ) => Vec::new(),
    };
    Approval {
        id,
        state,
        changes,
        matter: request.matter,
        evidence: request.evidence,
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
