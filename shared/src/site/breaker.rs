//! The mass-disconnect breaker: what would open too many supplies in a short time is held, whatever
//! asks for it, until two persons let it go ahead or its cause is gone. Restores are never held.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Event;
use crate::id::{AccountId, Book, MeterId, StaffId};
use crate::meter::{AlarmKind, DisconnectReason};
use crate::money::Money;
use crate::policy::MassCut;
use crate::prepaid::Metered;
use crate::site::decide::Now;
use crate::site::supply::{self, spread};
use crate::site::tick::Stamp;
use crate::site::{Refusal, Site};
use crate::time::Timestamp;

/// So many orders by one person, without a second one, are no mass order yet.
pub const MOST_BY_ONE: usize = 3;
/// A list of an order is no longer than this.
pub const MOST_ORDERED: usize = 10_000;

/// What was opened lately and what is held, by book.
#[derive(Clone, Debug, Default)]
pub(super) struct Breaker {
    pub(super) figures: MassCut,
    books: BTreeMap<Book, Lately>,
}

#[derive(Clone, Debug, Default)]
struct Lately {
    meters: usize,
    /// When each supply was opened last without two persons' release.
    opened: BTreeMap<MeterId, Timestamp>,
    held: BTreeSet<MeterId>,
}

/// A cut that was due and is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCut {
    pub book: Book,
    pub account: AccountId,
    pub meter: MeterId,
    pub reason: DisconnectReason,
    pub note: String,
    pub since: Timestamp,
    /// Two persons let it go ahead, from then on.
    pub released: Option<Timestamp>,
    pub credit: Money,
}

/// Where the breaker of a book stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MassCutState {
    pub book: Book,
    pub meters: usize,
    /// Opened within the time, and how many may be.
    pub opened: usize,
    pub most: usize,
    pub minutes: u16,
    /// Something is held; until that has ended everything more is held too.
    pub tripped: bool,
}

impl Breaker {
    pub(super) fn joined(&mut self, book: Book) {
        self.books.entry(book).or_default().meters += 1;
    }

    pub(super) fn opened(&mut self, book: Book, meter: MeterId, at: Timestamp) {
        let within = self.figures.within();
        let lately = self.books.entry(book).or_default();
        lately.opened.retain(|_, opened| *opened + within > at);
        lately.opened.insert(meter, at);
    }

    pub(super) fn held(&mut self, book: Book, meter: MeterId, held: bool) {
        let lately = self.books.entry(book).or_default();
        if held {
            lately.held.insert(meter)
        } else {
            lately.held.remove(&meter)
        };
    }

    fn is_tripped(&self, book: Book) -> bool {
        self.books.get(&book).is_some_and(|lately| !lately.held.is_empty())
    }

    /// How many were opened within the time before `at`, and how many may be.
    fn count(&self, book: Book, at: Timestamp) -> (usize, usize) {
        let within = self.figures.within();
        let Some(lately) = self.books.get(&book) else { return (0, self.figures.most(0)) };
        let opened = lately.opened.values().filter(|opened| **opened + within > at).count();
        (opened, self.figures.most(lately.meters))
    }

    /// Would opening this one be one too many?
    fn holds(&self, book: Book, meter: MeterId, at: Timestamp) -> bool {
        let (opened, most) = self.count(book, at);
        let within = self.figures.within();
        let lately = self.books.get(&book).and_then(|lately| lately.opened.get(&meter));
        let again = lately.is_some_and(|opened| *opened + within > at);
        self.is_tripped(book) || (!again && opened >= most)
    }

    fn meters(&self, book: Book) -> usize {
        self.books.get(&book).map_or(0, |lately| lately.meters)
    }
}

impl Site {
    /// With other figures of the mass-disconnect breaker.
    #[must_use]
    pub fn with_mass_cut(mut self, figures: MassCut) -> Self {
        self.breaker.figures = figures;
        self
    }

    /// Every held cut, and those that were released and still wait their turn.
    pub fn held_cuts(&self) -> Vec<HeldCut> {
        let of = |account: &crate::prepaid::Account| {
            let (book, id, credit) = (account.book, account.id, account.credit());
            let held = account.meters.iter().filter_map(move |(meter, metered)| {
                let held = metered.switch.held()?;
                Some(HeldCut {
                    book,
                    account: id,
                    meter: *meter,
                    reason: held.reason,
                    note: held.note.clone(),
                    since: held.since,
                    released: held.released,
                    credit,
                })
            });
            held.collect::<Vec<_>>()
        };
        self.accounts.values().flat_map(of).collect()
    }

    pub fn mass_cut(&self, book: Book, now: Timestamp) -> MassCutState {
        let (opened, most) = self.breaker.count(book, now);
        let (meters, tripped) = (self.breaker.meters(book), self.breaker.is_tripped(book));
        let minutes = self.breaker.figures.minutes;
        MassCutState { book, meters, opened, most, minutes, tripped }
    }

    /// Keeps an event, or holds it where it would open one supply too many.
    pub(super) fn keep_or_hold(&mut self, stamp: Stamp, event: Event, events: &mut Vec<Event>) {
        let opens = self.opens(&event).filter(|(_, meter, _, _)| {
            let released = self.metered(*meter).is_some_and(|metered| let_go(metered, stamp.at));
            !released && self.breaker.holds(stamp.book, *meter, stamp.at)
        });
        match opens {
            Some((account, meter, reason, note)) => {
                let held = Event::CutHeld { account, meter, reason, note };
                self.make(stamp, held, events);
            }
            None => self.make(stamp, event, events),
        }
        self.tell_breaker(stamp, events);
    }

    /// The alarm stands as long as anything is held.
    pub(super) fn tell_breaker(&mut self, stamp: Stamp, events: &mut Vec<Event>) {
        let open = self.alarms.of_book(stamp.book, AlarmKind::MassCut);
        match (open, self.breaker.is_tripped(stamp.book)) {
            (None, true) => {
                let alarm = self.alarms.next();
                let raised = Event::AlarmRaised { alarm, meter: None, kind: AlarmKind::MassCut };
                self.make(stamp, raised, events);
            }
            (Some(alarm), false) => self.make(stamp, Event::AlarmCleared { alarm }, events),
            (None, false) | (Some(_), true) => {}
        }
    }

    /// Whose supply an event would open, and why.
    fn opens(&self, event: &Event) -> Option<(AccountId, MeterId, DisconnectReason, String)> {
        if let Event::Cut { account, meter, reason, note, until: _, grounds: _ } = event {
            let metered = self.metered(*meter)?;
            let opens = metered.wanted().is_on() && !metered.protected();
            return opens.then(|| (*account, *meter, *reason, note.clone()));
        }
        if let Event::Unprotected { account, meter, reason } = event {
            let open = *self.metered(*meter)?.open_reasons().first()?;
            return Some((*account, *meter, open, reason.clone()));
        }
        None
    }

    /// Would an order of staff for this meter open one supply too many?
    pub(super) fn refuses_cut(&self, book: Book, meter: MeterId, at: Timestamp) -> Option<Refusal> {
        let on = self.metered(meter).is_some_and(|metered| metered.wanted().is_on());
        (on && self.breaker.holds(book, meter, at)).then(|| self.too_many(book))
    }

    pub(super) fn is_too_many(&self, book: Book, meter: MeterId, at: Timestamp) -> bool {
        self.breaker.holds(book, meter, at)
    }

    pub(super) fn too_many(&self, book: Book) -> Refusal {
        let most = self.breaker.figures.most(self.breaker.meters(book));
        Refusal::MassCut {
            most: u32::try_from(most).unwrap_or(u32::MAX),
            minutes: self.breaker.figures.minutes,
        }
    }
}

/// Did two persons let it go ahead by now?
pub(super) fn let_go(metered: &Metered, at: Timestamp) -> bool {
    metered.switch.held().and_then(|held| held.released).is_some_and(|from| from <= at)
}

impl Now<'_> {
    /// An order of one person for a few supplies: all of them, or where that would be one too many,
    /// none.
    pub(super) fn cut_few(&mut self, meters: &[MeterId], reason: &str) -> Result<(), Refusal> {
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let due = self.cuttable(meters)?;
        if meters.len() > MOST_BY_ONE {
            return Err(Refusal::SecondPerson);
        }
        let (book, now) = (self.order.book, self.order.now);
        let opens = |meter: &MeterId| self.site.metered(*meter).is_some_and(|m| m.wanted().is_on());
        let (opened, most) = self.site.breaker.count(book, now);
        let news = due.iter().filter(|(_, meter)| opens(meter)).count();
        if news > 0 && (self.site.breaker.is_tripped(book) || opened + news > most) {
            return Err(self.site.too_many(book));
        }
        for (account, meter) in due {
            self.emit(supply::cut(account, meter, DisconnectReason::Operator, reason, None));
            self.follow_up(account);
        }
        Ok(())
    }

    /// What an order of staff would cut: all that staff have not cut already.
    pub(super) fn cuttable(
        &self,
        meters: &[MeterId],
    ) -> Result<Vec<(AccountId, MeterId)>, Refusal> {
        let mut due = Vec::new();
        for meter in listed(meters)? {
            let account = self.account_of(meter)?.id;
            let metered = self.site.metered(meter).ok_or(Refusal::NoMeter(meter))?;
            if metered.protected() {
                return Err(Refusal::Protected(meter));
            }
            if !metered.open_reasons().contains(&DisconnectReason::Operator) {
                due.push((account, meter));
            }
        }
        Ok(due)
    }

    /// A list that two persons have seen: no breaker, but one after the other.
    pub(super) fn cut_listed(
        &mut self,
        due: Vec<(AccountId, MeterId)>,
        asked_by: StaffId,
        note: &str,
    ) {
        let reason = DisconnectReason::Operator;
        for (account, meter) in due.iter().copied() {
            self.emit(Event::CutHeld { account, meter, reason, note: note.to_owned() });
        }
        self.let_go(due.into_iter().map(|(_, meter)| meter).collect(), asked_by, note);
    }

    /// Those of a list whose cuts are held still; refused where none is.
    pub(super) fn releasable(&self, meters: &[MeterId]) -> Result<Vec<MeterId>, Refusal> {
        let listed = listed(meters)?;
        for meter in &listed {
            self.account_of(*meter)?;
        }
        let held = listed.iter().copied().filter(|meter| {
            let held = self.site.metered(*meter).and_then(|metered| metered.switch.held());
            held.is_some_and(|held| held.released.is_none())
        });
        let held: Vec<_> = held.collect();
        match (held.is_empty(), listed.first()) {
            (true, Some(first)) => Err(Refusal::NoHeldCut(*first)),
            (true, None) | (false, _) => Ok(held),
        }
    }

    pub(super) fn let_go(&mut self, meters: Vec<MeterId>, asked_by: StaffId, note: &str) {
        if meters.is_empty() {
            return;
        }
        let now = self.order.now;
        let from = |(place, meter): (usize, MeterId)| (meter, spread(place, meter, now));
        let meters: Vec<_> = meters.into_iter().enumerate().map(from).collect();
        let accounts: BTreeSet<_> =
            meters.iter().filter_map(|(meter, _)| self.site.drawn_on.get(meter).copied()).collect();
        self.emit(Event::CutsReleased { meters, asked_by, note: note.to_owned() });
        let stamp = Stamp { book: self.order.book, at: now, by: self.order.by };
        let mut told = Vec::new();
        self.site.tell_breaker(stamp, &mut told);
        self.took(told);
        for account in accounts {
            self.follow_up(account);
        }
    }
}

fn listed(meters: &[MeterId]) -> Result<BTreeSet<MeterId>, Refusal> {
    if meters.is_empty() || meters.len() > MOST_ORDERED {
        return Err(Refusal::BadList { most: MOST_ORDERED });
    }
    Ok(meters.iter().copied().collect())
}
