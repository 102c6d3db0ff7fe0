//! Counters: who sells where, from when to when, within which limits, and what was counted at the
//! end (product rules 13, 14, 23).

mod limits;
mod raise;
mod reconcile;
pub(crate) mod said;
mod shift;
mod standing;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{AccountId, CounterId, ShiftNo, StaffId};
use crate::money::Money;

pub use limits::{Limits, LimitsOf, Rule};
pub use raise::{Raise, Raised};
pub use reconcile::{Left, Line, Reconciled, Why, reconcile};
pub use shift::{Amounts, CashMove, CashPlace, Closed, Shift, Taken, Totals};
pub use standing::Counters;

pub use crate::vend::Till;

/// What happened at a counter besides sales, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CounterFact {
    Opened {
        shift: ShiftNo,
        counter: CounterId,
        cashier: StaffId,
        /// Change that lay in the till.
        float: Money,
    },
    /// Counted, and nothing is sold on it any more: the Z report.
    Closed(Closed),
    /// Cash was laid into the till or taken out of it, besides sales.
    CashMoved(CashMove),
    /// A second person has seen the difference, which from then on stands in the ledger.
    Countersigned {
        shift: ShiftNo,
        note: String,
        /// Cash counted less expected; none in records from before it was posted.
        #[serde(default, skip_serializing_if = "is_nothing")]
        cash: Money,
    },
    /// From now on at most this is sold, by counter.
    Limited { limits: LimitsOf, approved_by: Option<StaffId>, note: String },
    /// Two persons raised a limit for a while.
    Raised { raise: Raise, reason: String },
    /// Sales of one day to one account that are together more than one sale may be: high risk.
    Split {
        account: AccountId,
        cashier: StaffId,
        shift: ShiftNo,
        sales: u32,
        sum: Money,
        /// The most of one sale.
        most: Money,
    },
}

/// What may be asked of a counter besides selling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CounterOrder {
    /// Opens a shift of whoever asks.
    Open {
        counter: CounterId,
        float: Money,
    },
    /// What was counted, by who cannot know what should be there.
    Close {
        shift: ShiftNo,
        counted: Amounts,
        note: String,
    },
    Countersign {
        shift: ShiftNo,
        note: String,
    },
    /// Into the till, or out of it where `amount` is below zero.
    MoveCash {
        shift: ShiftNo,
        amount: Money,
        with: CashPlace,
        reason: String,
    },
    /// The same again changes nothing.
    Limit {
        limits: LimitsOf,
        approved_by: Option<StaffId>,
        note: String,
    },
}

/// Why a counter refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "kebab-case")]
pub enum Denied {
    #[error("no shift is open; open one at a counter before money is taken or given back")]
    NoShift,
    #[error("shift {0} of yours is open already; close it first")]
    HasShift(ShiftNo),
    #[error(
        "counter {counter} has shift {shift} open; it is closed first, by its cashier or by a supervisor"
    )]
    CounterTaken { counter: CounterId, shift: ShiftNo },
    #[error("there is no shift {0} in this book")]
    UnknownShift(ShiftNo),
    #[error("shift {0} is closed already")]
    ClosedAlready(ShiftNo),
    #[error("shift {0} is still open; it is counted and closed first")]
    StillOpen(ShiftNo),
    #[error("shift {0} is countersigned already")]
    SignedAlready(ShiftNo),
    #[error("shift {0} is countersigned by somebody who neither sold in it nor counted it")]
    OwnShift(ShiftNo),
    #[error("{}", said::no_move(&said::minor))]
    NoMove,
    #[error("there is not so much cash in the till of shift {0}")]
    LacksCash(ShiftNo),
    #[error("{}", said::below_zero(&said::minor))]
    BelowZero,
    #[error("{}", said::limit(*rule, *largest, &said::minor))]
    Limit { rule: Rule, largest: Money },
    #[error("a limit is raised for at most 31 days; what is to last is written into the site file")]
    RaiseTooLong,
    #[error("{}", now.map_or_else(
        || "that is not limited, so there is nothing to raise".to_owned(),
        |now| format!("a raise is above what the site file says, which is {now}, and at most 10¹²"),
    ))]
    NoRaise { now: Option<i64> },
    #[error(
        "{most} sales of this shift were taken back, which is the limit; a supervisor can take back more"
    )]
    Reversals { most: u32 },
}

fn is_nothing<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
