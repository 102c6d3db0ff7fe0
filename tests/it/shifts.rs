//! Shifts, over the API: nothing is sold without one, the count is blind, a second person signs.

use http::Method;
use serde_json::{Value, json};

use crate::harness::{Caller, Reply, TestSite};

/// Sells without the harness opening a shift first.
async fn sell(site: &TestSite, caller: &Caller, key: &str, amount: i64, tender: &str) -> Reply {
    let slip = if tender == "card" { "slip 1" } else { "" };
    let sale = json!({ "account": 1001, "amount": amount, "tender": tender, "reference": slip });
    let key = [("idempotency-key", key)];
    site.ask(caller, Method::POST, "/api/v1/sales?", Some(&sale), &key).await
}

async fn page(site: &TestSite, caller: &Caller) -> Value {
    site.get(caller, "/api/v1/shifts?book=simulated").await.expect(200).json()
}

async fn mine(site: &TestSite, caller: &Caller) -> u64 {
    page(site, caller).await["mine"].as_u64().expect("an open shift")
}

async fn close(site: &TestSite, caller: &Caller, shift: u64, cash: i64, card: i64) -> Reply {
    let body = json!({ "counted": { "cash": cash, "card": card, "mobile": 0 } });
    site.post(caller, &format!("/api/v1/shifts/simulated/{shift}/close"), &body).await
}

async fn sign(site: &TestSite, caller: &Caller, shift: u64) -> Reply {
    let path = format!("/api/v1/shifts/simulated/{shift}/countersign");
    site.post(caller, &path, &json!({ "note": "seen" })).await
}

fn kind(reply: &Reply) -> String {
    reply.json()["type"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_shift_is_sold_in_counted_blind_and_countersigned() {
    let mut site = TestSite::start(&["demo", "--pace", "1"]).await;
    let (cashier, admin) = (site.sign_in_as("cashier").await, site.sign_in_as("admin").await);
    let shift = mine(&site, &cashier).await;
    let path = format!("/api/v1/shifts/simulated/{shift}");
    let first = sell(&site, &cashier, "shift-sale-1", 3_000, "cash").await.expect(200).json();
    sell(&site, &cashier, "shift-sale-2", 2_000, "card").await.expect(200);
    let last = sell(&site, &cashier, "shift-sale-3", 500, "cash").await.expect(200).json();

    // What should be there is not told to who will count it.
    let blind = site.get(&cashier, &path).await.expect(200).json();
    assert_eq!((&blind["totals"], &blind["expected"]), (&Value::Null, &Value::Null));
    assert_eq!((&blind["sales"], &blind["last"]), (&json!(3), &last["no"]));
    let x = site.get(&admin, &path).await.expect(200).json();
    assert_eq!(x["expected"], json!({ "cash": 23_500, "card": 2_000, "mobile": 0 }));

    // A shift goes on after a power cut in the middle of it; its cashier signs in anew.
    site.kill();
    site.restart().await;
    let (cashier, admin) = (site.sign_in_as("cashier").await, site.sign_in_as("admin").await);
    assert_eq!(mine(&site, &cashier).await, shift);
    assert_eq!(site.get(&admin, &path).await.expect(200).json(), x);

    let z = close(&site, &cashier, shift, 23_400, 2_000).await.expect(200).json();
    for same in ["totals", "expected", "first", "last", "sales", "reversals", "float"] {
        assert_eq!(z[same], x[same], "{same} of X and Z");
    }
    assert_eq!((&z["first"], &z["closed"]["z"]), (&first["no"], &json!(1)));
    assert_eq!(z["closed"]["difference"], json!({ "cash": -100, "card": 0, "mobile": 0 }));
    assert_eq!(z["closed"]["head"].as_str().map(str::len), Some(64));
    assert_eq!(kind(&close(&site, &cashier, shift, 0, 0).await.expect(409)), "shift-closed");
    let after = sell(&site, &cashier, "shift-sale-4", 100, "cash").await.expect(409);
    assert_eq!(kind(&after), "no-shift");

    sign(&site, &cashier, shift).await.expect(403);
    let signed = sign(&site, &admin, shift).await.expect(200).json();
    assert_eq!(signed["closed"]["signed"]["by"], json!("admin"));
    assert_eq!(kind(&sign(&site, &admin, shift).await.expect(409)), "shift-signed");

    // The next one at the same counter has the next number.
    let open = json!({ "book": "simulated", "counter": 1, "float": 0 });
    let next = site.post(&cashier, "/api/v1/shifts", &open).await.expect(201).json();
    let next = next["shift"].as_u64().expect("a number");
    let z = close(&site, &cashier, next, 0, 0).await.expect(200).json();
    assert_eq!(z["closed"]["z"], json!(2));
    let verified = site.verify();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[tokio::test]
async fn a_forgotten_shift_is_closed_by_a_supervisor_and_its_cashier_sells_no_more() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let admin = site.sign_in_as("admin").await;
    let ann = json!({ "name": "Ann", "role": "cashier", "password": "given by the admin" });
    let ann = site.post(&admin, "/api/v1/staff", &ann).await.expect(201).json();
    let till = site.sign_in("Ann", "given by the admin").await;
    assert_eq!(
        kind(&sell(&site, &till, "sale-of-ann-1", 1_000, "cash").await.expect(409)),
        "no-shift"
    );
    let taken = json!({ "book": "simulated", "counter": 1, "float": 0 });
    let refused = site.post(&till, "/api/v1/shifts", &taken).await.expect(409);
    assert_eq!(kind(&refused), "counter-taken");
    let unknown = json!({ "book": "simulated", "counter": 99, "float": 0 });
    site.post(&till, "/api/v1/shifts", &unknown).await.expect(404);
    let open = json!({ "book": "simulated", "counter": 3, "float": 5_000 });
    let shift = site.post(&till, "/api/v1/shifts", &open).await.expect(201).json();
    let shift = shift["shift"].as_u64().expect("a number");
    sell(&site, &till, "sale-of-ann-2", 1_000, "cash").await.expect(200);

    // Nobody else's shift is seen or closed by a cashier.
    let other = site.sign_in_as("cashier").await;
    let path = format!("/api/v1/shifts/simulated/{shift}");
    assert_eq!(kind(&site.get(&other, &path).await.expect(403)), "not-own-shift");
    assert_eq!(kind(&close(&site, &other, shift, 0, 0).await.expect(403)), "not-own-shift");

    // Ann leaves in the middle of it: her next sale is refused at once, and the shift waits.
    let leave = json!({ "active": false });
    site.post(&admin, &format!("/api/v1/staff/{}", ann["staff"]), &leave).await;
    assert_eq!(sell(&site, &till, "sale-of-ann-3", 1_000, "cash").await.status, 401);
    let closed = close(&site, &admin, shift, 6_000, 0).await.expect(200).json();
    assert_eq!(closed["closed"]["difference"]["cash"], json!(0));
    assert_eq!(closed["closed"]["by"], json!("admin"));
    assert_eq!(kind(&sign(&site, &admin, shift).await.expect(403)), "own-shift");
}

#[tokio::test]
async fn cash_taken_to_the_safe_is_in_the_reports_and_the_difference_in_the_ledger() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let (cashier, admin) = (site.sign_in_as("cashier").await, site.sign_in_as("admin").await);
    let shift = mine(&site, &cashier).await;
    let path = format!("/api/v1/shifts/simulated/{shift}/cash");
    sell(&site, &cashier, "sold-before-safe", 3_000, "cash").await.expect(200);
    let out = json!({ "amount": -21_000, "with": "safe", "reason": "the till is full" });
    let x = site.post_once(&cashier, &path, "cash-to-safe", &out).await.expect(200).json();
    // Again under the same key: one effect, and what should be there stays untold.
    let again = site.post_once(&cashier, &path, "cash-to-safe", &out).await.expect(200).json();
    assert_eq!((&again, &again["expected"]), (&x, &Value::Null));
    assert_eq!(
        x["moves"],
        json!([{ "shift": shift, "counter": 1, "no": 1, "amount": -21_000, "with": "safe", "reason": "the till is full" }])
    );
    for (amount, why, kind_of) in [
        (-2_001, "more than there is", "lacks-cash"),
        (0, "nothing", "no-move"),
        (5, " ", "no-reason"),
    ] {
        let body = json!({ "amount": amount, "with": "bank", "reason": why });
        let key = format!("refused-{kind_of}");
        let refused = site.post_once(&cashier, &path, &key, &body).await.expect(422);
        assert_eq!(kind(&refused), kind_of);
    }
    let other = site.token("cashier");
    let refused = site.post_once(&other, &path, "of-somebody-else", &out).await.expect(403);
    assert_eq!(kind(&refused), "not-own-shift");

    let z = close(&site, &cashier, shift, 1_900, 0).await.expect(200).json();
    assert_eq!(z["expected"]["cash"], json!(2_000));
    assert_eq!((&z["closed"]["difference"]["cash"], &z["moves"]), (&json!(-100), &x["moves"]));
    sign(&site, &admin, shift).await.expect(200);
    let late = site.post_once(&cashier, &path, "after-closing", &out).await.expect(409);
    assert_eq!(kind(&late), "shift-closed");
    let db = rusqlite::Connection::open(site.data().join("ledger.db")).expect("the ledger opens");
    let balance = |code: &str| -> i64 {
        let sql =
            "SELECT coalesce(sum(amount), 0) FROM balance WHERE book = 'simulated' AND code = ?1";
        db.query_row(sql, [code], |row| row.get(0)).expect("the ledger answers")
    };
    assert_eq!((balance("safe"), balance("over-short")), (21_000, 100));
    let verified = site.verify();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[tokio::test]
async fn a_cashier_takes_back_sales_of_the_open_shift_only() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let (cashier, admin) = (site.sign_in_as("cashier").await, site.sign_in_as("admin").await);
    let sold = sell(&site, &cashier, "earlier-sale", 3_000, "cash").await.expect(200).json();
    let shift = mine(&site, &cashier).await;
    close(&site, &cashier, shift, 23_000, 0).await.expect(200);
    let open = json!({ "book": "simulated", "counter": 1, "float": 20_000 });
    site.post(&cashier, "/api/v1/shifts", &open).await.expect(201);
    let back = json!({ "book": "simulated", "receipt": sold["no"], "reason": "wrong room" });
    let path = format!("/api/v1/receipts/{}/reversal", sold["no"]);
    let refused = site.post_once(&cashier, &path, "reversal-late", &back).await.expect(403);
    assert_eq!(kind(&refused), "not-this-shift");
    site.post_once(&admin, &path, "reversal-admin", &back).await.expect(200);
    let own = mine(&site, &admin).await;
    let z = close(&site, &admin, own, 17_000, 0).await.expect(200).json();
    assert_eq!((&z["reversals"], &z["closed"]["difference"]["cash"]), (&json!(1), &json!(0)));
}
