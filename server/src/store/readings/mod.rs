//! Readings: a file a book, because the clocks of the two books are not the same, each is compacted
//! by its own, and a simulated history can be thrown away without touching the real one.

mod block;
mod codec;
pub mod day;
mod gather;
mod grid;
pub mod load;
mod old;
mod pack;
pub mod query;
mod round;
pub mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix::{Actor, Context, Handler, Message};
use shared::actor::port::{KeepReadings, ReadingKept};
use shared::id::Book;
use shared::time::{Timestamp, Zone};

use crate::store::StoreError;
use crate::store::desk::Desk;
use crate::store::schema::Schema;
use gather::Gather;
use writer::ReadingsWriter;

pub use pack::Spoilt;

/// `readings-live.db` and `readings-simulated.db`.
pub const READINGS: Schema = Schema {
    name: "readings",
    application_id: 0x4d48_5231, // "MHR1"
    steps: &[
        include_str!("../../../migrations/readings_1.sql"),
        include_str!("../../../migrations/readings_2.sql"),
    ],
};

/// How many rounds may wait; after that rounds are dropped, because registers are cumulative and
/// the next round tells more than the one that waited.
const WAITING: usize = 256;

/// Rounds that share a transaction.
const GROUP: usize = 64;

pub fn path(dir: &Path, book: Book) -> PathBuf {
    dir.join(match book {
        Book::Live => "readings-live.db",
        Book::Simulated => "readings-simulated.db",
    })
}

/// How long readings of real meters wait for others. The screens have them from memory; what a power
/// cut takes is read again.
const PATIENCE: Duration = Duration::from_secs(1);

type Round = (Timestamp, Arc<[ReadingKept]>);

/// The writers of both books.
#[derive(Debug)]
pub struct ReadingsActor {
    live: Option<SyncSender<Round>>,
    simulated: Option<SyncSender<Round>>,
    dropped: u64,
}

/// Reads one book beside its writer.
#[derive(Clone, Debug)]
pub struct ReadingsDesks {
    pub live: Desk,
    pub simulated: Desk,
}

impl ReadingsDesks {
    pub fn of(&self, book: Book) -> &Desk {
        match book {
            Book::Live => &self.live,
            Book::Simulated => &self.simulated,
        }
    }
}

/// Opens both files and starts their threads.
pub(crate) fn start(
    dir: &Path,
    zone: &Zone,
) -> Result<(ReadingsActor, ReadingsDesks, Vec<JoinHandle<()>>), StoreError> {
    let (live, live_desk, live_thread) = start_book(dir, Book::Live, zone)?;
    let (simulated, simulated_desk, simulated_thread) = start_book(dir, Book::Simulated, zone)?;
    let actor = ReadingsActor { live: Some(live), simulated: Some(simulated), dropped: 0 };
    let desks = ReadingsDesks { live: live_desk, simulated: simulated_desk };
    Ok((actor, desks, vec![live_thread, simulated_thread]))
}

fn start_book(
    dir: &Path,
    book: Book,
    zone: &Zone,
) -> Result<(SyncSender<Round>, Desk, JoinHandle<()>), StoreError> {
    let file = path(dir, book);
    let writer = ReadingsWriter::open(&file, zone.clone())?;
    let desk = Desk::start("readings", READINGS.open_read_only(&file)?)?;
    let (rounds, waiting) = sync_channel(WAITING);
    // A simulated book is settled in whole rounds.
    let patience = match book {
        Book::Live => PATIENCE,
        Book::Simulated => Duration::ZERO,
    };
    let thread = thread::Builder::new()
        .name("readings".to_owned())
        .spawn(move || write(writer, &waiting, Gather::new(patience)))
        .map_err(|source| StoreError::Thread { name: "readings", source })?;
    Ok((rounds, desk, thread))
}

fn write(mut writer: ReadingsWriter, waiting: &Receiver<Round>, mut gather: Gather) {
    let mut group = Vec::with_capacity(GROUP);
    let mut open = true;
    while open {
        let next = match gather.wait() {
            Some(wait) => waiting.recv_timeout(wait),
            None => waiting.recv().map_err(|_closed| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(round) => gather.take(round, &mut group),
            Err(RecvTimeoutError::Timeout) => gather.end(&mut group),
            Err(RecvTimeoutError::Disconnected) => {
                gather.end(&mut group);
                open = false;
            }
        }
        while group.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            gather.take(next, &mut group);
        }
        if group.is_empty() {
            continue;
        }
        if let Err(error) = writer.keep(&group) {
            tracing::error!(%error, rounds = group.len(), "readings were not kept");
        }
        group.clear();
    }
}

impl Actor for ReadingsActor {
    type Context = Context<Self>;
}

impl Handler<KeepReadings> for ReadingsActor {
    type Result = ();

    fn handle(&mut self, keep: KeepReadings, _: &mut Context<Self>) {
        let rounds = match keep.book {
            Book::Live => &self.live,
            Book::Simulated => &self.simulated,
        };
        let Some(rounds) = rounds else { return };
        if rounds.try_send((keep.at, keep.rows)).is_err() {
            self.dropped += 1;
            if self.dropped.is_power_of_two() {
                tracing::warn!(dropped = self.dropped, "the disk is too slow for the readings");
            }
        }
    }
}

/// The writers finish what waits and end.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Close;

impl Handler<Close> for ReadingsActor {
    type Result = ();

    fn handle(&mut self, _: Close, _: &mut Context<Self>) {
        (self.live, self.simulated) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shared::energy::{Energy, Power, Register};
    use shared::id::MeterId;
    use shared::meter::Quality;
    use shared::time::Span;

    use super::*;
    use crate::store::scratch::Scratch;

    const METERS: u32 = 1_100;

    fn zone() -> Zone {
        Zone::named("Asia/Shanghai").unwrap()
    }

    fn start() -> Timestamp {
        Timestamp::parse("2026-07-01T00:00:00+08:00").unwrap()
    }

    /// Round `n` of a quarter-hourly history; meter 7 falls silent for a while.
    fn round(n: i64) -> Round {
        let at = start() + Span::from_mins(15 * n);
        let rows = (1..=METERS)
            .filter(|meter| *meter != 7 || !(40..60).contains(&n))
            .map(|meter| ReadingKept {
                meter: MeterId(meter),
                at: at - Span::from_millis(i64::from(meter % 50)),
                register: Register::from_mwh(10_000 * n * i64::from(meter % 9 + 1)),
                power: Some(Power::from_watts(100 + n % 10)),
                quality: Quality::Good,
            })
            .collect();
        (at, rows)
    }

    #[test]
    fn every_reading_is_found_whether_compacted_or_not() {
        let dir = Scratch::new();
        let file = dir.path("readings.db");
        let mut writer = ReadingsWriter::open(&file, zone()).unwrap();
        let meters = [1, 7, 999, 1_000, 1_100].map(MeterId);
        let mut expected = meters.map(|_| Vec::new());
        for n in 0..300 {
            // Half-way the program is started again, in the middle of a compaction.
            if n == 105 {
                drop(writer);
                writer = ReadingsWriter::open(&file, zone()).unwrap();
            }
            let round = round(n);
            for (meter, rows) in meters.iter().zip(&mut expected) {
                rows.extend(round.1.iter().filter(|row| row.meter == *meter).copied());
            }
            writer.keep(&[round]).unwrap();
        }
        let mut db = READINGS.open_read_only(&file).unwrap();
        let hot: i64 = db.query_row("SELECT count(*) FROM hot", [], |row| row.get(0)).unwrap();
        assert!(hot > 0 && hot < 2 * 200, "{hot} hot blobs");
        let far = Timestamp::from_millis(i64::MAX);
        for (meter, rows) in meters.iter().zip(&expected) {
            let from = Timestamp::from_millis(0);
            assert_eq!(&query::between(&mut db, *meter, from, far).unwrap(), rows, "{meter}");
            every_window_is_found(&mut db, *meter, rows);
            let newest = query::latest(&mut db, *meter).unwrap().unwrap();
            assert_eq!(Some(newest.register), rows.last().map(|row| row.register), "{meter}");
            let ten = query::before(&mut db, *meter, newest.at, 10).unwrap();
            let times: Vec<_> = rows.iter().rev().skip(1).take(10).map(|row| row.at).collect();
            assert_eq!(ten.iter().map(|row| row.at).collect::<Vec<_>>(), times, "{meter}");
        }
        writer.compact_all().unwrap();
        for (meter, rows) in meters.iter().zip(&expected) {
            let from = Timestamp::from_millis(0);
            assert_eq!(&query::between(&mut db, *meter, from, far).unwrap(), rows, "{meter}");
            every_window_is_found(&mut db, *meter, rows);
        }
    }

    /// Windows that begin and end at, just before and just after readings: at both ends of blocks, in
    /// them, in what is hot, and outside of everything.
    fn every_window_is_found(db: &mut rusqlite::Connection, meter: MeterId, rows: &[ReadingKept]) {
        let near = |row: &ReadingKept| {
            [-1, 0, 1].map(|by| Timestamp::from_millis(row.at.millis().saturating_add(by)))
        };
        // Steps that share no factor with the length of a block.
        let mut borders: Vec<Timestamp> = rows.iter().step_by(13).flat_map(near).collect();
        borders.extend(rows.last().map(near).into_iter().flatten());
        borders.extend([i64::MIN, i64::MAX].map(Timestamp::from_millis));
        borders.sort_unstable();
        for (place, from) in borders.iter().enumerate() {
            for to in borders.iter().skip(place) {
                let within = |row: &&ReadingKept| row.at >= *from && row.at < *to;
                let expected: Vec<ReadingKept> = rows.iter().filter(within).copied().collect();
                let found = query::between(db, meter, *from, *to).unwrap();
                assert_eq!(found, expected, "{meter} from {from} to {to}");
            }
        }
    }

    #[test]
    fn days_and_months_come_to_what_the_registers_grew_by() {
        let dir = Scratch::new();
        let file = dir.path("readings.db");
        let mut writer = ReadingsWriter::open(&file, zone()).unwrap();
        let rounds: Vec<Round> = (0..=96 * 3).map(round).collect();
        writer.keep(&rounds).unwrap();
        writer.compact_all().unwrap();
        let db = READINGS.open_read_only(&file).unwrap();
        let used = day::energy_of_days(&db, date(2026, 7, 1), date(2026, 7, 31)).unwrap();
        assert_eq!(used.len(), 1_100);
        for (meter, energy) in used {
            let step = i64::from(meter.0 % 9 + 1) * 10_000;
            assert_eq!(energy, Energy::from_mwh(96 * 3 * step), "{meter}");
        }
    }

    #[test]
    fn a_curve_has_at_most_1440_points_and_shows_gaps() {
        let dir = Scratch::new();
        let file = dir.path("readings.db");
        let mut writer = ReadingsWriter::open(&file, zone()).unwrap();
        let rounds: Vec<Round> = (0..96).map(round).collect();
        writer.keep(&rounds).unwrap();
        let second = |n: i64| {
            let at = start() + Span::from_hours(24) + Span::from_secs(n);
            let row = ReadingKept {
                meter: MeterId(7),
                at,
                register: Register::from_mwh(n),
                power: Some(Power::from_watts(50)),
                quality: Quality::Good,
            };
            (at, Arc::from([row]))
        };
        writer.keep(&(0..5_000).map(second).collect::<Vec<_>>()).unwrap();
        let mut db = READINGS.open_read_only(&file).unwrap();
        let midnight = start() + Span::from_hours(24);
        let quiet = query::power(&mut db, MeterId(7), start(), midnight).unwrap().points;
        assert_eq!(quiet.iter().filter(|(_, power)| power.is_none()).count(), 1);
        assert_eq!(quiet.len(), 95 - 20 + 1);
        let to = midnight + Span::from_secs(5_000);
        let busy = query::power(&mut db, MeterId(7), midnight, to).unwrap().points;
        assert!(busy.len() <= 1_440 && busy.len() > 500, "{}", busy.len());
        assert!(busy.iter().all(|(_, power)| *power == Some(Power::from_watts(50))));
        let load = load::quarters(&db, start(), midnight).unwrap();
        assert_eq!(load.len(), 96);
        assert_eq!(load[0], Some(Power::from_watts(100 * 1_100)));
        assert_eq!(load[45], Some(Power::from_watts(105 * 1_099)));
    }

    #[test]
    fn a_clock_that_steps_back_loses_nothing_but_what_is_older() {
        let dir = Scratch::new();
        let file = dir.path("readings.db");
        let mut writer = ReadingsWriter::open(&file, zone()).unwrap();
        writer.keep(&[round(10), round(4), round(11)]).unwrap();
        let mut db = READINGS.open_read_only(&file).unwrap();
        let far = Timestamp::from_millis(i64::MAX);
        let rows = query::between(&mut db, MeterId(1), start(), far).unwrap();
        assert_eq!(rows.len(), 2);
    }
}
