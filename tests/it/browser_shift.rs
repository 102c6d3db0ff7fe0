//! A shift and a second person in a real browser: sold in, counted blind, countersigned; a request
//! that nobody grants to oneself.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::browser::{DESK, ENTER, enter, somebody};
use crate::harness::{Browser, TestSite};

const F2: &str = "\u{e032}";

async fn fill(browser: &Browser, name: &str, text: &str) {
    let field = browser.see(&format!("[name={name}]")).await;
    field.clear().await.expect("it is emptied");
    field.send_keys(text).await.expect("it takes text");
}

/// Two fields, three keys, and the line that the meter's own supply proves.
#[tokio::test]
async fn a_cash_sale_takes_less_than_eight_seconds_and_the_meter_proves_it() {
    let site = TestSite::start(&["demo", "--seed", "7", "--pace", "60"]).await;
    let admin = site.sign_in_as("admin").await;
    let serial = somebody(&site, &admin).await.serial;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Cashier").await;
        browser.keys(F2).await;
        browser.see("#sale-find:focus").await;
        let began = Instant::now();
        browser.keys(&serial).await;
        browser.keys(ENTER).await;
        browser.see("#sale-amount:focus").await;
        browser.keys("50").await;
        browser.keys(ENTER).await;
        browser.see("#sale-confirm.confirm:focus").await;
        browser.keys(ENTER).await;
        browser.read(".receipt", "50.00").await;
        let took = began.elapsed();
        browser.read(".proof.good", "Credit reached the meter ✓").await;
        assert!(took < Duration::from_secs(8), "a sale took {took:?}");
    })
    .await;
}

#[tokio::test]
async fn a_till_is_counted_blind_shows_its_difference_and_is_countersigned_by_another() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let admin = site.sign_in_as("admin").await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await;
    let account = somebody(&site, &admin).await.account;
    let till = site.sign_in_as("cashier").await;
    let sale = json!({ "account": account, "amount": 5_000, "tender": "cash" });
    site.post_once(&till, "/api/v1/sales", "in-this-shift", &sale).await.expect(200);
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Cashier").await;
        browser.open(&site.url("/shift")).await;
        let blind = browser.read("article.receipt", "X").await;
        assert!(!blind.contains("Expected"), "nobody is told before the count:\n{blind}");
        // Nothing typed is not zero.
        browser.click("form:has([name=counted-cash]) .button.primary").await;
        browser.see("[name=counted-cash][aria-invalid=true]").await;
        for (name, amount) in
            [("counted-cash", "1.00"), ("counted-card", "0"), ("counted-mobile", "0")]
        {
            fill(browser, name, amount).await;
        }
        browser.click("form:has([name=counted-cash]) .button.primary").await;
        let report = browser.read("article.receipt", "Difference").await;
        assert!(report.contains("Expected") && report.contains("Chain head"), "{report}");
        assert!(report.contains("Waits for a countersignature"), "{report}");
        // Not by the cashier, who now has no shift and is asked for one.
        let sign =
            "return [...document.querySelectorAll('.receipt-actions .button.primary')].length";
        assert_eq!(browser.run(sign).await, 0);
        fill(browser, "float", "100").await;
        browser.click("form:has([name=float]) .button.primary").await;
        browser.see("[name=counted-cash]").await;

        browser.client.delete_all_cookies().await.expect("the cashier has left");
        enter(browser, &site, "Manager").await;
        browser.open(&site.url("/shift")).await;
        let closed = "[...document.querySelectorAll('.tariff-row')].find(row => \
                      row.innerText.includes('countersignature')).querySelector('button').click()";
        browser.see(".tariff-row").await;
        browser.run(closed).await;
        browser.click(".receipt-actions .button.primary").await;
        browser.read("article.receipt", "Countersigned").await;
    })
    .await;
}

#[tokio::test]
async fn a_request_is_granted_by_somebody_else_on_the_page_with_its_evidence() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let (admin, manager) = (site.sign_in_as("admin").await, site.sign_in_as("manager").await);
    site.post(&admin, "/api/v1/clock", &json!("pause")).await;
    let account = somebody(&site, &admin).await.account;
    let sale = json!({ "account": account, "amount": 5_000, "tender": "cash" });
    let sold = site.post_once(&admin, "/api/v1/sales", "to-be-reversed", &sale).await.expect(200);
    let receipt = sold.json()["no"].as_u64().expect("a number");
    let order = json!({ "book": "simulated", "receipt": receipt, "reason": "<img src=x onerror=alert(1)>" });
    let ask = format!("/api/v1/receipts/{receipt}/reversal/request");
    site.post(&manager, &ask, &order).await.expect(201);
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Manager").await;
        browser.open(&site.url("/approvals")).await;
        let own = browser.read(".approval", "50.00").await;
        assert!(own.contains("<img src=x onerror=alert(1)>"), "text stays text:\n{own}");
        let buttons = "return document.querySelectorAll('.approval .approve').length";
        assert_eq!(browser.run(buttons).await, 0, "nobody grants the own request");
        browser.client.delete_all_cookies().await.expect("the manager has left");
        enter(browser, &site, "Administrator").await;
        browser.open(&site.url("/approvals")).await;
        browser.click(".approval .approve").await;
        browser.open(&site.url(&format!("/receipts/simulated/{receipt}"))).await;
        browser.read("#main", "Taken back by receipt").await;
    })
    .await;
}
