//! The endpoints of an account beyond its sales: arrears.

use shared::api::arrears::{ArrearsCancel, ArrearsOrder, ArrearsOrdered};
use shared::id::{AccountId, ArrearsId, IdempotencyKey};

use super::request::Request;
use super::{Answer, Backend};

impl Backend {
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
