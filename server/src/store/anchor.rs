//! The anchor: the head of the chain in a file of its own, outside the database.
//!
//! After damage to its write-ahead log SQLite opens an older state with all checks green and the
//! books balanced; only a head that is kept elsewhere shows that something is missing.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::id::{Book, ReceiptNo};
use shared::ledger::Chain;

use crate::store::StoreError;

/// What was on the disk for certain when the anchor was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    pub chain: Chain,
    /// The last receipt of each book; 0 where there is none.
    pub live_receipts: ReceiptNo,
    pub simulated_receipts: ReceiptNo,
}

impl Anchor {
    pub fn receipts(&self, book: Book) -> ReceiptNo {
        match book {
            Book::Live => self.live_receipts,
            Book::Simulated => self.simulated_receipts,
        }
    }

    pub(crate) fn receipts_mut(&mut self, book: Book) -> &mut ReceiptNo {
        match book {
            Book::Live => &mut self.live_receipts,
            Book::Simulated => &mut self.simulated_receipts,
        }
    }

    /// `None`: there is no anchor yet.
    pub fn load(path: &Path) -> Result<Option<Self>, StoreError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(StoreError::File { what: "read", path: path.to_owned(), source });
            }
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|source| StoreError::BadAnchor { path: path.to_owned(), source })
    }

    /// Written beside, synced, then moved over the old one: there is always a whole anchor.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut file = File::create(&beside)?;
        let text = serde_json::to_string(self).expect("an anchor has only plain fields");
        writeln!(file, "{text}")?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            Some(_) | None => Ok(()),
        }
    }
}

/// How the journal stands against its anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The journal holds everything that the anchor knows.
    Sound,
    /// Records that were once safe are missing or changed: nothing is sold until an admin accepts.
    Recovery(Recovery),
}

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    pub anchor: Anchor,
    /// Where the journal ends now.
    pub found: Chain,
    /// The journal is long enough, but another record stands where the anchor was set.
    pub changed: bool,
    /// Receipts that were handed out and are not in the journal any more: book, first, last.
    pub lost_receipts: Vec<(Book, ReceiptNo, ReceiptNo)>,
}

impl Recovery {
    /// One sentence for the log and the screen.
    pub fn sentence(&self) -> String {
        let (anchor, found) = (self.anchor.chain.seq, self.found.seq);
        let what = if self.changed {
            format!("record {anchor} of the journal is not the one that was anchored")
        } else {
            format!("the journal ends at record {found}, but record {anchor} was once safe")
        };
        let lost: Vec<String> = self
            .lost_receipts
            .iter()
            .map(|(book, first, last)| format!("{book:?} {first} to {last}").to_lowercase())
            .collect();
        let receipts = match lost.as_slice() {
            [] => "no receipt is lost".to_owned(),
            [..] => format!("lost receipts: {}", lost.join(", ")),
        };
        format!("{what}; {receipts}; restore a newer copy or let an admin accept the loss")
    }
}

/// Writes the newest head, at most once a second, on its own thread: its sync never delays a sale.
#[derive(Debug)]
pub struct AnchorKeeper {
    slot: Arc<Slot>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Slot {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    newest: Option<Anchor>,
    closing: bool,
}

const PACE: Duration = Duration::from_secs(1);

impl AnchorKeeper {
    pub fn start(path: PathBuf) -> io::Result<Self> {
        let slot = Arc::new(Slot::default());
        let theirs = Arc::clone(&slot);
        let thread =
            thread::Builder::new().name("anchor".to_owned()).spawn(move || keep(&theirs, &path))?;
        Ok(Self { slot, thread: Some(thread) })
    }

    /// Remembers the newest head; the file follows within a second.
    pub fn set(&self, anchor: Anchor) {
        self.slot.lock().newest = Some(anchor);
        self.slot.changed.notify_one();
    }
}

impl Drop for AnchorKeeper {
    /// Writes what is still waiting.
    fn drop(&mut self) {
        self.slot.lock().closing = true;
        self.slot.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the anchor's thread ended in a panic");
        }
    }
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding the anchor's slot")
    }
}

fn keep(slot: &Slot, path: &Path) {
    loop {
        let waiting = slot
            .changed
            .wait_while(slot.lock(), |state| state.newest.is_none() && !state.closing)
            .map(|mut state| (state.newest.take(), state.closing))
            .expect("nobody panics while holding the anchor's slot");
        let (newest, closing) = waiting;
        if let Some(anchor) = newest
            && let Err(error) = anchor.save(path)
        {
            // Not fatal: the journal is whole, only its witness is late. The next head tries again.
            tracing::error!(path = %path.display(), %error, "the anchor cannot be written");
        }
        if closing {
            return;
        }
        drop(
            slot.changed
                .wait_timeout_while(slot.lock(), PACE, |state| !state.closing)
                .expect("nobody panics while holding the anchor's slot"),
        );
    }
}

#[cfg(test)]
mod tests {
    use shared::id::{Seq, SiteId};
    use shared::ledger::Hash;

    use super::*;
    use crate::store::scratch::Scratch;

    fn anchor(seq: u64) -> Anchor {
        Anchor {
            chain: Chain { site: SiteId(1), seq: Seq(seq), head: Hash([7; 32]) },
            live_receipts: ReceiptNo(3),
            simulated_receipts: ReceiptNo(0),
        }
    }

    #[test]
    fn the_newest_head_is_on_the_disk_when_the_keeper_is_gone() {
        let dir = Scratch::new();
        let path = dir.path("anchor.json");
        assert_eq!(Anchor::load(&path).unwrap(), None);
        let keeper = AnchorKeeper::start(path.clone()).unwrap();
        for seq in 1..=100 {
            keeper.set(anchor(seq));
        }
        drop(keeper);
        assert_eq!(Anchor::load(&path).unwrap(), Some(anchor(100)));
    }

    #[test]
    fn a_spoilt_anchor_is_an_error_and_not_an_absent_one() {
        let dir = Scratch::new();
        let path = dir.path("anchor.json");
        fs::write(&path, "{}").unwrap();
        assert!(matches!(Anchor::load(&path), Err(StoreError::BadAnchor { .. })));
    }
}
