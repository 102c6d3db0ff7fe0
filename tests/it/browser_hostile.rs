//! Markup and formulas in every name that somebody can give: on every page they stand as the text they
//! are, and nothing of them is obeyed.

use serde_json::json;

use crate::browser::{DESK, choose, settle};
use crate::harness::peers::free_port;
use crate::harness::{Browser, Caller, Folder, TestSite};

const PASSWORD: &str = "plugs and sockets";

/// Would load a picture that is not there and then say so, if a page took it as markup.
fn markup(place: &str) -> String {
    format!("<img src=x onerror=\"document.title='{place}'\"><b>")
}

/// A site whose every name is markup, in quotes as TOML has them.
fn site_file(folder: &Folder) -> String {
    let port = free_port();
    let [site, line, room, house, floor, customer, counter] =
        ["site", "line", "room", "house", "floor", "customer", "counter"].map(markup);
    let text = format!(
        "tariffs = [\"demo-flat\"]\n\
         [site]\nname = '''{site}'''\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
         [[counter]]\ncounter = 1\nname = '''{counter}'''\n\
         [[line]]\nid = 1\nname = '''{line}'''\ntransport = {{ tcp = {{ address = \"127.0.0.1:{port}\" }} }}\n\
         [[meter]]\nmeter = 1\nname = '''{room}'''\nbuilding = '''{house}'''\nfloor = '''{floor}'''\nline = 1\nunit = 1\n\
         profile = \"eastron-sdm630\"\nmost_power = 40000\nserial = '''<i>7</i>'''\n\
         account = {{ customer = '''{customer}''', phone = \"<u>555</u>\", tariff = \"demo-flat\", opening = \"10.00\" }}\n"
    );
    folder.write("site.toml", &text).display().to_string()
}

/// What stands in the books, each word of it markup; its receipt's number.
async fn acts(site: &TestSite) -> u64 {
    let code = site.program().set_up_code().await;
    let ann = json!({ "code": code, "name": "Ann", "password": PASSWORD });
    let entered = site.post(&Caller::Nobody, "/api/v1/setup", &ann).await.expect(200);
    let ann = Caller::Session(entered.cookie().expect("a cookie"));
    let clerk_name = markup("clerk");
    for (name, role) in [(clerk_name.as_str(), "cashier"), ("Dan", "manager")] {
        let new = json!({ "name": name, "role": role, "password": PASSWORD });
        site.post(&ann, "/api/v1/staff", &new).await.expect(201);
    }
    let clerk = site.sign_in(&clerk_name, PASSWORD).await;
    let dan = site.sign_in("Dan", PASSWORD).await;
    let shift = json!({ "book": "live", "counter": 1, "float": 0 });
    site.post(&clerk, "/api/v1/shifts", &shift).await.expect(201);
    let sale = json!({
        "account": 1, "amount": 5_000, "tender": "card", "reference": markup("reference"),
    });
    let sold = site.post_once(&clerk, "/api/v1/sales", "hostile-sale", &sale).await.expect(200);
    let note = markup("note");
    let adjust =
        json!({ "adjusting": "correction", "amount": 100, "cause": "other", "note": note });
    site.post(&dan, "/api/v1/accounts/1/adjustments", &adjust).await.expect(202);
    let protect = json!({ "protect": true, "until": null, "reason": note });
    site.post(&ann, "/api/v1/meters/1/protection", &protect).await.expect(204);
    let token = json!({ "name": "<s>token</s>", "role": "viewer", "days": 30 });
    site.post(&ann, "/api/v1/tokens", &token).await.expect(201);
    sold.json()["no"].as_u64().expect("a receipt's number")
}

#[tokio::test]
async fn markup_in_every_name_stays_text_on_every_page() {
    let folder = Folder::new();
    let file = site_file(&folder);
    let site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let receipt = acts(&site).await;
    let receipt = format!("/receipts/live/{receipt}");
    // Each page with a name that has to be seen on it.
    let pages = [
        ("/", "site"),
        ("/wall", "site"),
        ("/meters", "room"),
        ("/meters/1", "customer"),
        ("/vend", "site"),
        ("/shift", "clerk"),
        (receipt.as_str(), "site"),
        ("/alarms", "site"),
        ("/exceptions", "site"),
        ("/tariffs", "site"),
        ("/audit", "customer"),
        ("/audit/ledger", "clerk"),
        ("/audit/log", "clerk"),
        ("/audit/risks", "site"),
        ("/audit/daybook", "reference"),
        ("/board", "site"),
        ("/lines", "line"),
        ("/lines/1", "line"),
        ("/lines/1/commission", "line"),
        ("/policies", "site"),
        ("/people", "clerk"),
        ("/approvals", "note"),
    ];
    let mut faults = Vec::new();
    Browser::with(DESK.0, DESK.1, async |browser| {
        browser.open(&site.url("/")).await;
        choose(browser, "en", "light").await;
        browser.open(&site.url("/")).await;
        let first = "input[name=name], input[autocomplete=username]";
        browser.see(first).await;
        browser.run(&format!("document.querySelector('{first}').focus()")).await;
        browser.keys(&format!("Ann\u{e004}{PASSWORD}\u{e007}")).await;
        browser.see("#main h1").await;
        for (page, named) in pages {
            browser.open(&site.url(page)).await;
            browser.see("#main h1").await;
            settle(browser).await;
            let obeyed = "return document.querySelectorAll('img[src=x], main b b, main td > i').length \
                 + (/^(site|line|room|house|floor|customer|counter|clerk|reference|note)$/.test(document.title) ? 1 : 0)";
            let obeyed = browser.run(obeyed).await;
            if obeyed != 0 {
                faults.push(format!("{page}: {obeyed} names are taken as markup"));
            }
            let shown = browser.text().await;
            if !shown.contains(&format!("document.title='{named}'")) {
                faults.push(format!("{page}: the name of the {named} is not shown as it is"));
            }
        }
    })
    .await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let said = site.said();
    assert!(!said.contains('\u{1b}'), "nothing steers the terminal that shows the log");
}
