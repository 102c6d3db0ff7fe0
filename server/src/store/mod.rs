//! What is kept on the disk: the journal, its anchor, the readings, the registry.

pub mod anchor;
pub mod archive;
pub mod backup;
pub mod desk;
pub mod drafts;
pub mod invariants;
pub mod journal;
pub mod lock;
pub mod readings;
pub mod registry;
pub mod report;
pub mod requests;
pub mod verdicts;
pub mod verify;
#[cfg(test)]
pub(crate) mod sample;
pub mod schema;
#[cfg(test)]
pub(crate) mod scratch;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use actix::{Actor, Addr};
use rusqlite::Connection;
use shared::actor::port;
use shared::id::{SiteId, StaffId};
use shared::time::{Timestamp, Zone};
use thiserror::Error;

use anchor::Standing;
use desk::Desk;
use journal::rows::LoadError;
use journal::writer::{SharedStatus, Writer};
use journal::{JournalActor, JournalStatus};
use lock::Lock;
use readings::{ReadingsActor, ReadingsDesks};

/// What a store has to know besides its folder.
#[derive(Clone, Debug)]
pub struct Options {
    pub site: SiteId,
    /// Days of readings and sales begin at this zone's midnight.
    pub zone: Zone,
    /// Where the chain's head is kept outside the database; best on another disk. `None`: in the
    /// data folder.
    pub anchor: Option<PathBuf>,
}

/// Everything in the data folder, opened and checked; nothing runs yet.
#[derive(Debug)]
pub struct Store {
    lock: Lock,
    dir: PathBuf,
    options: Options,
    writer: Writer,
    registry: Connection,
}

/// The store at work.
#[derive(Debug)]
pub struct Running {
    /// Takes `Append` and `Replay`.
    pub journal: Addr<JournalActor>,
    /// Reads the ledger for screens, beside the writer.
    pub ledger: Desk,
    /// Answers the auditor's questions, away from everybody else's.
    pub audit: Desk,
    /// Reads and writes who and where.
    pub registry: Desk,
    /// Takes `KeepReadings`.
    pub readings: Addr<ReadingsActor>,
    /// Reads the readings of either book.
    pub history: ReadingsDesks,
    pub options: Options,
    dir: PathBuf,
    status: SharedStatus,
    threads: Vec<JoinHandle<()>>,
    _lock: Lock,
}

/// Where the anchor lies unless the options say otherwise.
pub fn default_anchor(dir: &Path) -> PathBuf {
    dir.join("anchor.json")
}

pub fn ledger_path(dir: &Path) -> PathBuf {
    dir.join("ledger.db")
}

/// Sums of the ledger; they follow from it.
pub fn sums_path(dir: &Path) -> PathBuf {
    dir.join("sums.db")
}

impl Store {
    /// Opens the folder, makes what is missing, and compares the journal with its anchor.
    pub fn open(dir: &Path, options: Options) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir).map_err(|source| StoreError::File {
            what: "create",
            path: dir.to_owned(),
            source,
        })?;
        let lock = Lock::take(dir)?;
        let anchor = options.anchor.clone().unwrap_or_else(|| default_anchor(dir));
        let writer = Writer::open(ledger_path(dir), anchor, options.site)?;
        let registry = registry::REGISTRY.open(&registry::path(dir))?;
        Ok(Self { lock, dir: dir.to_owned(), options, writer, registry })
    }

    /// The registry, for what has to be asked and set before anything runs.
    pub fn registry(&self) -> &Connection {
        &self.registry
    }

    /// In recovery nothing is sold until an admin accepts the loss.
    pub fn standing(&self) -> Standing {
        status_of(&self.writer.status()).standing
    }

    /// Starts the threads and their actors; to be called inside an actix system.
    pub fn start(self) -> Result<Running, StoreError> {
        let ledger = Desk::start("ledger", journal::open_read_only(&ledger_path(&self.dir))?)?;
        let sums = report::audit::sums::open(&sums_path(&self.dir), &ledger_path(&self.dir))?;
        let audit = Desk::start("audit", sums)?;
        let status = self.writer.status();
        let (journal, thread) = JournalActor::new(self.writer, ledger.clone())?;
        let registry = Desk::start("registry", self.registry)?;
        let (readings, history, mut threads) = readings::start(&self.dir, &self.options.zone)?;
        threads.push(thread);
        Ok(Running {
            journal: journal.start(),
            ledger,
            audit,
            registry,
            readings: readings.start(),
            history,
            options: self.options,
            dir: self.dir,
            status,
            threads,
            _lock: self.lock,
        })
    }
}

/// Where the journal stands, and the way to go on after a loss; for those who do not own the store.
#[derive(Clone, Debug)]
pub struct Custody {
    journal: Addr<JournalActor>,
    registry: Desk,
    status: SharedStatus,
    dir: PathBuf,
    anchor: PathBuf,
    site: SiteId,
}

impl Custody {
    pub fn status(&self) -> JournalStatus {
        status_of(&self.status)
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the journal lacks of what its anchor knows.
    pub fn lost(&self) -> Option<anchor::Recovery> {
        match self.status().standing {
            Standing::Sound => None,
            Standing::Recovery(recovery) => Some(recovery),
        }
    }

    /// What was said to be safe up to now.
    pub fn promised(&self) -> Result<invariants::Promised, StoreError> {
        let anchor = anchor::Anchor::load(&self.anchor)?;
        Ok(invariants::Promised {
            site: self.site,
            committed: self.status().committed.chain,
            anchor,
        })
    }

    /// An admin accepts that records are lost: it is put on record, and the chain goes on from where
    /// it ends. Says what was accepted; `None`: there was nothing to accept.
    pub async fn accept_loss(
        &self,
        by: StaffId,
        at: Timestamp,
    ) -> Result<Option<anchor::Recovery>, StoreError> {
        let Some(recovery) = self.lost() else { return Ok(None) };
        let kept = recovery.clone();
        self.registry.ask(move |db| registry::site::record_loss(db, &kept, by, at)).await?;
        match self.journal.send(journal::AcceptLoss).await {
            Ok(outcome) => outcome.map(|()| Some(recovery)).map_err(StoreError::from),
            Err(_stopped) => Err(StoreError::Closed("journal")),
        }
    }
}

impl Running {
    pub fn custody(&self) -> Custody {
        Custody {
            journal: self.journal.clone(),
            registry: self.registry.clone(),
            status: Arc::clone(&self.status),
            dir: self.dir.clone(),
            anchor: self.options.anchor.clone().unwrap_or_else(|| default_anchor(&self.dir)),
            site: self.options.site,
        }
    }

    /// The journal as the supervisor holds it.
    pub fn journal_port(&self) -> port::Journal {
        port::Journal {
            append: self.journal.clone().recipient(),
            replay: self.journal.clone().recipient(),
        }
    }

    pub fn journal_status(&self) -> JournalStatus {
        status_of(&self.status)
    }

    /// Lets the writers finish what waits, leaves a fresh anchor, and gives the folder back.
    pub async fn shut_down(self) {
        self.journal.send(journal::Close).await.ok();
        self.readings.send(readings::Close).await.ok();
        let threads = self.threads;
        let joined = tokio::task::spawn_blocking(move || {
            threads.into_iter().filter_map(|thread| thread.join().err()).count()
        });
        if joined.await.unwrap_or(1) > 0 {
            tracing::error!("a thread of the store ended in a panic");
        }
    }
}

fn status_of(status: &SharedStatus) -> JournalStatus {
    status.lock().expect("nobody panics while holding the status").clone()
}

/// Why the store cannot do what was asked: one sentence for an operator.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("{} is in use by another meterhouse (pid {pid}); stop it, or choose another folder with --data", dir.display())]
    InUse { dir: PathBuf, pid: String },
    #[error("{} is not a {expected} database of meterhouse", path.display())]
    NotOurs { path: PathBuf, expected: &'static str },
    #[error("{} was written by a newer meterhouse (schema {found}, this one knows {known}); install the newer one", path.display())]
    Newer { path: PathBuf, found: usize, known: usize },
    #[error("{} is of an older meterhouse (schema {found}); start the server once to bring it forward", path.display())]
    Older { path: PathBuf, found: usize },
    #[error("cannot copy the database to {} before bringing it forward", path.display())]
    Copy { path: PathBuf, source: rusqlite::Error },
    #[error("cannot open {}: {source}", path.display())]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("cannot {what} {}: {source}", path.display())]
    File { what: &'static str, path: PathBuf, source: io::Error },
    #[error("the anchor {} cannot be understood: {source}", path.display())]
    BadAnchor { path: PathBuf, source: serde_json::Error },
    #[error("the journal belongs to site {found}, not to site {expected}")]
    OtherSite { expected: SiteId, found: SiteId },
    #[error("cannot start the thread `{name}`: {source}")]
    Thread { name: &'static str, source: io::Error },
    #[error("the journal is damaged: {0}")]
    Damaged(#[from] journal::rows::BadRow),
    #[error("the readings of {at} are damaged: {source}")]
    SpoiltReadings { at: Timestamp, source: readings::Spoilt },
    #[error("what the meters used on {day} is damaged: {source}")]
    SpoiltDay { day: i64, source: readings::Spoilt },
    #[error(transparent)]
    Journal(#[from] port::JournalFault),
    #[error("the database refused: {0}")]
    Query(#[from] rusqlite::Error),
    #[error("the desk `{0}` is closed")]
    Closed(&'static str),
}

impl From<LoadError> for StoreError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Row(row) => Self::Damaged(row),
            LoadError::Sqlite(error) => Self::Query(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::actor::port::{Append, Replay};
    use shared::id::{Book, Seq};

    use super::*;
    use sample::Sample;
    use scratch::Scratch;

    fn options() -> Options {
        Options { site: SiteId(1), zone: Zone::utc(), anchor: None }
    }

    #[actix_rt::test]
    async fn what_many_append_at_once_is_there_after_a_restart() {
        let dir = Scratch::new();
        let running = Store::open(dir.root(), options()).unwrap().start().unwrap();
        let mut site = Sample::new(Book::Simulated);
        let journal = running.journal_port();
        let asked: Vec<_> = (0..3_000)
            .map(|n| {
                let records = Arc::new([site.sell(7, 100 + n)]);
                journal.append.send(Append { records })
            })
            .collect();
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer.unwrap(), Ok(()));
        }
        assert!(matches!(Store::open(dir.root(), options()), Err(StoreError::InUse { .. })));
        running.shut_down().await;

        let running = Store::open(dir.root(), options()).unwrap().start().unwrap();
        assert_eq!(running.journal_status().committed.chain, site.chain);
        let mut after = Seq(0);
        let mut seen = 0;
        loop {
            let records =
                running.journal.send(Replay { after, limit: 700 }).await.unwrap().unwrap();
            let Some(last) = records.last() else { break };
            after = last.seq;
            seen += records.len();
        }
        assert_eq!(seen, 3_000);
        running.shut_down().await;
    }
}
