//! High-risk acts: what a person who wants to steal would do, as rules over what is on record. A
//! finding accuses nobody; it says where an auditor looks first.

mod find;
mod rule;
#[cfg(test)]
mod stories;

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Register};
use crate::id::{AccountId, Book, MeterId, ReceiptNo, Seq, StaffId};
use crate::money::Money;
use crate::policy::DaySpan;
use crate::time::{Span, Timestamp};

pub use find::find;
pub use rule::Rule;

/// One record as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub seq: Seq,
    pub at: Timestamp,
    pub book: Book,
    pub by: StaffId,
    pub account: Option<AccountId>,
    pub meter: Option<MeterId>,
    pub what: What,
}

/// What a rule wants to know of a record; anything else a person did is only looked at for its hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Sold {
        amount: Money,
    },
    /// Credit that nobody paid for.
    Given {
        amount: Money,
    },
    Reversed {
        amount: Money,
        sold: Option<Timestamp>,
    },
    /// Credit given back in cash.
    Refunded {
        amount: Money,
    },
    Reprinted {
        receipt: ReceiptNo,
        copy: u32,
    },
    /// Takes effect at a time of its own.
    Dated {
        from: Timestamp,
    },
    /// A tariff was published whose prices begin at these times.
    Tariff {
        tariff: String,
        begins: Vec<Timestamp>,
    },
    Exchanged {
        first: Register,
        manual: bool,
    },
    /// From now on nothing cuts the supply, or nobody is asked to pay.
    Spared {
        until: Option<Timestamp>,
    },
    SparedNoMore,
    OwnApproval,
    /// Somebody was brought in, or given a role or a password, by whom the record is by: who made
    /// it could sign in as that person.
    Made {
        staff: StaffId,
    },
    /// A second person agreed to what the first had asked for.
    Approved {
        asked_by: StaffId,
        approved_by: StaffId,
    },
    /// The till was counted; money taken back just before is worth a look.
    ShiftClosed,
    /// Sales that are together more than one may be, as the counter itself noticed.
    Split {
        sum: Money,
    },
    Other,
}

/// Where the rules draw their lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Borders {
    /// When the office works; none: no hour is after hours.
    pub hours: Vec<DaySpan>,
    /// A sale may be this large without a second person; none: no sale is split to stay under it.
    pub sale: Option<Money>,
    /// Sales to one account belong together within this time.
    pub together: Span,
    /// Prices that others follow so soon are a round trip, if they were sold at.
    pub round_trip: Span,
    /// A protection or a pause that lasts longer is long.
    pub spared: Span,
    /// A new meter has counted at most this at the factory.
    pub first: Energy,
    /// Who was made so shortly before is no second person to the maker.
    pub made: Span,
    /// A reversal so soon before the till is counted.
    pub before_close: Span,
}

impl Default for Borders {
    fn default() -> Self {
        Self {
            hours: Vec::new(),
            sale: None,
            together: Span::from_hours(1),
            round_trip: Span::from_hours(48),
            spared: Span::from_days(7),
            first: Energy::from_mwh(10_000_000),
            made: Span::from_days(30),
            before_close: Span::from_mins(30),
        }
    }
}

/// A place to look at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    pub rule: Rule,
    /// The last of its records.
    pub at: Timestamp,
    pub book: Book,
    pub by: StaffId,
    pub account: Option<AccountId>,
    pub meter: Option<MeterId>,
    pub amount: Option<Money>,
    /// The records that it is made of, in order.
    pub entries: Vec<Seq>,
}
