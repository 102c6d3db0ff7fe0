//! Credit given back in cash at the counter, alone or asked of a second person.

use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::approval::{Evidence, Fact, Figure};
use shared::api::receipt::Receipt;
use shared::api::refund::RefundOrder;
use shared::id::AccountId;
use shared::site::{Command, Done};
use shared::staff::Matter;

use super::approvals;
use super::auth::Caller;
use super::body::Body;
use super::problem::Answer;
use super::receipts;
use super::sales::{key_of, meters_of, tidy};
use super::state::State;
use super::supply::unexpected;
use super::verify;

pub(super) async fn refund(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    account: web::Path<AccountId>,
    Body(order): Body<RefundOrder>,
) -> Answer {
    let key = key_of(&request)?;
    let account = account.into_inner();
    let book = state.book_of(account)?;
    let RefundOrder { amount, reason } = order;
    let command = Command::Refund { account, amount, reason: tidy(&reason, 200) };
    let (now, by) = (state.now(book), caller.person.staff);
    let done = state.billing.order(book, now, by, Some(key), command).await?;
    let Done::Refunded { refund, .. } = done else { return Err(unexpected(&done)) };
    state.clocks.wake(book, meters_of(&state, account));
    let slip: Receipt = receipts::load(&state, book, refund.receipt).await?;
    state.press.ask(&slip, Some(verify::link(&request, &slip))).await;
    Ok(HttpResponse::Ok().json(slip))
}

/// Asks a second person for more than one may give back alone.
pub(super) async fn ask(
    state: web::Data<State>,
    caller: Caller,
    account: web::Path<AccountId>,
    Body(order): Body<RefundOrder>,
) -> Answer {
    let account = account.into_inner();
    let book = state.book_of(account)?;
    let evidence = account_evidence(&state, account);
    let RefundOrder { amount, reason } = order;
    let matter = Matter::Refund { book, account, amount };
    approvals::wait(&state, &caller, matter, evidence, &reason).await
}

/// Whose account it is, and what is on it now.
pub(super) fn account_evidence(state: &State, account: AccountId) -> Vec<Evidence> {
    let fact = |what, is| Evidence { what, is };
    let mut evidence = Vec::new();
    if let Some(known) = state.accounts.get(&account) {
        evidence.push(fact(Fact::Place, Figure::Text(known.place.clone())));
        evidence.push(fact(Fact::Customer, Figure::Text(known.customer.clone())));
    }
    let credit = state.hub.rows_of(account).first().and_then(|row| row.change.credit);
    evidence.extend(credit.map(|credit| fact(Fact::CreditNow, Figure::Money(credit))));
    evidence
}
