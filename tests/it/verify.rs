//! Whoever edits the journal by hand is found out: `verify` names the first row that is wrong, and
//! a history that became shorter is not sold from.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use rusqlite::Connection;
use server::cli::verify::{VerifyArgs, check};
use server::store::anchor::{Anchor, Standing};
use server::store::journal::writer::Writer;
use server::store::{Options, Store, StoreError};
use shared::id::{Book, Seq, SiteId};
use shared::ledger::Record;
use shared::time::Zone;

use crate::sample::Sample;

/// A data folder for one test, gone with it.
struct Folder(PathBuf);

static FOLDERS: AtomicU32 = AtomicU32::new(0);

impl Folder {
    fn new() -> Self {
        let n = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let root =
            std::env::temp_dir().join(format!("meterhouse-verify-{}-{n}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        Self(root)
    }

    fn ledger(&self) -> PathBuf {
        self.0.join("ledger.db")
    }

    fn anchor(&self) -> PathBuf {
        self.0.join("anchor.json")
    }

    fn writer(&self) -> Writer {
        Writer::open(self.ledger(), self.anchor(), SiteId(1)).unwrap()
    }

    /// Keeps records and closes the journal, so that its anchor is at the end.
    fn keep(&self, records: &[Record]) {
        assert_eq!(self.writer().append_all(&[Arc::from(records)]), [Ok(())]);
    }

    fn copy(&self) -> Self {
        let copy = Self::new();
        for entry in fs::read_dir(&self.0).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.0.join(entry.file_name())).unwrap();
        }
        copy
    }

    /// Opens the ledger as somebody would who wants to change it.
    fn attack(&self, sql: &str) {
        let db = Connection::open(self.ledger()).unwrap();
        let triggers: Vec<String> = db
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for trigger in triggers {
            db.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
        }
        db.execute_batch("PRAGMA foreign_keys = off; PRAGMA ignore_check_constraints = on;")
            .unwrap();
        db.execute_batch(sql).unwrap();
    }

    /// The flaw's sentence, or `sound`.
    fn verdict(&self) -> String {
        let args = VerifyArgs { data: self.0.clone(), anchor: None };
        match check(&args).unwrap() {
            Ok(_) => "sound".to_owned(),
            Err(flaw) => flaw.to_string(),
        }
    }

    fn standing(&self) -> Result<Standing, StoreError> {
        let options = Options { site: SiteId(1), zone: Zone::utc(), anchor: None };
        Store::open(&self.0, options).map(|store| store.standing())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// Records 1 and 2 open accounts; 3 to 32 are, in turn, a sale to 7, a charge to 7 and a sale to 8;
/// 33 takes the last sale back.
fn history() -> Vec<Record> {
    let mut site = Sample::new(Book::Live);
    let mut records = vec![site.open(7), site.open(8)];
    for n in 0..10 {
        records.extend([site.sell(7, 1_000 + n), site.settle(7, 120), site.sell(8, 500)]);
    }
    records.push(site.reverse(8, 20, 500));
    records
}

fn kept() -> Folder {
    let folder = Folder::new();
    folder.keep(&history());
    folder
}

#[test]
fn an_untouched_journal_is_sound_and_says_what_it_holds() {
    let folder = kept();
    let args = VerifyArgs { data: folder.0.clone(), anchor: None };
    let sound = check(&args).unwrap().unwrap().to_string();
    assert!(
        sound.starts_with("33 records, 72 postings, 21 live and 0 simulated receipts"),
        "{sound}"
    );
    assert!(sound.contains("anchored at record 33"), "{sound}");
}

#[test]
fn every_edit_by_hand_is_named_at_its_first_row() {
    let original = kept();
    let attacks = [
        // Edited: each column, and each of the other tables.
        ("UPDATE record SET body = replace(body, '1003', '9003') WHERE seq = 12", "table record, record 12: "),
        ("UPDATE record SET at = at - 86400000 WHERE seq = 9", "table record, record 9: "),
        ("UPDATE record SET by_staff = 3 WHERE seq = 9", "table record, record 9: "),
        ("UPDATE record SET book = 'simulated' WHERE seq = 9", "table record, record 9: "),
        ("UPDATE record SET book = 'none' WHERE seq = 9", "table record, record 9: the book"),
        ("UPDATE record SET site = 2 WHERE seq = 9", "table record, record 9: "),
        ("UPDATE record SET key = '9999999999999999' WHERE seq = 9", "table record, record 9: "),
        ("UPDATE record SET kind = 'sold' WHERE seq = 10", "table record, record 10: kind"),
        ("UPDATE record SET account = 8 WHERE seq = 9", "table record, record 9: kind, account"),
        ("UPDATE record SET meter = NULL WHERE seq = 10", "table record, record 10: kind, account and meter"),
        ("UPDATE record SET hash = zeroblob(32) WHERE seq = 9", "table record, record 9: "),
        ("UPDATE record SET prev = zeroblob(32) WHERE seq = 9", "table record, record 9: "),
        ("UPDATE record SET prev = x'00' WHERE seq = 9", "table record, record 9: a seal is not 32 bytes"),
        ("UPDATE posting SET amount = amount * 2 WHERE seq = 9", "table record, record 9: "),
        ("UPDATE posting SET account = 8 WHERE seq = 9 AND account = 7", "table record, record 9: "),
        ("UPDATE posting SET code = 'gifts' WHERE seq = 9 AND n = 0", "table posting, record 9: `gifts`"),
        ("UPDATE receipt SET account = 9 WHERE no = 4", "table receipt, receipt live 4: "),
        ("UPDATE receipt SET no = 99 WHERE no = 4", "table receipt, receipt live 99: "),
        ("UPDATE receipt SET reverses = 3 WHERE no = 21", "table receipt, receipt live 21: "),
        ("UPDATE balance SET amount = amount - 100000 WHERE account = 7", "table balance, live prepaid account 7: it says"),
        ("DELETE FROM balance WHERE account = 7", "table balance, live prepaid account 7: it is missing"),
        ("INSERT INTO balance VALUES ('live', 'prepaid', 99, -500)", "table balance, live prepaid account 99: it has no"),
        // Deleted.
        ("DELETE FROM record WHERE seq = 9", "table record, record 10: "),
        ("DELETE FROM record WHERE seq = 1", "table record, record 2: "),
        ("DELETE FROM posting WHERE seq = 9", "table record, record 9: "),
        ("DELETE FROM receipt WHERE no = 4", "table receipt, receipt live 4: it is missing"),
        // Inserted.
        (
            "INSERT INTO record SELECT 34, site, at, book, by_staff, NULL, kind, account, meter, body, prev, hash
             FROM record WHERE seq = 3",
            "table record, record 34: ",
        ),
        (
            "INSERT INTO record SELECT 0, site, at, book, by_staff, NULL, kind, account, meter, body, prev, hash
             FROM record WHERE seq = 3",
            "table record, record 0: ",
        ),
        ("INSERT INTO posting VALUES (9, 5, 'cash', NULL, 100), (9, 6, 'prepaid', 7, -100)", "table record, record 9: "),
        ("INSERT INTO posting VALUES (77, 0, 'cash', NULL, 100), (77, 1, 'prepaid', 7, -100)", "table posting, record 77: "),
        ("INSERT INTO receipt VALUES ('live', 22, 10, 7, NULL)", "table receipt, receipt live 22: "),
        ("INSERT INTO receipt VALUES ('live', 22, 77, 7, NULL)", "table receipt, record 77: "),
        // Reordered.
        (
            "UPDATE record SET seq = 1000 WHERE seq = 9; UPDATE record SET seq = 9 WHERE seq = 10;
             UPDATE record SET seq = 10 WHERE seq = 1000;",
            "table record, record 9: ",
        ),
        // The same key twice; the seal catches it even where the unique index is gone.
        ("DROP INDEX record_key; UPDATE record SET key = '0000000000000001' WHERE seq = 9", "table record, record 9: "),
        // Truncated: what is left is sound in itself, only the anchor knows better.
        (
            "DELETE FROM posting WHERE seq > 20; DELETE FROM receipt WHERE seq > 20; DELETE FROM record WHERE seq > 20;
             DELETE FROM balance; INSERT INTO balance SELECT 'live', code, coalesce(account, 0), sum(amount)
             FROM posting GROUP BY code, account;",
            "table record, record 20: the journal ends here, but record 33 was anchored",
        ),
        ("DELETE FROM posting; DELETE FROM receipt; DELETE FROM record; DELETE FROM balance", "table record, record 0: "),
    ];
    for (sql, expected) in attacks {
        let folder = original.copy();
        folder.attack(sql);
        let verdict = folder.verdict();
        assert!(
            verdict.starts_with(expected),
            "{sql}\n  expected {expected}\n  found    {verdict}"
        );
    }
    assert_eq!(original.verdict(), "sound");
}

/// Somebody who can seal as well writes the whole history anew, with one sale smaller.
#[test]
fn a_history_that_was_written_anew_does_not_meet_its_anchor() {
    let folder = kept();
    let mut site = Sample::new(Book::Live);
    let mut records = vec![site.open(7), site.open(8)];
    for n in 0..10 {
        let amount = if n == 5 { 5 } else { 1_000 + n };
        records.extend([site.sell(7, amount), site.settle(7, 120), site.sell(8, 500)]);
    }
    records.push(site.reverse(8, 20, 500));
    let forged = Folder::new();
    forged.keep(&records);
    assert_eq!(forged.verdict(), "sound");
    fs::copy(forged.ledger(), folder.ledger()).unwrap();
    let verdict = folder.verdict();
    assert!(
        verdict.starts_with("table record, record 33: it is not the one that was anchored"),
        "{verdict}"
    );
    assert!(matches!(folder.standing().unwrap(), Standing::Recovery(lost) if lost.changed));
}

#[test]
fn a_journal_can_be_verified_while_it_is_written_to() {
    let folder = Folder::new();
    let mut site = Sample::new(Book::Live);
    let mut writer = folder.writer();
    for _ in 0..50 {
        let records: Vec<Record> = (0..20).map(|_| site.sell(7, 100)).collect();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        assert_eq!(folder.verdict(), "sound");
    }
}

#[test]
fn a_folder_without_a_journal_cannot_be_read() {
    let folder = Folder::new();
    let args = VerifyArgs { data: folder.0.clone(), anchor: None };
    let error = check(&args).unwrap_err().to_string();
    assert!(error.starts_with("cannot open"), "{error}");
    fs::write(folder.ledger(), "not a database at all, but long enough to look like one").unwrap();
    assert!(check(&args).is_err());
}

/// A data folder as it lies on the disk while the program runs: 60 commits in the write-ahead log.
fn interrupted() -> Folder {
    let folder = Folder::new();
    let mut site = Sample::new(Book::Live);
    let mut writer = folder.writer();
    for n in 0..60 {
        assert_eq!(writer.append_all(&[Arc::from([site.sell(7, 100 + n)])]), [Ok(())]);
    }
    let copy = folder.copy();
    drop(writer);
    fs::copy(folder.anchor(), copy.anchor()).unwrap();
    fs::remove_file(copy.0.join("ledger.db-shm")).ok();
    assert!(fs::metadata(copy.0.join("ledger.db-wal")).unwrap().len() > 60 * 4_096);
    copy
}

fn seq_at_end(path: &Path) -> u64 {
    let db = Connection::open(path).unwrap();
    db.query_row("SELECT coalesce(max(seq), 0) FROM record", [], |row| row.get::<_, i64>(0))
        .map(|seq| u64::try_from(seq).unwrap())
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_edited_record_is_found(
        seq in 1_i64..=33, column in 0_usize..6, by in 1_i64..1_000_000
    ) {
        let folder = kept();
        let change = [
            format!("at = at + {by}"),
            format!("by_staff = by_staff + {by}"),
            format!("body = body || '{}'", " ".repeat(usize::try_from(by % 7 + 1).unwrap())),
            format!("key = 'key-{by:08}'"),
            format!("prev = randomblob(32 + 0 * {by})"),
            format!("hash = randomblob(32 + 0 * {by})"),
        ];
        folder.attack(&format!("UPDATE record SET {} WHERE seq = {seq}", change[column]));
        let verdict = folder.verdict();
        prop_assert!(verdict.starts_with(&format!("table record, record {seq}: ")), "{}", verdict);
    }

    /// SQLite opens a torn log quietly at an earlier state; the anchor tells.
    #[test]
    fn a_torn_log_never_passes_for_the_whole_history(
        place in 0_usize..1_000, flip in any::<bool>(), bit in 0_u32..8
    ) {
        let folder = interrupted();
        let wal = folder.0.join("ledger.db-wal");
        let mut bytes = fs::read(&wal).unwrap();
        let at = bytes.len() * place / 1_000;
        if flip {
            bytes[at] ^= 1 << bit;
        } else {
            bytes.truncate(at);
        }
        fs::write(&wal, &bytes).unwrap();
        let anchored = Anchor::load(&folder.anchor()).unwrap().unwrap();
        prop_assert_eq!(anchored.chain.seq, Seq(60));
        match folder.standing() {
            Ok(Standing::Sound) => prop_assert_eq!(seq_at_end(&folder.ledger()), 60),
            Ok(Standing::Recovery(lost)) => {
                let left = seq_at_end(&folder.ledger());
                prop_assert!(left < 60);
                let (_, first, last) = lost.lost_receipts[0];
                prop_assert_eq!((first.0, last.0), (left + 1, 60));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
