//! The program is killed in the middle of sales and of simulated settling, again and again. What was
//! acknowledged is there exactly once, what was not is made so by asking again with the same key,
//! and the journal proves itself after every round.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use futures_util::future::join_all;
use http::Method;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use shared::api::receipt::Receipt;
use shared::api::sale::Found;
use shared::energy::Energy;
use shared::event::Event;
use shared::id::{AccountId, MeterId};
use shared::money::Money;

use crate::harness::{Caller, TestSite};

/// Sellers at the same time.
const SELLERS: usize = 8;

/// `METERHOUSE_CHAOS_ROUNDS=200` is the long version.
fn rounds() -> u32 {
    match std::env::var("METERHOUSE_CHAOS_ROUNDS") {
        Ok(rounds) => rounds.parse().expect("METERHOUSE_CHAOS_ROUNDS is a number"),
        Err(_unset) => 8,
    }
}

/// A sale that was asked for. The key is made, and remembered, before it is first sent.
#[derive(Clone, Debug)]
struct Asked {
    key: String,
    account: AccountId,
    amount: Money,
}

impl Asked {
    /// `None`: no answer came, and nobody knows whether it was sold.
    async fn ask(&self, site: &TestSite, till: &Caller) -> Option<Receipt> {
        let body = json!({ "account": self.account, "amount": self.amount, "tender": "cash" });
        let key = [("idempotency-key", self.key.as_str())];
        let path = "/api/v1/sales";
        let reply = site.try_ask(till, Method::POST, path, Some(&body), &key).await.ok()?;
        Some(reply.expect(200).read())
    }
}

/// All that the sellers know, as it would stand in their own notes.
#[derive(Default)]
struct Notes {
    sold: Vec<(Asked, Receipt)>,
    open: Vec<Asked>,
}

/// Sells in parallel until `kill_after` sales were acknowledged in this round, then ends the program
/// at once; every seller goes on until it gets no answer.
async fn sell_until_killed(
    site: &TestSite,
    till: &Caller,
    accounts: &[AccountId],
    notes: &RefCell<Notes>,
    round: u32,
    kill_after: u32,
) {
    let acknowledged = Cell::new(0);
    let seller = async |number: usize| {
        for (n, account) in (0_i64..).zip(accounts.iter().cycle().skip(number * 5)) {
            let key = format!("crash-{round:04}-{number}-{n:06}");
            let asked = Asked { key, account: *account, amount: Money::from_minor(100 + n) };
            let Some(receipt) = asked.ask(site, till).await else {
                notes.borrow_mut().open.push(asked);
                return;
            };
            notes.borrow_mut().sold.push((asked, receipt));
            acknowledged.set(acknowledged.get() + 1);
            if acknowledged.get() == kill_after {
                site.program().signal("KILL");
            }
        }
    };
    join_all((0..SELLERS).map(seller)).await;
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_or_doubled_when_the_program_is_killed() {
    let mut site = TestSite::start(&["demo", "--pace", "3600"]).await;
    let till = site.token("cashier");
    let found: Vec<Found> = site.get(&till, "/api/v1/search?q=1").await.expect(200).read();
    let accounts: Vec<AccountId> = found.iter().map(|found| found.account).collect();
    assert!(accounts.len() >= 8, "the demo has customers: {accounts:?}");
    let notes = RefCell::new(Notes::default());

    for round in 0..rounds() {
        // From the first sale on to some dozens, so that the end comes at ever other moments.
        let kill_after = 1 + round * 11 % 47;
        sell_until_killed(&site, &till, &accounts, &notes, round, kill_after).await;
        site.kill();
        let told = site.verify();
        let said = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.status.success(), "after kill {round}: {said}");
        site.restart().await;

        let again = std::mem::take(&mut notes.borrow_mut().open);
        assert_eq!(again.len(), SELLERS, "every seller was cut off once");
        for asked in again {
            let receipt = asked.ask(&site, &till).await.expect("the program answers again");
            assert_eq!(receipt.amount, asked.amount);
            notes.borrow_mut().sold.push((asked, receipt));
        }
        // Whoever asks once more for what was sold gets the same receipt.
        let last = notes.borrow().sold.iter().rev().step_by(7).take(5).cloned().collect::<Vec<_>>();
        for (asked, receipt) in last {
            let same = asked.ask(&site, &till).await.expect("the program answers");
            assert_eq!((same.no, same.seq, same.seal), (receipt.no, receipt.seq, receipt.seal));
        }
    }

    assert!(site.stop().await.success());
    assert!(site.verify().status.success());
    let journal = Journal::read(&site);
    let Notes { sold, .. } = notes.into_inner();
    for (asked, receipt) in &sold {
        let kept = journal.by_key.get(&asked.key);
        let expected = (asked.account, asked.amount, receipt.no.0, receipt.seq.0);
        assert_eq!(kept, Some(&expected), "{}", asked.key);
    }
    let ours = journal.by_key.keys().filter(|key| key.starts_with("crash-")).count();
    assert_eq!(ours, sold.len(), "nothing was sold that nobody asked for");
    assert_eq!(journal.receipts, journal.last_receipt, "receipts have no gap");
    assert!(journal.charges > 0, "meters were charged meanwhile");
}

/// What the file holds in the end, read past the program.
struct Journal {
    by_key: BTreeMap<String, (AccountId, Money, u64, u64)>,
    receipts: i64,
    last_receipt: i64,
    charges: u32,
}

impl Journal {
    fn read(site: &TestSite) -> Self {
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
                "SELECT count(*), max(no) FROM receipt WHERE book = 'simulated'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        Self { by_key, receipts, last_receipt, charges }
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
