//! Who may do what: every route of the running program, asked as everybody.

use http::Method;
use serde_json::{Value, json};
use server::http::routes::{ROUTES, Row, Who};
use shared::api::session::Role;

use crate::harness::{Caller, Folder, TestSite};

/// A route's address with something that may stand in it.
pub(crate) fn address(row: &Row) -> String {
    row.path
        .replace("{meter}", "1001")
        .replace("{account}", "1001")
        .replace("{book}", "simulated")
        .replace("{receipt}", "1")
        .replace("{code}", "000000000000")
        .replace("{alarm}", "999999")
        .replace("{arrears}", "999999")
        .replace("{notice}", "999999")
        .replace("{staff}", "999999")
        .replace("{payment}", "999999")
        .replace("{provider}", "nobody")
        .replace("{shift}", "999999")
        .replace("{line}", "999")
        .replace("{tariff}", "demo-flat")
        .replace("{draft}", "999999")
        .replace("{approval}", "999999")
        .replace("{request}", "999999")
        .replace("{session}", "999999")
        .replace("{token}", "999999")
        .replace("{seq}", "1")
}

fn method(row: &Row) -> Method {
    row.method.as_str().parse().expect("a method")
}

fn kind(body: &str) -> String {
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    problem.get("type").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_route_lets_in_exactly_those_whom_the_table_names() {
    let site = TestSite::start(&["demo"]).await;
    let mut asked = 0;
    for role in Role::ALL {
        let name = role.name();
        let caller = site.token(name);
        for row in ROUTES {
            let (method, path) = (method(row), address(row));
            let reply = site.ask(&caller, method.clone(), &path, None, &[]).await;
            let refused = reply.status == 403 && kind(&reply.text()) == "not-allowed";
            let (status, text) = (reply.status, reply.text());
            assert_eq!(!refused, row.who.admits(role), "{name} {method} {path}: {status} {text}");
            assert_ne!(status, 401, "{name} {method} {path} is somebody");
            // Programs have no password to type again.
            let is_program = status == 403 && kind(&text) == "not-a-person";
            assert!(!refused || !is_program, "{name} {method} {path}: {text}");
            if !refused && row.asks_password() {
                assert!(is_program, "{name} {method} {path}: {status} {text}");
            }
            assert!(status < 500, "{name} {method} {path}: {status} {text}");
            asked += 1;
        }
    }
    for row in ROUTES {
        let (method, path) = (method(row), address(row));
        let reply = site.ask(&Caller::Nobody, method.clone(), &path, None, &[]).await;
        assert_eq!(reply.status == 401, row.who != Who::Anyone, "nobody {method} {path}");
        asked += 1;
    }
    assert_eq!(asked, ROUTES.len() * (Role::ALL.len() + 1));
}

#[tokio::test]
async fn what_has_no_row_does_not_exist() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.token("admin");
    for path in ["/api", "/api/v1", "/api/v1/people", "/api/v2/site", "/api/v1/meters"] {
        let reply = site.get(&admin, path).await.expect(404);
        assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(kind(&reply.text()), "not-found", "{path}");
    }
    for rows in ROUTES.chunk_by(|row, next| row.path == next.path) {
        let path = address(&rows[0]);
        for other in [Method::PUT, Method::PATCH, Method::DELETE] {
            if rows.iter().any(|row| row.method.as_str() == other.as_str()) {
                continue;
            }
            let reply = site.ask(&admin, other.clone(), &path, None, &[]).await;
            assert_eq!(reply.status, 405, "{other} {path}: {}", reply.text());
            assert!(reply.header("allow").contains(rows[0].method.as_str()), "{other} {path}");
        }
    }
}

#[tokio::test]
async fn a_foreign_page_cannot_act_in_a_persons_name() {
    let site = TestSite::start(&["demo"]).await;
    let Caller::Session(cookie) = site.sign_in_as("admin").await else { panic!("a session") };
    let order = json!({ "order": "cut", "reason": "a test" });
    let meter = "/api/v1/meters/1001/supply";
    // What another site's page can make a browser send: the cookie, but not our header.
    let foreign: [&[(&str, &str)]; 4] = [
        &[("origin", "http://evil.example")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null")],
    ];
    for headers in foreign {
        let mut all = vec![("cookie", cookie.as_str())];
        all.extend(headers);
        let refused = site.ask(&Caller::Nobody, Method::POST, meter, Some(&order), &all).await;
        assert_eq!(refused.status, 403, "{headers:?}: {}", refused.text());
        assert_eq!(kind(&refused.text()), "foreign-origin", "{headers:?}");
    }
    let upgrade = [
        ("cookie", cookie.as_str()),
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("origin", "http://evil.example"),
    ];
    site.ask(&Caller::Nobody, Method::GET, "/api/v1/live", None, &upgrade).await.expect(403);
    let text = [("cookie", cookie.as_str()), ("content-type", "text/plain")];
    let plain = site.ask(&Caller::Nobody, Method::POST, meter, None, &text).await;
    assert_eq!(plain.status, 415, "{}", plain.text());
    let page = site.get(&Caller::Session(cookie), "/api/v1/meters/1001").await.expect(200).json();
    assert_eq!(page["supply"]["reasons"], json!([]), "nothing was cut");
}

#[tokio::test]
async fn a_session_ends_when_its_person_signs_out_and_a_secret_is_never_used_twice() {
    let site = TestSite::start(&["demo"]).await;
    let session = site.get(&Caller::Nobody, "/api/v1/session").await.expect(200).json();
    let ready = &session["ready"][1];
    let body = json!({ "name": ready["name"], "password": ready["password"] });
    let reply = site.post(&Caller::Nobody, "/api/v1/session", &body).await.expect(200);
    let set = reply.header("set-cookie").to_owned();
    for flag in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(flag), "{set}");
    }
    let first = Caller::Session(reply.cookie().expect("a cookie"));
    let again = site.post(&first, "/api/v1/session", &body).await.expect(200);
    let second = Caller::Session(again.cookie().expect("a cookie"));
    site.get(&first, "/api/v1/site").await.expect(401);
    site.get(&second, "/api/v1/site").await.expect(200);
    site.ask(&second, Method::DELETE, "/api/v1/session", None, &[]).await.expect(204);
    site.get(&second, "/api/v1/site").await.expect(401);
}

#[tokio::test]
async fn guessing_a_password_has_to_wait_and_says_not_which_part_was_wrong() {
    let site = TestSite::start(&["demo"]).await;
    let guess = async |name: &str| {
        let body = json!({ "name": name, "password": "not the password" });
        let reply = site.post(&Caller::Nobody, "/api/v1/session", &body).await;
        (reply.status, kind(&reply.text()))
    };
    let known = guess("admin").await;
    assert_eq!(known, (401, "wrong-name-or-password".to_owned()));
    assert_eq!(guess("nobody of that name").await, known);
    for _try in 0..3 {
        guess("admin").await;
    }
    assert_eq!(guess("admin").await, (429, "too-many-tries".to_owned()));
}

#[tokio::test]
async fn the_set_up_code_makes_the_first_admin_once() {
    let folder = Folder::new();
    let file = folder.write(
        "site.toml",
        "[site]\nname = \"Trial\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n[simulated]\n",
    );
    let arguments = ["run", "--site", file.to_str().expect("a plain path")];
    let site = TestSite::start_in(folder, &arguments).await;
    let code = site.program().set_up_code().await;
    let state = site.get(&Caller::Nobody, "/api/v1/session").await.expect(200).json();
    assert_eq!(state, json!({ "state": "setup-needed" }));
    let set_up = async |code: &str, password: &str| {
        let body = json!({ "code": code, "name": "Ann", "password": password });
        site.post(&Caller::Nobody, "/api/v1/setup", &body).await
    };
    set_up("AAAA-AAAA-AAAA-AAAA", "correct horse").await.expect(403);
    set_up(&code, "password").await.expect(422);
    let reply = set_up(&code.to_lowercase(), "correct horse").await.expect(200);
    let ann = Caller::Session(reply.cookie().expect("a cookie"));
    let who = site.get(&ann, "/api/v1/session").await.expect(200).json();
    assert_eq!((&who["name"], &who["role"]), (&json!("Ann"), &json!("admin")));
    set_up(&code, "correct horse").await.expect(403);
    let state = site.get(&Caller::Nobody, "/api/v1/session").await.expect(200).json();
    assert_eq!(state, json!({ "state": "signed-out", "ready": [] }));
}

#[tokio::test]
async fn a_cashier_takes_back_own_sales_only() {
    let site = TestSite::start(&["demo"]).await;
    let (admin, cashier) = (site.sign_in_as("admin").await, site.sign_in_as("cashier").await);
    let sale = json!({ "account": 1001, "amount": 5000, "tender": "cash" });
    let sell = async |caller: &Caller, key: &str| {
        let receipt = site.post_once(caller, "/api/v1/sales", key, &sale).await.expect(200);
        receipt.json()["no"].as_u64().expect("a number")
    };
    let reverse = async |caller: &Caller, key: &str, no: u64| {
        let body = json!({ "book": "simulated", "receipt": no, "reason": "wrong room" });
        site.post_once(caller, &format!("/api/v1/receipts/{no}/reversal"), key, &body).await
    };
    let of_admin = sell(&admin, "sale-of-admin").await;
    let refused = reverse(&cashier, "reversal-1", of_admin).await;
    assert_eq!((refused.status, kind(&refused.text()).as_str()), (403, "not-own-sale"));
    let of_cashier = sell(&cashier, "sale-of-cashier").await;
    let receipt = reverse(&cashier, "reversal-2", of_cashier).await.expect(200).json();
    assert_eq!((&receipt["reverses"], &receipt["amount"]), (&json!(of_cashier), &json!(-5000)));
    let once_more = reverse(&cashier, "reversal-2", of_cashier).await.expect(200).json();
    assert_eq!(once_more, receipt, "the same key brings the same receipt");
}

#[tokio::test]
async fn a_repeated_sale_is_one_sale_even_over_a_power_cut() {
    let mut site = TestSite::start(&["demo"]).await;
    let cashier = site.token("cashier");
    let sale = json!({ "account": 1002, "amount": 4000, "tender": "card", "reference": "T-1" });
    let other = json!({ "account": 1002, "amount": 4001, "tender": "card", "reference": "T-1" });
    let key = "one-and-only-sale";
    let first = site.post_once(&cashier, "/api/v1/sales", key, &sale).await.expect(200).json();
    let again = site.post_once(&cashier, "/api/v1/sales", key, &sale).await.expect(200).json();
    assert_eq!(first, again);
    site.kill();
    site.restart().await;
    let after = site.post_once(&cashier, "/api/v1/sales", key, &sale).await.expect(200).json();
    assert_eq!(first, after);
    let changed = site.post_once(&cashier, "/api/v1/sales", key, &other).await.expect(409);
    assert_eq!(kind(&changed.text()), "key-reused");
    let without = site.post(&cashier, "/api/v1/sales", &sale).await.expect(400);
    assert_eq!(kind(&without.text()), "no-key");
}

#[tokio::test]
async fn a_person_changes_the_own_password_and_other_devices_are_signed_out() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.sign_in_as("admin").await;
    let ann = json!({ "name": "Ann", "role": "cashier", "password": "given by the admin" });
    site.post(&admin, "/api/v1/staff", &ann).await.expect(201);
    let (till, phone) = (
        site.sign_in("Ann", "given by the admin").await,
        site.sign_in("Ann", "given by the admin").await,
    );
    let path = "/api/v1/session/password";
    let change = |old: &str, new: &str| json!({ "old": old, "new": new });
    let wrong = site.post(&till, path, &change("something else", "a password of her own")).await;
    assert_eq!(kind(&wrong.expect(403).text()), "wrong-password");
    let weak = site.post(&till, path, &change("given by the admin", "12345678")).await;
    assert_eq!(kind(&weak.expect(422).text()), "weak-password");
    site.get(&phone, "/api/v1/site").await.expect(200);
    site.post(&till, path, &change("given by the admin", "a password of her own"))
        .await
        .expect(200);
    site.get(&phone, "/api/v1/site").await.expect(401);
    site.get(&till, "/api/v1/site").await.expect(401);
    let body = json!({ "name": "Ann", "password": "given by the admin" });
    site.post(&Caller::Nobody, "/api/v1/session", &body).await.expect(401);
    let till = site.sign_in("Ann", "a password of her own").await;
    site.get(&till, "/api/v1/site").await.expect(200);
    let token = site.post(&site.token("cashier"), path, &change("a", "b")).await.expect(409);
    assert_eq!(kind(&token.text()), "no-session");
}

#[tokio::test]
async fn an_admin_brings_people_in_and_the_last_admin_cannot_leave() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.sign_in_as("admin").await;
    let bob = json!({ "name": "Bob", "role": "cashier", "password": "till number four" });
    let made = site.post(&admin, "/api/v1/staff", &bob).await.expect(201).json();
    site.post(&admin, "/api/v1/staff", &bob).await.expect(409);
    let weak = json!({ "name": "Eve", "role": "admin", "password": "12345678" });
    site.post(&admin, "/api/v1/staff", &weak).await.expect(422);
    let till = site.sign_in("Bob", "till number four").await;
    site.get(&till, "/api/v1/site").await.expect(200);
    let clock = json!("pause");
    site.post(&till, "/api/v1/clock", &clock).await.expect(403);
    let him = format!("/api/v1/staff/{}", made["staff"]);
    site.post(&admin, &him, &json!({ "role": "admin" })).await.expect(200);
    site.get(&till, "/api/v1/site").await.expect(401);
    let till = site.sign_in("Bob", "till number four").await;
    site.post(&till, "/api/v1/clock", &clock).await.expect(200);
    site.post(&admin, &him, &json!({ "active": false })).await.expect(200);
    site.get(&till, "/api/v1/site").await.expect(401);
    let body = json!({ "name": "Bob", "password": "till number four" });
    site.post(&Caller::Nobody, "/api/v1/session", &body).await.expect(401);
    let staff = site.get(&admin, "/api/v1/staff").await.expect(200).json();
    let me = staff.as_array().expect("a list").iter().find(|row| row["name"] == "admin");
    let me = format!("/api/v1/staff/{}", me.expect("the admin")["staff"]);
    for change in [json!({ "active": false }), json!({ "role": "viewer" })] {
        let kept = site.post(&admin, &me, &change).await.expect(409);
        assert_eq!(kind(&kept.text()), "last-admin");
    }
    site.get(&admin, "/api/v1/staff").await.expect(200);
}

#[tokio::test]
async fn a_sale_of_another_is_taken_back_by_two_persons_and_never_by_the_one_who_asked() {
    let mut site = TestSite::start(&["demo"]).await;
    let (admin, cashier) = (site.sign_in_as("admin").await, site.sign_in_as("cashier").await);
    let manager = site.sign_in_as("manager").await;
    let sale = json!({ "account": 1001, "amount": 5000, "tender": "cash" });
    let sold = site.post_once(&admin, "/api/v1/sales", "sale-of-admin", &sale).await.expect(200);
    let no = sold.json()["no"].as_u64().expect("a number");
    let ask = format!("/api/v1/receipts/{no}/reversal/request");
    let order = json!({ "book": "simulated", "receipt": no, "reason": "wrong room" });
    let without = json!({ "book": "simulated", "receipt": no, "reason": " " });
    site.post(&cashier, &ask, &without).await.expect(422);
    let asked = site.post(&cashier, &ask, &order).await.expect(201).json();
    assert_eq!((&asked["kind"], &asked["amount"]), (&json!("reversal"), &json!(5000)));
    assert!(asked["evidence"].to_string().contains("admin"), "who sold it: {asked}");

    let decide = |word: &str| format!("/api/v1/approvals/{}/{word}", asked["id"]);
    let alone = site.post(&cashier, &decide("approve"), &json!({})).await.expect(403);
    assert_eq!(kind(&alone.text()), "not-allowed");
    let program = site.post(&site.token("manager"), &decide("approve"), &json!({})).await;
    assert_eq!(kind(&program.expect(403).text()), "not-a-person");
    let given = site.post(&manager, &decide("approve"), &json!({ "note": "seen" })).await;
    assert_eq!(given.expect(200).json()["state"], "approved");
    let again = site.post(&manager, &decide("approve"), &json!({})).await.expect(409);
    assert_eq!(kind(&again.text()), "already-decided");
    let paper = format!("/api/v1/receipts/simulated/{no}");
    let back = site.get(&admin, &paper).await.expect(200).json()["reversed_by"].clone();
    let reversal = site.get(&admin, &format!("/api/v1/receipts/simulated/{back}")).await;
    let reversal = reversal.expect(200).json();
    assert_eq!((&reversal["by"], &reversal["amount"]), (&json!("cashier"), &json!(-5000)));

    // What somebody asked for, the same person does not decide, whatever the role.
    let sold =
        site.post_once(&cashier, "/api/v1/sales", "sale-of-cashier", &sale).await.expect(200);
    let no = sold.json()["no"].as_u64().expect("a number");
    let ask = format!("/api/v1/receipts/{no}/reversal/request");
    let order = json!({ "book": "simulated", "receipt": no, "reason": "typed twice" });
    let own = site.post(&manager, &ask, &order).await.expect(201).json();
    let decide = |word: &str| format!("/api/v1/approvals/{}/{word}", own["id"]);
    let alone = site.post(&manager, &decide("approve"), &json!({})).await.expect(403);
    assert_eq!(kind(&alone.text()), "own-request");
    site.post(&admin, &decide("refuse"), &json!({ "note": "it was not" })).await.expect(200);
    let kept = site.get(&admin, &format!("/api/v1/receipts/simulated/{no}")).await.expect(200);
    assert_eq!(kept.json()["reversed_by"], json!(null));
    site.stop().await;
    assert!(site.verify().status.success());
}

#[tokio::test]
async fn who_lost_a_role_loses_what_it_may_do_with_the_next_request() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.sign_in_as("admin").await;
    let bob = json!({ "name": "Bob", "role": "cashier", "password": "till number four" });
    let made = site.post(&admin, "/api/v1/staff", &bob).await.expect(201).json();
    let till = site.sign_in("Bob", "till number four").await;
    let sale = json!({ "account": 1002, "amount": 4000, "tender": "cash" });
    site.post_once(&till, "/api/v1/sales", "before-the-change", &sale).await.expect(200);
    let him = format!("/api/v1/staff/{}", made["staff"]);
    site.post(&admin, &him, &json!({ "role": "auditor" })).await.expect(200);
    site.post_once(&till, "/api/v1/sales", "after-the-change", &sale).await.expect(401);
    let till = site.sign_in("Bob", "till number four").await;
    let refused = site.post_once(&till, "/api/v1/sales", "after-the-change", &sale).await;
    assert_eq!(kind(&refused.expect(403).text()), "not-allowed");
    site.get(&till, "/api/v1/audit/acts").await.expect(200);
    site.post(&admin, &him, &json!({ "active": false })).await.expect(200);
    site.get(&till, "/api/v1/audit/acts").await.expect(401);
}
