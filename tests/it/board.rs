//! The board from outside: what must always hold is looked at on demand, turns red when somebody
//! edits, and a journal that lost records waits until an admin accepts it.

use std::fs;

use http::Method;
use rusqlite::Connection;
use serde_json::{Value, json};
use shared::api::board::{Board, Outcome};
use shared::id::{Book, ReceiptNo};

use crate::harness::site::meterhouse;
use crate::harness::{Caller, Folder, TestSite, eventually};

async fn board(site: &TestSite, caller: &Caller) -> Board {
    site.get(caller, "/api/v1/board").await.expect(200).read()
}

/// Calls for a check and waits for what it finds.
async fn checked(site: &TestSite, admin: &Caller) -> Board {
    let before = board(site, admin).await.checked;
    site.post(admin, "/api/v1/board/check", &json!({})).await.expect(202);
    eventually("the check is done", async || {
        let board = board(site, admin).await;
        (!board.running && board.checked > before).then_some(board)
    })
    .await
}

fn broken(board: &Board) -> Vec<&'static str> {
    let broken = board.findings.iter().filter(|found| found.is_broken());
    broken.map(|found| found.invariant.code()).collect()
}

async fn sell(site: &TestSite, till: &Caller, key: &str) -> u64 {
    let sale = json!({ "account": 1001, "amount": 5000, "tender": "cash" });
    let receipt = site.post_once(till, "/api/v1/sales", key, &sale).await.expect(200).json();
    receipt["no"].as_u64().expect("a number")
}

async fn alarms(site: &TestSite, caller: &Caller) -> Vec<String> {
    let alarms = site.get(caller, "/api/v1/alarms").await.expect(200).json();
    let kind = |alarm: &Value| alarm["kind"].as_str().unwrap_or_default().to_owned();
    alarms.as_array().expect("a list").iter().map(kind).collect()
}

#[tokio::test]
async fn what_must_hold_is_grey_then_green_and_red_when_somebody_edits() {
    let site = TestSite::start(&["demo", "--pace", "600"]).await;
    let admin = site.sign_in_as("admin").await;
    let first = board(&site, &admin).await;
    assert_eq!((first.checked, first.findings.len()), (None, 12));
    for found in &first.findings {
        assert!(matches!(found.outcome, Outcome::Unchecked(_)), "{found:?}");
    }
    sell(&site, &admin, "board-sale-1").await;
    let green = checked(&site, &admin).await;
    for found in &green.findings {
        assert_eq!(found.outcome, Outcome::Holds, "{found:?}");
        assert!(found.checked > 0, "{found:?}");
    }
    let metrics = site.get(&admin, "/metrics").await.expect(200).text();
    for code in ["I1", "I6", "I12"] {
        assert!(
            metrics.contains(&format!("meterhouse_invariant{{invariant=\"{code}\"}} 1")),
            "{metrics}"
        );
    }
    assert!(metrics.contains("meterhouse_invariants_checked_at_seconds "), "{metrics}");

    // Somebody with access to the file makes room in a balance while the server runs.
    let db = Connection::open(site.data().join("ledger.db")).expect("the ledger");
    db.busy_timeout(std::time::Duration::from_secs(10)).expect("patience");
    let edit = "UPDATE balance SET amount = amount - 100 WHERE account = 1001";
    assert_eq!(db.execute(edit, []).expect("an edit by hand"), 1);
    let red = checked(&site, &admin).await;
    assert_eq!(broken(&red), ["I1"], "{:?}", red.findings);
    eventually("the alarm is raised", async || {
        alarms(&site, &admin).await.contains(&"invariant-broken".to_owned()).then_some(())
    })
    .await;
    let metrics = site.get(&admin, "/metrics").await.expect(200).text();
    assert!(metrics.contains("meterhouse_invariant{invariant=\"I1\"} 0"), "{metrics}");

    let back = "UPDATE balance SET amount = amount + 100 WHERE account = 1001";
    assert_eq!(db.execute(back, []).expect("and back"), 1);
    assert_eq!(broken(&checked(&site, &admin).await), Vec::<&str>::new());
    eventually("the alarm is over", async || {
        (!alarms(&site, &admin).await.contains(&"invariant-broken".to_owned())).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_check_never_holds_up_a_sale() {
    let site = TestSite::start(&["demo", "--pace", "3600"]).await;
    let admin = site.sign_in_as("admin").await;
    site.post(&admin, "/api/v1/board/check", &json!({})).await.expect(202);
    for n in 0..20 {
        sell(&site, &admin, &format!("sale-beside-{n}")).await;
    }
    let done = eventually("the check is done", async || {
        let board = board(&site, &admin).await;
        board.checked.map(|_| board)
    })
    .await;
    assert_eq!(broken(&done), Vec::<&str>::new());
}

#[tokio::test]
async fn a_journal_that_lost_records_sells_nothing_until_an_admin_accepts_it_on_the_page() {
    let mut site = TestSite::start(&["demo", "--pace", "60"]).await;
    let admin = site.sign_in_as("admin").await;
    // Its making is on record since it was used; while nothing can be recorded a new one waits.
    let token = site.token("admin");
    site.get(&token, "/api/v1/site").await.expect(200);
    let kept = sell(&site, &admin, "kept-sale").await;
    let copy = site.folder().path().join("older");
    let (data, from) = (site.data().display().to_string(), copy.display().to_string());
    let copied = meterhouse(&["backup", "--data", &data, "--to"], Some(&copy));
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    let lost = [sell(&site, &admin, "lost-sale-1").await, sell(&site, &admin, "lost-sale-2").await];
    assert_eq!(lost[0], kept + 1);
    assert!(site.stop().await.success());
    let restored =
        meterhouse(&["restore", "--replace", "--from", &from, "--data"], Some(&site.data()));
    let said = String::from_utf8_lossy(&restored.stdout).into_owned();
    assert!(restored.status.success(), "{said}{}", String::from_utf8_lossy(&restored.stderr));
    let told = format!("lost receipts: simulated {} to {}", lost[0], lost[1]);
    assert!(said.contains(&told), "{said}");

    site.restart_behind().await;
    assert!(site.said().contains("NOTHING IS SOLD"), "{}", site.said());
    let admin = site.sign_in_as("admin").await;
    let shown = board(&site, &admin).await.loss.expect("the loss is shown");
    let receipts = [(Book::Simulated, ReceiptNo(lost[0]), ReceiptNo(lost[1]))];
    assert_eq!(shown.receipts, receipts);
    assert!(shown.kept < shown.lost && !shown.changed, "{shown:?}");
    let sale = json!({ "account": 1001, "amount": 5000, "tender": "cash" });
    let refused = site.post_once(&admin, "/api/v1/sales", "too-early", &sale).await;
    assert_eq!(refused.status, 507, "{}", refused.text());

    let path = "/api/v1/board/accept-loss";
    let cashier = site.sign_in_as("cashier").await;
    site.post(&cashier, path, &json!({ "note": "go on" })).await.expect(403);
    site.post(&token, path, &json!({ "note": "go on" })).await.expect(403);
    site.post(&admin, path, &json!({ "note": " " })).await.expect(422);
    let note = json!({ "note": "disk replaced, stubs compared" });
    let after: Board = site.post(&admin, path, &note).await.expect(200).read();
    assert_eq!(after.loss, None);
    site.post(&admin, path, &note).await.expect(409);
    site.get(&Caller::Nobody, "/readyz").await.expect(200);
    assert_eq!(sell(&site, &admin, "first-after").await, lost[0], "numbering goes on");
    assert_eq!(broken(&checked(&site, &admin).await), Vec::<&str>::new());
    assert!(site.stop().await.success());
    assert!(site.verify().status.success());
    let acts = acts(&site);
    let accepted = acts.iter().find(|(_, body)| body.contains("loss-accepted"));
    let (by, body) = accepted.expect("the acceptance is in the chain");
    assert!(*by > 0 && body.contains("stubs compared"), "{by} {body}");
}

/// Who did what besides money and supply, as the chain has it.
fn acts(site: &TestSite) -> Vec<(i64, String)> {
    let db = Connection::open(site.data().join("ledger.db")).expect("the ledger");
    let mut asked = db
        .prepare("SELECT by_staff, body FROM record WHERE kind = 'acted' ORDER BY seq")
        .expect("a question");
    let rows = asked.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.collect::<Result<_, _>>().expect("acts")
}

#[tokio::test]
async fn what_staff_do_is_in_the_chain_with_who_why_before_and_after_and_without_names() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.sign_in_as("admin").await;
    let bob = json!({ "name": "Bobby Tables", "role": "cashier", "password": "till number four" });
    let made = site.post(&admin, "/api/v1/staff", &bob).await.expect(201).json();
    let him = made["staff"].as_u64().expect("a number");
    let path = format!("/api/v1/staff/{him}");
    site.post(&admin, &path, &json!({ "role": "viewer" })).await.expect(200);
    site.post(&admin, &path, &json!({ "role": "viewer" })).await.expect(200);
    site.post(&admin, &path, &json!({ "password": "till number five" })).await.expect(200);
    site.post(&admin, &path, &json!({ "active": false })).await.expect(200);
    let no = sell(&site, &admin, "audited-sale").await;
    let copies = format!("/api/v1/receipts/simulated/{no}/copies");
    site.ask(&admin, Method::POST, &copies, Some(&json!({})), &[]).await.expect(200);
    let wrong = json!({ "name": "cashier", "password": "not the password" });
    site.post(&Caller::Nobody, "/api/v1/session", &wrong).await.expect(401);
    let expected = [
        json!({ "staff-added": { "staff": him, "role": "cashier" } }),
        json!({ "role-changed": { "staff": him, "before": "cashier", "after": "viewer" } }),
        json!({ "password-set": { "staff": him } }),
        json!({ "staff-left": { "staff": him } }),
        json!({ "receipt-copied": { "receipt": no, "copy": 1 } }),
    ];
    let kept = eventually("the refused sign-in is on record", async || {
        let acts = acts(&site);
        acts.iter().any(|(_, body)| body.contains("sign-ins-refused")).then_some(acts)
    })
    .await;
    let me = kept.first().expect("acts").0;
    assert!(me > 0);
    let told: Vec<Value> = kept
        .iter()
        .filter(|(by, _)| *by == me)
        .map(|(_, body)| serde_json::from_str::<Value>(body).expect("JSON")["acted"]["act"].clone())
        .collect();
    assert_eq!(told, expected);
    assert!(kept.iter().all(|(_, body)| !body.contains("Bobby") && !body.contains("till number")));
    assert!(site.verify().status.success());
}

fn site_file(folder: &Folder, backup: &str) -> String {
    let text = format!(
        "[site]\nname = \"Trial\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
         [simulated]\npace = 60\n[backup]\n{backup}\n"
    );
    folder.write("site.toml", &text).display().to_string()
}

async fn first_admin(site: &TestSite) -> Caller {
    let code = site.program().set_up_code();
    let body = json!({ "code": code.await, "name": "Ann", "password": "correct horse" });
    let reply = site.post(&Caller::Nobody, "/api/v1/setup", &body).await.expect(200);
    Caller::Session(reply.cookie().expect("a cookie"))
}

/// Calls for a copy and waits until it is proven.
async fn backed_up(site: &TestSite, admin: &Caller) -> (String, u64) {
    let before = board(site, admin).await.backup.last.map(|row| row.at);
    site.post(admin, "/api/v1/board/backup", &json!({})).await.expect(202);
    let row = eventually("the copy is made", async || {
        let backup = board(site, admin).await.backup;
        backup.last.filter(|row| !backup.running && Some(row.at) > before)
    })
    .await;
    assert_eq!(row.fault, None);
    (row.name, row.proven.expect("it was restored and proven").0)
}

#[tokio::test]
async fn copies_are_made_proven_and_the_oldest_go() {
    let folder = Folder::new();
    let file = site_file(&folder, "folder = \"copies\"\nkeep = 2");
    let site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let admin = first_admin(&site).await;
    let (first, seq) = backed_up(&site, &admin).await;
    assert!(seq > 0);
    sell(&site, &admin, "after-the-copy").await;
    let copies = site.folder().path().join("copies");
    let copy = copies.join(&first).display().to_string();
    // The anchor follows the journal within a second.
    let said = eventually("the copy is seen to be older than the site", async || {
        let drilled = meterhouse(&["drill", "--from", &copy, "--data"], Some(&site.data()));
        let said = String::from_utf8_lossy(&drilled.stdout).into_owned();
        (drilled.status.code() == Some(3)).then_some(said)
    })
    .await;
    assert!(
        said.contains("older than the site") && said.contains("lost receipts: simulated"),
        "{said}"
    );
    for _more in 0..2 {
        backed_up(&site, &admin).await;
    }
    let left: Vec<String> = fs::read_dir(&copies)
        .expect("copies")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(!left.contains(&first), "{left:?}");
    let metrics = site.get(&admin, "/metrics").await.expect(200).text();
    assert!(metrics.contains("meterhouse_backup_proven 1"), "{metrics}");
}

#[tokio::test]
async fn a_sealed_copy_opens_with_its_key_only_and_a_failed_one_raises_an_alarm() {
    let folder = Folder::new();
    let key = folder.path().join("key.txt");
    let made = meterhouse(&["backup-key", "--to"], Some(&key));
    let public = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    assert!(public.starts_with("age1"), "{public}");
    let other = folder.path().join("other.txt");
    assert!(meterhouse(&["backup-key", "--to"], Some(&other)).status.success());
    let terms = format!("folder = \"copies\"\nage_recipients = [\"{public}\"]");
    let file = site_file(&folder, &terms);
    let site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let admin = first_admin(&site).await;
    let (name, _) = backed_up(&site, &admin).await;
    let copies = site.folder().path().join("copies");
    let copy = copies.join(&name).display().to_string();
    assert!(copy.ends_with(".tar.age"), "{copy}");
    assert!(!site.data().join("unsealed").exists(), "nothing is left in the clear");
    let restored = site.folder().path().join("restored");
    let with = |key: &std::path::Path| {
        let key = key.display().to_string();
        meterhouse(&["restore", "--from", &copy, "--identity", &key, "--data"], Some(&restored))
    };
    let refused = with(&other);
    assert_eq!(refused.status.code(), Some(1), "{}", String::from_utf8_lossy(&refused.stderr));
    let done = with(&key);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(meterhouse(&["verify", "--data"], Some(&restored)).status.success());

    fs::remove_dir_all(&copies).expect("the folder goes");
    fs::write(&copies, "a file stands where the copies should go").expect("a file");
    site.post(&admin, "/api/v1/board/backup", &json!({})).await.expect(202);
    eventually("the failure is told", async || {
        let last = board(&site, &admin).await.backup.last;
        last.filter(|row| row.fault.is_some()).map(|_| ())
    })
    .await;
    eventually("the alarm is raised", async || {
        alarms(&site, &admin).await.contains(&"backup-failed".to_owned()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_site_without_a_folder_for_copies_says_so() {
    let site = TestSite::start(&["demo"]).await;
    let admin = site.sign_in_as("admin").await;
    assert_eq!(board(&site, &admin).await.backup.plan, None);
    site.post(&admin, "/api/v1/board/backup", &json!({})).await.expect(409);
}

/// A folder that a newer program wrote is not touched, and an older one is copied before it changes.
#[tokio::test]
async fn a_newer_folder_is_refused_and_an_older_one_is_copied_before_it_is_brought_forward() {
    let mut site = TestSite::start(&["demo"]).await;
    assert!(site.stop().await.success());
    let path = site.data().join("registry.db");
    let db = Connection::open(&path).expect("the registry");
    let version: i64 =
        db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a number");
    db.pragma_update(None, "user_version", version + 1).expect("a newer mark");
    drop(db);
    let before = fs::read(&path).expect("the registry");
    let refused = meterhouse(&["demo", "--listen", "127.0.0.1:0", "--data"], Some(&site.data()));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("newer meterhouse") && said.trim().lines().count() == 1, "{said}");
    assert_eq!(fs::read(&path).expect("the registry"), before, "nothing was changed");

    let db = Connection::open(&path).expect("the registry");
    db.execute_batch(
        "DROP TABLE tariff_draft; DROP TABLE request; DROP TABLE added_meter;
         DROP TABLE unrecorded;",
    )
    .expect("as it once was");
    db.pragma_update(None, "user_version", 1).expect("an older mark");
    drop(db);
    site.restart().await;
    let copy = Connection::open(site.data().join("registry.db.schema-1")).expect("the copy");
    let old: i64 =
        copy.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a number");
    assert_eq!(old, 1);
}
