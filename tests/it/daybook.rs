//! The day book, and a provider's file against it: over the API and on the command line.

use http::Method;
use serde_json::{Value, json};

use crate::harness::site::meterhouse;
use crate::harness::stub::PaidSite;
use crate::harness::{Caller, TestSite};

async fn day(site: &TestSite, caller: &Caller) -> Value {
    site.get(caller, "/api/v1/daybook?book=simulated").await.expect(200).json()
}

async fn matched(site: &TestSite, caller: &Caller, day: &Value, tender: &str, text: &str) -> Value {
    let file = json!({ "book": "simulated", "from": day["from"], "to": day["to"], "tender": tender, "text": text });
    site.post(caller, "/api/v1/daybook/provider-file", &file).await.expect(200).json()
}

#[tokio::test]
async fn a_providers_file_is_matched_with_what_was_paid_and_the_rest_is_named_with_its_reason() {
    let mut paid = PaidSite::start().await;
    paid.let_the_stub_tell().await;
    let (till, auditor) = (paid.site.token("cashier"), paid.site.token("auditor"));
    let pay = async |key: &str, act: &str| {
        let body = json!({ "account": 1001, "amount": 3_000 });
        let view = paid.site.post_once(&till, "/api/v1/payments", key, &body).await.expect(200);
        let view = view.json();
        paid.on_the_phone(&view, act).await;
        paid.until(&till, view["payment"].as_u64().expect("a number"), "applied").await
    };
    let once = pay("paid-only-once", "pay").await;
    let twice = pay("paid-two-times", "twice").await;
    let second = twice["payment"].as_u64().expect("a number") + 1;
    paid.until(&till, second, "confirmed").await;
    let card = json!({ "account": 1001, "amount": 2_000, "tender": "card", "reference": "slip 9" });
    paid.site.post_once(&till, "/api/v1/sales", "sold-by-card", &card).await.expect(200);

    let book = day(&paid.site, &auditor).await;
    let sums = book["sums"].as_array().expect("sums");
    let sum = |tender: &str| -> i64 {
        let of = sums.iter().filter(|sum| sum["tender"] == tender);
        of.map(|sum| sum["amount"].as_i64().expect("an amount")).sum()
    };
    assert_eq!((sum("mobile"), sum("card"), sum("cash")), (6_000, 2_000, 0));

    let file = paid.stub_page("/day.csv").await.expect(200).text();
    let found = matched(&paid.site, &auditor, &book, "mobile", &file).await;
    assert_eq!((&found["matched"], &found["only_ours"]), (&json!(2), &json!([])), "{found}");
    let why = json!({ "not-credited": { "payment": second, "state": "confirmed" } });
    assert_eq!(found["only_theirs"][0]["why"], why, "{found}");
    let before = paid.site.get(&auditor, "/api/v1/audit/entries?book=simulated").await;
    let before = before.expect(200).json()["entries"].as_array().map(Vec::len);

    // On the command line: the same, with another provider's file and a changed amount.
    let zone = shared::time::Zone::named("Asia/Shanghai").expect("a zone");
    let from = shared::time::Timestamp::from_millis(book["from"].as_i64().expect("a time"));
    let date = zone.date(from).to_string();
    let path = paid.site.folder().path().join("day.csv");
    let reconcile = |text: &str, more: &[&str]| {
        std::fs::write(&path, text).expect("the folder takes files");
        let file = path.display().to_string();
        let mut words = vec!["reconcile", &file, "--day", &date, "--book", "simulated"];
        words.extend(more);
        words.push("--data");
        let done = meterhouse(&words, Some(&paid.site.data()));
        (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let (code, said) = reconcile(&file, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("matched: 2 payments, 60.00 CNY\n"), "{said}");
    assert!(said.contains(&format!("nobody's credit: payment {second} is paid but on")), "{said}");
    let good = |view: &Value| {
        format!("{},1,30.00,sale\n", view["transaction"].as_str().expect("a transaction"))
    };
    let whole = format!("id,time,amount,kind\n{}{}", good(&once), good(&twice));
    assert_eq!(reconcile(&whole, &["--provider", "pay"]).0, Some(0));
    let (code, said) = reconcile(&whole, &["--provider", "other"]);
    assert!(code == Some(1) && said.starts_with("matched: 0 payments"), "{said}");
    let (code, said) = reconcile(&whole.replacen("30.00", "29.00", 1), &[]);
    assert!(code == Some(1) && said.contains("differs: receipt"), "{said}");
    let (code, said) = reconcile("id,amount,kind\nslip 9,20.00,sale\n", &["--tender", "card"]);
    assert!(code == Some(0) && said.contains("matched: 1 payments, 20.00 CNY"), "{said}");
    assert_eq!(reconcile("id,amount\nslip 9,20.00\n", &[]).0, Some(2));

    // Nothing was kept of it, and a cashier is not shown what a till should hold.
    let after = paid.site.get(&auditor, "/api/v1/audit/entries?book=simulated").await;
    assert_eq!(after.expect(200).json()["entries"].as_array().map(Vec::len), before);
    let file = json!({ "book": "simulated", "from": 0, "to": 1, "tender": "mobile", "text": "" });
    paid.site.post(&till, "/api/v1/daybook/provider-file", &file).await.expect(403);
    paid.site
        .ask(&till, Method::GET, "/api/v1/daybook?book=simulated", None, &[])
        .await
        .expect(403);
}
