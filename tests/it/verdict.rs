//! The power goes after an approval took effect and before its verdict was kept beside it: the journal
//! says that it is done, and it is never done again.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{Office, eventually};

/// As the registry stood between the two.
fn forget_verdicts(office: &Office) {
    let db = Connection::open(office.site.data().join("registry.db")).expect("the registry");
    let keeps = "SELECT sql FROM sqlite_schema WHERE name = 'request_keeps'";
    let keeps: String = db.query_row(keeps, [], |row| row.get(0)).expect("the trigger");
    let forget = "DROP TRIGGER request_keeps;
         UPDATE request SET decided_by = NULL, decided = NULL, approved = NULL, note = '';";
    db.execute_batch(&format!("BEGIN; {forget} {keeps}; COMMIT")).expect("as before");
}

async fn ask_for_gift(office: &Office, amount: i64) -> Value {
    let gift =
        json!({ "adjusting": "free-credit", "amount": amount, "cause": "outage", "note": "dark" });
    let path = "/api/v1/accounts/1/adjustments";
    office.site.post(&office.manager, path, &gift).await.expect(202).json()["approval"].clone()
}

async fn request(office: &Office, id: &Value) -> Value {
    let list = office.site.get(&office.admin, "/api/v1/approvals").await.expect(200).json();
    let rows = list.as_array().cloned().unwrap_or_default();
    rows.into_iter().find(|row| row["id"] == *id).expect("the request is listed")
}

#[tokio::test]
async fn what_was_approved_before_a_power_cut_is_known_after_it_and_not_done_twice() {
    let mut office = Office::open("").await;
    let approved = ask_for_gift(&office, 700).await;
    office.approve(&approved).await;
    let refused = ask_for_gift(&office, 900).await;
    let no = json!({ "note": "too much" });
    let path = format!("/api/v1/approvals/{refused}/refuse");
    office.site.post(&office.admin, &path, &no).await.expect(200);
    let open = ask_for_gift(&office, 50).await;
    assert_eq!(office.credit().await, 1_700);
    let before = request(&office, &approved).await;

    office.site.kill();
    forget_verdicts(&office);
    office.site.restart().await;
    office.sign_in().await;
    let after = request(&office, &approved).await;
    assert_eq!(
        (&after["state"], &after["decided_by"]),
        (&json!("approved"), &before["decided_by"])
    );
    let turned_down = request(&office, &refused).await;
    assert_eq!(
        (&turned_down["state"], &turned_down["note"]),
        (&json!("refused"), &json!("too much"))
    );
    assert_eq!(request(&office, &open).await["state"], "waiting", "nobody decided this one");
    let again = format!("/api/v1/approvals/{approved}/approve");
    office.site.post(&office.admin, &again, &json!({})).await.expect(409);
    assert_eq!(office.credit().await, 1_700, "it happened once");

    // The same where the program went on: whoever approves again learns that it is done.
    forget_verdicts(&office);
    eventually("the request is open again", async || {
        (request(&office, &approved).await["state"] == "waiting").then_some(())
    })
    .await;
    let done = office.site.post(&office.admin, &again, &json!({})).await.expect(200).json();
    assert_eq!(done["state"], "approved");
    let back = format!("/api/v1/approvals/{refused}/approve");
    let kind = office.site.post(&office.admin, &back, &json!({})).await.expect(409).json();
    assert_eq!(kind["type"], "already-decided", "what was refused stays refused");
    office.approve(&open).await;
    assert_eq!(office.credit().await, 1_750);
    let gifts = office.ledger().await;
    let gifts = gifts.iter().filter(|entry| entry["entry"]["entry"] == "adjusted").count();
    assert_eq!(gifts, 2);
    office.ends_sound().await;
}
