//! Adjustments 调账: credit that nobody paid for, and corrections of what was charged or sold wrongly.

use serde::{Deserialize, Serialize};

use crate::id::AccountId;
use crate::ledger::Code;
use crate::money::Money;

/// Which side of the books it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Adjusting {
    /// A gift: credit grows.
    FreeCredit,
    /// Credit grows, or shrinks by at most what is left of it.
    Correction,
}

/// What it is for; the note says the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    Goodwill,
    Outage,
    MeterFault,
    WrongTariff,
    WrongAccount,
    Other,
}

/// A contra entry as the journal keeps it; nothing that was booked before is changed (product rule
/// 13). Who asked is the record's own, who agreed stands in the act beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    pub account: AccountId,
    pub adjusting: Adjusting,
    /// Positive: credit grows.
    pub amount: Money,
    pub cause: Cause,
    pub note: String,
    pub credit_before: Money,
    pub credit_after: Money,
}

impl Adjusting {
    pub const fn code(self) -> Code {
        match self {
            Self::FreeCredit => Code::FreeCredit,
            Self::Correction => Code::Corrections,
        }
    }
}

impl Cause {
    pub const ALL: [Self; 6] = [
        Self::Goodwill,
        Self::Outage,
        Self::MeterFault,
        Self::WrongTariff,
        Self::WrongAccount,
        Self::Other,
    ];
}
