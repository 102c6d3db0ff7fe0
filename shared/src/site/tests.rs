//! Stories of one account with one meter at 1.00 a kWh; every step is a minute later.

use expect_test::{Expect, expect};

use crate::energy::{Energy, Power, Register};
use crate::event::Event;
use crate::id::{
    AccountId, AlarmId, ArrearsId, Book, IdempotencyKey, MeterId, ReceiptNo, StaffId, TariffId,
};
use crate::ledger::balanced;
use crate::meter::{
    CommFault, Contact, ExceptionKind, Exchange, Exchanged, Health, Limits, Live, Quality, Report,
    Supply, Telegram,
};
use crate::money::{Currency, Money};
use crate::policy::Policy;
use crate::request::Grave;
use crate::site::{Command, HoldResolution, Order, Refusal, Site};
use crate::staff::Act;
use crate::time::{Span, Timestamp, Zone};
use crate::vend::{Allocation, Collection, Parts, ReceiptLine, Share, Tender};

pub(crate) const FLAT: &str = r#"
id = "flat"
name = "Flat"
currency = "CNY"
zone = "Asia/Shanghai"

[[versions]]
from = "2020-01-01"

[versions.energy]
price = "1.00"
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
    Site::new(Zone::named("Asia/Shanghai").expect("a zone"))
}

fn money(text: &str) -> Money {
    Money::parse(text, Currency::CNY).expect("an amount")
}

impl Story {
    fn begin() -> Self {
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let mut story =
            Self { site: blank(), now, keys: 0, journal: Vec::new(), told: String::new() };
        let policy = Policy {
            low_credit: money("2.00"),
            restore_minimum: money("1.00"),
            ..Policy::default()
        };
        let text = FLAT.to_owned();
        story.order(Command::PublishTariff { text, approved_by: None }).expect("published");
        let tariff = TariffId("flat".to_owned());
        story
            .order(Command::OpenAccount {
                account: ACCOUNT,
                tariff,
                policy,
                opening: money("0.00"),
            })
            .expect("opens");
        let most_power = Power::from_watts(20_000);
        let limits = Limits { most_power, step: Energy::from_wh(10), wraps_at: None };
        story.order(Command::BindMeter { account: ACCOUNT, meter: METER, limits }).expect("binds");
        story
    }

    fn order(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.keys += 1;
        let key = IdempotencyKey::try_from(format!("story-key-{}", self.keys)).ok();
        let order = Order { book: Book::Live, now: self.now, by: StaffId(0), key, command };
        let events = self.site.carry_out(&order)?;
        self.journal.extend(events.iter().map(|event| (self.now, event.clone())));
        Ok(events)
    }

    fn read(
        &mut self,
        look: Result<Register, CommFault>,
        quality: Quality,
        attempts: u32,
    ) -> Vec<Event> {
        let on = self.site.metered(METER).map(crate::prepaid::Metered::wanted)
            == Some(Supply::Connected);
        let contact = if on { Contact::Closed } else { Contact::Open };
        let health = Health { quality, contact, attempts, polls: 1, failures: 0 };
        let look = look.map(|import| Telegram { import, live: Live::default(), contact });
        let report =
            Report { meter: METER, book: Book::Live, at: self.now, look, health, again: None };
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
            ["reverse", no, "as", "debt", rest @ ..] => {
                let receipt = ReceiptNo(no.parse().expect("a number"));
                let what = Grave::Reverse { receipt, as_debt: true };
                let command = Command::Grave { what, reason: reason() };
                if rest == ["alone"] { self.order(command) } else { self.agreed(command) }
            }
            ["cut"] => self.order(Command::CutSupply { meter: METER, reason: reason() }),
            ["restore"] => self.order(Command::RestoreSupply { meter: METER, reason: reason() }),
            ["restore", "silently"] => {
                self.order(Command::RestoreSupply { meter: METER, reason: " ".to_owned() })
            }
            ["new", "start"] => self.resolve(HoldResolution::NewStart),
            ["bill", "it"] => self.resolve(HoldResolution::BillDifference),
            ["acknowledge", id] => self
                .order(Command::AcknowledgeAlarm { alarm: AlarmId(id.parse().expect("a number")) }),
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
            ["price", price, "from", day] => {
                let version = format!(
                    "\n[[versions]]\nfrom = \"{day}\"\n[versions.energy]\nprice = \"{price}\"\n"
                );
                self.order(Command::PublishTariff {
                    text: FLAT.to_owned() + &version,
                    approved_by: None,
                })
            }
            ["cheaper", "past"] => {
                let text = FLAT.replace("1.00", "0.50");
                self.order(Command::PublishTariff { text, approved_by: None })
            }
            ["owe", amount, "share", share, "cap", cap] => {
                let share = Share::try_from(share.parse::<u16>().expect("a share"));
                let weekly_cap = (*cap != "none").then(|| money(cap));
                let share = share.expect("a share");
                self.owe(amount, Collection::Payments { share, weekly_cap })
            }
            ["owe", amount, "weekly", rate, parts @ ("daily" | "hundred"), rest @ ..] => {
                let parts = if *parts == "daily" { Parts::Daily } else { Parts::Hundred };
                let (rate, pause_off_supply) = (money(rate), rest == ["pausing"]);
                self.owe(amount, Collection::Weekly { rate, parts, pause_off_supply })
            }
            ["cancel", id] => self.order(Command::CancelArrears {
                account: ACCOUNT,
                arrears: ArrearsId(id.parse().expect("a number")),
                reason: reason(),
            }),
            ["exchange", last, first] => {
                let register =
                    |kwh: &str| Register::from_mwh(Energy::parse_kwh(kwh).expect("kWh").mwh());
                let exchange = Exchange {
                    what: Exchanged::Meter,
                    last: register(last),
                    manual: false,
                    first: register(first),
                    serial: "N-2".to_owned(),
                    limits: None,
                    note: "the old one is full".to_owned(),
                };
                self.order(Command::ExchangeMeter { meter: METER, exchange })
            }
            ["close", kind, rest @ ..] => {
                let kind = match *kind {
                    "held" => ExceptionKind::Held,
                    "missing" => ExceptionKind::Missing,
                    _ => ExceptionKind::Undelivered,
                };
                let resolution = (rest == ["billed"]).then_some(HoldResolution::BillDifference);
                let (exceptions, note) = (vec![(METER, kind)], reason());
                self.order(Command::CloseExceptions { exceptions, resolution, note })
            }
            ["tick"] => {
                let events = self.site.due(Book::Live, self.now);
                self.journal.extend(events.iter().map(|event| (self.now, event.clone())));
                Ok(events)
            }
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
        self.told +=
            format!("{line:<16} -> {credit:>6} {:<12} {what}", supply(metered.wanted())).trim_end();
        self.told += "\n";
    }

    /// A second person lets it through.
    fn agreed(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        let (approval, tariff, matter) = (1, None, None);
        let (asked_by, approved_by) = (StaffId(0), Some(StaffId(9)));
        let act = Act::ApprovalGiven { approval, tariff, asked_by, matter, approved_by };
        let (note, command) = (String::new(), Box::new(command));
        self.order(Command::Approved { act, note, command })
    }

    fn owe(&mut self, amount: &str, collection: Collection) -> Result<Vec<Event>, Refusal> {
        let (amount, reason) = (money(amount), "brought along".to_owned());
        self.order(Command::AddArrears { account: ACCOUNT, amount, collection, reason })
    }

    fn resolve(&mut self, resolution: HoldResolution) -> Result<Vec<Event>, Refusal> {
        self.order(Command::ResolveHold {
            meter: METER,
            resolution,
            note: "looked at it".to_owned(),
        })
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
            (
                account.posted(),
                account.last_sale.clone(),
                account.arrears.clone(),
                metered.wanted(),
                metered.posted_to(),
                metered.held(),
            )
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
        Event::Settled(settled) => {
            let spread = if settled.estimated { " estimated" } else { "" };
            let amount = settled.amount().to_decimal(Currency::CNY);
            format!("settled {} = {amount}{spread}", settled.energy)
        }
        Event::Sold(sale) => format!("receipt {}{}", sale.receipt, lines(&sale.lines)),
        Event::Reversed(reversal) => {
            let (no, of) = (reversal.receipt, reversal.of);
            format!("receipt {no} takes back {of}{}", lines(&reversal.lines))
        }
        Event::Refunded(refund) => format!("refund {}", refund.receipt),
        Event::AlarmRaised { alarm, kind, .. } => format!("alarm {alarm} {kind:?}"),
        Event::AlarmCleared { alarm } => format!("alarm {alarm} over"),
        Event::Acted { act: Act::ApprovalGiven { .. }, .. } => "approved".to_owned(),
        Event::Acted { act, .. } => format!("{act:?}"),
        Event::AlarmAcknowledged { alarm } => format!("alarm {alarm} seen"),
        Event::TariffPublished { .. } => "published".to_owned(),
        Event::AccountOpened { .. } => "opened".to_owned(),
        Event::MeterBound { .. } => "bound".to_owned(),
        Event::Baseline { .. } => "baseline".to_owned(),
        Event::ExceptionNoted { exception, .. } => format!("noted {exception:?}"),
        Event::Exchanged { .. } => "exchanged".to_owned(),
        Event::ArrearsAdded(arrears) => format!("arrears {}", arrears.arrears),
        Event::Counter(fact) => format!("{fact:?}"),
        Event::ArrearsDue(due) => {
            let money = |amount: Money| amount.to_decimal(Currency::CNY);
            format!("due {} took {}", money(due.due), money(due.taken))
        }
        Event::ProvisionalCharged(charged) => {
            let amount = charged.amount().to_decimal(Currency::CNY);
            format!("provisional {} = {amount}", charged.energy)
        }
        Event::ProvisionalReleased { amount, .. } => {
            format!("released {}", amount.to_decimal(Currency::CNY))
        }
        Event::ArrearsCancelled(cancelled) => {
            format!("cancelled {}", cancelled.amount.to_decimal(Currency::CNY))
        }
        Event::Adjusted(adjusted) => {
            format!("adjusted {}", adjusted.amount.to_decimal(Currency::CNY))
        }
        Event::LowCredit { .. } => "low".to_owned(),
        Event::Cut { reason, .. } => format!("cut {reason:?}"),
        Event::Lifted { reason, .. } => format!("lifted {reason:?}"),
        Event::SupplyProven { contact, .. } => format!("proven {contact:?}"),
        Event::ReadingHeld { .. } => "held".to_owned(),
        Event::HoldEnded { .. } => "hold over".to_owned(),
        Event::PolicyPublished { .. } => "policy published".to_owned(),
        Event::MeterPlaced { .. } => "meter placed".to_owned(),
        Event::NoticeDelivered { .. } => "notice delivered".to_owned(),
        Event::Payment(fact) => format!("payment {}", fact.payment()),
        Event::CutUndelivered { .. } => "cut undelivered".to_owned(),
        Event::Rearmed { .. } => "rearmed".to_owned(),
        Event::EmergencyOffered { .. } => "emergency offered".to_owned(),
        Event::EmergencyBegun { .. } => "emergency begun".to_owned(),
        Event::EmergencyRepaid { .. } => "emergency repaid".to_owned(),
        Event::EmergencyRearmed { .. } => "emergency rearmed".to_owned(),
        Event::Protected { .. } => "protected".to_owned(),
        Event::Unprotected { .. } => "unprotected".to_owned(),
        Event::Paused { .. } => "paused".to_owned(),
        Event::Resumed { .. } => "resumed".to_owned(),
        Event::CutHeld { .. } => "cut held".to_owned(),
        Event::HeldCutEnded { .. } => "held cut ended".to_owned(),
        Event::CutsReleased { .. } => "cuts released".to_owned(),
        Event::RequestMade { .. } => "request made".to_owned(),
        Event::RequestDecided { .. } => "request decided".to_owned(),
        Event::RestoreConfirmed { .. } => "restore confirmed".to_owned(),
    }
}

/// What a payment went to, where there is more to say than credit.
fn lines(lines: &[ReceiptLine]) -> String {
    let told = |line: &ReceiptLine| {
        let amount = line.amount.to_decimal(Currency::CNY);
        match line.what {
            Allocation::SharedArrears => format!(" {amount} share"),
            Allocation::DueArrears => format!(" {amount} due"),
            Allocation::Overdrawn => format!(" {amount} overdrawn"),
            Allocation::EmergencyCredit => format!(" {amount} emergency"),
            Allocation::Credit => String::new(),
        }
    };
    lines.iter().map(told).collect()
}

/// The journal of a story, sealed.
pub(crate) fn recorded(steps: &str) -> Vec<crate::ledger::Record> {
    let mut story = Story::begin();
    for step in steps.split('/') {
        story.step(step.trim());
    }
    sealed(&story.journal)
}

/// Events as records of a journal.
pub(crate) fn sealed(events: &[(Timestamp, Event)]) -> Vec<crate::ledger::Record> {
    let mut chain = crate::ledger::Chain::empty(crate::id::SiteId(1));
    let seal = |(at, event): &(Timestamp, Event)| {
        chain.seal(crate::ledger::Draft {
            at: *at,
            book: Book::Live,
            by: StaffId(0),
            key: None,
            body: event.to_body(),
            postings: event.postings(),
        })
    };
    events.iter().map(seal).collect()
}

pub(super) fn check(steps: &str, told: Expect) {
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
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 3.00        ->   3.00 on           receipt 1
            read 1000.30     ->   2.70 on
            read 1000.60     ->   2.40 on
            read 1000.90     ->   2.10 on
            read 1001.20     ->   1.80 on           settled 1.2 kWh = 1.20, low
            read 1001.50     ->   1.50 on
            read 1001.80     ->   1.20 on
            read 1002.10     ->   0.90 on
            read 1002.40     ->   0.60 on
            read 1002.70     ->   0.30 on
            read 1003        ->   0.00 on
            read 1003.01     ->  -0.01 NoCredit     settled 1.81 kWh = 1.81, cut NoCredit
            read 1003.01     ->  -0.01 NoCredit     proven Open
            sell 1.00        ->   0.99 NoCredit     receipt 2 0.01 overdrawn
            read 1003.01     ->   0.99 NoCredit     low
            sell 0.50        ->   0.99 NoCredit     REFUSED: the amount is below the least sale of 100 minor units
            sell 1.00        ->   1.99 on           receipt 3, lifted NoCredit
            read 1003.01     ->   1.99 on           low, proven Closed
        "#]],
    );
}

#[test]
fn a_false_zero_bills_nothing_and_what_was_really_used_is_billed_after_it() {
    check(
        "read 1000 / read 1000 / sell 50 / read 0 / read 0 / read 1000.2 / wait 1 / read 1000.3",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            read 0           ->  50.00 on           held, alarm 1 RegisterBackwards
            read 0           ->  50.00 on
            read 1000.2      ->  49.80 on           hold over, alarm 1 over
            wait 1           ->  49.80 on
            read 1000.3      ->  49.70 on           settled 0.3 kWh = 0.30
        "#]],
    );
}

#[test]
fn a_jump_is_held_until_the_register_comes_back_or_a_person_decides() {
    check(
        "read 1000 / read 1000 / sell 50 / read 5000 / read 5000.1 / read 1000.1 / read 1020 / bill it / read 1020.1
         / read 10 / new start / read 10.1 / wait 1 / read 10.2 / new start",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            read 5000        ->  50.00 on           held, alarm 1 RegisterJump
            read 5000.1      ->  50.00 on
            read 1000.1      ->  49.90 on           hold over, alarm 1 over
            read 1020        ->  49.90 on           held, alarm 2 RegisterJump
            bill it          ->  30.00 on           settled 0.1 kWh = 0.10, hold over, settled 19.9 kWh = 19.90, alarm 2 over
            read 1020.1      ->  29.90 on
            read 10          ->  29.90 on           held, alarm 3 RegisterBackwards
            new start        ->  29.90 on           settled 0.1 kWh = 0.10, hold over, baseline, alarm 3 over
            read 10.1        ->  29.80 on
            wait 1           ->  29.80 on
            read 10.2        ->  29.70 on           settled 0.2 kWh = 0.20
            new start        ->  29.70 on           REFUSED: meter 7 has no reading on hold
        "#]],
    );
}

#[test]
fn staff_cut_and_restore_but_lack_of_credit_stays() {
    check(
        "read 1000 / read 1000 / sell 5 / cut / read 1000 / restore silently / restore / read 1000 / read 1000.3
         / read 1000.6 / wait 20 / read 1005.2 / read 1005.2 / cut / restore / restore / sell 10",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 5           ->   5.00 on           receipt 1
            cut              ->   5.00 Operator     cut Operator
            read 1000        ->   5.00 Operator     proven Open
            restore silently ->   5.00 Operator     REFUSED: a reason is required
            restore          ->   5.00 on           lifted Operator
            read 1000        ->   5.00 on           proven Closed
            read 1000.3      ->   4.70 on
            read 1000.6      ->   4.40 on
            wait 20          ->   4.40 on
            read 1005.2      ->  -0.20 on           settled 0.6 kWh = 0.60, settled 4.6 kWh = 4.60, low
            read 1005.2      ->  -0.20 NoCredit     cut NoCredit
            cut              ->  -0.20 Operator     cut Operator
            restore          ->  -0.20 NoCredit     lifted Operator
            restore          ->  -0.20 NoCredit     REFUSED: supply is open for lack of credit; only a payment brings it back
            sell 10          ->   9.80 on           receipt 2 0.20 overdrawn, lifted NoCredit
        "#]],
    );
}

#[test]
fn only_the_latest_sale_can_be_reversed_and_only_once_and_only_what_is_left() {
    check(
        "read 1000 / read 1000 / sell 5 / sell 6 / reverse 1 / reverse 2 / reverse 2 / reverse 1 / reverse 9
         / sell 7 for 5 / sell 7 for 10 / wait 1 / read 1006 / reverse 4",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 5           ->   5.00 on           receipt 1
            sell 6           ->  11.00 on           receipt 2
            reverse 1        ->  11.00 on           REFUSED: only the latest sale of an account can be reversed; that is receipt 2
            reverse 2        ->   5.00 on           receipt 3 takes back 2
            reverse 2        ->   5.00 on           REFUSED: receipt 2 is a reversal or was reversed already
            reverse 1        ->   5.00 on           REFUSED: only the latest sale of an account can be reversed; that is receipt 2
            reverse 9        ->   5.00 on           REFUSED: there is no receipt 9 in this book
            sell 7 for 5     ->   5.00 on           REFUSED: what was handed over is less than the amount
            sell 7 for 10    ->  12.00 on           receipt 4
            wait 1           ->  12.00 on
            read 1006        ->   6.00 on           settled 6 kWh = 6.00
            reverse 4        ->   6.00 on           REFUSED: it would leave the account 100 minor units below zero, because some of it is used already; a second person may approve it as a debt of the account
        "#]],
    );
}

#[test]
fn amounts_outside_the_terms_are_refused_with_the_border() {
    check(
        "sell 0.99 / sell 1.00 / sell 5000.01 / sell 5000 / sell 5000 / sell 5000 / sell 5000",
        expect![[r#"
            sell 0.99        ->   0.00 on           REFUSED: the amount is below the least sale of 100 minor units
            sell 1.00        ->   1.00 on           receipt 1
            sell 5000.01     ->   1.00 on           REFUSED: the amount is above the largest allowed of 500000 minor units
            sell 5000        -> 5001.00 on           receipt 2
            sell 5000        -> 10001.00 on           receipt 3
            sell 5000        -> 15001.00 on           receipt 4
            sell 5000        -> 15001.00 on           REFUSED: the amount is above the largest allowed of 499900 minor units
        "#]],
    );
}

#[test]
fn a_silent_meter_raises_one_alarm_and_is_never_cut() {
    check(
        "read 1000 / read 1000 / sell 1 / miss / miss again / miss again / acknowledge 1 / read 1000.1 / stuck 1000.2
         / read 1000.3",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 1           ->   1.00 on           receipt 1
            miss             ->   1.00 on
            miss again       ->   1.00 on           alarm 1 Silent
            miss again       ->   1.00 on
            acknowledge 1    ->   1.00 on           alarm 1 seen
            read 1000.1      ->   0.90 on           alarm 1 over, settled 0.1 kWh = 0.10, low
            stuck 1000.2     ->   0.80 on           alarm 2 RelayNotObeying
            read 1000.3      ->   0.70 on           alarm 2 over
        "#]],
    );
}

#[test]
fn a_price_in_use_is_superseded_never_changed() {
    check(
        "read 1000 / read 1000 / sell 50 / cheaper past / price 2.00 from 2026-07-01 / price 2.00 from 2026-07-02
         / price 2.00 from 2026-07-02 / read 1001 / wait 16 / read 1002 / read 1003",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            cheaper past     ->  50.00 on           REFUSED: version 1 of tariff `flat` is in use and cannot be changed; add a version that begins later
            price 2.00 from 2026-07-01 ->  50.00 on           REFUSED: version 2, which would begin in the past, of tariff `flat` is in use and cannot be changed; add a version that begins later
            price 2.00 from 2026-07-02 ->  50.00 on           published
            price 2.00 from 2026-07-02 ->  50.00 on
            read 1001        ->  49.00 on
            wait 16          ->  49.00 on
            read 1002        ->  47.98 on           settled 1 kWh = 1.00, settled 1 kWh = 1.01 estimated
            read 1003        ->  47.98 on           held, alarm 1 RegisterJump
        "#]],
    );
}
