//! Reports: what one contact with a meter changes about money, supply and alarms.

use std::sync::Arc;

use crate::energy::Power;
use crate::event::Event;
use crate::id::{AccountId, AlarmId, MeterId, StaffId};
use crate::meter::unit::ATTEMPTS_ALARM;
use crate::meter::{
    AlarmKind, CommFault, Contact, DisconnectReason, Held, Point, Quality, Report, Supply, Telegram,
};
use crate::policy::{Grounds, REST, day_around};
use crate::prepaid::metered::Taken;
use crate::site::Site;
use crate::site::supply::{self, READS_BEFORE_CUT};
use crate::site::terms::Look;
use crate::site::tick::Stamp;
use crate::time::{Span, Timestamp};

/// How soon a reading that found credit used up, or that is held, is looked at again.
const CONFIRM: Span = Span::from_secs(1);

/// What a report led to.
#[derive(Debug, Default)]
pub struct Reported {
    pub events: Vec<Event>,
    /// Look at the meter again at this time.
    pub again: Option<Timestamp>,
}

impl Site {
    /// Takes in a report: charges a believed reading, warns, cuts, holds, raises and clears alarms.
    pub fn report(&mut self, report: &Report) -> Reported {
        self.turn_terms(report.book, report.at);
        let mut now =
            Now { site: self, report, out: Reported { events: Vec::new(), again: report.again } };
        now.comm_alarms();
        if let Ok(telegram) = &report.look {
            now.reading(Point { at: report.at, register: telegram.import });
            now.load(telegram.live.power);
            now.proof(telegram);
        } else {
            now.load(None);
        }
        now.out
    }

    /// Ends every open alarm of this kind at this meter.
    pub(super) fn clears(&self, meter: MeterId, kind: AlarmKind) -> Vec<Event> {
        self.open_alarm(meter, kind)
            .map(|alarm| Event::AlarmCleared { alarm })
            .into_iter()
            .collect()
    }

    fn open_alarm(&self, meter: MeterId, kind: AlarmKind) -> Option<AlarmId> {
        self.alarms.of(Some(meter), kind)
    }
}

struct Now<'a> {
    site: &'a mut Site,
    report: &'a Report,
    out: Reported,
}

impl Now<'_> {
    fn emit(&mut self, event: Event) {
        self.site.apply(self.report.book, self.report.at, StaffId(0), &event);
        self.out.events.push(event);
    }

    fn look_again(&mut self, at: Timestamp) {
        self.out.again = Some(self.out.again.map_or(at, |planned| planned.min(at)));
    }

    /// Raises or clears, where that is news.
    fn alarm(&mut self, kind: AlarmKind, holds: bool) {
        let meter = self.report.meter;
        match (self.site.open_alarm(meter, kind), holds) {
            (None, true) => {
                let alarm = self.site.alarms.next();
                self.emit(Event::AlarmRaised { alarm, meter: Some(meter), kind });
            }
            (Some(alarm), false) => self.emit(Event::AlarmCleared { alarm }),
            (None, false) | (Some(_), true) => {}
        }
    }

    fn comm_alarms(&mut self) {
        let health = self.report.health;
        let implausible = matches!(&self.report.look, Err(CommFault::Implausible(_)));
        self.alarm(AlarmKind::Silent, health.quality == Quality::Stale && !implausible);
        self.alarm(AlarmKind::Implausible, health.quality == Quality::Stale && implausible);
        self.alarm(AlarmKind::RelayNotObeying, health.attempts >= ATTEMPTS_ALARM);
    }

    fn reading(&mut self, new: Point) {
        let meter = self.report.meter;
        let Some(metered) = self.site.metered(meter) else { return };
        match metered.judge(new) {
            Taken::Waits => {
                let account =
                    self.site.drawn_on.get(&meter).copied().expect("a metered meter is bound");
                self.site.metered_mut(account, meter).wait_for_second(new);
                self.look_again(new.at + CONFIRM);
            }
            Taken::Baseline(point) => {
                let account =
                    self.site.drawn_on.get(&meter).copied().expect("a metered meter is bound");
                self.emit(Event::Baseline { account, meter, point, note: String::new() });
            }
            Taken::NoNews => {}
            Taken::Held(held) => self.hold(held),
            Taken::Used { used, ended_hold } => {
                if ended_hold {
                    self.end_hold(new);
                }
                self.charge(new, used);
            }
        }
    }

    fn hold(&mut self, held: Held) {
        let metered = self.site.metered(self.report.meter);
        let already = metered.is_some_and(|metered| metered.held().is_some());
        let last = metered.and_then(crate::prepaid::Metered::seen);
        if let (false, Some(last)) = (already, last) {
            self.emit(Event::ReadingHeld {
                meter: self.report.meter,
                last,
                seen: held.seen,
                kind: held.kind,
            });
            self.look_again(self.report.at + CONFIRM);
        }
        self.alarm(held.kind, true);
    }

    fn end_hold(&mut self, point: Point) {
        self.emit(Event::HoldEnded { meter: self.report.meter, point, note: String::new() });
        self.alarm(AlarmKind::RegisterBackwards, false);
        self.alarm(AlarmKind::RegisterJump, false);
    }

    /// Charges a believed reading and decides what follows from the credit that is left.
    ///
    /// A posting lies either between two neighbouring readings or within a stretch of equal prices;
    /// so the journal alone leads to the same charge (`docs/architecture.md`, "When to post").
    fn charge(&mut self, new: Point, used: crate::energy::Energy) {
        let meter = self.report.meter;
        let crosses = self.site.metered(meter).is_some_and(|metered| metered.crosses(new.at));
        let provisional =
            self.site.metered(meter).is_some_and(|metered| metered.provisional().is_some());
        if crosses {
            self.post();
        }
        let priced = self.site.charge(meter, new, used).is_ok();
        self.alarm(AlarmKind::NoPrice, !priced);
        let due = self.site.metered(meter).is_some_and(|metered| metered.posting_due(new.at));
        if crosses || provisional {
            self.post();
        } else if due {
            self.post_news();
        }
        self.decide(new.at);
    }

    fn post(&mut self) {
        let meter = self.report.meter;
        if let Some(settled) =
            self.site.account_of(meter).and_then(|account| account.settled(meter))
        {
            self.emit(Event::Settled(settled));
        }
    }

    fn post_news(&mut self) {
        let meter = self.report.meter;
        if let Some(settled) =
            self.site.account_of(meter).and_then(|account| account.settled_news(meter))
        {
            self.emit(Event::Settled(settled));
        }
    }

    /// What follows from the credit that is left. Only good readings in a row find it used up.
    fn decide(&mut self, at: Timestamp) {
        let Some(account) = self.site.account_of(self.report.meter) else { return };
        let id = account.id;
        let reads = if account.used_up() { account.exhausted.saturating_add(1) } else { 0 };
        self.site.account_mut(id).exhausted = reads;
        self.follow_up(id, true);
        let Some(account) = self.site.accounts.get(&id) else { return };
        let waits = (1..READS_BEFORE_CUT).contains(&account.exhausted);
        if waits && Look::at(account, &self.site.zone, at).could_cut() {
            self.look_again(at + CONFIRM);
        }
    }

    fn follow_up(&mut self, account: AccountId, read: bool) {
        let stamp = Stamp { book: self.report.book, at: self.report.at, by: StaffId(0) };
        let events = self.site.follow_up(stamp, account, read);
        self.out.events.extend(events);
    }

    /// Power above the limit of the hour for longer than allowed opens the supply (product rule 8). What is not
    /// known is not above any limit.
    fn load(&mut self, power: Option<Power>) {
        let meter = self.report.meter;
        let at = self.report.at;
        let Some(account) = self.site.drawn_on.get(&meter).copied() else { return };
        let zone = self.site.zone.clone();
        let metered = self.site.metered_mut(account, meter);
        let policy = Arc::clone(&metered.policy);
        let Some(terms) = &policy.load_limit else {
            metered.switch.not_over();
            return;
        };
        let acts = !metered.protected() && metered.wanted().is_on();
        let limit = policy.power_limit(&zone, at).filter(|_| acts);
        let held = metered.switch.held().filter(|held| held.reason == DisconnectReason::Overload);
        let held = held.is_some();
        let Some((power, limit)) = power.zip(limit).filter(|(power, limit)| power > limit) else {
            metered.switch.not_over();
            if held {
                self.end_held(account);
            }
            return;
        };
        if !metered.switch.may_open(at) {
            return;
        }
        // A held cut that was released is decided anew: what was read before it was held is old.
        let changed = |seen| policy.power_limit_changes(&zone, seen, at);
        let since = metered.switch.over(limit, at, changed);
        let due = since + terms.delay;
        if at <= due {
            self.look_again(due + CONFIRM);
            return;
        }
        let (begun, reset) = day_around(&zone, at, terms.reset_hour);
        let trips = metered.switch.trips_since(begun);
        let until = match trips < usize::from(terms.most_a_day) {
            true => Some((at + terms.clear_after).min(reset.max(at + REST))),
            false if terms.until_operator => None,
            false => Some(reset),
        };
        let trip = u16::try_from(trips + 1).unwrap_or(u16::MAX);
        let grounds = Grounds::Load { power, limit, since, trip, most_a_day: terms.most_a_day };
        let cut = supply::limited(account, meter, until, grounds);
        let stamp = Stamp { book: self.report.book, at, by: StaffId(0) };
        self.site.keep_or_hold(stamp, cut, &mut self.out.events);
        self.follow_up(account, false);
    }

    /// No limit is exceeded any more: a held cut is not wanted.
    fn end_held(&mut self, account: AccountId) {
        let (meter, reason) = (self.report.meter, DisconnectReason::Overload);
        let note = "power is above no limit any more".to_owned();
        self.emit(Event::HeldCutEnded { account, meter, reason, note });
        self.follow_up(account, false);
    }

    /// Keeps the proof that the contact did what is wanted.
    fn proof(&mut self, telegram: &Telegram) {
        let meter = self.report.meter;
        let Some((metered, account)) =
            self.site.metered(meter).zip(self.site.drawn_on.get(&meter).copied())
        else {
            return;
        };
        let contact = self.report.health.contact;
        let agrees = match (metered.wanted(), contact) {
            (Supply::Disconnected(_), Contact::Open) => telegram.contact == Contact::Open,
            (Supply::Connected, Contact::Closed) => true,
            (Supply::Disconnected(_), Contact::Closed | Contact::Unknown)
            | (Supply::Connected, Contact::Open | Contact::Unknown)
            | (Supply::Armed, Contact::Open | Contact::Closed | Contact::Unknown) => false,
        };
        if metered.wanted() == Supply::Armed && contact == Contact::Closed {
            // Closed at the meter: whoever did it is there.
            let note = "closed at the meter".to_owned();
            self.emit(Event::RestoreConfirmed { account, meter, note });
            self.emit(Event::SupplyProven { account, meter, contact });
        } else if agrees && !metered.switch.proven() {
            self.emit(Event::SupplyProven { account, meter, contact });
        }
    }
}
