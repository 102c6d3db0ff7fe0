//! What a scan of a line finds. `POST`, `GET` and `DELETE /api/v1/lines/{line}/scan`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::line::PointView;
use crate::id::MeterId;
use crate::meter::CommFault;

/// Speed and format of a serial line, such as 9600 and `8E1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScanSpeed {
    pub baud: u32,
    pub format: String,
}

impl fmt::Display for ScanSpeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.baud, self.format)
    }
}

/// Speeds that meters are sold with.
pub const BAUDS: [u32; 8] = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200];
/// No, even and odd parity.
pub const FORMATS: [&str; 3] = ["8N1", "8E1", "8O1"];

/// What to try: all chosen speeds in all chosen formats, 9600 baud first, which most meters have
/// from the factory.
pub fn speeds(bauds: &[u32], formats: &[&str]) -> Vec<ScanSpeed> {
    let mut bauds = bauds.to_vec();
    bauds.sort_unstable_by_key(|baud| (*baud != 9_600, *baud));
    let at = |baud: u32| {
        let speed = move |format: &&str| ScanSpeed { baud, format: (*format).to_owned() };
        formats.iter().map(speed)
    };
    bauds.into_iter().flat_map(at).collect()
}

/// Unit addresses to look at, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScanOrder {
    pub from: u8,
    pub to: u8,
    /// Of a serial line, tried one after the other; none: only the line's own.
    #[serde(default)]
    pub speeds: Vec<ScanSpeed>,
}

/// How far a scan is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScanView {
    pub running: bool,
    /// Addresses, over all speeds.
    pub done: usize,
    pub of: usize,
    /// What is being asked.
    pub unit: Option<u8>,
    pub speed: Option<ScanSpeed>,
    /// Seconds it will take still, as far as can be said.
    pub left_s: Option<u64>,
    /// The serial line's own speed; none: it is no serial line, and its gateway has a speed.
    pub line_speed: Option<ScanSpeed>,
    pub found: Vec<FoundUnit>,
    /// Why it ended early.
    pub fault: Option<CommFault>,
}

/// Something that answers at an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundUnit {
    pub unit: u8,
    /// It answers at this speed, which is not the line's: it can become a meter here once the two
    /// are the same.
    pub speed: Option<ScanSpeed>,
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
    /// How many outputs a relay board has, counted from 1.
    pub outputs: u16,
    /// The meter's own number.
    pub serial: Option<String>,
    /// What it shows now.
    pub points: Vec<PointView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_and_formats_of_the_factory_are_tried_first() {
        let tried: Vec<String> =
            speeds(&[2_400, 9_600], &["8N1", "8E1"]).iter().map(ScanSpeed::to_string).collect();
        assert_eq!(tried, ["9600 8N1", "9600 8E1", "2400 8N1", "2400 8E1"]);
    }
}
