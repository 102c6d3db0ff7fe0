//! The auditor's pages in a real browser: each cell opens its entries, an entry its record, a past
//! time shows what was known then, and each view is a sheet.

use serde_json::json;

use crate::browser::{DESK, enter, settle, somebody};
use crate::harness::{Browser, TestSite};

/// The sheet that the page links to, as the browser gets it.
async fn sheet(browser: &Browser) -> String {
    let script = "const done = arguments[arguments.length - 1];
        fetch(document.querySelector('a[download]').href).then(answer => answer.text()).then(done)";
    let text = browser.client.execute_async(script, vec![]).await.expect("a sheet");
    text.as_str().expect("text").to_owned()
}

#[tokio::test]
async fn each_cell_opens_its_entries_and_a_past_time_shows_what_was_then() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let admin = site.sign_in_as("admin").await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await;
    let who = somebody(&site, &admin).await;
    let sale = json!({ "account": who.account, "amount": 4_321, "tender": "cash" });
    site.post_once(&admin, "/api/v1/sales", "for-the-auditor", &sale).await.expect(200);
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Auditor").await;
        browser.open(&site.url(&format!("/audit?book=simulated&q={}", who.account))).await;
        browser.see(".audit-proof.ink-connected").await;
        settle(browser).await;
        let table = sheet(browser).await;
        assert!(table.contains("43.21"), "{table}");
        let top_up = "[...document.querySelectorAll('.audit-cell')].find(cell => \
                      cell.innerText.includes('43.21')).click()";
        browser.read(".audit-table", "43.21").await;
        browser.run(top_up).await;
        browser.see("[name=kind]").await;
        let entries = browser.read(".audit-scroll .audit-table", "43.21").await;
        assert!(entries.contains("Cash"), "{entries}");
        let table = sheet(browser).await;
        assert_eq!(
            table.trim_end().lines().count(),
            2,
            "the same entries as on the page:\n{table}"
        );
        browser.click(".audit-table button.link").await;
        browser.see(".audit-record .audit-seal").await;

        // Before anything was sold here.
        let ledger = browser.client.current_url().await.expect("an address").to_string();
        assert!(ledger.contains("account="), "{ledger}");
        let early = "/audit?book=simulated&from=2020-01-01T00:00:00&to=2020-01-02T00:00:00";
        browser.open(&site.url(early)).await;
        browser.see(".audit-proof").await;
        settle(browser).await;
        assert!(!sheet(browser).await.contains("43.21"));
        for view in ["log", "risks", "daybook", "matching"] {
            browser.open(&site.url(&format!("/audit/{view}"))).await;
            browser.see("#main h1").await;
            settle(browser).await;
        }
    })
    .await;
}
