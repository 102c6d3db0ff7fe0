//! Laws of the site, over random histories of readings, faults and payments.

use proptest::prelude::*;

use crate::energy::{Energy, Power, Register};
use crate::event::Event;
use crate::id::{AccountId, Book, IdempotencyKey, MeterId, StaffId, TariffId};
use crate::ledger::{Code, balanced};
use crate::meter::{
    Contact, DisconnectReason, Exchange, Exchanged, Health, Limits, Live, Quality, Report, Telegram,
};
use crate::money::{Currency, Money};
use crate::policy::Policy;
use crate::site::{Command, Order, Site};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::Tender;

/// Two periods, two steps and a daily charge: every boundary there is.
const TARIFF: &str = r#"
id = "law"
name = "Law"
currency = "CNY"
zone = "Asia/Shanghai"

[[versions]]
from = "2020-01-01"

[[versions.schedule]]
windows = "08:00-21:00"
period = "peak"

[[versions.schedule]]
windows = "21:00-08:00"
period = "valley"

[versions.energy]
prices = { peak = "0.5583", valley = "0.3583" }

[versions.energy.ladder]
kind = "additive"
reset = "month"
limits = ["3"]
adders = ["0", "0.30"]

[versions.service]
kind = "fixed"
amount = "0.10"
per = "day"
"#;

const METER: MeterId = MeterId(1);
const ACCOUNT: AccountId = AccountId(1);

#[derive(Clone, Debug)]
enum Step {
    /// So many minutes later the meter has counted so many steps of 10 Wh.
    Use(u16, u16),
    FalseZero,
    Jump,
    /// The meter is exchanged for one that counts from so many kWh.
    Exchange(u16),
    /// Nobody answers for so many hours, while the clock goes on.
    Silence(u16),
    Pay(u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => (1_u16..180, 0_u16..40).prop_map(|(minutes, used)| Step::Use(minutes, used)),
        1 => Just(Step::FalseZero),
        1 => Just(Step::Jump),
        1 => (1_u16..100).prop_map(Step::Silence),
        1 => (0_u16..2_000).prop_map(Step::Exchange),
        2 => (100_u16..2_000).prop_map(Step::Pay),
    ];
    proptest::collection::vec(step, 1..120)
}

struct Run {
    site: Site,
    now: Timestamp,
    register: Register,
    /// The first register of the meter that is there now, and what those before it counted.
    first: Register,
    counted: Energy,
    keys: u32,
    journal: Vec<(Timestamp, Event)>,
}

impl Run {
    fn begin() -> Self {
        let site = Site::new(Zone::named("Asia/Shanghai").expect("a zone"));
        let now = Timestamp::parse("2026-06-29T06:00:00+08:00").expect("an instant");
        let register = Register::from_mwh(Energy::from_kwh(1_000).mwh());
        let mut run = Self {
            site,
            now,
            register,
            first: register,
            counted: Energy::ZERO,
            keys: 0,
            journal: Vec::new(),
        };
        run.order(Command::PublishTariff { text: TARIFF.to_owned(), approved_by: None });
        let (account, tariff, policy) = (ACCOUNT, TariffId("law".to_owned()), Policy::default());
        run.order(Command::OpenAccount {
            account,
            tariff,
            policy,
            opening: Money::from_minor(300),
        });
        let limits = Limits {
            most_power: Power::from_watts(30_000),
            step: Energy::from_wh(10),
            wraps_at: None,
        };
        run.order(Command::BindMeter { account, meter: METER, limits });
        run.read(run.register);
        run.now = run.now + Span::from_secs(1);
        run.read(run.register);
        run
    }

    fn order(&mut self, command: Command) {
        self.keys += 1;
        let key = IdempotencyKey::try_from(format!("law-key-{}", self.keys)).ok();
        let order = Order { book: Book::Simulated, now: self.now, by: StaffId(0), key, command };
        let events = self.site.carry_out(&order).expect("a lawful command is not refused");
        self.keep(events);
    }

    fn read(&mut self, import: Register) {
        self.read_at(self.now, import);
    }

    /// A reading of then that comes now.
    fn read_at(&mut self, at: Timestamp, import: Register) {
        let contact = Contact::Closed;
        let health = Health { quality: Quality::Good, contact, attempts: 0, polls: 1, failures: 0 };
        let look = Ok(Telegram { import, live: Live::default(), contact });
        let report = Report { meter: METER, book: Book::Simulated, at, look, health, again: None };
        let before = self.site.accounts()[&ACCOUNT].exact_credit();
        let events = self.site.report(&report).events;
        for event in &events {
            if let Event::Cut { reason, .. } = event {
                assert_eq!(*reason, DisconnectReason::NoCredit);
                let left = self.site.accounts()[&ACCOUNT].exact_credit();
                assert!(before.e14() <= 0 && left.e14() <= 0, "cut with credit left");
            }
        }
        self.keep(events);
    }

    fn keep(&mut self, events: Vec<Event>) {
        self.journal.extend(events.into_iter().map(|event| (self.now, event)));
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Use(minutes, used) => {
                self.now = self.now + Span::from_mins((*minutes).into());
                self.register = self.register.plus(Energy::from_wh(i64::from(*used) * 10));
                self.read(self.register);
            }
            Step::Exchange(kwh) => {
                self.now = self.now + Span::from_secs(5);
                let first = Register::from_mwh(Energy::from_kwh((*kwh).into()).mwh());
                let exchange = Exchange {
                    what: Exchanged::Meter,
                    last: self.register,
                    manual: false,
                    first,
                    serial: String::new(),
                    limits: None,
                    note: "exchanged".to_owned(),
                };
                self.order(Command::ExchangeMeter { meter: METER, exchange });
                self.counted += self.register.since(self.first).expect("it counts upwards");
                (self.first, self.register) = (first, first);
            }
            Step::Silence(hours) => {
                for _ in 0..*hours {
                    self.now = self.now + Span::from_hours(1);
                    let events = self.site.due(Book::Simulated, self.now);
                    assert!(events.iter().all(|event| !matches!(event, Event::Cut { .. })));
                    self.keep(events);
                }
            }
            Step::FalseZero => {
                self.now = self.now + Span::from_secs(5);
                self.read(Register::from_mwh(0));
            }
            Step::Jump => {
                self.now = self.now + Span::from_secs(5);
                self.read(self.register.plus(Energy::from_kwh(5_000_000)));
            }
            Step::Pay(amount) => self.order(Command::Sell {
                account: ACCOUNT,
                amount: Money::from_minor((*amount).into()),
                tender: Tender::Cash,
                handed: None,
                reference: String::new(),
            }),
        }
    }

    /// Reads once more, so that no hold is open, and pays, so that everything is posted.
    fn end(&mut self) {
        self.step(&Step::Use(1, 0));
        self.step(&Step::Pay(100));
    }

    fn charged(&self) -> Energy {
        let settled = self.journal.iter().filter_map(|(_, event)| {
            if let Event::Settled(settled) = event { Some(settled.energy) } else { None }
        });
        settled.sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// I1, I5, I8, I9: entries sum to zero; what is charged is exactly last − first, whatever was
    /// misread on the way; nobody is cut while credit is left.
    #[test]
    fn what_is_charged_is_what_the_register_counted(steps in steps()) {
        let mut run = Run::begin();
        for step in &steps {
            run.step(step);
        }
        run.end();
        let last = run.register.since(run.first).expect("it counts upwards");
        prop_assert_eq!(run.charged(), run.counted + last);
        let postings: Vec<_> = run.journal.iter().flat_map(|(_, event)| event.postings()).collect();
        for (_, event) in &run.journal {
            prop_assert!(balanced(&event.postings()));
        }
        let owed: Money = postings.iter().filter(|posting| posting.code == Code::Prepaid).map(|posting| posting.amount).sum();
        prop_assert_eq!(run.site.accounts()[&ACCOUNT].posted(), -owed);
        let provisional = postings.iter().filter(|posting| posting.code == Code::Provisional);
        prop_assert_eq!(provisional.map(|posting| posting.amount).sum::<Money>(), Money::ZERO);
    }

    /// A reading that comes twice, or after a newer one, changes nothing: the newer one told all of
    /// it. Whatever the order, the journal is the one of the readings in their order.
    #[test]
    fn repeated_and_late_readings_change_nothing(
        steps in steps(), late in proptest::collection::vec((any::<proptest::sample::Index>(), 0_u8..3), 120)
    ) {
        let mut ordered = Run::begin();
        let mut muddled = Run::begin();
        let mut seen = Vec::new();
        for (step, (which, times)) in steps.iter().zip(&late) {
            ordered.step(step);
            muddled.step(step);
            if let Step::Exchange(_) = step {
                seen.clear();
            }
            if let Step::Use(..) = step {
                seen.push((muddled.now, muddled.register));
            }
            for _ in 0..*times {
                if !seen.is_empty() {
                    let (at, register) = *which.get(&seen);
                    muddled.read_at(at, register);
                }
            }
        }
        ordered.end();
        muddled.end();
        // What a contact is proven by is another matter: each report looked at one.
        let books = |run: Run| {
            let mut journal = run.journal;
            journal.retain(|(_, event)| !matches!(event, Event::SupplyProven { .. }));
            journal
        };
        prop_assert_eq!(books(ordered), books(muddled));
    }

    /// A site applied from its journal, cut off anywhere, goes on to the same charges.
    #[test]
    fn a_restart_anywhere_changes_no_charge(steps in steps(), at in 0_usize..120) {
        let mut whole = Run::begin();
        let mut broken = Run::begin();
        for (place, step) in steps.iter().enumerate() {
            whole.step(step);
            if place == at {
                let mut fresh = Site::new(broken.site.zone().clone());
                for (at, event) in &broken.journal {
                    fresh.apply(Book::Simulated, *at, StaffId(0), event);
                }
                broken.site = fresh;
            }
            broken.step(step);
        }
        whole.end();
        broken.end();
        prop_assert_eq!(whole.charged(), broken.charged());
        let posted = |run: &Run| run.site.accounts()[&ACCOUNT].posted();
        // Use between two postings may fall on either side of a price boundary that nobody read at:
        // at most a day's peak use of one posting interval at the difference of the prices.
        let off = (posted(&whole) - posted(&broken)).minor().abs();
        prop_assert!(off <= 40, "{off} fen apart in {}", Currency::CNY);
    }
}

/// What is charged up to a time that was dated ahead is never priced again for another meter.
#[test]
fn a_meter_that_replaces_one_dated_ahead_is_charged_from_there_on() {
    let mut run = Run::begin();
    run.step(&Step::Use(1, 0));
    run.read_at(run.now + Span::from_mins(151), run.register);
    run.step(&Step::Exchange(0));
    run.step(&Step::Use(240, 1));
    run.end();
    assert_eq!(run.charged(), Energy::from_wh(10));
}
