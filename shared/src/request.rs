//! Orders that one person asks for and a second one decides (product rule 24).

use serde::{Deserialize, Serialize};

use crate::id::{Book, MeterId, StaffId};
use crate::policy::{Policy, Scope};
use crate::time::{Span, Timestamp};

/// A request that nobody decides lapses after this.
pub const LASTS: Span = Span::from_days(7);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grave {
    /// Lets cuts go ahead that the mass-disconnect breaker holds.
    ReleaseCuts { meters: Vec<MeterId> },
    /// Opens many supplies.
    CutSupplies { meters: Vec<MeterId> },
    /// Ends the protection of a supply that others' lives may hang on.
    Unprotect { meter: MeterId },
    /// From then, or from the decision on, these terms hold.
    PublishPolicy { scope: Scope, from: Option<Timestamp>, policy: Box<Policy> },
}

/// What waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub request: u64,
    pub book: Book,
    pub by: StaffId,
    pub at: Timestamp,
    pub what: Grave,
    pub reason: String,
}

impl Request {
    pub fn lapses(&self) -> Timestamp {
        self.at + LASTS
    }
}
