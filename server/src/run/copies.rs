//! Copies that the server makes by itself: each is restored into a scratch folder and proven there
//! before it counts, and then sealed where that was asked for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::api::board::{BackupPlan, BackupRow, Backups};
use shared::id::{Seq, SiteId};
use shared::meter::AlarmKind;
use shared::time::{Span, Timestamp, Zone};
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::guard::Watched;
use crate::clock::{self, Stopwatch};
use crate::config::backup::{Schedule, Wanted};
use crate::store::archive;
use crate::store::backup::{BackupError, backup, drill};

/// How often is looked whether it is time.
const LOOK: Duration = Duration::from_secs(20);

/// What the board shows of the copies, and the bell that calls for one.
#[derive(Debug)]
pub(crate) struct Copies {
    wanted: Option<Wanted>,
    site: SiteId,
    seen: Mutex<Seen>,
    bell: Notify,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    running: bool,
    next: Timestamp,
    last: Option<BackupRow>,
}

impl Copies {
    pub(crate) fn new(wanted: Option<Wanted>, site: SiteId, zone: &Zone) -> Arc<Self> {
        let next = wanted.as_ref().map(|wanted| next(wanted.schedule, zone, clock::now()));
        let seen = Seen { next: next.unwrap_or_default(), ..Seen::default() };
        Arc::new(Self { wanted, site, seen: Mutex::new(seen), bell: Notify::new() })
    }

    pub(crate) fn shown(&self) -> Backups {
        let Seen { running, next, last } = self.lock().clone();
        let plan = self.wanted.as_ref().map(|wanted| BackupPlan {
            folder: wanted.folder.display().to_string(),
            next,
            keep: wanted.keep,
            encrypted: !wanted.recipients.is_empty(),
        });
        Backups { plan, running, last }
    }

    /// Asks for a copy now; false where no folder is set.
    pub(crate) fn call(&self) -> bool {
        let mut seen = self.lock();
        if self.wanted.is_some() && !seen.running {
            seen.running = true;
            self.bell.notify_one();
        }
        self.wanted.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs until `stop` turns true; a copy that is being made then is made to its end.
    pub(crate) async fn run(self: Arc<Self>, watched: Watched, mut stop: watch::Receiver<bool>) {
        let Some(wanted) = self.wanted.clone() else { return };
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => {
                    let due = clock::now() >= self.lock().next;
                    if !due {
                        continue;
                    }
                }
                () = self.bell.notified() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            self.lock().running = true;
            let (now, watch) = (clock::now(), Stopwatch::start());
            let name = name(self.site, &watched.zone, now);
            let (data, task, called) =
                (watched.custody.dir().to_owned(), wanted.clone(), name.clone());
            let made = tokio::task::spawn_blocking(move || make(&data, &task, &called)).await;
            let made = made.unwrap_or_else(|panic| Err(format!("the copying broke off: {panic}")));
            if let Err(why) = &made {
                tracing::error!("the backup {name} failed: {why}");
            }
            let took = i64::try_from(watch.elapsed().as_millis()).unwrap_or(i64::MAX);
            let (proven, fault, name) = match made {
                Ok((seq, name)) => (Some(seq), None, name),
                Err(why) => (None, Some(why), name),
            };
            let failed = fault.is_some();
            {
                let mut seen = self.lock();
                seen.running = false;
                seen.next = next(wanted.schedule, &watched.zone, clock::now());
                let took = Span::from_millis(took);
                seen.last = Some(BackupRow { at: now, took, proven, name, fault });
            }
            watched.note(AlarmKind::BackupFailed, failed).await;
        }
    }
}

/// Copies, proves the copy where it would be restored, seals it, and lets the oldest go.
fn make(data: &Path, wanted: &Wanted, name: &str) -> Result<(Seq, String), String> {
    let Wanted { folder, keep, recipients, .. } = wanted;
    let said = |error: BackupError| error.to_string();
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    let scratch = data.join("drill");
    clear(&scratch)?;
    let seq = if recipients.is_empty() {
        let copy = folder.join(name);
        backup(data, &copy).map_err(said)?;
        drill(&copy, &scratch).map_err(said)?.sound.tail.chain.seq
    } else {
        // In the clear it stands only where the site itself does.
        let plain = data.join("unsealed");
        clear(&plain)?;
        backup(data, &plain).map_err(said)?;
        let seq = drill(&plain, &scratch).map_err(said)?.sound.tail.chain.seq;
        let sealed = folder.join(format!("{name}.tar.age"));
        archive::seal(&plain, &sealed, recipients).map_err(|error| error.to_string())?;
        clear(&plain)?;
        seq
    };
    let kept = prune(folder, name, *keep)
        .map_err(|error| format!("cannot remove an old copy in {}: {error}", folder.display()))?;
    Ok((seq, kept.unwrap_or_else(|| name.to_owned())))
}

fn clear(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("cannot clear {}: {error}", folder.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Such as `meterhouse-1-20260701-023000042`: by name is by time, and two calls do not meet.
fn name(site: SiteId, zone: &Zone, now: Timestamp) -> String {
    let at = zone.civil(now);
    format!("meterhouse-{site}-{}", at.strftime("%Y%m%d-%H%M%S%3f"))
}

/// Removes what is older than the newest `keep` copies of this site; gives the newest's file name.
fn prune(folder: &Path, newest: &str, keep: u32) -> io::Result<Option<String>> {
    let Some((series, _time)) = newest.rsplit_once('-').and_then(|(rest, _)| rest.rsplit_once('-'))
    else {
        return Ok(None);
    };
    let mut copies: Vec<(String, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = name.strip_prefix(series).is_some_and(|rest| rest.starts_with('-'));
        let unfinished = entry.path().extension().is_some_and(|last| last == "part");
        if ours && !unfinished {
            copies.push((name, entry.path()));
        }
    }
    copies.sort();
    let surplus = copies.len().saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
    for (_, path) in copies.iter().take(surplus) {
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    Ok(copies.into_iter().rev().map(|(name, _)| name).find(|name| name.starts_with(newest)))
}

/// When the next copy is due after `now`, by the site's clock.
fn next(schedule: Schedule, zone: &Zone, now: Timestamp) -> Timestamp {
    let (midnight, tomorrow) = (zone.start_of(zone.date(now)), zone.next_midnight(now));
    match schedule {
        Schedule::At(time) => {
            let today = midnight + time;
            if today > now { today } else { tomorrow + time }
        }
        Schedule::Every(span) => {
            let step = span.millis().max(1);
            let rounds = (now - midnight).millis() / step + 1;
            (midnight + Span::from_millis(rounds * step)).min(tomorrow)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_due_at_their_time_or_at_even_spans_of_the_day() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let at = |text| Timestamp::parse(text).unwrap();
        let half_past_two = Schedule::At(Span::from_mins(150));
        let six_hours = Schedule::Every(Span::from_hours(6));
        for (schedule, now, due) in [
            (half_past_two, "2026-07-01T02:29:59+08:00", "2026-07-01T02:30:00+08:00"),
            (half_past_two, "2026-07-01T02:30:00+08:00", "2026-07-02T02:30:00+08:00"),
            (six_hours, "2026-07-01T00:00:00+08:00", "2026-07-01T06:00:00+08:00"),
            (six_hours, "2026-07-01T17:59:59+08:00", "2026-07-01T18:00:00+08:00"),
            (six_hours, "2026-07-01T18:00:00+08:00", "2026-07-02T00:00:00+08:00"),
        ] {
            assert_eq!(next(schedule, &zone, at(now)), at(due), "{now}");
        }
    }
}
