//! Many supplies at once: `GET /api/v1/mass-cuts` says where the breaker of each book stands and whom
//! it holds; `POST /api/v1/mass-cuts/release` asks that they go ahead; `POST /api/v1/supplies` orders
//! many. A second person finds both among the approvals.

use serde::{Deserialize, Serialize};

use crate::api::meter::SupplyOrderKind;
use crate::id::{AccountId, Book, MeterId};
use crate::meter::DisconnectReason;
use crate::money::Money;
use crate::time::Timestamp;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MassCuts {
    pub books: Vec<MassCutBook>,
    pub held: Vec<HeldCutRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MassCutBook {
    pub book: Book,
    pub meters: u32,
    /// Opened within the minutes, and how many may be.
    pub opened: u32,
    pub most: u32,
    pub minutes: u16,
    /// Something is held, and so is everything more.
    pub tripped: bool,
}

/// Who would be cut, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldCutRow {
    pub book: Book,
    pub account: AccountId,
    pub meter: MeterId,
    /// The room, so that the list reads without a look-up.
    pub name: String,
    pub reason: DisconnectReason,
    pub note: String,
    pub since: Timestamp,
    /// Two persons released it; it is opened then if its cause still stands.
    pub released: Option<Timestamp>,
    pub credit: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReleaseOrder {
    pub book: Book,
    pub meters: Vec<MeterId>,
    pub reason: String,
}

/// More than three cuts wait for a second person; restores never do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SuppliesOrder {
    pub book: Book,
    pub order: SupplyOrderKind,
    pub meters: Vec<MeterId>,
    pub reason: String,
}
