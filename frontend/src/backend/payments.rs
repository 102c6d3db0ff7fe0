//! The endpoints of mobile payments.

use shared::api::payment::{PaymentReason, PaymentRequest, PaymentView};
use shared::id::{IdempotencyKey, PaymentId};

use super::request::Request;
use super::{Answer, Backend};

#[derive(serde::Serialize)]
struct Nothing {}

impl Backend {
    pub async fn begin_payment(
        &self,
        request: &PaymentRequest,
        key: &IdempotencyKey,
    ) -> Answer<PaymentView> {
        self.ask(Request::post("/payments").body(request).key(key)).await
    }

    pub async fn payment(&self, payment: PaymentId) -> Answer<PaymentView> {
        self.ask(Request::get(format!("/payments/{payment}"))).await
    }

    /// Those that wait for the provider or for somebody.
    pub async fn open_payments(&self) -> Answer<Vec<PaymentView>> {
        self.ask(Request::get("/payments?open=true")).await
    }

    /// `cancel` or `query`.
    pub async fn order_payment(&self, payment: PaymentId, what: &str) -> Answer<PaymentView> {
        self.ask(Request::post(format!("/payments/{payment}/{what}")).body(&Nothing {})).await
    }

    /// `refund` or `credit`.
    pub async fn decide_payment(
        &self,
        payment: PaymentId,
        what: &str,
        reason: &PaymentReason,
        key: &IdempotencyKey,
    ) -> Answer<PaymentView> {
        self.ask(Request::post(format!("/payments/{payment}/{what}")).body(reason).key(key)).await
    }
}
