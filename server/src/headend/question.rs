//! A single request to a unit of a line, outside the polls: a scan, or a function of a vendor.

use shared::meter::profile::Table;
use shared::meter::profile::file::Timing;

use super::config::{SerialFormat, UnitAddress};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub unit: UnitAddress,
    pub what: Asked,
    pub timing: Timing,
    /// Asked at another speed than the line's own; the line speaks at its own again before its next
    /// job.
    pub pitch: Option<Pitch>,
}

/// How fast a serial line speaks, and in which format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pitch {
    pub baud: u32,
    pub format: SerialFormat,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// So many registers or bits of a table.
    Read { table: Table, at: u16, count: u16 },
    /// Function code and data as they are; the library knows only the standard functions.
    Raw(Vec<u8>),
}

impl Asked {
    /// Whether nothing changes in the device, as far as the standard says.
    pub(super) fn only_reads(&self) -> bool {
        match self {
            Self::Read { .. } => true,
            Self::Raw(pdu) => matches!(pdu.first(), Some(1..=4 | 7 | 11 | 12 | 17 | 20 | 24 | 43)),
        }
    }

    /// The standard's writes go through switch commands, where they are counted, proven and kept.
    pub fn is_standard_write(&self) -> bool {
        match self {
            Self::Read { .. } => false,
            Self::Raw(pdu) => matches!(pdu.first(), None | Some(0 | 5 | 6 | 15 | 16 | 21..=23)),
        }
    }
}

/// How long a device may take of which nothing is known yet.
pub fn unknown_timing() -> Timing {
    Timing {
        baud: Vec::new(),
        format: "8N1".to_owned(),
        max_registers: 125,
        max_gap: 0,
        turnaround_ms: 200,
        switch_ms: 20,
    }
}
