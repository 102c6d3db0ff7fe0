//! Stories of the supervisor: nothing leaves before it is on the disk.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use actix::{Actor, Addr, Context, Handler};

use super::{BillingSupervisor, Do, GetStatus, Join, Publication, Publish, SettleDue, Settlement};
use crate::actor::memory::{MemoryJournal, SetFault};
use crate::actor::meter::{Reported, Want};
use crate::actor::port::{JournalFault, Replay};
use crate::energy::{Energy, Power, Register};
use crate::id::{AccountId, Book, IdempotencyKey, MeterId, Seq, SiteId, StaffId, TariffId};
use crate::meter::{Contact, Health, Limits, Live, Quality, Report, Supply, Telegram};
use crate::money::Money;
use crate::policy::Policy;
use crate::site::tests::FLAT;
use crate::site::{Command, Done, Order, Refusal, Site};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::Tender;

/// Hears what the supervisor tells screens and meters.
struct Ear {
    heard: Rc<RefCell<Heard>>,
}

#[derive(Default)]
struct Heard {
    published: Vec<Arc<Publication>>,
    wanted: Vec<Supply>,
}

impl Actor for Ear {
    type Context = Context<Self>;
}

impl Handler<Publish> for Ear {
    type Result = ();
    fn handle(&mut self, Publish(publication): Publish, _: &mut Self::Context) {
        self.heard.borrow_mut().published.push(publication);
    }
}

impl Handler<Want> for Ear {
    type Result = ();
    fn handle(&mut self, Want(supply): Want, _: &mut Self::Context) {
        self.heard.borrow_mut().wanted.push(supply);
    }
}

struct House {
    journal: Addr<MemoryJournal>,
    billing: Addr<BillingSupervisor>,
    heard: Rc<RefCell<Heard>>,
    now: Timestamp,
}

impl House {
    async fn open() -> Self {
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let heard = Rc::new(RefCell::new(Heard::default()));
        let ear = Ear { heard: Rc::clone(&heard) }.start();
        let (journal, port) = MemoryJournal::open(SiteId(1));
        let site = Site::new(Zone::utc());
        let billing =
            BillingSupervisor::new(SiteId(1), site, port, ear.clone().recipient(), None).start();
        billing.do_send(Join { meter: MeterId(1), book: Book::Live, wants: ear.recipient() });
        let house = Self { journal, billing, heard, now };
        let text = FLAT.to_owned();
        house
            .ask("tariff", Command::PublishTariff { text, approved_by: None })
            .await
            .expect("published");
        let opening = Money::from_minor(0);
        let (account, tariff, policy) =
            (AccountId(1), TariffId("flat".to_owned()), Policy::default());
        house
            .ask("open", Command::OpenAccount { account, tariff, policy, opening })
            .await
            .expect("opens");
        let limits = Limits {
            most_power: Power::from_watts(20_000),
            step: Energy::from_wh(10),
            wraps_at: None,
        };
        house
            .ask("bind", Command::BindMeter { account, meter: MeterId(1), limits })
            .await
            .expect("binds");
        house
    }

    async fn ask(&self, key: &str, command: Command) -> Result<Done, Refusal> {
        let key = IdempotencyKey::try_from(format!("test-key-{key}")).ok();
        let order = Order { book: Book::Live, now: self.now, by: StaffId(0), key, command };
        self.billing.send(Do(order)).await.expect("the supervisor lives")
    }

    async fn read(&mut self, kwh: &str) -> Settlement {
        self.now = self.now + Span::from_mins(1);
        let import = Register::from_mwh(Energy::parse_kwh(kwh).expect("kWh").mwh());
        let contact = Contact::Closed;
        let health = Health { quality: Quality::Good, contact, attempts: 0, polls: 1, failures: 0 };
        let look = Ok(Telegram { import, live: Live::default(), contact });
        let report =
            Report { meter: MeterId(1), book: Book::Live, at: self.now, look, health, again: None };
        self.billing.do_send(Reported(report));
        self.settle(Book::Live).await
    }

    async fn settle(&self, book: Book) -> Settlement {
        let due = SettleDue { book, now: self.now };
        self.billing.send(due).await.expect("the supervisor lives")
    }

    async fn kept(&self) -> usize {
        let all = Replay { after: Seq(0), limit: u32::MAX };
        self.journal
            .send(all)
            .await
            .expect("the journal lives")
            .expect("a journal in memory reads")
            .len()
    }

    fn wanted(&self) -> Vec<Supply> {
        self.heard.borrow().wanted.clone()
    }
}

fn sale(amount: i64) -> Command {
    let (tender, reference) = (Tender::Cash, String::new());
    Command::Sell {
        account: AccountId(1),
        amount: Money::from_minor(amount),
        tender,
        handed: None,
        reference,
    }
}

fn receipt(done: Result<Done, Refusal>) -> u64 {
    match done {
        Ok(Done::Sold { sale, .. }) => sale.receipt.0,
        other => panic!("not a sale: {other:?}"),
    }
}

#[actix::test]
async fn one_key_has_one_effect_however_often_it_comes() {
    let house = House::open().await;
    let before = house.kept().await;
    let answers =
        futures_util::future::join_all((0..1_000).map(|_| house.ask("same", sale(500)))).await;
    assert!(answers.into_iter().all(|answer| receipt(answer) == 1));
    assert_eq!(house.kept().await, before + 1);
    assert_eq!(house.ask("same", sale(600)).await, Err(Refusal::KeyReused));
    assert_eq!(receipt(house.ask("other", sale(600)).await), 2);
}

#[actix::test]
async fn a_journal_that_refuses_stops_the_money_and_lets_nothing_out() {
    let mut house = House::open().await;
    for kwh in ["100", "100.05"] {
        house.read(kwh).await;
    }
    assert_eq!(receipt(house.ask("first", sale(100)).await), 1);
    let kept = house.kept().await;
    house
        .journal
        .send(SetFault(Some(JournalFault::Full("no space".to_owned()))))
        .await
        .expect("the journal lives");
    assert_eq!(house.ask("second", sale(200)).await, Err(Refusal::Halted));
    // Credit would be used up, but nobody is cut on what is not on the disk.
    for kwh in ["101", "101.1", "101.2", "101.3"] {
        house.read(kwh).await;
    }
    assert_eq!(house.wanted(), [Supply::Connected]);
    assert_eq!(house.kept().await, kept);
    assert!(house.billing.send(GetStatus).await.expect("lives").halted.is_some());

    house.journal.send(SetFault(None)).await.expect("the journal lives");
    for kwh in ["101.4", "101.5", "101.6", "101.7"] {
        house.read(kwh).await;
    }
    assert!(house.billing.send(GetStatus).await.expect("lives").halted.is_none());
    assert!(
        matches!(house.wanted().last(), Some(Supply::Disconnected(_))),
        "cut once the disk has it"
    );
    assert_eq!(
        receipt(house.ask("second", sale(2_000)).await),
        2,
        "the refused sale never happened; its key is free"
    );
    assert_eq!(house.wanted().last(), Some(&Supply::Connected));
}

#[actix::test]
async fn a_round_names_the_meters_that_were_told_a_new_supply_once_and_to_their_own_book() {
    let mut house = House::open().await;
    assert_eq!(house.read("100").await.told, []);
    assert_eq!(receipt(house.ask("little", sale(100)).await), 1);
    let mut told = Vec::new();
    for kwh in ["100.3", "100.6", "100.9", "101.2", "101.5", "101.6", "101.7"] {
        told.extend(house.read(kwh).await.told);
    }
    assert_eq!(told, [MeterId(1)], "once, however often it is read after that");
    assert!(matches!(house.wanted().last(), Some(Supply::Disconnected(_))));
    // Told between two rounds, by a sale.
    assert_eq!(receipt(house.ask("much", sale(2_000)).await), 2);
    assert_eq!(house.settle(Book::Simulated).await.told, []);
    assert_eq!(house.settle(Book::Live).await.told, [MeterId(1)]);
}

#[actix::test]
async fn a_supervisor_started_again_from_its_journal_goes_on_where_it_was() {
    let mut house = House::open().await;
    for kwh in ["100", "100.05", "100.25"] {
        house.read(kwh).await;
    }
    assert_eq!(receipt(house.ask("sale", sale(500)).await), 1);
    let records = house
        .journal
        .send(Replay { after: Seq(0), limit: u32::MAX })
        .await
        .expect("lives")
        .expect("reads");
    let site = Site::new(Zone::utc());
    let port = crate::actor::port::Journal {
        append: house.journal.clone().recipient(),
        replay: house.journal.clone().recipient(),
    };
    let ear = Ear { heard: Rc::clone(&house.heard) }.start();
    let mut again = BillingSupervisor::new(SiteId(1), site, port, ear.recipient(), None);
    again.replay(&records).expect("an untouched journal");
    let before = house.billing.send(GetStatus).await.expect("lives");
    house.billing = again.start();
    let after = house.billing.send(GetStatus).await.expect("lives");
    assert_eq!((after.committed, after.head), (before.committed, before.head));
    assert_eq!(receipt(house.ask("sale", sale(500)).await), 1, "an old key brings the old receipt");
    assert_eq!(receipt(house.ask("next", sale(500)).await), 2);
}

#[actix::test]
async fn a_tampered_journal_is_not_taken_in() {
    let house = House::open().await;
    let mut records = house
        .journal
        .send(Replay { after: Seq(0), limit: 10 })
        .await
        .expect("lives")
        .expect("reads");
    records[2].body = records[2].body.replace("\"meter\":1", "\"meter\":2");
    let site = Site::new(Zone::utc());
    let (_, port) = MemoryJournal::open(SiteId(1));
    let ear = Ear { heard: Rc::default() }.start();
    let mut again = BillingSupervisor::new(SiteId(1), site, port, ear.recipient(), None);
    assert!(matches!(again.replay(&records), Err(JournalFault::Chain(_))));
}
