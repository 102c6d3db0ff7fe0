//! Open alarms, and who has seen them.

use actix_web::{HttpRequest, HttpResponse, web};
use shared::id::AlarmId;
use shared::site::Command;

use super::auth::Caller;
use super::page::{Paging, page};
use super::problem::{Answer, Trouble};
use super::state::State;

pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<State>,
    paging: web::Query<Paging>,
) -> Answer {
    page(&request, &paging, state.hub.alarms(), |alarm| alarm.id.to_string())
}

pub(super) async fn acknowledge(
    state: web::Data<State>,
    caller: Caller,
    alarm: web::Path<AlarmId>,
) -> Answer {
    let alarm = alarm.into_inner();
    let open = state.hub.alarms().into_iter().find(|open| open.id == alarm);
    let book = open.ok_or_else(|| Trouble::absent(format!("there is no open alarm {alarm}")))?.book;
    let command = Command::AcknowledgeAlarm { alarm };
    let now = state.now(book);
    state.billing.order(book, now, caller.person.staff, None, command).await?;
    Ok(HttpResponse::NoContent().finish())
}
