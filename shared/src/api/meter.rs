//! One meter: `GET /api/v1/meters/{id}`, its power, readings and supply orders.

use serde::{Deserialize, Serialize};

use crate::api::arrears::ArrearsView;
use crate::api::live::MeterRow;
use crate::api::terms::TermsView;
use crate::energy::{Energy, Power, Register};
use crate::id::Seq;
pub use crate::meter::Exchanged;
use crate::meter::{CommFault, Contact, DisconnectReason, Live, Quality, Supply};
use crate::money::{Money, UnitPrice};
use crate::site::command::HoldResolution;
use crate::time::{Span, Timestamp};

/// `GET /api/v1/meters/{id}`; again after each live change of its row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MeterPage {
    pub row: MeterRow,
    pub live: Live,
    pub register: Option<Register>,
    pub today: Energy,
    pub yesterday: Energy,
    pub this_month: Energy,
    pub supply: SupplyView,
    pub account: Option<AccountView>,
    pub device: Device,
    /// Charged by what is usual because nothing was read for a day or more.
    #[serde(default)]
    pub provisional: Option<ProvisionalView>,
}

/// A provisional charge that waits for the next reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProvisionalView {
    pub since: Timestamp,
    pub to: Timestamp,
    pub energy: Energy,
    pub amount: Money,
}

/// Supply as a large honest statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SupplyView {
    pub wanted: Supply,
    pub contact: Contact,
    /// Everything that holds it open, first the one that is shown.
    pub reasons: Vec<DisconnectReason>,
    /// Since when it is wanted so.
    pub since: Timestamp,
    /// Switch attempts since then without success; 0 while all is well.
    pub attempts: u32,
    /// Never to be cut until then 保电.
    pub protected_until: Option<Timestamp>,
    pub terms: TermsView,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountView {
    pub account: crate::id::AccountId,
    pub customer: String,
    /// Exact to the last reading, rounded down.
    pub credit: Money,
    /// When credit runs out if use goes on as over the last day; `None`: not within 60 days, or
    /// nothing to go by.
    pub lasts_until: Option<Timestamp>,
    pub low_credit: Money,
    pub tariff: String,
    pub tariff_version: u32,
    /// The price of the next kWh.
    pub price_now: UnitPrice,
    /// The tariff period in force, such as `peak`.
    pub period_now: String,
    /// Agreements about arrears, also those that are paid off.
    #[serde(default)]
    pub arrears: Vec<ArrearsView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Device {
    /// The profile, such as `eastron-sdm630`, or `simulated`.
    pub profile: String,
    pub line: String,
    pub unit: Option<u8>,
    pub serial: String,
    /// How often it is polled.
    pub poll: Span,
    pub polls: u64,
    pub failures: u64,
    pub last_fault: Option<(Timestamp, CommFault)>,
    /// What has been read and is held back from billing, with the reason.
    pub held: Option<HeldReading>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldReading {
    pub since: Timestamp,
    pub register: Register,
    pub last_accepted: Register,
    pub kind: crate::api::alarm::AlarmKind,
}

/// `GET /api/v1/meters/{id}/power?from=&to=`: at most 1,440 points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PowerCurve {
    pub points: Vec<(Timestamp, Option<Power>)>,
}

/// One row of `GET /api/v1/meters/{id}/readings?before=&limit=`, which answers with a list, newest
/// first; `before` is a time in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadingRow {
    pub at: Timestamp,
    pub register: Register,
    pub power: Option<Power>,
    pub quality: Quality,
}

/// `POST /api/v1/meters/{id}/supply`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SupplyOrder {
    pub order: SupplyOrderKind,
    /// Why, in the person's words; kept in the journal.
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SupplyOrderKind {
    /// Adds the open reason `Operator`.
    Cut,
    /// Removes `Operator`, `Tamper` and `Overload`; lack of credit stays.
    Restore,
}

/// What a supply order led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SupplyOrdered {
    pub seq: Seq,
    pub wanted: Supply,
}

/// `POST /api/v1/meters/{id}/exchange` with `Idempotency-Key`: the meter or its transformers were
/// exchanged. One transaction; old and new registers are never subtracted from each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExchangeOrder {
    pub what: Exchanged,
    /// The final reading of the old meter.
    pub last: Register,
    /// The old meter is dead: its final reading is a person's word.
    pub manual: bool,
    /// The first reading of the new one.
    pub first: Register,
    /// The new meter's number; empty where it stays.
    #[serde(default)]
    pub serial: String,
    pub note: String,
}

/// An exchange in the history of a place: `GET /api/v1/meters/{id}/exchanges` answers with a list,
/// newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExchangeRow {
    pub seq: Seq,
    pub at: Timestamp,
    pub what: Exchanged,
    pub last: Register,
    pub manual: bool,
    pub first: Register,
    pub serial: String,
    pub note: String,
    pub by: String,
}

/// `POST /api/v1/meters/{id}/hold`: a person's judgement of the reading that is on hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HoldJudgement {
    pub resolution: HoldResolution,
    /// Why, in the person's words; kept in the journal.
    pub note: String,
}
