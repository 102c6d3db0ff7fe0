//! An account: its ledger, and what a payment would do.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::actor::billing::GetPreview;
use shared::id::{AccountId, Seq, StaffId};
use shared::money::Money;
use shared::vend::Tender;

use super::auth::Caller;
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::store::registry::staff;
use crate::store::report::ledger;

/// Entries of a page unless it is said otherwise.
const USUAL: u32 = 50;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    before: Option<Seq>,
    limit: Option<u32>,
}

pub(super) async fn ledger(
    state: web::Data<State>,
    account: web::Path<AccountId>,
    page: web::Query<Page>,
) -> Answer {
    let account = account.into_inner();
    state.book_of(account)?;
    let names = staff_names(&state).await?;
    let Page { before, limit } = page.into_inner();
    let limit = limit.unwrap_or(USUAL);
    let page = state
        .ledger
        .ask(move |db| ledger::page(db, account, before, limit, |staff| name_of(&names, staff)))
        .await
        .map_err(|error| Trouble::fault("read the ledger", error))?;
    Ok(HttpResponse::Ok().json(page))
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    amount: Money,
    #[serde(default)]
    tender: Option<Tender>,
}

pub(super) async fn preview(
    state: web::Data<State>,
    caller: Caller,
    account: web::Path<AccountId>,
    question: web::Query<Question>,
) -> Answer {
    let account = account.into_inner();
    let book = state.book_of(account)?;
    let Question { amount, tender } = question.into_inner();
    let (now, by) = (state.now(book), caller.person.staff);
    let question = GetPreview { account, amount, now, by, tender };
    Ok(HttpResponse::Ok().json(state.billing.preview(question).await?))
}

/// The names of all staff, also of those who left.
pub(super) async fn staff_names(state: &State) -> Result<BTreeMap<StaffId, String>, Trouble> {
    let staff = state.registry.ask(|db| staff::all(db)).await;
    let staff = staff.map_err(|error| Trouble::fault("read the registry", error))?;
    Ok(staff.into_iter().map(|entry| (entry.person.staff, entry.person.name)).collect())
}

/// A person's name; 0 is the system, which simulated tenants pay through.
pub(super) fn name_of(names: &BTreeMap<StaffId, String>, staff: StaffId) -> String {
    match (names.get(&staff), staff) {
        (Some(name), _) => name.clone(),
        (None, StaffId(0)) => "–".to_owned(),
        (None, unknown) => format!("#{unknown}"),
    }
}
