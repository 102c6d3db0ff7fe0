//! The work list: what needs a note to close.

use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::exception::{ExceptionRow, ExceptionsClosed};
use shared::site::Command;

use super::auth::Caller;
use super::body::Body;
use super::page::{Paging, page};
use super::problem::{Answer, Trouble};
use super::sales::tidy;
use super::state::State;

/// Closed at once at most.
const MOST: usize = 1_000;

pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<State>,
    paging: web::Query<Paging>,
) -> Answer {
    let open = state.billing.exceptions().await?;
    let rows = open.into_iter().map(|open| {
        let name = state.hub.row(open.meter).map(|row| row.name).unwrap_or_default();
        ExceptionRow::of(open, name)
    });
    // A meter has one exception of a kind.
    let name = |row: &ExceptionRow| format!("{}-{:?}", row.meter, row.kind);
    page(&request, &paging, rows.collect(), name)
}

pub(super) async fn close(
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<ExceptionsClosed>,
) -> Answer {
    let ExceptionsClosed { book, exceptions, resolution, note } = order;
    if exceptions.is_empty() || exceptions.len() > MOST {
        let what = format!("1 to {MOST} exceptions are closed at once");
        return Err(Trouble::bad("bad-exceptions", what));
    }
    let meters: Vec<_> = exceptions.iter().map(|(meter, _)| *meter).collect();
    let note = tidy(&note, 200);
    let command = Command::CloseExceptions { exceptions, resolution, note };
    let now = state.now(book);
    state.billing.order(book, now, caller.person.staff, None, command).await?;
    state.clocks.wake(book, meters);
    Ok(HttpResponse::NoContent().finish())
}
