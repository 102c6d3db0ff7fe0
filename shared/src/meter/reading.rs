//! One contact with a meter: a telegram with its values, or the fault that prevented it.

use serde::{Deserialize, Serialize};

use crate::energy::{Power, Register};
use crate::meter::supply::Contact;
use crate::time::Timestamp;

/// What one contact brought, stamped when the reply arrived (not when it was asked for).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    pub at: Timestamp,
    pub outcome: Result<Telegram, CommFault>,
}

/// The values of one good poll: decoded, in range, from the right unit, ratios applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telegram {
    /// Import register in mWh, quantised to the meter's step.
    pub import: Register,
    pub live: Live,
    /// The supply contact as far as this meter can tell.
    pub contact: Contact,
}

/// Momentary values. `None`: this meter does not measure it. Never zero for unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Live {
    /// Active power, all phases.
    pub power: Option<Power>,
    /// Phase voltages in mV.
    pub voltage_mv: [Option<i32>; 3],
    /// Phase currents in mA.
    pub current_ma: [Option<i32>; 3],
    /// Power factor in thousandths, -1000 to 1000.
    pub power_factor_permille: Option<i16>,
    /// Frequency in mHz.
    pub frequency_mhz: Option<i32>,
}

/// Why a contact brought no values. Every case means: nothing is known, nothing is billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CommFault {
    /// No answer in time.
    Timeout,
    /// Bytes arrived that are no valid frame: bad checksum, wrong length, junk.
    Garbled,
    /// A valid frame that does not answer the question: other unit, function, length or echo.
    WrongReply,
    /// The meter refused with a Modbus exception code.
    Exception(u8),
    /// A value is not a number, a sentinel, or outside what the profile allows; names the point.
    Implausible(String),
    /// The line itself cannot be opened or was lost.
    LineDown,
    /// The meter is backed off after faults; it was not asked.
    BackedOff,
    /// Writing is switched off on this line.
    ReadOnly,
}

/// How far a shown value may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// From the last poll, accepted.
    Good,
    /// Two or more polls were missed since.
    Stale,
    /// Read, but held: it contradicts what was known.
    Suspect,
    /// Nothing was ever read.
    Unknown,
}
