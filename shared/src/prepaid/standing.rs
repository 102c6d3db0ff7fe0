//! Where an account stands with its warnings and its emergency credit.

use crate::event::WarningLevel;
use crate::id::NoticeId;
use crate::money::Money;
use crate::time::Timestamp;

#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Notices since credit last stood above their level.
    pub first: Option<Notice>,
    pub last: Option<Notice>,
    /// Supply will be cut at a stated time.
    pub cut: Option<Notice>,
    /// A cut goes ahead though its warning was not delivered.
    pub undelivered: bool,
    pub emergency: EmergencyState,
    /// Nobody is warned or cut for lack of credit.
    pub paused: bool,
    notices: NoticeId,
}

/// A notice on its way to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub sent: Timestamp,
    pub delivered: bool,
    /// Not before this will supply be cut.
    pub cut_from: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EmergencyState {
    /// The next crossing offers it.
    #[default]
    Ready,
    Offered,
    InUse {
        limit: Money,
    },
    /// Repaid; credit has not stood above the level of the offer since.
    Repaid,
}

impl Standing {
    pub fn next_notice(&self) -> NoticeId {
        NoticeId(self.notices.0 + 1)
    }

    pub fn warn(
        &mut self,
        level: WarningLevel,
        id: NoticeId,
        at: Timestamp,
        from: Option<Timestamp>,
    ) {
        let notice = Notice { id, sent: at, delivered: false, cut_from: from };
        self.notices = self.notices.max(id);
        match level {
            WarningLevel::First => self.first = Some(notice),
            WarningLevel::Last => {
                self.last = Some(notice);
                // It says all that the first one would.
                self.first = self.first.or(Some(notice));
            }
            WarningLevel::Cut => self.cut = Some(notice),
        }
    }

    /// A top-up arms all warnings again.
    pub fn rearm_all(&mut self) {
        (self.first, self.last, self.cut, self.undelivered) = (None, None, None, false);
    }

    pub fn rearm(&mut self, level: WarningLevel) {
        match level {
            WarningLevel::First => self.rearm_all(),
            WarningLevel::Last => {
                (self.last, self.cut, self.undelivered) = (None, None, false);
            }
            WarningLevel::Cut => (self.cut, self.undelivered) = (None, false),
        }
    }

    /// The notice of that number, if it still matters.
    pub fn notice(&self, id: NoticeId) -> Option<Notice> {
        [self.first, self.last, self.cut].into_iter().flatten().find(|notice| notice.id == id)
    }

    pub fn deliver(&mut self, id: NoticeId) {
        for notice in [&mut self.first, &mut self.last, &mut self.cut].into_iter().flatten() {
            notice.delivered |= notice.id == id;
        }
    }

    /// How far emergency credit reaches below zero.
    pub fn lent(&self) -> Money {
        match self.emergency {
            EmergencyState::InUse { limit } => limit,
            EmergencyState::Ready | EmergencyState::Offered | EmergencyState::Repaid => Money::ZERO,
        }
    }
}
