//! Bringing meters into service: relay test, adding many at once, sign-off.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use shared::actor::port::LineJob;
use shared::api::commission::{
    AddMeter, AddMeters, AddRelay, RelayStep, RelayTest, RelayTested, SignOff,
};
use shared::energy::{Energy, Power};
use shared::id::{AccountId, LineId, MeterId};
use shared::meter::profile::{Ratio, Relay};
use shared::meter::{Contact, SwitchCommand};
use shared::money::Money;
use shared::visible::{acts, visible};

use super::auth::Caller;
use super::body::Body;
use super::lines::{no_line, view};
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::cli::Fault;
use crate::clock;
use crate::config::{AccountTerms, Metered};
use crate::headend::config::{MeterConfig, Output, RelayConfig};
use crate::headend::{IsInService, Try, UnitAddress};
use crate::run::commission::Commission;

pub(super) fn refused(kind: &str, title: impl ToString) -> Trouble {
    Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title)
}

pub(super) fn commission(state: &State) -> Result<&Commission, Trouble> {
    let none = || Trouble::absent("this site has no lines to real meters");
    state.commission.as_ref().ok_or_else(none)
}

fn failed(fault: Fault) -> Trouble {
    match fault {
        Fault::Input(sentence) => refused("bad-meter", sentence),
        Fault::Failed(sentence) => Trouble::fault("add the meters", sentence),
    }
}

pub(super) async fn list(state: web::Data<State>) -> Answer {
    let all = match &state.commission {
        Some(commission) => commission.list().await.map_err(failed)?,
        None => Vec::new(),
    };
    Ok(HttpResponse::Ok().json(all))
}

pub(super) async fn add(
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<AddMeters>,
) -> Answer {
    let commission = commission(&state)?;
    if order.meters.is_empty() {
        return Err(refused("bad-meter", "there is no meter to add"));
    }
    let mut next = 1;
    let mut meters = Vec::new();
    for add in &order.meters {
        if let Some(speed) = state.scans.heard_only_at(order.line, add.unit) {
            let title = format!(
                "unit {} answered the last scan at {speed}, not at the speed of line {}: give both \
                 the same speed and scan again",
                add.unit, order.line
            );
            return Err(refused("other-speed", title));
        }
        while state.hub.row(MeterId(next)).is_some() {
            next += 1;
        }
        meters.push(metered(&order, add, MeterId(next))?);
        next += 1;
    }
    let added = commission.add(meters, caller.person.staff).await.map_err(failed)?;
    Ok(HttpResponse::Created().json(added))
}

fn metered(order: &AddMeters, add: &AddMeter, meter: MeterId) -> Result<Metered, Trouble> {
    let name = add.name.trim();
    if name.is_empty() || name.chars().count() > 64 {
        return Err(refused("bad-name", "a room's name has 1 to 64 characters"));
    }
    // Each of them stands on screens and on every receipt.
    let named = [&add.name, &add.customer, &order.building, &order.floor];
    if let Some(text) = named.into_iter().chain(&add.serial).find(|text| text.contains(acts)) {
        let what = "holds a character that cannot be seen or that steers what shows it";
        return Err(refused("bad-name", format!("\"{}\" {what}", visible(text))));
    }
    let account = order.tariff.clone().map(|tariff| AccountTerms {
        account: add.account.unwrap_or(AccountId(meter.0)),
        customer: add.customer.trim().to_owned(),
        phone: String::new(),
        tariff,
        opening: Money::ZERO,
    });
    Ok(Metered {
        device: device(order.line, meter, add.unit, &add.profile, add.relay.as_ref(), |device| {
            device.serial.clone_from(&add.serial);
        })?,
        name: name.to_owned(),
        building: order.building.trim().to_owned(),
        floor: order.floor.trim().to_owned(),
        usual_power: Power::from_watts(6_000),
        most_power: None,
        account,
    })
}

fn device(
    line: LineId,
    meter: MeterId,
    unit: u8,
    profile: &str,
    relay: Option<&AddRelay>,
    change: impl FnOnce(&mut MeterConfig),
) -> Result<MeterConfig, Trouble> {
    let address =
        |unit: u8| UnitAddress::try_from(unit).map_err(|error| refused("bad-unit", error));
    let relay = match relay {
        Some(relay) => Some(RelayConfig {
            line: relay.line.filter(|on| *on != line),
            unit: Some(address(relay.unit)?),
            profile: relay.profile.clone(),
            output: relay.output,
            feedback: relay.feedback,
            connected_when: if relay.connected_when_off { Output::Off } else { Output::On },
        }),
        None => None,
    };
    let mut device = MeterConfig {
        meter,
        line,
        unit: address(unit)?,
        profile: profile.to_owned(),
        ct: Ratio::ONE,
        pt: Ratio::ONE,
        relay,
        serial: None,
        poll_s: NonZeroU32::new(5).expect("five is not zero"),
    };
    change(&mut device);
    Ok(device)
}

/// Open or close, and look: only at devices that are no meters of the site yet. A meter's supply is
/// ordered on its page, where it is kept and restored.
pub(super) async fn test_relay(
    state: web::Data<State>,
    line: web::Path<LineId>,
    Body(test): Body<RelayTest>,
) -> Answer {
    let id = line.into_inner();
    let actor = state.lines.get(&id).ok_or_else(|| no_line(id))?;
    let library = Arc::clone(&commission(&state)?.library);
    let taken = view(&state, id).await?.units.into_iter().find(|unit| unit.unit == test.unit);
    if let Some(meter) = taken.and_then(|unit| unit.meter) {
        let title = format!("unit {} is meter {meter}; order its supply on its page", test.unit);
        return Err(Trouble::new(StatusCode::CONFLICT, "meter-in-service", title));
    }
    let profile = library
        .get(&test.profile)
        .ok_or_else(|| refused("no-profile", format!("there is no profile `{}`", test.profile)))?;
    if matches!(profile.relay, Relay::External) && test.relay.is_none() {
        let title = format!("`{}` has no switch inside; name the output of a board", test.profile);
        return Err(refused("no-switch", title));
    }
    let place = MeterId(u32::MAX);
    let meter = device(id, place, test.unit, &test.profile, test.relay.as_ref(), |_| {})?;
    if let Some(RelayConfig { line, unit: Some(unit), output, .. }) = meter.relay {
        let on = line.unwrap_or(id);
        let board = state.lines.get(&on).ok_or_else(|| no_line(on))?;
        let asked = board.send(IsInService { unit, output }).await;
        if asked.map_err(|error| Trouble::fault("ask the line", error))? {
            let title = format!(
                "output {output} of unit {} switches a meter of the site; order its supply on its \
                 page",
                u8::from(unit),
            );
            return Err(Trouble::new(StatusCode::CONFLICT, "output-in-service", title));
        }
    }
    let (command, wanted) = match test.step {
        RelayStep::Open => (SwitchCommand::Open, Contact::Open),
        RelayStep::Close => (SwitchCommand::Close, Contact::Closed),
    };
    let ask = Try { meter, library, job: LineJob::Switch(command) };
    let seen = actor.send(ask).await.map_err(|error| Trouble::fault("ask the line", error))?;
    let tested = match seen.outcome {
        Ok(telegram) => RelayTested {
            contact: telegram.contact,
            power: telegram.live.power,
            import: Some(telegram.import),
            fault: None,
            proven: telegram.contact == wanted,
        },
        Err(fault) => RelayTested {
            contact: Contact::Unknown,
            power: None,
            import: None,
            fault: Some(fault),
            proven: false,
        },
    };
    Ok(HttpResponse::Ok().json(tested))
}

/// Register and display may differ by what is used between two looks.
const CLOSE_ENOUGH: Energy = Energy::from_wh(1_000);

pub(super) async fn sign_off(
    state: web::Data<State>,
    caller: Caller,
    meter: web::Path<MeterId>,
    Body(order): Body<SignOff>,
) -> Answer {
    let meter = meter.into_inner();
    let commission = commission(&state)?;
    let now = clock::now();
    let register = view_register(&state, meter).await?;
    let shown = mwh(order.display.trim())
        .ok_or_else(|| refused("bad-display", "write what the display shows, such as 1203.45"))?;
    let apart = (register - shown).abs();
    if apart > CLOSE_ENOUGH.mwh() {
        let title = format!(
            "the register says {} kWh and the display {}; they must not differ by more than 1 kWh",
            kwh(register),
            order.display.trim()
        );
        return Err(refused("display-differs", title));
    }
    let text = format!(
        "{}, {}: display {}, register {}",
        caller.person.name,
        state.zone.date(now),
        order.display.trim(),
        kwh(register)
    );
    let all = commission.sign_off(meter, text).await.map_err(failed)?;
    Ok(HttpResponse::Ok().json(all))
}

/// Exactly, from kWh as a display shows them.
fn mwh(kwh: &str) -> Option<i64> {
    let kwh = rust_decimal::Decimal::from_str_exact(kwh).ok()?;
    let mwh = kwh.checked_mul(rust_decimal::Decimal::from(1_000_000))?;
    i64::try_from(mwh.trunc().mantissa() / 10_i128.pow(mwh.trunc().scale())).ok()
}

fn kwh(mwh: i64) -> String {
    rust_decimal::Decimal::new(mwh, 6).normalize().to_string()
}

/// What the meter itself shows, without transformer ratios: that is what stands on its display.
async fn view_register(state: &State, meter: MeterId) -> Result<i64, Trouble> {
    for line in state.lines.keys() {
        let view = view(state, *line).await?;
        let unit = view.units.into_iter().find(|unit| unit.meter == Some(meter));
        if let Some(unit) = unit {
            let import = unit.points.iter().find(|point| point.name == "energy.import");
            return import
                .map(|point| point.millionths)
                .ok_or_else(|| refused("never-read", "this meter was not read yet"));
        }
    }
    Err(Trouble::absent(format!("meter {meter} hangs on no line")))
}
