//! The small world: one account, one meter, one flat price, and the real core.

use super::promise::{Broken, Told};
use super::windows::Window;
use super::{Line, shown};
use crate::energy::{Energy, Power, Register};
use crate::event::{Event, WarningLevel};
use crate::id::{AccountId, Book, IdempotencyKey, MeterId, NoticeId, StaffId, TariffId};
use crate::meter::{
    Contact, DisconnectReason, Health, Limits, Live, Quality, Report, Supply, Telegram,
};
use crate::money::{Currency, Money};
use crate::policy::{Policy, REST};
use crate::prepaid::{Account, Metered};
use crate::site::{Command, Order, Refusal, Site};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::Tender;

const ACCOUNT: AccountId = AccountId(1);
const METER: MeterId = MeterId(1);
/// Things done at one time, so that courses stay finite.
const MOST_AT_ONCE: u8 = 2;

/// What may happen at a time of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Time goes on to the next time of the window.
    Wait,
    /// Energy is used until this is left, and read.
    UseDownTo(Money),
    Pay(Money),
    Deliver(NoticeId),
    Protect,
    Unprotect,
    Borrow,
    Confirm,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    site: Site,
    now: Timestamp,
    /// Place in the window, and what was done there.
    place: usize,
    done: u8,
    /// One protection a course says all that many would.
    protected_once: bool,
    register: Register,
    told_customer: Told,
    currency: Currency,
    /// Credit that courses come down to, ascending.
    levels: Vec<Money>,
    /// What happened in the last step.
    pub(super) told: Vec<Line>,
}

impl World {
    pub(super) fn open(policy: &Policy, zone: &Zone, currency: Currency, window: &Window) -> Self {
        let now = window.times.first().copied().unwrap_or_default();
        let unit = Money::from_minor(10_i64.pow(u32::from(currency.decimals())));
        let opening = policy.low_credit.max(policy.restore_minimum) + unit;
        let opening = match policy.daily_limit {
            Some(limit) => opening + price_of(limit.energy, unit) + unit,
            None => opening,
        };
        let mut world = Self {
            site: Site::new(zone.clone()),
            now: now - Span::from_secs(10),
            place: 0,
            done: 0,
            protected_once: false,
            register: Register::from_mwh(1_000_000_000),
            told_customer: Told::default(),
            currency,
            levels: levels(policy, opening, unit),
            told: Vec::new(),
        };
        let text = format!(
            "id = \"flat\"\nname = \"Flat\"\ncurrency = \"{currency}\"\nzone = \"{}\"\n\
             [[versions]]\nfrom = \"2000-01-01\"\n[versions.energy]\nprice = \"1.00\"\n",
            zone.name()
        );
        let limits = Limits {
            most_power: Power::from_watts(1_000_000_000_000),
            step: Energy::from_wh(1),
            wraps_at: None,
        };
        let tariff = TariffId("flat".to_owned());
        let policy = policy.clone();
        let commands = [
            Command::PublishTariff { text, approved_by: None },
            Command::OpenAccount { account: ACCOUNT, tariff, policy, opening },
            Command::BindMeter { account: ACCOUNT, meter: METER, limits },
        ];
        for command in commands {
            world.order(command).expect("an empty site takes its first account");
        }
        world.look();
        world.now = now;
        world.look();
        world.tell(&format!("an account with {}", shown(opening, currency)));
        world
    }

    fn account(&self) -> &Account {
        self.site.accounts().get(&ACCOUNT).expect("the account of this world is open")
    }

    fn metered(&self) -> &Metered {
        self.site.metered(METER).expect("the meter of this world is bound")
    }

    fn order(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        let key = IdempotencyKey::try_from("policy-check".to_owned()).ok();
        let (book, now, by) = (Book::Live, self.now, StaffId(0));
        self.site.carry_out(&Order { book, now, by, key, command })
    }

    /// One look at the meter, whose contact has done what is wanted.
    fn look(&mut self) -> (Vec<Event>, Option<Timestamp>) {
        let contact = match self.metered().wanted() {
            Supply::Connected => Contact::Closed,
            Supply::Armed | Supply::Disconnected(_) => Contact::Open,
        };
        let health = Health { quality: Quality::Good, contact, attempts: 0, polls: 1, failures: 0 };
        let look = Ok(Telegram { import: self.register, live: Live::default(), contact });
        let (meter, book, at) = (METER, Book::Live, self.now);
        let reported = self.site.report(&Report { meter, book, at, look, health, again: None });
        (reported.events, reported.again)
    }

    /// What may happen here.
    pub(super) fn actions(&self, window: &Window) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.place + 1 < window.times.len() {
            actions.push(Action::Wait);
        }
        if self.done >= MOST_AT_ONCE {
            return actions;
        }
        let (account, metered) = (self.account(), self.metered());
        let credit = account.credit();
        if metered.wanted() == Supply::Connected {
            let below: Vec<_> = self.levels.iter().filter(|level| **level < credit).collect();
            let ends = [below.first(), below.last()].into_iter().flatten();
            actions.extend(ends.map(|level| Action::UseDownTo(**level)));
            actions.dedup();
        }
        let Policy { least_sale, most_sale, restore_minimum, low_credit, .. } = *account.policy;
        let just_below = restore_minimum - Money::from_minor(1);
        for target in [just_below, restore_minimum, restore_minimum + low_credit] {
            let amount = target - credit;
            if amount >= least_sale && amount <= most_sale {
                actions.push(Action::Pay(amount));
            }
        }
        let mut notices = self.told_customer.notices.iter().filter(|(_, _, arrived)| !arrived);
        actions.extend(notices.next_back().map(|(id, _, _)| Action::Deliver(NoticeId(*id))));
        if metered.protected() {
            actions.push(Action::Unprotect);
        } else if !self.protected_once {
            actions.push(Action::Protect);
        }
        if account.standing.emergency == crate::prepaid::EmergencyState::Offered {
            actions.push(Action::Borrow);
        }
        if metered.switch.awaits() || metered.open_reasons().contains(&DisconnectReason::Courtesy) {
            actions.push(Action::Confirm);
        }
        actions
    }

    pub(super) fn act(
        &mut self,
        action: Action,
        window: &Window,
        promised: &Policy,
    ) -> Result<(), Broken> {
        self.done += 1;
        let reason = || "policy check".to_owned();
        let (meter, account) = (METER, ACCOUNT);
        let (what, command) = match action {
            Action::Wait => {
                self.place += 1;
                self.done = 0;
                let target = window.times.get(self.place).copied().unwrap_or(self.now);
                return self.wait(target, promised);
            }
            Action::UseDownTo(level) => return self.use_down_to(level, promised),
            Action::Pay(amount) => {
                let (tender, handed, reference) = (Tender::Cash, None, String::new());
                let sale = Command::Sell { account, amount, tender, handed, reference };
                (format!("{} is paid", shown(amount, self.currency)), sale)
            }
            Action::Deliver(notice) => {
                let delivered = Command::NoticeDelivered { account, notice };
                (format!("notice {notice} arrives"), delivered)
            }
            Action::Protect => {
                self.protected_once = true;
                let until = Some(self.now + Span::from_mins(30));
                let protect = Command::Protect { meter, until, reason: reason() };
                ("protected for 30 minutes".to_owned(), protect)
            }
            Action::Unprotect => {
                let unprotect = Command::Unprotect { meter, reason: reason() };
                ("protection taken back".to_owned(), unprotect)
            }
            Action::Borrow => {
                ("emergency credit is taken".to_owned(), Command::UseEmergency { account })
            }
            Action::Confirm => {
                let confirm = Command::ConfirmRestore { meter, note: String::new() };
                ("the customer confirms".to_owned(), confirm)
            }
        };
        // A refusal changes nothing: that course ends where it began.
        let Ok(events) = self.order(command) else { return Ok(()) };
        self.tell(&what);
        self.judge(&events, promised)?;
        self.stand()
    }

    /// Lets time pass: what falls due happens on its way, and nobody reads.
    fn wait(&mut self, target: Timestamp, promised: &Policy) -> Result<(), Broken> {
        while let Some(due) = self.site.next_deadline(Book::Live).filter(|due| *due <= target) {
            self.now = self.now.max(due);
            let events = self.site.tick(Book::Live, self.now);
            self.judge(&events, promised)?;
            self.stand()?;
        }
        self.now = self.now.max(target);
        self.tell("time goes on");
        self.stand()
    }

    fn use_down_to(&mut self, level: Money, promised: &Policy) -> Result<(), Broken> {
        let unit = 10_i64.pow(u32::from(self.currency.decimals()));
        let used = (self.account().credit() - level).minor();
        let mwh = used.saturating_mul(1_000_000 / unit.max(1));
        self.register = self.register.plus(Energy::from_mwh(mwh));
        let from = self.now;
        self.now = self.now + Span::from_secs(1);
        let (events, again) = self.look();
        self.tell(&format!("used down to {} and read", shown(level, self.currency)));
        self.judge(&events, promised)?;
        if let Some(again) = again {
            self.now = self.now.max(again);
            let (events, _) = self.look();
            self.tell("read again");
            self.judge(&events, promised)?;
        }
        debug_assert!(self.now - from < REST);
        self.stand()
    }

    /// Holds events against the promises, and tells of them.
    fn judge(&mut self, events: &[Event], promised: &Policy) -> Result<(), Broken> {
        let zone = self.site.zone().clone();
        for event in events {
            if let Some(what) = words(event) {
                self.tell(&what);
            }
            self.told_customer.see(self.now, event, promised, &zone)?;
        }
        Ok(())
    }

    /// Is somebody without supply who should have it, or who could never have it again?
    fn stand(&mut self) -> Result<(), Broken> {
        let account = self.account();
        let reasons = self.metered().open_reasons();
        let own = |reason: &&DisconnectReason| {
            matches!(reason, DisconnectReason::NoCredit | DisconnectReason::Courtesy)
        };
        let reason = reasons.iter().find(own).copied();
        let off = matches!(self.metered().wanted(), Supply::Disconnected(_));
        let enough = account.may_return(account.exact_credit());
        self.told_customer.stand(self.now, reason.filter(|_| off && enough))?;
        if reason == Some(DisconnectReason::NoCredit) && !self.comes_back() {
            return Err(Broken::NoWayBack);
        }
        Ok(())
    }

    /// Does paying the most that is allowed, again and again, bring the supply back?
    fn comes_back(&self) -> bool {
        let mut trial = self.clone();
        for _ in 0..64 {
            let account = trial.account();
            let room = account.policy.hoarding_limit - account.credit();
            let amount = account.policy.most_sale.min(room);
            let (tender, handed, reference) = (Tender::Cash, None, String::new());
            let sale = Command::Sell { account: ACCOUNT, amount, tender, handed, reference };
            if trial.order(sale).is_err() {
                return false;
            }
            if !trial.metered().open_reasons().contains(&DisconnectReason::NoCredit) {
                return true;
            }
        }
        false
    }

    fn tell(&mut self, what: &str) {
        let at = self.site.zone().civil(self.now);
        let supply = match self.metered().wanted() {
            Supply::Connected => "on".to_owned(),
            Supply::Armed => "waits to be confirmed".to_owned(),
            Supply::Disconnected(reason) => format!("off ({reason:?})"),
        };
        let credit = shown(self.account().credit(), self.currency);
        let time = format!("{} {}", at.date(), at.time());
        self.told.push(Line { time, what: what.to_owned(), credit, supply });
    }

    /// What tells two states apart: whatever the core and the promises can still be influenced by.
    /// Times count by the window's; what lies between two of them came within seconds of the first.
    pub(super) fn state(&self, window: &Window) -> String {
        let (account, metered) = (self.account(), self.metered());
        let (switch, standing) = (&metered.switch, &account.standing);
        let when = |at: Timestamp| window.times.partition_point(|time| *time <= at);
        let minute = |at: Timestamp| at.millis().div_euclid(60_000);
        let sent = |notice: Option<crate::prepaid::Notice>| {
            notice.map(|notice| (when(notice.sent), notice.delivered))
        };
        let day = metered.policy.daily_limit.map(|limit| switch.day.used.min(limit.energy));
        let told = &self.told_customer;
        let last = told.notices.iter().filter(|(id, _, _)| told.last.contains(id));
        format!(
            "{} {} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {} {:?} {:?} {:?} {:?} {:?}",
            self.place,
            self.done,
            self.protected_once,
            account.credit().minor(),
            switch.open(),
            switch.next_end().map(|(end, reason)| (minute(end), reason)),
            switch.wanted(),
            switch.protect().map(|protect| protect.until.map(minute)),
            switch.rested().map(|rested| rested > self.now),
            standing.first.is_some(),
            sent(standing.last),
            sent(standing.cut),
            standing.emergency,
            standing.undelivered,
            account.exhausted.min(2),
            switch.courtesy_due,
            day,
            told.notices.first().map(|(_, at, _)| when(*at)),
            last.clone().next().map(|(_, at, _)| when(*at)),
            last.clone().any(|(_, _, arrived)| *arrived),
            told.dark.map(when),
        )
    }
}

fn price_of(energy: Energy, unit: Money) -> Money {
    Money::from_minor(energy.mwh() / 1_000_000 * unit.minor())
}

/// Credit at and beside every level of the policy.
fn levels(policy: &Policy, opening: Money, unit: Money) -> Vec<Money> {
    let cent = Money::from_minor(1);
    let lent = policy.emergency.map_or(Money::ZERO, |emergency| emergency.limit);
    let offer = policy.emergency.map(|emergency| emergency.offer_at);
    let day = policy.daily_limit.map(|limit| opening - price_of(limit.energy, unit));
    let floor = -(policy.overdraft + lent);
    let mut levels = vec![floor, -policy.overdraft, Money::ZERO, floor - unit];
    levels.extend([policy.low_credit - cent, policy.restore_minimum]);
    levels.extend(offer.into_iter().chain(day));
    if policy.warns_last() {
        levels.push(policy.last_credit - cent);
    }
    levels.sort_unstable();
    levels.dedup();
    levels
}

fn words(event: &Event) -> Option<String> {
    Some(match event {
        Event::LowCredit { level, notice, .. } => match level {
            WarningLevel::First => format!("notice {notice} goes out: credit is low"),
            WarningLevel::Last => format!("notice {notice} goes out: the last warning"),
            WarningLevel::Cut => format!("notice {notice} goes out: supply will be cut"),
        },
        Event::Cut { reason, .. } => format!("CUT ({reason:?})"),
        Event::Lifted { reason, .. } => format!("no longer held open by {reason:?}"),
        Event::Unprotected { .. } => "the protection ends".to_owned(),
        Event::CutUndelivered { notice, .. } => {
            format!("notice {notice} was not delivered in time")
        }
        Event::EmergencyOffered { .. } => "emergency credit is offered".to_owned(),
        Event::EmergencyBegun { .. } => "emergency credit begins".to_owned(),
        Event::EmergencyRepaid { .. } => "emergency credit is repaid".to_owned(),
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
