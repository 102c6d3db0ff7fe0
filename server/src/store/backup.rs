//! Copies of a data folder: made while the server works, proven before anybody relies on them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use shared::id::Book;

use crate::store::anchor::{Anchor, Standing};
use crate::store::journal::{LEDGER, follow};
use crate::store::lock::Lock;
use crate::store::readings::READINGS;
use crate::store::registry::REGISTRY;
use crate::store::schema::Schema;
use crate::store::verify::{Flaw, Sound, verify};
use crate::store::{StoreError, default_anchor, ledger_path, readings, registry};
use thiserror::Error;

/// Why there is no copy, or no restored folder. What was there before is untouched.
#[derive(Debug, Error)]
pub enum BackupError {
    #[error("{} exists already; name a new folder", .0.display())]
    Exists(PathBuf),
    #[error("{} already holds a site; say --replace to move it aside", .0.display())]
    Occupied(PathBuf),
    #[error("the journal of {} is not sound: {flaw}", dir.display())]
    NotSound { dir: PathBuf, flaw: Flaw },
    #[error("cannot {what} {}: {source}", path.display())]
    File { what: &'static str, path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The files of a site; the ledger first, so that whatever it names is in the later ones.
fn files(dir: &Path) -> [(Schema, PathBuf); 4] {
    [
        (LEDGER, ledger_path(dir)),
        (REGISTRY, registry::path(dir)),
        (READINGS, readings::path(dir, Book::Live)),
        (READINGS, readings::path(dir, Book::Simulated)),
    ]
}

/// Copies the site in `data` to the new folder `to`, also under load, and proves the copy.
pub fn backup(data: &Path, to: &Path) -> Result<Sound, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    // A copy that was cut short never bears the name of a whole one.
    let part = to.with_extension("part");
    fs::remove_dir_all(&part).or_else(ignore_missing).map_err(failed("clear", &part))?;
    fs::create_dir_all(&part).map_err(failed("create", &part))?;
    let sound = copy_all(data, &part)?;
    fs::rename(&part, to).map_err(failed("name", to))?;
    Ok(sound)
}

/// What a restored site lacks: nothing, or what its anchor on this machine knows better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub sound: Sound,
    pub standing: Standing,
    /// Where the site that was there before now lies.
    pub moved_to: Option<PathBuf>,
}

/// Puts the copy `from` in place as `data`. An anchor that is there stays: a copy older than it
/// starts in recovery, and nothing is sold until an admin accepts what it lacks.
pub fn restore(from: &Path, data: &Path, replace: bool) -> Result<Restored, BackupError> {
    prove(from)?;
    fs::create_dir_all(data).map_err(failed("create", data))?;
    let _lock = Lock::take(data)?;
    let occupied = ledger_path(data).exists();
    if occupied && !replace {
        return Err(BackupError::Occupied(data.to_owned()));
    }
    let moved_to = if occupied { Some(move_aside(data)?) } else { None };
    let anchor_here = default_anchor(data);
    let anchor = Anchor::load(&anchor_here)?;
    let sound = copy_all(from, data)?;
    if let Some(anchor) = anchor {
        anchor.save(&anchor_here).map_err(failed("write", &anchor_here))?;
    }
    let db = LEDGER.open_read_only(&ledger_path(data))?;
    let standing = follow::compare(&db, sound.tail, anchor)?;
    Ok(Restored { sound, standing, moved_to })
}

/// Restores the copy `from` into the folder `scratch`, proves what came out, and clears it away:
/// only a copy that was restored once is known to restore.
pub fn drill(from: &Path, scratch: &Path) -> Result<Restored, BackupError> {
    if scratch.exists() {
        return Err(BackupError::Exists(scratch.to_owned()));
    }
    let restored = restore(from, scratch, false);
    fs::remove_dir_all(scratch).or_else(ignore_missing).map_err(failed("clear", scratch))?;
    restored
}

/// What the copy `from` lacks of what the anchor of the site in `data` knows.
pub fn lacks(from: &Path, data: &Path) -> Result<Standing, BackupError> {
    let sound = prove(from)?;
    let anchor = Anchor::load(&default_anchor(data))?;
    let db = LEDGER.open_read_only(&ledger_path(from))?;
    Ok(follow::compare(&db, sound.tail, anchor)?)
}

/// Copies every file, anchors the copy at its own end, and proves it.
fn copy_all(data: &Path, to: &Path) -> Result<Sound, BackupError> {
    for ((schema, source), (_, target)) in files(data).into_iter().zip(files(to)) {
        if source.exists() {
            copy(&schema, &source, &target)?;
        }
    }
    let sound = prove_against(to, None)?;
    let anchor = default_anchor(to);
    sound.tail.save(&anchor).map_err(failed("write", &anchor))?;
    Ok(sound)
}

/// One state of a database, page by page, while others may go on writing to it.
fn copy(schema: &Schema, source: &Path, target: &Path) -> Result<(), StoreError> {
    let source = schema.open_read_only(source)?;
    crate::store::schema::make_private(target)?;
    let mut copy = Connection::open(target)
        .map_err(|error| StoreError::Open { path: target.to_owned(), source: error })?;
    let backup = Backup::new(&source, &mut copy)?;
    // All pages in one step: they belong to one state, and in WAL mode nobody waits for it.
    while backup.step(-1)? != StepResult::Done {}
    drop(backup);
    copy.pragma_update_and_check(None, "journal_mode", "wal", |_mode| Ok(()))?;
    copy.close().map_err(|(_, error)| StoreError::Query(error))
}

fn prove(dir: &Path) -> Result<Sound, BackupError> {
    prove_against(dir, Anchor::load(&default_anchor(dir))?)
}

fn prove_against(dir: &Path, anchor: Option<Anchor>) -> Result<Sound, BackupError> {
    let mut db = LEDGER.open_read_only(&ledger_path(dir))?;
    verify(&mut db, anchor)?.map_err(|flaw| BackupError::NotSound { dir: dir.to_owned(), flaw })
}

/// Moves the site's files into a folder beside them, named by the first free number.
fn move_aside(data: &Path) -> Result<PathBuf, BackupError> {
    let aside = (1..=u32::MAX)
        .map(|n| data.join(format!("replaced-{n}")))
        .find(|aside| !aside.exists())
        .expect("there are fewer than 2^32 replaced sites");
    fs::create_dir_all(&aside).map_err(failed("create", &aside))?;
    for (_, file) in files(data) {
        for suffix in ["", "-wal", "-shm"] {
            let Some(name) = file.file_name() else { continue };
            let name = format!("{}{suffix}", name.to_string_lossy());
            let source = data.join(&name);
            fs::rename(&source, aside.join(name))
                .or_else(ignore_missing)
                .map_err(failed("move", &source))?;
        }
    }
    Ok(aside)
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { what, path, source }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::id::{ReceiptNo, Seq, SiteId};
    use shared::time::Zone;

    use super::*;
    use crate::store::sample::Sample;
    use crate::store::scratch::Scratch;
    use crate::store::{Options, Store};

    fn options() -> Options {
        Options { site: SiteId(1), zone: Zone::utc(), anchor: None }
    }

    /// A site with `sales` more sales; also says whether it was sound before them.
    fn sell(dir: &Path, site: &mut Sample, sales: u32) -> Standing {
        let mut store = Store::open(dir, options()).unwrap();
        let standing = store.standing();
        let records: Vec<_> = (0..sales).map(|_| site.sell(7, 100)).collect();
        assert_eq!(store.writer.append_all(&[Arc::from(records)]), [Ok(())]);
        standing
    }

    #[test]
    fn a_copy_made_under_load_is_whole_and_starts_elsewhere() {
        let (dir, other) = (Scratch::new(), Scratch::new());
        let mut site = Sample::new(Book::Live);
        sell(dir.root(), &mut site, 3);
        let mut store = Store::open(dir.root(), options()).unwrap();
        for n in 1..=5 {
            let records: Vec<_> = (0..10).map(|_| site.sell(7, 100)).collect();
            assert_eq!(store.writer.append_all(&[Arc::from(records)]), [Ok(())]);
            let copy = other.path(&format!("copy-{n}"));
            let sound = backup(dir.root(), &copy).unwrap();
            assert_eq!(sound.tail.chain, site.chain);
        }
        let refused = backup(dir.root(), &other.path("copy-1")).unwrap_err().to_string();
        assert!(refused.contains("exists already"), "{refused}");
        let place = other.path("restored");
        let restored = restore(&other.path("copy-5"), &place, false).unwrap();
        assert_eq!((restored.standing, restored.moved_to), (Standing::Sound, None));
        assert_eq!(sell(&place, &mut site, 1), Standing::Sound);
    }

    #[test]
    fn an_older_copy_is_put_in_place_only_when_told_and_says_what_it_lacks() {
        let (dir, other) = (Scratch::new(), Scratch::new());
        let mut site = Sample::new(Book::Live);
        sell(dir.root(), &mut site, 3);
        backup(dir.root(), &other.path("old")).unwrap();
        sell(dir.root(), &mut site, 4);
        let refused = restore(&other.path("old"), dir.root(), false).unwrap_err().to_string();
        assert!(refused.contains("--replace"), "{refused}");
        let restored = restore(&other.path("old"), dir.root(), true).unwrap();
        let Standing::Recovery(lost) = &restored.standing else { panic!("{restored:?}") };
        assert_eq!(lost.lost_receipts, [(Book::Live, ReceiptNo(4), ReceiptNo(7))]);
        let store = Store::open(dir.root(), options()).unwrap();
        assert_eq!(store.standing(), restored.standing);
        let aside = restored.moved_to.unwrap();
        assert_eq!(prove_against(&aside, None).unwrap().tail.chain.seq, Seq(7));
    }

    #[test]
    fn a_copy_that_was_tampered_with_is_refused() {
        let (dir, other) = (Scratch::new(), Scratch::new());
        let mut site = Sample::new(Book::Live);
        sell(dir.root(), &mut site, 3);
        let copy = other.path("copy");
        backup(dir.root(), &copy).unwrap();
        let db = Connection::open(ledger_path(&copy)).unwrap();
        db.execute_batch("DROP TRIGGER record_keeps; UPDATE record SET at = 0 WHERE seq = 2")
            .unwrap();
        drop(db);
        let refused = restore(&copy, &other.path("new"), false).unwrap_err().to_string();
        assert!(refused.contains("record 2"), "{refused}");
        assert!(!ledger_path(&other.path("new")).exists());
    }
}
