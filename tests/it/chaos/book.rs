//! What sellers know and what the journal holds: the two have to be the same.

use std::collections::BTreeMap;

use http::Method;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use shared::api::receipt::Receipt;
use shared::energy::Energy;
use shared::event::Event;
use shared::id::{AccountId, MeterId};
use shared::money::Money;

use crate::harness::{Caller, TestSite};

/// A sale that was asked for. The key is made, and remembered, before it is first sent.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) key: String,
    pub(super) account: AccountId,
    pub(super) amount: Money,
}

impl Asked {
    /// `None`: no answer came, and nobody knows whether it was sold.
    pub(super) async fn ask(&self, site: &TestSite, till: &Caller) -> Option<Receipt> {
        let body = json!({ "account": self.account, "amount": self.amount, "tender": "cash" });
        let key = [("idempotency-key", self.key.as_str())];
        let path = "/api/v1/sales";
        let reply = site.try_ask(till, Method::POST, path, Some(&body), &key).await.ok()?;
        // 507: the journal took nothing; asking again with the same key is always safe.
        (reply.status != 507).then(|| reply.expect(200).read())
    }
}

/// All that the sellers know, as it would stand in their own notes.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) sold: Vec<(Asked, Receipt)>,
    pub(super) open: Vec<Asked>,
}

/// What the file holds in the end, read past the program.
pub(super) struct Journal {
    pub(super) by_key: BTreeMap<String, (AccountId, Money, u64, u64)>,
    pub(super) receipts: i64,
    pub(super) last_receipt: i64,
    pub(super) charges: u32,
}

impl Journal {
    pub(super) fn read(site: &TestSite) -> Self {
        let path = site.data().join("ledger.db");
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut statement = db.prepare("SELECT seq, key, body FROM record ORDER BY seq").unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut by_key = BTreeMap::new();
        let mut billed = BTreeMap::<MeterId, Billed>::new();
        let mut charges = 0;
        while let Some(row) = rows.next().unwrap() {
            let seq = u64::try_from(row.get::<_, i64>(0).unwrap()).unwrap();
            let key: Option<String> = row.get(1).unwrap();
            match Event::from_body(&row.get::<_, String>(2).unwrap()).unwrap() {
                Event::Sold(sale) => {
                    let kept = (sale.account, sale.amount, sale.receipt.0, seq);
                    let before = by_key.insert(key.expect("every sale has a key"), kept);
                    assert_eq!(before, None, "one key, one sale");
                }
                Event::Settled(settled) => {
                    charges += 1;
                    billed.entry(settled.meter).or_default().add(&settled);
                }
                _ => {}
            }
        }
        for (meter, billed) in &billed {
            billed.check(*meter);
        }
        let (receipts, last_receipt) = db
            .query_row(
                "SELECT count(*), coalesce(max(no), 0) FROM receipt WHERE book = 'simulated'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        Self { by_key, receipts, last_receipt, charges }
    }
}

impl Notes {
    /// Every acknowledged sale is there once, as it was told; nothing else is; no receipt is missing.
    pub(super) fn compare(&self, journal: &Journal, prefix: &str) {
        for (asked, receipt) in &self.sold {
            let kept = journal.by_key.get(&asked.key);
            let expected = (asked.account, asked.amount, receipt.no.0, receipt.seq.0);
            assert_eq!(kept, Some(&expected), "{}", asked.key);
        }
        assert!(self.open.is_empty(), "everything was asked again: {:?}", self.open);
        let ours = journal.by_key.keys().filter(|key| key.starts_with(prefix)).count();
        assert_eq!(ours, self.sold.len(), "nothing was sold that nobody asked for");
        assert_eq!(journal.receipts, journal.last_receipt, "receipts have no gap");
        assert!(journal.charges > 0, "meters were charged meanwhile");
    }
}

/// What a meter was charged for: exactly its last count less its first, without a gap or a repeat.
#[derive(Default)]
struct Billed {
    first: Option<shared::event::Point>,
    last: Option<shared::event::Point>,
    energy: Energy,
}

impl Billed {
    fn add(&mut self, settled: &shared::event::Settled) {
        if let Some(last) = self.last {
            assert_eq!(
                settled.from, last,
                "meter {} is charged on from where it was",
                settled.meter
            );
        }
        self.first.get_or_insert(settled.from);
        self.last = Some(settled.to);
        self.energy += settled.energy;
    }

    fn check(&self, meter: MeterId) {
        let (Some(first), Some(last)) = (self.first, self.last) else { return };
        assert_eq!(last.register.since(first.register), Some(self.energy), "meter {meter}");
    }
}
