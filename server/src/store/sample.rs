//! A small made-up site's journal: accounts are opened, use energy, and are sold to. For tests and
//! benches, which include this file by its path.
#![allow(dead_code, unreachable_pub, reason = "benches and system tests include this file")]

use shared::energy::{Energy, Register};
use shared::event::{Event, Point, Settled, SettledLine};
use shared::id::{AccountId, Book, IdempotencyKey, MeterId, ReceiptNo, SiteId, StaffId, TariffId};
use shared::ledger::{Chain, Code, Draft, Record};
use shared::money::Money;
use shared::policy::Policy;
use shared::staff::Act;
use shared::time::Timestamp;
use shared::vend::{Allocation, ReceiptLine, Reversal, Sale, Tender};

/// 2026-07-01T00:00:00+08:00.
pub const START: i64 = 1_782_835_200_000;

/// Seals one made-up fact after the other.
#[derive(Clone, Debug)]
pub struct Sample {
    pub chain: Chain,
    pub book: Book,
    pub now: i64,
    receipts: u64,
    keys: u64,
}

impl Sample {
    pub fn new(book: Book) -> Self {
        Self { chain: Chain::empty(SiteId(1)), book, now: START, receipts: 0, keys: 0 }
    }

    pub fn open(&mut self, account: u32) -> Record {
        self.seal(Event::AccountOpened {
            account: AccountId(account),
            tariff: TariffId("flat".to_owned()),
            policy: Policy::default(),
            opening: Money::ZERO,
        })
    }

    pub fn sell(&mut self, account: u32, minor: i64) -> Record {
        self.sell_by(account, minor, Tender::Cash, "")
    }

    pub fn sell_by_card(&mut self, account: u32, minor: i64, slip: &str) -> Record {
        self.sell_by(account, minor, Tender::Card, slip)
    }

    fn sell_by(&mut self, account: u32, minor: i64, tender: Tender, reference: &str) -> Record {
        self.receipts += 1;
        let amount = Money::from_minor(minor);
        self.keys += 1;
        let key = format!("{:016}", self.keys);
        let sale = Sale {
            receipt: ReceiptNo(self.receipts),
            account: AccountId(account),
            amount,
            tender,
            handed: None,
            reference: reference.to_owned(),
            lines: vec![ReceiptLine { what: Allocation::Credit, amount, arrears: None }],
            credit_before: Money::ZERO,
            credit_after: amount,
            buys: Vec::new(),
            payment: None,
            till: None,
            serial: None,
        };
        self.seal_with(Event::Sold(sale), Some(key))
    }

    pub fn reverse(&mut self, account: u32, of: u64, minor: i64) -> Record {
        self.receipts += 1;
        self.seal(Event::Reversed(Reversal {
            receipt: ReceiptNo(self.receipts),
            of: ReceiptNo(of),
            account: AccountId(account),
            amount: Money::from_minor(minor),
            tender: Tender::Cash,
            reason: "typed one nought too many".to_owned(),
            credit_before: Money::from_minor(minor),
            credit_after: Money::ZERO,
            lines: Vec::new(),
            till: None,
            serial: None,
            as_debt: false,
        }))
    }

    pub fn acted(&mut self, act: Act, by: StaffId) -> Record {
        self.seal_by(Event::Acted { act, note: "seen".to_owned() }, None, by)
    }

    pub fn settle(&mut self, account: u32, minor: i64) -> Record {
        let point = |hour: i64| Point {
            at: Timestamp::from_millis(START + hour * 3_600_000),
            register: Register::from_mwh(hour * 250_000),
        };
        let line = |name: &str, code, minor| SettledLine {
            name: name.to_owned(),
            code,
            amount: Money::from_minor(minor),
        };
        self.seal(Event::Settled(Settled {
            account: AccountId(account),
            meter: MeterId(account),
            from: point(0),
            to: point(1),
            energy: Energy::from_mwh(250_000),
            lines: vec![line("energy", Code::Energy, minor - 1), line("tax", Code::Tax, 1)],
            credit_after: Money::ZERO,
            estimated: false,
        }))
    }

    pub fn seal(&mut self, event: Event) -> Record {
        self.seal_with(event, None)
    }

    pub fn seal_with(&mut self, event: Event, key: Option<String>) -> Record {
        self.seal_by(event, key, StaffId(0))
    }

    pub fn seal_by(&mut self, event: Event, key: Option<String>, by: StaffId) -> Record {
        self.now += 1_000;
        self.chain.seal(Draft {
            at: Timestamp::from_millis(self.now),
            book: self.book,
            by,
            key: key.map(|key| IdempotencyKey::try_from(key).expect("16 digits are a key")),
            postings: event.postings(),
            body: event.to_body(),
        })
    }
}
