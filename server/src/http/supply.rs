//! Orders for one meter: cut, restore, and a person's judgement of a held reading.

use actix_web::{HttpResponse, web};
use shared::api::meter::{HoldJudgement, SupplyOrder, SupplyOrderKind, SupplyOrdered};
use shared::id::MeterId;
use shared::site::{Command, Done, Refusal};

use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;

pub(super) async fn order(
    state: web::Data<State>,
    caller: Caller,
    meter: web::Path<MeterId>,
    Body(order): Body<SupplyOrder>,
) -> Answer {
    let meter = meter.into_inner();
    let reason = order.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Refusal::NoReason.into());
    }
    let command = match order.order {
        SupplyOrderKind::Cut => Command::CutSupply { meter, reason },
        SupplyOrderKind::Restore => Command::RestoreSupply { meter, reason },
    };
    let done = carry_out(&state, &caller, meter, command).await?;
    let Done::Supply { seq, wanted, reasons: _ } = done else { return Err(unexpected(&done)) };
    Ok(HttpResponse::Ok().json(SupplyOrdered { seq, wanted }))
}

pub(super) async fn resolve_hold(
    state: web::Data<State>,
    caller: Caller,
    meter: web::Path<MeterId>,
    Body(judgement): Body<HoldJudgement>,
) -> Answer {
    let meter = meter.into_inner();
    let note = judgement.note.trim().to_owned();
    if note.is_empty() {
        return Err(Refusal::NoReason.into());
    }
    let command = Command::ResolveHold { meter, resolution: judgement.resolution, note };
    carry_out(&state, &caller, meter, command).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(super) async fn carry_out(
    state: &State,
    caller: &Caller,
    meter: MeterId,
    command: Command,
) -> Result<Done, Trouble> {
    let row = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?;
    let now = state.now(row.book);
    let done = state.billing.order(row.book, now, caller.person.staff, None, command).await?;
    state.clocks.wake(row.book, [meter]);
    Ok(done)
}

/// The supervisor answered another command's answer.
pub(crate) fn unexpected(done: &Done) -> Trouble {
    Trouble::fault("understand the supervisor's answer", format!("{done:?}"))
}
