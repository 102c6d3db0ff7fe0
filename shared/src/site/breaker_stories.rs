//! Stories of the mass-disconnect breaker: its share and its time, at the border and on both sides,
//! and a law over random histories.

#[path = "stagger_stories.rs"]
mod stagger_stories;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::energy::{Energy, Power, Register};
use crate::event::Event;
use crate::id::{AccountId, Book, IdempotencyKey, MeterId, StaffId, TariffId};
use crate::meter::{
    AlarmKind, Contact, DisconnectReason, Health, Limits, Live, Quality, Report, Telegram,
};
use crate::money::Money;
use crate::policy::{LoadLimit, Policy};
use crate::request::Grave;
use crate::site::tests::FLAT;
use crate::site::{Command, Order, Refusal, Site};
use crate::staff::Act;
use crate::time::{Span, Timestamp, Zone};
use crate::vend::Tender;

/// By nobody in particular, so that a payment needs no open shift.
const ONE: StaffId = StaffId(0);
const OTHER: StaffId = StaffId(2);
const TEN_MINUTES: Span = Span::from_mins(10);

/// So many accounts with a meter and 1.00 each.
struct Plant {
    site: Site,
    now: Timestamp,
    registers: BTreeMap<MeterId, Register>,
    journal: Vec<(Timestamp, Event)>,
    keys: u32,
}

impl Plant {
    fn of(meters: u32) -> Self {
        Self::under(meters, Policy::default())
    }

    fn under(meters: u32, policy: Policy) -> Self {
        let site = Site::new(Zone::named("Asia/Shanghai").expect("a zone"));
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let (registers, journal) = (BTreeMap::new(), Vec::new());
        let mut plant = Self { site, now, registers, journal, keys: 0 };
        plant.order(Command::PublishTariff { text: FLAT.to_owned(), approved_by: None });
        for number in 1..=meters {
            let (account, meter) = (AccountId(number), MeterId(number));
            let (tariff, policy) = (TariffId("flat".to_owned()), policy.clone());
            let opening = Money::from_minor(100);
            plant.order(Command::OpenAccount { account, tariff, policy, opening });
            let most_power = Power::from_watts(20_000_000);
            let limits = Limits { most_power, step: Energy::from_wh(10), wraps_at: None };
            plant.order(Command::BindMeter { account, meter, limits });
            plant.registers.insert(meter, Register::from_mwh(1_000_000));
        }
        let all: Vec<_> = (1..=meters).collect();
        plant.look(&all, None);
        plant.wait(Span::from_secs(1));
        plant.look(&all, None);
        // So that what is used next can have been used since.
        plant.wait(Span::from_secs(60));
        plant
    }

    fn asks(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.keys += 1;
        let key = IdempotencyKey::try_from(format!("plant-key-{}", self.keys)).ok();
        let order = Order { book: Book::Live, now: self.now, by: ONE, key, command };
        let events = self.site.carry_out(&order)?;
        Ok(self.keep(events))
    }

    fn order(&mut self, command: Command) -> Vec<Event> {
        self.asks(command).expect("a lawful order")
    }

    fn keep(&mut self, events: Vec<Event>) -> Vec<Event> {
        self.journal.extend(events.iter().map(|event| (self.now, event.clone())));
        events
    }

    fn look(&mut self, meters: &[u32], watts: Option<i64>) -> Vec<Event> {
        let mut all = Vec::new();
        for meter in meters {
            let meter = MeterId(*meter);
            let on = self.site.metered(meter).is_some_and(|metered| metered.wanted().is_on());
            let contact = if on { Contact::Closed } else { Contact::Open };
            let (quality, attempts) = (Quality::Good, 0);
            let health = Health { quality, contact, attempts, polls: 1, failures: 0 };
            let live = Live { power: watts.map(Power::from_watts), ..Live::default() };
            let look = Ok(Telegram { import: self.registers[&meter], live, contact });
            let report =
                Report { meter, book: Book::Live, at: self.now, look, health, again: None };
            let events = self.site.report(&report).events;
            all.extend(self.keep(events));
        }
        all
    }

    /// Time passes; what it brings is kept.
    fn wait(&mut self, span: Span) -> Vec<Event> {
        let target = self.now + span;
        let mut all = Vec::new();
        while let Some(next) = self.site.next_deadline(Book::Live).filter(|next| *next <= target) {
            self.now = self.now.max(next);
            let events = self.site.tick(Book::Live, self.now);
            all.extend(self.keep(events));
        }
        self.now = target;
        let events = self.site.tick(Book::Live, self.now);
        all.extend(self.keep(events));
        all
    }

    /// These use 2 kWh, of which one is not paid, and are read twice at this instant.
    fn run_out(&mut self, meters: &[u32]) -> Vec<Event> {
        for meter in meters {
            let register = self.registers.get_mut(&MeterId(*meter)).expect("a meter of the plant");
            *register = register.plus(Energy::from_kwh(2));
        }
        let first = self.now;
        self.now = Timestamp::from_millis(first.millis() - 1);
        let mut events = self.look(meters, None);
        self.now = first;
        events.extend(self.look(meters, None));
        events
    }

    fn pay(&mut self, number: u32, minor: i64) -> Vec<Event> {
        self.order(Command::Sell {
            account: AccountId(number),
            amount: Money::from_minor(minor),
            tender: Tender::Cash,
            handed: None,
            reference: String::new(),
        })
    }

    fn cut_few(&mut self, meters: &[u32]) -> Result<Vec<Event>, Refusal> {
        let meters = meters.iter().copied().map(MeterId).collect();
        self.asks(Command::CutSupplies { meters, reason: "works".to_owned() })
    }

    /// One asks, and somebody says yes.
    fn both(&mut self, what: Grave, second: StaffId) -> Result<Vec<Event>, Refusal> {
        let reason = "looked at".to_owned();
        let looked = self.asks(Command::MayAsk { what: what.clone(), reason: reason.clone() })?;
        assert!(looked.is_empty(), "asking changes nothing: {looked:?}");
        let approved_by = Some(second);
        let (approval, tariff, asked_by, matter) = (1, None, ONE, None);
        let act = Act::ApprovalGiven { approval, tariff, asked_by, matter, approved_by };
        let command = Box::new(Command::Grave { what, reason });
        let mut events = self.asks(Command::Approved { act, note: "seen".to_owned(), command })?;
        assert!(matches!(events.pop(), Some(Event::Acted { .. })), "it is on record");
        Ok(events)
    }

    fn cut_many(&mut self, meters: &[u32], second: StaffId) -> Result<Vec<Event>, Refusal> {
        let meters = meters.iter().copied().map(MeterId).collect();
        self.both(Grave::CutSupplies { meters }, second)
    }

    fn release(&mut self, meters: &[u32], second: StaffId) -> Result<Vec<Event>, Refusal> {
        let meters = meters.iter().copied().map(MeterId).collect();
        self.both(Grave::ReleaseCuts { meters }, second)
    }

    fn dark(&self) -> Vec<u32> {
        let dark = self.registers.keys().filter(|meter| {
            self.site.metered(**meter).is_some_and(|metered| !metered.wanted().is_on())
        });
        dark.map(|meter| meter.0).collect()
    }

    fn held(&self) -> Vec<u32> {
        self.site.held_cuts().iter().map(|held| held.meter.0).collect()
    }

    fn alarmed(&self) -> bool {
        self.site.alarms().values().any(|open| open.kind == AlarmKind::MassCut)
    }

    /// The program stops and starts again: only the journal is left.
    fn restart(&mut self) {
        let mut fresh = Site::new(self.site.zone().clone());
        for (at, event) in &self.journal {
            fresh.apply(Book::Live, *at, ONE, event);
        }
        self.site = fresh;
    }
}

fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<u32> {
    range.collect()
}

#[test]
fn five_percent_are_cut_and_the_next_one_is_held() {
    for (meters, most) in [(10, 3), (79, 3), (80, 4), (100, 5), (119, 5), (120, 6)] {
        let mut plant = Plant::of(meters);
        plant.run_out(&numbers(1..=most));
        assert_eq!(plant.dark(), numbers(1..=most), "all {most} of {meters}");
        assert!(!plant.alarmed());
        plant.run_out(&[most + 1]);
        assert_eq!(plant.dark(), numbers(1..=most), "{} of {meters} is held", most + 1);
        assert_eq!(plant.held(), [most + 1]);
        assert!(plant.alarmed());
    }
}

#[test]
fn ten_minutes_later_others_may_be_cut_and_a_moment_before_they_may_not() {
    for (wait, cut) in [
        (Span::from_millis(599_999), false),
        (TEN_MINUTES, true),
        (Span::from_millis(600_001), true),
    ] {
        let mut plant = Plant::of(20);
        plant.run_out(&[1, 2, 3]);
        plant.wait(wait);
        plant.run_out(&[4]);
        assert_eq!(plant.dark().contains(&4), cut, "after {wait:?}");
        assert_eq!(plant.held().is_empty(), cut);
    }
}

#[test]
fn as_long_as_one_is_held_time_brings_no_cut_and_everything_more_is_held() {
    let mut plant = Plant::of(20);
    plant.run_out(&[1, 2, 3, 4]);
    plant.wait(Span::from_hours(5));
    plant.run_out(&[5]);
    assert_eq!((plant.dark(), plant.held()), (vec![1, 2, 3], vec![4, 5]));
    let held = plant.journal.iter().filter(|(_, event)| matches!(event, Event::CutHeld { .. }));
    assert_eq!(held.count(), 2, "each is recorded once");
}

#[test]
fn whoever_pays_comes_back_while_others_are_held() {
    let mut plant = Plant::of(20);
    plant.run_out(&[1, 2, 3, 4]);
    plant.pay(1, 2_000);
    assert_eq!((plant.dark(), plant.held()), (vec![2, 3], vec![4]));
}

#[test]
fn a_held_cut_ends_with_its_cause_and_the_alarm_with_the_last_one() {
    let mut plant = Plant::of(20);
    plant.run_out(&[1, 2, 3, 4, 5]);
    plant.pay(4, 2_000);
    assert_eq!((plant.held(), plant.alarmed()), (vec![5], true));
    plant.pay(5, 2_000);
    assert_eq!((plant.held(), plant.alarmed()), (vec![], false));
    plant.run_out(&[6]);
    assert_eq!(plant.held(), [6], "three were opened within the ten minutes all the same");
    plant.pay(6, 2_000);
    plant.wait(TEN_MINUTES);
    plant.run_out(&[7]);
    assert_eq!(plant.dark(), [1, 2, 3, 7]);
}

#[test]
fn one_person_cannot_release_and_two_can() {
    let mut plant = Plant::of(40);
    let all = numbers(1..=30);
    plant.run_out(&all);
    let held = plant.held();
    assert_eq!(held, numbers(4..=30));
    assert_eq!(plant.release(&held, ONE), Err(Refusal::SecondPerson));
    assert_eq!(plant.release(&[35], OTHER), Err(Refusal::NoHeldCut(MeterId(35))));
    assert_eq!(plant.dark(), [1, 2, 3], "a refusal changes nothing");
    plant.release(&held, OTHER).expect("two persons");
    assert!(!plant.alarmed());
    assert_eq!(plant.dark().len(), 3 + 10, "ten at once");
    plant.wait(Span::from_secs(60));
    let half = plant.dark().len();
    assert!((14..30).contains(&half), "the others one after the other: {half}");
    plant.wait(Span::from_secs(60));
    assert_eq!(plant.dark(), all, "all within two minutes");
    plant.run_out(&[31]);
    assert_eq!(plant.held(), [31], "a release holds for its list only");
}

#[test]
fn whoever_pays_before_the_turn_of_a_release_is_not_cut() {
    let mut plant = Plant::of(40);
    plant.run_out(&numbers(1..=30));
    let held = plant.held();
    plant.release(&held, OTHER).expect("two persons");
    let late = *plant.held().last().expect("some wait their turn");
    plant.pay(late, 2_000);
    plant.wait(Span::from_mins(3));
    assert!(!plant.dark().contains(&late));
    assert_eq!(plant.dark().len(), 29);
}

#[test]
fn a_restart_forgets_neither_what_was_opened_nor_what_is_held() {
    let mut plant = Plant::of(20);
    plant.run_out(&[1, 2, 3]);
    plant.restart();
    plant.run_out(&[4]);
    assert_eq!(plant.held(), [4]);
    plant.restart();
    assert_eq!((plant.dark(), plant.held(), plant.alarmed()), (vec![1, 2, 3], vec![4], true));
    plant.wait(Span::from_hours(1));
    plant.run_out(&[5]);
    assert_eq!(plant.held(), [4, 5]);
}

#[test]
fn what_staff_cut_one_by_one_counts_and_a_list_needs_a_second_person() {
    let mut plant = Plant::of(40);
    let one = |meter: u32| Command::CutSupply { meter: MeterId(meter), reason: "works".to_owned() };
    for meter in [1, 2, 3] {
        plant.order(one(meter));
    }
    let refused = plant.asks(one(4));
    assert_eq!(refused, Err(Refusal::MassCut { most: 3, minutes: 10 }));
    assert_eq!(plant.cut_few(&[4]), Err(Refusal::MassCut { most: 3, minutes: 10 }));
    let list = numbers(4..=30);
    assert_eq!(plant.cut_few(&list), Err(Refusal::SecondPerson));
    assert_eq!(plant.cut_many(&list, ONE), Err(Refusal::SecondPerson));
    assert_eq!(plant.cut_many(&[], OTHER), Err(Refusal::BadList { most: 10_000 }));
    assert_eq!(plant.dark(), [1, 2, 3], "a refusal changes nothing");
    plant.cut_many(&list, OTHER).expect("two persons");
    assert_eq!(plant.dark().len(), 13);
    plant.wait(Span::from_mins(2));
    assert_eq!(plant.dark(), numbers(1..=30));
    assert!(!plant.alarmed(), "two persons have seen the list");
    assert!(plant.held().is_empty());
}

#[test]
fn a_list_of_three_is_cut_whole_or_not_at_all() {
    let mut plant = Plant::of(20);
    plant.cut_few(&[1, 2]).expect("few");
    assert!(plant.cut_few(&[3, 4]).is_err());
    assert_eq!(plant.dark(), [1, 2]);
    plant.cut_few(&[3]).expect("the third");
    assert_eq!(plant.dark(), [1, 2, 3]);
}

#[test]
fn power_limits_trip_it_too_and_a_held_trip_ends_with_the_overload() {
    let load_limit = Some(LoadLimit {
        power: Some(Power::from_watts(1_000)),
        delay: Span::from_secs(10),
        clear_after: Span::from_mins(30),
        most_a_day: 3,
        reset_hour: 6,
        hours: Vec::new(),
        not_in_no_cut_hours: false,
        until_operator: false,
        accept_until_operator: false,
    });
    let mut plant = Plant::under(20, Policy { load_limit, ..Policy::default() });
    let five = numbers(1..=5);
    plant.look(&five, Some(2_000));
    plant.wait(Span::from_secs(11));
    plant.look(&five, Some(2_000));
    assert_eq!((plant.dark(), plant.held()), (vec![1, 2, 3], vec![4, 5]));
    plant.wait(Span::from_secs(5));
    plant.look(&[4], Some(900));
    assert_eq!(plant.held(), [5]);
    plant.release(&[5], OTHER).expect("two persons");
    assert_eq!(plant.dark(), [1, 2, 3], "it is looked at anew");
    plant.look(&[5], Some(2_000));
    assert_eq!(plant.dark(), [1, 2, 3], "the delay begins with the first look after the release");
    plant.wait(Span::from_secs(10));
    plant.look(&[5], Some(2_000));
    assert_eq!(plant.dark(), [1, 2, 3], "and is not over yet");
    plant.wait(Span::from_secs(1));
    plant.look(&[5], Some(2_000));
    assert_eq!(plant.dark(), [1, 2, 3, 5]);
}

#[test]
fn protections_that_run_out_together_do_not_cut_all_at_once() {
    let mut plant = Plant::of(20);
    let six = numbers(1..=6);
    plant.cut_many(&six, OTHER).expect("two persons");
    let until = Some(plant.now + Span::from_hours(1));
    for meter in six.iter().copied().map(MeterId) {
        plant.order(Command::Protect { meter, until, reason: "exams".to_owned() });
    }
    assert_eq!(plant.dark(), Vec::<u32>::new());
    plant.wait(Span::from_hours(2));
    assert_eq!((plant.dark(), plant.held()), (vec![1, 2, 3], vec![4, 5, 6]));
    plant.release(&[4, 5, 6], OTHER).expect("two persons");
    assert_eq!(plant.dark(), six);
}

#[test]
fn a_clock_that_jumps_opens_no_gate() {
    for jump in [Span::from_hours(-2), Span::from_days(30)] {
        let mut plant = Plant::of(20);
        plant.now = plant.now + jump;
        plant.run_out(&numbers(1..=20));
        assert!(plant.dark().len() <= 3, "{jump:?}: {:?}", plant.dark());
    }
}

#[test]
fn the_protection_of_a_hospital_is_ended_by_two_persons() {
    for (protect_needs_two, alone) in [(false, Ok(())), (true, Err(Refusal::SecondPerson))] {
        let mut plant = Plant::under(1, Policy { protect_needs_two, ..Policy::default() });
        let (meter, reason) = (MeterId(1), "wards".to_owned());
        plant.order(Command::Protect { meter, until: None, reason: reason.clone() });
        plant.run_out(&[1]);
        let one = plant.asks(Command::Unprotect { meter, reason });
        assert_eq!(one.map(drop), alone);
        if protect_needs_two {
            let refused = plant.both(Grave::Unprotect { meter }, ONE);
            assert_eq!(refused, Err(Refusal::SecondPerson), "nobody is two persons");
            assert!(plant.dark().is_empty());
            plant.both(Grave::Unprotect { meter }, OTHER).expect("two persons");
        }
        assert_eq!(plant.dark(), [1], "the rules are looked at anew");
    }
}

#[test]
fn what_two_persons_have_to_do_nobody_orders_alone() {
    let mut plant = Plant::of(10);
    let what = Grave::CutSupplies { meters: vec![MeterId(1)] };
    let alone = Command::Grave { what: what.clone(), reason: "works".to_owned() };
    assert_eq!(plant.asks(alone), Err(Refusal::SecondPerson));
    let unexplained = Command::MayAsk { what: what.clone(), reason: " ".to_owned() };
    assert_eq!(plant.asks(unexplained), Err(Refusal::NoReason));
    assert!(plant.dark().is_empty());
    plant.both(what, OTHER).expect("two persons");
    assert_eq!(plant.dark(), [1]);
}

#[test]
fn requests_in_an_older_journal_are_read_and_change_nothing() {
    let mut plant = Plant::of(1);
    let what = Grave::CutSupplies { meters: vec![MeterId(1)] };
    let made = Event::RequestMade { request: 1, what, reason: "works".to_owned() };
    let decided = Event::RequestDecided { request: 1, approved: false, note: "no".to_owned() };
    for event in [made, decided] {
        let event = Event::from_body(&event.to_body()).expect("an event reads back");
        plant.site.apply(Book::Live, plant.now, ONE, &event);
    }
    assert!(plant.dark().is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    RunOut(u32),
    Pay(u32),
    Wait(u16),
    Cut(u32),
    Restore(u32),
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (1_u32..=30).prop_map(Step::RunOut),
        4 => (1_u32..=30).prop_map(Step::Pay),
        4 => (0_u16..900).prop_map(Step::Wait),
        2 => (1_u32..=30).prop_map(Step::Cut),
        2 => (1_u32..=30).prop_map(Step::Restore),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Without a release no ten minutes open more than the share, whatever happens, and the alarm
    /// stands exactly while something is held.
    #[test]
    fn no_ten_minutes_open_more_than_the_share(steps in steps()) {
        let mut plant = Plant::of(30);
        for step in &steps {
            match step {
                Step::RunOut(meter) => drop(plant.run_out(&[*meter])),
                Step::Pay(meter) => drop(plant.pay(*meter, 1_500)),
                Step::Wait(secs) => drop(plant.wait(Span::from_secs((*secs).into()))),
                Step::Cut(meter) => drop(plant.cut_few(&[*meter])),
                Step::Restore(meter) => drop(plant.asks(Command::RestoreSupply {
                    meter: MeterId(*meter),
                    reason: "done".to_owned(),
                })),
                Step::Restart => plant.restart(),
            }
            prop_assert_eq!(plant.alarmed(), !plant.held().is_empty());
        }
        let mut open = BTreeMap::<MeterId, BTreeSet<DisconnectReason>>::new();
        let mut opened = Vec::new();
        for (at, event) in &plant.journal {
            if let Event::Cut { meter, reason, .. } = event {
                let reasons = open.entry(*meter).or_default();
                if reasons.is_empty() {
                    opened.push((*at, *meter));
                }
                reasons.insert(*reason);
            } else if let Event::Lifted { meter, reason, .. } = event {
                open.entry(*meter).or_default().remove(reason);
            }
        }
        for (at, _) in &opened {
            let within = opened.iter().filter(|(then, _)| then <= at && *then + TEN_MINUTES > *at);
            let meters: BTreeSet<_> = within.map(|(_, meter)| *meter).collect();
            prop_assert!(meters.len() <= 3, "{} opened by {at:?}", meters.len());
        }
    }
}
