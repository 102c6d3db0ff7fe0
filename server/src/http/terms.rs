//! Orders about terms: protection, confirmation, emergency credit, pauses, notices that arrived.

use actix_web::{HttpResponse, web};
use shared::api::terms::{Confirmation, PauseOrder, ProtectionOrder};
use shared::id::{AccountId, MeterId, NoticeId};
use shared::site::{Command, Order, Refusal};
use shared::staff::Matter;

use super::approvals;
use super::auth::Caller;
use super::body::Body;
use super::breaker::rooms;
use super::problem::Answer;
use super::sales::meters_of;
use super::state::State;
use super::supply::carry_out;

pub(super) async fn protect(
    state: web::Data<State>,
    caller: Caller,
    meter: web::Path<MeterId>,
    Body(order): Body<ProtectionOrder>,
) -> Answer {
    let meter = meter.into_inner();
    let ProtectionOrder { protect, until, reason } = order;
    let reason = reason.trim().to_owned();
    let asked = reason.clone();
    let command = if protect {
        Command::Protect { meter, until, reason }
    } else {
        Command::Unprotect { meter, reason }
    };
    let book = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?.book;
    let (now, by) = (state.now(book), caller.person.staff);
    match state.billing.carry_out(Order { book, now, by, key: None, command }).await? {
        Ok(_done) => {
            state.clocks.wake(book, [meter]);
            Ok(HttpResponse::NoContent().finish())
        }
        Err(Refusal::SecondPerson) => {
            let evidence = rooms(&state, &[meter]);
            approvals::wait(&state, &caller, Matter::Unprotect { book, meter }, evidence, &asked)
                .await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

pub(super) async fn confirm(
    state: web::Data<State>,
    caller: Caller,
    meter: web::Path<MeterId>,
    Body(confirmation): Body<Confirmation>,
) -> Answer {
    let meter = meter.into_inner();
    let note = confirmation.note.trim().to_owned();
    carry_out(&state, &caller, meter, Command::ConfirmRestore { meter, note }).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(super) async fn borrow(
    state: web::Data<State>,
    caller: Caller,
    account: web::Path<AccountId>,
) -> Answer {
    let account = account.into_inner();
    for_account(&state, &caller, account, Command::UseEmergency { account }).await
}

pub(super) async fn pause(
    state: web::Data<State>,
    caller: Caller,
    account: web::Path<AccountId>,
    Body(order): Body<PauseOrder>,
) -> Answer {
    let account = account.into_inner();
    let PauseOrder { pause, reason } = order;
    let reason = reason.trim().to_owned();
    let command = if pause {
        Command::Pause { account, reason }
    } else {
        Command::Resume { account, reason }
    };
    for_account(&state, &caller, account, command).await
}

pub(super) async fn delivered(
    state: web::Data<State>,
    caller: Caller,
    path: web::Path<(AccountId, NoticeId)>,
) -> Answer {
    let (account, notice) = path.into_inner();
    for_account(&state, &caller, account, Command::NoticeDelivered { account, notice }).await
}

async fn for_account(
    state: &State,
    caller: &Caller,
    account: AccountId,
    command: Command,
) -> Answer {
    let book = state.book_of(account)?;
    let now = state.now(book);
    state.billing.order(book, now, caller.person.staff, None, command).await?;
    state.clocks.wake(book, meters_of(state, account));
    Ok(HttpResponse::NoContent().finish())
}
