//! What a policy promises, judged by what happened and not by how the core decided it.

use std::fmt;

use crate::event::Event;
use crate::meter::DisconnectReason;
use crate::policy::Policy;
use crate::time::{Span, Timestamp, Zone};

/// A warning before a cut at the end of no-cut hours comes at least so early (product rule 6).
const AHEAD: Span = Span::from_mins(30);
/// Nobody with enough credit is left without supply for longer.
const MOST_DARK: Span = Span::from_mins(15);

/// Which promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    CutInNoCutHours(DisconnectReason),
    NoWarning,
    WarningTooLate,
    NotDelivered,
    DarkWithCredit(DisconnectReason),
    NoWayBack,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutInNoCutHours(reason) => {
                write!(f, "supply is cut in no-cut hours ({reason:?})")
            }
            Self::NoWarning => {
                f.write_str("supply is cut and nobody was warned since the last payment")
            }
            Self::WarningTooLate => f.write_str(
                "supply is cut after no-cut hours without a warning at least 30 minutes before",
            ),
            Self::NotDelivered => f.write_str(
                "supply is cut though the warning was neither delivered nor waited for long enough",
            ),
            Self::DarkWithCredit(reason) => write!(
                f,
                "somebody is left without supply though credit stands at or above restore_minimum ({reason:?})"
            ),
            Self::NoWayBack => {
                f.write_str("supply is cut, and nothing that may be paid brings it back")
            }
        }
    }
}

/// What the customer was told since the last payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// When each notice went out, and whether it arrived.
    pub(super) notices: Vec<(u32, Timestamp, bool)>,
    pub(super) last: Vec<u32>,
    /// Without supply though there is credit, since then.
    pub(super) dark: Option<Timestamp>,
}

impl Told {
    /// Looks at one event.
    pub(super) fn see(
        &mut self,
        at: Timestamp,
        event: &Event,
        promised: &Policy,
        zone: &Zone,
    ) -> Result<(), Broken> {
        if let Event::LowCredit { notice, level, .. } = event {
            self.notices.push((notice.0, at, false));
            if *level != crate::event::WarningLevel::First {
                self.last.push(notice.0);
            }
        } else if let Event::Sold(_) = event {
            (self.notices, self.last) = (Vec::new(), Vec::new());
        } else if let Event::NoticeDelivered { notice, .. } = event {
            for known in self.notices.iter_mut().filter(|known| known.0 == notice.0) {
                known.2 = true;
            }
        } else if let Event::Cut { reason, .. } = event {
            return self.cut(at, *reason, promised, zone);
        }
        Ok(())
    }

    fn cut(
        &self,
        at: Timestamp,
        reason: DisconnectReason,
        promised: &Policy,
        zone: &Zone,
    ) -> Result<(), Broken> {
        let quiet = |at| promised.no_cut_until(zone, at).is_some();
        match reason {
            DisconnectReason::NoCredit => {}
            DisconnectReason::Courtesy | DisconnectReason::DailyLimit => {
                return if quiet(at) { Err(Broken::CutInNoCutHours(reason)) } else { Ok(()) };
            }
            DisconnectReason::Operator
            | DisconnectReason::Tamper
            | DisconnectReason::Overload
            | DisconnectReason::Schedule
            | DisconnectReason::Staggered => return Ok(()),
        }
        if quiet(at) {
            return Err(Broken::CutInNoCutHours(reason));
        }
        if self.notices.is_empty() {
            return Err(Broken::NoWarning);
        }
        let early = self.notices.iter().any(|(_, sent, _)| *sent + AHEAD <= at);
        if quiet(at - AHEAD) && !early {
            return Err(Broken::WarningTooLate);
        }
        let Some(most) = promised.after_delivery else { return Ok(()) };
        let last = self.notices.iter().filter(|(id, _, _)| self.last.contains(id));
        let arrived = last.clone().any(|(_, _, arrived)| *arrived);
        let waited = last.map(|(_, sent, _)| *sent).min().is_some_and(|sent| sent + most <= at);
        if arrived || waited { Ok(()) } else { Err(Broken::NotDelivered) }
    }

    /// Looks at where things stand; `reason` holds the supply open though there is enough credit.
    pub(super) fn stand(
        &mut self,
        at: Timestamp,
        reason: Option<DisconnectReason>,
    ) -> Result<(), Broken> {
        let Some(reason) = reason else {
            self.dark = None;
            return Ok(());
        };
        let since = *self.dark.get_or_insert(at);
        if at - since > MOST_DARK { Err(Broken::DarkWithCredit(reason)) } else { Ok(()) }
    }
}
