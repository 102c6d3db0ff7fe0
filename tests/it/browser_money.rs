//! Money that goes back, and limits that are raised, as people at the screen meet them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::browser::{DESK, PHONE, choose, credit_of, enter, look, settle, somebody};
use crate::harness::{Browser, TestSite, eventually};

/// A field of the open dialog, typed into.
async fn fill(browser: &Browser, name: &str, text: &str) {
    let field = browser.see(&format!("dialog [name={name}], .modal [name={name}]")).await;
    field.clear().await.expect("an empty field");
    field.send_keys(text).await.expect("a field takes keys");
}

async fn waiting(site: &TestSite, caller: &crate::harness::Caller, kind: &str) -> Value {
    eventually("a second person is asked", async || {
        let list = site.get(caller, "/api/v1/approvals").await.expect(200).json();
        let rows = list.as_array().cloned().unwrap_or_default();
        rows.into_iter().find(|row| row["kind"] == kind && row["state"] == "waiting")
    })
    .await
}

#[tokio::test]
async fn a_cashier_asks_to_give_credit_back_and_a_used_sale_offers_the_debt() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let admin = site.sign_in_as("admin").await;
    let manager = site.sign_in_as("manager").await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await;
    let who = somebody(&site, &admin).await;
    let cashier = site.sign_in_as("cashier").await;
    let sale = json!({ "account": who.account, "amount": 5_000, "tender": "cash" });
    let sold = site.post_once(&cashier, "/api/v1/sales", "a-sale-to-undo", &sale).await;
    let sold = sold.expect(200).json()["no"].as_u64().expect("a number");
    let screens = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    fs::create_dir_all(&screens).expect("a folder for pictures");
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Cashier").await;
        // Without a limit in the site file every refund needs a second person.
        browser.open(&site.url(&format!("/meters/{}", who.meter))).await;
        browser.click("button.refund").await;
        fill(browser, "amount", "10.00").await;
        fill(browser, "reason", "moves out").await;
        let mut faults = look(browser, "refund-dialog", &screens).await;
        browser.click(".modal .button.primary").await;
        browser.read("main", "a second person was asked").await;
        let asked = waiting(&site, &admin, "refund").await;
        let before = credit_of(&site, &admin, who.account).await;
        let approve = format!("/api/v1/approvals/{}/approve", asked["id"]);
        site.post(&manager, &approve, &json!({})).await.expect(200);
        assert_eq!(credit_of(&site, &admin, who.account).await, before - 1_000);
        browser.open(&site.url(&format!("/receipts/simulated/{}", sold + 1))).await;
        browser.read(".receipt", "Paid out").await;
        settle(browser).await;
        faults.extend(look(browser, "refund-slip", &screens).await);

        // Most of the sale is used: taking it back is refused, and the dialog offers the debt.
        let used = json!({ "adjusting": "correction", "amount": -(before - 1_500), "cause": "other", "note": "used" });
        let path = format!("/api/v1/accounts/{}/adjustments", who.account);
        let asked = site.post(&manager, &path, &used).await.expect(202).json();
        let approve = format!("/api/v1/approvals/{}/approve", asked["approval"]);
        site.post(&admin, &approve, &json!({})).await.expect(200);
        browser.open(&site.url(&format!("/receipts/simulated/{sold}"))).await;
        browser.click(".receipt-actions .button.danger").await;
        let reason = browser.see(".modal textarea").await;
        reason.send_keys("wrong room").await.expect("a reason");
        browser.click(".modal .button.primary").await;
        browser.read(".modal .notice", "below zero").await;
        faults.extend(look(browser, "reversal-debt", &screens).await);
        // Between leaving it and insisting stands the debt.
        browser.click(".modal .dialog-actions .button:not(.primary)").await;
        let asked = waiting(&site, &admin, "reversal").await;
        assert_eq!(asked["as_debt"], true);
        assert!(faults.is_empty(), "{faults:#?}");
        // The refusal is in the console, and was looked for.
        browser.console_errors().await;
    })
    .await;
}

#[tokio::test]
async fn a_raise_is_asked_for_and_shown_once_it_is_approved() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let admin = site.sign_in_as("admin").await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await;
    let screens = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    fs::create_dir_all(&screens).expect("a folder for pictures");
    let mut faults = Vec::new();
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Manager").await;
        browser.open(&site.url("/approvals")).await;
        browser.click("button.raise-limit").await;
        faults.extend(look(browser, "raise-dialog", &screens).await);
        let last = "const list = document.querySelector('[name=limit]'); list.selectedIndex = 7;
            list.dispatchEvent(new Event('change', { bubbles: true }))";
        browser.run(last).await;
        fill(browser, "to", "30.00").await;
        fill(browser, "reason", "the fair").await;
        browser.click(".modal .button.primary").await;
        browser.read(".limits-card", "it waits for a second person").await;
        let asked = waiting(&site, &admin, "raise-limit").await;
        assert_eq!(asked["raise"]["limit"], json!({ "refund-alone": 3_000 }));
        let approve = format!("/api/v1/approvals/{}/approve", asked["id"]);
        site.post(&admin, &approve, &json!({})).await.expect(200);
        browser.open(&site.url("/approvals")).await;
        browser.read(".limits-card .tariff-row", "30.00").await;
        browser.read(".limits-card .counter-limits", "30.00").await;
        settle(browser).await;
        faults.extend(look(browser, "raised", &screens).await);
    })
    .await;
    Browser::with(PHONE.0, PHONE.1, async |browser| {
        enter(browser, &site, "Manager").await;
        choose(browser, "zh", "dark").await;
        browser.open(&site.url("/approvals")).await;
        browser.read(".limits-card", "限额").await;
        settle(browser).await;
        faults.extend(look(browser, "raised-phone", &screens).await);
    })
    .await;
    assert!(faults.is_empty(), "{faults:#?}");
}
