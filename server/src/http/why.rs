//! Why a supply is cut, and why an order would be refused.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::why::WhyPage;
use shared::id::MeterId;
use shared::money::Money;
use shared::site::Refusal;
use shared::site::why::Replay;

use super::problem::{Answer, Trouble};
use super::state::State;
use crate::store::report::terms;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    amount: Option<Money>,
}

pub(super) async fn show(
    state: web::Data<State>,
    meter: web::Path<MeterId>,
    question: web::Query<Question>,
) -> Answer {
    let (meter, amount) = (meter.into_inner(), question.amount);
    let row = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?;
    let account = row.account.ok_or(Refusal::NoMeter(meter))?;
    let records = state
        .ledger
        .ask(move |db| terms::standing(db, account))
        .await
        .map_err(|error| Trouble::fault("read the ledger", error))?;
    let (zone, now) = (state.zone.clone(), state.now(row.book));
    let currency = state.site.currency;
    let told = web::block(move || {
        let mut replay = Replay::new(zone, account, meter);
        records.iter().try_for_each(|record| replay.follow(record))?;
        Ok::<_, serde_json::Error>((replay.why(), replay.refused(row.book, now, amount)))
    });
    let told = told.await.map_err(|error| Trouble::fault("explain the supply", error))?;
    let (why, refused) = told.map_err(|error| Trouble::fault("explain the supply", error))?;
    let why = why.ok_or(Refusal::NoMeter(meter))?;
    let refused = refused.into_iter();
    let refused =
        refused.map(|(tried, why)| (tried, Trouble::from(why).problem(currency))).collect();
    Ok(HttpResponse::Ok().json(WhyPage { why, refused }))
}
