//! What happens in a course: as data, for a screen in any language, and in words.

use serde::{Deserialize, Serialize};

use super::shown;
use crate::energy::Power;
use crate::event::{Event, WarningLevel};
use crate::id::NoticeId;
use crate::meter::{DisconnectReason, Supply};
use crate::money::{Currency, Money};
use crate::time::{Timestamp, Zone};

/// One thing that is done or happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum Step {
    Opened {
        credit: Money,
    },
    TimeGoesOn,
    UsedDownTo {
        credit: Money,
    },
    ReadAgain,
    Drawn {
        power: Power,
        /// Not for the first time.
        still: bool,
    },
    Paid {
        amount: Money,
    },
    Confirmed,
    Protected,
    ProtectionTakenBack,
    ProtectionEnds,
    NoticeSent {
        notice: NoticeId,
        level: WarningLevel,
    },
    NoticeArrives {
        notice: NoticeId,
    },
    NoticeOverdue {
        notice: NoticeId,
    },
    EmergencyOffered,
    EmergencyTaken,
    EmergencyBegins,
    EmergencyRepaid,
    Cut {
        reason: DisconnectReason,
    },
    Lifted {
        reason: DisconnectReason,
    },
    /// Two days on it is as it was.
    NothingEndsIt,
}

/// One step of a course, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Line {
    /// In the site's own time.
    pub time: String,
    pub what: String,
    pub credit: String,
    pub supply: String,
    /// The same as data.
    pub step: Step,
    pub wanted: Supply,
}

/// A step while courses are tried: written out only where its course breaks a promise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    pub(super) step: Step,
    pub(super) credit: Money,
    pub(super) wanted: Supply,
}

impl Moment {
    pub(super) fn line(self, zone: &Zone, currency: Currency) -> Line {
        let Self { at, step, credit, wanted } = self;
        let civil = zone.civil(at);
        let supply = match wanted {
            Supply::Connected => "on".to_owned(),
            Supply::Armed => "waits to be confirmed".to_owned(),
            Supply::Disconnected(reason) => format!("off ({reason:?})"),
        };
        Line {
            time: format!("{} {}", civil.date(), civil.time()),
            what: step.words(currency),
            credit: shown(credit, currency),
            supply,
            step,
            wanted,
        }
    }
}

impl Step {
    pub fn words(self, currency: Currency) -> String {
        let shown = |amount| shown(amount, currency);
        match self {
            Self::Opened { credit } => format!("an account with {}", shown(credit)),
            Self::TimeGoesOn => "time goes on".to_owned(),
            Self::UsedDownTo { credit } => format!("used down to {} and read", shown(credit)),
            Self::ReadAgain => "read again".to_owned(),
            Self::Drawn { power, still: false } => format!("{} W are drawn", power.watts()),
            Self::Drawn { power, still: true } => format!("{} W are drawn still", power.watts()),
            Self::Paid { amount } => format!("{} is paid", shown(amount)),
            Self::Confirmed => "the customer confirms".to_owned(),
            Self::Protected => "protected for 30 minutes".to_owned(),
            Self::ProtectionTakenBack => "protection taken back".to_owned(),
            Self::ProtectionEnds => "the protection ends".to_owned(),
            Self::NoticeSent { notice, level } => {
                let why = match level {
                    WarningLevel::First => "credit is low",
                    WarningLevel::Last => "the last warning",
                    WarningLevel::Cut => "supply will be cut",
                };
                format!("notice {notice} goes out: {why}")
            }
            Self::NoticeArrives { notice } => format!("notice {notice} arrives"),
            Self::NoticeOverdue { notice } => format!("notice {notice} was not delivered in time"),
            Self::EmergencyOffered => "emergency credit is offered".to_owned(),
            Self::EmergencyTaken => "emergency credit is taken".to_owned(),
            Self::EmergencyBegins => "emergency credit begins".to_owned(),
            Self::EmergencyRepaid => "emergency credit is repaid".to_owned(),
            Self::Cut { reason } => format!("CUT ({reason:?})"),
            Self::Lifted { reason } => format!("no longer held open by {reason:?}"),
            Self::NothingEndsIt => "two days on, nothing has ended it".to_owned(),
        }
    }

    /// What an event is in a course; of most nothing is told.
    pub(super) fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::LowCredit { level, notice, .. } => {
                Self::NoticeSent { notice: *notice, level: *level }
            }
            Event::Cut { reason, .. } => Self::Cut { reason: *reason },
            Event::Lifted { reason, .. } => Self::Lifted { reason: *reason },
            Event::Unprotected { .. } => Self::ProtectionEnds,
            Event::CutUndelivered { notice, .. } => Self::NoticeOverdue { notice: *notice },
            Event::EmergencyOffered { .. } => Self::EmergencyOffered,
            Event::EmergencyBegun { .. } => Self::EmergencyBegins,
            Event::EmergencyRepaid { .. } => Self::EmergencyRepaid,
            Event::TariffPublished { .. }
            | Event::AccountOpened { .. }
            | Event::MeterBound { .. }
            | Event::Baseline { .. }
            | Event::Settled(_)
            | Event::Sold(_)
            | Event::Reversed(_)
            | Event::Refunded(_)
            | Event::ArrearsAdded(_)
            | Event::Counter(_)
            | Event::ArrearsDue(_)
            | Event::ArrearsCancelled(_)
            | Event::Adjusted(_)
            | Event::Exchanged { .. }
            | Event::ExceptionNoted { .. }
            | Event::ProvisionalCharged(_)
            | Event::ProvisionalReleased { .. }
            | Event::SupplyProven { .. }
            | Event::ReadingHeld { .. }
            | Event::HoldEnded { .. }
            | Event::AlarmRaised { .. }
            | Event::AlarmAcknowledged { .. }
            | Event::AlarmCleared { .. }
            | Event::Acted { .. }
            | Event::PolicyPublished { .. }
            | Event::MeterPlaced { .. }
            | Event::NoticeDelivered { .. }
            | Event::Payment(_)
            | Event::Rearmed { .. }
            | Event::EmergencyRearmed { .. }
            | Event::Protected { .. }
            | Event::Paused { .. }
            | Event::CutHeld { .. }
            | Event::HeldCutEnded { .. }
            | Event::RequestMade { .. }
            | Event::RequestDecided { .. }
            | Event::CutsReleased { .. }
            | Event::Resumed { .. }
            | Event::RestoreConfirmed { .. } => return None,
        })
    }
}
