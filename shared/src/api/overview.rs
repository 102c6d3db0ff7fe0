//! The overview: `GET /api/v1/overview?book=simulated` brings the curves of one book; figures and
//! happenings come live.

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Power};
use crate::id::{AccountId, Book, MeterId};
use crate::money::Money;
use crate::time::Timestamp;

/// The figures of one book.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figures {
    pub book: Book,
    /// Sales less reversals since civil midnight.
    pub sold_today: Money,
    pub sales_today: u32,
    pub sold_yesterday: Money,
    /// Energy charged since civil midnight.
    pub energy_today: Energy,
    /// Sum of the good powers now.
    pub power: Power,
    pub meters: u32,
    pub connected: u32,
    pub low: u32,
    pub cut: u32,
    pub silent: u32,
    pub held: u32,
    pub alarms: u32,
    /// What needs a note to close.
    pub exceptions: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overview {
    pub book: Book,
    /// Mean power of each quarter of an hour from civil midnight, W; gaps are gaps.
    pub today: Vec<Option<Power>>,
    pub yesterday: Vec<Option<Power>>,
    /// Tariff periods of today, for the quiet band below the axis.
    pub bands: Vec<Band>,
    /// Sales of each of the last 14 days, oldest first.
    pub sold: Vec<Money>,
}

/// A stretch of the day in one tariff period, in minutes from civil midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Band {
    pub from: u16,
    pub to: u16,
    /// As the tariff names it, such as `peak`.
    pub period: String,
    /// 0 cheapest, counting up with the price.
    pub rank: u8,
}

/// Something that happened, for the list "last events".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Happening {
    /// The event's place in the journal.
    pub seq: u64,
    pub at: Timestamp,
    pub book: Book,
    pub meter: Option<MeterId>,
    pub account: Option<AccountId>,
    /// The room, so that the list reads without a look-up.
    pub name: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Sold { receipt: u64, amount: Money },
    Reversed { receipt: u64, amount: Money },
    LowCredit { credit: Money },
    Cut { reason: crate::meter::DisconnectReason },
    Restored,
    CutProven,
    RestoreProven,
    AlarmRaised { kind: crate::api::alarm::AlarmKind },
    AlarmCleared { kind: crate::api::alarm::AlarmKind },
}
