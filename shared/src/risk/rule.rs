//! The rules by name.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Credit that nobody paid for.
    FreeCredit,
    /// A payment taken back.
    Reversal,
    /// A payment taken back just before the till was counted.
    ReversalBeforeClose,
    /// Credit given back in cash.
    Refund,
    /// A receipt printed again: the copy can be shown as a second payment.
    Reprint,
    /// Something that takes effect, or takes back, on an earlier day.
    BackDated,
    /// Done when the office is closed.
    AfterHours,
    /// A tariff changed, sold on, and changed again.
    RoundTrip,
    /// A new meter that begins with much on its register, or whose old one nobody could read.
    FirstReading,
    /// A supply that nothing cuts, for long.
    LongProtection,
    /// Somebody tried to approve what he had asked for.
    SelfApproval,
    /// Approved by somebody whom the asker had brought in, or given a role or a password.
    MadeApprover,
    /// Sales that are each below the limit and together above it.
    SplitSales,
}

impl Rule {
    pub const ALL: [Self; 13] = [
        Self::FreeCredit,
        Self::Reversal,
        Self::ReversalBeforeClose,
        Self::Refund,
        Self::Reprint,
        Self::BackDated,
        Self::AfterHours,
        Self::RoundTrip,
        Self::FirstReading,
        Self::LongProtection,
        Self::SelfApproval,
        Self::MadeApprover,
        Self::SplitSales,
    ];

    /// As addresses and files name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FreeCredit => "free-credit",
            Self::Reversal => "reversal",
            Self::ReversalBeforeClose => "reversal-before-close",
            Self::Refund => "refund",
            Self::Reprint => "reprint",
            Self::BackDated => "back-dated",
            Self::AfterHours => "after-hours",
            Self::RoundTrip => "round-trip",
            Self::FirstReading => "first-reading",
            Self::LongProtection => "long-protection",
            Self::SelfApproval => "self-approval",
            Self::MadeApprover => "made-approver",
            Self::SplitSales => "split-sales",
        }
    }
}
