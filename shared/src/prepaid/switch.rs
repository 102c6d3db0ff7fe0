//! One meter's supply: what holds it open, what keeps it from opening, and when either ends.

use std::collections::{BTreeMap, BTreeSet};

use crate::energy::{Energy, Power};
use crate::meter::{DisconnectReason, Supply};
use crate::policy::{REST, day_around};
use crate::time::{Timestamp, Zone};

/// Overload cuts that are remembered: as many as a policy may allow a day.
const TRIPS: usize = 256;

#[derive(Clone, Debug)]
pub struct Switch {
    open: BTreeSet<DisconnectReason>,
    /// Reasons that end by themselves, and when.
    ends: BTreeMap<DisconnectReason, Timestamp>,
    since: Timestamp,
    protect: Option<Protect>,
    /// Nothing holds it open; the customer has still to confirm.
    awaits: bool,
    /// Wanted and observed agree since the last change.
    proven: bool,
    /// The last automatic operation.
    moved: Option<Timestamp>,
    trips: Vec<Timestamp>,
    over: Option<Over>,
    /// Opens once, as soon as it may.
    pub courtesy_due: bool,
    held: Option<Held>,
    pub day: DayUse,
}

/// Never to be cut at present 保电.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protect {
    pub until: Option<Timestamp>,
    pub reason: String,
}

/// A cut that was due and is held, because too many were opened at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub reason: DisconnectReason,
    pub note: String,
    pub since: Timestamp,
    /// Two persons let it go ahead, from then on.
    pub released: Option<Timestamp>,
}

/// Power stands above this limit since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Over {
    limit: Power,
    since: Timestamp,
    /// The last look that found it so.
    seen: Timestamp,
}

/// Energy since the last reset hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayUse {
    pub used: Energy,
    pub resets: Timestamp,
}

impl Switch {
    pub fn new(at: Timestamp) -> Self {
        Self {
            open: BTreeSet::new(),
            ends: BTreeMap::new(),
            since: at,
            protect: None,
            awaits: false,
            proven: true,
            moved: None,
            trips: Vec::new(),
            over: None,
            courtesy_due: false,
            held: None,
            day: DayUse::default(),
        }
    }

    /// What the supply should be: open where a reason stands and it is not protected.
    pub fn wanted(&self) -> Supply {
        match self.open.first() {
            Some(reason) if self.protect.is_none() => Supply::Disconnected(*reason),
            Some(_) | None if self.awaits => Supply::Armed,
            Some(_) | None => Supply::Connected,
        }
    }

    pub fn open(&self) -> &BTreeSet<DisconnectReason> {
        &self.open
    }

    pub fn since(&self) -> Timestamp {
        self.since
    }

    pub fn protect(&self) -> Option<&Protect> {
        self.protect.as_ref()
    }

    pub fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    /// From when on a rule may open the supply, as far as held cuts go; `None`: not before two
    /// persons release it. One that is open already may be held open by more reasons.
    pub fn opens_from(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.held {
            Some(held) if self.wanted().is_on() => held.released.map(|from| from.max(now)),
            Some(_) | None => Some(now),
        }
    }

    pub fn may_open(&self, now: Timestamp) -> bool {
        self.opens_from(now) == Some(now)
    }

    pub fn hold_cut(&mut self, at: Timestamp, reason: DisconnectReason, note: &str) {
        self.held = Some(Held { reason, note: note.to_owned(), since: at, released: None });
        self.over = None;
    }

    pub fn release_cut(&mut self, from: Timestamp) {
        if let Some(held) = &mut self.held {
            held.released = Some(from);
        }
    }

    pub fn end_held_cut(&mut self) {
        self.held = None;
    }

    pub fn proven(&self) -> bool {
        self.proven
    }

    pub fn prove(&mut self) {
        self.proven = true;
    }

    /// Another switch is there now: what is wanted stays, and has to be proven again.
    pub fn exchanged(&mut self) {
        self.proven = false;
    }

    /// Waits for the customer's confirmation.
    pub fn awaits(&self) -> bool {
        self.wanted() == Supply::Armed
    }

    /// When an automatic operation may follow the last one.
    pub fn rested(&self) -> Option<Timestamp> {
        self.moved.map(|moved| moved + REST)
    }

    /// Power is above this limit: since when. Where the limit has changed since the last look, be it
    /// there and back, its delay begins anew.
    pub fn over(
        &mut self,
        limit: Power,
        at: Timestamp,
        changed: impl FnOnce(Timestamp) -> bool,
    ) -> Timestamp {
        let stands = |over: &Over| over.limit == limit && !changed(over.seen);
        let since = self.over.filter(stands).map_or(at, |over| over.since);
        self.over = Some(Over { limit, since, seen: at });
        since
    }

    /// Power is above no limit.
    pub fn not_over(&mut self) {
        self.over = None;
    }

    /// Overload cuts since then.
    pub fn trips_since(&self, since: Timestamp) -> usize {
        self.trips.iter().filter(|at| **at >= since).count()
    }

    /// The reason that ends next, and when; not before the switch has rested.
    pub fn next_end(&self) -> Option<(Timestamp, DisconnectReason)> {
        let rested = self.rested();
        self.ends.iter().map(|(reason, end)| (rested.map_or(*end, |r| r.max(*end)), *reason)).min()
    }

    pub fn cut(&mut self, at: Timestamp, reason: DisconnectReason, until: Option<Timestamp>) {
        self.change(at, |switch| {
            switch.open.insert(reason);
            switch.ends.remove(&reason);
            switch.ends.extend(until.map(|until| (reason, until)));
            switch.awaits = false;
        });
        // What staff ordered is still to be done when a rule opened it first.
        let ordered =
            self.held.as_ref().is_some_and(|held| held.reason == DisconnectReason::Operator);
        if !ordered || reason == DisconnectReason::Operator {
            self.held = None;
        }
        self.moves(at, reason);
        match reason {
            DisconnectReason::Overload => {
                self.over = None;
                self.trips.push(at);
                if self.trips.len() > TRIPS {
                    self.trips.remove(0);
                }
            }
            DisconnectReason::NoCredit | DisconnectReason::Courtesy => self.courtesy_due = false,
            DisconnectReason::Operator
            | DisconnectReason::Tamper
            | DisconnectReason::DailyLimit
            | DisconnectReason::Schedule
            | DisconnectReason::Staggered => {}
        }
    }

    pub fn lift(&mut self, at: Timestamp, reason: DisconnectReason, confirm: bool) {
        self.change(at, |switch| {
            switch.open.remove(&reason);
            switch.ends.remove(&reason);
            switch.awaits |= confirm && switch.open.is_empty();
        });
        self.moves(at, reason);
    }

    pub fn protect_by(&mut self, at: Timestamp, protect: Protect, confirm: bool) {
        self.change(at, |switch| {
            switch.awaits |= confirm && !switch.open.is_empty();
            switch.protect = Some(protect);
            switch.over = None;
            switch.courtesy_due = false;
        });
    }

    pub fn unprotect(&mut self, at: Timestamp) {
        self.change(at, |switch| switch.protect = None);
        self.held = None;
    }

    pub fn confirm(&mut self, at: Timestamp) {
        self.change(at, |switch| switch.awaits = false);
    }

    /// Counts energy of the day that begins at `hour`.
    pub fn count_day(&mut self, zone: &Zone, at: Timestamp, hour: i8, used: Energy) {
        if at >= self.day.resets {
            self.day = DayUse { used: Energy::ZERO, resets: day_around(zone, at, hour).1 };
        }
        self.day.used += used;
    }

    fn moves(&mut self, at: Timestamp, reason: DisconnectReason) {
        if reason.is_automatic() && self.since == at && !self.proven {
            self.moved = Some(at);
        }
    }

    fn change(&mut self, at: Timestamp, change: impl FnOnce(&mut Self)) {
        let before = self.wanted();
        change(self);
        let same = match (before, self.wanted()) {
            (Supply::Disconnected(_), Supply::Disconnected(_))
            | (Supply::Armed, Supply::Armed)
            | (Supply::Connected, Supply::Connected) => true,
            (Supply::Disconnected(_) | Supply::Armed | Supply::Connected, _) => false,
        };
        if !same {
            self.since = at;
            self.proven = false;
        }
    }
}
