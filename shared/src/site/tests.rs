//! Stories of one account with one meter at 1.00 a kWh; every step is a minute later.

use expect_test::{Expect, expect};

use crate::energy::{Energy, Power, Register};
use crate::event::Event;
use crate::id::{AccountId, AlarmId, Book, IdempotencyKey, MeterId, ReceiptNo, StaffId, TariffId};
use crate::ledger::balanced;
use crate::meter::{CommFault, Contact, Health, Limits, Live, Quality, Report, Supply, Telegram};
use crate::money::{Currency, Money};
use crate::site::{Command, HoldResolution, Order, Refusal, Site};
use crate::tariff::Tariff;
use crate::time::{Span, Timestamp, Zone};
use crate::vend::{Policy, Tender};

pub(crate) const FLAT: &str = r#"
@@FLAT@@
"#;

const METER: MeterId = MeterId(7);
const ACCOUNT: AccountId = AccountId(3);

struct Story {
    site: Site,
    now: Timestamp,
    keys: u32,
    /// Everything decided so far, to be applied to a fresh site at the end.
    journal: Vec<(Timestamp, Event)>,
    told: String,
}

fn blank() -> Site {
    Site::new(Zone::named("Asia/Shanghai").expect("a zone"), [Tariff::from_toml(FLAT).expect("a tariff")])
}

fn money(text: &str) -> Money {
    Money::parse(text, Currency::CNY).expect("an amount")
}

impl Story {
    fn begin() -> Self {
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let mut story = Self { site: blank(), now, keys: 0, journal: Vec::new(), told: String::new() };
        let policy = Policy { low_credit: money("2.00"), restore_minimum: money("1.00"), ..Policy::default() };
        let tariff = TariffId("flat".to_owned());
        story.order(Command::OpenAccount { account: ACCOUNT, tariff, policy, opening: money("0.00") }).expect("opens");
        let most_power = Power::from_watts(20_000);
        let limits = Limits { most_power, step: Energy::from_wh(10), wraps_at: None };
        story.order(Command::BindMeter { account: ACCOUNT, meter: METER, limits }).expect("binds");
        story
    }

    fn order(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.keys += 1;
        let key = IdempotencyKey::try_from(format!("story-key-{}", self.keys)).ok();
        let order = Order { book: Book::Live, now: self.now, by: StaffId(1), key, command };
        let events = self.site.carry_out(&order)?;
        self.journal.extend(events.iter().map(|event| (self.now, event.clone())));
        Ok(events)
    }

    fn read(&mut self, look: Result<Register, CommFault>, quality: Quality, attempts: u32) -> Vec<Event> {
        let on = self.site.metered(METER).map(|metered| metered.wanted()) == Some(Supply::Connected);
        let contact = if on { Contact::Closed } else { Contact::Open };
        let health = Health { quality, contact, attempts, polls: 1, failures: 0 };
        let look = look.map(|import| Telegram { import, live: Live::default(), contact });
        let report = Report { meter: METER, book: Book::Live, at: self.now, look, health, again: None };
        let events = self.site.report(&report).events;
        self.journal.extend(events.iter().map(|event| (self.now, event.clone())));
        events
    }

    fn step(&mut self, line: &str) {
        self.now = self.now + Span::from_mins(1);
        let words: Vec<_> = line.split_whitespace().collect();
        let sell = |amount: &str, handed: Option<&str>| Command::Sell {
            account: ACCOUNT,
            amount: money(amount),
            tender: Tender::Cash,
            handed: handed.map(money),
            reference: String::new(),
        };
        let reason = || "because".to_owned();
        let done = match words.as_slice() {
            ["sell", amount] => self.order(sell(amount, None)),
            ["sell", amount, "for", handed] => self.order(sell(amount, Some(handed))),
            ["reverse", no] => {
                let receipt = ReceiptNo(no.parse().expect("a number"));
                self.order(Command::Reverse { receipt, reason: reason() })
            }
            ["cut"] => self.order(Command::CutSupply { meter: METER, reason: reason() }),
            ["restore"] => self.order(Command::RestoreSupply { meter: METER, reason: reason() }),
            ["restore", "silently"] => self.order(Command::RestoreSupply { meter: METER, reason: " ".to_owned() }),
            ["new", "start"] => self.resolve(HoldResolution::NewStart),
            ["bill", "it"] => self.resolve(HoldResolution::BillDifference),
            ["acknowledge", id] => {
                self.order(Command::AcknowledgeAlarm { alarm: AlarmId(id.parse().expect("a number")) })
            }
            ["read", kwh] => {
                let mwh = Energy::parse_kwh(kwh).expect("kWh").mwh();
                Ok(self.read(Ok(Register::from_mwh(mwh)), Quality::Good, 0))
            }
            ["stuck", kwh] => {
                let mwh = Energy::parse_kwh(kwh).expect("kWh").mwh();
                Ok(self.read(Ok(Register::from_mwh(mwh)), Quality::Good, 3))
            }
            ["miss"] => Ok(self.read(Err(CommFault::Timeout), Quality::Good, 0)),
            ["miss", "again"] => Ok(self.read(Err(CommFault::Timeout), Quality::Stale, 0)),
            ["wait", hours] => {
                self.now = self.now + Span::from_hours(hours.parse().expect("hours"));
                Ok(Vec::new())
            }
            _ => panic!("what is `{line}`?"),
        };
        let account = self.site.accounts().get(&ACCOUNT).expect("the account");
        let metered = account.meters.get(&METER).expect("the meter");
        let credit = account.credit().to_decimal(Currency::CNY);
        let what = match done {
            Ok(events) => events.iter().map(brief).collect::<Vec<_>>().join(", "),
            Err(refusal) => format!("REFUSED: {refusal}"),
        };
        self.told += &format!("{line:<16} -> {credit:>6} {:<12} {what}", supply(metered.wanted())).trim_end();
        self.told += "\n";
    }

    fn resolve(&mut self, resolution: HoldResolution) -> Result<Vec<Event>, Refusal> {
        self.order(Command::ResolveHold { meter: METER, resolution, note: "looked at it".to_owned() })
    }

    /// A fresh site that applies the journal stands where this one does, once both are posted.
    fn replays(&mut self) {
        let mut fresh = blank();
        for (at, event) in &self.journal {
            assert!(balanced(&event.postings()), "{event:?}");
            let kept = Event::from_body(&event.to_body()).expect("a body reads back");
            assert_eq!(kept, *event);
            fresh.apply(Book::Live, *at, StaffId(1), &kept);
        }
        let state = |site: &Site| {
            let account = site.accounts().get(&ACCOUNT).expect("the account");
            let metered = account.meters.get(&METER).expect("the meter");
            (account.posted(), account.last_sale, metered.wanted(), metered.posted_to(), metered.held())
        };
        assert_eq!(state(&fresh), state(&self.site));
        assert_eq!(fresh.alarms(), self.site.alarms());
    }
}

fn supply(wanted: Supply) -> String {
    match wanted {
        Supply::Connected => "on".to_owned(),
        Supply::Armed => "armed".to_owned(),
        Supply::Disconnected(reason) => format!("{reason:?}"),
    }
}

fn brief(event: &Event) -> String {
    match event {
        Event::Settled(settled) => format!("settled {} = {}", settled.energy, settled.amount().to_decimal(Currency::CNY)),
        Event::Sold(sale) => format!("receipt {}", sale.receipt),
        Event::Reversed(reversal) => format!("receipt {} takes back {}", reversal.receipt, reversal.of),
        Event::AlarmRaised { alarm, kind, .. } => format!("alarm {alarm} {kind:?}"),
        Event::AlarmCleared { alarm } => format!("alarm {alarm} over"),
        Event::AlarmAcknowledged { alarm } => format!("alarm {alarm} seen"),
        Event::AccountOpened { .. } => "opened".to_owned(),
        Event::MeterBound { .. } => "bound".to_owned(),
        Event::Baseline { .. } => "baseline".to_owned(),
        Event::LowCredit { .. } => "low".to_owned(),
        Event::Cut { reason, .. } => format!("cut {reason:?}"),
        Event::Lifted { reason, .. } => format!("lifted {reason:?}"),
        Event::SupplyProven { contact, .. } => format!("proven {contact:?}"),
        Event::ReadingHeld { .. } => "held".to_owned(),
        Event::HoldEnded { .. } => "hold over".to_owned(),
    }
}

fn check(steps: &str, told: Expect) {
    let mut story = Story::begin();
    for step in steps.split('/') {
        story.step(step.trim());
    }
    story.replays();
    told.assert_eq(&story.told);
}

#[test]
fn credit_is_used_warned_about_cut_at_the_second_look_and_comes_back_when_paid() {
    check(
        "read 1000 / read 1000 / sell 3.00 / read 1000.30 / read 1000.60 / read 1000.90 / read 1001.20 / read 1001.50
         / read 1001.80 / read 1002.10 / read 1002.40 / read 1002.70 / read 1003 / read 1003.01 / read 1003.01
         / sell 1.00 / read 1003.01 / sell 0.50 / sell 1.00 / read 1003.01",
        expect![[""]],
    );
}

#[test]
fn a_false_zero_bills_nothing_and_what_was_really_used_is_billed_after_it() {
    check(
        "read 1000 / read 1000 / sell 50 / read 0 / read 0 / read 1000.2 / wait 1 / read 1000.3",
        expect![[""]],
    );
}

#[test]
fn a_jump_is_held_until_the_register_comes_back_or_a_person_decides() {
    check(
        "read 1000 / read 1000 / sell 50 / read 5000 / read 5000.1 / read 1000.1 / read 1020 / bill it / read 1020.1
         / read 10 / new start / read 10.1 / wait 1 / read 10.2 / new start",
        expect![[""]],
    );
}

#[test]
fn staff_cut_and_restore_but_lack_of_credit_stays() {
    check(
        "read 1000 / read 1000 / sell 5 / cut / read 1000 / restore silently / restore / read 1000 / read 1000.3
         / read 1000.6 / wait 20 / read 1005.2 / read 1005.2 / cut / restore / restore / sell 10",
        expect![[""]],
    );
}

#[test]
fn only_the_latest_sale_can_be_reversed_and_only_once_and_only_what_is_left() {
    check(
        "read 1000 / read 1000 / sell 5 / sell 6 / reverse 1 / reverse 2 / reverse 2 / reverse 1 / reverse 9
         / sell 7 for 5 / sell 7 for 10 / wait 1 / read 1006 / reverse 4",
        expect![[""]],
    );
}

#[test]
fn amounts_outside_the_terms_are_refused_with_the_border() {
    check("sell 0.99 / sell 1.00 / sell 5000.01 / sell 5000 / sell 5000 / sell 5000 / sell 5000", expect![[""]]);
}

#[test]
fn a_silent_meter_raises_one_alarm_and_is_never_cut() {
    check(
        "read 1000 / read 1000 / sell 1 / miss / miss again / miss again / acknowledge 1 / read 1000.1 / stuck 1000.2
         / read 1000.3",
        expect![[""]],
    );
}
