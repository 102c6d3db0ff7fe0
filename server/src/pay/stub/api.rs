//! What the merchant asks of the stub; every request is signed.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};

use super::Stub;
use super::book::Manner;
use crate::clock;
use crate::pay::sign::{self, Signed, request_text};
use crate::pay::wire::{ChargeStatus, NewCharge, NewRefund};

/// Longer than anybody waits.
const NEVER: Duration = Duration::from_secs(90);

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/v1/charges", web::post().to(charge))
        .route("/v1/charges/{charge}", web::get().to(status))
        .route("/v1/charges/{charge}/close", web::post().to(close))
        .route("/v1/refunds", web::post().to(refund))
        .route("/v1/refunds/{refund}", web::get().to(refund_status));
}

/// None: the merchant's signature is right.
fn stranger(request: &HttpRequest, stub: &Stub, body: &[u8]) -> Option<HttpResponse> {
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let signed =
        Signed { id: header(sign::ID), at: header(sign::AT), signature: header(sign::SIGNATURE) };
    let text = request_text(request.method().as_str(), request.path(), body);
    let refused = stub.secrets.verify(&signed, &text, clock::now()).err()?;
    Some(HttpResponse::Unauthorized().body(refused.to_string()))
}

async fn mannered(manner: Manner, answer: HttpResponse) -> HttpResponse {
    match manner {
        Manner::Answers => answer,
        Manner::Silent => {
            tokio::time::sleep(NEVER).await;
            answer
        }
        Manner::Refuses => HttpResponse::UnprocessableEntity().body("the stub refuses"),
    }
}

async fn charge(request: HttpRequest, stub: web::Data<Stub>, body: web::Bytes) -> HttpResponse {
    if let Some(refused) = stranger(&request, &stub, &body) {
        return refused;
    }
    let Ok(new) = serde_json::from_slice::<NewCharge>(&body) else {
        return HttpResponse::BadRequest().body("this is no charge");
    };
    let (manner, answer) = {
        let mut pages = stub.book.open();
        let manner = pages.behaviour.charge;
        if manner == Manner::Refuses {
            (manner, HttpResponse::Ok().finish())
        } else {
            (manner, HttpResponse::Ok().json(pages.begin(new, &stub.base, clock::now())))
        }
    };
    mannered(manner, answer).await
}

async fn status(
    request: HttpRequest,
    stub: web::Data<Stub>,
    charge: web::Path<String>,
) -> HttpResponse {
    if let Some(refused) = stranger(&request, &stub, b"") {
        return refused;
    }
    let (manner, known) = {
        let mut pages = stub.book.open();
        (pages.behaviour.status, pages.charge(&charge, clock::now()))
    };
    mannered(manner, found(known)).await
}

async fn close(
    request: HttpRequest,
    stub: web::Data<Stub>,
    charge: web::Path<String>,
) -> HttpResponse {
    if let Some(refused) = stranger(&request, &stub, b"") {
        return refused;
    }
    let (manner, known) = {
        let mut pages = stub.book.open();
        (pages.behaviour.status, pages.end(&charge, ChargeStatus::Closed, clock::now()))
    };
    mannered(manner, found(known)).await
}

async fn refund(request: HttpRequest, stub: web::Data<Stub>, body: web::Bytes) -> HttpResponse {
    if let Some(refused) = stranger(&request, &stub, &body) {
        return refused;
    }
    let Ok(new) = serde_json::from_slice::<NewRefund>(&body) else {
        return HttpResponse::BadRequest().body("this is no refund");
    };
    let (manner, refund) = {
        let mut pages = stub.book.open();
        (pages.behaviour.refund, pages.refund(new, clock::now()))
    };
    let answer = HttpResponse::Ok().json(refund);
    // A refused refund is an answer of its own.
    let manner = if manner == Manner::Refuses { Manner::Answers } else { manner };
    mannered(manner, answer).await
}

async fn refund_status(
    request: HttpRequest,
    stub: web::Data<Stub>,
    refund: web::Path<String>,
) -> HttpResponse {
    if let Some(refused) = stranger(&request, &stub, b"") {
        return refused;
    }
    let (manner, known) = {
        let pages = stub.book.open();
        (pages.behaviour.status, pages.refunds.get(refund.as_str()).cloned())
    };
    mannered(manner, found(known)).await
}

fn found(known: Option<impl serde::Serialize>) -> HttpResponse {
    match known {
        Some(known) => HttpResponse::Ok().json(known),
        None => HttpResponse::NotFound().body("there is no such thing"),
    }
}
