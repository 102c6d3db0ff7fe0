//! Alarms: conditions that need someone. `GET /api/v1/alarms`, `POST /api/v1/alarms/{id}/acknowledge`.

use serde::{Deserialize, Serialize};

use crate::id::{AlarmId, Book, MeterId};
use crate::time::Timestamp;

pub use crate::meter::AlarmKind;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Alarm {
    pub id: AlarmId,
    pub book: Book,
    pub meter: Option<MeterId>,
    /// The room, so that the list reads without a look-up.
    pub name: String,
    pub kind: AlarmKind,
    pub since: Timestamp,
    /// Who has seen it; the alarm stays until the condition ends.
    pub acknowledged: Option<String>,
}
