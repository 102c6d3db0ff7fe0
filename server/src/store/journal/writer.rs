//! The one writer of the journal: a thread that takes what waits, checks that it continues the
//! chain, commits it in one transaction and answers only then.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, ErrorCode};
use shared::actor::port::JournalFault;
use shared::id::SiteId;
use shared::ledger::Record;
use tokio::sync::{mpsc, oneshot};

use crate::store::StoreError;
use crate::store::anchor::{Anchor, AnchorKeeper, Recovery, Standing};
use crate::store::journal::LEDGER;
use crate::store::journal::follow::{Followed, add_up, compare, follow, tail_of};
use crate::store::journal::rows;

/// At most this many requests share a commit. Collecting never waits for more to come: while one
/// group is being synced the next one gathers by itself.
const GROUP: usize = 1_024;

/// What the writer is asked.
#[derive(Debug)]
pub(crate) enum Job {
    Append {
        records: Arc<[Record]>,
        answer: oneshot::Sender<Result<(), JournalFault>>,
    },
    /// An admin accepts that records are lost; the chain goes on from where it ends now.
    Accept {
        answer: oneshot::Sender<Result<(), JournalFault>>,
    },
}

/// Where the journal stands, for operators and `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalStatus {
    /// What is on the disk for certain.
    pub committed: Anchor,
    pub standing: Standing,
    /// Why the last write failed; `None` after a good one.
    pub fault: Option<String>,
}

pub(crate) type SharedStatus = Arc<Mutex<JournalStatus>>;

#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    anchor_path: PathBuf,
    /// `None` after a fault: what a file does after a failed write or sync is not known, so it is
    /// opened and read again before the next commit.
    db: Option<Connection>,
    tail: Anchor,
    recovery: Option<Recovery>,
    keeper: AnchorKeeper,
    status: SharedStatus,
}

/// Records, and who waits for them to be on the disk.
type Waiting = (Arc<[Record]>, oneshot::Sender<Result<(), JournalFault>>);

impl Writer {
    pub fn open(path: PathBuf, anchor_path: PathBuf, site: SiteId) -> Result<Self, StoreError> {
        let db = LEDGER.open(&path)?;
        let tail = tail_of(&db, site)?;
        let standing = compare(&db, tail, Anchor::load(&anchor_path)?)?;
        let keeper = AnchorKeeper::start(anchor_path.clone())
            .map_err(|source| StoreError::Thread { name: "anchor", source })?;
        let recovery = match &standing {
            Standing::Sound => None,
            Standing::Recovery(recovery) => Some(recovery.clone()),
        };
        let status = JournalStatus { committed: tail, standing, fault: None };
        let status = Arc::new(Mutex::new(status));
        Ok(Self { path, anchor_path, db: Some(db), tail, recovery, keeper, status })
    }

    pub(crate) fn status(&self) -> SharedStatus {
        Arc::clone(&self.status)
    }

    /// Serves until nobody can ask any more, then leaves a fresh anchor behind.
    pub(crate) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut group = Vec::with_capacity(GROUP);
        while let Some(first) = jobs.blocking_recv() {
            let mut next = Some(first);
            while let Some(job) = next.take() {
                match job {
                    Job::Append { records, answer } => group.push((records, answer)),
                    Job::Accept { answer } => {
                        self.commit(&mut group);
                        answer.send(self.accept()).ok();
                    }
                }
                if group.len() < GROUP {
                    next = jobs.try_recv().ok();
                }
            }
            self.commit(&mut group);
        }
    }

    pub(crate) fn commit(&mut self, group: &mut Vec<Waiting>) {
        if group.is_empty() {
            return;
        }
        let batches: Vec<Arc<[Record]>> =
            group.iter().map(|(records, _)| Arc::clone(records)).collect();
        let answers = self.append_all(&batches);
        for ((_, answer), outcome) in group.drain(..).zip(answers) {
            // Whoever asked may have gone away; the records are safe all the same.
            answer.send(outcome).ok();
        }
    }

    /// One transaction for the whole group; a request that does not continue the chain is refused
    /// alone, a fault of the disk is everybody's.
    pub fn append_all(&mut self, batches: &[Arc<[Record]>]) -> Vec<Result<(), JournalFault>> {
        let outcome = self.ready().and_then(|()| self.write(batches));
        let mut status = self.status.lock().expect("nobody panics while holding the status");
        status.committed = self.tail;
        status.fault = outcome.as_ref().err().map(ToString::to_string);
        match outcome {
            Ok(answers) => answers,
            Err(fault) => {
                tracing::error!(%fault, "the journal took nothing");
                batches.iter().map(|_| Err(fault.clone())).collect()
            }
        }
    }

    /// Opens the file again after a fault.
    fn ready(&mut self) -> Result<(), JournalFault> {
        if let Some(recovery) = &self.recovery {
            return Err(JournalFault::Write(recovery.sentence()));
        }
        if self.db.is_some() {
            return Ok(());
        }
        let open = || -> Result<(Connection, Anchor), StoreError> {
            let db = LEDGER.open(&self.path)?;
            // Moves everything that was recovered into the file and syncs it, so that what is
            // found now is also what will be found later.
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))?;
            let tail = tail_of(&db, self.tail.chain.site)?;
            Ok((db, tail))
        };
        let (db, tail) = open().map_err(|error| fault_of_open(&error))?;
        if tail.chain.seq < self.tail.chain.seq {
            let (found, known) = (tail.chain.seq, self.tail.chain.seq);
            return Err(JournalFault::Read(format!(
                "it ends at record {found}, but record {known} was written"
            )));
        }
        self.db = Some(db);
        self.tail = tail;
        Ok(())
    }

    fn write(
        &mut self,
        batches: &[Arc<[Record]>],
    ) -> Result<Vec<Result<(), JournalFault>>, JournalFault> {
        let Some(db) = self.db.as_mut() else {
            return Err(JournalFault::Closed);
        };
        let mut tail = self.tail;
        let mut sums = BTreeMap::new();
        let mut write = || -> rusqlite::Result<Vec<Result<(), JournalFault>>> {
            let transaction = db.transaction()?;
            let mut answers = Vec::with_capacity(batches.len());
            for records in batches {
                answers.push(match follow(&transaction, &mut tail, records)? {
                    Followed::New(facts) => {
                        for (record, facts) in records.iter().zip(&facts) {
                            rows::insert(&transaction, record, facts)?;
                            add_up(&mut sums, record);
                        }
                        Ok(())
                    }
                    Followed::Known => Ok(()),
                    Followed::Not(why) => Err(JournalFault::Chain(why)),
                });
            }
            for ((book, code, account), amount) in &sums {
                rows::add_to_balance(&transaction, *book, *code, *account, *amount)?;
            }
            transaction.commit()?;
            Ok(answers)
        };
        match write() {
            Ok(answers) => {
                if self.tail != tail {
                    self.tail = tail;
                    self.keeper.set(tail);
                }
                Ok(answers)
            }
            Err(error) => {
                self.db = None;
                Err(fault_of(&error))
            }
        }
    }

    fn accept(&mut self) -> Result<(), JournalFault> {
        self.tail
            .save(&self.anchor_path)
            .map_err(|error| JournalFault::Write(format!("the anchor: {error}")))?;
        self.recovery = None;
        let mut status = self.status.lock().expect("nobody panics while holding the status");
        status.standing = Standing::Sound;
        Ok(())
    }
}

fn fault_of_open(error: &StoreError) -> JournalFault {
    if let StoreError::Query(source) | StoreError::Open { source, .. } = error {
        fault_of(source)
    } else {
        JournalFault::Write(error.to_string())
    }
}

/// What a refusal of SQLite means for the money.
pub(crate) fn fault_of(error: &rusqlite::Error) -> JournalFault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => JournalFault::Full(error.to_string()),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            JournalFault::Read(error.to_string())
        }
        Some(_) | None => JournalFault::Write(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use shared::id::{Book, ReceiptNo, Seq};

    use super::*;
    use crate::store::sample::Sample;
    use crate::store::scratch::Scratch;

    fn open(dir: &Scratch) -> Writer {
        Writer::open(dir.path("ledger.db"), dir.path("anchor.json"), SiteId(1)).unwrap()
    }

    fn batch(records: Vec<Record>) -> Arc<[Record]> {
        records.into()
    }

    fn written(dir: &Scratch) -> Vec<Record> {
        let db = LEDGER.open_read_only(&dir.path("ledger.db")).unwrap();
        rows::load(&db, Seq(0), 10_000).unwrap()
    }

    #[test]
    fn what_was_appended_is_read_back_as_it_was() {
        let dir = Scratch::new();
        let mut site = Sample::new(Book::Live);
        let records =
            vec![site.open(7), site.sell(7, 5_000), site.settle(7, 120), site.reverse(7, 1, 5_000)];
        assert_eq!(open(&dir).append_all(&[batch(records.clone())]), [Ok(())]);
        assert_eq!(written(&dir), records);
        let db = LEDGER.open_read_only(&dir.path("ledger.db")).unwrap();
        let credit: i64 = db
            .query_row("SELECT amount FROM balance WHERE code = 'prepaid'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(credit, 120);
    }

    #[test]
    fn a_request_that_does_not_continue_the_chain_is_refused_alone() {
        let dir = Scratch::new();
        let mut site = Sample::new(Book::Live);
        let (first, second, third) = (site.open(7), site.sell(7, 100), site.sell(7, 200));
        let mut forged = third.clone();
        forged.body = forged.body.replace("200", "900");
        let answers = open(&dir).append_all(&[
            batch(vec![first.clone()]),
            batch(vec![third.clone()]),
            batch(vec![second.clone()]),
            batch(vec![forged]),
            batch(vec![third.clone()]),
        ]);
        let taken: Vec<bool> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(taken, [true, false, true, false, true]);
        assert!(matches!(answers[1], Err(JournalFault::Chain(_))), "{:?}", answers[1]);
        assert_eq!(written(&dir), [first, second, third]);
    }

    #[test]
    fn the_same_records_again_are_safe_already() {
        let dir = Scratch::new();
        let mut site = Sample::new(Book::Live);
        let records = batch(vec![site.open(7), site.sell(7, 100)]);
        let mut writer = open(&dir);
        assert_eq!(writer.append_all(&[Arc::clone(&records)]), [Ok(())]);
        assert_eq!(writer.append_all(&[records]), [Ok(())]);
        assert_eq!(written(&dir).len(), 2);
    }

    #[test]
    fn a_key_is_taken_once_and_receipts_have_no_gap() {
        let dir = Scratch::new();
        let mut writer = open(&dir);
        let mut site = Sample::new(Book::Live);
        let mut twin = site.clone();
        assert_eq!(writer.append_all(&[batch(vec![site.sell(7, 100)])]), [Ok(())]);
        twin.chain = site.chain;
        let refused = writer.append_all(&[batch(vec![twin.sell(7, 100)])]);
        let Err(JournalFault::Chain(why)) = &refused[0] else { panic!("{refused:?}") };
        assert!(why.contains("receipt 1; 2 is next"), "{why}");
        twin.chain = site.chain;
        let mut other = twin.sell(7, 100);
        other.key = Some("0000000000000001".to_owned().try_into().unwrap());
        let mut chain = site.chain;
        let again = chain.seal(shared::ledger::Draft {
            at: other.at,
            book: other.book,
            by: other.by,
            key: other.key,
            body: other.body,
            postings: other.postings,
        });
        let refused = writer.append_all(&[batch(vec![again])]);
        let Err(JournalFault::Chain(why)) = &refused[0] else { panic!("{refused:?}") };
        assert!(why.contains("was used before"), "{why}");
    }

    #[test]
    fn a_full_disk_keeps_nothing_and_the_next_append_tries_again() {
        let dir = Scratch::new();
        let mut writer = open(&dir);
        let mut site = Sample::new(Book::Live);
        let first = batch(vec![site.open(7)]);
        assert_eq!(writer.append_all(&[Arc::clone(&first)]), [Ok(())]);
        let db = writer.db.as_ref().unwrap();
        let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        db.pragma_update_and_check(None, "max_page_count", pages, |_row| Ok(())).unwrap();
        let many = batch((0..2_000).map(|_| site.settle(7, 10)).collect());
        let refused = writer.append_all(&[Arc::clone(&many)]);
        assert!(matches!(refused[0], Err(JournalFault::Full(_))), "{refused:?}");
        assert_eq!(written(&dir).len(), 1);
        assert!(writer.status.lock().unwrap().fault.is_some());
        assert_eq!(writer.append_all(&[many]), [Ok(())]);
        assert_eq!(written(&dir).len(), 2_001);
        assert_eq!(writer.status.lock().unwrap().fault, None);
    }

    #[test]
    fn rows_of_the_journal_cannot_be_changed_or_deleted() {
        let dir = Scratch::new();
        let mut writer = open(&dir);
        let mut site = Sample::new(Book::Live);
        assert_eq!(writer.append_all(&[batch(vec![site.open(7), site.sell(7, 100)])]), [Ok(())]);
        let db = writer.db.as_ref().unwrap();
        for sql in [
            "UPDATE record SET at = 0",
            "DELETE FROM record",
            "UPDATE posting SET amount = 0",
            "DELETE FROM posting",
            "UPDATE receipt SET no = 9",
            "DELETE FROM receipt",
        ] {
            let refused = db.execute_batch(sql).unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{sql}: {refused}");
        }
    }

    #[test]
    fn a_journal_behind_its_anchor_takes_nothing_until_the_loss_is_accepted() {
        let dir = Scratch::new();
        let mut site = Sample::new(Book::Live);
        let safe = batch(vec![site.open(7), site.sell(7, 100)]);
        let mut fork = site.clone();
        let lost = batch(vec![site.sell(7, 200), site.sell(7, 300)]);
        let mut writer = open(&dir);
        assert_eq!(writer.append_all(&[safe]), [Ok(())]);
        drop(writer);
        std::fs::copy(dir.path("ledger.db"), dir.path("older.db")).unwrap();
        let mut writer = open(&dir);
        assert_eq!(writer.append_all(&[lost]), [Ok(())]);
        drop(writer);
        std::fs::rename(dir.path("older.db"), dir.path("ledger.db")).unwrap();

        let mut writer = open(&dir);
        let Standing::Recovery(recovery) = writer.status.lock().unwrap().standing.clone() else {
            panic!("the loss was not seen");
        };
        assert_eq!(recovery.lost_receipts, [(Book::Live, ReceiptNo(2), ReceiptNo(3))]);
        assert!(!recovery.changed);
        let next = batch(vec![fork.sell(7, 400)]);
        assert!(writer.append_all(&[Arc::clone(&next)])[0].is_err());
        assert_eq!(writer.accept(), Ok(()));
        assert_eq!(writer.append_all(&[next]), [Ok(())]);
        drop(writer);
        assert_eq!(open(&dir).status.lock().unwrap().standing, Standing::Sound);
    }

    #[test]
    fn another_history_of_the_same_length_is_seen() {
        let (dir, other) = (Scratch::new(), Scratch::new());
        let mut site = Sample::new(Book::Live);
        assert_eq!(open(&dir).append_all(&[batch(vec![site.open(7)])]), [Ok(())]);
        let mut site = Sample::new(Book::Live);
        assert_eq!(open(&other).append_all(&[batch(vec![site.open(8)])]), [Ok(())]);
        std::fs::copy(other.path("ledger.db"), dir.path("ledger.db")).unwrap();
        let writer = open(&dir);
        let status = writer.status.lock().unwrap().clone();
        let Standing::Recovery(recovery) = status.standing else { panic!("{status:?}") };
        assert!(recovery.changed && recovery.lost_receipts.is_empty());
    }
}
