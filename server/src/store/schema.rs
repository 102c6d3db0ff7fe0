//! Opening a database file: is it ours, is it of an age we know, and bringing an older one forward.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

/// What a database file is meant to be.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// For sentences, such as `ledger`.
    pub name: &'static str,
    /// SQLite's own mark of whose file it is.
    pub application_id: i32,
    /// One script a version, applied in order; `user_version` counts how many were.
    pub steps: &'static [&'static str],
}

/// How long SQLite waits for another reader or writer of the file before it gives up.
const BUSY: Duration = Duration::from_secs(5);

impl Schema {
    /// Opens for writing, creates what is missing, migrates what is older.
    pub fn open(&self, path: &Path) -> Result<Connection, StoreError> {
        make_private(path)?;
        let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        tune(&db).map_err(|source| opening(path, source))?;
        let version = self.version_of(&db, path)?;
        if version > 0 && version < self.steps.len() {
            copy_before_migration(&db, path, version)?;
        }
        self.migrate(&mut db, version).map_err(|source| opening(path, source))?;
        Ok(db)
    }

    /// Opens for reading only; the file has to be there and of the version that we know.
    pub fn open_read_only(&self, path: &Path) -> Result<Connection, StoreError> {
        let db = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let version = self.version_of(&db, path)?;
        if version < self.steps.len() {
            return Err(StoreError::Older { path: path.to_owned(), found: version });
        }
        Ok(db)
    }

    fn version_of(&self, db: &Connection, path: &Path) -> Result<usize, StoreError> {
        let pragma = |name| {
            db.pragma_query_value(None, name, |row| row.get::<_, i32>(0))
                .map_err(|source| opening(path, source))
        };
        let (owner, version) = (pragma("application_id")?, pragma("user_version")?);
        let known = self.steps.len();
        match usize::try_from(version) {
            Ok(0) if owner == 0 && is_empty(db).map_err(|source| opening(path, source))? => Ok(0),
            Ok(version) if owner == self.application_id && version <= known => Ok(version),
            Ok(found) if owner == self.application_id => {
                Err(StoreError::Newer { path: path.to_owned(), found, known })
            }
            Ok(_) | Err(_) => {
                Err(StoreError::NotOurs { path: path.to_owned(), expected: self.name })
            }
        }
    }

    /// All missing steps in one transaction: a crash in the middle leaves the old schema whole.
    fn migrate(&self, db: &mut Connection, version: usize) -> rusqlite::Result<()> {
        let missing = self.steps.iter().skip(version);
        if missing.len() == 0 {
            return Ok(());
        }
        let transaction = db.transaction()?;
        for step in missing {
            transaction.execute_batch(step)?;
        }
        let newest = i32::try_from(self.steps.len()).expect("there are few schema versions");
        transaction.pragma_update(None, "user_version", newest)?;
        transaction.pragma_update(None, "application_id", self.application_id)?;
        transaction.commit()
    }
}

/// Where [`Schema::open`] leaves the copy of a file before it migrates it.
fn copy_name(path: &Path, version: usize) -> PathBuf {
    path.with_extension(format!("db.schema-{version}"))
}

fn copy_before_migration(db: &Connection, path: &Path, version: usize) -> Result<(), StoreError> {
    let copy = copy_name(path, version);
    if copy.exists() {
        return Ok(());
    }
    // Under its own name only when it is whole: half a copy of a start that was cut short is no copy.
    let part = copy.with_extension("part");
    let failed = |what| {
        let path = part.clone();
        move |source| StoreError::File { what, path, source }
    };
    if part.exists() {
        fs::remove_file(&part).map_err(failed("remove"))?;
    }
    let target = part.to_string_lossy();
    db.execute("VACUUM INTO ?1", [&target])
        .map_err(|source| StoreError::Copy { path: copy.clone(), source })?;
    fs::File::open(&part).and_then(|file| file.sync_all()).map_err(failed("sync"))?;
    fs::rename(&part, &copy).map_err(failed("rename"))
}

/// Customers' names and password hashes are in these files: only their owner may read them.
pub(crate) fn make_private(path: &Path) -> Result<(), StoreError> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|source| StoreError::File { what: "create", path: path.to_owned(), source })
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    // Each connection stays on one thread, so SQLite needs no mutex of its own.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|source| opening(path, source))?;
    db.busy_timeout(BUSY).map_err(|source| opening(path, source))?;
    // SQLite would plan some statements anew for each value bound to them: half the time of a short one.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|source| opening(path, source))?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// `synchronous=FULL`: with NORMAL an acknowledged commit may be lost when the power fails.
fn tune(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update_and_check(None, "journal_mode", "wal", |_mode| Ok(()))?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // After a long reader the log may have grown; the next checkpoint cuts it back to this.
    db.pragma_update_and_check(None, "journal_size_limit", 64 * 1024 * 1024, |_bytes| Ok(()))?;
    db.pragma_update(None, "trusted_schema", false)
}

fn is_empty(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn opening(path: &Path, source: rusqlite::Error) -> StoreError {
    StoreError::Open { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    const FIRST: &str = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7);";
    const SECOND: &str = "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 8;";
    const OLD: Schema = Schema { name: "trial", application_id: 0x7472_6931, steps: &[FIRST] };
    const NEW: Schema = Schema { steps: &[FIRST, SECOND], ..OLD };

    #[test]
    fn an_older_file_is_copied_and_brought_forward() {
        let dir = Scratch::new();
        let path = dir.path("trial.db");
        drop(OLD.open(&path).unwrap());
        let db = NEW.open(&path).unwrap();
        let row: (i64, i64) =
            db.query_row("SELECT x, y FROM a", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(row, (7, 8));
        let copy = OLD.open_read_only(&copy_name(&path, 1)).unwrap();
        assert_eq!(copy.query_row("SELECT x FROM a", [], |row| row.get(0)), Ok(7_i64));
    }

    #[test]
    fn a_newer_a_foreign_and_an_older_read_only_file_are_refused_in_a_sentence() {
        let dir = Scratch::new();
        let path = dir.path("trial.db");
        drop(OLD.open(&path).unwrap());
        assert!(matches!(NEW.open_read_only(&path), Err(StoreError::Older { found: 1, .. })));
        drop(NEW.open(&path).unwrap());
        let refused = OLD.open(&path).unwrap_err().to_string();
        assert!(refused.contains("schema 2") && refused.contains("knows 1"), "{refused}");
        let other = Schema { application_id: 1, ..NEW };
        let refused = other.open(&path).unwrap_err().to_string();
        assert!(refused.contains("is not a trial database of meterhouse"), "{refused}");
    }

    #[test]
    fn only_the_owner_may_read_a_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = Scratch::new();
        drop(OLD.open(&dir.path("trial.db")).unwrap());
        let mode = fs::metadata(dir.path("trial.db")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
