//! A limit raised for a while by two persons: in force at once, shown, and gone at its end.

use serde_json::{Value, json};

use crate::harness::{Office, Reply};

async fn sell(office: &Office, key: &str, amount: i64) -> Reply {
    let sale = json!({ "account": 1, "amount": amount, "tender": "cash" });
    office.site.post_once(&office.cashier, "/api/v1/sales", key, &sale).await
}

fn largest(reply: &Reply) -> (String, i64) {
    let problem = reply.json();
    let figure = problem["detail"].as_str().and_then(|figure| figure.parse().ok());
    (problem["type"].as_str().unwrap_or_default().to_owned(), figure.unwrap_or_default())
}

async fn page(office: &Office) -> Value {
    office.site.get(&office.admin, "/api/v1/limits?book=live").await.expect(200).json()
}

#[tokio::test]
async fn two_persons_raise_a_limit_until_a_stated_time_and_a_refusal_names_the_raised_one() {
    let mut office = Office::open("most_sale = \"20.00\"\nmost_reversals = 1").await;
    let over = sell(&office, "sale-over-file", 2_001).await.expect(422);
    assert_eq!(largest(&over), ("limit-sale".to_owned(), 2_000));
    let said = over.json()["title"].as_str().unwrap_or_default().to_owned();
    assert_eq!(said, "the limit of one sale is reached; the largest allowed amount is CNY 20.00");
    let now = page(&office).await["now"].as_i64().expect("the time of the book");
    let order = |limit: Value, ahead: i64, reason: &str| json!({ "book": "live", "limit": limit, "until": now + ahead, "reason": reason });
    let (hour, path) = (3_600_000, "/api/v1/limits/raises");
    let sale = |minor: i64| json!({ "sale": minor });
    for (bad, kind) in [
        (order(sale(3_000), hour, " "), "no-reason"),
        (order(sale(2_000), hour, "no more"), "no-raise"),
        (order(json!({ "day": 9_000 }), hour, "no limit"), "no-raise"),
        (order(sale(3_000), -hour, "past"), "time-past"),
        (order(sale(3_000), 32 * 24 * hour, "for ever"), "raise-too-long"),
    ] {
        let refused = office.site.post(&office.manager, path, &bad).await.expect(422).json();
        assert_eq!(refused["type"], kind, "{refused}");
    }
    let nowhere = json!({ "book": "live", "counter": 77, "limit": sale(3_000), "until": now + hour, "reason": "x" });
    office.site.post(&office.manager, path, &nowhere).await.expect(404);
    let good = order(sale(3_000), 2 * hour, "the fair");
    office.site.post(&office.cashier, path, &good).await.expect(403);
    let asked = office.site.post(&office.manager, path, &good).await.expect(202).json();
    let approve = format!("/api/v1/approvals/{}/approve", asked["approval"]);
    let own = office.site.post(&office.manager, &approve, &json!({})).await.expect(403).json();
    assert_eq!(own["type"], "own-request");
    sell(&office, "sale-not-yet", 2_001).await.expect(422);
    assert_eq!(page(&office).await["raises"], json!([]));

    let shown = office.approve(&asked["approval"]).await;
    assert_eq!((&shown["kind"], &shown["raise"]["limit"]), (&json!("raise-limit"), &sale(3_000)));
    sell(&office, "sale-raised", 3_000).await.expect(200);
    let over = sell(&office, "sale-over-it", 3_001).await.expect(422);
    assert_eq!(largest(&over), ("limit-sale".to_owned(), 3_000));
    let in_force = page(&office).await;
    assert_eq!(in_force["counters"][0]["limits"]["most"], json!(3_000));
    assert_eq!(in_force["raises"][0]["until"], json!(now + 2 * hour));

    // It stands in the journal: a start brings it back, the site file does not take it away.
    office.site.kill();
    office.site.restart().await;
    office.sign_in().await;
    let over = sell(&office, "sale-over-again", 3_001).await.expect(422);
    assert_eq!(largest(&over), ("limit-sale".to_owned(), 3_000));
    let acts = office.site.get(&office.admin, "/api/v1/audit/acts").await.expect(200).text();
    assert!(acts.contains("limit-raised"), "{acts}");
    office.ends_sound().await;
}
