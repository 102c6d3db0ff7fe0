//! Agreements about arrears: made and cancelled.

use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::arrears::{ArrearsCancel, ArrearsOrder, ArrearsOrdered};
use shared::id::{AccountId, ArrearsId};
use shared::site::{Command, Done};

use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::sales::{key_of, tidy};
use super::state::State;
use super::supply::unexpected;

/// The longest reason that is kept.
const REASON: usize = 200;

pub(super) async fn add(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    account: web::Path<AccountId>,
    Body(order): Body<ArrearsOrder>,
) -> Answer {
    let account = account.into_inner();
    let ArrearsOrder { amount, collection, reason } = order;
    let reason = tidy(&reason, REASON);
    let command = Command::AddArrears { account, amount, collection, reason };
    carry_out(&request, &state, &caller, account, command).await
}

pub(super) async fn cancel(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    which: web::Path<(AccountId, ArrearsId)>,
    Body(order): Body<ArrearsCancel>,
) -> Answer {
    let (account, arrears) = which.into_inner();
    let reason = tidy(&order.reason, REASON);
    let command = Command::CancelArrears { account, arrears, reason };
    carry_out(&request, &state, &caller, account, command).await
}

async fn carry_out(
    request: &HttpRequest,
    state: &State,
    caller: &Caller,
    account: AccountId,
    command: Command,
) -> Result<HttpResponse, Trouble> {
    let key = key_of(request)?;
    let book = state.book_of(account)?;
    let (now, by) = (state.now(book), caller.person.staff);
    let done = state.billing.order(book, now, by, Some(key), command).await?;
    let Done::Arrears { arrears, seq } = done else { return Err(unexpected(&done)) };
    Ok(HttpResponse::Ok().json(ArrearsOrdered { arrears, seq }))
}
