//! The day book: `GET /api/v1/daybook?book=&at=&format=`, and a provider's file against it:
//! `POST /api/v1/daybook/provider-file`.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Book, ProviderId, ReceiptNo, Seq};
use crate::money::Money;
use crate::time::Timestamp;
use crate::vend::{Serial, Tender, Till};

pub use crate::counter::{Left, Line, Reconciled, Why};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayBook {
    pub book: Book,
    pub from: Timestamp,
    pub to: Timestamp,
    pub rows: Vec<DayRow>,
    /// By counter, cashier and tender; they sum to the rows.
    pub sums: Vec<DaySum>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayRow {
    pub seq: Seq,
    pub at: Timestamp,
    pub receipt: ReceiptNo,
    /// Its number in the series of the counter, as it stands on the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// The sale that it takes back.
    pub reverses: Option<ReceiptNo>,
    pub account: AccountId,
    /// Below zero where it was given back.
    pub amount: Money,
    pub tender: Tender,
    /// What the terminal or the provider calls the payment.
    pub reference: String,
    pub by: String,
    pub till: Option<Till>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DaySum {
    pub till: Option<Till>,
    pub by: String,
    pub tender: Tender,
    pub count: u32,
    pub amount: Money,
}

/// A provider's file as text: a head that names the columns, of which `id`, `amount` and `kind` are
/// read; `kind` is `sale` or `refund`, amounts are in the currency's own unit. Nothing is kept of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProviderFile {
    pub book: Book,
    /// The first instant of the day, and the first after it.
    pub from: Timestamp,
    pub to: Timestamp,
    pub tender: Tender,
    /// Only payments that this one took; all of the tender, where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    pub text: String,
}
