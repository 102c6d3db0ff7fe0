//! The operator's staff: what they may do, and what they did besides money and supply.

mod matter;
mod role;
mod verb;

use serde::{Deserialize, Serialize};

use crate::id::{Book, ReceiptNo, Seq, StaffId, TariffId};

pub use matter::Matter;
pub use role::Role;
pub use verb::Verb;

/// What staff did that changes who may do what, or what others rely on. Who and when are the
/// record's own; numbers only, because names have to stay erasable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    StaffAdded {
        staff: StaffId,
        role: Role,
    },
    RoleChanged {
        staff: StaffId,
        before: Role,
        after: Role,
    },
    /// May not sign in any more.
    StaffLeft {
        staff: StaffId,
    },
    StaffReturned {
        staff: StaffId,
    },
    /// Another password; what it is nobody knows.
    PasswordSet {
        staff: StaffId,
    },
    /// Somebody was signed out, here or elsewhere.
    SessionsEnded {
        staff: StaffId,
        sessions: u32,
    },
    /// A program may act as `staff`, with this role at most.
    TokenMade {
        token: u32,
        staff: StaffId,
        role: Role,
    },
    TokenRevoked {
        token: u32,
    },
    /// Tries with a wrong password, of a known or an unknown name, since the record before.
    SignInsRefused {
        staff: Option<StaffId>,
        times: u32,
    },
    /// A second person is asked.
    ApprovalAsked {
        approval: u64,
        /// Set where it is about a tariff.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tariff: Option<TariffId>,
        /// Set where it is about something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        matter: Option<Matter>,
    },
    ApprovalGiven {
        approval: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tariff: Option<TariffId>,
        asked_by: StaffId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        matter: Option<Matter>,
        /// Set where it stands with what it let through, in the name of who asked; else it is who
        /// the record is by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approved_by: Option<StaffId>,
    },
    ApprovalRefused {
        approval: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tariff: Option<TariffId>,
        asked_by: StaffId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        matter: Option<Matter>,
    },
    /// Somebody tried to decide what he had asked for himself, and was refused.
    OwnApprovalTried {
        approval: u64,
    },
    ReceiptCopied {
        receipt: ReceiptNo,
        copy: u32,
    },
    /// Records that were once safe are given up: the journal went on from `kept`.
    LossAccepted {
        kept: Seq,
        lost: Seq,
        /// Book, first, last.
        receipts: Vec<(Book, ReceiptNo, ReceiptNo)>,
    },
}
