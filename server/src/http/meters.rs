//! One meter: its page, its power, its readings.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::meter::{Device, MeterPage};
use shared::id::MeterId;
use shared::site::Refusal;
use shared::time::{Span, Timestamp};

use super::problem::{Answer, Trouble};
use super::state::State;
use crate::store::readings::query;

/// Readings that one question brings at most.
const MOST: usize = 1_000;
/// A curve is of at most so long a time.
const LONGEST_CURVE: Span = Span::from_days(62);

pub(super) async fn show(state: web::Data<State>, meter: web::Path<MeterId>) -> Answer {
    let meter = meter.into_inner();
    let row = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?;
    let now = state.now(row.book);
    let page = state.billing.meter(meter, now).await?.ok_or(Refusal::NoMeter(meter))?;
    Ok(HttpResponse::Ok().json(named(&state, page)))
}

/// Fills in what the registry and the site file know: names, and where the device hangs.
fn named(state: &State, page: MeterPage) -> MeterPage {
    let meter = page.row.meter;
    let row = state.hub.row(meter).map(|row| shared::api::live::MeterRow {
        change: page.row.change,
        account: page.row.account.or(row.account),
        ..row
    });
    let customer = row.as_ref().map(|row| row.customer.clone()).unwrap_or_default();
    let device = match state.devices.get(&meter) {
        Some(known) => Device {
            polls: page.device.polls,
            failures: page.device.failures,
            last_fault: page.device.last_fault.clone(),
            held: page.device.held.clone(),
            serial: Some(&page.device.serial)
                .filter(|serial| !serial.is_empty())
                .unwrap_or(&known.serial)
                .clone(),
            ..known.clone()
        },
        None => page.device.clone(),
    };
    let account = page.account.map(|account| shared::api::meter::AccountView {
        customer,
        tariff: state
            .tariffs
            .get(&shared::id::TariffId(account.tariff.clone()))
            .map_or(account.tariff.clone(), |tariff| tariff.name().to_owned()),
        ..account
    });
    MeterPage { row: row.unwrap_or(page.row), device, account, ..page }
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stretch {
    from: Timestamp,
    to: Timestamp,
}

pub(super) async fn power(
    state: web::Data<State>,
    meter: web::Path<MeterId>,
    stretch: web::Query<Stretch>,
) -> Answer {
    let meter = meter.into_inner();
    let row = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?;
    let Stretch { from, to } = stretch.into_inner();
    if from >= to || to.saturating_since(from) > LONGEST_CURVE {
        let what = "`from` must be before `to`, and at most 62 days before it (milliseconds)";
        return Err(Trouble::bad("bad-stretch", what));
    }
    let desk = state.readings.of(row.book);
    let curve = desk.ask(move |db| query::power(db, meter, from, to)).await;
    Ok(HttpResponse::Ok().json(curve.map_err(|error| Trouble::fault("read the readings", error))?))
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    before: Option<Timestamp>,
    limit: Option<usize>,
}

pub(super) async fn readings(
    state: web::Data<State>,
    meter: web::Path<MeterId>,
    page: web::Query<Before>,
) -> Answer {
    let meter = meter.into_inner();
    let row = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?;
    let before = page.before.unwrap_or(Timestamp::from_millis(i64::MAX));
    let limit = page.limit.unwrap_or(100).clamp(1, MOST);
    let desk = state.readings.of(row.book);
    let rows = desk.ask(move |db| query::before(db, meter, before, limit)).await;
    Ok(HttpResponse::Ok().json(rows.map_err(|error| Trouble::fault("read the readings", error))?))
}
