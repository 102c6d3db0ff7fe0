//! A crowd at the door: two hundred addresses that hold all they can get, on a system that lets a
//! program have 512 files open.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::TestSite;

/// A connection from an address of its own; none where the server does not take it in time.
async fn from(address: IpAddr, to: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(address, 0)).expect("all of 127.0.0.0/8 is this machine");
    let connected = tokio::time::timeout(Duration::from_secs(10), socket.connect(to)).await;
    connected.ok()?.ok()
}

#[tokio::test]
async fn two_hundred_addresses_that_hold_all_they_can_stop_no_sale() {
    let mut site = TestSite::start(&["demo", "--pace", "1", "--seed", "7"]).await;
    let cashier = site.token("cashier");
    assert!(site.stop().await.success());
    let wrapper = ["sh", "-c", "ulimit -n 512; exec \"$@\"", "sh"].map(str::to_owned);
    assert!(site.restart_under(&wrapper).await, "{}", site.said());
    let sale = json!({ "account": 1002, "amount": 1_000, "tender": "cash" });
    site.post_once(&cashier, "/api/v1/sales", "before-the-crowd", &sale).await.expect(200);

    let to: SocketAddr = site.url("").replace("http://", "").parse().expect("an address");
    let mut crowd = Vec::new();
    for round in 0..3 {
        let hosts = (1..=200).map(|host| from(IpAddr::from([127, 0, 1, host]), to));
        crowd.extend(futures_util::future::join_all(hosts).await.into_iter().flatten());
        let began = Instant::now();
        let key = format!("in-the-crowd-{round}");
        site.post_once(&cashier, "/api/v1/sales", &key, &sale).await.expect(200);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(3), "{took:?} in round {round}");
    }
    assert_eq!(crowd.len(), 600, "a crowd that comes at once finds the door open");
    let open = format!("/proc/{}/fd", site.program().pid());
    let open = std::fs::read_dir(open).expect("its files").count();
    assert!(open < 500, "{open} files are open");
    assert!(!site.said().contains("Too many open files"), "{}", site.said());
    site.get(&cashier, "/readyz").await.expect(200);
    drop(crowd);
    assert!(site.stop().await.success());
    assert!(site.verify().status.success());
}

/// A thousand times the same order, at once and again after a restart.
#[tokio::test]
async fn a_sale_asked_for_a_thousand_times_is_one_sale_and_another_body_is_refused() {
    let mut site = TestSite::start(&["demo", "--pace", "1", "--seed", "7"]).await;
    let cashier = site.token("cashier");
    site.open_shift(&cashier).await;
    let sale = json!({ "account": 1003, "amount": 3_000, "tender": "cash" });
    let mut numbers = Vec::new();
    for _block in 0..10 {
        let asked =
            (0..100).map(|_| site.post_once(&cashier, "/api/v1/sales", "a-thousand", &sale));
        for reply in futures_util::future::join_all(asked).await {
            numbers.push(reply.expect(200).json()["no"].as_u64().expect("a number"));
        }
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    for other in [
        json!({ "account": 1003, "amount": 3_001, "tender": "cash" }),
        json!({ "account": 1004, "amount": 3_000, "tender": "cash" }),
        json!({ "account": 1003, "amount": 3_000, "tender": "mobile", "reference": "M-1" }),
    ] {
        let reply = site.post_once(&cashier, "/api/v1/sales", "a-thousand", &other).await;
        assert_eq!(reply.expect(409).json()["type"], "key-reused", "{other}");
    }
    assert!(site.stop().await.success());
    site.restart().await;
    let again = site.post_once(&cashier, "/api/v1/sales", "a-thousand", &sale).await.expect(200);
    assert_eq!(again.json()["no"].as_u64(), numbers.first().copied());
}
