//! Selling: how it is paid, what the payment goes to, and what the receipt keeps.

mod adjust;
mod arrears;
mod refund;
mod serial;

use serde::{Deserialize, Serialize};

use crate::energy::Energy;
use crate::id::{AccountId, ArrearsId, CounterId, PaymentId, ReceiptNo, ShiftNo};
use crate::ledger::Code;
use crate::money::Money;

pub use adjust::{Adjusting, Adjustment, Cause};
pub use arrears::{Arrears, ArrearsCancelled, ArrearsDue, BadShare, Collection, Parts, Share};
pub use refund::Refund;
pub use serial::{BadSerial, Serial, Series};

/// How it was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tender {
    Cash,
    Card,
    Mobile,
}

impl Tender {
    /// Where money paid this way stands in the books.
    pub const fn code(self) -> Code {
        match self {
            Self::Cash => Code::Cash,
            Self::Card => Code::CardClearing,
            Self::Mobile => Code::MobileClearing,
        }
    }
}

/// What a part of a payment went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Allocation {
    /// A share of the payment, towards arrears.
    SharedArrears,
    /// Parts of arrears that had fallen due without credit to cover them.
    DueArrears,
    /// Use that was already taken beyond the credit.
    Overdrawn,
    /// Emergency credit that was used.
    EmergencyCredit,
    Credit,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptLine {
    pub what: Allocation,
    pub amount: Money,
    /// Which agreement, where it went to arrears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrears: Option<ArrearsId>,
}

/// What money buys at one price step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuysStep {
    /// Such as `energy peak tier 2`.
    pub name: String,
    pub energy: Energy,
    pub amount: Money,
}

/// Where and in which shift money was taken or given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Till {
    pub counter: CounterId,
    pub shift: ShiftNo,
}

/// A sale as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    pub receipt: ReceiptNo,
    pub account: AccountId,
    pub amount: Money,
    pub tender: Tender,
    /// What the customer handed over, cash only.
    pub handed: Option<Money>,
    /// The terminal's or provider's reference.
    pub reference: String,
    /// What the amount went to, in order; sums to `amount`.
    pub lines: Vec<ReceiptLine>,
    pub credit_before: Money,
    pub credit_after: Money,
    /// What it buys at the tariff's position at the time of the sale.
    pub buys: Vec<BuysStep>,
    /// The mobile payment that it was paid by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// Where it was paid; nowhere for what no person sold, and in records from before there were
    /// shifts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub till: Option<Till>,
    /// Its number in the series of the counter; none in records from before there were series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
}

/// A sale taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    pub receipt: ReceiptNo,
    pub of: ReceiptNo,
    pub account: AccountId,
    /// The amount given back, positive.
    pub amount: Money,
    pub tender: Tender,
    pub reason: String,
    pub credit_before: Money,
    pub credit_after: Money,
    /// The lines of the sale, each given back; none in records from before there were arrears.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<ReceiptLine>,
    /// Where it was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub till: Option<Till>,
    /// Its number in the series of the counter; none in records from before there were series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// Two persons let it leave the account below zero (product rule 13). What is missing is an
    /// ordinary debt of the account: the next payment covers it as `Overdrawn`, before any credit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_debt: bool,
}

/// A reversal's lines as its paper shows them: taken off.
pub fn given_back(lines: Vec<ReceiptLine>) -> Vec<ReceiptLine> {
    lines.into_iter().map(|line| ReceiptLine { amount: -line.amount, ..line }).collect()
}

/// The part of a payment that went to arrears.
pub fn to_arrears(lines: &[ReceiptLine]) -> Money {
    lines.iter().filter(|line| line.arrears.is_some()).map(|line| line.amount).sum()
}
