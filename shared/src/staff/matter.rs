//! What a second person is asked about, one variant a kind.
//!
//! A new kind is a variant here with what has to be done; `server/src/http/approvals/deed.rs` says
//! which command does it, the web app's card (`pages/tariffs/approvals.rs`) names it, and whoever
//! wants it done asks by `approvals::ask`. The rest (another person than who asked, in time, once,
//! both on record) is the same for all.

use serde::{Deserialize, Serialize};

use crate::counter::Raise;
use crate::id::{AccountId, Book, MeterId, ReceiptNo, TariffId};
use crate::money::Money;
use crate::policy::{Policy, Scope};
use crate::time::Timestamp;
use crate::vend::{Adjusting, Cause};

/// Numbers only besides a tariff's own text: it stands in the journal too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Matter {
    /// A draft becomes the tariff from a civil date on.
    TariffPublish { tariff: TariffId, name: String, text: String, from: String },
    /// A sale that the asker may not take back alone, such as another cashier's.
    Reversal {
        book: Book,
        receipt: ReceiptNo,
        account: AccountId,
        amount: Money,
        /// What is used of it already becomes a debt of the account.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        as_debt: bool,
    },
    /// Cuts that the mass-disconnect breaker holds go ahead.
    ReleaseCuts { book: Book, meters: Vec<MeterId> },
    /// Many supplies are opened at once.
    CutSupplies { book: Book, meters: Vec<MeterId> },
    /// The protection of a supply ends that others' lives may hang on.
    Unprotect { book: Book, meter: MeterId },
    /// Other terms of prepayment hold at a place, from then or from the decision on.
    PolicyPublish { book: Book, scope: Scope, from: Option<Timestamp>, policy: Box<Policy> },
    /// A limit that is raised until then.
    RaiseLimit { book: Book, raise: Raise },
    /// More credit given back in cash than the asker may give back alone.
    Refund { book: Book, account: AccountId, amount: Money },
    /// Credit that nobody paid for, or a correction.
    Adjust { book: Book, account: AccountId, adjusting: Adjusting, amount: Money, cause: Cause },
}

impl Matter {
    /// Its kind's name in tables and files.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TariffPublish { .. } => "tariff-publish",
            Self::Reversal { .. } => "reversal",
            Self::ReleaseCuts { .. } => "release-cuts",
            Self::CutSupplies { .. } => "cut-supplies",
            Self::Unprotect { .. } => "unprotect",
            Self::PolicyPublish { .. } => "policy-publish",
            Self::RaiseLimit { .. } => "raise-limit",
            Self::Refund { .. } => "refund",
            Self::Adjust { .. } => "adjust",
        }
    }

    /// The tariff that it is about; records name it apart.
    pub fn tariff(&self) -> Option<&TariffId> {
        match self {
            Self::TariffPublish { tariff, .. } => Some(tariff),
            Self::Reversal { .. }
            | Self::ReleaseCuts { .. }
            | Self::CutSupplies { .. }
            | Self::Unprotect { .. }
            | Self::PolicyPublish { .. }
            | Self::RaiseLimit { .. }
            | Self::Refund { .. }
            | Self::Adjust { .. } => None,
        }
    }

    /// Itself, where it is short enough for a record of the journal.
    pub fn short(&self) -> Option<Self> {
        match self {
            Self::TariffPublish { .. } => None,
            Self::Reversal { .. }
            | Self::ReleaseCuts { .. }
            | Self::CutSupplies { .. }
            | Self::Unprotect { .. }
            | Self::PolicyPublish { .. }
            | Self::RaiseLimit { .. }
            | Self::Refund { .. }
            | Self::Adjust { .. } => Some(self.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_kept_by_its_name() {
        let tariff = TariffId("flat".to_owned());
        let (name, text, from) = (String::new(), String::new(), String::new());
        let (book, receipt) = (Book::Live, ReceiptNo(7));
        let (account, amount) = (AccountId(1), Money::from_minor(500));
        for matter in [
            Matter::TariffPublish { tariff, name, text, from },
            Matter::Reversal { book, receipt, account, amount, as_debt: false },
            Matter::Reversal { book, receipt, account, amount, as_debt: true },
            Matter::ReleaseCuts { book, meters: vec![MeterId(1), MeterId(2)] },
            Matter::CutSupplies { book, meters: vec![MeterId(3)] },
            Matter::Unprotect { book, meter: MeterId(4) },
            Matter::Refund { book, account, amount },
            Matter::PolicyPublish {
                book,
                scope: Scope::Building { building: "7".to_owned() },
                from: None,
                policy: Box::default(),
            },
            Matter::RaiseLimit {
                book,
                raise: Raise {
                    counter: None,
                    limit: crate::counter::Raised::Sale(amount),
                    until: Timestamp::from_millis(1),
                },
            },
            Matter::Adjust {
                book,
                account,
                adjusting: Adjusting::Correction,
                amount: -amount,
                cause: Cause::Outage,
            },
        ] {
            let kept = serde_json::to_value(&matter).unwrap();
            assert_eq!(kept.get("kind").and_then(|kind| kind.as_str()), Some(matter.kind()));
            assert_eq!(serde_json::from_value::<Matter>(kept).unwrap(), matter);
        }
    }
}
