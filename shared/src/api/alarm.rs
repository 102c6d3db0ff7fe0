//! Alarms: conditions that need someone. `GET /api/v1/alarms`, `POST /api/v1/alarms/{id}/acknowledge`.

use serde::{Deserialize, Serialize};

use crate::id::{AlarmId, Book, MeterId};
use crate::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// Two or more polls without a good answer 通信中断.
    Silent,
    /// The contact does not do what was ordered, or energy flows though it is open 拒动.
    RelayNotObeying,
    /// The register ran backwards 示数倒走.
    RegisterBackwards,
    /// The register jumped further than the meter can measure 示数突变.
    RegisterJump,
    /// Values that cannot be 数据异常.
    Implausible,
    /// The journal cannot be written: money stands still 记账停止.
    JournalHalted,
}
