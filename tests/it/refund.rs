//! Credit given back in cash: what may leave the till, by whom, and where it is seen.

use serde_json::{Value, json};

use crate::harness::{Caller, Office, Reply};

async fn refund(office: &Office, who: &Caller, key: &str, amount: i64) -> Reply {
    let order = json!({ "amount": amount, "reason": "moves out" });
    office.site.post_once(who, "/api/v1/accounts/1/refunds", key, &order).await
}

fn kind(reply: &Reply) -> String {
    reply.json()["type"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn paid_credit_goes_back_in_cash_up_to_the_limit_and_is_seen_everywhere() {
    let office = Office::open("most_refund_alone = \"5.00\"").await;
    let (site, cashier) = (&office.site, &office.cashier);
    let sold = office.sell("sale-before-refund", 3_000).await;
    let silent = json!({ "amount": 100, "reason": " " });
    let path = "/api/v1/accounts/1/refunds";
    let reply = site.post_once(cashier, path, "refund-silent", &silent).await.expect(422);
    assert_eq!(kind(&reply), "no-reason");
    site.post(cashier, path, &json!({ "amount": 100, "reason": "why" })).await.expect(400);
    let none = refund(&office, &office.manager, "refund-no-shift", 100).await.expect(409);
    assert_eq!(kind(&none), "no-shift", "cash comes out of an own till");
    let more = refund(&office, cashier, "refund-more", 4_001).await.expect(422);
    assert_eq!(
        (kind(&more).as_str(), &more.json()["detail"]),
        ("above-refundable", &json!("4000"))
    );
    let above = refund(&office, cashier, "refund-above", 501).await.expect(403);
    assert_eq!(kind(&above), "second-person");

    let slip = refund(&office, cashier, "refund-at-limit", 500).await.expect(200).json();
    let again = refund(&office, cashier, "refund-at-limit", 500).await.expect(200).json();
    assert_eq!((&slip, slip["no"].as_u64()), (&again, Some(sold + 1)), "one key, one slip");
    let other = refund(&office, cashier, "refund-at-limit", 400).await.expect(409);
    assert_eq!(kind(&other), "key-reused");
    assert_eq!((&slip["refund"], &slip["amount"]), (&json!(true), &json!(-500)));
    let split = refund(&office, cashier, "refund-split", 1).await.expect(403);
    assert_eq!(kind(&split), "second-person", "nor in parts");

    // Above it a second person, never the one who asked.
    let order = json!({ "amount": 2_000, "reason": "moves out" });
    let ask = "/api/v1/accounts/1/refunds/request";
    let asked = site.post(cashier, ask, &order).await.expect(202).json();
    assert_eq!(office.credit().await, 3_500, "nothing left the till yet");
    let approve = format!("/api/v1/approvals/{}/approve", asked["approval"]);
    site.post(cashier, &approve, &json!({})).await.expect(403);
    office.approve(&asked["approval"]).await;
    assert_eq!(office.credit().await, 1_500);
    let entry = office.ledger().await.remove(0);
    assert_eq!((&entry["entry"]["entry"], &entry["amount"]), (&json!("refund"), &json!(-2_000)));

    // X and Z, day book, high-risk list, receipts.
    let shift = site.get(&office.admin, "/api/v1/shifts/live/1").await.expect(200).json();
    assert_eq!(shift["expected"]["cash"], json!(10_000 + 3_000 - 2_500));
    assert_eq!(
        (&shift["refunds"], &shift["totals"]["cash"]["refunded"]),
        (&json!(2), &json!(2_500))
    );
    let day = site.get(&office.admin, "/api/v1/daybook?book=live").await.expect(200).json();
    let amounts: Vec<_> = day["rows"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["amount"].as_i64())
        .collect();
    assert_eq!(amounts, [3_000, -500, -2_000]);
    let risks = site.get(&office.admin, "/api/v1/audit/findings?rule=refund").await.expect(200);
    let found = risks.json()["findings"].as_array().map_or(0, Vec::len);
    assert_eq!(found, 2, "{}", risks.text());
    let receipt = format!("/api/v1/receipts/live/{}", sold + 2);
    let slip = site.get(cashier, &receipt).await.expect(200).json();
    assert_eq!((&slip["refund"], &slip["reference"]), (&json!(true), &json!("moves out")));
    let path = "/api/v1/audit/entries?account=1&column=reversals";
    let audited = site.get(&office.admin, path).await.expect(200).text();
    assert_eq!(audited.matches("\"refunded\"").count(), 2, "{audited}");
    office.ends_sound().await;
}

#[tokio::test]
async fn a_gift_never_leaves_as_cash_and_a_till_gives_no_more_than_it_holds() {
    let office = Office::open("most_refund_alone = \"500.00\"").await;
    let gift =
        json!({ "adjusting": "free-credit", "amount": 900, "cause": "goodwill", "note": "sorry" });
    let path = "/api/v1/accounts/1/adjustments";
    let asked = office.site.post(&office.manager, path, &gift).await.expect(202).json();
    office.approve(&asked["approval"]).await;
    let more = refund(&office, &office.cashier, "refund-a-gift", 1_001).await.expect(422);
    assert_eq!(more.json()["detail"], json!("1000"), "{}", more.text());

    let safe = json!({ "amount": -9_500, "with": "safe", "reason": "too much" });
    let cash = "/api/v1/shifts/live/1/cash";
    office.site.post_once(&office.cashier, cash, "to-the-safe", &safe).await.expect(200);
    let empty = refund(&office, &office.cashier, "refund-till-1", 501).await.expect(422);
    assert_eq!(kind(&empty), "lacks-cash");
    refund(&office, &office.cashier, "refund-till-2", 500).await.expect(200);
    assert_eq!(office.credit().await, 1_400);
    let reader: Value = json!({ "amount": 1, "reason": "x" });
    let token = office.site.token("viewer");
    let path = "/api/v1/accounts/1/refunds";
    office.site.post_once(&token, path, "refund-by-reader", &reader).await.expect(403);
    office.ends_sound().await;
}
