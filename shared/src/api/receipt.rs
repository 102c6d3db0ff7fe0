//! Receipts: `GET /api/v1/receipts/{book}/{no}`. Stored as sold; a reprint shows the same with its
//! copy number. `POST /api/v1/receipts/{book}/{no}/copies` counts a reprint and answers with it.

use serde::{Deserialize, Serialize};

use crate::api::sale::{PreviewStep, Tender};
use crate::energy::Energy;
use crate::id::{AccountId, Book, MeterId, ReceiptNo, Seq};
use crate::money::Money;
use crate::time::Timestamp;

pub use crate::vend::{Allocation, ReceiptLine};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub book: Book,
    pub no: ReceiptNo,
    pub seq: Seq,
    pub at: Timestamp,
    pub site: String,
    /// Who sold.
    pub by: String,
    pub account: AccountId,
    /// Masked, such as `王*`.
    pub customer: String,
    pub place: String,
    pub meters: Vec<MeterId>,
    pub amount: Money,
    pub tender: Tender,
    pub handed: Option<Money>,
    pub change: Option<Money>,
    pub reference: String,
    /// What the amount went to, in order; sums to `amount`.
    pub lines: Vec<ReceiptLine>,
    pub credit_before: Money,
    pub credit_after: Money,
    /// What it buys at today's price.
    pub energy: Energy,
    pub steps: Vec<PreviewStep>,
    /// The first 12 hex digits of the journal's hash at this sale.
    pub seal: String,
    /// Set on a reversal: the receipt it takes back.
    pub reverses: Option<ReceiptNo>,
    /// The reversal that took this one back.
    pub reversed_by: Option<ReceiptNo>,
    /// 0 for the original, counting up with each reprint.
    pub copy: u32,
}
