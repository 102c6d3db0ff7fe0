//! The small world: one account, one meter, one flat price, and the real core.

use std::sync::Arc;

use super::promise::{Broken, Told};
use super::step::{Moment, Step};
use super::windows::Window;
use crate::energy::{Energy, Power, Register};
use crate::event::Event;
use crate::id::{AccountId, Book, IdempotencyKey, MeterId, NoticeId, StaffId, TariffId};
use crate::meter::{
    Contact, DisconnectReason, Health, Limits, Live, Quality, Report, Supply, Telegram,
};
use crate::money::{Currency, Money};
use crate::policy::{Origin, Policy, REST, Scope, day_around};
use crate::prepaid::{Account, EmergencyState, Metered};
use crate::site::{Command, Order, Refusal, Site};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::Tender;

const ACCOUNT: AccountId = AccountId(1);
const METER: MeterId = MeterId(1);
/// Things done at one time, so that courses stay finite.
const MOST_AT_ONCE: u8 = 2;
/// A load is looked at so often: at once, after its delay, and where the limit changed meanwhile.
const MOST_LOOKS: usize = 4;
/// Power where no limit holds.
const A_GREAT_DEAL: Power = Power::from_watts(1_000_000);
/// Longer than any day of a limit.
const TWO_DAYS: Span = Span::from_hours(50);

/// What may happen at a time of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Time goes on to the next time of the window.
    Wait,
    /// Energy is used until this is left, and read.
    UseDownTo(Money),
    Pay(Money),
    /// Power stands at the limit of the hour, and then above it.
    Draw,
    /// So again and again, until supply does not come back.
    DrawOn,
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
    opening: Money,
    /// Credit that courses come down to, ascending.
    levels: Arc<[Money]>,
    /// A limit of power or energy cut, and whether that ends has not been asked yet.
    limited: bool,
    /// So with a cut for lack of credit, and whether paying brings supply back.
    unpaid: bool,
    /// What happened in the last step.
    pub(super) told: Vec<Moment>,
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
            opening,
            levels: levels(policy, opening, unit).into(),
            limited: false,
            unpaid: false,
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
        // The core opens no account under limits that are wrong at sight; here they are tried.
        let begin = Policy { load_limit: None, daily_limit: None, ..policy.clone() };
        let commands = [
            Command::PublishTariff { text, approved_by: None },
            Command::OpenAccount { account: ACCOUNT, tariff, policy: begin, opening },
            Command::BindMeter { account: ACCOUNT, meter: METER, limits },
        ];
        for command in commands {
            world.order(command).expect("an empty site takes its first account");
        }
        let (scope, from, note) = (Scope::Site, world.now, String::new());
        let (policy, origin) = (policy.clone(), Origin::File);
        let holds = Event::PolicyPublished { scope, from, policy, note, origin };
        world.site.apply(Book::Live, world.now, StaffId(0), &holds);
        world.look(None);
        world.now = now;
        world.look(None);
        world.tell(Step::Opened { credit: opening });
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
    fn look(&mut self, power: Option<Power>) -> (Vec<Event>, Option<Timestamp>) {
        let contact = match self.metered().wanted() {
            Supply::Connected => Contact::Closed,
            Supply::Armed | Supply::Disconnected(_) => Contact::Open,
        };
        let health = Health { quality: Quality::Good, contact, attempts: 0, polls: 1, failures: 0 };
        let live = Live { power, ..Live::default() };
        let look = Ok(Telegram { import: self.register, live, contact });
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
            if let Some(terms) = &metered.policy.load_limit
                && self.trips(terms.reset_hour) == 0
            {
                actions.push(Action::Draw);
                if self.done == 0 && credit == self.opening {
                    actions.push(Action::DrawOn);
                }
            }
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
        if account.standing.emergency == EmergencyState::Offered {
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
        let (step, command) = match action {
            Action::Wait => {
                self.place += 1;
                self.done = 0;
                let target = window.times.get(self.place).copied().unwrap_or(self.now);
                return self.wait(target, promised);
            }
            Action::UseDownTo(level) => return self.use_down_to(level, promised),
            Action::Draw => return self.draw(promised),
            Action::DrawOn => return self.draw_on(promised),
            Action::Pay(amount) => {
                let (tender, handed, reference) = (Tender::Cash, None, String::new());
                let sale = Command::Sell { account, amount, tender, handed, reference };
                (Step::Paid { amount }, sale)
            }
            Action::Deliver(notice) => {
                let delivered = Command::NoticeDelivered { account, notice };
                (Step::NoticeArrives { notice }, delivered)
            }
            Action::Protect => {
                self.protected_once = true;
                let until = Some(self.now + Span::from_mins(30));
                let protect = Command::Protect { meter, until, reason: reason() };
                (Step::Protected, protect)
            }
            Action::Unprotect => {
                let unprotect = Command::Unprotect { meter, reason: reason() };
                (Step::ProtectionTakenBack, unprotect)
            }
            Action::Borrow => (Step::EmergencyTaken, Command::UseEmergency { account }),
            Action::Confirm => {
                let confirm = Command::ConfirmRestore { meter, note: String::new() };
                (Step::Confirmed, confirm)
            }
        };
        // A refusal changes nothing: that course ends where it began.
        let Ok(events) = self.order(command) else { return Ok(()) };
        self.tell(step);
        self.judge(&events, promised)?;
        self.stand(promised)
    }

    fn wait(&mut self, target: Timestamp, promised: &Policy) -> Result<(), Broken> {
        self.pass(target, promised)?;
        self.tell(Step::TimeGoesOn);
        self.stand(promised)
    }

    /// Lets time pass: what falls due happens on its way, and nobody reads.
    fn pass(&mut self, target: Timestamp, promised: &Policy) -> Result<(), Broken> {
        while let Some(due) = self.site.next_deadline(Book::Live).filter(|due| *due <= target) {
            self.now = self.now.max(due);
            let events = self.site.tick(Book::Live, self.now);
            self.judge(&events, promised)?;
            self.stand(promised)?;
        }
        self.now = self.now.max(target);
        Ok(())
    }

    /// Overload cuts of the day.
    fn trips(&self, reset_hour: i8) -> usize {
        let begun = day_around(self.site.zone(), self.now, reset_hour).0;
        self.metered().switch.trips_since(begun)
    }

    /// At the limit of the hour, which harms nobody, and above it; where there is none, a great deal.
    fn draw(&mut self, promised: &Policy) -> Result<(), Broken> {
        match self.metered().policy.power_limit(self.site.zone(), self.now) {
            Some(limit) => {
                self.load(limit, promised)?;
                if self.metered().wanted().is_on() {
                    self.load(limit + Power::from_watts(1), promised)?;
                }
            }
            None => self.load(A_GREAT_DEAL, promised)?,
        }
        self.stand(promised)
    }

    /// Above the limit as often as supply comes back by itself.
    fn draw_on(&mut self, promised: &Policy) -> Result<(), Broken> {
        let Some(terms) = self.metered().policy.load_limit.clone() else { return Ok(()) };
        for _ in 0..=terms.most_a_day {
            self.draw(promised)?;
            let Some((end, DisconnectReason::Overload)) = self.metered().switch.next_end() else {
                break;
            };
            if end > self.now + terms.clear_after + REST {
                break;
            }
            self.pass(end, promised)?;
            if self.metered().switch.awaits() {
                let confirm = Command::ConfirmRestore { meter: METER, note: String::new() };
                let events = self.order(confirm).unwrap_or_default();
                self.tell(Step::Confirmed);
                self.judge(&events, promised)?;
            }
        }
        self.stand(promised)
    }

    /// So much is drawn until the core has decided about it.
    fn load(&mut self, power: Power, promised: &Policy) -> Result<(), Broken> {
        self.told_customer.drawn = Some((power, self.now));
        for still in (0..MOST_LOOKS).map(|look| look > 0) {
            let (events, again) = self.look(Some(power));
            self.tell(Step::Drawn { power, still });
            self.judge(&events, promised)?;
            let Some(again) = again.filter(|_| self.metered().wanted().is_on()) else { break };
            self.pass(again, promised)?;
        }
        self.told_customer.drawn = None;
        let (events, _) = self.look(None);
        self.judge(&events, promised)
    }

    fn use_down_to(&mut self, level: Money, promised: &Policy) -> Result<(), Broken> {
        let unit = 10_i64.pow(u32::from(self.currency.decimals()));
        let used = (self.account().credit() - level).minor();
        let mwh = used.saturating_mul(1_000_000 / unit.max(1));
        let used = Energy::from_mwh(mwh);
        self.register = self.register.plus(used);
        let from = self.now;
        self.now = self.now + Span::from_secs(1);
        self.told_customer.uses(self.now, used, promised, self.site.zone());
        let (events, again) = self.look(None);
        self.tell(Step::UsedDownTo { credit: level });
        self.judge(&events, promised)?;
        if let Some(again) = again {
            self.now = self.now.max(again);
            let (events, _) = self.look(None);
            self.tell(Step::ReadAgain);
            self.judge(&events, promised)?;
        }
        debug_assert!(self.now - from < REST);
        self.stand(promised)
    }

    /// Holds events against the promises, and tells of them.
    fn judge(&mut self, events: &[Event], promised: &Policy) -> Result<(), Broken> {
        for event in events {
            if let Some(step) = Step::of(event) {
                self.tell(step);
            }
            if let Event::Cut { reason, .. } = event {
                self.limited |= is_limit(*reason);
                self.unpaid |= *reason == DisconnectReason::NoCredit;
            }
            self.told_customer.see(self.now, event, promised, self.site.zone())?;
        }
        Ok(())
    }

    /// Is somebody without supply who should have it, or who could never have it again?
    fn stand(&mut self, promised: &Policy) -> Result<(), Broken> {
        let account = self.account();
        let reasons = self.metered().open_reasons();
        let own = |reason: &&DisconnectReason| {
            matches!(reason, DisconnectReason::NoCredit | DisconnectReason::Courtesy)
        };
        let reason = reasons.iter().find(own).copied();
        let off = matches!(self.metered().wanted(), Supply::Disconnected(_));
        let enough = account.may_return(account.exact_credit());
        self.told_customer.stand(self.now, reason.filter(|_| off && enough))?;
        if std::mem::take(&mut self.unpaid) && !self.comes_back() {
            return Err(Broken::NoWayBack);
        }
        if std::mem::take(&mut self.limited) { self.ends(promised) } else { Ok(()) }
    }

    /// Does what a limit holds open end by itself, within two days?
    fn ends(&mut self, promised: &Policy) -> Result<(), Broken> {
        let reasons = self.metered().open_reasons();
        let Some(reason) = reasons.iter().copied().find(|reason| is_limit(*reason)) else {
            return Ok(());
        };
        let limit = promised.load_limit.as_ref();
        let accepted = limit.is_some_and(|limit| limit.accept_until_operator);
        if reason == DisconnectReason::Overload && accepted {
            return Ok(());
        }
        let mut trial = self.clone();
        let last = trial.now + TWO_DAYS;
        while let Some(due) = trial.site.next_deadline(Book::Live).filter(|due| *due <= last) {
            trial.now = trial.now.max(due);
            trial.site.tick(Book::Live, trial.now);
            if !trial.metered().open_reasons().contains(&reason) {
                return Ok(());
            }
        }
        self.now = last;
        self.tell(Step::NothingEndsIt);
        Err(Broken::UntilStaff(reason))
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

    fn tell(&mut self, step: Step) {
        let (credit, wanted) = (self.account().credit(), self.metered().wanted());
        self.told.push(Moment { at: self.now, step, credit, wanted });
    }

    /// What tells two states apart: whatever the core and the promises can still be influenced by.
    /// Times count by the window's; what lies between two of them came within seconds of the first.
    pub(super) fn state(&self, window: &Window) -> State {
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
        State {
            place: self.place,
            done: self.done,
            protected_once: self.protected_once,
            credit: account.credit(),
            open: switch.open().iter().copied().collect(),
            next_end: switch.next_end().map(|(end, reason)| (minute(end), reason)),
            wanted: switch.wanted(),
            protect: switch.protect().map(|protect| protect.until.map(minute)),
            rested: switch.rested().map(|rested| rested > self.now),
            first: standing.first.is_some(),
            last: sent(standing.last),
            cut: sent(standing.cut),
            emergency: standing.emergency,
            undelivered: standing.undelivered,
            exhausted: account.exhausted.min(2),
            courtesy_due: switch.courtesy_due,
            day,
            told_first: told.notices.first().map(|(_, at, _)| when(*at)),
            told_last: last.clone().next().map(|(_, at, _)| when(*at)),
            told_arrived: last.clone().any(|(_, _, arrived)| *arrived),
            dark: told.dark.map(when),
            trips: metered
                .policy
                .load_limit
                .as_ref()
                .map_or(0, |limit| self.trips(limit.reset_hour)),
        }
    }
}

/// See [`World::state`].
#[expect(
    clippy::struct_excessive_bools,
    clippy::option_option,
    reason = "a key, looked at as a whole"
)]
#[derive(PartialEq, Eq, Hash)]
pub(super) struct State {
    place: usize,
    done: u8,
    protected_once: bool,
    credit: Money,
    open: Vec<DisconnectReason>,
    next_end: Option<(i64, DisconnectReason)>,
    wanted: Supply,
    protect: Option<Option<i64>>,
    rested: Option<bool>,
    first: bool,
    last: Option<(usize, bool)>,
    cut: Option<(usize, bool)>,
    emergency: EmergencyState,
    undelivered: bool,
    exhausted: u8,
    courtesy_due: bool,
    day: Option<Energy>,
    told_first: Option<usize>,
    told_last: Option<usize>,
    told_arrived: bool,
    dark: Option<usize>,
    trips: usize,
}

const fn is_limit(reason: DisconnectReason) -> bool {
    match reason {
        DisconnectReason::Overload | DisconnectReason::DailyLimit => true,
        DisconnectReason::NoCredit
        | DisconnectReason::Courtesy
        | DisconnectReason::Operator
        | DisconnectReason::Tamper
        | DisconnectReason::Schedule
        | DisconnectReason::Staggered => false,
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
