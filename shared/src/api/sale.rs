//! Selling: `GET /api/v1/search?q=`, `GET /api/v1/accounts/{id}/preview?amount=`,
//! `POST /api/v1/sales` with `Idempotency-Key`. Search answers with a list of [`Found`]; `amount` is
//! in minor units.

use serde::{Deserialize, Serialize};

use crate::api::live::MeterState;
use crate::energy::Energy;
use crate::id::{AccountId, Book, MeterId, ReceiptNo};
use crate::money::Money;
use crate::time::Timestamp;

pub use crate::vend::{BuysStep as PreviewStep, ReceiptLine, Tender};

/// A find of `GET /api/v1/search?q=`: by account, meter number, room, name or phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Found {
    pub account: AccountId,
    pub book: Book,
    pub customer: String,
    /// Building, floor and room, such as `2 · 12 · 1203`.
    pub place: String,
    pub meter: MeterId,
    pub serial: String,
    pub state: MeterState,
    pub credit: Money,
    /// The last five sales, newest first.
    pub sales: Vec<(Timestamp, Money)>,
    /// Amounts that fit this customer's own use, ascending.
    pub presets: Vec<Money>,
}

/// What a payment would do, before it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Preview {
    pub amount: Money,
    pub credit_before: Money,
    pub credit_after: Money,
    /// What it goes to, in order; sums to `amount`.
    #[serde(default)]
    pub lines: Vec<ReceiptLine>,
    /// What it buys at today's position on the tariff.
    pub energy: Energy,
    /// The same by price step.
    pub steps: Vec<PreviewStep>,
    pub lasts_until: Option<Timestamp>,
    /// Supply comes back with it.
    pub restores: bool,
}

/// `POST /api/v1/sales`; answers with the [`Receipt`](crate::api::receipt::Receipt). The same key
/// and body bring the same receipt again; the same key with another body is refused with 409.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SaleOrder {
    pub account: AccountId,
    pub amount: Money,
    pub tender: Tender,
    /// What the customer handed over; the change is on the receipt. Cash only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed: Option<Money>,
    /// The terminal's reference; card and mobile.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// `POST /api/v1/receipts/{no}/reversal` with `Idempotency-Key`; answers with the reversal's own
/// [`Receipt`](crate::api::receipt::Receipt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReversalOrder {
    pub book: Book,
    pub receipt: ReceiptNo,
    pub reason: String,
    /// What is used of the sale already becomes a debt of the account. Only two persons decide that,
    /// so it is asked for with `POST /api/v1/receipts/{no}/reversal/request`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_debt: bool,
}
