//! The board: what must always hold, where the journal stands, and going on after a loss.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use shared::api::board::LossAcceptance;
use shared::site::{Command, Refusal};
use shared::staff::Act;

use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;
use super::tariffs::{book, now};
use crate::clock;

pub(super) async fn show(state: web::Data<State>) -> Answer {
    Ok(HttpResponse::Ok().json(state.board()))
}

/// Calls for a copy; the board says what became of it.
pub(super) async fn back_up(state: web::Data<State>) -> Answer {
    if state.copies.call() {
        return Ok(HttpResponse::Accepted().json(state.board()));
    }
    let what = "no folder for copies is set; add [backup] to the site file";
    Err(Trouble::new(StatusCode::CONFLICT, "no-backup-folder", what))
}

/// Calls for a check; the board says when it is done.
pub(super) async fn check(state: web::Data<State>) -> Answer {
    state.guard.call();
    Ok(HttpResponse::Accepted().json(state.board()))
}

/// A person, not a token, goes on without what is missing. What the start could not do without a
/// journal is done now.
pub(super) async fn accept_loss(
    state: web::Data<State>,
    caller: Caller,
    Body(acceptance): Body<LossAcceptance>,
) -> Answer {
    let note = acceptance.note.trim().to_owned();
    if caller.session.is_none() {
        let what = "a token cannot decide for a person; sign in";
        return Err(Trouble::forbidden("not-a-person", what));
    }
    if note.is_empty() {
        return Err(Refusal::NoReason.into());
    }
    let by = caller.person.staff;
    let accepted = state.custody.accept_loss(by, clock::now()).await;
    let accepted = accepted.map_err(|error| Trouble::fault("accept the loss", error))?;
    let Some(lost) = accepted else {
        let what = "nothing is missing: the journal holds all that its anchor knows";
        return Err(Trouble::new(StatusCode::CONFLICT, "nothing-lost", what));
    };
    let (book, now) = (book(&state), now(&state));
    state.billing.recover(book, now).await?;
    for order in state.postponed() {
        let about = format!("{:?}", order.command);
        if let Err(refusal) = state.billing.carry_out(order).await? {
            tracing::warn!(%refusal, "what the start had to leave was refused: {about}");
        }
    }
    let act = Act::LossAccepted {
        kept: lost.found.seq,
        lost: lost.anchor.chain.seq,
        receipts: lost.lost_receipts,
    };
    state.billing.order(book, now, by, None, Command::Act { act, note }).await?;
    state.guard.call();
    Ok(HttpResponse::Ok().json(state.board()))
}
