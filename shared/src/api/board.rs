//! The board: what must always hold and how it was found, where the journal stands, and its copies.
//! `GET /api/v1/board`, `POST /api/v1/board/{check,backup,accept-loss}`.

use serde::{Deserialize, Serialize};

use crate::id::{Book, ReceiptNo, Seq};
pub use crate::invariant::{Finding, Invariant, Outcome};
use crate::time::{Span, Timestamp};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Board {
    /// All twelve, in order; unchecked until the first check.
    pub findings: Vec<Finding>,
    /// When the last check ended, and how long it took.
    pub checked: Option<Timestamp>,
    pub took: Option<Span>,
    /// A check is under way.
    pub running: bool,
    /// When the next one begins by itself.
    pub next: Timestamp,
    /// What the journal lacks of what its anchor knows; nothing is sold until that is accepted.
    pub loss: Option<Loss>,
    pub backup: Backups,
}

/// Records that were once safe and are missing or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Loss {
    /// The journal ends here.
    pub kept: Seq,
    /// It was once safe up to here.
    pub lost: Seq,
    /// The journal is long enough, but another record stands where the anchor was set.
    pub changed: bool,
    /// Receipts that customers have and the journal has not: book, first, last.
    pub receipts: Vec<(Book, ReceiptNo, ReceiptNo)>,
}

/// An admin accepts a loss; why, and what was done about it, goes on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LossAcceptance {
    pub note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Backups {
    /// `None`: no copies are made by themselves.
    pub plan: Option<BackupPlan>,
    pub running: bool,
    pub last: Option<BackupRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupPlan {
    pub folder: String,
    pub next: Timestamp,
    /// So many copies are kept.
    pub keep: u32,
    pub encrypted: bool,
}

/// A copy that was made, or was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupRow {
    pub at: Timestamp,
    pub took: Span,
    /// The last record in the copy, once it was restored into a scratch folder and proven there.
    pub proven: Option<Seq>,
    /// The file or folder.
    pub name: String,
    /// Why there is none, or why it does not prove.
    pub fault: Option<String>,
}
