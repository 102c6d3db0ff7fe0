//! Each invariant is broken on purpose, once, and is seen; what nobody broke stays green.

use super::*;
use crate::energy::{Energy, Power, Register};
use crate::event::Event;
use crate::id::{
    AccountId, Book, IdempotencyKey, MeterId, ReceiptNo, Seq, SiteId, StaffId, TariffId,
};
use crate::ledger::{Chain, Draft, Hash, Record};
use crate::meter::{
    AlarmKind, Contact, DisconnectReason, Exchange, Exchanged, Health, Limits, Live, Point,
    Quality, Report, Supply, Telegram,
};
use crate::money::Money;
use crate::policy::Policy;
use crate::site::{Command, Order, Site};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::{Collection, Share, Tender};

const TARIFF: &str = r#"
id = "flat"
name = "Flat"
currency = "CNY"
zone = "Asia/Shanghai"

[[versions]]
from = "2020-01-01"

[versions.energy]
price = "0.50"
"#;

const ACCOUNT: AccountId = AccountId(7);
const METER: MeterId = MeterId(7);

#[derive(Clone)]
struct Row {
    at: Timestamp,
    key: Option<IdempotencyKey>,
    event: Event,
}

struct Story {
    site: Site,
    now: Timestamp,
    rows: Vec<Row>,
}

impl Story {
    fn order(&mut self, command: Command) {
        let key = IdempotencyKey::try_from(format!("story-key-{}", self.rows.len())).ok();
        let order =
            Order { book: Book::Live, now: self.now, by: StaffId(0), key: key.clone(), command };
        let events = self.site.carry_out(&order).expect("a lawful command");
        for event in events {
            let key = key.clone().filter(|_| matches!(event, Event::Sold(_) | Event::Reversed(_)));
            self.rows.push(Row { at: self.now, key, event });
        }
    }

    fn read(&mut self, minutes: i64, wh: i64) {
        self.now = self.now + Span::from_mins(minutes);
        let wanted = self.site.metered(METER).map(crate::prepaid::Metered::wanted);
        let contact =
            if wanted == Some(Supply::Connected) { Contact::Closed } else { Contact::Open };
        let health = Health { quality: Quality::Good, contact, attempts: 0, polls: 1, failures: 0 };
        let import = Register::from_mwh(Energy::from_wh(wh).mwh());
        let look = Ok(Telegram { import, live: Live::default(), contact });
        let report =
            Report { meter: METER, book: Book::Live, at: self.now, look, health, again: None };
        let events = self.site.report(&report).events;
        self.rows.extend(events.into_iter().map(|event| Row { at: self.now, key: None, event }));
    }

    fn pay(&mut self, minor: i64) {
        self.order(Command::Sell {
            account: ACCOUNT,
            amount: Money::from_minor(minor),
            tender: Tender::Cash,
            handed: None,
            reference: String::new(),
        });
    }
}

/// Opened, sold to, used up and cut, sold to again and back on; a false zero on the way.
fn story() -> Vec<Row> {
    lawful().rows
}

fn lawful() -> Story {
    let zone = Zone::named("Asia/Shanghai").expect("a zone");
    let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
    let mut story = Story { site: Site::new(zone), now, rows: Vec::new() };
    story.order(Command::PublishTariff { text: TARIFF.to_owned(), approved_by: None });
    let (tariff, policy, opening) = (TariffId("flat".to_owned()), Policy::default(), Money::ZERO);
    story.order(Command::OpenAccount { account: ACCOUNT, tariff, policy, opening });
    let most_power = Power::from_watts(20_000);
    let limits = Limits { most_power, step: Energy::from_wh(10), wraps_at: None };
    story.order(Command::BindMeter { account: ACCOUNT, meter: METER, limits });
    story.pay(500);
    story.read(1, 1_000_000);
    story.read(1, 1_000_000);
    story.read(60, 1_004_000);
    story.read(1, 0);
    story.read(60, 1_008_000);
    story.read(60, 1_012_000);
    story.read(1, 1_012_010);
    story.read(1, 1_012_010);
    story.pay(3_000);
    story.read(1, 1_012_020);
    story.read(61, 1_014_000);
    story
}

fn sealed(rows: &[Row]) -> Vec<Record> {
    let mut chain = Chain::empty(SiteId(1));
    rows.iter()
        .map(|Row { at, key, event }| {
            chain.seal(Draft {
                at: *at,
                book: Book::Live,
                by: StaffId(0),
                key: key.clone(),
                body: event.to_body(),
                postings: event.postings(),
            })
        })
        .collect()
}

fn watched(records: &[Record]) -> Watch {
    let mut watch = Watch::new(SiteId(1));
    for record in records {
        watch.follow(record);
    }
    watch
}

/// The invariants that a changed story breaks.
fn broken(change: impl FnOnce(&mut Vec<Row>)) -> Vec<&'static str> {
    let mut rows = story();
    change(&mut rows);
    let findings = watched(&sealed(&rows)).findings();
    findings.iter().filter(|found| found.is_broken()).map(|found| found.invariant.code()).collect()
}

fn first(rows: &mut [Row], is_it: impl Fn(&Event) -> bool) -> &mut Event {
    &mut rows.iter_mut().find(|row| is_it(&row.event)).expect("the story has one").event
}

fn settled(rows: &mut [Row]) -> &mut crate::event::Settled {
    let event = first(rows, |event| matches!(event, Event::Settled(_)));
    if let Event::Settled(settled) = event { settled } else { panic!("{event:?}") }
}

fn point(at: Timestamp) -> Point {
    Point { at, register: Register::from_mwh(0) }
}

#[test]
fn a_lawful_story_keeps_every_invariant_and_says_how_much_was_looked_at() {
    let findings = watched(&sealed(&story())).findings();
    for found in &findings {
        assert_eq!(found.outcome, Outcome::Holds, "{}", found.invariant);
        let idle = found.invariant == Invariant::Kept;
        assert_eq!(found.checked == 0, idle, "{} looked at {}", found.invariant, found.checked);
    }
    assert_eq!(findings.len(), 10);
}

/// Debts, an exchange and a protected supply are lawful too.
#[test]
fn an_exchange_a_debt_and_a_protected_supply_break_nothing() {
    let mut story = lawful();
    let register = |wh: i64| Register::from_mwh(Energy::from_wh(wh).mwh());
    story.order(Command::AddArrears {
        account: ACCOUNT,
        amount: Money::from_minor(2_000),
        collection: Collection::Payments {
            share: Share::try_from(1_000).expect("a share"),
            weekly_cap: None,
        },
        reason: "an old bill".to_owned(),
    });
    story.pay(1_000);
    story.now = story.now + Span::from_mins(1);
    story.order(Command::ExchangeMeter {
        meter: METER,
        exchange: Exchange {
            what: Exchanged::Meter,
            last: register(1_014_010),
            manual: false,
            first: register(500),
            serial: String::new(),
            limits: None,
            note: "broken display".to_owned(),
        },
    });
    story.read(1, 510);
    story.read(61, 4_000);
    let (meter, until, reason) = (METER, None, "oxygen".to_owned());
    story.order(Command::Protect { meter, until, reason });
    for _ in 0..8 {
        story.read(60, 4_000 + 10_000);
        let more = story.now.millis() / 60_000 % 7;
        story.read(60, 14_000 + more * 10);
    }
    story.pay(500);
    let watch = watched(&sealed(&story.rows));
    assert_eq!(watch.offence(), None);
    assert!(story.rows.iter().any(|row| matches!(row.event, Event::Exchanged { .. })));
}

#[test]
fn i1_credit_that_is_not_what_the_postings_come_to_is_seen() {
    let wrong = broken(|rows| settled(rows).credit_after += Money::from_minor(1));
    assert_eq!(wrong, ["I1"]);
    let mut records = sealed(&story());
    let sold = records.iter_mut().find(|record| !record.postings.is_empty()).expect("a sale");
    sold.postings[0].amount += Money::from_minor(1);
    assert!(watched(&records).offence().is_some_and(|first| first.starts_with("I1: ")));
}

#[test]
fn i2_what_was_acknowledged_and_is_gone_or_another_is_seen() {
    let records = sealed(&story());
    let last = records.last().expect("records");
    let offence = |seq: Seq, seal: Hash, records: &[Record]| {
        let mut watch = Watch::new(SiteId(1));
        watch.promise(seq, seal);
        for record in records {
            watch.follow(record);
        }
        watch.offence()
    };
    assert_eq!(offence(last.seq, last.hash, &records), None);
    let short = &records[..records.len() - 1];
    assert!(offence(last.seq, last.hash, short).is_some_and(|first| first.starts_with("I2: ")));
    let other = offence(last.seq, Hash([9; 32]), &records);
    assert!(other.is_some_and(|first| first.starts_with("I2: ")));
}

#[test]
fn i3_a_key_used_twice_is_seen() {
    let wrong = broken(|rows| {
        let key = rows.iter().find_map(|row| row.key.clone());
        rows.last_mut().expect("rows").key = key;
    });
    assert_eq!(wrong, ["I3"]);
}

#[test]
fn i4_a_tariff_that_is_edited_in_use_is_seen() {
    let wrong = broken(|rows| {
        let (at, key) = (rows.last().expect("rows").at, None);
        let event = Event::TariffPublished {
            tariff: TariffId("flat".to_owned()),
            text: TARIFF.replace("0.50", "0.40"),
            approved_by: None,
        };
        rows.push(Row { at, key, event });
    });
    assert_eq!(wrong, ["I4"]);
}

#[test]
fn i5_energy_that_the_register_did_not_count_is_seen() {
    let wrong = broken(|rows| settled(rows).energy += Energy::from_mwh(1));
    assert_eq!(wrong, ["I5"]);
    let repeated = broken(|rows| {
        let place = rows.iter().position(|row| matches!(row.event, Event::Settled(_)));
        let again = rows[place.expect("a charge")].clone();
        rows.push(again);
    });
    assert!(repeated.contains(&"I5"), "{repeated:?}");
}

#[test]
fn i6_an_interval_at_another_price_than_the_tariffs_is_seen() {
    let wrong = broken(|rows| {
        let cheaper = Money::from_minor(1);
        settled(rows).lines[0].amount -= cheaper;
        settled(rows).credit_after += cheaper;
        // Everything after it tells the credit that follows from it.
        for row in rows.iter_mut().skip_while(|row| !matches!(row.event, Event::Settled(_))).skip(1)
        {
            if let Event::Settled(settled) = &mut row.event {
                settled.credit_after += cheaper;
            } else if let Event::Sold(sale) = &mut row.event {
                sale.credit_after += cheaper;
            }
        }
    });
    assert_eq!(wrong, ["I6"]);
}

#[test]
fn i7_a_gap_in_the_receipts_is_seen() {
    let wrong = broken(|rows| {
        for row in rows {
            if let Event::Sold(sale) = &mut row.event {
                sale.receipt = ReceiptNo(sale.receipt.0 * 2);
            }
        }
    });
    assert_eq!(wrong, ["I7"]);
    let wrong = broken(|rows| {
        for row in rows {
            if let Event::Sold(sale) = &mut row.event
                && let Some(serial) = &mut sale.serial
            {
                serial.no += 1; // of its counter the first is missing
            }
        }
    });
    assert_eq!(wrong, ["I7"]);
}

#[test]
fn i8_a_proof_against_the_decision_and_a_cut_with_credit_left_are_seen() {
    let wrong = broken(|rows| {
        let proof = first(rows, |event| matches!(event, Event::SupplyProven { .. }));
        if let Event::SupplyProven { contact, .. } = proof {
            *contact = if *contact == Contact::Open { Contact::Closed } else { Contact::Open };
        }
    });
    assert_eq!(wrong, ["I8"]);
    let wrong = broken(|rows| {
        let at = rows.last().expect("rows").at;
        let (account, meter) = (ACCOUNT, METER);
        let (reason, note) = (DisconnectReason::NoCredit, String::new());
        rows.push(Row {
            at,
            key: None,
            event: Event::Cut { account, meter, reason, note, until: None, grounds: None },
        });
    });
    assert_eq!(wrong, ["I8"]);
}

#[test]
fn i8_a_contact_that_does_not_follow_needs_an_alarm() {
    let seen = Seen {
        meter: METER,
        wanted: Supply::Disconnected(DisconnectReason::NoCredit),
        contact: Contact::Closed,
        good: true,
        since: Span::from_mins(16),
        alarmed: false,
    };
    assert!(supplies(&[seen]).is_broken());
    for follows in [
        Seen { alarmed: true, ..seen },
        Seen { since: Span::from_mins(15), ..seen },
        Seen { good: false, ..seen },
        Seen { contact: Contact::Open, ..seen },
        Seen { contact: Contact::Unknown, ..seen },
        Seen { wanted: Supply::Connected, ..seen },
    ] {
        assert!(!supplies(&[follows]).is_broken(), "{follows:?}");
    }
}

#[test]
fn i9_a_charge_on_a_held_reading_is_seen() {
    let wrong = broken(|rows| {
        let place = rows.iter().position(|row| matches!(row.event, Event::Settled(_)));
        let place = place.expect("a charge");
        let Event::Settled(settled) = rows[place].event.clone() else { panic!("a charge") };
        let (meter, kind) = (METER, AlarmKind::RegisterJump);
        let event =
            Event::ReadingHeld { meter, last: settled.from, seen: point(settled.to.at), kind };
        rows.insert(place, Row { at: settled.to.at, key: None, event });
    });
    assert_eq!(wrong, ["I9"]);
}

#[test]
fn i10_a_record_that_is_edited_removed_or_moved_is_seen() {
    let tampered = |change: fn(&mut Vec<Record>)| {
        let mut records = sealed(&story());
        change(&mut records);
        let findings = watched(&records).findings();
        findings.iter().any(|found| found.invariant == Invariant::Chain && found.is_broken())
    };
    assert!(tampered(|records| records[2].at = Timestamp::from_millis(1)));
    assert!(tampered(|records| drop(records.remove(3))));
    assert!(tampered(|records| records.swap(3, 4)));
    assert!(tampered(|records| "nonsense".clone_into(&mut records[4].body)));
}

#[test]
fn the_names_are_i1_to_i12_in_order() {
    for (place, invariant) in Invariant::ALL.into_iter().enumerate() {
        assert_eq!(invariant.code(), format!("I{}", place + 1));
        assert!(!invariant.sentence().is_empty());
    }
}

#[test]
fn two_looks_at_one_rule_are_as_good_as_the_worse() {
    let (rule, bad) = (Invariant::Supply, Some("bad".to_owned()));
    let (good, broken) = (Finding::new(rule, 2, None), Finding::new(rule, 3, bad));
    let grey = Finding::unchecked(rule, "no time");
    assert_eq!(good.clone().and(good.clone()).outcome, Outcome::Holds);
    assert!(good.clone().and(broken.clone()).is_broken());
    assert!(grey.clone().and(broken).is_broken());
    assert_eq!(good.and(grey.clone()), Finding { checked: 2, ..grey });
}
