//! Adjustments: asked for here, carried out when a second person agrees.

use actix_web::web;
use shared::api::adjust::AdjustmentOrder;
use shared::api::approval::{Evidence, Fact, Figure};
use shared::id::AccountId;
use shared::staff::Matter;

use super::approvals;
use super::auth::Caller;
use super::body::Body;
use super::problem::Answer;
use super::state::State;

pub(super) async fn ask(
    state: web::Data<State>,
    caller: Caller,
    account: web::Path<AccountId>,
    Body(order): Body<AdjustmentOrder>,
) -> Answer {
    let account = account.into_inner();
    let book = state.book_of(account)?;
    let AdjustmentOrder { adjusting, amount, cause, note } = order;
    let fact = |what, is| Evidence { what, is };
    let mut evidence = Vec::new();
    if let Some(known) = state.accounts.get(&account) {
        evidence.push(fact(Fact::Place, Figure::Text(known.place.clone())));
        evidence.push(fact(Fact::Customer, Figure::Text(known.customer.clone())));
    }
    let credit = state.hub.rows_of(account).first().and_then(|row| row.change.credit);
    evidence.extend(credit.map(|credit| fact(Fact::CreditNow, Figure::Money(credit))));
    let matter = Matter::Adjust { book, account, adjusting, amount, cause };
    approvals::wait(&state, &caller, matter, evidence, &note).await
}
