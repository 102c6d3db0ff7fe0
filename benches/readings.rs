//! The readings against two bare loops, and how quickly they are found: one makes the same blocks by
//! plain means and writes them, the other writes blobs of their lengths and makes nothing.
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
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
use server::store::readings::{READINGS, day, query};
use shared::actor::port::ReadingKept;
use shared::energy::{Power, Register};
use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::{Span, Timestamp, Zone};

#[allow(dead_code, reason = "shared by benches")]
mod yardstick;

use yardstick::{Folder, Rounds, head, time};

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

/// Lengths of what the store wrote, by which the bare loop goes.
#[derive(Clone, Debug, Default)]
struct Lengths {
    hot: usize,
    block: usize,
    day: usize,
}

/// Writes what the store wrote, without making it: the same number of blobs of the same lengths, a
/// round a transaction, a chunk's blocks and its day in each of the first rounds of the next day.
struct Bare {
    db: Connection,
    lengths: Lengths,
    round: i64,
}

const CHUNKS: i64 = 11;

/// Meters count from 1, a thousand a chunk.
fn meters_of(chunk: i64) -> std::ops::Range<i64> {
    (chunk * 1_000).max(1)..((chunk + 1) * 1_000).min(i64::from(METERS) + 1)
}

impl Bare {
    fn keep(&mut self, per_day: i64) {
        let transaction = self.db.transaction().unwrap();
        let at = start().millis() + self.round * 900_000;
        for chunk in 0..CHUNKS {
            let meters = meters_of(chunk).count();
            let blob = vec![7_u8; self.lengths.hot * meters / 1_000];
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
        if day > 0 && place < CHUNKS {
            let midnight = start().millis() + (day - 1) * 86_400_000;
            let block = vec![7_u8; self.lengths.block];
            for meter in meters_of(place) {
                transaction
                    .prepare_cached("INSERT INTO block VALUES (?1, ?2, ?3, ?4)")
                    .unwrap()
                    .execute(params![meter, midnight, midnight + 85_500_000, block])
                    .unwrap();
            }
            let meters = meters_of(place).count();
            transaction
                .prepare_cached("INSERT INTO day (id, rows) VALUES (?1, ?2)")
                .unwrap()
                .execute(params![
                    (20_260_700 + day) << 16 | place,
                    vec![7_u8; self.lengths.day * meters / 1_000]
                ])
                .unwrap();
            let mut delete = transaction.prepare_cached("DELETE FROM hot WHERE id = ?1").unwrap();
            for round in 0..per_day {
                delete.execute([((midnight + round * 900_000) << 16) | place]).unwrap();
            }
        }
        transaction.commit().unwrap();
        self.round += 1;
    }
}

/// Makes and writes the same blocks as plainly as it goes: a round a transaction, a blob for each
/// thousand meters; of each day a block of differences for each meter and a blob of day sums, a
/// thousand meters in each of the first rounds of the next day. It checks nothing, keeps no quality,
/// and knows neither clocks that go back, meters that come and go, nor days of other lengths.
struct Plain {
    db: Connection,
    round: i64,
}

type Plainly = (i64, i64, i64);

fn put(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn take(blob: &mut &[u8]) -> i64 {
    let (mut value, mut shift) = (0_u64, 0);
    while let Some((byte, rest)) = blob.split_first() {
        *blob = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

impl Plain {
    fn keep(&mut self, (at, rows): &Round, per_day: i64) {
        let transaction = self.db.transaction().unwrap();
        let at = at.millis();
        let (mut blob, mut load) = (Vec::new(), 0);
        for chunk in rows.chunk_by(|left, right| left.meter.0 / 1_000 == right.meter.0 / 1_000) {
            blob.clear();
            for row in chunk {
                let watts = row.power.map_or(0, Power::watts);
                put(&mut blob, row.at.millis() - at);
                put(&mut blob, row.register.mwh());
                put(&mut blob, watts);
                load += watts;
            }
            transaction
                .prepare_cached("INSERT INTO hot (id, rows) VALUES (?1, ?2)")
                .unwrap()
                .execute(params![(at << 16) | i64::from(chunk[0].meter.0 / 1_000), blob])
                .unwrap();
        }
        transaction
            .prepare_cached("INSERT INTO load VALUES (?1, ?2, 1)")
            .unwrap()
            .execute([at, load])
            .unwrap();
        let (day, place) = (self.round / per_day, self.round % per_day);
        if day > 0 && place < CHUNKS {
            let midnight = start().millis() + (day - 1) * 86_400_000;
            let rounds: Vec<i64> = (0..per_day).map(|n| midnight + n * 900_000).collect();
            compact_plainly(&transaction, &rounds, place, day);
        }
        transaction.commit().unwrap();
        self.round += 1;
    }
}

fn compact_plainly(db: &Connection, rounds: &[i64], chunk: i64, day: i64) {
    let meters = meters_of(chunk);
    let mut of_meters: Vec<Vec<Plainly>> =
        meters.clone().map(|_meter| Vec::with_capacity(rounds.len())).collect();
    let mut select = db.prepare_cached("SELECT rows FROM hot WHERE id = ?1").unwrap();
    let mut delete = db.prepare_cached("DELETE FROM hot WHERE id = ?1").unwrap();
    for at in rounds {
        let mut found = select.query([(at << 16) | chunk]).unwrap();
        let row = found.next().unwrap().unwrap();
        let mut blob = row.get_ref(0).unwrap().as_blob().unwrap();
        for of_meter in &mut of_meters {
            of_meter.push((at + take(&mut blob), take(&mut blob), take(&mut blob)));
        }
    }
    let mut insert = db.prepare_cached("INSERT INTO block VALUES (?1, ?2, ?3, ?4)").unwrap();
    let (mut block, mut sums) = (Vec::new(), Vec::new());
    for (meter, readings) in meters.zip(&of_meters) {
        block.clear();
        let (mut last, mut step, mut most) = (readings[0], 0, 0);
        for (at, register, watts) in readings {
            put(&mut block, at - last.0 - step);
            put(&mut block, (register - last.1) / 10_000);
            put(&mut block, watts - last.2);
            step = at - last.0;
            last = (*at, *register, *watts);
            most = most.max(*watts);
        }
        insert.execute(params![meter, readings[0].0, last.0, block]).unwrap();
        put(&mut sums, (last.1 - readings[0].1) / 10_000);
        put(&mut sums, last.1 / 10_000);
        put(&mut sums, most);
    }
    db.prepare_cached("INSERT INTO day (id, rows) VALUES (?1, ?2)")
        .unwrap()
        .execute(params![(20_260_700 + day) << 16 | chunk, sums])
        .unwrap();
    for at in rounds {
        delete.execute([(at << 16) | chunk]).unwrap();
    }
}

/// A day and a round, as the store writes them.
fn lengths(folder: &Folder, rounds: &[Round]) -> Lengths {
    let mut writer = open(folder, "lengths.db");
    let asked = READINGS.open_read_only(&folder.path("lengths.db")).unwrap();
    let longest = |table: &str| {
        let most = format!("SELECT coalesce(max(length(rows)), 0) FROM {table}");
        let mean = format!("SELECT coalesce(avg(length(rows)), 0) FROM {table}");
        let statement = if table == "block" { mean } else { most };
        asked.query_row(&statement, [], |row| row.get::<_, f64>(0)).unwrap() as usize
    };
    writer.keep(rounds).unwrap();
    let hot = longest("hot");
    writer.compact_all().unwrap();
    Lengths { hot, block: longest("block"), day: longest("day") }
}

fn open(folder: &Folder, name: &str) -> ReadingsWriter {
    ReadingsWriter::open(&folder.path(name), zone()).unwrap()
}

/// As the store opens its own.
fn bare(folder: &Folder, name: &str) -> Connection {
    let db = READINGS.open(&folder.path(name)).unwrap();
    db.pragma_update(None, "synchronous", "normal").unwrap();
    db
}

/// Quarter-hourly rounds of 10,000 meters: day after day, each of which also brings the day before
/// into blocks. All three files are as many days old, and each is first as often as the others.
fn ingest(folder: &Folder) -> Connection {
    let (per_day, days) = (96, 10);
    let rounds = Town::new().rounds(start(), Span::from_mins(15), per_day * days);
    let mut parts = rounds.chunks(usize::try_from(per_day).unwrap());
    let first = parts.next().unwrap();
    let lengths = lengths(folder, first);
    let mut writer = open(folder, "readings.db");
    let mut written = Bare { db: bare(folder, "bare.db"), lengths, round: 0 };
    let mut plain = Plain { db: bare(folder, "plain.db"), round: 0 };
    for round in first {
        writer.keep(std::slice::from_ref(round)).unwrap();
        written.keep(per_day);
        plain.keep(round, per_day);
    }
    let all = u64::from(METERS) * u64::try_from(per_day).unwrap();
    let (mut against_plain, mut against_written) = (Rounds::default(), Rounds::default());
    for (number, day) in parts.enumerate() {
        let mut took = [0.0; 3];
        for place in 0..3 {
            let turn = (number + place) % 3;
            took[turn] = time(|| {
                for round in day {
                    match turn {
                        0 => writer.keep(std::slice::from_ref(round)).unwrap(),
                        1 => plain.keep(round, per_day),
                        _ => written.keep(per_day),
                    }
                }
                all
            });
        }
        against_plain.push(took[0], took[1]);
        against_written.push(took[0], took[2]);
    }
    head("Readings: time per reading, quarter-hourly rounds of 10,000 meters");
    against_plain.print("against a bare loop that makes and writes the same blocks");
    against_written.print("against bare writes of ready blobs of the same lengths");
    compare_sizes(&plain.db);
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

/// The plain loop's blocks are no larger than they have to be: its speed is not bought with bytes.
fn compare_sizes(plain: &Connection) {
    let mean = "SELECT avg(length(rows)) FROM block";
    let bytes: f64 = plain.query_row(mean, [], |row| row.get(0)).unwrap();
    println!("\n{:.2} bytes a reading in a block of the plain loop", bytes / 96.0);
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
            let used = day::energy_of_days(&db, date(2026, 7, 1), date(2026, 7, 31)).unwrap();
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
