//! Mobile payments: `POST /api/v1/payments` with `Idempotency-Key` begins one, `GET
//! /api/v1/payments` lists them, `GET /api/v1/payments/{payment}` shows one; `…/cancel`, `…/query`,
//! `…/refund` and `…/credit` are orders about one.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Book, PaymentId, ProviderId, ReceiptNo};
use crate::money::Money;
use crate::time::Timestamp;

pub use crate::pay::State;

/// `POST /api/v1/payments`; answers with the [`PaymentView`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaymentRequest {
    pub account: AccountId,
    pub amount: Money,
    /// The site's first provider where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
}

/// `POST …/refund` and `POST …/credit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaymentReason {
    pub reason: String,
}

/// A mobile payment as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaymentView {
    pub payment: PaymentId,
    pub book: Book,
    pub account: AccountId,
    /// Building, floor and room.
    pub place: String,
    pub amount: Money,
    pub provider: ProviderId,
    pub state: State,
    /// In the time of the book.
    pub begun: Timestamp,
    /// What the QR code says.
    pub code: Option<String>,
    pub qr: Option<QrCode>,
    /// Seconds left to pay; wall time is the provider's in both books.
    pub left: Option<i64>,
    pub transaction: Option<String>,
    /// What came in, where something did.
    pub paid: Option<Money>,
    pub receipt: Option<ReceiptNo>,
    pub reversal: Option<ReceiptNo>,
    pub note: String,
}

/// A QR code to be drawn: `path` over a square of `size`, one unit a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QrCode {
    pub size: u16,
    pub path: String,
}
