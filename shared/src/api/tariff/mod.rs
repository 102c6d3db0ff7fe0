//! Tariffs: the list, one with its text, drafts.
//!
//! `GET /api/v1/tariffs`, `GET /api/v1/tariffs/templates`, `GET /api/v1/tariffs/{id}`,
//! `POST /api/v1/tariffs/check`, `POST /api/v1/tariffs/preview`, `GET POST /api/v1/tariffs/drafts`,
//! `DELETE /api/v1/tariffs/drafts/{id}`, `POST /api/v1/tariffs/drafts/{id}/request`.

pub mod difference;
pub mod form;
pub mod preview;
pub mod sheet;
mod write;

use serde::{Deserialize, Serialize};

pub use difference::{Change, Place, difference};
pub use form::{ChargeKind, Form, FormCharge, FormDays, FormLadder, FormRow, FormSeason, HALVES};
pub use preview::{BillView, Bin, Preview, PreviewOrder, Spread, Worst};
pub use sheet::{Sheet, Unshown, check};

use crate::id::{AccountId, TariffId};
use crate::money::Currency;
use crate::time::Timestamp;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TariffRow {
    pub id: TariffId,
    pub name: String,
    pub currency: Currency,
    pub zone: String,
    /// How many accounts are on it.
    pub accounts: u32,
    /// The version in force now, if one is.
    pub version: Option<u32>,
    pub since: Option<Timestamp>,
    /// The next version, if one is published.
    pub next: Option<Timestamp>,
    pub versions: u32,
}

/// One tariff, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TariffPage {
    pub row: TariffRow,
    /// The file, as published last.
    pub text: String,
    pub form: Checked,
    pub versions: Vec<VersionRow>,
    /// Accounts on it, for the choice of one to preview.
    pub accounts: Vec<AccountRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionRow {
    pub number: u32,
    pub from: Timestamp,
    pub source: Option<String>,
    pub note: Option<String>,
    /// Against the version before.
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountRow {
    pub account: AccountId,
    pub customer: String,
    pub place: String,
}

/// A file to begin from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Template {
    pub id: TariffId,
    pub name: String,
    pub note: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckOrder {
    pub text: String,
}

/// What a file says, or the first thing that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Checked {
    /// Its last version, as far as a form can show it.
    pub form: Option<Form>,
    /// What the form cannot show; empty: the form says all there is, and may be edited.
    pub unshown: Vec<String>,
    pub fault: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fault {
    pub path: String,
    pub line: u32,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DraftOrder {
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Draft {
    pub id: u64,
    pub tariff: TariffId,
    pub name: String,
    pub text: String,
    pub by: String,
    pub at: Timestamp,
}

/// Asks a second person to let a draft become the tariff from a civil date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublicationOrder {
    /// Such as `2027-01-01`; becomes the `from` of the draft's last version.
    pub from: String,
    pub reason: String,
}
