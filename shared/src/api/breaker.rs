//! Many supplies at once: `GET /api/v1/mass-cuts` says where the breaker of each book stands and whom
//! it holds; `POST /api/v1/mass-cuts/release` asks that they go ahead; `POST /api/v1/supplies` orders
//! many; `GET /api/v1/requests` lists what waits for a second person, and `POST
//! /api/v1/requests/{request}` decides it.

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

/// What was asked has the number; none: it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asked {
    pub request: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    ReleaseCuts,
    CutSupplies,
    Unprotect,
    PublishPolicy,
}

/// Something that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestRow {
    pub request: u64,
    pub book: Book,
    pub kind: RequestKind,
    /// Who asked, by name.
    pub by: String,
    /// Was it the reader? Then somebody else has to decide.
    pub own: bool,
    pub at: Timestamp,
    pub lapses: Timestamp,
    pub reason: String,
    pub meters: Vec<MeterId>,
    /// Where a policy would hold.
    pub scope: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SecondSays {
    pub book: Book,
    pub approve: bool,
    #[serde(default)]
    pub note: String,
}
