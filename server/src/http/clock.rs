//! The clock of the simulated meters.

use actix_web::{HttpResponse, web};
use shared::api::clock::ClockOrder;

use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::run::simulated::sensible;

pub(super) async fn show(state: web::Data<State>) -> Answer {
    let clock = state.clocks.view().ok_or_else(none)?;
    Ok(HttpResponse::Ok().json(clock))
}

pub(super) async fn order(state: web::Data<State>, Body(order): Body<ClockOrder>) -> Answer {
    if !sensible(order) {
        let what = "a pace is 1 to 3600, a step at most a day (86400000 ms)";
        return Err(Trouble::bad("bad-clock-order", what));
    }
    let clock = state.clocks.order(order).await.ok_or_else(none)?;
    Ok(HttpResponse::Ok().json(clock))
}

fn none() -> Trouble {
    Trouble::absent("this site has no simulated meters, so there is no clock to set")
}
