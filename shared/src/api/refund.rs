//! Refunds in cash: `POST /api/v1/accounts/{account}/refunds` with `Idempotency-Key`; answers with the
//! slip, a [`Receipt`](crate::api::receipt::Receipt). More than one person may give back is asked of a
//! second one with `…/refunds/request`.

use serde::{Deserialize, Serialize};

use crate::money::Money;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundOrder {
    /// What is paid out, above zero.
    pub amount: Money,
    pub reason: String,
}
