//! Arrears of an account: listed on the meter's page; `POST /api/v1/accounts/{id}/arrears` agrees
//! about some, `POST /api/v1/accounts/{id}/arrears/{no}/cancel` asks for no more of them. Both with
//! `Idempotency-Key`, both answered with [`ArrearsOrdered`].

use serde::{Deserialize, Serialize};

use crate::id::{ArrearsId, Seq};
use crate::money::Money;
use crate::time::Timestamp;

pub use crate::vend::{Collection, Parts, Share};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArrearsView {
    pub arrears: ArrearsId,
    pub since: Timestamp,
    pub amount: Money,
    /// Still owed; zero once it is paid off or cancelled.
    pub left: Money,
    /// Fell due without credit to cover it: the next payment brings it first.
    pub accrued: Money,
    pub collection: Collection,
    pub reason: String,
    /// When the next part falls due.
    pub next: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ArrearsOrder {
    pub amount: Money,
    pub collection: Collection,
    /// Where they come from, in the person's words; kept in the journal.
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ArrearsCancel {
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArrearsOrdered {
    pub arrears: ArrearsId,
    pub seq: Seq,
}
