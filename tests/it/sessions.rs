//! Who is signed in and what a session may do: lists, endings, the password asked again, tokens.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::site::meterhouse;
use crate::harness::{Caller, PATIENCE, TestSite};

fn kind(body: &str) -> String {
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    problem.get("type").and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn own(site: &TestSite, caller: &Caller) -> Vec<Value> {
    let rows = site.get(caller, "/api/v1/session/own").await.expect(200).json();
    rows.as_array().expect("a list").clone()
}

/// The live stream of a session, until the server closes it.
struct Stream(TcpStream);

impl Stream {
    async fn open(site: &TestSite, caller: &Caller) -> Self {
        let Caller::Session(cookie) = caller else { panic!("a session") };
        let origin = site.url("");
        let host = origin.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).await.expect("a connection");
        let head = format!(
            "GET /api/v1/live HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\
             Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).await.expect("the request is sent");
        let mut first = [0; 12];
        socket.read_exact(&mut first).await.expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 101");
        Self(socket)
    }

    /// Waits for the end; the time is what tells a stream that is closed at once from one that is
    /// found out at the next beat.
    async fn ended_within(mut self, most: Duration) {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(most, self.0.read_to_end(&mut bytes)).await;
        read.expect("the stream ends in time").ok();
        let told = b"nobody is signed in any more";
        assert!(bytes.windows(told.len()).any(|part| part == told), "it says why");
    }
}

/// Well below the beat of fifteen seconds at which a stream looks at its session anyway.
const AT_ONCE: Duration = Duration::from_secs(8);

#[tokio::test]
async fn a_person_sees_the_own_sessions_and_ends_them_and_their_streams_close_at_once() {
    let site = TestSite::start(&["demo"]).await;
    let (till, phone) = (site.sign_in_as("cashier").await, site.sign_in_as("cashier").await);
    let admin = site.sign_in_as("admin").await;
    let rows = own(&site, &till).await;
    assert_eq!(rows.len(), 2, "nobody else's: {rows:?}");
    let of_phone = rows.iter().find(|row| row["this"] == false).expect("the other one");
    assert_eq!(of_phone["address"], "127.0.0.1");
    let end = |row: &Value| format!("/api/v1/session/own/{}", row["session"]);
    let stream = Stream::open(&site, &phone).await;
    site.ask(&till, Method::DELETE, &end(of_phone), None, &[]).await.expect(204);
    stream.ended_within(AT_ONCE).await;
    site.get(&phone, "/api/v1/site").await.expect(401);

    let of_admin = own(&site, &admin).await.remove(0);
    site.ask(&till, Method::DELETE, &end(&of_admin), None, &[]).await.expect(404);
    site.get(&admin, "/api/v1/site").await.expect(200);

    let (second, third) = (site.sign_in_as("cashier").await, site.sign_in_as("cashier").await);
    let streams = (Stream::open(&site, &second).await, Stream::open(&site, &third).await);
    site.ask(&till, Method::DELETE, "/api/v1/session/own", None, &[]).await.expect(204);
    streams.0.ended_within(AT_ONCE).await;
    streams.1.ended_within(AT_ONCE).await;
    assert_eq!(own(&site, &till).await.len(), 1);
    let acts = site.get(&admin, "/api/v1/audit/acts?kind=sessions-ended").await.expect(200);
    assert!(acts.text().contains("sessions 2"), "{}", acts.text());
}

#[tokio::test]
async fn everybodys_sessions_are_shown_to_who_looks_at_people_and_ended_by_who_manages_them() {
    let site = TestSite::start(&["demo"]).await;
    let (admin, manager) = (site.sign_in_as("admin").await, site.sign_in_as("manager").await);
    let till = site.sign_in_as("cashier").await;
    site.get(&till, "/api/v1/sessions").await.expect(403);
    let all = site.get(&manager, "/api/v1/sessions").await.expect(200).json();
    let row = all.as_array().expect("a list").iter().find(|row| row["role"] == "cashier");
    let path = format!("/api/v1/sessions/{}", row.expect("the cashier's")["session"]);
    assert!(!all.to_string().contains("hash"), "no digest leaves the server");
    site.ask(&manager, Method::DELETE, &path, None, &[]).await.expect(403);
    let stream = Stream::open(&site, &till).await;
    site.ask(&admin, Method::DELETE, &path, None, &[]).await.expect(204);
    stream.ended_within(AT_ONCE).await;
    site.ask(&admin, Method::DELETE, &path, None, &[]).await.expect(404);
}

#[tokio::test]
async fn another_role_and_another_password_end_the_streams_that_were_open() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.sign_in_as("admin").await;
    let bob = json!({ "name": "Bob", "role": "cashier", "password": "till number four" });
    let made = site.post(&admin, "/api/v1/staff", &bob).await.expect(201).json();
    let him = format!("/api/v1/staff/{}", made["staff"]);
    for change in [json!({ "role": "auditor" }), json!({ "password": "till number five" })] {
        let session = site.sign_in("Bob", "till number four").await;
        let stream = Stream::open(&site, &session).await;
        site.post(&admin, &him, &change).await.expect(200);
        stream.ended_within(AT_ONCE).await;
        site.get(&session, "/api/v1/site").await.expect(401);
    }
    site.get(&admin, "/api/v1/site").await.expect(200);
}

/// As if the password had been given six minutes ago.
fn grow_old(site: &TestSite) {
    let db = rusqlite::Connection::open(site.data().join("registry.db")).expect("the registry");
    db.busy_timeout(PATIENCE).expect("a time-out");
    let aged = db.execute("UPDATE session SET confirmed = confirmed - 360000", []);
    assert!(aged.expect("an update") > 0);
}

#[tokio::test]
async fn weighty_acts_need_the_password_given_in_the_last_five_minutes() {
    let site = TestSite::start(&["demo"]).await;
    let session = site.get(&Caller::Nobody, "/api/v1/session").await.expect(200).json();
    let ready = session["ready"].as_array().expect("ready log-ins");
    let log_in = ready.iter().find(|row| row["role"] == "admin").expect("an admin");
    let admin = site.sign_in_as("admin").await;
    let ann = json!({ "name": "Ann", "role": "cashier", "password": "given by the admin" });
    grow_old(&site);
    let refused = site.post(&admin, "/api/v1/staff", &ann).await.expect(403);
    assert_eq!(kind(&refused.text()), "password-needed");
    site.get(&admin, "/api/v1/staff").await.expect(200);
    let confirm = "/api/v1/session/confirm";
    let wrong = site.post(&admin, confirm, &json!({ "password": "something else" })).await;
    assert_eq!(kind(&wrong.expect(403).text()), "wrong-password");
    site.post(&admin, "/api/v1/staff", &ann).await.expect(403);
    let right = json!({ "password": log_in["password"] });
    site.post(&admin, confirm, &right).await.expect(204);
    site.post(&admin, "/api/v1/staff", &ann).await.expect(201);
    let program = site.token("admin");
    let refused = site.post(&program, "/api/v1/staff", &ann).await.expect(403);
    assert_eq!(kind(&refused.text()), "not-a-person");
    site.post(&program, confirm, &right).await.expect(409);
}

#[tokio::test]
async fn a_token_does_what_it_was_made_for_until_it_is_revoked() {
    let site = TestSite::start(&["demo"]).await;
    let (admin, auditor) = (site.sign_in_as("admin").await, site.sign_in_as("auditor").await);
    let order = json!({ "name": "export", "role": "manager", "verbs": ["look", "audit"] });
    let made = site.post(&admin, "/api/v1/tokens", &order).await.expect(201).json();
    let secret = made["secret"].as_str().expect("its text").to_owned();
    assert!(secret.starts_with("pv_") && secret.len() == 67, "{secret}");
    let days = (made["expires"].as_i64().expect("an end") - made["made"].as_i64().expect("a time"))
        / 86_400_000;
    assert_eq!(days, 90);
    let program = Caller::Token(secret.clone());
    site.get(&program, "/api/v1/site").await.expect(200);
    site.get(&program, "/api/v1/audit/acts").await.expect(200);
    let beyond = site.get(&program, "/api/v1/staff").await.expect(403);
    assert_eq!(kind(&beyond.text()), "not-allowed", "a manager may, this token may not");
    let list = site.get(&auditor, "/api/v1/tokens").await.expect(200);
    assert!(!list.text().contains(&secret), "its text is told once");
    let row = list.json()[0].clone();
    assert!(row["last_used"].is_i64() && row["works"] == true, "{row}");
    for (name, order, status) in [
        ("a longer life", json!({ "name": "x", "role": "viewer", "days": 366 }), 422),
        ("beyond the role", json!({ "name": "x", "role": "viewer", "verbs": ["sell"] }), 422),
        ("no verb", json!({ "name": "x", "role": "viewer", "verbs": [] }), 422),
        ("a person's name", json!({ "name": "admin", "role": "viewer" }), 409),
    ] {
        site.post(&admin, "/api/v1/tokens", &order).await;
        let reply = site.post(&admin, "/api/v1/tokens", &order).await;
        assert_eq!(reply.status, status, "{name}: {}", reply.text());
    }
    let path = format!("/api/v1/tokens/{}", row["token"]);
    site.ask(&auditor, Method::DELETE, &path, None, &[]).await.expect(403);
    site.ask(&admin, Method::DELETE, &path, None, &[]).await.expect(204);
    site.get(&program, "/api/v1/site").await.expect(401);
    let acts = site.get(&auditor, "/api/v1/audit/acts?kind=token-made").await.expect(200);
    assert!(acts.text().contains("token 1"), "{}", acts.text());
    let data = std::fs::read(site.data().join("registry.db")).expect("the registry");
    let text = secret.as_bytes();
    assert!(!data.windows(text.len()).any(|part| part == text), "only its digest is kept");
}

/// The command line works beside the server, which alone writes the journal.
#[tokio::test]
async fn a_token_of_the_command_line_is_on_record_before_it_works() {
    let mut site = TestSite::start(&["demo"]).await;
    let auditor = site.sign_in_as("auditor").await;
    let acts = async |site: &TestSite, kind: &str| {
        let path = format!("/api/v1/audit/acts?kind={kind}");
        site.get(&auditor, &path).await.expect(200).text()
    };
    assert!(!acts(&site, "token-made").await.contains("on the command line"));
    let program = site.token("viewer");
    // Nobody looked at the log in between: its first request brings it there.
    site.get(&program, "/api/v1/site").await.expect(200);
    let made = acts(&site, "token-made").await;
    assert_eq!(made.matches("on the command line").count(), 1, "{made}");

    let list = site.get(&auditor, "/api/v1/tokens").await.expect(200).json();
    let number = list[0]["token"].to_string();
    let ended = meterhouse(&["token", "revoke", &number, "--data"], Some(&site.data()));
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    site.get(&program, "/api/v1/site").await.expect(401);
    for _ in 0..2 {
        let ended = acts(&site, "token-revoked").await;
        assert_eq!(ended.matches("on the command line").count(), 1, "once: {ended}");
    }
    site.stop().await;
    assert!(site.verify().status.success());
}
