//! Receipts on paper: `GET /api/v1/receipts/{book}/{no}/printing` and `GET /api/v1/printing`.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What became of a receipt on its way to the counter's printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PrintState {
    /// The site has no printer; the browser prints.
    NoPrinter,
    /// Sold before there was a printer.
    NeverAsked,
    Waiting {
        /// Copies before this one, and what the printer lacks where it lacks something.
        ahead: u32,
        why: Option<Hindrance>,
    },
    Printing,
    Printed {
        at: Timestamp,
    },
}

/// A receipt's last paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Printing {
    #[serde(flatten)]
    pub state: PrintState,
    /// 0: the original.
    pub copy: u32,
    /// It was begun before and may have been cut off, so that it says REPEATED.
    pub repeated: bool,
}

/// The counter's printer and what waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PrinterState {
    pub present: bool,
    pub waiting: u32,
    pub why: Option<Hindrance>,
}

/// Why a printer does not print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Hindrance {
    /// Nothing answers at its address.
    Off,
    /// It takes the connection and does not say how it is.
    Silent,
    NoPaper,
    CoverOpen,
    /// Cutter, head or supply: the printer itself asks for help.
    Fault,
    /// It went away in the middle of a receipt.
    BrokenOff,
}
