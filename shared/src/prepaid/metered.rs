//! One meter of an account: how far it is charged, what holds its supply open.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::energy::Energy;
use crate::meter::{DisconnectReason, Exchange, Held, Limits, Point, Supply, Verdict, judge};
use crate::money::ExactCharge;
use crate::policy::{Place, Policy};
use crate::prepaid::Switch;
use crate::prepaid::{Days, Provisional};
use crate::tariff::{ChargeError, ChargeState, LineCharge, Tariff};
use crate::time::{Span, Timestamp, Zone};

/// Charges are posted at least this often; in between, credit is exact in memory and a crash loses
/// nothing, because the register is cumulative.
pub const POSTING_INTERVAL: Span = Span::from_hours(1);

#[derive(Clone, Debug)]
pub struct Metered {
    pub limits: Limits,
    /// Charged and posted up to here; `None`: waits for its first believed reading.
    posted_to: Option<Point>,
    /// Charged up to here, exactly; never behind `posted_to`.
    seen: Option<Point>,
    /// A first reading that waits for a second one to agree.
    candidate: Option<Point>,
    held: Option<Held>,
    charge: Option<ChargeState>,
    /// Energy charged since the last posting.
    unposted: Energy,
    /// Some of it was spread by time over a change of prices.
    spread: bool,
    /// The next instant after `seen` at which prices change.
    boundary: Timestamp,
    pub switch: Switch,
    /// The terms in force for its supply.
    pub policy: Arc<Policy>,
    pub place: Place,
    usage: Usage,
    /// The number of the meter that took the place of the first one.
    pub serial: Option<String>,
    pub(super) days: Days,
    pub(super) provisional: Option<Box<Provisional>>,
}

/// What a reading came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Charging starts here.
    Baseline(Point),
    /// Used since the point before; the reading ends a hold if there was one.
    Used {
        used: Energy,
        ended_hold: bool,
    },
    NoNews,
    Held(Held),
    /// A first reading; one more is needed.
    Waits,
}

/// Energy by civil day and month, for screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub today: Energy,
    pub yesterday: Energy,
    pub this_month: Energy,
    day_ends: Timestamp,
    month: i8,
}

impl Metered {
    pub fn new(limits: Limits, policy: Arc<Policy>, at: Timestamp) -> Self {
        Self {
            limits,
            posted_to: None,
            seen: None,
            candidate: None,
            held: None,
            charge: None,
            unposted: Energy::ZERO,
            spread: false,
            boundary: Timestamp::default(),
            switch: Switch::new(at),
            policy,
            place: Place::default(),
            usage: Usage::default(),
            serial: None,
            days: Days::default(),
            provisional: None,
        }
    }

    pub fn seen(&self) -> Option<Point> {
        self.seen
    }
    pub fn posted_to(&self) -> Option<Point> {
        self.posted_to
    }
    pub fn held(&self) -> Option<Held> {
        self.held
    }
    pub fn charge(&self) -> Option<&ChargeState> {
        self.charge.as_ref()
    }
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Energy charged since the last posting.
    pub fn unposted(&self) -> Energy {
        self.unposted
    }

    /// Exact charge that no posting has yet.
    pub fn owed(&self, tariff: &Tariff) -> ExactCharge {
        self.charge.as_ref().map_or(ExactCharge::ZERO, |charge| charge.owed(tariff))
    }

    /// What a reading would come to; changes nothing.
    pub fn judge(&self, new: Point) -> Taken {
        let Some(seen) = self.seen else {
            return match self.candidate.map(|candidate| judge(candidate, None, new, &self.limits)) {
                Some(Verdict::Accept(_)) => Taken::Baseline(new),
                Some(Verdict::NoNews | Verdict::Hold(_)) | None => Taken::Waits,
            };
        };
        match judge(seen, self.held, new, &self.limits) {
            Verdict::Accept(used) => Taken::Used { used, ended_hold: self.held.is_some() },
            Verdict::NoNews => Taken::NoNews,
            Verdict::Hold(kind) => Taken::Held(self.held.unwrap_or(Held { seen: new, kind })),
        }
    }

    /// Keeps a first reading until a second one agrees.
    pub fn wait_for_second(&mut self, first: Point) {
        if self.candidate.is_none_or(|candidate| candidate.at < first.at) {
            self.candidate = Some(first);
        }
    }

    /// Goes on under the same tariff with more versions.
    pub fn adopt(&mut self, tariff: &Tariff) {
        if let Some(charge) = &mut self.charge {
            charge.adopt(tariff);
        }
        if let Some(seen) = self.seen {
            self.boundary = tariff.next_boundary(seen.at);
        }
    }

    /// Would `new` end a stretch in which prices do not change?
    pub fn crosses(&self, new: Timestamp) -> bool {
        self.boundary <= new
    }

    /// Was energy that is not posted yet spread by time over a change of prices?
    pub fn spread(&self) -> bool {
        self.spread
    }

    /// Is a posting due for its age?
    pub fn posting_due(&self, now: Timestamp) -> bool {
        self.posted_to.is_some_and(|posted| now - posted.at >= POSTING_INTERVAL)
    }

    /// Charges up to `new`, in memory; returns what that came to, exactly. Where the tariff has no
    /// price for the time, nothing changes.
    pub fn charge_to(
        &mut self,
        tariff: &Tariff,
        new: Point,
        used: Energy,
    ) -> Result<ExactCharge, ChargeError> {
        let seen = self.seen.expect("only a meter with a baseline is charged");
        let before = self.owed(tariff);
        let charge = self.charge.as_mut().expect("a baseline opens the charge");
        charge.advance(tariff, seen.at, new.at, used)?;
        self.usage.add(tariff.zone(), new.at, used);
        if let Some(limit) = self.policy.daily_limit {
            self.switch.count_day(tariff.zone(), new.at, limit.reset_hour, used);
        }
        self.days.add(tariff.zone(), seen.at, new.at, used);
        self.unposted += used;
        let inside = used != Energy::ZERO && self.boundary < new.at;
        self.spread |= inside && tariff.spreads(seen.at, new.at);
        self.seen = Some(new);
        self.boundary = tariff.next_boundary(new.at);
        Ok(self.owed(tariff) - before)
    }

    /// The lines that a posting now would have; changes nothing.
    pub fn lines(&self, tariff: &Tariff) -> Vec<LineCharge> {
        self.charge.clone().map_or_else(Vec::new, |mut charge| charge.post(tariff))
    }

    /// Makes a posting so: charges what is missing up to `to` (after a restart), marks lines posted.
    pub fn settle(&mut self, tariff: &Tariff, to: Point, energy: Energy) -> ExactCharge {
        let charged = if self.seen == Some(to) {
            ExactCharge::ZERO
        } else {
            assert_eq!(self.seen, self.posted_to, "a posting ends where charging stands");
            self.charge_to(tariff, to, energy).expect("what was posted once has a price")
        };
        let charge = self.charge.as_mut().expect("a baseline opens the charge");
        charge.post(tariff);
        self.posted_to = Some(to);
        self.unposted = Energy::ZERO;
        self.spread = false;
        self.provisional = None;
        charged
    }

    /// Charging starts, or starts again, at `point`.
    pub fn start(&mut self, tariff: &Tariff, point: Point) {
        if self.charge.is_none() {
            self.charge = Some(ChargeState::open(tariff, point.at));
        }
        self.seen = Some(point);
        self.posted_to = Some(point);
        self.spread = false;
        self.candidate = None;
        self.held = None;
        self.provisional = None;
        self.boundary = tariff.next_boundary(point.at);
        self.usage.add(tariff.zone(), point.at, Energy::ZERO);
    }

    /// Another meter counts from `first` on. The position on the tariff, what holds the supply open
    /// and the usual days stay (product rule 18).
    pub fn exchange(&mut self, tariff: &Tariff, first: Point, exchange: &Exchange) {
        self.limits = exchange.limits.unwrap_or(self.limits);
        if !exchange.serial.is_empty() {
            self.serial = Some(exchange.serial.clone());
        }
        self.start(tariff, first);
        self.switch.exchanged();
    }

    /// What was charged provisionally was given back.
    pub fn release(&mut self) {
        self.provisional = None;
    }

    pub fn hold(&mut self, held: Held) {
        self.held = Some(held);
    }

    pub fn end_hold(&mut self) {
        self.held = None;
    }

    /// What the supply should be.
    pub fn wanted(&self) -> Supply {
        self.switch.wanted()
    }

    pub fn open_reasons(&self) -> &BTreeSet<DisconnectReason> {
        self.switch.open()
    }

    pub fn open_since(&self) -> Timestamp {
        self.switch.since()
    }

    pub fn protected(&self) -> bool {
        self.switch.protect().is_some()
    }
}

impl Usage {
    fn add(&mut self, zone: &Zone, at: Timestamp, energy: Energy) {
        if at >= self.day_ends {
            let next_day =
                self.day_ends > Timestamp::default() && at < zone.next_midnight(self.day_ends);
            self.yesterday = if next_day { self.today } else { Energy::ZERO };
            self.today = Energy::ZERO;
            self.day_ends = zone.next_midnight(at);
            let month = zone.date(at).month();
            if month != self.month {
                self.month = month;
                self.this_month = Energy::ZERO;
            }
        }
        self.today += energy;
        self.this_month += energy;
    }
}
