//! The counter under nervous hands and a bad network: one sale, one receipt, whatever is pressed.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::browser::{DESK, ENTER, PHONE, choose, credit_of, enter, look, settle, somebody};
use crate::harness::{Browser, Caller, TestSite, eventually};

const F2: &str = "\u{e032}";
const F4: &str = "\u{e034}";
const F8: &str = "\u{e038}";
const ESCAPE: &str = "\u{e00c}";

/// Sales leave the page, and their answers never arrive.
const DEAF: &str = "const real = window.fetch.bind(window);
    window.fetch = (ask, more) => String(ask.url ?? ask).includes('/api/v1/sales')
        ? real(ask, more).then(() => new Promise(() => {})) : real(ask, more)";
/// Sales leave the page five seconds late.
const SLOW: &str = "const real = window.fetch.bind(window);
    window.fetch = (ask, more) => String(ask.url ?? ask).includes('/api/v1/sales')
        ? new Promise(go => setTimeout(go, 5000)).then(() => real(ask, more)) : real(ask, more)";

struct Counter {
    site: TestSite,
    admin: Caller,
    account: u64,
    serial: String,
    before: i64,
    receipts: u64,
}

impl Counter {
    /// A building whose clock stands, so that only sales move money.
    async fn open() -> Self {
        let site = TestSite::start(&["demo", "--seed", "7"]).await;
        let admin = site.sign_in_as("admin").await;
        site.post(&admin, "/api/v1/clock", &json!("pause")).await;
        let who = somebody(&site, &admin).await;
        let before = credit_of(&site, &admin, who.account).await;
        let mut counter =
            Self { site, admin, account: who.account, serial: who.serial, before, receipts: 0 };
        counter.receipts = counter.last_receipt().await;
        counter
    }

    /// The number of the newest receipt of the book.
    async fn last_receipt(&self) -> u64 {
        let mut last = self.receipts;
        loop {
            let path = format!("/api/v1/receipts/simulated/{}", last + 1);
            if self.site.get(&self.admin, &path).await.status != 200 {
                return last;
            }
            last += 1;
        }
    }

    /// Up to the button that takes the money.
    async fn confirm(&self, browser: &Browser) {
        browser.keys(F2).await;
        browser.see("#sale-find:focus").await;
        browser.keys(&self.serial).await;
        browser.keys(ENTER).await;
        browser.see("#sale-amount:focus").await;
        browser.keys("50").await;
        browser.keys(ENTER).await;
        browser.see("#sale-confirm.confirm:focus").await;
    }

    /// One sale of 50.00 and one receipt, no more and no less.
    async fn sold_once(&self) {
        assert_eq!(credit_of(&self.site, &self.admin, self.account).await - self.before, 5_000);
        assert_eq!(self.last_receipt().await - self.receipts, 1, "one receipt");
    }
}

#[tokio::test]
async fn a_double_click_and_a_key_held_down_sell_once() {
    let counter = Counter::open().await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &counter.site, "Cashier").await;
        counter.confirm(browser).await;
        let hands = "const button = document.querySelector('#sale-confirm');
            button.click(); button.click();
            for (let i = 0; i < 5; i++) button.dispatchEvent(new KeyboardEvent('keydown',
                { key: 'Enter', repeat: true, bubbles: true, cancelable: true }));
            document.querySelector('#sale-confirm')?.click()";
        browser.run(hands).await;
        browser.read(".receipt", "50.00").await;
        counter.sold_once().await;
        // Nothing is left that a reload would send.
        browser.open(&counter.site.url("/vend")).await;
        browser.see("#sale-find:focus").await;
        let left = "return Object.keys(localStorage).filter(key => key.includes('outbox')).length";
        assert_eq!(browser.run(left).await, 0);
        counter.sold_once().await;
    })
    .await;
}

#[tokio::test]
async fn a_reload_while_the_sale_is_under_way_and_a_second_tab_sell_once() {
    let counter = Counter::open().await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &counter.site, "Cashier").await;
        counter.confirm(browser).await;
        browser.run(DEAF).await;
        browser.keys(ENTER).await;
        browser.see("#sale-pending").await;
        // A second tab finds what the first has sent and asks again under the same number.
        let first = browser.client.window().await.expect("a tab");
        let second = browser.client.new_window(true).await.expect("a second tab");
        browser.client.switch_to_window(second.handle).await.expect("to the second tab");
        browser.open(&counter.site.url("/vend")).await;
        browser.read(".receipt", "50.00").await;
        counter.sold_once().await;
        browser.client.switch_to_window(first).await.expect("back to the first");
        browser.client.refresh().await.expect("a reload");
        browser.see("#sale-find:focus").await;
        counter.sold_once().await;
    })
    .await;
}

#[tokio::test]
async fn five_seconds_without_a_network_sell_once() {
    let counter = Counter::open().await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &counter.site, "Cashier").await;
        counter.confirm(browser).await;
        browser.run(SLOW).await;
        browser.keys(ENTER).await;
        browser.see("#sale-pending").await;
        // Impatience: keys and Escape while nothing is answered.
        for key in [ENTER, ESCAPE, F2, ENTER] {
            browser.keys(key).await;
        }
        browser.see("#sale-pending").await;
        browser.read(".receipt", "50.00").await;
        counter.sold_once().await;
    })
    .await;
}

#[tokio::test]
async fn escape_takes_no_money_f2_begins_anew_and_a_card_needs_its_slip() {
    let counter = Counter::open().await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &counter.site, "Cashier").await;
        counter.confirm(browser).await;
        browser.keys(ESCAPE).await;
        browser.see("#sale-confirm:not(.confirm)").await;
        browser.keys(F8).await;
        browser.see("input[name=reference]").await;
        browser.see("#sale-confirm:disabled").await;
        // Tariff, arrears and the last reading stand there without a click.
        browser.read(".beside", "version").await;
        browser.keys(F2).await;
        browser.see("#sale-find:focus").await;
        assert_eq!(credit_of(&counter.site, &counter.admin, counter.account).await, counter.before);
        assert_eq!(counter.last_receipt().await, counter.receipts);
    })
    .await;
}

/// A scanner is a keyboard: the label's link, and Enter at once.
#[tokio::test]
async fn a_scanned_label_opens_the_sale() {
    let counter = Counter::open().await;
    let found = counter.site.get(&counter.admin, "/api/v1/search?q=1").await.expect(200).json();
    let (meter, place) = (&found[2]["meter"], found[2]["place"].as_str().unwrap_or_default());
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &counter.site, "Cashier").await;
        browser.keys(F2).await;
        browser.see("#sale-find:focus").await;
        browser.keys(&format!("http://10.0.0.5:8080/vend?m={meter}{ENTER}")).await;
        browser.see("#sale-amount:focus").await;
        browser.read(".found h2", place).await;
    })
    .await;
}

/// The reprint is a counted copy; the paper is looked at on each width, language and theme.
#[tokio::test]
async fn a_reprint_is_a_counted_copy_and_papers_look_right() {
    let counter = Counter::open().await;
    let screens = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    fs::create_dir_all(&screens).expect("a folder for pictures");
    let order =
        json!({ "account": counter.account, "amount": 5_000, "tender": "cash", "handed": 10_000 });
    let sold = counter.site.post_once(&counter.admin, "/api/v1/sales", "sale-key-1", &order).await;
    let no = sold.expect(200).json().get("no").and_then(Value::as_u64).expect("a number");
    let path = format!("/receipts/simulated/{no}");
    let mut faults = Vec::new();
    for (width, height) in [DESK, PHONE] {
        Browser::with(width, height, async |browser| {
            enter(browser, &counter.site, "Cashier").await;
            for (lang, theme) in
                [("en", "light"), ("en", "dark"), ("zh-CN", "light"), ("zh-CN", "dark")]
            {
                choose(browser, lang, theme).await;
                for paper in ["58", "80", "a4"] {
                    let stored = format!("localStorage.setItem('meterhouse.paper', '{paper}')");
                    browser.run(&stored).await;
                    browser.open(&counter.site.url(&path)).await;
                    browser.see(".paper-code").await;
                    settle(browser).await;
                    let name = format!("receipt-{paper}-{width}-{lang}-{theme}");
                    faults.extend(look(browser, &name, &screens).await);
                }
            }
            choose(browser, "en", "light").await;
            browser.open(&counter.site.url(&path)).await;
            browser.see(".paper-code").await;
            // The dialog of the browser would wait for a person.
            browser
                .run("window.print = () => { window.printed = (window.printed ?? 0) + 1 }")
                .await;
            browser.run("document.body.focus()").await;
            browser.keys(F4).await;
            browser.read(".paper-copy", "COPY").await;
            eventually("the browser prints", async || {
                (browser.run("return window.printed ?? 0").await == 1).then_some(())
            })
            .await;
        })
        .await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
