//! Lines as an engineer sees them: how each unit does, and what went over the wire.
//! `GET /api/v1/lines`, `/lines/{line}`, `/lines/{line}/trace`; `POST /lines/{line}/raw`.

use serde::{Deserialize, Serialize};

use crate::id::{LineId, MeterId};
use crate::meter::CommFault;
use crate::time::Timestamp;

/// A line and how it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineView {
    pub id: LineId,
    pub name: String,
    /// Such as `tcp:10.0.0.7:502` or `rtu:/dev/ttyUSB0:9600`.
    pub address: String,
    pub is_open: bool,
    pub read_only: bool,
    /// Jobs that wait.
    pub waiting: usize,
    pub units: Vec<UnitView>,
    /// The last frames, oldest first; left out in the list of lines.
    pub frames: Vec<FrameView>,
}

/// How a unit address has done since the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnitView {
    pub unit: u8,
    /// Profiles of the devices at this address.
    pub model: String,
    pub meter: Option<MeterId>,
    pub requests: u64,
    pub good: u64,
    pub timeouts: u64,
    /// Bytes that were no frame: bad checksum, wrong length, junk.
    pub garbled: u64,
    /// Frames that answered another question.
    pub wrong: u64,
    pub exceptions: u64,
    pub line_down: u64,
    /// Polls whose values were refused.
    pub implausible: u64,
    /// Time from request to answer, of the last few hundred.
    pub p50_us: Option<u32>,
    pub p99_us: Option<u32>,
    /// Silent so often that it is asked only now and then.
    pub backed_off: bool,
    pub last_fault: Option<CommFault>,
    /// The last value of each point.
    pub points: Vec<PointView>,
}

/// A value as the meter gave it, before transformer ratios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PointView {
    pub name: String,
    pub millionths: i64,
    pub unit: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FrameView {
    pub at: Timestamp,
    pub direction: Direction,
    /// The address inside the frame, if it is long enough to have one.
    pub unit: Option<u8>,
    /// The bytes in hex.
    pub bytes: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Sent,
    Received,
    /// Came when nothing was asked, and was thrown away.
    Discarded,
}

impl UnitView {
    /// Good answers in a thousand requests.
    pub fn success_permille(&self) -> Option<u64> {
        (self.good * 1_000).checked_div(self.requests)
    }
}

impl PointView {
    /// The value to read, without trailing zeros. A 32-bit float has some seven digits: what it adds
    /// to a voltage behind the tenth is noise. Energy is shown as it is counted.
    pub fn value(&self) -> String {
        let places = match self.unit.as_str() {
            "V" => 1,
            "Hz" => 2,
            "A" => 3,
            _ => 6,
        };
        let value = rust_decimal::Decimal::new(self.millionths, 6);
        value.round_dp(places).normalize().to_string()
    }
}

/// A function of the vendor's own, byte by byte; the answer has the same form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RawOrder {
    pub unit: u8,
    /// Function code and data in hex, without address and checksum.
    pub bytes: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RawAnswer {
    /// Function code and data in hex; none if nothing usable came.
    pub bytes: Option<String>,
    pub fault: Option<CommFault>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_without_trailing_zeros() {
        let at = Timestamp::from_millis(0);
        let value = |millionths, unit: &str| {
            PointView { name: String::new(), millionths, unit: unit.to_owned(), at }.value()
        };
        for (millionths, unit, shown) in [
            (230_100_000, "kWh", "230.1"),
            (-500, "kWh", "-0.0005"),
            (0, "kWh", "0"),
            (223_623_993, "V", "223.6"),
            (49_999_001, "Hz", "50"),
            (4_321_499, "A", "4.321"),
        ] {
            assert_eq!(value(millionths, unit), shown);
        }
    }
}
