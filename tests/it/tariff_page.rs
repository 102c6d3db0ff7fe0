//! Tariffs on their way: checked, priced on real load, published by two persons; and charges that
//! explain themselves.

use http::Method;
use serde_json::{Value, json};

use crate::harness::{Caller, TestSite};

const DEMO: &[&str] = &["demo", "--seed", "7"];
const TARIFF: &str = "/api/v1/tariffs/demo-residential";

fn field(value: &Value, path: &str) -> Value {
    value.pointer(path).cloned().unwrap_or_default()
}

fn text(value: &Value, path: &str) -> String {
    field(value, path).as_str().unwrap_or_default().to_owned()
}

/// The published file with one more version: dearer from a far day on.
fn dearer(published: &str) -> String {
    let at = published.rfind("[[versions]]").expect("a version");
    let (_, last) = published.split_at(at);
    let next = last.replace("2020-01-01", "2090-01-01").replace("0.6180", "0.9990");
    format!("{published}\n{next}")
}

const PASSWORD: &str = "plugs and sockets";

async fn second_admin(site: &TestSite, admin: &Caller) -> Caller {
    let new = json!({ "name": "second", "role": "admin", "password": PASSWORD });
    site.post(admin, "/api/v1/staff", &new).await.expect(201);
    site.sign_in("second", PASSWORD).await
}

#[tokio::test]
async fn a_tariff_is_published_by_two_persons_and_stays_over_a_restart() {
    let mut site = TestSite::start(DEMO).await;
    let admin = site.sign_in_as("admin").await;
    let page = site.get(&admin, TARIFF).await.expect(200).json();
    assert_eq!(field(&page, "/form/unshown"), json!([]), "the form shows all of it");
    assert_eq!(field(&page, "/form/form/periods/0"), "peak");
    let new = dearer(&text(&page, "/text"));

    let draft = json!({ "text": new });
    let draft = site.post(&admin, "/api/v1/tariffs/drafts", &draft).await.expect(201).json();
    let ask = format!("/api/v1/tariffs/drafts/{}/request", field(&draft, "/id"));
    let why = json!({ "from": "2090-01-01", "reason": "" });
    site.post(&admin, &ask, &why).await.expect(422);
    let past = json!({ "from": "2021-01-01", "reason": "new prices" });
    let refused = site.post(&admin, &ask, &past).await.expect(409).json();
    assert_eq!(text(&refused, "/type"), "tariff-in-use");
    let why = json!({ "from": "2091-01-01", "reason": "new prices" });
    let asked = site.post(&admin, &ask, &why).await.expect(201).json();
    assert_eq!(
        (text(&asked, "/state"), field(&asked, "/own")),
        ("waiting".to_owned(), json!(true))
    );
    let changes = field(&asked, "/changes").to_string();
    assert!(changes.contains("0.618") && changes.contains("0.999"), "{changes}");

    let approve = format!("/api/v1/approvals/{}/approve", field(&asked, "/id"));
    let own = site.post(&admin, &approve, &json!({})).await.expect(403).json();
    assert_eq!(text(&own, "/type"), "own-request");
    let viewer = site.sign_in_as("viewer").await;
    site.post(&viewer, &approve, &json!({})).await.expect(403);

    let second = second_admin(&site, &admin).await;
    let done = site.post(&second, &approve, &json!({})).await.expect(200).json();
    assert_eq!(text(&done, "/decided_by"), "second");
    let again = site.post(&second, &approve, &json!({})).await.expect(409).json();
    assert_eq!(text(&again, "/type"), "already-decided");

    let page = site.get(&admin, TARIFF).await.expect(200).json();
    assert_eq!(field(&page, "/row/versions"), 2);
    site.kill();
    site.restart().await;
    let admin = site.sign_in_as("admin").await;
    let kept = site.get(&admin, TARIFF).await.expect(200).json();
    assert_eq!(field(&kept, "/text"), field(&page, "/text"), "its file does not undo it");
    site.stop().await;
    assert!(site.verify().status.success());
}

#[tokio::test]
async fn a_refused_request_publishes_nothing_and_says_why() {
    let site = TestSite::start(DEMO).await;
    let admin = site.sign_in_as("admin").await;
    let page = site.get(&admin, TARIFF).await.expect(200).json();
    let draft = json!({ "text": dearer(&text(&page, "/text")) });
    let draft = site.post(&admin, "/api/v1/tariffs/drafts", &draft).await.expect(201).json();
    let ask = format!("/api/v1/tariffs/drafts/{}/request", field(&draft, "/id"));
    let why = json!({ "from": "2091-01-01", "reason": "new prices" });
    let asked = site.post(&admin, &ask, &why).await.expect(201).json();
    let second = second_admin(&site, &admin).await;
    let refuse = format!("/api/v1/approvals/{}/refuse", field(&asked, "/id"));
    site.post(&second, &refuse, &json!({})).await.expect(422);
    let told = json!({ "note": "the valley is too short" });
    site.post(&second, &refuse, &told).await.expect(200);
    let list = site.get(&admin, "/api/v1/approvals").await.expect(200).json();
    assert_eq!(text(&list, "/0/state"), "refused");
    assert_eq!(text(&list, "/0/note"), "the valley is too short");
    let after = site.get(&admin, TARIFF).await.expect(200).json();
    assert_eq!(field(&after, "/text"), field(&page, "/text"));
}

#[tokio::test]
async fn a_draft_is_checked_with_its_line_and_priced_on_real_load() {
    let site = TestSite::start(DEMO).await;
    let admin = site.sign_in_as("admin").await;
    let page = site.get(&admin, TARIFF).await.expect(200).json();
    let published = text(&page, "/text");
    let new = dearer(&published);
    let bad = json!({ "text": new.replace("0.9990", "a lot") });
    let fault = site.post(&admin, "/api/v1/tariffs/check", &bad).await.expect(200).json();
    assert_eq!(text(&fault, "/fault/path"), "versions[1].energy.prices.peak");
    assert!(field(&fault, "/fault/line").as_u64() > Some(10), "{fault}");

    let account = field(&page, "/accounts/0/account");
    let order = json!({ "text": new, "account": account });
    let preview = site.post(&admin, "/api/v1/tariffs/preview", &order).await.expect(200).json();
    let bill = |which: &str| {
        let lines = field(&preview, &format!("/account/{which}/bill/lines"));
        let lines = lines.as_array().cloned().unwrap_or_default();
        let peak = lines.iter().filter(|line| text(line, "/period") == "peak");
        let amounts = peak.map(|line| field(line, "/amount").as_i64().unwrap_or_default());
        (amounts.sum::<i64>(), field(&preview, &format!("/account/{which}/bill/energy")))
    };
    let (old, new) = (bill("old"), bill("new"));
    assert_eq!(old.1, new.1, "the same load: {preview}");
    assert!(new.0 > old.0 && old.0 > 0, "peak is dearer: {old:?} {new:?}");
    let spread = field(&preview, "/spread");
    let number = |path: &str| field(&spread, path).as_u64().unwrap_or_default();
    let counted = ["/priced", "/without_load", "/refused", "/not_reached"].map(number);
    assert_eq!(counted.iter().sum::<u64>(), number("/accounts"), "{spread}");
    assert!(number("/priced") > 0 && number("/more") > 0, "{spread}");
    let bins = field(&spread, "/bins").as_array().cloned().unwrap_or_default();
    let in_bins: u64 = bins.iter().filter_map(|bin| field(bin, "/count").as_u64()).sum();
    assert_eq!(in_bins, number("/priced"));
    let same = json!({ "text": published, "account": account });
    let same = site.post(&admin, "/api/v1/tariffs/preview", &same).await.expect(200).json();
    assert_eq!(field(&same, "/spread/old"), field(&same, "/spread/new"), "nothing changes");
}

#[tokio::test]
async fn every_charge_of_a_ledger_explains_itself_to_the_last_cent() {
    let site = TestSite::start(DEMO).await;
    let viewer = site.sign_in_as("viewer").await;
    let found = site.get(&viewer, "/api/v1/search?q=1").await.expect(200).json();
    let account = field(&found, "/0/account");
    let path = format!("/api/v1/accounts/{account}/ledger");
    let ledger = site.get(&viewer, &format!("{path}?limit=40")).await.expect(200).json();
    let entries = field(&ledger, "/entries").as_array().cloned().unwrap_or_default();
    let mut explained = 0;
    for entry in &entries {
        let seq = field(entry, "/seq");
        let told = site.get(&viewer, &format!("{path}/{seq}/explain")).await;
        if text(entry, "/entry/entry") != "charge" {
            told.expect(404);
            continue;
        }
        let told = told.expect(200).json();
        let sum = |list: &str, key: &str| -> i64 {
            let list = field(&told, list).as_array().cloned().unwrap_or_default();
            list.iter().filter_map(|item| field(item, key).as_i64()).sum()
        };
        let amount = field(entry, "/amount").as_i64().unwrap_or_default();
        assert_eq!(sum("/lines", "/amount"), -amount, "{told}");
        assert_eq!(sum("/postings", "/amount"), 0, "{told}");
        assert_eq!(field(&told, "/credit_after"), field(entry, "/credit_after"));
        explained += 1;
    }
    assert!(explained > 5, "{explained} charges among {} entries", entries.len());
    site.get(&viewer, &format!("{path}/999999999/explain")).await.expect(404);
}

#[tokio::test]
async fn only_admins_prepare_tariffs() {
    let site = TestSite::start(DEMO).await;
    for role in ["cashier", "viewer"] {
        let caller = site.sign_in_as(role).await;
        site.get(&caller, "/api/v1/tariffs").await.expect(200);
        for path in ["/api/v1/tariffs/drafts", "/api/v1/approvals", "/api/v1/staff"] {
            site.get(&caller, path).await.expect(403);
        }
    }
    let nobody = site.ask(&Caller::Nobody, Method::GET, "/api/v1/tariffs", None, &[]).await;
    nobody.expect(401);
}
