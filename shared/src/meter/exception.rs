//! Exceptions: what somebody has to look at, and to close with a note.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionKind {
    /// A reading that is held waits for a judgement.
    Held,
    /// Nothing was read for a day or more; what was charged is an estimate.
    Missing,
    /// Supply was cut though its warning was not delivered in time.
    Undelivered,
}
