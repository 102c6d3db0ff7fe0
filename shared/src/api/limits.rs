//! Limits in force: `GET /api/v1/limits?book=`; `POST /api/v1/limits/raises` asks a second person to
//! raise one for a while, and answers with the number it waits under.

use serde::{Deserialize, Serialize};

use crate::id::{Book, CounterId};
use crate::time::Timestamp;

pub use crate::counter::{Limits, Raise, Raised};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LimitsPage {
    pub book: Book,
    /// The book's own time.
    pub now: Timestamp,
    /// By counter, raises that hold taken in.
    pub counters: Vec<CounterLimits>,
    /// Raises that hold, oldest first.
    pub raises: Vec<Raise>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CounterLimits {
    pub counter: CounterId,
    pub name: String,
    pub limits: Limits,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RaiseOrder {
    pub book: Book,
    /// Where it is to hold; everywhere, where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<CounterId>,
    /// Which limit, and to how much.
    pub limit: Raised,
    /// In the time of the book, at most 31 days ahead.
    pub until: Timestamp,
    pub reason: String,
}
