//! What somebody who wants to steal would do, done through the API: refused or in need of a second
//! person where that is the rule, and in the auditor's list at once.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use shared::api::audit::RiskPage;
use shared::api::meter::MeterPage;
use shared::risk::Rule;

use crate::harness::peers::free_port;
use crate::harness::{Caller, Folder, TestSite, eventually};

const PASSWORD: &str = "plugs and sockets";

/// One real meter that nobody reaches, sold to all the same, and a simulated house; the office is
/// closed now, whatever time it is.
fn site_file(folder: &Folder) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set").as_secs();
    // The site's zone is eight hours ahead all year.
    let hour = (seconds / 3_600 + 8) % 24;
    let port = free_port();
    let text = format!(
        "tariffs = [\"demo-flat\"]\n\
         [site]\nname = \"Linden Court\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
         [audit]\nhours = [\"{:02}:00-{:02}:00\"]\nlargest_sale = \"500.00\"\n\
         [[line]]\nid = 1\nname = \"gateway\"\ntransport = {{ tcp = {{ address = \"127.0.0.1:{port}\" }} }}\n\
         [[meter]]\nmeter = 1\nname = \"101\"\nbuilding = \"7\"\nfloor = \"1\"\nline = 1\nunit = 1\n\
         profile = \"eastron-sdm630\"\nmost_power = 40000\n\
         account = {{ customer = \"Wang Fang\", tariff = \"demo-flat\", opening = \"10.00\" }}\n",
        (hour + 6) % 24,
        (hour + 8) % 24,
    );
    folder.write("site.toml", &text).display().to_string()
}

/// The date of the next midnight in the site's zone.
fn tomorrow() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set").as_secs();
    let next = i64::try_from(seconds).expect("seconds") + 8 * 3_600 + 86_400;
    let next = jiff::Timestamp::from_second(next).expect("a time");
    next.strftime("%Y-%m-%d").to_string()
}

async fn first_admin(site: &TestSite) -> Caller {
    let code = site.program().set_up_code();
    let body = json!({ "code": code.await, "name": "Ann", "password": PASSWORD });
    let reply = site.post(&Caller::Nobody, "/api/v1/setup", &body).await.expect(200);
    Caller::Session(reply.cookie().expect("a cookie"))
}

async fn person(site: &TestSite, admin: &Caller, name: &str, role: &str) -> Caller {
    let new = json!({ "name": name, "role": role, "password": PASSWORD });
    site.post(admin, "/api/v1/staff", &new).await.expect(201);
    site.sign_in(name, PASSWORD).await
}

async fn named(site: &TestSite, auditor: &Caller) -> Vec<(Rule, String, usize)> {
    let path = "/api/v1/audit/findings";
    let page: RiskPage = site.get(auditor, path).await.expect(200).read();
    assert_eq!(page.off, [], "every rule has its border here");
    let rows = page.findings.into_iter();
    rows.map(|row| (row.finding.rule, row.name, row.finding.entries.len())).collect()
}

#[tokio::test]
async fn the_fraud_list_is_refused_or_named_the_same_minute() {
    let folder = Folder::new();
    let config = site_file(&folder);
    let site = TestSite::start_in(folder, &["run", "--site", &config]).await;
    let ann = first_admin(&site).await;
    let clerk = person(&site, &ann, "Bob", "cashier").await;
    let auditor = person(&site, &ann, "Cleo", "viewer").await;
    assert!(!named(&site, &auditor).await.iter().any(|(rule, _, _)| *rule != Rule::AfterHours));

    // A sale split under the limit, the second half taken back, a receipt printed again.
    let sale = json!({ "account": 1, "amount": 30_000, "tender": "cash" });
    site.post_once(&clerk, "/api/v1/sales", "first-half-of-it", &sale).await.expect(200);
    let second = site.post_once(&clerk, "/api/v1/sales", "second-half-of-it", &sale).await;
    let second = second.expect(200).json();
    let no = second["no"].as_u64().expect("a receipt's number");
    site.post(&clerk, &format!("/api/v1/receipts/live/{no}/copies"), &json!({})).await.expect(200);
    let back = json!({ "receipt": no, "book": "live", "reason": "typed twice" });
    let path = format!("/api/v1/receipts/{no}/reversal");
    site.post_once(&clerk, &path, "taken-back-again", &back).await.expect(200);

    // The till is counted right after that.
    let shifts = site.get(&clerk, "/api/v1/shifts?book=live").await.expect(200).json();
    let close = format!("/api/v1/shifts/live/{}/close", shifts["mine"]);
    let counted = json!({ "counted": { "cash": 30_000, "card": 0, "mobile": 0 } });
    site.post(&clerk, &close, &counted).await.expect(200);

    // A cheaper tariff that its author lets through alone.
    let tariff = "/api/v1/tariffs/demo-flat";
    let text = site.get(&ann, tariff).await.expect(200).json()["text"].clone();
    let text = text.as_str().expect("the file");
    let at = text.rfind("[[versions]]").expect("a version");
    let from = tomorrow();
    let next = text.split_at(at).1.replace("2020-01-01", &from);
    let draft = json!({ "text": format!("{text}\n{next}") });
    let draft = site.post(&ann, "/api/v1/tariffs/drafts", &draft).await.expect(201).json();
    let ask = format!("/api/v1/tariffs/drafts/{}/request", draft["id"]);
    let why = json!({ "from": from, "reason": "new prices" });
    let asked = site.post(&ann, &ask, &why).await.expect(201).json();
    let approve = format!("/api/v1/approvals/{}/approve", asked["id"]);
    let alone = site.post(&ann, &approve, &json!({ "note": "fine" })).await.expect(403).json();
    assert_eq!(alone["type"], "own-request");
    let second = person(&site, &ann, "Dan", "admin").await;
    site.post(&second, &approve, &json!({ "note": "seen" })).await.expect(200);

    // A supply that nothing cuts, for a month.
    let until = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set").as_millis();
    let until = u64::try_from(until).expect("milliseconds") + 30 * 86_400_000;
    let protect = json!({ "protect": true, "until": until, "reason": "a friend" });
    site.post(&ann, "/api/v1/meters/1/protection", &protect).await.expect(204);

    let found = named(&site, &auditor).await;
    let expected = [
        (Rule::SplitSales, "Bob", 2),
        (Rule::Reversal, "Bob", 1),
        (Rule::ReversalBeforeClose, "Bob", 2),
        (Rule::Reprint, "Bob", 1),
        (Rule::AfterHours, "Bob", 1),
        (Rule::SelfApproval, "Ann", 1),
        // The second person is one whom the first had made.
        (Rule::MadeApprover, "Ann", 2),
        (Rule::RoundTrip, "Ann", 4),
        (Rule::LongProtection, "Ann", 1),
    ];
    for (rule, name, entries) in expected {
        let hit = (rule, name.to_owned(), entries);
        assert!(found.contains(&hit), "{hit:?} is not in {found:#?}");
    }
    let rules: BTreeSet<Rule> = found.iter().map(|(rule, _, _)| *rule).collect();
    assert!(!rules.contains(&Rule::BackDated) && !rules.contains(&Rule::FreeCredit), "{found:?}");

    // One rule, as a sheet.
    let path = "/api/v1/audit/findings?rule=split-sales&format=csv";
    let sheet = site.get(&auditor, path).await.expect(200);
    assert!(sheet.header("content-disposition").contains("linden-court-high-risk"));
    assert_eq!(sheet.text().trim_end().lines().count(), 2, "{}", sheet.text());
    site.get(&clerk, path).await.expect(403);
}

#[tokio::test]
async fn a_trainer_sells_nothing_in_real_books() {
    let folder = Folder::new();
    let config = site_file(&folder);
    let site = TestSite::start_in(folder, &["run", "--site", &config]).await;
    let ann = first_admin(&site).await;
    let trainer = person(&site, &ann, "Tom", "trainer").await;
    let before = site.get(&ann, "/api/v1/accounts/1/ledger").await.expect(200).json();
    let sale = json!({ "account": 1, "amount": 5_000, "tender": "cash" });
    let refused = site.post_once(&trainer, "/api/v1/sales", "training-sale", &sale).await;
    assert_eq!(refused.expect(403).json()["type"], "not-allowed");
    let open = json!({ "book": "live", "counter": 1, "float": 0 });
    site.post(&trainer, "/api/v1/shifts", &open).await.expect(403);
    let adjust = json!({ "amount": 5_000, "what": "free-credit", "reason": "a lesson" });
    let path = "/api/v1/accounts/1/adjustments";
    site.post_once(&trainer, path, "training-credit", &adjust).await.expect(403);
    let after = site.get(&ann, "/api/v1/accounts/1/ledger").await.expect(200).json();
    assert_eq!(before, after, "nothing moved");
}

#[tokio::test]
async fn a_new_meter_that_begins_high_is_named() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    let (admin, auditor) = (site.sign_in_as("admin").await, site.sign_in_as("viewer").await);
    let page: MeterPage = site.get(&admin, "/api/v1/meters/1005").await.expect(200).read();
    let last = serde_json::to_value(page.register).expect("a register");
    let order = |first: u64, key: &'static str| {
        let (site, admin, last) = (&site, &admin, last.clone());
        async move {
            let order = json!({ "what": "meter", "last": last, "manual": false, "first": first,
                "serial": "", "note": "display was dark" });
            site.post_once(admin, "/api/v1/meters/1005/exchange", key, &order).await
        }
    };
    let reply = order(12_000_000, "a-meter-with-a-past").await;
    assert!(reply.status < 300, "{}", reply.text());
    let path = "/api/v1/audit/findings?rule=first-reading";
    let found: Value = eventually("the finding", async || {
        let page = site.get(&auditor, path).await.expect(200).json();
        page["findings"].as_array().filter(|found| !found.is_empty()).map(|found| found[0].clone())
    })
    .await;
    assert_eq!(found["meter"], json!(1005), "{found}");
}
