//! What a policy promises, judged by what happened and not by how the core decided it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Power};
use crate::event::Event;
use crate::meter::DisconnectReason;
use crate::policy::{Policy, day_around};
use crate::time::{Span, Timestamp, Zone};

/// A warning before a cut at the end of no-cut hours comes at least so early (product rule 6).
const AHEAD: Span = Span::from_mins(30);
/// Nobody with enough credit is left without supply for longer.
const MOST_DARK: Span = Span::from_mins(15);

/// Whoever may draw no more than this has no supply at all.
const NOTHING: Power = Power::from_watts(10);
const NO_ENERGY: Energy = Energy::from_wh(10);

/// Which promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "promise", content = "reason")]
pub enum Broken {
    CutInNoCutHours(DisconnectReason),
    NoWarning,
    WarningTooLate,
    NotDelivered,
    DarkWithCredit(DisconnectReason),
    NoWayBack,
    /// A limit acts though it is not exceeded, or not for as long as was said.
    BySurprise(DisconnectReason),
    /// A limit of (nearly) nothing: whoever has credit has no supply.
    NothingMayBeUsed(DisconnectReason),
    /// A limit holds the supply open, with credit, until somebody of the staff acts.
    UntilStaff(DisconnectReason),
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
            Self::BySurprise(reason) => write!(
                f,
                "supply is cut by a limit that was not exceeded for as long as was said ({reason:?})"
            ),
            Self::NothingMayBeUsed(reason) => write!(
                f,
                "somebody with credit is left without supply whatever little is used ({reason:?})"
            ),
            Self::UntilStaff(reason) => write!(
                f,
                "somebody is left without supply though there is credit, until staff act ({reason:?}); \
                 where that is meant for a load limit, say accept_until_operator = true"
            ),
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
    /// What is drawn, since then.
    pub(super) drawn: Option<(Power, Timestamp)>,
    /// Energy since the last reset hour before the last reading.
    used: Energy,
    read: Option<Timestamp>,
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
            DisconnectReason::Courtesy => {
                return if quiet(at) { Err(Broken::CutInNoCutHours(reason)) } else { Ok(()) };
            }
            DisconnectReason::DailyLimit if quiet(at) => {
                return Err(Broken::CutInNoCutHours(reason));
            }
            DisconnectReason::DailyLimit => return self.rationed(promised),
            DisconnectReason::Overload => return self.overloaded(at, promised, zone),
            DisconnectReason::Operator
            | DisconnectReason::Tamper
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

    /// Counts energy that was read, as the customer would.
    pub(super) fn uses(&mut self, at: Timestamp, used: Energy, promised: &Policy, zone: &Zone) {
        let Some(limit) = promised.daily_limit else { return };
        let begun = day_around(zone, at, limit.reset_hour).0;
        if self.read.is_none_or(|read| read < begun) {
            self.used = Energy::ZERO;
        }
        self.read = Some(at);
        self.used += used;
    }

    fn rationed(&self, promised: &Policy) -> Result<(), Broken> {
        let reason = DisconnectReason::DailyLimit;
        match promised.daily_limit.map(|limit| limit.energy) {
            Some(energy) if energy <= NO_ENERGY => Err(Broken::NothingMayBeUsed(reason)),
            Some(energy) if self.used >= energy => Ok(()),
            Some(_) | None => Err(Broken::BySurprise(reason)),
        }
    }

    fn overloaded(&self, at: Timestamp, promised: &Policy, zone: &Zone) -> Result<(), Broken> {
        let reason = DisconnectReason::Overload;
        let surprise = Err(Broken::BySurprise(reason));
        let Some(terms) = &promised.load_limit else { return surprise };
        if terms.not_in_no_cut_hours && promised.no_cut_until(zone, at).is_some() {
            return Err(Broken::CutInNoCutHours(reason));
        }
        let begun = at - terms.delay;
        match promised.power_limit(zone, at).zip(self.drawn) {
            Some((_, (power, _))) if power <= NOTHING => Err(Broken::NothingMayBeUsed(reason)),
            Some((limit, (power, since)))
                if power > limit
                    && since <= begun
                    && !promised.power_limit_changes(zone, begun, at) =>
            {
                Ok(())
            }
            Some(_) | None => surprise,
        }
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
