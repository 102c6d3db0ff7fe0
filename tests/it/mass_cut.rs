//! The mass-disconnect breaker of the running program: a price a thousand times too high would cut a
//! whole building, and cuts nobody beyond the share until two persons say so.

use serde_json::{Value, json};
use shared::api::breaker::MassCuts;
use shared::api::clock::Clock;
use shared::time::{Span, Zone};

use crate::harness::{Caller, TestSite, eventually};

const DEMO: &[&str] = &["demo", "--seed", "7", "--pace", "1"];
const TARIFF: &str = "/api/v1/tariffs/demo-residential";
const PASSWORD: &str = "plugs and sockets";

async fn clock(site: &TestSite, admin: &Caller) -> Clock {
    let reply = site.get(admin, "/api/v1/clock").await.expect(200).json();
    serde_json::from_value(reply).expect("a clock")
}

async fn step(site: &TestSite, admin: &Caller, span: Span) {
    let target = clock(site, admin).await.now + span;
    site.post(admin, "/api/v1/clock", &json!({ "step": span.millis() })).await.expect(200);
    eventually("the step is done", async || {
        let clock = clock(site, admin).await;
        (clock.paused && clock.now >= target).then_some(())
    })
    .await;
}

async fn mass_cuts(site: &TestSite, admin: &Caller) -> MassCuts {
    let reply = site.get(admin, "/api/v1/mass-cuts").await.expect(200).json();
    serde_json::from_value(reply).expect("what is held")
}

async fn held_meters(site: &TestSite, admin: &Caller) -> Vec<u32> {
    mass_cuts(site, admin).await.held.iter().map(|held| held.meter.0).collect()
}

async fn credit(site: &TestSite, admin: &Caller, meter: u32) -> i64 {
    let page = site.get(admin, &format!("/api/v1/meters/{meter}")).await.expect(200).json();
    page.pointer("/account/credit").and_then(Value::as_i64).expect("the account's credit")
}

async fn dark(site: &TestSite, admin: &Caller, meter: u32) -> bool {
    let page = site.get(admin, &format!("/api/v1/meters/{meter}")).await.expect(200).json();
    page.pointer("/supply/wanted").is_some_and(|wanted| wanted.get("disconnected").is_some())
}

async fn second_admin(site: &TestSite, admin: &Caller) -> Caller {
    let new = json!({ "name": "second", "role": "admin", "password": PASSWORD });
    site.post(admin, "/api/v1/staff", &new).await.expect(201);
    site.sign_in("second", PASSWORD).await
}

/// The published file with one more version: from that day on a thousand times the price.
fn thousandfold(published: &str, from: &str) -> String {
    let at = published.rfind("[[versions]]").expect("a version");
    let (_, last) = published.split_at(at);
    let next = last.replace("2020-01-01", from).replace("\"0.", "\"600.");
    format!("{published}\n{next}")
}

#[tokio::test]
async fn a_price_a_thousand_times_too_high_cuts_a_few_and_then_waits_for_two_persons() {
    let mut site = TestSite::start(DEMO).await;
    let admin = site.sign_in_as("admin").await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await.expect(200);
    let second = second_admin(&site, &admin).await;

    let zone = Zone::named("Asia/Shanghai").expect("a zone");
    let midnight = zone.next_midnight(clock(&site, &admin).await.now);
    let from = zone.date(midnight).to_string();
    let page = site.get(&admin, TARIFF).await.expect(200).json();
    let text = page["text"].as_str().expect("a file");
    let draft = json!({ "text": thousandfold(text, &from) });
    let draft = site.post(&admin, "/api/v1/tariffs/drafts", &draft).await.expect(201).json();
    let ask = format!("/api/v1/tariffs/drafts/{}/request", draft["id"]);
    let why = json!({ "from": from, "reason": "new prices" });
    let asked = site.post(&admin, &ask, &why).await.expect(201).json();
    let approve = format!("/api/v1/approvals/{}/approve", asked["id"]);
    site.post(&second, &approve, &json!({})).await.expect(200);

    for _ in 0..4 {
        step(&site, &admin, Span::from_hours(12)).await;
        if !mass_cuts(&site, &admin).await.held.is_empty() {
            break;
        }
    }
    let found = mass_cuts(&site, &admin).await;
    let book = &found.books[0];
    assert!(book.tripped && book.most == 3, "{book:?}");
    assert!(book.opened <= book.most, "{book:?}");
    assert!(found.held.len() >= 10, "many are out of credit: {}", found.held.len());
    let alarms = site.get(&admin, "/api/v1/alarms").await.expect(200).text();
    assert!(alarms.contains("mass-cut"), "{alarms}");
    let held: Vec<u32> = found.held.iter().map(|held| held.meter.0).collect();
    for meter in &held {
        assert!(!dark(&site, &admin, *meter).await, "meter {meter} is held, not cut");
    }

    let order = json!({ "book": "simulated", "meters": held, "reason": "the price is meant" });
    let asked = site.post(&admin, "/api/v1/mass-cuts/release", &order).await.expect(202).json();
    let decide = format!("/api/v1/approvals/{}/approve", asked["approval"]);
    let yes = json!({});
    let alone = site.post(&admin, &decide, &yes).await.expect(403).json();
    assert_eq!(alone["type"], "own-request");
    step(&site, &admin, Span::from_mins(20)).await;
    let still = held_meters(&site, &admin).await;
    assert!(!still.is_empty(), "time releases nothing, only a payment does");
    for meter in &held {
        assert!(!dark(&site, &admin, *meter).await, "meter {meter} is cut without two persons");
    }

    site.kill();
    site.restart().await;
    let second = site.sign_in("second", PASSWORD).await;
    let admin = site.sign_in_as("admin").await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await.expect(200);
    let kept = held_meters(&site, &admin).await;
    for meter in &still {
        let known = kept.contains(meter) || credit(&site, &admin, *meter).await > 0;
        assert!(known, "a restart forgets nothing: meter {meter} is neither held nor has credit");
    }
    let waiting = site.get(&admin, "/api/v1/approvals").await.expect(200).json();
    assert_eq!(waiting[0]["kind"], "release-cuts", "{waiting}");
    assert_eq!((&waiting[0]["state"], &waiting[0]["own"]), (&json!("waiting"), &json!(true)));
    site.post(&second, &decide, &yes).await.expect(200);
    step(&site, &admin, Span::from_mins(30)).await;
    let mut cut = 0;
    for meter in kept.iter().filter(|meter| held.contains(meter)) {
        let is_cut = dark(&site, &admin, *meter).await;
        cut += usize::from(is_cut);
        let paid = credit(&site, &admin, *meter).await > 0;
        assert!(is_cut || paid, "meter {meter} is released, out of credit, and not cut");
    }
    assert!(cut > usize::try_from(book.most).expect("a few"), "{cut} of {} are cut", kept.len());
    site.stop().await;
    assert!(site.verify().status.success());
}

#[tokio::test]
async fn an_order_for_many_supplies_waits_for_a_second_person() {
    let site = TestSite::start(DEMO).await;
    let admin = site.sign_in_as("admin").await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await.expect(200);
    let meters: Vec<u32> = (1001..=1008).collect();
    let order = |meters: &[u32], reason: &str| -> Value {
        json!({ "book": "simulated", "order": "cut", "meters": meters, "reason": reason })
    };
    let bad = site.post(&admin, "/api/v1/supplies", &order(&meters, " ")).await.expect(422).json();
    assert_eq!(bad["type"], "no-reason");
    let asked =
        site.post(&admin, "/api/v1/supplies", &order(&meters, "fire drill")).await.expect(202);
    let decide = format!("/api/v1/approvals/{}/approve", asked.json()["approval"]);
    assert!(!dark(&site, &admin, 1001).await);
    let yes = json!({});
    site.post(&admin, &decide, &yes).await.expect(403);
    let token = site.token("admin");
    let refused = site.post(&token, &decide, &yes).await.expect(403).json();
    assert_eq!(refused["type"], "not-a-person");
    let second = second_admin(&site, &admin).await;
    site.post(&second, &decide, &yes).await.expect(200);
    let again = site.post(&second, &decide, &yes).await.expect(409).json();
    assert_eq!(again["type"], "already-decided");
    for meter in &meters {
        assert!(dark(&site, &admin, *meter).await, "meter {meter}");
    }
    let back =
        json!({ "book": "simulated", "order": "restore", "meters": meters, "reason": "over" });
    site.post(&admin, "/api/v1/supplies", &back).await.expect(200);
    for meter in &meters {
        let page = site.get(&admin, &format!("/api/v1/meters/{meter}")).await.expect(200).json();
        assert_ne!(page["supply"]["wanted"], json!({ "disconnected": "operator" }));
    }
}
