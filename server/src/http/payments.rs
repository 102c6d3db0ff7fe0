//! Mobile payments at the counter, and the webhooks of their providers.

use actix_web::{HttpRequest, HttpResponse, web};
use shared::actor::billing::WhichPayments;
use shared::api::payment::{PaymentReason, PaymentRequest, PaymentView, QrCode};
use shared::id::{PaymentId, ProviderId};
use shared::pay::{Payment, State as PaymentState};
use shared::site::{Command, PaymentOrder, Refusal};
use shared::staff::Verb;

use super::auth::Caller;
use super::body::{Body, Raw};
use super::page::{self, Paging};
use super::problem::{Answer, Trouble};
use super::sales::{key_of, meters_of, tidy};
use super::state::State;
use crate::clock;
use crate::pay::sign::{self, Signed};
use crate::qr;

/// So many are listed, unless it is said otherwise.
const MOST: usize = 200;

pub(super) async fn begin(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<PaymentRequest>,
) -> Answer {
    let key = key_of(&request)?;
    let book = state.book_of(order.account)?;
    let provider = order.provider.or_else(|| state.desk.providers().next().cloned());
    let provider = provider.ok_or_else(|| {
        Trouble::absent("this site has no payment provider; see [[provider]] of its file")
    })?;
    let (by, account) = (caller.person.staff, (book, order.account));
    let payment = state.desk.begin(by, key, account, order.amount, &provider).await?;
    Ok(HttpResponse::Ok().json(view(&state, payment)))
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those that wait for the provider or for somebody, oldest first.
    #[serde(default)]
    open: bool,
    /// Payments of a page, 1 to 1000; 200 unless it is said otherwise.
    limit: Option<u16>,
    /// The payment that the page begins after, as the link to the next page names it.
    after: Option<String>,
}

pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<State>,
    which: web::Query<Which>,
) -> Answer {
    let Which { open, limit, after } = which.into_inner();
    let paging = Paging { limit, after };
    let shown = |payments: Vec<Payment>| -> Vec<PaymentView> {
        payments.into_iter().map(|one| view(&state, one)).collect()
    };
    if open {
        let rows = shown(state.billing.payments(WhichPayments::Open).await?);
        return page::page(&request, &paging, rows, |row| row.payment.to_string());
    }
    let limit = paging.limit(MOST)?;
    let before = paging.after.map(|after| after.parse::<PaymentId>()).transpose();
    let before = before.map_err(|_no_number| page::gone())?;
    // One more than is shown tells whether there are more.
    let asked = WhichPayments::Latest(limit + 1, before);
    let mut rows = shown(state.billing.payments(asked).await?);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.payment.to_string());
    Ok(page::answer(&request, &rows, next.as_deref()))
}

pub(super) async fn show(state: web::Data<State>, payment: web::Path<PaymentId>) -> Answer {
    Ok(HttpResponse::Ok().json(view(&state, state.desk.one(*payment).await?)))
}

/// Asks the provider now.
pub(super) async fn query(state: web::Data<State>, payment: web::Path<PaymentId>) -> Answer {
    Ok(HttpResponse::Ok().json(view(&state, state.desk.ask(*payment).await?)))
}

pub(super) async fn cancel(
    state: web::Data<State>,
    caller: Caller,
    payment: web::Path<PaymentId>,
) -> Answer {
    let known = state.desk.one(*payment).await?;
    if !caller.may(Verb::ReverseAny) && caller.person.staff != known.by {
        let title = "only own payments are taken back; a manager can take back any";
        return Err(Trouble::forbidden("not-own-sale", title));
    }
    Ok(HttpResponse::Ok().json(view(&state, state.desk.cancel(*payment).await?)))
}

/// Money that stands on no account goes back; after a refusal it is asked back again.
pub(super) async fn refund(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    payment: web::Path<PaymentId>,
    Body(order): Body<PaymentReason>,
) -> Answer {
    let (key, reason) = (key_of(&request)?, reason(&order)?);
    let known = state.desk.one(*payment).await?;
    let payment = known.payment;
    let (key, order) = if known.state == PaymentState::RefundRefused {
        (None, PaymentOrder::RefundAgain { payment })
    } else {
        (Some(key), PaymentOrder::Refund { payment, reason })
    };
    let now = state.now(known.book);
    let by = caller.person.staff;
    state.billing.order(known.book, now, by, key, Command::Payment(order)).await?;
    Ok(HttpResponse::Ok().json(view(&state, state.desk.ask(payment).await?)))
}

/// Money that stands on no account becomes credit.
pub(super) async fn credit(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    payment: web::Path<PaymentId>,
    Body(order): Body<PaymentReason>,
) -> Answer {
    let (key, reason) = (key_of(&request)?, reason(&order)?);
    let known = state.desk.one(*payment).await?;
    let (payment, by) = (known.payment, caller.person.staff);
    let command = Command::Payment(PaymentOrder::Credit { payment, reason });
    state.billing.order(known.book, state.now(known.book), by, Some(key), command).await?;
    state.clocks.wake(known.book, meters_of(&state, known.account));
    Ok(HttpResponse::Ok().json(view(&state, state.desk.one(payment).await?)))
}

/// What a provider tells of itself. Signed, so nobody signs in; told once or fifty times, it has one
/// effect, because its transaction counts once.
pub(super) async fn webhook(
    request: HttpRequest,
    state: web::Data<State>,
    provider: web::Path<ProviderId>,
    Raw(body): Raw,
) -> Answer {
    let from = request.peer_addr().map(|address| address.ip());
    state.desk.may_try(from)?;
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let signed =
        Signed { id: header(sign::ID), at: header(sign::AT), signature: header(sign::SIGNATURE) };
    state.desk.notice(&provider, from, &signed, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn reason(order: &PaymentReason) -> Result<String, Trouble> {
    let reason = tidy(&order.reason, 200);
    if reason.is_empty() { Err(Refusal::NoReason.into()) } else { Ok(reason) }
}

fn view(state: &State, payment: Payment) -> PaymentView {
    let place = state.accounts.get(&payment.account).map(|known| known.place.clone());
    let code = payment.code.filter(|_| payment.state == PaymentState::Pending);
    let left = payment.expires.filter(|_| code.is_some());
    PaymentView {
        payment: payment.payment,
        book: payment.book,
        account: payment.account,
        place: place.unwrap_or_default(),
        amount: payment.amount,
        provider: payment.provider,
        state: payment.state,
        begun: payment.begun,
        qr: code.as_deref().and_then(drawn),
        code,
        left: left.map(|expires| ((expires - clock::now()).millis() / 1_000).max(0)),
        transaction: payment.transaction,
        paid: payment.paid,
        receipt: payment.receipt,
        reversal: payment.reversal,
        note: payment.note,
    }
}

/// The code as a path of squares.
fn drawn(code: &str) -> Option<QrCode> {
    let (side, path) = qr::path(code)?;
    Some(QrCode { size: u16::try_from(side).ok()?, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_its_three_finder_patterns_and_a_quiet_zone() {
        let qr = drawn("https://pay.example/MH1-12345678").unwrap();
        assert_eq!((qr.size - 8 - 17) % 4, 0, "a QR code has 17 + 4 × version modules a side");
        let far = qr.size - 5;
        for corner in [(4, 4), (far, 4), (4, far)] {
            assert!(qr.path.contains(&format!("M{} {}h1", corner.0, corner.1)), "{corner:?}");
        }
        assert!(!qr.path.contains("M3 "), "nothing is dark in the quiet zone");
    }
}
