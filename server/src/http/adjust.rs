//! Adjustments: asked for here, carried out when a second person agrees.

use actix_web::web;
use shared::api::adjust::AdjustmentOrder;
use shared::id::AccountId;
use shared::staff::Matter;

use super::approvals;
use super::auth::Caller;
use super::body::Body;
use super::problem::Answer;
use super::refunds::account_evidence;
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
    let evidence = account_evidence(&state, account);
    let matter = Matter::Adjust { book, account, adjusting, amount, cause };
    approvals::wait(&state, &caller, matter, evidence, &note).await
}
