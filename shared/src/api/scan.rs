//! What a scan of a line finds. `POST`, `GET` and `DELETE /api/v1/lines/{line}/scan`.

use serde::{Deserialize, Serialize};

use super::line::PointView;
use crate::id::MeterId;
use crate::meter::CommFault;

/// Unit addresses to look at, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScanOrder {
    pub from: u8,
    pub to: u8,
}

/// How far a scan is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScanView {
    pub running: bool,
    pub done: usize,
    pub of: usize,
    pub found: Vec<FoundUnit>,
    /// Why it ended early.
    pub fault: Option<CommFault>,
}

/// Something that answers at an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundUnit {
    pub unit: u8,
    /// It is a meter of this site already; it was not asked.
    pub meter: Option<MeterId>,
    /// Models whose whole register map and probes fit, the best first; none: it is no model that we
    /// know.
    pub candidates: Vec<Candidate>,
    /// It answers, but not clearly: two devices at one address, or another speed.
    pub unclear: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Candidate {
    pub profile: String,
    pub vendor: String,
    pub models: Vec<String>,
    /// Proven on a device or a peer; otherwise it is read, and billed only after a sign-off.
    pub proven: bool,
    /// It has a switch inside.
    pub switches: bool,
    /// It is a relay board, not a meter.
    pub board: bool,
    /// The meter's own number.
    pub serial: Option<String>,
    /// What it shows now.
    pub points: Vec<PointView>,
}
