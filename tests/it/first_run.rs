//! The first minutes of somebody new: one command, and the mistakes one makes.

use std::net::TcpListener;
use std::process::Output;

use serde_json::Value;

use crate::harness::site::meterhouse;
use crate::harness::{Caller, Folder, TestSite};

#[tokio::test]
async fn the_demo_is_ready_by_itself_and_everyone_can_sign_in() {
    let site = TestSite::start(&["demo"]).await;
    for role in ["admin", "cashier", "viewer"] {
        let caller = site.sign_in_as(role).await;
        let overview = site.get(&caller, "/api/v1/overview").await.expect(200).json();
        assert!(overview.is_object(), "{role} sees {overview}");
        let session = site.get(&caller, "/api/v1/session").await.expect(200).json();
        assert_eq!(session.get("role").and_then(Value::as_str), Some(role), "{session}");
    }
}

#[tokio::test]
async fn nobody_sees_anything_without_signing_in() {
    let site = TestSite::start(&["demo"]).await;
    for path in ["/api/v1/overview", "/api/v1/site", "/api/v1/live", "/metrics"] {
        site.get(&Caller::Nobody, path).await.expect(401);
    }
    let guess = serde_json::json!({ "name": "admin", "password": "admin" });
    let refused = site.post(&Caller::Nobody, "/api/v1/session", &guess).await;
    assert_eq!(refused.status, 401, "{}", refused.text());
}

#[tokio::test]
async fn a_demo_keeps_its_data_over_a_power_cut() {
    let mut site = TestSite::start(&["demo"]).await;
    site.kill();
    site.restart().await;
    site.stop().await;
    let verdict = site.verify();
    assert!(verdict.status.success(), "{}", told(&verdict));
}

#[test]
fn a_site_file_that_is_not_there_is_named() {
    let folder = Folder::new();
    let missing = folder.path().join("site.toml");
    let refused = meterhouse(&["run", "--listen", "127.0.0.1:0", "--site"], Some(&missing));
    assert_sentence(&refused, "site.toml");
}

#[test]
fn a_key_nobody_knows_is_refused_with_its_line() {
    let folder = Folder::new();
    let example =
        std::fs::read_to_string(crate::harness::root().join("server/config.example.toml"))
            .expect("the example of a site file");
    let file = folder.write("site.toml", &format!("no_such_key = 1\n{example}"));
    let data = folder.path().join("data");
    let data = data.to_str().expect("a plain path");
    let arguments = ["run", "--listen", "127.0.0.1:0", "--data", data, "--site"];
    let refused = meterhouse(&arguments, Some(&file));
    assert_sentence(&refused, "no_such_key");
    assert!(
        told(&refused).contains("line 1") || told(&refused).contains(":1:"),
        "{}",
        told(&refused)
    );
    assert!(!folder.path().join("data/ledger.db").exists(), "nothing was begun");
}

#[test]
fn a_port_in_use_is_said_plainly() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("a bound socket has an address").to_string();
    let folder = Folder::new();
    let refused = meterhouse(&["demo", "--listen", &address, "--data"], Some(folder.path()));
    assert!(!refused.status.success());
    let told = told(&refused);
    assert!(told.contains(&address) && told.contains("in use"), "{told}");
}

#[tokio::test]
async fn a_folder_that_another_meterhouse_uses_is_said_plainly() {
    let site = TestSite::start(&["demo"]).await;
    let refused = meterhouse(&["demo", "--listen", "127.0.0.1:0", "--data"], Some(&site.data()));
    assert!(!refused.status.success());
    let told = told(&refused);
    assert!(told.contains("another"), "{told}");
    assert!(!told.contains("panicked"), "{told}");
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Bad input ends with code 2 and one clear sentence that names what is wrong.
#[track_caller]
fn assert_sentence(refused: &Output, names: &str) {
    let told = told(refused);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains(names), "{told}");
    assert!(told.trim().lines().count() <= 6, "more than a sentence: {told}");
    assert!(!told.contains("panicked"), "{told}");
}
