//! What the server takes: bodies of decent size in decent time, and one sale however often it is
//! asked for.

use std::process::Command;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Caller, TestSite, within};

/// A request whose body is announced and then sent only as far as `sent`.
async fn half_a_request(site: &TestSite, token: &str, length: u64, sent: &[u8]) -> String {
    let address = site.url("").replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.expect("the server listens");
    let head = format!(
        "POST /api/v1/sales HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: half-a-request\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("a head");
    // The server may close before it has read all of it, which is the point.
    stream.write_all(sent).await.ok();
    let mut answer = vec![0; 4_096];
    let read = stream.read(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(answer.get(..read).expect("what was read")).into_owned()
}

/// The head of the answer to a whole request, whatever its body is made of.
async fn answer(site: &TestSite, token: &str, path: &str, encoding: &str, body: &[u8]) -> String {
    let address = site.url("").replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.expect("the server listens");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: what-opens-large\r\nContent-Type: application/json\r\n{encoding}\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("a head");
    let (mut reads, mut writes) = stream.split();
    let mut answer = vec![0; 65_536];
    // What is refused at its head is not read to its end.
    let (_, read) = tokio::join!(writes.write_all(body), reads.read(&mut answer));
    let read = read.expect("an answer");
    String::from_utf8_lossy(answer.get(..read).expect("what was read")).into_owned()
}

/// What a program takes of the memory at most, so far, in KiB.
fn most_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Two hundred MiB of blanks, as gzip packs them.
fn packed_blanks() -> Vec<u8> {
    let pack = "head -c 200000000 /dev/zero | tr '\\0' ' ' | gzip -9";
    let packed = Command::new("sh").args(["-c", pack]).output().expect("a shell").stdout;
    assert!((10_000..400_000).contains(&packed.len()), "{} bytes", packed.len());
    packed
}

#[tokio::test]
async fn what_is_small_and_opens_large_is_refused_and_takes_no_memory() {
    let site = TestSite::start(&["demo"]).await;
    let (cashier, auditor) = (site.token("cashier"), site.token("auditor"));
    site.get(&auditor, "/api/v1/site").await.expect(200);
    let file = |text: String| {
        let file = json!({
            "book": "simulated", "from": 0, "to": 86_400_000, "tender": "card", "text": text,
        });
        file.to_string().into_bytes()
    };
    let sales = "/api/v1/sales";
    let files = "/api/v1/daybook/provider-file";
    let wide = "a,".repeat(250_000);
    let packed = packed_blanks();
    let rows = [
        ("packed", &cashier, sales, "Content-Encoding: gzip\r\n", packed.clone(), 413),
        (
            "packed, short",
            &cashier,
            sales,
            "Content-Encoding: gzip\r\n",
            packed[..9_000].to_vec(),
            400,
        ),
        ("deep", &cashier, sales, "", "[".repeat(60_000).into_bytes(), 400),
        ("deep objects", &cashier, sales, "", "{\"a\":".repeat(10_000).into_bytes(), 400),
        ("ten million columns", &auditor, files, "", file("a,".repeat(10_000_000)), 413),
        ("columns as many as fit", &auditor, files, "", file(wide.clone()), 400),
        ("rows of nothing", &auditor, files, "", file("\n".repeat(500_000)), 400),
        ("one long field", &auditor, files, "", file(format!("\"{wide}\"")), 400),
    ];
    let before = most_memory(site.program().pid());
    for (name, caller, path, encoding, body, status) in rows {
        let answer = answer(&site, secret(caller), path, encoding, &body).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {answer}");
        assert!(answer.len() < 2_000, "{name}: it is not repeated in the answer");
    }
    let grown = most_memory(site.program().pid()) - before;
    assert!(grown < 64 * 1_024, "{grown} KiB more");
    site.get(&cashier, "/api/v1/site").await.expect(200);
}

fn secret(caller: &Caller) -> &str {
    let Caller::Token(token) = caller else { panic!("a token") };
    token
}

#[tokio::test]
async fn a_body_that_never_ends_or_never_comes_is_given_up() {
    let site = TestSite::start(&["demo"]).await;
    let cashier = site.token("cashier");
    let too_much = vec![b' '; 70_000];
    let large = half_a_request(&site, secret(&cashier), 10_000_000_000, &too_much).await;
    assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
    let patience = std::time::Duration::from_secs(25);
    let slow = tokio::time::timeout(patience, half_a_request(&site, secret(&cashier), 50, b"{"));
    let slow = slow.await.expect("given up after ten seconds");
    assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
    assert!(slow.contains("body-too-slow"), "{slow}");
}

#[tokio::test]
async fn a_sale_asked_for_by_many_at_once_is_one_sale() {
    let site = TestSite::start(&["demo"]).await;
    let cashier = site.token("cashier");
    let sale = json!({ "account": 1003, "amount": 3000, "tender": "mobile", "reference": "M-1" });
    let asked = (0..1_000).map(|_| site.post_once(&cashier, "/api/v1/sales", "a-thousand", &sale));
    // As many at once as a system lets one program have files open, with room to spare.
    let replies: Vec<_> = stream::iter(asked).buffer_unordered(250).collect().await;
    let receipts: Vec<Value> = replies.into_iter().map(|reply| reply.expect(200).json()).collect();
    assert_eq!(receipts.len(), 1_000);
    for receipt in &receipts {
        assert_eq!(receipt, &receipts[0]);
    }
    let ledger = "/api/v1/accounts/1003/ledger?limit=50";
    let page = site.get(&cashier, ledger).await.expect(200).json();
    let entries = page["entries"].as_array().expect("entries");
    let sales = entries.iter().filter(|entry| entry["entry"]["receipt"] == receipts[0]["no"]);
    assert_eq!(sales.count(), 1);
}

#[tokio::test]
async fn many_sales_at_once_leave_no_gap_in_the_receipts() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let cashier = site.token("cashier");
    let asked = (0..100).map(|n| {
        let sale = json!({ "account": 1001 + n % 40, "amount": 1000, "tender": "cash" });
        let (site, cashier) = (&site, &cashier);
        async move {
            let key = format!("sale-number-{n}");
            let reply = site.post_once(cashier, "/api/v1/sales", &key, &sale).await;
            reply.expect(200).json()["no"].as_u64().expect("a number")
        }
    });
    let mut numbers = join_all(asked).await;
    numbers.sort_unstable();
    let (first, last) = (numbers[0], numbers[99]);
    for number in first..=last {
        let path = format!("/api/v1/receipts/simulated/{number}");
        site.get(&cashier, &path).await.expect(200);
    }
    let next = format!("/api/v1/receipts/simulated/{}", last + 1_000_000);
    site.get(&cashier, &next).await.expect(404);
    within(std::time::Duration::from_secs(5), "the journal is sound", async || {
        site.verify().status.success().then_some(())
    })
    .await;
}

/// How long the slower half of many good requests takes, at its middle.
async fn usual_time(site: &TestSite, caller: &Caller) -> std::time::Duration {
    let mut times = Vec::new();
    for _ in 0..60 {
        let began = std::time::Instant::now();
        site.get(caller, "/api/v1/site").await.expect(200);
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[45]
}

#[tokio::test]
async fn seven_hundred_idle_sockets_delay_nobody() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let viewer = site.token("viewer");
    let quiet = usual_time(&site, &viewer).await;
    let address = site.url("").replace("http://", "");
    let mut idle = Vec::new();
    for _ in 0..700 {
        idle.push(TcpStream::connect(&address).await.expect("a socket"));
    }
    let crowded = usual_time(&site, &viewer).await;
    let bound = quiet * 10 + std::time::Duration::from_millis(50);
    assert!(crowded < bound, "{crowded:?} beside idle sockets, {quiet:?} without");
    // A socket that says nothing is closed: its next byte is the end.
    let mut first = idle.swap_remove(0);
    let patience = std::time::Duration::from_secs(25);
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(patience, first.read_to_end(&mut rest)).await;
    closed.expect("an idle socket is closed").ok();
}

/// Numbers that no till and no clock ever shows: refused, or taken for the border, and the books go on.
#[tokio::test]
async fn a_number_beyond_reason_stops_nothing() {
    let site = TestSite::start(&["demo", "--pace", "1"]).await;
    let admin = site.token("admin");
    let most = i64::MAX;
    let share = json!({ "payments": { "share": 2_500, "weekly_cap": null } });
    let debt = json!({ "amount": most, "collection": share, "reason": "a slip of the keyboard" });
    let arrears = "/api/v1/accounts/1002/arrears";
    site.post_once(&admin, arrears, "beyond-reason-1", &debt).await.expect(422);
    let sale = json!({ "account": 1002, "amount": most, "tender": "cash" });
    site.post_once(&admin, "/api/v1/sales", "beyond-reason-2", &sale).await.expect(422);
    for path in [
        format!("/api/v1/accounts/1002/preview?amount={most}"),
        format!("/api/v1/accounts/1002/preview?amount={}", i64::MIN),
        format!("/api/v1/meters/1002/why?amount={most}"),
        format!("/api/v1/meters/1002/power?from={}&to={most}", i64::MIN),
        format!("/api/v1/meters/1002/readings?before={}", i64::MIN),
        format!("/api/v1/audit/balances?from={}&to={most}", i64::MIN),
        format!("/api/v1/audit/entries?from={}&to={most}", i64::MIN),
        format!("/api/v1/audit/findings?from={}&to={most}", i64::MIN),
    ] {
        let reply = site.get(&admin, &path).await;
        assert!(reply.status < 500, "{path}: {} {}", reply.status, reply.text());
    }
    let sale = json!({ "account": 1002, "amount": 3_000, "tender": "cash" });
    site.post_once(&admin, "/api/v1/sales", "beyond-reason-3", &sale).await.expect(200);
    site.get(&admin, "/readyz").await.expect(200);
}
