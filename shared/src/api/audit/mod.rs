//! The auditor's questions: `GET /api/v1/audit/{balances,entries,records/{seq},acts,findings}`.
//! Each also answers as a sheet, with `format=csv`.

mod column;
mod deed;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Book, MeterId, ReceiptNo, Seq, StaffId};
use crate::invariant::Outcome;
use crate::ledger::Record;
use crate::money::Money;
use crate::risk::{Finding, Rule};
use crate::time::Timestamp;
use crate::vend::Tender;

pub use column::Column;
pub use deed::Deed;

/// The prepaid balance audit: opening ± what moved = closing, for every account of a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BalanceAudit {
    pub book: Book,
    pub from: Timestamp,
    /// Not included.
    pub to: Timestamp,
    /// Nothing after this record was looked at: the same question about it has the same answer for
    /// ever.
    pub upto: Seq,
    pub totals: Balance,
    pub rows: Vec<BalanceRow>,
    /// Every account of the book: what its entries sum to is the balance that is kept of it.
    pub agrees: bool,
    /// Accounts whose entries do not sum to the balance kept; empty where `agrees`.
    pub differing: Vec<AccountId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BalanceRow {
    pub account: AccountId,
    pub customer: String,
    pub place: String,
    #[serde(flatten)]
    pub balance: Balance,
}

/// One line of it; positive is the customer's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Balance {
    pub opening: Money,
    /// In the order of [`Column::ALL`].
    pub moved: [Money; Column::COUNT],
    pub closing: Money,
}

impl Balance {
    pub fn of(&self, column: Column) -> Money {
        let places = Column::ALL.iter().zip(self.moved);
        places.filter(|(own, _)| **own == column).map(|(_, amount)| amount).sum()
    }

    /// Does it add up?
    pub fn adds_up(&self) -> bool {
        self.opening + self.moved.iter().copied().sum() == self.closing
    }
}

/// Entries of the ledger, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntriesPage {
    pub entries: Vec<AuditEntry>,
    /// Ask again with `before=` this for older ones.
    pub next: Option<Seq>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    pub seq: Seq,
    pub at: Timestamp,
    pub book: Book,
    /// As the journal names it, such as `sold`.
    pub kind: String,
    pub account: Option<AccountId>,
    pub place: String,
    pub meter: Option<MeterId>,
    pub by: StaffId,
    pub name: String,
    /// What it moved: on the customer's credit, or only in the column that was asked for.
    pub amount: Option<Money>,
    pub tender: Option<Tender>,
    pub receipt: Option<ReceiptNo>,
}

/// One record whole, with the proof that it is as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordPage {
    pub record: Record,
    /// Who caused it.
    pub name: String,
    pub place: String,
    /// What it replaced: the record before about the same subject, and its body.
    pub before: Option<(Seq, String)>,
    /// Looked at just now: it matches its own seal and is sealed to the record before.
    pub sealed: bool,
    pub chain: ChainCheck,
}

/// What the board's last check found of the whole chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainCheck {
    pub outcome: Outcome,
    pub at: Option<Timestamp>,
    /// The journal ends here now.
    pub head: Seq,
}

/// What staff did, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActsPage {
    pub acts: Vec<ActRow>,
    pub next: Option<Seq>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActRow {
    pub seq: Seq,
    pub at: Timestamp,
    pub book: Book,
    pub by: StaffId,
    pub name: String,
    /// Such as `sign-ins-refused`, `cut`, `tariff-published`.
    pub kind: String,
    pub account: Option<AccountId>,
    pub meter: Option<MeterId>,
    pub place: String,
    #[serde(flatten)]
    pub deed: Deed,
}

/// What the filters can be set to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Choices {
    /// Kinds that acts have been of.
    pub kinds: Vec<String>,
    /// Number and name, also of those who left.
    pub staff: Vec<(StaffId, String)>,
}

/// What an auditor looks at first, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RiskPage {
    pub from: Timestamp,
    /// Not included.
    pub to: Timestamp,
    pub findings: Vec<RiskRow>,
    /// Rules that the site's settings leave without a border, and so find nothing.
    pub off: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RiskRow {
    #[serde(flatten)]
    pub finding: Finding,
    /// Whose act it was.
    pub name: String,
    pub place: String,
}
