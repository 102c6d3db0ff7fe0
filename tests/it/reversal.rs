//! What one person takes back alone, what needs two, and what becomes a debt (product rules 13, 24).

use serde_json::{Value, json};

use crate::harness::{Caller, Office, Reply};

fn back(receipt: u64, as_debt: bool) -> Value {
    json!({ "book": "live", "receipt": receipt, "reason": "wrong room", "as_debt": as_debt })
}

async fn reverse(office: &Office, who: &Caller, key: &str, order: &Value) -> Reply {
    let path = format!("/api/v1/receipts/{}/reversal", order["receipt"]);
    office.site.post_once(who, &path, key, order).await
}

async fn ask(office: &Office, who: &Caller, order: &Value) -> Reply {
    let path = format!("/api/v1/receipts/{}/reversal/request", order["receipt"]);
    office.site.post(who, &path, order).await
}

#[tokio::test]
async fn up_to_the_limit_one_person_takes_a_sale_back_and_one_unit_above_it_two() {
    let office = Office::open("most_reversal_alone = \"200.00\"").await;
    let at = office.sell("sale-at-limit", 20_000).await;
    reverse(&office, &office.cashier, "back-at-limit", &back(at, false)).await.expect(200);
    assert_eq!(office.credit().await, 1_000);

    let above = office.sell("sale-above-it", 20_001).await;
    let order = back(above, false);
    for (who, key) in [(&office.cashier, "back-above-1"), (&office.admin, "back-above-2")] {
        let refused = reverse(&office, who, key, &order).await.expect(403).json();
        assert_eq!(refused["type"], "second-person", "{refused}");
    }
    let asked = ask(&office, &office.manager, &order).await.expect(201).json();
    let approve = format!("/api/v1/approvals/{}/approve", asked["id"]);
    let own = office.site.post(&office.manager, &approve, &json!({})).await.expect(403).json();
    assert_eq!(own["type"], "own-request");
    office.site.post(&office.cashier, &approve, &json!({})).await.expect(403);
    assert_eq!(office.credit().await, 21_001, "nothing happened yet");
    office.approve(&asked["id"]).await;
    assert_eq!(office.credit().await, 1_000);
    office.ends_sound().await;
}

#[tokio::test]
async fn a_used_sale_is_taken_back_as_a_debt_only_when_a_second_person_agrees() {
    let office = Office::open("").await;
    let no = office.sell("sale-to-use", 5_000).await;
    office.correct(-1_300).await;

    // The refusal names what would be missing, and so does the asking for it.
    let refused = reverse(&office, &office.cashier, "back-used-1", &back(no, false)).await;
    let refused = refused.expect(409).json();
    assert_eq!((&refused["type"], &refused["detail"]), (&json!("leaves-debt"), &json!("300")));
    assert!(refused["title"].as_str().is_some_and(|title| title.contains("as a debt")));
    let asked = ask(&office, &office.cashier, &back(no, false)).await.expect(409).json();
    assert_eq!(asked["type"], "leaves-debt");
    let alone = reverse(&office, &office.admin, "back-used-2", &back(no, true)).await;
    assert_eq!(alone.expect(403).json()["type"], "second-person");

    let asked = ask(&office, &office.cashier, &back(no, true)).await.expect(201).json();
    assert_eq!((&asked["kind"], &asked["as_debt"]), (&json!("reversal"), &json!(true)));
    assert_eq!(office.credit().await, 4_700);
    office.approve(&asked["id"]).await;
    assert_eq!(office.credit().await, -300);

    // The next payment covers it first, and its receipt says so.
    let next = office.sell("sale-after-debt", 1_000).await;
    let path = format!("/api/v1/receipts/live/{next}");
    let receipt = office.site.get(&office.cashier, &path).await.expect(200).json();
    let lines =
        json!([{ "what": "overdrawn", "amount": 300 }, { "what": "credit", "amount": 700 }]);
    assert_eq!(receipt["lines"], lines);
    assert_eq!(office.credit().await, 700);
    let again = ask(&office, &office.cashier, &back(no, true)).await.expect(409).json();
    assert_eq!(again["type"], "already-reversed");
    office.ends_sound().await;
}
