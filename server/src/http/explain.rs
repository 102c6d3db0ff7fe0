//! Why a charge is what it is.

use actix_web::{HttpResponse, web};
use shared::api::explain::Explanation;
use shared::id::{AccountId, Seq};
use shared::ledger::Record;
use shared::site::explain::{ExplainError, Replay};

use super::problem::{Answer, Trouble};
use super::state::State;
use crate::store::report::terms;

pub(super) async fn show(state: web::Data<State>, place: web::Path<(AccountId, Seq)>) -> Answer {
    let (account, seq) = place.into_inner();
    state.book_of(account)?;
    let records = state
        .ledger
        .ask(move |db| terms::behind(db, account, seq))
        .await
        .map_err(|error| Trouble::fault("read the ledger", error))?;
    let told = web::block(move || replay(account, seq, &records))
        .await
        .map_err(|error| Trouble::fault("explain the charge", error))?;
    match told {
        Ok(explanation) => Ok(HttpResponse::Ok().json(explanation)),
        Err(ExplainError::NotACharge(seq)) => {
            Err(Trouble::absent(format!("record {seq} is not a charge of account {account}")))
        }
        Err(error) => Err(Trouble::fault("explain the charge", error)),
    }
}

fn replay(account: AccountId, seq: Seq, records: &[Record]) -> Result<Explanation, ExplainError> {
    let mut replay = Replay::new(account);
    for record in records {
        if record.seq == seq {
            return replay.explain(record);
        }
        replay.follow(record)?;
    }
    Err(ExplainError::NotACharge(seq))
}
