//! The power goes in the middle of bringing an older file forward, at ever later writes: the copy that
//! was made before is whole, and the next start finishes the work.

use rusqlite::{Connection, params};

use super::building;
use crate::harness::{Folder, TestSite};

const FIRST: &str = include_str!("../../../server/migrations/readings_1.sql");
const METERS: i64 = 3_000;
const DAYS: i64 = 20;

/// Readings as the first schema kept them: a row a meter and day.
fn write_old(site: &TestSite) {
    for name in ["readings-live.db", "readings-live.db-wal", "readings-live.db-shm"] {
        drop(std::fs::remove_file(site.data().join(name)));
    }
    drop(std::fs::remove_file(site.data().join("readings-live.db.schema-1")));
    let mut db = Connection::open(site.data().join("readings-live.db")).unwrap();
    db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
    db.execute_batch(FIRST).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    db.pragma_update(None, "application_id", 0x4d48_5231).unwrap();
    let transaction = db.transaction().unwrap();
    for day in 0..DAYS {
        for meter in 1..=METERS {
            let first = (day * 24 + meter) * 1_000;
            transaction
                .prepare_cached("INSERT INTO daily VALUES (?1, ?2, ?3, ?4, 23000, 0, 9, 24)")
                .unwrap()
                .execute(params![20_260_701 + day, meter, first, first + 23_000])
                .unwrap();
        }
    }
    transaction.commit().unwrap();
}

fn count(path: &std::path::Path, question: &str) -> i64 {
    Connection::open(path).unwrap().query_row(question, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_migration_that_was_killed_is_finished_by_the_next_start() {
    let folder = Folder::new();
    let file = building(&folder, 2, 600);
    let mut site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    assert!(site.stop().await.success());
    let path = site.data().join("readings-live.db");
    let mut killed = 0;
    for nth in [1, 3, 9, 30, 90, 270] {
        write_old(&site);
        let of = |name: &str| site.data().join(name).display().to_string();
        let mut under: Vec<String> =
            ["strace", "-f", "-qq", "-o", "/dev/null"].map(str::to_owned).to_vec();
        for name in ["readings-live.db", "readings-live.db-wal", "readings-live.db.part"] {
            under.extend(["-P".to_owned(), of(name)]);
        }
        let calls = "pwrite64,fdatasync,fsync";
        under.extend(["-e".to_owned(), format!("trace={calls}")]);
        under.extend(["-e".to_owned(), format!("inject={calls}:signal=KILL:when={nth}")]);
        if !site.restart_under(&under).await {
            killed += 1;
        }
        site.kill();
        site.restart().await;
        let days = "SELECT count(*) FROM day";
        assert_eq!(count(&path, days), DAYS * 4, "killed at write {nth}");
        let rows = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'daily%'";
        assert_eq!(count(&path, rows), 0, "killed at write {nth}");
        let copy = site.data().join("readings-live.db.schema-1");
        assert_eq!(count(&copy, "SELECT count(*) FROM daily"), DAYS * METERS, "at write {nth}");
        assert!(site.stop().await.success());
    }
    assert!(killed >= 4, "only {killed} starts were cut short: that proves little");
}
