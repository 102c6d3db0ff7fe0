//! The API against its own description.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use server::http::openapi::{self, TABLE};
use server::http::routes::{ROUTES, Row};

use crate::access::address;
use crate::harness::{Caller, Reply, TestSite, conform};

fn kind(reply: &Reply) -> String {
    reply.json()["type"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_can_be_looked_at_is_as_described() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.token("admin");
    let sale = json!({ "account": 1001, "amount": 3000, "tender": "cash" });
    site.post_once(&admin, "/api/v1/sales", "as-described", &sale).await.expect(200);
    let mut answered = 0;
    for row in ROUTES.iter().filter(|row| row.method.as_str() == "GET") {
        let path = match row.path {
            "/api/v1/meters/{meter}/power" => {
                format!("{}?from=1767225600000&to=1767312000000", address(row))
            }
            "/api/v1/accounts/{account}/preview" => format!("{}?amount=3000", address(row)),
            "/api/v1/search" => "/api/v1/search?q=1".to_owned(),
            _ => address(row),
        };
        let reply = site.get(&admin, &path).await;
        conform::check("GET", &path, &reply);
        answered += u32::from(reply.status == 200);
    }
    assert!(answered >= 25, "only {answered} routes had something to show");
}

#[tokio::test]
async fn the_description_and_its_page_are_open_and_complete() {
    let site = TestSite::start(&["demo"]).await;
    let told = site.get(&Caller::Nobody, "/api/openapi.json").await.expect(200).json();
    assert_eq!(told, openapi::document());
    assert_eq!(told["openapi"], "3.1.0");
    for row in ROUTES {
        let method = row.method.as_str().to_lowercase();
        assert!(told["paths"][row.path][&method].is_object(), "{method} {}", row.path);
    }
    let page = site.get(&Caller::Nobody, "/api/docs").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    for part in ["style.css", "filter.js"] {
        assert!(page.text().contains(&format!("/api/docs/{part}")), "{part}");
        site.get(&Caller::Nobody, &format!("/api/docs/{part}")).await.expect(200);
    }
}

/// What a route that needs a key takes: an address, a body, and another body that is as good.
fn keyed() -> Vec<(&'static str, &'static str, Value, Value)> {
    let sale = |amount: i64| json!({ "account": 1001, "amount": amount, "tender": "cash" });
    let arrears = |amount: i64| json!({ "amount": amount, "collection": { "payments": { "share": 2_500, "weekly_cap": null } }, "reason": "a" });
    let exchange = |note: &str| json!({ "what": "meter", "last": 1, "manual": true, "first": 0, "note": note });
    let reversal = |reason: &str| json!({ "book": "simulated", "receipt": 1, "reason": reason });
    vec![
        ("/api/v1/sales", "/api/v1/sales", sale(3_000), sale(4_000)),
        (
            "/api/v1/payments",
            "/api/v1/payments",
            json!({ "account": 1001, "amount": 3_000 }),
            json!({ "account": 1001, "amount": 4_000 }),
        ),
        (
            "/api/v1/payments/{payment}/refund",
            "/api/v1/payments/1/refund",
            json!({ "reason": "a" }),
            json!({ "reason": "b" }),
        ),
        (
            "/api/v1/payments/{payment}/credit",
            "/api/v1/payments/1/credit",
            json!({ "reason": "a" }),
            json!({ "reason": "b" }),
        ),
        (
            "/api/v1/receipts/{receipt}/reversal",
            "/api/v1/receipts/1/reversal",
            reversal("a"),
            reversal("b"),
        ),
        (
            "/api/v1/accounts/{account}/refunds",
            "/api/v1/accounts/1002/refunds",
            json!({ "amount": 100, "reason": "a" }),
            json!({ "amount": 200, "reason": "a" }),
        ),
        (
            "/api/v1/accounts/{account}/arrears",
            "/api/v1/accounts/1002/arrears",
            arrears(500),
            arrears(600),
        ),
        (
            "/api/v1/accounts/{account}/arrears/{arrears}/cancel",
            "/api/v1/accounts/1002/arrears/1/cancel",
            json!({ "reason": "a" }),
            json!({ "reason": "b" }),
        ),
        (
            "/api/v1/shifts/{book}/{shift}/cash",
            "/api/v1/shifts/simulated/1/cash",
            json!({ "amount": 500, "with": "safe", "reason": "a" }),
            json!({ "amount": 500, "with": "bank", "reason": "a" }),
        ),
        (
            "/api/v1/meters/{meter}/exchange",
            "/api/v1/meters/1003/exchange",
            exchange("a"),
            exchange("b"),
        ),
    ]
}

#[tokio::test]
async fn what_moves_money_needs_a_key_and_a_key_has_one_effect() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let admin = site.token("admin");
    let known: BTreeSet<_> = keyed().into_iter().map(|(route, ..)| route).collect();
    let flagged: BTreeSet<_> =
        TABLE.iter().filter(|about| about.keyed).map(|about| about.path).collect();
    assert_eq!(known, flagged, "every route with a key is tried here");
    let mut done = 0;
    for (place, (_, path, body, other)) in keyed().into_iter().enumerate() {
        let without = site.post(&admin, path, &body).await;
        assert_eq!((without.status, kind(&without)), (400, "no-key".to_owned()), "{path}");
        let short = site.post_once(&admin, path, "short", &body).await.expect(400);
        assert_eq!(kind(&short), "bad-key", "{path}");
        let key = format!("one-effect-{place}");
        let first = site.post_once(&admin, path, &key, &body).await;
        if first.status >= 300 {
            // Refused: the key is free for the next try.
            continue;
        }
        done += 1;
        conform::check("POST", path, &first);
        let again = site.post_once(&admin, path, &key, &body).await;
        assert_eq!((again.status, settled(&again)), (first.status, settled(&first)), "{path}");
        let changed = site.post_once(&admin, path, &key, &other).await.expect(409);
        assert_eq!(kind(&changed), "key-reused", "{path}");
    }
    assert!(done >= 3, "only {done} of the commands were carried out");
}

/// The answer without the seconds that are left to pay, which run on.
fn settled(reply: &Reply) -> Value {
    let mut value = reply.json();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("left");
    }
    value
}

#[tokio::test]
async fn every_failure_is_a_problem_document() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.token("admin");
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let large = format!("\"{}\"", "a".repeat(70_000));
    let (json, text) = ("application/json", "text/plain");
    for (method, path, kind_of, body, status) in [
        (Method::GET, "/api/v1/none", json, "", 404),
        (Method::GET, "/api/v1/meters/99999999", json, "", 404),
        (Method::GET, "/api/v1/meters/x", json, "", 404),
        (Method::GET, "/api/v1/search", json, "", 400),
        (Method::GET, "/api/v1/search?q=1&odd=1", json, "", 400),
        (Method::PUT, "/api/v1/sales", json, "{}", 405),
        (Method::POST, "/api/v1/accounts/1001/pause", text, "{}", 415),
        (Method::POST, "/api/v1/accounts/1001/pause", json, "{", 400),
        (Method::POST, "/api/v1/accounts/1001/pause", json, deep.as_str(), 400),
        (Method::POST, "/api/v1/accounts/1001/pause", json, large.as_str(), 413),
        (Method::POST, "/none", json, "{}", 405),
    ] {
        let reply = site.send(&admin, method.clone(), path, kind_of, body).await;
        let said = format!("{method} {path}: {} {}", reply.status, reply.text());
        assert_eq!(reply.status, status, "{said}");
        assert_eq!(reply.header("content-type"), "application/problem+json", "{said}");
        assert_eq!(reply.json()["status"], status, "{said}");
        assert!(!reply.json()["title"].as_str().unwrap_or_default().is_empty(), "{said}");
    }
}

/// What another site's page can make a browser send, against every route that changes something.
#[tokio::test]
async fn no_route_takes_what_a_foreign_page_sends() {
    let site = TestSite::start(&["demo"]).await;
    let Caller::Session(cookie) = site.sign_in_as("admin").await else { panic!("a session") };
    let cookie = ("cookie", cookie.as_str());
    let mut tried = 0;
    // A provider's message proves itself; everything else that changes something is tried.
    let ours = |row: &&Row| row.method.as_str() != "GET" && !row.path.ends_with("/webhook");
    for row in ROUTES.iter().filter(ours) {
        let (method, path) =
            (row.method.as_str().parse::<Method>().expect("a method"), address(row));
        for foreign in [
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let headers = [cookie, foreign];
            let body = json!({});
            let refused =
                site.ask(&Caller::Nobody, method.clone(), &path, Some(&body), &headers).await;
            assert_eq!(refused.status, 403, "{method} {path} {foreign:?}");
            assert_eq!(kind(&refused), "foreign-origin", "{method} {path} {foreign:?}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

/// Follows the links of a list to its end: how many rows each page had, and their names.
async fn walked(site: &TestSite, caller: &Caller, first: &str, name: &str) -> (usize, Vec<Value>) {
    let (mut next, mut pages, mut names) = (Some(first.to_owned()), 0, Vec::new());
    while let Some(path) = next {
        let reply = site.get(caller, &path).await.expect(200);
        conform::check("GET", &path, &reply);
        let body = reply.json();
        let rows = body.as_array().or_else(|| body["shifts"].as_array()).expect("rows").clone();
        names.extend(rows.iter().map(|row| row[name].clone()));
        pages += 1;
        let link = reply.header("link").to_owned();
        let target = link.strip_prefix('<').and_then(|rest| rest.split_once(">; rel=\"next\""));
        next = target.map(|(path, _)| path.to_owned());
    }
    (pages, names)
}

#[tokio::test]
async fn a_list_is_walked_page_by_page_without_a_gap_or_a_double() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let admin = site.sign_in_as("admin").await;
    for person in 0..4 {
        let new = json!({ "name": format!("Person {person}"), "role": "viewer", "password": "given by the admin" });
        site.post(&admin, "/api/v1/staff", &new).await.expect(201);
        // The admin of the demo sits at a counter already.
        let shifts = site.get(&admin, "/api/v1/shifts?book=simulated").await.expect(200).json();
        let close = format!("/api/v1/shifts/simulated/{}/close", shifts["mine"]);
        let counted = json!({ "counted": { "cash": 0, "card": 0, "mobile": 0 } });
        site.post(&admin, &close, &counted).await.expect(200);
        let open = json!({ "book": "simulated", "counter": 3, "float": 0 });
        site.post(&admin, "/api/v1/shifts", &open).await.expect(201);
        let begin = json!({ "account": 1001, "amount": 3_000 + person });
        let key = format!("listed-payment-{person}");
        site.post_once(&admin, "/api/v1/payments", &key, &begin).await.expect(200);
    }
    for (path, name) in [
        ("/api/v1/staff", "staff"),
        ("/api/v1/shifts?book=simulated", "shift"),
        ("/api/v1/payments", "payment"),
        ("/api/v1/payments?open=true", "payment"),
    ] {
        let (one, whole) = walked(&site, &admin, path, name).await;
        let mark = if path.contains('?') { '&' } else { '?' };
        let (pages, paged) = walked(&site, &admin, &format!("{path}{mark}limit=1"), name).await;
        assert_eq!((one, &paged), (1, &whole), "{path}");
        assert!(pages >= 4, "{path} came in {pages} pages");
    }
    // The best finds first, and with more than a page of them a link leads on.
    let (_, whole) = walked(&site, &admin, "/api/v1/search?q=1", "meter").await;
    let (pages, paged) = walked(&site, &admin, "/api/v1/search?q=1&limit=3", "meter").await;
    assert_eq!((pages, &paged), (whole.len().div_ceil(3), &whole));
    assert!(pages > 1, "{whole:?}");
    site.get(&admin, "/api/v1/search?q=1&limit=3&after=99999").await.expect(410);
    site.get(&admin, "/api/v1/staff?limit=0").await.expect(400);
    site.get(&admin, "/api/v1/staff?limit=1&after=nobody").await.expect(410);
}
