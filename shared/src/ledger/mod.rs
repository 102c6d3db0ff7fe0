//! The ledger: records in a hash chain, each with double-entry postings that sum to zero.

pub mod seal;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Book, IdempotencyKey, Seq, SiteId, StaffId};
use crate::money::Money;
use crate::time::Timestamp;

pub use seal::{Chain, Draft, Hash, SealError};

/// One fact as the journal keeps it. Nothing of it ever changes; a correction is another record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Record {
    pub site: SiteId,
    /// Consecutive from 1, over both books.
    pub seq: Seq,
    /// In the time of its book: wall time for live, simulated time for simulated.
    pub at: Timestamp,
    pub book: Book,
    /// Who caused it; 0 is the system.
    pub by: StaffId,
    /// The key of the command, unique in the journal; only on the first record of a command.
    pub key: Option<IdempotencyKey>,
    /// The event in canonical JSON (fixed field order, integers only); hashed byte for byte.
    pub body: String,
    /// Sum to zero; empty where no money moves.
    pub postings: Vec<Posting>,
    /// The seal of the record before; all zero for the first.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub prev: Hash,
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub hash: Hash,
}

/// One side of a double entry. Debits are positive, credits negative (a liability that grows is a
/// credit, so topping up an account posts a negative amount to it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Posting {
    pub code: Code,
    /// The customer's account; set exactly on [`Code::Prepaid`].
    pub account: Option<AccountId>,
    pub amount: Money,
}

/// The chart of accounts 科目.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Money in tills (asset).
    Cash,
    /// Card payments on their way (asset).
    CardClearing,
    /// Mobile payments on their way (asset).
    MobileClearing,
    /// Opening balances brought in from elsewhere (equity).
    Opening,
    /// What is owed to customers in electricity (liability), one sub-account each.
    Prepaid,
    /// Energy sold (revenue).
    Energy,
    /// Fixed, demand and minimum charges (revenue).
    Standing,
    /// Levies collected for others (liability).
    Levy,
    /// Tax collected (liability).
    Tax,
    /// What customers owe under agreements about arrears 欠费 (asset).
    Arrears,
    /// Where arrears came from, and where cancelled ones went back to (equity).
    ArrearsOrigin,
    /// Charged by estimate until the meter answers 估抄 (liability).
    Provisional,
    /// Money in the safe (asset).
    Safe,
    /// Money brought to the bank (asset).
    Bank,
    /// What a count found too much or too little 长短款 (expense; revenue where below zero).
    OverShort,
    /// Credit given away 赠送 (expense).
    FreeCredit,
    /// What was charged or sold wrongly, put right 更正 (contra to revenue).
    Corrections,
}

impl Code {
    pub const ALL: [Self; 17] = [
        Self::Cash,
        Self::CardClearing,
        Self::MobileClearing,
        Self::Opening,
        Self::Prepaid,
        Self::Energy,
        Self::Standing,
        Self::Levy,
        Self::Tax,
        Self::Arrears,
        Self::ArrearsOrigin,
        Self::Provisional,
        Self::Safe,
        Self::Bank,
        Self::OverShort,
        Self::FreeCredit,
        Self::Corrections,
    ];

    /// Its name in tables and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::CardClearing => "card-clearing",
            Self::MobileClearing => "mobile-clearing",
            Self::Opening => "opening",
            Self::Prepaid => "prepaid",
            Self::Energy => "energy",
            Self::Standing => "standing",
            Self::Levy => "levy",
            Self::Tax => "tax",
            Self::Arrears => "arrears",
            Self::ArrearsOrigin => "arrears-origin",
            Self::Provisional => "provisional",
            Self::Safe => "safe",
            Self::Bank => "bank",
            Self::OverShort => "over-short",
            Self::FreeCredit => "free-credit",
            Self::Corrections => "corrections",
        }
    }
}

/// Do these postings belong together: sum zero, and a sub-account exactly where one belongs?
pub fn balanced(postings: &[Posting]) -> bool {
    postings.iter().map(|posting| posting.amount).sum::<Money>() == Money::ZERO
        && postings
            .iter()
            .all(|posting| (posting.code == Code::Prepaid) == posting.account.is_some())
}
