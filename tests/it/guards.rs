//! What slows and drops those who do harm, and nobody else.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Caller, PATIENCE, TestSite};

/// How long a refusal takes, at its middle; few enough tries that none has to wait.
async fn refusal_takes(site: &TestSite, name: &str, tries: u32) -> Duration {
    let mut times = Vec::new();
    for _try in 0..tries {
        let body = json!({ "name": name, "password": "not the password" });
        let began = Instant::now();
        site.post(&Caller::Nobody, "/api/v1/session", &body).await.expect(401);
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

/// Without the hash that an unknown name costs as well the ratio is ten and more.
#[tokio::test]
async fn a_name_that_does_not_exist_is_refused_no_faster() {
    let mut rounds = Vec::new();
    for _round in 0..3 {
        let site = TestSite::start(&["demo", "--pace", "1"]).await;
        let unknown = refusal_takes(&site, "nobody of that name", 2).await;
        let known = refusal_takes(&site, "admin", 2).await;
        if known.max(unknown) < known.min(unknown) * 2 {
            return;
        }
        rounds.push((known, unknown));
    }
    panic!("known and unknown names differ twofold and more in each round: {rounds:?}");
}

#[tokio::test]
async fn a_head_that_drips_is_given_up() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let address = site.url("").replace("http://", "");
    let mut slow = TcpStream::connect(&address).await.expect("a connection");
    slow.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("half a head");
    let mut answer = Vec::new();
    let end = tokio::time::timeout(PATIENCE, slow.read_to_end(&mut answer)).await;
    end.expect("it is given up").ok();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

/// Readers of the stream that take nothing: what they cost is bounded, and the others see all.
#[tokio::test]
async fn streams_that_nobody_reads_delay_nobody() {
    let site = TestSite::start(&["demo", "--pace", "3600"]).await;
    let Caller::Session(cookie) = site.sign_in_as("viewer").await else { panic!("a session") };
    let origin = site.url("");
    let host = origin.trim_start_matches("http://").to_owned();
    let head = format!(
        "GET /api/v1/live HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let mut deaf = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(&host).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("it is sent");
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 101");
        deaf.push(stream);
    }
    let caller = Caller::Session(cookie);
    let mut worst = Duration::ZERO;
    for _ in 0..40 {
        let began = Instant::now();
        site.get(&caller, "/api/v1/overview?book=simulated").await.expect(200);
        worst = worst.max(began.elapsed());
    }
    assert!(worst < Duration::from_secs(5), "{worst:?} beside a hundred deaf readers");
}
