//! What became of receipts on their way to paper.

use actix_web::{HttpResponse, web};
use shared::id::{Book, ReceiptNo};

use super::problem::{Answer, Trouble};
use super::state::State;

pub(super) async fn printer(state: web::Data<State>) -> Answer {
    let shown = state.press.state().await;
    Ok(HttpResponse::Ok().json(shown.map_err(|error| Trouble::fault("read the queue", error))?))
}

pub(super) async fn show(state: web::Data<State>, which: web::Path<(Book, ReceiptNo)>) -> Answer {
    let (book, no) = which.into_inner();
    let shown = state.press.of(book, no).await;
    Ok(HttpResponse::Ok().json(shown.map_err(|error| Trouble::fault("read the queue", error))?))
}
