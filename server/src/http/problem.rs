//! Every answer that is not a success is a problem document (RFC 9457).

use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError, web};
use shared::api::problem::Problem;
use shared::counter::Denied;
use shared::money::Currency;
use shared::site::Refusal;

use super::auth::secret;
use super::state::State;

/// Why a request was not served. Handlers return it, [`seal`] writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    problem: Problem,
    /// What the core refused; [`seal`] says it again in the site's currency.
    refusal: Option<Box<Refusal>>,
}

pub(crate) type Answer = Result<HttpResponse, Trouble>;

impl Trouble {
    pub(crate) fn new(status: StatusCode, kind: &str, title: impl ToString) -> Self {
        let problem = Problem {
            kind: kind.to_owned(),
            title: title.to_string(),
            status: status.as_u16(),
            detail: None,
            request: None,
        };
        Self { problem, refusal: None }
    }

    pub(crate) fn detail(mut self, detail: impl ToString) -> Self {
        self.problem.detail = Some(detail.to_string());
        self
    }

    pub(crate) fn bad(kind: &str, title: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, kind, title)
    }

    pub(crate) fn forbidden(kind: &str, title: impl ToString) -> Self {
        Self::new(StatusCode::FORBIDDEN, kind, title)
    }

    pub(crate) fn absent(title: impl ToString) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", title)
    }

    /// Something of ours failed; the cause goes to the log, not to the reader.
    pub(crate) fn fault(trying: &str, cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "cannot {trying}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server-fault",
            format!("the server cannot {trying} at present; its log says why"),
        )
    }

    /// What it says at a site of this currency.
    pub(crate) fn problem(self, currency: Currency) -> Problem {
        match self.refusal {
            Some(refusal) => Problem { title: refusal.said(currency), ..self.problem },
            None => self.problem,
        }
    }

    /// The answer as the innermost services give it; [`seal`] writes the body.
    pub(crate) fn response(self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.title)
    }
}

impl ResponseError for Trouble {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.clone().response()
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let (status, kind) = match &refusal {
            Refusal::NoAccount(_) => (StatusCode::NOT_FOUND, "no-account"),
            Refusal::NoMeter(_) => (StatusCode::NOT_FOUND, "no-meter"),
            Refusal::NoTariff(_) => (StatusCode::NOT_FOUND, "no-tariff"),
            Refusal::NoReceipt(_) => (StatusCode::NOT_FOUND, "no-receipt"),
            Refusal::NoAlarm(_) => (StatusCode::NOT_FOUND, "no-alarm"),
            Refusal::BadTariff(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad-tariff"),
            Refusal::TariffInUse { .. } => (StatusCode::CONFLICT, "tariff-in-use"),
            Refusal::NoPrice => (StatusCode::CONFLICT, "no-price"),
            Refusal::NoException(_) => (StatusCode::CONFLICT, "no-exception"),
            Refusal::NoJudgement => (StatusCode::UNPROCESSABLE_ENTITY, "no-judgement"),
            Refusal::NotReadYet(_) => (StatusCode::CONFLICT, "not-read-yet"),
            Refusal::FinalReading { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "final-reading"),
            Refusal::AccountExists(_) => (StatusCode::CONFLICT, "account-exists"),
            Refusal::MeterBound(_) => (StatusCode::CONFLICT, "meter-bound"),
            Refusal::OtherBook(_) => (StatusCode::CONFLICT, "other-book"),
            Refusal::AlreadyReversed(_) => (StatusCode::CONFLICT, "already-reversed"),
            Refusal::NotLatest { .. } => (StatusCode::CONFLICT, "not-latest"),
            Refusal::CreditUsed { .. } => (StatusCode::CONFLICT, "credit-used"),
            Refusal::LeavesDebt { .. } => (StatusCode::CONFLICT, "leaves-debt"),
            Refusal::AboveRefundable { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, "above-refundable")
            }
            Refusal::NoArrears { .. } => (StatusCode::NOT_FOUND, "no-arrears"),
            Refusal::BadArrears => (StatusCode::UNPROCESSABLE_ENTITY, "bad-arrears"),
            Refusal::BadAdjustment => (StatusCode::UNPROCESSABLE_ENTITY, "bad-adjustment"),
            Refusal::LacksCredit => (StatusCode::CONFLICT, "lacks-credit"),
            Refusal::NothingHeld(_) => (StatusCode::CONFLICT, "nothing-held"),
            Refusal::KeyReused => (StatusCode::CONFLICT, "key-reused"),
            Refusal::BelowLeast { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "below-least-amount"),
            Refusal::AboveLargest { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, "above-largest-amount")
            }
            Refusal::HandedTooLittle => (StatusCode::UNPROCESSABLE_ENTITY, "handed-too-little"),
            Refusal::NoReason => (StatusCode::UNPROCESSABLE_ENTITY, "no-reason"),
            Refusal::NoKey => (StatusCode::BAD_REQUEST, "no-key"),
            Refusal::Halted => (StatusCode::INSUFFICIENT_STORAGE, "journal-halted"),
            Refusal::BadPolicy { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "bad-policy"),
            Refusal::Protected(_) => (StatusCode::CONFLICT, "protected"),
            Refusal::NotProtected(_) => (StatusCode::CONFLICT, "not-protected"),
            Refusal::MassCut { .. } => (StatusCode::CONFLICT, "mass-cut"),
            Refusal::SecondPerson => (StatusCode::FORBIDDEN, "second-person"),
            Refusal::BadList { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "bad-list"),
            Refusal::NoHeldCut(_) => (StatusCode::CONFLICT, "no-held-cut"),
            Refusal::TimePast => (StatusCode::UNPROCESSABLE_ENTITY, "time-past"),
            Refusal::NoEmergency(_) => (StatusCode::CONFLICT, "no-emergency-credit"),
            Refusal::NothingToConfirm(_) => (StatusCode::CONFLICT, "nothing-to-confirm"),
            Refusal::NotPaused(_) => (StatusCode::CONFLICT, "not-paused"),
            Refusal::PausedAlready(_) => (StatusCode::CONFLICT, "paused-already"),
            Refusal::NoNotice { .. } => (StatusCode::NOT_FOUND, "no-notice"),
            Refusal::Counter(denied) => of_counter(denied),
            Refusal::NoPayment(_) => (StatusCode::NOT_FOUND, "no-payment"),
            Refusal::NoCharge(_) => (StatusCode::NOT_FOUND, "no-charge"),
            Refusal::BadPayment => (StatusCode::UNPROCESSABLE_ENTITY, "bad-payment"),
            Refusal::PaymentState { .. } => (StatusCode::CONFLICT, "payment-state"),
        };
        let figure = match &refusal {
            Refusal::BelowLeast { least } => Some(least.minor().to_string()),
            Refusal::AboveLargest { largest }
            | Refusal::AboveRefundable { largest }
            | Refusal::Counter(Denied::Limit { largest, .. }) => Some(largest.minor().to_string()),
            Refusal::CreditUsed { used } | Refusal::LeavesDebt { owed: used } => {
                Some(used.minor().to_string())
            }
            Refusal::NotLatest { latest } => Some(latest.to_string()),
            Refusal::NoAccount(_)
            | Refusal::BadTariff(_)
            | Refusal::TariffInUse { .. }
            | Refusal::NoPrice
            | Refusal::NotReadYet(_)
            | Refusal::NoException(_)
            | Refusal::NoJudgement
            | Refusal::FinalReading { .. }
            | Refusal::AccountExists(_)
            | Refusal::NoMeter(_)
            | Refusal::MeterBound(_)
            | Refusal::NoTariff(_)
            | Refusal::OtherBook(_)
            | Refusal::HandedTooLittle
            | Refusal::NoReceipt(_)
            | Refusal::AlreadyReversed(_)
            | Refusal::NoArrears { .. }
            | Refusal::BadArrears
            | Refusal::BadAdjustment
            | Refusal::LacksCredit
            | Refusal::NoReason
            | Refusal::NothingHeld(_)
            | Refusal::NoAlarm(_)
            | Refusal::NoKey
            | Refusal::KeyReused
            | Refusal::Halted
            | Refusal::BadPolicy { .. }
            | Refusal::Protected(_)
            | Refusal::NotProtected(_)
            | Refusal::MassCut { .. }
            | Refusal::SecondPerson
            | Refusal::BadList { .. }
            | Refusal::NoHeldCut(_)
            | Refusal::TimePast
            | Refusal::NoEmergency(_)
            | Refusal::NothingToConfirm(_)
            | Refusal::NotPaused(_)
            | Refusal::PausedAlready(_)
            | Refusal::Counter(_)
            | Refusal::NoNotice { .. }
            | Refusal::NoPayment(_)
            | Refusal::NoCharge(_)
            | Refusal::BadPayment
            | Refusal::PaymentState { .. } => None,
        };
        let trouble = Self::new(status, kind, &refusal);
        Self { refusal: Some(Box::new(refusal)), ..figure.into_iter().fold(trouble, Self::detail) }
    }
}

/// What a counter refuses.
fn of_counter(denied: &Denied) -> (StatusCode, &'static str) {
    match denied {
        Denied::NoShift => (StatusCode::CONFLICT, "no-shift"),
        Denied::HasShift(_) => (StatusCode::CONFLICT, "has-shift"),
        Denied::CounterTaken { .. } => (StatusCode::CONFLICT, "counter-taken"),
        Denied::UnknownShift(_) => (StatusCode::NOT_FOUND, "unknown-shift"),
        Denied::ClosedAlready(_) => (StatusCode::CONFLICT, "shift-closed"),
        Denied::StillOpen(_) => (StatusCode::CONFLICT, "shift-open"),
        Denied::SignedAlready(_) => (StatusCode::CONFLICT, "shift-signed"),
        Denied::OwnShift(_) => (StatusCode::FORBIDDEN, "own-shift"),
        Denied::NoMove => (StatusCode::UNPROCESSABLE_ENTITY, "no-move"),
        Denied::LacksCash(_) => (StatusCode::UNPROCESSABLE_ENTITY, "lacks-cash"),
        Denied::BelowZero => (StatusCode::UNPROCESSABLE_ENTITY, "below-zero"),
        Denied::Limit { rule, .. } => (StatusCode::UNPROCESSABLE_ENTITY, rule.code()),
        Denied::RaiseTooLong => (StatusCode::UNPROCESSABLE_ENTITY, "raise-too-long"),
        Denied::NoRaise { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "no-raise"),
        Denied::Reversals { .. } => (StatusCode::CONFLICT, "limit-reversals"),
    }
}

/// Around everything: names the request, and writes each failure as a problem document, ours and
/// the web library's own.
pub(crate) async fn seal(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let name = secret::short_name();
    let of_the_api = !matches!(*request.method(), Method::GET | Method::HEAD)
        || request.path().starts_with("/api");
    let answered = next.call(request).await?.map_into_boxed_body();
    Ok(write(answered, &name, of_the_api))
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

fn write(
    mut answered: ServiceResponse<BoxBody>,
    name: &str,
    of_the_api: bool,
) -> ServiceResponse<BoxBody> {
    if let Ok(value) = HeaderValue::from_str(name) {
        answered.headers_mut().insert(REQUEST_ID, value);
    }
    let status = answered.status();
    let ours = answered.response().extensions().get::<Trouble>().cloned();
    let problem = match ours {
        Some(trouble) => match answered.request().app_data::<web::Data<State>>() {
            Some(state) => trouble.problem(state.site.currency),
            None => trouble.problem,
        },
        None if of_the_api && (status.is_client_error() || status.is_server_error()) => {
            from_library(&answered)
        }
        None => return answered,
    };
    let problem = Problem { request: Some(name.to_owned()), ..problem };
    let body = serde_json::to_vec(&problem).expect("a problem has only string keys");
    let mut written = answered.map_body(|_head, _empty| BoxBody::new(body));
    written
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    written.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    written
}

/// A failure that the web library answered by itself.
fn from_library(answered: &ServiceResponse<BoxBody>) -> Problem {
    let status = answered.status();
    let reason = status.canonical_reason().unwrap_or("refused").to_lowercase();
    let title = answered
        .response()
        .error()
        .map_or_else(|| format!("the request was refused: {reason}"), ToString::to_string);
    Trouble::new(status, &reason.replace(' ', "-"), title).problem
}

/// What no route takes, below `/api`.
pub(crate) fn nothing_here(request: &HttpRequest) -> HttpResponse {
    let at = request.path();
    Trouble::absent(format!("there is nothing at {at}"))
        .detail("the routes are listed in docs/access.md")
        .response()
}

/// A method that a route does not take.
pub(crate) fn other_method(allowed: &str) -> HttpResponse {
    let mut response = Trouble::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        format!("this address takes {allowed} only"),
    )
    .response();
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

#[cfg(test)]
mod tests {
    use shared::money::Money;

    use super::*;

    #[test]
    fn a_refusal_says_the_figure_that_was_exceeded() {
        let trouble = Trouble::from(Refusal::AboveLargest { largest: Money::from_minor(500_000) });
        assert_eq!(trouble.status_code(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(trouble.problem.kind, "above-largest-amount");
        assert_eq!(trouble.problem.detail.as_deref(), Some("500000"));
    }
}
