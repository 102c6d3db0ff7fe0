//! The readings against the bare writing of the same blobs, and how quickly they are found.
#![allow(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a bench measures, prints and stops at the first fault"
)]

use std::sync::Arc;

use criterion::Criterion;
use jiff::civil::date;
use rusqlite::{Connection, params};
use server::store::readings::writer::ReadingsWriter;
use server::store::readings::{READINGS, query, rollup};
use shared::actor::port::ReadingKept;
use shared::energy::{Power, Register};
use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::{Span, Timestamp, Zone};

mod yardstick;

use yardstick::{Folder, Rounds, head};

type Round = (Timestamp, Arc<[ReadingKept]>);

const METERS: u32 = 10_000;

fn zone() -> Zone {
    Zone::named("Asia/Shanghai").unwrap()
}

fn start() -> Timestamp {
    Timestamp::parse("2026-07-01T00:00:00+08:00").unwrap()
}

/// Ten thousand meters whose use follows the hour with noise; registers count 10 Wh.
struct Town {
    registers: Vec<i64>,
    noise: u64,
}

impl Town {
    fn new() -> Self {
        Self { registers: (0..i64::from(METERS)).map(|n| n * 7_770_000).collect(), noise: 42 }
    }

    fn random(&mut self, below: i64) -> i64 {
        self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.noise >> 33).cast_signed() % below
    }

    fn round(&mut self, at: Timestamp, every: Span) -> Round {
        let hour = (at.millis() / 3_600_000 + 8) % 24;
        let usual = if (7..23).contains(&hour) { 600 } else { 150 };
        let rows = (0..METERS)
            .map(|n| {
                let watts = usual + self.random(usual);
                let place = usize::try_from(n).unwrap();
                let energy = watts * every.millis() / 3_600;
                let register = self.registers.get_mut(place).expect("one register a meter");
                *register += energy;
                ReadingKept {
                    meter: MeterId(n + 1),
                    at,
                    register: Register::from_mwh(*register / 10_000 * 10_000),
                    power: Some(Power::from_watts(watts)),
                    quality: Quality::Good,
                }
            })
            .collect();
        (at, rows)
    }

    fn rounds(&mut self, from: Timestamp, every: Span, count: i64) -> Vec<Round> {
        (0..count)
            .map(|n| self.round(from + Span::from_millis(every.millis() * n), every))
            .collect()
    }
}

/// Writes what the store wrote, without making it: the same number of blobs of the same lengths, a
/// round a transaction, blocks and days spread over the rounds of the next day.
struct Bare {
    db: Connection,
    /// A block's and a day's length, as the store made them.
    block: Vec<u8>,
    round: i64,
}

impl Bare {
    fn keep(&mut self, per_day: i64) {
        let transaction = self.db.transaction().unwrap();
        let at = start().millis() + self.round * 900_000;
        let blob = vec![7_u8; 11_000];
        for chunk in 0..11 {
            transaction
                .prepare_cached("INSERT INTO hot (id, rows) VALUES (?1, ?2)")
                .unwrap()
                .execute(params![(at << 16) | chunk, blob])
                .unwrap();
        }
        transaction
            .prepare_cached("INSERT INTO load VALUES (?1, 1, 1)")
            .unwrap()
            .execute([at])
            .unwrap();
        let (day, place) = (self.round / per_day, self.round % per_day);
        let meters = i64::from(METERS);
        if day > 0 {
            let step = 156;
            for meter in (place * step..((place + 1) * step).min(meters)).map(|n| n + 1) {
                transaction
                    .prepare_cached("INSERT INTO block VALUES (?1, ?2, ?2, ?3)")
                    .unwrap()
                    .execute(params![meter, day, self.block])
                    .unwrap();
                transaction
                    .prepare_cached("INSERT INTO daily VALUES (?1, ?2, 77777777, 88888888, 1111111, 150, 1200, 96)")
                    .unwrap()
                    .execute(params![20_260_701 + day, meter])
                    .unwrap();
            }
            if place == 64 {
                let midnight = start().millis() + day * 86_400_000;
                transaction.execute("DELETE FROM hot WHERE id < ?1", [midnight << 16]).unwrap();
            }
        }
        transaction.commit().unwrap();
        self.round += 1;
    }
}

fn open(folder: &Folder, name: &str) -> ReadingsWriter {
    ReadingsWriter::open(&folder.path(name), zone()).unwrap()
}

/// Quarter-hourly rounds of 10,000 meters over some days.
fn ingest(folder: &Folder) -> Connection {
    head("Readings: time per reading, against bare SQLite writes of blobs of the same lengths");
    let (per_day, days) = (96, 3);
    let rounds = Town::new().rounds(start(), Span::from_mins(15), per_day * days);
    let quarter = usize::try_from(per_day / 4).unwrap();
    let mut parts = rounds.chunks(quarter);
    let mut writer = open(folder, "readings.db");
    let db = READINGS.open(&folder.path("bare.db")).unwrap();
    db.pragma_update(None, "synchronous", "normal").unwrap();
    let mut bare = Bare { db, block: vec![7; 300], round: 0 };
    Rounds::of(
        u32::try_from(days * 4).unwrap(),
        || {
            let part = parts.next().unwrap();
            for round in part {
                writer.keep(std::slice::from_ref(round)).unwrap();
            }
            u64::from(METERS) * u64::try_from(per_day / 4).unwrap()
        },
        || {
            for _ in 0..per_day / 4 {
                bare.keep(per_day);
            }
            u64::from(METERS) * u64::try_from(per_day / 4).unwrap()
        },
    )
    .print("quarter-hourly rounds, 10,000 meters");
    writer.compact_all().unwrap();
    drop(writer);
    let db = READINGS.open(&folder.path("readings.db")).unwrap();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(())).unwrap();
    let pragma = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    let used = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
    let readings = i64::from(METERS) * per_day * days;
    println!("\n{:.2} bytes a reading, days and keys included", used as f64 / readings as f64);
    db
}

fn find(criterion: &mut Criterion, db: &mut Connection) {
    let mut group = criterion.benchmark_group("readings");
    group.sample_size(30);
    let mut meter = 0;
    let (from, to) = (start() + Span::from_days(1), start() + Span::from_days(2));
    group.bench_function("a meter's day, compacted", |bench| {
        bench.iter(|| {
            meter = (meter + 4_421) % METERS;
            let rows = query::between(db, MeterId(meter + 1), from, to).unwrap();
            assert_eq!(rows.len(), 96);
        });
    });
    group.finish();
}

/// A month, hourly, for the sums that a bill begins with.
fn month(criterion: &mut Criterion, folder: &Folder) {
    let mut town = Town::new();
    let mut writer = open(folder, "month.db");
    for hour in 0..=31 * 24 {
        let round = town.round(start() + Span::from_hours(hour), Span::from_hours(1));
        writer.keep(&[round]).unwrap();
    }
    writer.compact_all().unwrap();
    drop(writer);
    let db = READINGS.open_read_only(&folder.path("month.db")).unwrap();
    let mut group = criterion.benchmark_group("readings");
    group.sample_size(20);
    group.bench_function("a month of 10,000 meters", |bench| {
        bench.iter(|| {
            let used = rollup::energy_of_days(&db, date(2026, 7, 1), date(2026, 7, 31)).unwrap();
            assert_eq!(used.len(), 10_000);
        });
    });
    group.finish();
}

fn main() {
    let folder = Folder::new("readings");
    let mut criterion = Criterion::default().configure_from_args();
    // `cargo test --benches` only asks whether it builds and starts.
    if std::env::args().any(|argument| argument == "--bench") {
        let mut db = ingest(&folder);
        find(&mut criterion, &mut db);
        month(&mut criterion, &folder);
    }
    criterion.final_summary();
}
