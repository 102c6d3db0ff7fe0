//! The guard: looks every night, and whenever an admin asks, whether everything that must always
//! hold does hold, and raises an alarm where it does not.
//!
//! It reads beside the money path, on a connection of its own and page by page, and rests as long as
//! it worked; so a check takes its time and a sale does not wait for it.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use shared::api::board::{Backups, Board, Loss};
use shared::id::{Book, StaffId};
use shared::invariant::{Finding, Invariant, Outcome, supplies};
use shared::meter::AlarmKind;
use shared::site::Command as Order;
use shared::time::{Span, Timestamp, Zone};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::clocks::Clocks;
use crate::clock::{self, Stopwatch};
use crate::http::state::Billing;
use crate::store::anchor::Recovery;
use crate::store::{Custody, StoreError, invariants, journal, ledger_path};

/// When the nightly check begins, by the site's clock.
const NIGHT: Span = Span::from_hours(3);
/// How often is looked whether it is time. Not one long wait: the wall clock may be set meanwhile.
const LOOK: Duration = Duration::from_secs(2);
/// Looks between two at the disk, which costs a process.
const DISK_LOOKS: u32 = 10;
/// Less than a tenth of the disk is an alarm.
const LEAST_FREE: u64 = 100;
/// A write-ahead log beyond this is not drained any more.
const LARGEST_LOG: u64 = 256 * 1024 * 1024;
const LOGS: [&str; 4] =
    ["ledger.db-wal", "registry.db-wal", "readings-live.db-wal", "readings-simulated.db-wal"];
/// Commands and reports that may wait for a commit.
const MOST_WAITING: u32 = 4_096;

/// What the board shows, and the bell that calls for a check. Shared by all handlers.
#[derive(Debug)]
pub(crate) struct Guard {
    seen: Mutex<Seen>,
    bell: Notify,
    stopping: AtomicBool,
}

#[derive(Clone, Debug)]
struct Seen {
    findings: Vec<Finding>,
    checked: Option<Timestamp>,
    took: Option<Span>,
    running: bool,
    next: Timestamp,
}

/// What was seen at the last look.
#[derive(Default)]
struct Told {
    looks: u32,
    jumped: bool,
    low: bool,
}

/// How much of the folder's disk is free, in thousandths; `None`: nobody can say.
fn free_permille(dir: &Path) -> Option<u64> {
    let asked = Command::new("df").args(["-P", "-k", "--"]).arg(dir).output().ok()?;
    permille_of(&String::from_utf8_lossy(&asked.stdout))
}

/// From the second line of POSIX `df`: name, all, used, free.
fn permille_of(told: &str) -> Option<u64> {
    let mut figures = told.lines().nth(1)?.split_whitespace().skip(1);
    let all: u64 = figures.next()?.parse().ok()?;
    let free: u64 = figures.nth(1)?.parse().ok()?;
    free.checked_mul(1_000)?.checked_div(all)
}

/// What the guard looks at, and where its alarms go.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) custody: Custody,
    pub(crate) billing: Billing,
    pub(crate) clocks: Clocks,
    pub(crate) zone: Zone,
    /// The book whose journal holds what concerns the whole site.
    pub(crate) book: Book,
}

impl Guard {
    pub(crate) fn new(zone: &Zone) -> Arc<Self> {
        let unchecked = |rule| Finding::unchecked(rule, "not yet checked since the server started");
        let seen = Seen {
            findings: Invariant::ALL.map(unchecked).to_vec(),
            checked: None,
            took: None,
            running: false,
            next: next_night(zone, clock::now()),
        };
        let (seen, bell, stopping) = (Mutex::new(seen), Notify::new(), AtomicBool::new(false));
        Arc::new(Self { seen, bell, stopping })
    }

    /// Asks for a check now; one that is under way is enough.
    pub(crate) fn call(&self) {
        let mut seen = self.lock();
        if !seen.running {
            seen.running = true;
            self.bell.notify_one();
        }
    }

    pub(crate) fn board(&self, lost: Option<&Recovery>, backup: Backups) -> Board {
        let Seen { findings, checked, took, running, next } = self.lock().clone();
        let loss = lost.map(|lost| Loss {
            kept: lost.found.seq,
            lost: lost.anchor.chain.seq,
            changed: lost.changed,
            receipts: lost.lost_receipts.clone(),
        });
        Board { findings, checked, took, running, next, loss, backup }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs until `stop` turns true.
    pub(crate) async fn run(self: Arc<Self>, watched: Watched, mut stop: watch::Receiver<bool>) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = Told::default();
        loop {
            let by_somebody = tokio::select! {
                _ = look.tick() => {
                    let now = clock::now();
                    self.conditions(&watched, &mut told).await;
                    // A clock that was set back must not put the next check off for years.
                    let next = next_night(&watched.zone, now);
                    let due = {
                        let mut seen = self.lock();
                        let due = seen.next <= now;
                        seen.next = seen.next.min(next);
                        due
                    };
                    if !due {
                        continue;
                    }
                    false
                }
                () = self.bell.notified() => true,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            self.lock().running = true;
            let looked = tokio::select! {
                findings = self.look(&watched) => Some(findings),
                _ = stop.wait_for(|stop| *stop) => None,
            };
            let Some((findings, took)) = looked else {
                self.stopping.store(true, Ordering::Relaxed);
                return;
            };
            if by_somebody && let Some(jump) = clock::jump() {
                tracing::warn!(
                    "an admin had the journal checked: the clock is believed, {jump:?} on"
                );
                clock::believe();
            }
            self.keep(&watched, findings, took).await;
            // Its alarm has ended then; the next jump, even before the next look, is a new one.
            told.jumped &= clock::jump().is_some();
        }
    }

    /// What does not wait for the night: a clock that was set, a disk that fills.
    async fn conditions(&self, watched: &Watched, told: &mut Told) {
        let jump = clock::jump();
        if let Some(jump) = jump.filter(|_| !told.jumped) {
            let jump = jump.millis();
            tracing::error!(jump, "the wall clock jumped by {jump} ms and is not believed");
            watched.note(AlarmKind::ClockJumped, true).await;
        }
        told.jumped = jump.is_some();
        told.looks += 1;
        if told.looks % DISK_LOOKS != 1 {
            return;
        }
        let dir = watched.custody.dir().to_owned();
        let free = tokio::task::spawn_blocking(move || free_permille(&dir)).await.ok().flatten();
        let low = free.is_some_and(|free| free < LEAST_FREE);
        if low != told.low {
            told.low = low;
            watched.note(AlarmKind::DiskLow, low).await;
        }
    }

    async fn keep(&self, watched: &Watched, findings: Vec<Finding>, took: Span) {
        for found in &findings {
            if let Outcome::Broken(first) = &found.outcome {
                tracing::error!(invariant = found.invariant.code(), "{}: {first}", found.invariant);
            }
        }
        let holds = findings.iter().any(Finding::is_broken);
        {
            let now = clock::now();
            let mut seen = self.lock();
            seen.next = next_night(&watched.zone, now);
            (seen.findings, seen.checked, seen.took) = (findings, Some(now), Some(took));
            seen.running = false;
        }
        watched.note(AlarmKind::InvariantBroken, holds).await;
        // While it is not believed the alarm stays, whatever a nightly check has found.
        if clock::jump().is_none() {
            watched.note(AlarmKind::ClockJumped, false).await;
        }
    }

    async fn look(self: &Arc<Self>, watched: &Watched) -> (Vec<Finding>, Span) {
        let began = Stopwatch::start();
        let mut findings = match self.ask_journal(watched.custody.clone()).await {
            Ok(findings) => findings,
            Err(error) => {
                let why = format!("the journal cannot be read: {error}");
                tracing::error!(%error, "the invariants cannot be checked");
                Invariant::ALL.map(|rule| Finding::unchecked(rule, &why)).to_vec()
            }
        };
        for more in [watched.supplies().await, crate::http::routes::check(), watched.bounds().await]
        {
            match findings.iter_mut().find(|found| found.invariant == more.invariant) {
                Some(found) if found.checked > 0 || found.is_broken() => {
                    *found = found.clone().and(more);
                }
                Some(found) => *found = more,
                None => findings.push(more),
            }
        }
        findings.sort_by_key(|found| found.invariant);
        let took = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        (findings, Span::from_millis(took))
    }

    /// On a thread of its own, which works at most half of the time.
    async fn ask_journal(self: &Arc<Self>, custody: Custody) -> Result<Vec<Finding>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let guard = Arc::clone(self);
        let look = move || {
            let promised = custody.promised()?;
            let db = journal::open_read_only(&ledger_path(custody.dir()))?;
            invariants::check(&db, &promised, |took| {
                thread::park_timeout(took);
                !guard.stopping.load(Ordering::Relaxed)
            })
        };
        thread::Builder::new()
            .name("guard".to_owned())
            .spawn(move || {
                // Nobody listens any more where the server is stopping.
                answer.send(look()).ok();
            })
            .map_err(|source| StoreError::Thread { name: "guard", source })?;
        answered.await.unwrap_or(Err(StoreError::Closed("guard")))
    }
}

impl Watched {
    /// Raises or clears an alarm of the whole site. A journal that cannot be written has an alarm of
    /// its own.
    pub(crate) async fn note(&self, kind: AlarmKind, holds: bool) {
        let command = Order::NoteCondition { kind, holds };
        let now = self.clocks.now(self.book);
        if self.billing.order(self.book, now, StaffId(0), None, command).await.is_err() {
            tracing::warn!(?kind, holds, "an alarm could not be kept");
        }
    }

    async fn supplies(&self) -> Finding {
        match self.billing.supplies().await {
            Ok(seen) => supplies(&seen),
            Err(_stopped) => {
                Finding::unchecked(Invariant::Supply, "the billing supervisor does not answer")
            }
        }
    }

    /// I12: what may grow, against how far it may.
    async fn bounds(&self) -> Finding {
        let rule = Invariant::Bounds;
        let Ok(status) = self.billing.status().await else {
            return Finding::unchecked(rule, "the billing supervisor does not answer");
        };
        let mut offence = status.halted.map(|why| format!("money stands still: {why}"));
        if status.waiting > MOST_WAITING {
            offence = offence.or(Some(format!("{} requests wait for a commit", status.waiting)));
        }
        let mut looked = 2;
        for log in LOGS {
            let size = std::fs::metadata(self.custody.dir().join(log)).map_or(0, |file| file.len());
            looked += 1;
            if size > LARGEST_LOG {
                offence = offence.or(Some(format!("{log} has grown to {size} bytes")));
            }
        }
        Finding::new(rule, looked, offence)
    }
}

/// The next three o'clock after `now`.
fn next_night(zone: &Zone, now: Timestamp) -> Timestamp {
    let today = zone.start_of(zone.date(now)) + NIGHT;
    if today > now { today } else { zone.next_midnight(now) + NIGHT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_check_is_at_three_by_the_sites_clock() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let at = |text| Timestamp::parse(text).unwrap();
        for (now, next) in [
            ("2026-07-01T02:59:59+08:00", "2026-07-01T03:00:00+08:00"),
            ("2026-07-01T03:00:00+08:00", "2026-07-02T03:00:00+08:00"),
            ("2026-12-31T23:00:00+08:00", "2027-01-01T03:00:00+08:00"),
        ] {
            assert_eq!(next_night(&zone, at(now)), at(next), "{now}");
        }
    }

    #[test]
    fn the_free_part_of_a_disk_is_read_from_what_df_says() {
        let told = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                    /dev/vda 1000000 930000 70000 93% /\n";
        assert_eq!(permille_of(told), Some(70));
        assert_eq!(permille_of("df: no such file\n"), None);
        assert!(free_permille(Path::new("/")).is_some_and(|free| free <= 1_000));
    }

    #[test]
    fn before_the_first_check_nothing_is_green() {
        let board = Guard::new(&Zone::utc()).board(None, Backups::default());
        assert_eq!(board.findings.len(), 12);
        assert!(board.findings.iter().all(|found| matches!(found.outcome, Outcome::Unchecked(_))));
        assert_eq!((board.checked, board.running), (None, false));
    }
}
