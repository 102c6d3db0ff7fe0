//! The code on a receipt: who scans it learns whether the paper is one of ours, and nobody learns
//! more by trying.

use http::Method;
use serde_json::json;

use crate::harness::{Caller, TestSite};

#[tokio::test]
async fn a_receipt_is_verified_without_a_log_in_and_guessing_is_slowed() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let cashier = site.sign_in_as("cashier").await;
    let found = site.get(&cashier, "/api/v1/search?q=1").await.expect(200).json();
    let order = json!({ "account": found[0]["account"], "amount": 5_280, "tender": "cash" });
    let sold =
        site.post_once(&cashier, "/api/v1/sales", "sale-key-1", &order).await.expect(200).json();
    let (no, seal) = (sold["no"].to_string(), sold["seal"].as_str().unwrap().to_owned());

    let code = format!("/api/v1/receipts/simulated/{no}/code.svg");
    let picture = site.get(&cashier, &code).await.expect(200).text();
    assert!(picture.starts_with("<svg "), "{picture}");
    assert_eq!(site.get(&Caller::Nobody, &code).await.status, 401);

    let look = async |no: &str, code: &str| {
        let path = format!("/verify/simulated/{no}/{code}");
        site.ask(&Caller::Nobody, Method::GET, &path, None, &[]).await
    };
    let page = look(&no, &seal).await.expect(200).text();
    let paper = sold["serial"].as_str().unwrap();
    for said in ["genuine", &format!("number {paper}"), "CNY 52.80", "simulated"] {
        assert!(page.contains(said), "no `{said}` in {page}");
    }
    let customer = found[0]["customer"].as_str().unwrap();
    assert!(!page.contains(customer), "nobody's name is on the page: {page}");

    // A wrong code, a wrong number: the same answer, which says nothing about what there is.
    let wrong = look(&no, "000000000000").await.expect(404).text();
    assert_eq!(wrong, look("999999", &seal).await.expect(404).text());
    assert!(!wrong.contains("52.80"), "{wrong}");
    for _ in 0..4 {
        look(&no, "000000000001").await;
    }
    assert_eq!(look(&no, "000000000002").await.status, 429, "guessing has to wait");
}

#[tokio::test]
async fn each_counter_numbers_its_own_receipts_and_they_are_found_by_that_number() {
    let mut site = TestSite::start(&["demo", "--seed", "7", "--pace", "1"]).await;
    let (cashier, admin) = (site.sign_in_as("cashier").await, site.sign_in_as("admin").await);
    let sell = async |site: &TestSite, who: &Caller, key: &str, account: u32| {
        let order = json!({ "account": account, "amount": 1_000, "tender": "cash" });
        site.post_once(who, "/api/v1/sales", key, &order).await.expect(200).json()
    };
    let first = sell(&site, &cashier, "serial-sale-1", 1_001).await;
    let counter = first["serial"].as_str().unwrap().split('-').next().unwrap().to_owned();
    let start: u64 = first["serial"].as_str().unwrap()[counter.len() + 1..].parse().unwrap();
    let theirs = sell(&site, &admin, "serial-sale-2", 1_002).await;
    assert_ne!(theirs["serial"].as_str().unwrap().split('-').next(), Some(counter.as_str()));
    site.kill();
    site.restart().await;
    let cashier = site.sign_in_as("cashier").await;
    let next = sell(&site, &cashier, "serial-sale-3", 1_003).await;
    assert_eq!(next["serial"], format!("{counter}-{:06}", start + 1), "across a power cut");
    assert_eq!(next["no"].as_u64(), first["no"].as_u64().map(|no| no + 2), "of the book");

    let serial = next["serial"].as_str().unwrap();
    let hits = site.get(&cashier, &format!("/api/v1/search?q={serial}")).await.expect(200).json();
    assert_eq!(hits[0]["account"], 1_003, "whose receipt it is comes first: {hits}");
    let path = format!("/verify/simulated/{serial}/{}", next["seal"].as_str().unwrap());
    let page = site.ask(&Caller::Nobody, Method::GET, &path, None, &[]).await.expect(200).text();
    assert!(page.contains(&format!("number {serial}")), "{page}");
    assert!(site.stop().await.success());
    assert!(site.verify().status.success());
}

#[tokio::test]
async fn a_meters_label_is_found_by_scanning_it() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let cashier = site.sign_in_as("cashier").await;
    let found = site.get(&cashier, "/api/v1/search?q=1").await.expect(200).json();
    let meter = &found[3]["meter"];
    let label = site.get(&cashier, &format!("/api/v1/meters/{meter}/label.svg")).await.expect(200);
    assert!(label.text().contains(&format!(">{meter}</text>")), "the number stands under the code");
    // What a scanner types: the code's link.
    let scanned = format!("/api/v1/search?q=http%3A%2F%2F10.0.0.5%3A8080%2Fvend%3Fm%3D{meter}");
    let hits = site.get(&cashier, &scanned).await.expect(200).json();
    assert_eq!(hits.as_array().map(Vec::len), Some(1), "{hits}");
    assert_eq!(&hits[0]["meter"], meter);
}

#[tokio::test]
async fn a_card_sale_without_the_terminals_reference_is_refused() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let cashier = site.sign_in_as("cashier").await;
    let found = site.get(&cashier, "/api/v1/search?q=1").await.expect(200).json();
    let order = |reference: &str| json!({ "account": found[0]["account"], "amount": 5_000, "tender": "card", "reference": reference });
    let sell = async |key: &str, reference: &str| {
        site.post_once(&cashier, "/api/v1/sales", key, &order(reference)).await
    };
    assert_eq!(sell("sale-key-1", " \u{1b} ").await.expect(400).json()["type"], "no-reference");
    assert_eq!(sell("sale-key-2", "T-77").await.expect(200).json()["reference"], "T-77");
}
