//! The auditor's questions: what the program answers is what the ledger's own rows sum to, asked here
//! in SQL of its own; sheets hold what is shown; every cell opens.

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags, named_params};
use serde_json::json;
use shared::api::audit::{ActsPage, BalanceAudit, Column, EntriesPage, RecordPage};
use shared::id::AccountId;
use shared::money::Money;

use crate::harness::{Caller, TestSite};

const DEMO: &[&str] = &["demo", "--seed", "7"];

async fn balances(site: &TestSite, caller: &Caller, question: &str) -> BalanceAudit {
    let path = format!("/api/v1/audit/balances?book=simulated{question}");
    site.get(caller, &path).await.expect(200).read()
}

fn ledger(site: &TestSite) -> Connection {
    let path = site.data().join("ledger.db");
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the ledger opens")
}

/// What moved each account's balance for one reason, by codes of the chart and kinds of records.
fn summed(db: &Connection, audit: &BalanceAudit, what: &str) -> BTreeMap<AccountId, i64> {
    let sql = format!(
        "SELECT record.account, sum(posting.amount) FROM record JOIN posting USING (seq)
         WHERE book = 'simulated' AND at >= :from AND at < :to AND seq <= :upto AND {what}
         GROUP BY record.account"
    );
    let mut statement = db.prepare(&sql).expect("the query is right");
    let rows = statement
        .query_map(
            named_params! {
                ":from": audit.from.millis(),
                ":to": audit.to.millis(),
                ":upto": i64::try_from(audit.upto.0).unwrap(),
            },
            |row| Ok((AccountId(row.get(0)?), row.get(1)?)),
        )
        .expect("the ledger answers");
    rows.map(|row| row.expect("a row")).collect()
}

fn credit_at(db: &Connection, account: AccountId, at: i64, upto: u64) -> i64 {
    db.query_row(
        "SELECT coalesce(-sum(posting.amount), 0) FROM posting JOIN record USING (seq)
         WHERE posting.code = 'prepaid' AND posting.account = :account AND at < :at AND seq <= :upto",
        named_params! { ":account": account.0, ":at": at, ":upto": i64::try_from(upto).unwrap() },
        |row| row.get(0),
    )
    .expect("the ledger answers")
}

#[tokio::test]
async fn every_figure_of_the_balance_audit_is_what_the_rows_of_the_ledger_sum_to() {
    let site = TestSite::start(DEMO).await;
    let cashier = site.sign_in_as("cashier").await;
    let auditor = site.sign_in_as("viewer").await;
    let sale = json!({ "account": 1001, "amount": 12_345, "tender": "cash" });
    site.post_once(&cashier, "/api/v1/sales", "an-audited-sale", &sale).await.expect(200);

    let now = balances(&site, &auditor, "").await;
    assert!(now.agrees, "{:?}", now.differing);
    assert!(now.rows.len() > 40, "the demo has accounts");
    let from = now.to.millis() - 3 * 86_400_000 - 12_345_678;
    let to = now.to.millis() - 7_654_321;
    for question in [
        format!("&upto={}", now.upto),
        format!("&from={from}&to={to}&upto={}", now.upto),
        format!("&from={from}&to={to}&upto={}", now.upto.0 / 2),
        format!("&from={from}&to={from}"),
    ] {
        let audit = balances(&site, &auditor, &question).await;
        let db = ledger(&site);
        let parts = [
            (
                Column::TopUps,
                "kind = 'sold' AND code IN ('cash', 'card-clearing', 'mobile-clearing')",
            ),
            (
                Column::Consumption,
                "kind = 'settled' AND code IN ('energy', 'standing', 'levy', 'tax')",
            ),
            (Column::Provisional, "code = 'provisional'"),
            (Column::BroughtIn, "code = 'opening'"),
        ];
        let sums = parts.map(|(column, what)| (column, summed(&db, &audit, what)));
        for row in &audit.rows {
            let (story, balance) = (format!("{question} {}", row.account), row.balance);
            assert!(balance.adds_up(), "{story}");
            let opening = credit_at(&db, row.account, audit.from.millis(), audit.upto.0);
            let closing = credit_at(&db, row.account, audit.to.millis(), audit.upto.0);
            assert_eq!(balance.opening.minor(), opening, "{story}");
            assert_eq!(balance.closing.minor(), closing, "{story}");
            for (column, sums) in &sums {
                let own = sums.get(&row.account).copied().unwrap_or_default();
                assert_eq!(balance.of(*column).minor(), own, "{story} {column:?}");
            }
            assert_eq!(balance.of(Column::Other), Money::ZERO, "{story}");
        }
        let closing: Money = audit.rows.iter().map(|row| row.balance.closing).sum();
        assert_eq!(audit.totals.closing, closing, "{question}");
        assert!(audit.totals.adds_up(), "{question}");
    }
}

#[tokio::test]
async fn a_cell_opens_its_entries_and_an_entry_its_record() {
    let site = TestSite::start(DEMO).await;
    let (admin, auditor) = (site.sign_in_as("admin").await, site.sign_in_as("viewer").await);
    let sale = json!({ "account": 1002, "amount": 4_200, "tender": "card", "reference": "T-1" });
    site.post_once(&admin, "/api/v1/sales", "a-sale-to-look-at", &sale).await.expect(200);
    let audit = balances(&site, &auditor, "&column=top-ups").await;
    let row = audit.rows.iter().find(|row| row.account == AccountId(1002)).expect("the account");
    let (from, to, upto) = (audit.from.millis(), audit.to.millis(), audit.upto);
    for column in Column::ALL {
        let path = format!(
            "/api/v1/audit/entries?book=simulated&account=1002&column={}&from={from}&to={to}&upto={upto}&limit=500",
            column.name()
        );
        let page: EntriesPage = site.get(&auditor, &path).await.expect(200).read();
        let sum: Money = page.entries.iter().filter_map(|entry| entry.amount).sum();
        if page.next.is_none() {
            assert_eq!(sum, row.balance.of(column), "{column:?}");
        }
    }
    let path = "/api/v1/audit/entries?tender=card&account=1002&money=true&limit=1";
    let page: EntriesPage = site.get(&auditor, path).await.expect(200).read();
    let entry = &page.entries[0];
    assert_eq!((entry.amount, entry.kind.as_str()), (Some(Money::from_minor(4_200)), "sold"));
    let path = format!("/api/v1/audit/records/{}", entry.seq);
    let record: RecordPage = site.get(&auditor, &path).await.expect(200).read();
    assert!(record.sealed, "its seal is checked");
    assert!(record.record.body.contains("T-1"), "{}", record.record.body);
    assert_eq!(
        record.record.postings.iter().map(|posting| posting.amount).sum::<Money>(),
        Money::ZERO
    );
    site.get(&auditor, "/api/v1/audit/records/999999999").await.expect(404);
}

#[tokio::test]
async fn what_staff_did_is_listed_with_before_after_and_why() {
    let site = TestSite::start(DEMO).await;
    let (admin, auditor) = (site.sign_in_as("admin").await, site.sign_in_as("viewer").await);
    let cut = json!({ "order": "cut", "reason": "=smoke, \"in\" the cellar" });
    site.post_once(&admin, "/api/v1/meters/1003/supply", "an-order-to-cut", &cut).await.expect(200);
    let acts: ActsPage = site.get(&auditor, "/api/v1/audit/acts?kind=cut").await.expect(200).read();
    let act = acts.acts.first().expect("the cut");
    assert_eq!(act.deed.why, "=smoke, \"in\" the cellar");
    assert_eq!(act.account, Some(AccountId(1003)));
    assert!(!act.name.is_empty() && act.by.0 > 0, "{act:?}");
    let sheet = site.get(&auditor, "/api/v1/audit/acts?kind=cut&format=csv").await.expect(200);
    assert!(sheet.header("content-disposition").contains("audit-log"), "{:?}", sheet.headers);
    let text = sheet.text();
    assert!(text.starts_with('\u{feff}'), "a spreadsheet shows Chinese names");
    assert!(text.contains("\"'=smoke, \"\"in\"\" the cellar\""), "no formula: {text}");
    assert_eq!(text.trim_end().lines().count(), 1 + acts.acts.len());
    site.get(&auditor, "/api/v1/audit/acts?nonsense=1").await.expect(400);
}

#[tokio::test]
async fn a_sheet_holds_what_is_shown() {
    let site = TestSite::start(DEMO).await;
    let auditor = site.sign_in_as("viewer").await;
    let now = balances(&site, &auditor, "").await;
    let (to, upto) = (now.to.millis() - 3_600_000, now.upto);
    let asked = format!("&to={to}&upto={upto}&q=1004");
    let shown = balances(&site, &auditor, &asked).await;
    assert!(!shown.rows.is_empty() && shown.rows.len() < now.rows.len());
    let path = format!("/api/v1/audit/balances?book=simulated{asked}&format=csv");
    let sheet = site.get(&auditor, &path).await.expect(200).text();
    let lines: Vec<&str> = sheet.trim_end().lines().collect();
    assert_eq!(lines.len(), shown.rows.len() + 2, "head and total");
    let total = lines.last().expect("a total");
    let closing = shown.totals.closing.minor();
    let money = format!("{}.{:02}", closing / 100, closing.abs() % 100);
    assert!(
        total.starts_with("total,") && total.contains(&format!(",{money},")),
        "{total} {money}"
    );
    let cashier = site.sign_in_as("cashier").await;
    site.get(&cashier, &path).await.expect(403);
}
