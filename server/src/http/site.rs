//! `GET /api/v1/site`.

use actix_web::{HttpResponse, web};

use super::problem::Answer;
use super::state::State;

pub(super) async fn show(state: web::Data<State>) -> Answer {
    Ok(HttpResponse::Ok().json(&state.site))
}
