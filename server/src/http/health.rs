//! `GET /livez`: the process answers. `GET /readyz`: it can do its work, money included.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::problem::{Answer, Trouble};
use super::state::State;

pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("live\n")
}

pub(super) async fn ready(state: web::Data<State>) -> Answer {
    if let Some(lost) = state.custody.lost() {
        return Err(Trouble::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "journal-behind-anchor",
            "records that were once safe are missing, so nothing is sold",
        )
        .detail(lost.sentence()));
    }
    let status = state.billing.status().await?;
    match status.halted {
        None => Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n")),
        Some(why) => Err(Trouble::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "journal-halted",
            "the journal cannot be written, so money stands still; meters are read on",
        )
        .detail(why)),
    }
}
