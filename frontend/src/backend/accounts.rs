//! The endpoints of an account beyond its sales: arrears, exchanges of its meters.

use shared::api::adjust::AdjustmentOrder;
use shared::api::approval::Asked;
use shared::api::arrears::{ArrearsCancel, ArrearsOrder, ArrearsOrdered};
use shared::api::exception::{ExceptionRow, ExceptionsClosed};
use shared::api::meter::{ExchangeOrder, ExchangeRow};
use shared::api::receipt::Receipt;
use shared::api::refund::RefundOrder;
use shared::api::why::WhyPage;
use shared::id::{AccountId, ArrearsId, IdempotencyKey, MeterId};

use super::request::Request;
use super::{Answer, Backend};

impl Backend {
    pub async fn why(&self, meter: MeterId) -> Answer<WhyPage> {
        self.ask(Request::get(format!("/meters/{meter}/why"))).await
    }

    pub async fn exceptions(&self) -> Answer<Vec<ExceptionRow>> {
        self.ask(Request::get("/exceptions")).await
    }

    pub async fn close_exceptions(&self, order: &ExceptionsClosed) -> Answer<()> {
        self.order(Request::post("/exceptions/close").body(order)).await
    }

    pub async fn exchange(
        &self,
        meter: MeterId,
        order: &ExchangeOrder,
        key: &IdempotencyKey,
    ) -> Answer<()> {
        self.order(Request::post(format!("/meters/{meter}/exchange")).body(order).key(key)).await
    }

    pub async fn exchanges(&self, meter: MeterId) -> Answer<Vec<ExchangeRow>> {
        self.ask(Request::get(format!("/meters/{meter}/exchanges"))).await
    }

    pub async fn ask_adjustment(
        &self,
        account: AccountId,
        order: &AdjustmentOrder,
    ) -> Answer<Asked> {
        self.ask(Request::post(format!("/accounts/{account}/adjustments")).body(order)).await
    }

    pub async fn refund(
        &self,
        account: AccountId,
        order: &RefundOrder,
        key: &IdempotencyKey,
    ) -> Answer<Receipt> {
        self.ask(Request::post(format!("/accounts/{account}/refunds")).body(order).key(key)).await
    }

    pub async fn ask_refund(&self, account: AccountId, order: &RefundOrder) -> Answer<Asked> {
        self.ask(Request::post(format!("/accounts/{account}/refunds/request")).body(order)).await
    }

    pub async fn add_arrears(
        &self,
        account: AccountId,
        order: &ArrearsOrder,
        key: &IdempotencyKey,
    ) -> Answer<ArrearsOrdered> {
        self.ask(Request::post(format!("/accounts/{account}/arrears")).body(order).key(key)).await
    }

    pub async fn cancel_arrears(
        &self,
        account: AccountId,
        arrears: ArrearsId,
        order: &ArrearsCancel,
        key: &IdempotencyKey,
    ) -> Answer<ArrearsOrdered> {
        let path = format!("/accounts/{account}/arrears/{arrears}/cancel");
        self.ask(Request::post(path).body(order).key(key)).await
    }
}
