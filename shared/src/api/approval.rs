//! What waits for a second person: `GET /api/v1/approvals`,
//! `POST /api/v1/approvals/{id}/approve`, `…/refuse`. Whatever needs two persons comes here from the
//! route that one person takes alone where one is enough.

use serde::{Deserialize, Serialize};

use crate::api::tariff::Change;
use crate::money::Money;
pub use crate::staff::Matter;
use crate::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalState {
    Waiting,
    Approved,
    Refused,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Approval {
    pub id: u64,
    pub state: ApprovalState,
    #[serde(flatten)]
    pub matter: Matter,
    /// What it can be judged by, as it was when it was asked for.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    pub reason: String,
    pub requested_by: String,
    pub requested: Timestamp,
    pub expires: Timestamp,
    pub decided_by: Option<String>,
    pub decided: Option<Timestamp>,
    pub note: String,
    /// Of a tariff, against what is published now.
    pub changes: Vec<Change>,
    /// The reader asked for it, so somebody else has to decide.
    pub own: bool,
}

/// A fact on the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    pub what: Fact,
    pub is: Figure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    Place,
    Customer,
    SoldBy,
    SoldAt,
    CreditBeforeSale,
    CreditAfterSale,
    CreditNow,
    /// The rooms that go dark.
    Rooms,
    /// A limit as it is in force.
    LimitNow,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    Text(String),
    Money(Money),
    Count(i64),
    At(Timestamp),
}

/// What was ordered waits under that number; none: it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asked {
    pub approval: Option<u64>,
}

/// Why it is not let through; refusing needs one, approving may have one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    #[serde(default)]
    pub note: String,
}
