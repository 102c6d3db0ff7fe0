//! Alarm kinds: conditions of a meter that need someone.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// The tariff has no price for the time of a reading; nothing is charged until it has 无电价.
    NoPrice,
    /// The journal cannot be written: money stands still 记账停止.
    JournalHalted,
    /// An invariant was found broken: see the board 不变量被破坏.
    InvariantBroken,
    /// The last scheduled backup failed or did not prove 备份失败.
    BackupFailed,
    /// The wall clock jumped by more than ten minutes; readings were taken up anew 时钟跳变.
    ClockJumped,
    /// Too many supplies would be opened at once: cuts are held until two persons release them 批量拉闸保护.
    MassCut,
    /// Less than a tenth of the data folder's disk is free 磁盘将满.
    DiskLow,
}
