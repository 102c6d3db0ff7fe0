//! The live stream: `GET /api/v1/live` (WebSocket). Each binary message is one [`LiveMessage`] in
//! postcard: first a snapshot, then deltas with consecutive numbers. A reader that falls behind gets
//! a fresh snapshot. In the sandbox the same messages come from the worker.

use serde::{Deserialize, Serialize};

use crate::api::alarm::Alarm;
use crate::api::clock::Clock;
use crate::api::overview::{Figures, Happening};
use crate::energy::Power;
use crate::id::{AccountId, Book, MeterId};
use crate::meter::Quality;
use crate::money::Money;
use crate::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LiveMessage {
    Snapshot(Snapshot),
    Delta(Delta),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// Number of the last change that is in it.
    pub version: u64,
    /// The wall time of the server.
    pub now: Timestamp,
    /// The clock of the simulated book, where there is one.
    pub clock: Option<Clock>,
    /// Every meter, in the order of the wall: building, floor, room.
    pub meters: Vec<MeterRow>,
    pub figures: Vec<Figures>,
    pub alarms: Vec<Alarm>,
    /// The last things that happened, newest first.
    pub happenings: Vec<Happening>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delta {
    /// One more than the message before; anything else means: wait for the next snapshot.
    pub version: u64,
    pub now: Timestamp,
    pub clock: Option<Clock>,
    /// The rows that changed, whole.
    pub meters: Vec<MeterChange>,
    /// Figures of the books that changed.
    pub figures: Vec<Figures>,
    /// All open alarms, where they changed.
    pub alarms: Option<Vec<Alarm>>,
    /// New things that happened, newest first.
    pub happenings: Vec<Happening>,
}

/// One meter as the wall and the lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MeterRow {
    pub meter: MeterId,
    pub book: Book,
    /// The room, flat or shop, such as `1203`.
    pub name: String,
    pub building: String,
    pub floor: String,
    pub account: Option<AccountId>,
    /// The customer's name, empty where there is none.
    pub customer: String,
    /// Usual highest power of this meter, W; the wall fills a cell against it.
    pub usual_power: Power,
    pub change: MeterChange,
}

/// What changes about a meter from second to second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MeterChange {
    pub meter: MeterId,
    pub state: MeterState,
    pub power: Option<Power>,
    /// Credit exact to the last reading, rounded down; `None` for a meter without an account.
    pub credit: Option<Money>,
    pub quality: Quality,
    /// When the values were read; `None`: never.
    pub as_of: Option<Timestamp>,
}

/// The one state that decides a cell's colour and icon; the first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MeterState {
    /// No good reading for a while 离线.
    Silent,
    /// A reading waits for a person's judgement 待核.
    Held,
    /// Off, proven or being made so 拉闸.
    Cut,
    /// Closing is permitted, the customer closes 允许合闸.
    Armed,
    /// Never to be cut at present 保电.
    Protected,
    /// On, credit below the warning level 余额不足.
    LowCredit,
    /// On 合闸.
    Connected,
}
