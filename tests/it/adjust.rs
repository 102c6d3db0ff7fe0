//! Adjustments of the running program: one asks, another approves, and the books stay at zero.

use serde_json::{Value, json};

use crate::harness::{Caller, TestSite};

const DEMO: &[&str] = &["demo", "--seed", "7", "--pace", "1"];
const PASSWORD: &str = "plugs and sockets";

async fn second_manager(site: &TestSite, admin: &Caller) -> Caller {
    let new = json!({ "name": "second", "role": "manager", "password": PASSWORD });
    site.post(admin, "/api/v1/staff", &new).await.expect(201);
    site.sign_in("second", PASSWORD).await
}

async fn ledger(site: &TestSite, caller: &Caller, account: &Value) -> Value {
    let path = format!("/api/v1/accounts/{account}/ledger?limit=20");
    site.get(caller, &path).await.expect(200).json()
}

#[tokio::test]
async fn free_credit_and_corrections_are_booked_by_two_persons_only() {
    let mut site = TestSite::start(DEMO).await;
    let admin = site.sign_in_as("admin").await;
    let second = second_manager(&site, &admin).await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await.expect(200);
    let found = site.get(&admin, "/api/v1/search?q=1001").await.expect(200).json();
    let account = found[0]["account"].clone();
    let path = format!("/api/v1/accounts/{account}/adjustments");
    let order = |adjusting: &str, amount: i64, note: &str| json!({ "adjusting": adjusting, "amount": amount, "cause": "outage", "note": note });
    let cashier = site.sign_in_as("cashier").await;
    site.post(&cashier, &path, &order("free-credit", 700, "kind")).await.expect(403);
    for (bad, kind) in [
        (order("free-credit", 700, " "), "no-reason"),
        (order("free-credit", -700, "less"), "bad-adjustment"),
        (order("correction", -99_999_999, "too much"), "credit-used"),
    ] {
        let refused = site.post(&admin, &path, &bad).await.json();
        assert_eq!(refused["type"], kind, "{refused}");
    }

    let gift = order("free-credit", 700, "two days dark");
    let asked = site.post(&admin, &path, &gift).await.expect(202).json();
    let approve = format!("/api/v1/approvals/{}/approve", asked["approval"]);
    let alone = site.post(&admin, &approve, &json!({})).await.expect(403).json();
    assert_eq!(alone["type"], "own-request");
    let before = ledger(&site, &admin, &account).await;
    let adjusted = |page: &Value| {
        let entries = page["entries"].as_array().cloned().unwrap_or_default();
        let own = entries.into_iter().filter(|entry| entry["entry"]["entry"] == "adjusted");
        own.collect::<Vec<_>>()
    };
    assert!(adjusted(&before).is_empty(), "nothing before a second person: {before}");
    site.post(&second, &approve, &json!({})).await.expect(200);
    site.post(&second, &approve, &json!({})).await.expect(409);

    let back = order("correction", -200, "a gift too large");
    let asked = site.post(&admin, &path, &back).await.expect(202).json();
    let approve = format!("/api/v1/approvals/{}/approve", asked["approval"]);
    site.post(&second, &approve, &json!({ "note": "seen" })).await.expect(200);
    let after = adjusted(&ledger(&site, &admin, &account).await);
    let amounts: Vec<_> = after.iter().filter_map(|entry| entry["amount"].as_i64()).collect();
    assert_eq!(amounts, [-200, 700], "newest first: {after:?}");
    let (first, last) = (&after[1]["credit_after"], &after[0]["credit_after"]);
    assert_eq!(last.as_i64(), first.as_i64().map(|credit| credit - 200), "{after:?}");
    let refused = json!({ "note": "no" });
    let other = site.post(&admin, &path, &gift).await.expect(202).json();
    let refuse = format!("/api/v1/approvals/{}/refuse", other["approval"]);
    site.post(&second, &refuse, &refused).await.expect(200);
    assert_eq!(adjusted(&ledger(&site, &admin, &account).await).len(), 2);

    site.post(&admin, "/api/v1/clock", &json!("run")).await;
    let risks = "/api/v1/audit/findings?rule=free-credit";
    let risky = site.get(&admin, risks).await.text();
    assert!(risky.contains("free-credit") && risky.contains("\"amount\":700"), "{risky}");
    site.stop().await;
    assert!(site.verify().status.success(), "the journal is sound and sums to zero");
}
