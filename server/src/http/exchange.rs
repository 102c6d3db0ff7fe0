//! A meter or its transformers are exchanged, and what was exchanged before.

use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::meter::{ExchangeOrder, ExchangeRow};
use shared::id::{Book, MeterId};
use shared::meter::Exchange;
use shared::site::{Command, Done, Refusal};

use super::accounts::{name_of, staff_names};
use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::sales::{key_of, tidy};
use super::state::State;
use super::supply::unexpected;
use crate::headend::Attach;
use crate::headend::config::MeterConfig;
use crate::store::report::exchanges;

pub(super) async fn order(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    meter: web::Path<MeterId>,
    Body(order): Body<ExchangeOrder>,
) -> Answer {
    let (meter, key) = (meter.into_inner(), key_of(&request)?);
    let row = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?;
    let ExchangeOrder { what, last, manual, first, serial, note } = order;
    let (serial, note) = (tidy(&serial, 40), tidy(&note, 200));
    let limits = state.hung.get(&meter).map(|hung| hung.limits);
    let exchange = Exchange { what, last, manual, first, serial, limits, note };
    let command = Command::ExchangeMeter { meter, exchange: exchange.clone() };
    let (now, by) = (state.now(row.book), caller.person.staff);
    let done = state.billing.order(row.book, now, by, Some(key), command).await?;
    let Done::Exchanged { seq: _ } = done else { return Err(unexpected(&done)) };
    match row.book {
        Book::Live => expect_serial(&state, meter, &exchange.serial).await?,
        Book::Simulated => state.clocks.exchanged(meter, exchange.first).await,
    }
    state.clocks.wake(row.book, [meter]);
    Ok(HttpResponse::NoContent().finish())
}

/// From now on the line believes the new number only.
async fn expect_serial(state: &State, meter: MeterId, serial: &str) -> Result<(), Trouble> {
    let Some(hung) = state.hung.get(&meter) else { return Ok(()) };
    let line = state.lines.get(&hung.config.line);
    let checked = hung.config.serial.is_some() && !serial.is_empty();
    if let Some(line) = line.filter(|_| checked) {
        let config = MeterConfig { serial: Some(serial.to_owned()), ..hung.config.clone() };
        let attach = Attach { meter: config, library: hung.library.clone() };
        let hung = line.send(attach).await;
        hung.map_err(|error| Trouble::fault("tell the line the new number", error))?;
    }
    Ok(())
}

pub(super) async fn list(state: web::Data<State>, meter: web::Path<MeterId>) -> Answer {
    let meter = meter.into_inner();
    let row = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?;
    let Some(account) = row.account else {
        return Ok(HttpResponse::Ok().json(Vec::<ExchangeRow>::new()));
    };
    let names = staff_names(&state).await?;
    let rows: Result<Vec<ExchangeRow>, _> = state
        .ledger
        .ask(move |db| exchanges::of(db, account, meter, |staff| name_of(&names, staff)))
        .await;
    Ok(HttpResponse::Ok().json(rows.map_err(|error| Trouble::fault("read the ledger", error))?))
}
