//! Paying by phone at the counter, in a real browser: the code, what becomes of it, and what is left
//! after a reload, a refusal, a provider that is silent and a session that ended.

use http::{Method, Request};
use serde_json::{Value, json};

use crate::browser::{DESK, ENTER, credit_of, enter, somebody};
use crate::harness::http::ask;
use crate::harness::{Browser, Caller, TestSite, eventually};

const F2: &str = "\u{e032}";
const F9: &str = "\u{e039}";

struct Till {
    site: TestSite,
    admin: Caller,
    account: u64,
    serial: String,
    before: i64,
}

impl Till {
    async fn open() -> Self {
        let site = TestSite::start(&["demo", "--seed", "7"]).await;
        let admin = site.sign_in_as("admin").await;
        site.post(&admin, "/api/v1/clock", &json!("pause")).await;
        let who = somebody(&site, &admin).await;
        let before = credit_of(&site, &admin, who.account).await;
        Self { site, admin, account: who.account, serial: who.serial, before }
    }

    /// Up to the button that asks for the code.
    async fn amount(&self, browser: &Browser, amount: &str) {
        browser.keys(F2).await;
        browser.see("#sale-find:focus").await;
        browser.keys(&self.serial).await;
        browser.keys(ENTER).await;
        browser.see("#sale-amount:focus").await;
        browser.keys(F9).await;
        browser.keys(amount).await;
        browser.see("#sale-confirm:not(:disabled)").await;
    }

    async fn gained(&self) -> i64 {
        credit_of(&self.site, &self.admin, self.account).await - self.before
    }
}

/// Where the customer pays, as the code says.
async fn code(browser: &Browser) -> String {
    browser.see(".pay-code path").await;
    let link = browser.see(".pay a.link").await;
    link.attr("href").await.expect("an attribute").expect("an address")
}

/// What somebody does on a page of the stub.
async fn at_the_stub(address: &str, body: &str) {
    let request = Request::builder()
        .method(Method::POST)
        .uri(address)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.to_owned())
        .expect("a request");
    ask(request).await.expect("the stub answers").expect(303);
}

#[tokio::test]
async fn a_code_is_shown_survives_a_reload_and_what_is_paid_becomes_one_sale() {
    let till = Till::open().await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &till.site, "Cashier").await;
        till.amount(browser, "50").await;
        browser.click("#sale-confirm").await;
        browser.read(".pay-state", "Pending").await;
        let address = code(browser).await;
        assert_eq!(till.gained().await, 0, "a code is no money");
        browser.client.refresh().await.expect("a reload");
        assert_eq!(code(browser).await, address, "the same payment goes on");
        at_the_stub(&address, "act=repeat").await;
        let receipt = browser.read(".receipt", "50.00").await;
        assert!(receipt.contains('№'), "{receipt}");
        assert_eq!(till.gained().await, 5_000);
        // Nothing is left that a reload would ask again.
        browser.open(&till.site.url("/vend")).await;
        browser.see("#sale-find:focus").await;
        assert_eq!(browser.run("return localStorage.getItem('mobile-payment')").await, Value::Null);
        assert_eq!(till.gained().await, 5_000);

        // Taken back on its receipt, the money goes back to the phone.
        browser.client.delete_all_cookies().await.expect("the cashier has left");
        enter(browser, &till.site, "Administrator").await;
        let paid = till.site.get(&till.admin, "/api/v1/payments").await.expect(200).json();
        let receipt = paid[0]["receipt"].as_u64().expect("a receipt");
        browser.open(&till.site.url(&format!("/receipts/simulated/{receipt}"))).await;
        browser.click(".receipt-actions .button.danger").await;
        browser.see(".modal textarea").await.send_keys("wrong flat").await.expect("a reason");
        browser.click(".modal .button.primary, .modal .button.danger").await;
        eventually("the money is back", async || {
            let path = format!("/api/v1/payments/{}", paid[0]["payment"]);
            let view = till.site.get(&till.admin, &path).await.expect(200).json();
            (view["state"] == "refunded").then_some(())
        })
        .await;
        assert_eq!(till.gained().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_refused_code_can_be_asked_for_again_and_a_silent_provider_is_not_asked_twice() {
    let till = Till::open().await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &till.site, "Cashier").await;
        till.amount(browser, "999999").await;
        browser.click("#sale-confirm").await;
        let refusal = browser.see(".sale-form .notice.bad").await;
        let refusal = refusal.text().await.expect("its text");
        assert!(refusal.contains("000.00"), "{refusal}");
        // The button is there again, and the next amount is taken.
        browser.see("#sale-confirm:not(:disabled)").await;
        till.amount(browser, "20").await;
        browser.click("#sale-confirm").await;
        let address = code(browser).await;
        let stub = address.split_once("/pay/").expect("an address of the stub").0.to_owned() + "/";
        browser.click(".pay > .button").await;
        browser.read(".pay-state", "Taken back").await;
        at_the_stub(&stub, "charge=silent&status=silent&refund=answers").await;
        browser.click(".pay > .button").await;
        browser.click("#sale-confirm").await;
        browser.read(".pay .notice.warn", "never asked again").await;
        at_the_stub(&stub, "charge=answers&status=answers&refund=answers").await;
        at_the_stub(&code(browser).await, "act=pay").await;
        browser.read(".receipt", "20.00").await;
        assert_eq!(till.gained().await, 2_000);
        let all = till.site.get(&till.admin, "/api/v1/payments").await.expect(200).json();
        assert_eq!(all.as_array().map(Vec::len), Some(2), "one charge a code: {all}");
        // The refusal is in the console, and was looked for.
        browser.console_errors().await;
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ends_beside_a_code_leaves_the_code_to_who_signs_in_again() {
    let till = Till::open().await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &till.site, "Cashier").await;
        till.amount(browser, "30").await;
        browser.click("#sale-confirm").await;
        let address = code(browser).await;
        browser.client.delete_all_cookies().await.expect("the session is gone");
        browser.see(".ready-button").await;
        enter(browser, &till.site, "Cashier").await;
        browser.open(&till.site.url("/vend")).await;
        assert_eq!(code(browser).await, address, "the same payment goes on");
        at_the_stub(&address, "act=pay").await;
        browser.read(".receipt", "30.00").await;
        assert_eq!(till.gained().await, 3_000);
        // That nobody was signed in is in the console, and was looked for.
        browser.console_errors().await;
    })
    .await;
}
