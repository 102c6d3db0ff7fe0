//! The account's ledger: `GET /api/v1/accounts/{id}/ledger?before=&limit=`, newest first.

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Register};
use crate::id::{AccountId, ArrearsId, ReceiptNo, Seq};
use crate::money::Money;
use crate::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerPage {
    pub account: AccountId,
    pub entries: Vec<LedgerEntry>,
    /// Ask again with `before=` this for older entries.
    pub next: Option<Seq>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub seq: Seq,
    pub at: Timestamp,
    /// Positive: credit grew.
    pub amount: Money,
    pub credit_after: Money,
    pub entry: Entry,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "entry")]
pub enum Entry {
    Charge {
        from: Timestamp,
        to: Timestamp,
        register_from: Register,
        register_to: Register,
        energy: Energy,
        lines: Vec<ChargeLine>,
    },
    /// The entry's amount is what came to credit; `to_arrears` is the rest of the payment.
    Sale {
        receipt: ReceiptNo,
        by: String,
        #[serde(default)]
        to_arrears: Money,
    },
    Reversal {
        receipt: ReceiptNo,
        of: ReceiptNo,
        by: String,
        reason: String,
    },
    /// A day without readings, charged as usual; the next charge gives it back and settles.
    Provisional {
        from: Timestamp,
        to: Timestamp,
        energy: Energy,
    },
    /// A provisional charge that no reading will settle, given back.
    ProvisionalReleased,
    /// Parts of arrears fell due; the entry's amount is what credit paid of them.
    ArrearsDue {
        arrears: ArrearsId,
        due: Money,
    },
}

/// One line of a charge, as the tariff names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeLine {
    /// Such as `energy peak`, `energy peak tier 2`, `fixed`, `tax`.
    pub name: String,
    pub amount: Money,
}
