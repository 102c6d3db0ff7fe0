//! Stories of the terms of a policy: each rule at its border and on both sides of it. Nobody reads
//! the meter while time passes (`at`): what happens then, time alone brings.

#[path = "account_stories.rs"]
mod account_stories;
#[path = "load_stories.rs"]
mod load_stories;

use expect_test::{Expect, expect};

use crate::energy::{Energy, Power, Register};
use crate::event::{Event, WarningLevel};
use crate::id::{AccountId, Book, IdempotencyKey, MeterId, NoticeId, StaffId, TariffId};
use crate::meter::{Contact, Health, Limits, Live, Quality, Report, Supply, Telegram};
use crate::money::{Currency, Money};
use crate::policy::{
    Courtesy, DaySpan, Emergency, EmergencyStart, Mode, NoCutHours, Policy, RestoreMode, Scope,
    Week,
};
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

#[test]
fn supply_comes_back_at_the_restore_minimum_and_not_a_cent_below() {
    check(
        terms(),
        "use 5.00 / sell 0.99 / at 08:05 / sell 1.00 / use 1.00 / sell 1.00",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            08:00:12 sell 0.99        0.00 NoCredit   REFUSED: the amount is below the least sale of 100 minor units
            08:05:00 sell 1.00        1.00 on         Credit 1.00, lifted NoCredit
            08:05:11 use 1.00         0.00 on         warning 2
            08:05:11 sell 1.00        1.00 on         Credit 1.00
        "#]],
    );
    let zero = Policy { restore_minimum: money("0.00"), ..terms() };
    check(
        zero,
        "use 6.00 / at 08:05 / sell 1.00 / sell 1.00",
        expect![[r#"
        08:00:12 use 6.00        -1.00 NoCredit   warning 1, cut NoCredit
        08:05:00 sell 1.00        0.00 NoCredit   Overdrawn 1.00
        08:05:00 sell 1.00        1.00 on         Credit 1.00, lifted NoCredit
    "#]],
    );
}

#[test]
fn an_overdraft_is_used_to_its_last_cent() {
    let policy = Policy { overdraft: money("3.00"), ..terms() };
    check(
        policy,
        "use 5.00 / use 2.99 / use 0.01 / at 08:05 / sell 3.50 / sell 1.00",
        expect![[r#"
            08:00:11 use 5.00         0.00 on         warning 1
            08:00:21 use 2.99        -2.99 on
            08:00:32 use 0.01        -3.00 NoCredit   cut NoCredit
            08:05:00 sell 3.50        0.50 NoCredit   Overdrawn 3.00 + Credit 0.50
            08:05:00 sell 1.00        1.50 on         Credit 1.00, lifted NoCredit
        "#]],
    );
}

#[test]
fn emergency_credit_is_offered_taken_repaid_first_and_offered_again_only_at_a_new_crossing() {
    let emergency = Some(Emergency {
        limit: money("6.00"),
        offer_at: money("0.50"),
        start: EmergencyStart::Manual,
    });
    check(
        Policy { emergency, ..terms() },
        "emergency / use 4.49 / use 0.01 / emergency / use 3.50 / sell 2.00 / sell 1.30 / emergency
         / sell 1.00 / use 0.90 / emergency / use 6.40 / at 08:05 / sell 6.00 / sell 3.00",
        expect![[r#"
            08:00:01 emergency        5.00 on         REFUSED: no emergency credit is offered to account 3 at present
            08:00:11 use 4.49         0.51 on         warning 1
            08:00:21 use 0.01         0.50 on         offered
            08:00:21 emergency        0.50 on         begun
            08:00:31 use 3.50        -3.00 on
            08:00:31 sell 2.00       -1.00 on         EmergencyCredit 2.00
            08:00:31 sell 1.30        0.30 on         EmergencyCredit 1.00 + Credit 0.30, repaid
            08:00:31 emergency        0.30 on         REFUSED: no emergency credit is offered to account 3 at present
            08:00:31 sell 1.00        1.30 on         Credit 1.00, offer armed
            08:00:41 use 0.90         0.40 on         warning 2, offered
            08:00:41 emergency        0.40 on         begun
            08:00:52 use 6.40        -6.00 NoCredit   cut NoCredit
            08:05:00 sell 6.00        0.00 NoCredit   EmergencyCredit 6.00, repaid
            08:05:00 sell 3.00        3.00 on         Credit 3.00, lifted NoCredit, offer armed
        "#]],
    );
}

#[test]
fn emergency_credit_begins_by_itself_where_the_terms_say_so() {
    let emergency = Some(Emergency {
        limit: money("6.00"),
        offer_at: money("0.50"),
        start: EmergencyStart::Automatic,
    });
    check(
        Policy { emergency, ..terms() },
        "use 4.99 / use 0.01 / use 5.99 / use 0.01 / at 08:05 / sell 7.50",
        expect![[r#"
            08:00:11 use 4.99         0.01 on         warning 1, offered
            08:00:21 use 0.01         0.00 on         begun
            08:00:31 use 5.99        -5.99 on
            08:00:42 use 0.01        -6.00 NoCredit   cut NoCredit
            08:05:00 sell 7.50        1.50 on         EmergencyCredit 6.00 + Credit 1.50, repaid, lifted NoCredit, offer armed
        "#]],
    );
}

#[test]
fn a_cut_customer_who_takes_emergency_credit_has_supply_again() {
    let emergency = Some(Emergency {
        limit: money("6.00"),
        offer_at: money("0.50"),
        start: EmergencyStart::Manual,
    });
    check(
        Policy { emergency, ..terms() },
        "use 5.00 / at 08:05 / emergency / use 5.99 / use 0.01 / at 08:07",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, offered, cut NoCredit
            08:05:00 emergency        0.00 on         begun, lifted NoCredit
            08:05:10 use 5.99        -5.99 on
            08:05:21 use 0.01        -6.00 on
            08:06:00                 -6.00 NoCredit   cut NoCredit
        "#]],
    );
}

#[test]
fn in_no_cut_hours_lack_of_credit_waits_for_their_end_and_for_a_warning_of_half_an_hour() {
    let policy = Policy { no_cut: Some(every_day(&["22:00-07:00"])), ..terms() };
    check(
        policy.clone(),
        "at 21:59:48 / use 5.00 / at 22:30 / sell 6.00 / use 6.10 / at +06:59 / use 1.00 / at 07:01",
        expect![[r#"
            21:59:59 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            22:30:00 sell 6.00        6.00 on         Credit 6.00, lifted NoCredit
            22:30:11 use 6.10        -0.10 on         warning 2, cut announced 3
            06:59:10 use 1.00        -1.10 on
            07:00:00                 -1.10 NoCredit   cut NoCredit
        "#]],
    );
    check(
        policy.clone(),
        "at 21:59:49 / use 5.10 / at 23:00 / sell 1.50 / at +08:00 / use 1.00",
        expect![[r#"
            22:00:00 use 5.10        -0.10 on         warning 1, cut announced 2
            23:00:00 sell 1.50        1.40 on         Overdrawn 0.10 + Credit 1.40
            08:00:10 use 1.00         0.40 on         warning 3
        "#]],
    );
    check(
        policy.clone(),
        "at +06:45 / use 5.10 / at 07:20",
        expect![[r#"
        06:45:11 use 5.10        -0.10 on         warning 1, cut announced 2
        07:15:11                 -0.10 NoCredit   cut NoCredit
    "#]],
    );
    check(
        policy,
        "at +07:05 / use 5.10 / at 07:40",
        expect![[r#"
        07:05:11 use 5.10        -0.10 on         warning 1, cut announced 2
        07:35:11                 -0.10 NoCredit   cut NoCredit
    "#]],
    );
}

#[test]
fn spans_that_follow_soon_keep_the_supply_on_through_both() {
    let policy = Policy { no_cut: Some(every_day(&["12:00-13:00", "13:20-14:00"])), ..terms() };
    check(
        policy,
        "at 12:55 / use 5.10 / at 14:30",
        expect![[r#"
        12:55:11 use 5.10        -0.10 on         warning 1, cut announced 2
        14:00:00                 -0.10 NoCredit   cut NoCredit
    "#]],
    );
}

#[test]
fn a_protected_supply_is_opened_by_nothing_until_the_protection_ends() {
    check(
        terms(),
        "use 5.00 / at 08:05 / protect until 09:00 / cut / use 1.00 / protect until 07:00 / at 09:05 / unprotect",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            08:05:00 protect until 09:00   0.00 on         protected, lifted NoCredit
            08:05:00 cut              0.00 on         REFUSED: supply of meter 7 is protected and is not cut; take the protection back first
            08:05:10 use 1.00        -1.00 on
            08:05:10 protect until 07:00  -1.00 on         REFUSED: that time is past already
            09:00:00                 -1.00 NoCredit   unprotected, cut NoCredit
            09:05:00 unprotect       -1.00 NoCredit   REFUSED: supply of meter 7 is not protected
        "#]],
    );
    check(
        terms(),
        "cut / protect / unprotect / restore / protect / unprotect",
        expect![[r#"
        08:00:01 cut              5.00 Operator   cut Operator
        08:00:01 protect          5.00 on         protected
        08:00:01 unprotect        5.00 Operator   unprotected
        08:00:01 restore          5.00 on         lifted Operator
        08:00:01 protect          5.00 on         protected
        08:00:01 unprotect        5.00 on         unprotected
    "#]],
    );
    let night = Policy { no_cut: Some(every_day(&["22:00-07:00"])), ..terms() };
    check(
        night,
        "use 5.00 / at 08:05 / protect until 23:00 / use 0.10 / at +07:10",
        expect![[r#"
        08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
        08:05:00 protect until 23:00   0.00 on         protected, lifted NoCredit
        08:05:10 use 0.10        -0.10 on
        23:00:00                 -0.10 on         unprotected, cut announced 2
        07:00:00                 -0.10 NoCredit   cut NoCredit
    "#]],
    );
}

#[test]
fn two_levels_warn_once_a_crossing_and_a_top_up_arms_them() {
    let policy = Policy { last_credit: money("1.00"), ..terms() };
    check(
        policy,
        "use 3.00 / use 0.01 / use 0.98 / use 0.02 / use 0.10 / sell 1.10 / use 0.01 / use 1.50",
        expect![[r#"
            08:00:11 use 3.00         2.00 on
            08:00:21 use 0.01         1.99 on         warning 1
            08:00:31 use 0.98         1.01 on
            08:00:41 use 0.02         0.99 on         last warning 2
            08:00:51 use 0.10         0.89 on
            08:00:51 sell 1.10        1.99 on         Credit 1.10
            08:01:01 use 0.01         1.98 on         warning 3
            08:01:11 use 1.50         0.48 on         last warning 4
        "#]],
    );
}

#[test]
fn a_courtesy_trip_opens_once_and_a_confirmation_closes_it() {
    let courtesy = Some(Courtesy { closes_after: None });
    let policy = Policy { last_credit: money("1.00"), courtesy, ..terms() };
    check(
        policy.clone(),
        "use 4.00 / use 0.01 / confirm / confirm / use 0.10 / sell 5.00 / use 5.00 / at 08:05 / sell 5.00",
        expect![[r#"
            08:00:11 use 4.00         1.00 on         warning 1
            08:00:21 use 0.01         0.99 Courtesy   last warning 2, cut Courtesy
            08:00:21 confirm          0.99 on         lifted Courtesy
            08:00:21 confirm          0.99 on         REFUSED: supply of meter 7 waits for nobody's confirmation
            08:00:31 use 0.10         0.89 on
            08:00:31 sell 5.00        5.89 on         Credit 5.00
            08:00:41 use 5.00         0.89 on         last warning 3
            08:01:21                  0.89 Courtesy   cut Courtesy
            08:05:00 sell 5.00        5.89 on         Credit 5.00, lifted Courtesy
        "#]],
    );
    let courtesy = Some(Courtesy { closes_after: Some(Span::from_mins(10)) });
    let no_cut = Some(every_day(&["08:00-09:00"]));
    check(
        Policy { courtesy, no_cut, ..policy },
        "use 4.50 / at 09:20",
        expect![[r#"
        08:00:11 use 4.50         0.50 on         last warning 1
        09:00:00                  0.50 Courtesy   cut Courtesy
        09:10:00                  0.50 on         lifted Courtesy
    "#]],
    );
}

#[test]
fn a_cut_waits_for_the_delivery_of_its_warning_and_not_for_ever() {
    let after_delivery = Some(Span::from_hours(24));
    let policy = Policy { last_credit: money("1.00"), after_delivery, ..terms() };
    check(
        policy.clone(),
        "use 4.50 / use 0.50 / at 09:00 / delivered 9 / delivered 1",
        expect![[r#"
            08:00:11 use 4.50         0.50 on         last warning 1
            08:00:22 use 0.50         0.00 on
            09:00:00 delivered 9      0.00 on         REFUSED: notice 9 of account 3 is not on its way
            09:00:00 delivered 1      0.00 NoCredit   notice-delivered, cut NoCredit
        "#]],
    );
    check(
        policy.clone(),
        "use 5.00 / at +08:00 / at 08:01",
        expect![[r#"
        08:00:12 use 5.00         0.00 on         last warning 1
        08:00:11                  0.00 NoCredit   notice 1 not delivered, cut NoCredit
    "#]],
    );
    check(
        Policy { last_credit: Money::ZERO, ..policy },
        "use 5.00 / delivered 2",
        expect![[r#"
        08:00:12 use 5.00         0.00 on         warning 1, cut announced 2
        08:00:12 delivered 2      0.00 NoCredit   notice-delivered, cut NoCredit
    "#]],
    );
}

#[test]
fn a_paused_and_a_postpaid_account_are_neither_warned_nor_cut() {
    check(
        terms(),
        "pause / use 6.00 / pause / resume / use 0.10 / pause / resume / resume",
        expect![[r#"
            08:00:01 pause            5.00 on         paused
            08:00:11 use 6.00        -1.00 on
            08:00:11 pause           -1.00 on         REFUSED: account 3 is paused already
            08:00:11 resume          -1.00 on         resumed
            08:00:21 use 0.10        -1.10 NoCredit   warning 1, cut NoCredit
            08:00:21 pause           -1.10 on         paused, lifted NoCredit
            08:00:21 resume          -1.10 on         resumed
            08:00:21 resume          -1.10 on         REFUSED: account 3 is not paused
        "#]],
    );
    check(
        terms(),
        "use 6.00 / postpaid 09:00 / postpaid 07:00 / at 09:01 / use 1.00",
        expect![[r#"
            08:00:12 use 6.00        -1.00 NoCredit   warning 1, cut NoCredit
            08:00:12 postpaid 09:00  -1.00 NoCredit   policy-published
            08:00:12 postpaid 07:00  -1.00 NoCredit   REFUSED: that time is past already
            09:00:00                 -1.00 on         lifted NoCredit
            09:01:10 use 1.00        -2.00 on
        "#]],
    );
}

#[test]
fn with_permit_the_supply_waits_for_a_confirmation_or_the_button_at_the_meter() {
    let policy = Policy { restore: RestoreMode::Permit, ..terms() };
    check(
        policy,
        "use 5.00 / at 08:05 / sell 5.00 / at 09:00 / confirm / confirm / cut / restore / press
         / use 5.00 / protect / confirm",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            08:05:00 sell 5.00        5.00 armed      Credit 5.00, lifted NoCredit
            09:00:00 confirm          5.00 on         confirmed
            09:00:00 confirm          5.00 on         REFUSED: supply of meter 7 waits for nobody's confirmation
            09:00:00 cut              5.00 Operator   cut Operator
            09:00:00 restore          5.00 armed      lifted Operator
            09:00:00 press            5.00 on         confirmed
            09:00:11 use 5.00         0.00 NoCredit   warning 2, cut NoCredit
            09:00:11 protect          0.00 armed      protected, lifted NoCredit
            09:00:11 confirm          0.00 on         confirmed
        "#]],
    );
}

#[test]
fn an_automatic_cut_comes_a_minute_after_the_supply_came_back_and_not_before() {
    check(
        terms(),
        "use 5.00 / at 08:02 / sell 1.00 / at 08:02:30 / use 1.00 / at 08:04",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            08:02:00 sell 1.00        1.00 on         Credit 1.00, lifted NoCredit
            08:02:41 use 1.00         0.00 on         warning 2
            08:03:00                  0.00 NoCredit   cut NoCredit
        "#]],
    );
}
