//! A JSON body with limits on size and on time: the web library has none on time.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use super::problem::Trouble;

const LARGEST: usize = 64 * 1024;
const LONGEST: Duration = Duration::from_secs(10);

/// The body of a request, read whole, up to `MOST` bytes.
pub(crate) struct Body<T, const MOST: usize = LARGEST>(pub(crate) T);

/// The body as it came, with the same limits: for messages that are signed byte for byte.
pub(crate) struct Raw(pub(crate) Bytes);

impl FromRequest for Raw {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Trouble>>>>;

    fn from_request(_request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move { whole(payload, LARGEST).await.map(Self) })
    }
}

impl<T: DeserializeOwned + 'static, const MOST: usize> FromRequest for Body<T, MOST> {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Trouble>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = declared(request);
        let payload = payload.take();
        Box::pin(async move {
            declared?;
            let bytes = whole(payload, MOST).await?;
            parse(&bytes).map(Self)
        })
    }
}

/// Only JSON: other types could be sent by a foreign page's form.
fn declared(request: &HttpRequest) -> Result<(), Trouble> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Trouble::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "not-json",
        "the body must be JSON, with content-type application/json",
    ))
}

async fn whole(payload: Payload, most: usize) -> Result<Bytes, Trouble> {
    let late = |_elapsed| {
        Trouble::new(
            StatusCode::REQUEST_TIMEOUT,
            "body-too-slow",
            format!("the body did not arrive within {} seconds", LONGEST.as_secs()),
        )
    };
    tokio::time::timeout(LONGEST, collect(payload, most)).await.map_err(late)?
}

async fn collect(mut payload: Payload, most: usize) -> Result<Bytes, Trouble> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            Trouble::bad("body-broken", format!("the body did not arrive whole: {error}"))
        })?;
        if body.len() + chunk.len() > most {
            return Err(Trouble::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-too-large",
                format!("the body is larger than {most} bytes"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(bytes)
        .map_err(|error| Trouble::bad("bad-body", format!("the body cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError as _;
    use actix_web::test::TestRequest;
    use shared::api::sale::SaleOrder;

    use super::*;

    async fn status(kind: &str, body: Vec<u8>) -> Result<(), StatusCode> {
        let (request, mut payload) = TestRequest::post()
            .insert_header((header::CONTENT_TYPE, kind.to_owned()))
            .set_payload(body)
            .to_http_parts();
        Body::<SaleOrder>::from_request(&request, &mut payload)
            .await
            .map(drop)
            .map_err(|trouble| trouble.status_code())
    }

    #[actix_rt::test]
    async fn only_json_of_decent_size_is_taken() {
        let good = br#"{"account":1,"amount":100,"tender":"cash"}"#;
        let many = vec![b' '; LARGEST + 1];
        for (kind, body, expected) in [
            ("application/json", good.to_vec(), Ok(())),
            ("application/json; charset=utf-8", good.to_vec(), Ok(())),
            ("text/plain", good.to_vec(), Err(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
            ("application/json", b"{".to_vec(), Err(StatusCode::BAD_REQUEST)),
            ("application/json", many, Err(StatusCode::PAYLOAD_TOO_LARGE)),
        ] {
            assert_eq!(status(kind, body.clone()).await, expected, "{kind} {}", body.len());
        }
    }
}
