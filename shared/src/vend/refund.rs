//! Refunds 退款: paid credit that is not used, given back in cash from a till.

use serde::{Deserialize, Serialize};

use super::{Allocation, ReceiptLine, Serial, Till};
use crate::id::{AccountId, ReceiptNo};
use crate::money::Money;

/// A refund as the journal keeps it: a contra entry with a slip in the series of receipts. Who paid it
/// out is the record's own; who agreed, where two had to, stands in the act beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub receipt: ReceiptNo,
    pub account: AccountId,
    /// What was paid out, positive.
    pub amount: Money,
    pub reason: String,
    pub credit_before: Money,
    pub credit_after: Money,
    /// Where it was paid out.
    pub till: Till,
    /// Its number in the series of the counter; none in records from before there were series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
}

impl Refund {
    /// As its slip shows it: taken off.
    pub fn lines(&self) -> Vec<ReceiptLine> {
        vec![ReceiptLine { what: Allocation::Credit, amount: -self.amount, arrears: None }]
    }
}
