//! Thirty-two meters come into service on the page in five interactions; the pages of a line are
//! readable for everybody, on a desk and on a phone, in light and dark.

use serde_json::{Value, json};
use shared::api::commission::Commissioned;

use crate::commission::write_site;
use crate::harness::peers::{Process, program};
use crate::harness::{Browser, Caller, Folder, TestSite};

async fn sign_in(browser: &Browser, site: &TestSite) {
    browser.open(&site.url("/")).await;
    browser.run("localStorage.setItem('meterhouse.language', 'en')").await;
    browser.open(&site.url("/")).await;
    let name = browser.see("input[name=name], input[autocomplete=username]").await;
    name.send_keys("Li Na").await.expect("a name");
    let password = browser.see("input[type=password]").await;
    password.send_keys("correct horse battery\u{e007}").await.expect("a password");
    browser.see("nav.rail, nav.bottom").await;
}

/// Nothing is wider than the page, and nobody is kept out.
async fn is_good(browser: &Browser, what: &str) {
    let wider = "return document.documentElement.scrollWidth > window.innerWidth + 1";
    assert_eq!(browser.run(wider).await, Value::Bool(false), "{what} scrolls sideways");
    let faults = browser.accessibility_faults().await;
    assert!(faults.is_empty(), "{what}: {faults:#?}");
    if let Ok(folder) = std::env::var("METERHOUSE_SHOTS") {
        let file = std::path::Path::new(&folder).join(format!("{what}.png"));
        std::fs::write(file, browser.screenshot().await).expect("the folder takes files");
    }
}

#[tokio::test]
async fn thirty_two_meters_are_added_in_five_interactions() {
    let (_farm, ready): (Process, String) =
        program(&["farm", "--meters", "32", "--tcp", "127.0.0.1:0"]);
    let folder = Folder::new();
    let config = write_site(&folder, ready.trim().trim_start_matches("ready "));
    let site = TestSite::start_in(folder, &["run", "--site", &config]).await;
    let said = site.said();
    let line = said.lines().find(|line| line.contains("Set-up code")).expect("the code is printed");
    let code = line.rsplit(' ').next().expect("a line has a last word");
    let person = json!({ "code": code, "name": "Li Na", "password": "correct horse battery" });
    site.post(&Caller::Nobody, "/api/v1/setup", &person).await.expect(200);

    Browser::with(1440, 900, async |browser| {
        sign_in(browser, &site).await;
        browser.open(&site.url("/lines/1/commission")).await;
        browser.read("main h1", "riser A").await;
        browser.click("button[name=scan]").await; // 1
        browser.read("button[name=add]:enabled", "Add 32 meters").await;
        is_good(browser, "found-1440").await;
        let pattern = browser.see("input[name=pattern]").await;
        pattern.clear().await.expect("a field");
        pattern.send_keys("Room 1##").await.expect("a pattern"); // 2
        browser.click("select[name=tariff] option[value=flat]").await; // 3
        let account = browser.see("input[name=account]").await;
        account.send_keys("500").await.expect("a number"); // 4
        browser.click("button[name=add]").await; // 5
        browser.read(".sheet-print", "Room 132").await;
        is_good(browser, "sheet-1440").await;
        browser.open(&site.url("/lines/1")).await;
        browser.read(".frames", "sent").await;
        is_good(browser, "line-1440").await;
        browser.run("localStorage.setItem('meterhouse.theme', 'dark')").await;
        browser.open(&site.url("/lines/1")).await;
        browser.read(".frames", "sent").await;
        is_good(browser, "line-1440-dark").await;
    })
    .await;
    let admin = site.token("admin");
    let added: Vec<Commissioned> = site.get(&admin, "/api/v1/commission").await.expect(200).read();
    let accounts: Vec<u32> = added.iter().filter_map(|row| Some(row.account?.0)).collect();
    assert_eq!(accounts, (500..532).collect::<Vec<_>>());

    Browser::with(390, 844, async |browser| {
        sign_in(browser, &site).await;
        for (path, what, css) in [
            ("/lines", "lines-390", ".line-card"),
            ("/lines/1", "line-390", ".frames"),
            ("/lines/1/commission", "commission-390", ".sheet-print table"),
        ] {
            browser.open(&site.url(path)).await;
            browser.see(css).await;
            is_good(browser, what).await;
        }
    })
    .await;
}
