//! The provider behind a plain HTTP interface; `docs/payments.md` describes it.

use futures_util::FutureExt as _;
use hyper::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::time::Timestamp;

use super::client::Peer;
use super::provider::{Asked, BadNotice, NoAnswer, Provider};
use super::sign::{Secrets, Signed, request_text};
use super::wire::{Charge, NewCharge, NewRefund, Notice, Refund};
use crate::clock;
use crate::http::auth::secret;

#[derive(Clone, Debug)]
pub(crate) struct HttpProvider {
    peer: Peer,
    secrets: Secrets,
}

impl HttpProvider {
    pub(crate) fn new(peer: Peer, secrets: Secrets) -> Self {
        Self { peer, secrets }
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, NoAnswer> {
        let body = serde_json::to_vec(body).expect("what goes to a provider is plain data");
        let answer = self.ask(Method::POST, path, body).await?;
        answer.ok_or_else(|| NoAnswer::Refused("it does not know that address".to_owned()))
    }

    /// One question; none: not found.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Option<T>, NoAnswer> {
        let path = format!("{}{path}", self.peer.path);
        let text = request_text(method.as_str(), &path, &body);
        let signed = self.secrets.sign(&secret::short_name(), clock::now(), &text);
        let (status, body) = self.peer.send(method, &path, &signed, body).await?;
        let said = || String::from_utf8_lossy(&body).chars().take(200).collect::<String>();
        if status == StatusCode::NOT_FOUND {
            Ok(None)
        } else if status.is_success() {
            serde_json::from_slice(&body)
                .map(Some)
                .map_err(|error| NoAnswer::Silent(format!("its answer cannot be read: {error}")))
        } else if status.is_client_error() && !may_have_been_done(status) {
            Err(NoAnswer::Refused(format!("{status}: {}", said())))
        } else {
            Err(NoAnswer::Silent(format!("{status}: {}", said())))
        }
    }
}

/// A refusal in name only: the request may have gone through.
fn may_have_been_done(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS
    )
}

impl Provider for HttpProvider {
    fn charge<'a>(&'a self, new: &'a NewCharge) -> Asked<'a, Charge> {
        self.post("/v1/charges", new).boxed_local()
    }

    fn status<'a>(&'a self, charge: &'a str) -> Asked<'a, Option<Charge>> {
        async move { self.ask(Method::GET, &format!("/v1/charges/{charge}"), Vec::new()).await }
            .boxed_local()
    }

    fn close<'a>(&'a self, charge: &'a str) -> Asked<'a, Option<Charge>> {
        let path = format!("/v1/charges/{charge}/close");
        async move { self.ask(Method::POST, &path, Vec::new()).await }.boxed_local()
    }

    fn refund<'a>(&'a self, new: &'a NewRefund) -> Asked<'a, Refund> {
        self.post("/v1/refunds", new).boxed_local()
    }

    fn refund_status<'a>(&'a self, refund: &'a str) -> Asked<'a, Option<Refund>> {
        async move { self.ask(Method::GET, &format!("/v1/refunds/{refund}"), Vec::new()).await }
            .boxed_local()
    }

    fn notice(&self, signed: &Signed, body: &[u8], now: Timestamp) -> Result<Notice, BadNotice> {
        self.secrets.verify(signed, body, now)?;
        serde_json::from_slice(body).map_err(|error| BadNotice::Unreadable(error.to_string()))
    }
}
