//! Stories of the terms of a policy, by noun: one account and one meter, steps, and what came of them.
//! Nobody reads the meter while time passes (`at`): what happens then, time alone brings.

#[path = "account_stories.rs"]
mod account_stories;
#[path = "credit_stories.rs"]
mod credit_stories;
#[path = "hours_stories.rs"]
mod hours_stories;
#[path = "load_stories.rs"]
mod load_stories;
#[path = "supply_stories.rs"]
mod supply_stories;
#[path = "warning_stories.rs"]
mod warning_stories;

use expect_test::Expect;

use crate::energy::{Energy, Power, Register};
use crate::event::{Event, WarningLevel};
use crate::id::{AccountId, Book, IdempotencyKey, MeterId, NoticeId, StaffId, TariffId};
use crate::meter::{Contact, Health, Limits, Live, Quality, Report, Supply, Telegram};
use crate::money::{Currency, Money};
use crate::policy::{DaySpan, Mode, NoCutHours, Policy, Scope, Week};
use crate::site::tests::FLAT;
use crate::site::{Command, Order, Site};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::Tender;

const METER: MeterId = MeterId(7);
const ACCOUNT: AccountId = AccountId(3);

struct Story {
    site: Site,
    now: Timestamp,
    register: Register,
    contact: Contact,
    journal: Vec<(Timestamp, Event)>,
    told: String,
    keys: u32,
}

fn money(text: &str) -> Money {
    Money::parse(text, Currency::CNY).expect("an amount")
}

fn terms() -> Policy {
    Policy { low_credit: money("2.00"), restore_minimum: money("1.00"), ..Policy::default() }
}

fn every_day(spans: &[&str]) -> NoCutHours {
    let spans: Vec<_> = spans.iter().map(|span| DaySpan::parse(span).expect("a span")).collect();
    NoCutHours { week: Week(std::array::from_fn(|_| spans.clone())), ..NoCutHours::default() }
}

impl Story {
    fn begin(policy: Policy) -> Self {
        let site = Site::new(Zone::named("Asia/Shanghai").expect("a zone"));
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let mut story = Self {
            site,
            now,
            register: Register::from_mwh(1_000_000_000),
            contact: Contact::Closed,
            journal: Vec::new(),
            told: String::new(),
            keys: 0,
        };
        let text = FLAT.to_owned();
        story.order(Command::PublishTariff { text, approved_by: None }).expect("published");
        let (account, tariff) = (ACCOUNT, TariffId("flat".to_owned()));
        let opening = money("5.00");
        story.order(Command::OpenAccount { account, tariff, policy, opening }).expect("opens");
        let most_power = Power::from_watts(2_000_000);
        let limits = Limits { most_power, step: Energy::from_wh(10), wraps_at: None };
        story.order(Command::BindMeter { account, meter: METER, limits }).expect("binds");
        story.look(None);
        story.now = story.now + Span::from_secs(1);
        story.look(None);
        story
    }

    fn order(&mut self, command: Command) -> Result<Vec<Event>, String> {
        self.keys += 1;
        let key = IdempotencyKey::try_from(format!("story-key-{}", self.keys)).ok();
        let order = Order { book: Book::Live, now: self.now, by: StaffId(0), key, command };
        let events = self.site.carry_out(&order).map_err(|refusal| refusal.to_string())?;
        Ok(self.keep(events))
    }

    fn keep(&mut self, events: Vec<Event>) -> Vec<Event> {
        self.journal.extend(events.iter().map(|event| (self.now, event.clone())));
        events
    }

    /// One look at the meter; its contact has done by now what was wanted.
    fn look(&mut self, watts: Option<i64>) -> (Vec<Event>, Option<Timestamp>) {
        self.contact = match self.wanted() {
            Some(Supply::Connected) | None => Contact::Closed,
            Some(Supply::Disconnected(_)) => Contact::Open,
            Some(Supply::Armed) => self.contact,
        };
        let contact = self.contact;
        let health = Health { quality: Quality::Good, contact, attempts: 0, polls: 1, failures: 0 };
        let live = Live { power: watts.map(Power::from_watts), ..Live::default() };
        let look = Ok(Telegram { import: self.register, live, contact });
        let report =
            Report { meter: METER, book: Book::Live, at: self.now, look, health, again: None };
        let reported = self.site.report(&report);
        (self.keep(reported.events), reported.again)
    }

    fn wanted(&self) -> Option<Supply> {
        self.site.metered(METER).map(crate::prepaid::Metered::wanted)
    }

    /// Uses energy for ten seconds, reads it, and looks again where that is asked for.
    fn uses(&mut self, kwh: &str) -> Vec<Event> {
        self.now = self.now + Span::from_secs(10);
        self.register = self.register.plus(Energy::parse_kwh(kwh).expect("kWh"));
        let (mut events, again) = self.look(None);
        if let Some(again) = again {
            self.now = self.now.max(again);
            events.extend(self.look(None).0);
        }
        events
    }

    /// Lets time pass without any reading.
    fn until(&mut self, target: Timestamp) {
        while let Some(next) = self.site.next_deadline(Book::Live).filter(|next| *next <= target) {
            self.now = self.now.max(next);
            let events = self.site.tick(Book::Live, self.now);
            let events = self.keep(events);
            if !events.is_empty() {
                self.tell("", Ok(events));
            }
        }
        self.now = target;
    }

    fn clock(&self, text: &str) -> Timestamp {
        let day = self.site.zone().date(self.now);
        let (day, text) = match text.strip_prefix('+') {
            Some(text) => (day.tomorrow().expect("a day"), text),
            None => (day, text),
        };
        let text = if text.len() == 5 { format!("{text}:00") } else { text.to_owned() };
        Timestamp::parse(&format!("{day}T{text}+08:00")).expect("an instant")
    }

    fn step(&mut self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        let reason = || "because".to_owned();
        let (meter, account) = (METER, ACCOUNT);
        let done = match words.as_slice() {
            ["at", time] => {
                let target = self.clock(time);
                self.until(target);
                return;
            }
            ["use", kwh] => Ok(self.uses(kwh)),
            ["draw", watts] => Ok(self.look(watts.parse().ok()).0),
            ["sell", amount] => self.order(Command::Sell {
                account,
                amount: money(amount),
                tender: Tender::Cash,
                handed: None,
                reference: String::new(),
            }),
            ["cut"] => self.order(Command::CutSupply { meter, reason: reason() }),
            ["restore"] => self.order(Command::RestoreSupply { meter, reason: reason() }),
            ["protect"] => self.order(Command::Protect { meter, until: None, reason: reason() }),
            ["protect", "until", time] => {
                let until = Some(self.clock(time));
                self.order(Command::Protect { meter, until, reason: reason() })
            }
            ["unprotect"] => self.order(Command::Unprotect { meter, reason: reason() }),
            ["emergency"] => self.order(Command::UseEmergency { account }),
            ["confirm"] => self.order(Command::ConfirmRestore { meter, note: String::new() }),
            ["press"] => {
                self.contact = Contact::Closed;
                Ok(self.look(None).0)
            }
            ["pause"] => self.order(Command::Pause { account, reason: reason() }),
            ["resume"] => self.order(Command::Resume { account, reason: reason() }),
            ["delivered", notice] => {
                let notice = NoticeId(notice.parse().expect("a number"));
                self.order(Command::NoticeDelivered { account, notice })
            }
            ["postpaid", time] => {
                let (from, note) = (Some(self.clock(time)), String::new());
                let policy = Policy { mode: Mode::Postpaid, ..terms() };
                let scope = Scope::Meter { meter };
                self.order(Command::PublishPolicy { scope, from, policy, note })
            }
            _ => panic!("what is `{line}`?"),
        };
        self.tell(line, done);
    }

    fn tell(&mut self, line: &str, done: Result<Vec<Event>, String>) {
        let account = self.site.accounts().get(&ACCOUNT).expect("the account");
        let credit = account.credit().to_decimal(Currency::CNY);
        let what = match done {
            Ok(events) => events.iter().filter_map(brief).collect::<Vec<_>>().join(", "),
            Err(refusal) => format!("REFUSED: {refusal}"),
        };
        let supply = match self.wanted() {
            Some(Supply::Connected) | None => "on".to_owned(),
            Some(Supply::Armed) => "armed".to_owned(),
            Some(Supply::Disconnected(reason)) => format!("{reason:?}"),
        };
        let time = self.site.zone().civil(self.now).time();
        self.told += format!("{time} {line:<14} {credit:>6} {supply:<10} {what}").trim_end();
        self.told += "\n";
    }

    /// A fresh site that applies the journal stands where this one does.
    fn replays(&self) {
        let mut fresh = Site::new(Zone::named("Asia/Shanghai").expect("a zone"));
        for (at, event) in &self.journal {
            let kept = Event::from_body(&event.to_body()).expect("a body reads back");
            assert_eq!(kept, *event);
            fresh.apply(Book::Live, *at, StaffId(1), &kept);
        }
        let state = |site: &Site| {
            let account = site.accounts().get(&ACCOUNT).expect("the account");
            let switch = &account.meters.get(&METER).expect("the meter").switch;
            (
                switch.wanted(),
                switch.open().clone(),
                switch.protect().cloned(),
                switch.next_end(),
                account.standing.emergency,
                [account.standing.first, account.standing.last, account.standing.cut],
                account.standing.paused,
            )
        };
        assert_eq!(state(&fresh), state(&self.site));
    }
}

fn brief(event: &Event) -> Option<String> {
    Some(match event {
        Event::LowCredit { level, notice, .. } => match level {
            WarningLevel::First => format!("warning {notice}"),
            WarningLevel::Last => format!("last warning {notice}"),
            WarningLevel::Cut => format!("cut announced {notice}"),
        },
        Event::Cut { reason, .. } => format!("cut {reason:?}"),
        Event::Lifted { reason, .. } => format!("lifted {reason:?}"),
        Event::Sold(sale) => {
            let part = |line: &crate::vend::ReceiptLine| {
                format!("{:?} {}", line.what, line.amount.to_decimal(Currency::CNY))
            };
            sale.lines.iter().map(part).collect::<Vec<_>>().join(" + ")
        }
        Event::Settled(_) | Event::SupplyProven { .. } | Event::Baseline { .. } => return None,
        Event::EmergencyOffered { .. } => "offered".to_owned(),
        Event::EmergencyBegun { .. } => "begun".to_owned(),
        Event::EmergencyRepaid { .. } => "repaid".to_owned(),
        Event::EmergencyRearmed { .. } => "offer armed".to_owned(),
        Event::Protected { .. } => "protected".to_owned(),
        Event::Unprotected { .. } => "unprotected".to_owned(),
        Event::CutUndelivered { notice, .. } => format!("notice {notice} not delivered"),
        Event::RestoreConfirmed { .. } => "confirmed".to_owned(),
        Event::Rearmed { level, .. } => format!("{level:?} armed"),
        Event::TariffPublished { .. }
        | Event::AccountOpened { .. }
        | Event::MeterBound { .. }
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
        | Event::Paused { .. }
        | Event::CutHeld { .. }
        | Event::HeldCutEnded { .. }
        | Event::RequestMade { .. }
        | Event::RequestDecided { .. }
        | Event::CutsReleased { .. }
        | Event::Resumed { .. } => event.to_body().split('"').nth(1).unwrap_or_default().to_owned(),
    })
}

fn check(policy: Policy, steps: &str, told: Expect) {
    policy.check().expect("terms that make sense");
    let mut story = Story::begin(policy);
    for step in steps.split('/') {
        story.step(step.trim());
    }
    story.replays();
    told.assert_eq(&story.told);
}
