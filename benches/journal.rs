//! The journal against bare SQLite, and against the disk itself.
#![allow(
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a bench measures, prints and stops at the first fault"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rusqlite::{Connection, named_params};
use server::store::journal::LEDGER;
use server::store::journal::writer::Writer;
use server::store::{Options, Store};
use shared::actor::port::Append;
use shared::id::{Book, SiteId};
use shared::ledger::Record;
use shared::time::Zone;

mod yardstick;
#[path = "../server/src/store/sample.rs"]
mod sample;

use sample::Sample;
use yardstick::{Folder, Rounds, head};

/// The same rows as the journal writes, by a loop that checks nothing.
struct Bare {
    db: Connection,
}

impl Bare {
    fn new(folder: &Folder, name: &str) -> Self {
        Self { db: LEDGER.open(&folder.path(name)).unwrap() }
    }

    fn insert(&mut self, records: &[Record]) {
        let transaction = self.db.transaction().unwrap();
        let mut sums = BTreeMap::new();
        for record in records {
            let seq = record.seq.0.cast_signed();
            let sold = record.key.is_some();
            transaction
                .prepare_cached(
                    "INSERT INTO record (seq, site, at, book, by_staff, key, kind, account, meter, body, prev, hash)
                     VALUES (:seq, 1, :at, 'live', 0, :key, :kind, :account, :meter, :body, :prev, :hash)",
                )
                .unwrap()
                .execute(named_params! {
                    ":seq": seq,
                    ":at": record.at.millis(),
                    ":key": record.key.as_ref().map(shared::id::IdempotencyKey::as_str),
                    ":kind": if sold { "sold" } else { "settled" },
                    ":account": 7,
                    ":meter": if sold { None } else { Some(7) },
                    ":body": record.body,
                    ":prev": record.prev.0.as_slice(),
                    ":hash": record.hash.0.as_slice(),
                })
                .unwrap();
            for (n, posting) in (0_i64..).zip(&record.postings) {
                transaction
                    .prepare_cached(
                        "INSERT INTO posting VALUES (:seq, :n, :code, :account, :amount)",
                    )
                    .unwrap()
                    .execute(named_params! {
                        ":seq": seq,
                        ":n": n,
                        ":code": posting.code.name(),
                        ":account": posting.account.map(|account| account.0),
                        ":amount": posting.amount.minor(),
                    })
                    .unwrap();
                *sums.entry((posting.code, posting.account)).or_insert(0) += posting.amount.minor();
            }
            if sold {
                transaction
                    .prepare_cached("INSERT INTO receipt VALUES ('live', :seq, :seq, 7, NULL)")
                    .unwrap()
                    .execute(named_params! { ":seq": seq })
                    .unwrap();
            }
        }
        for ((code, account), amount) in sums {
            transaction
                .prepare_cached(
                    "INSERT INTO balance VALUES ('live', :code, :account, :amount)
                     ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
                )
                .unwrap()
                .execute(named_params! {
                    ":code": code.name(),
                    ":account": account.map_or(0, |account| account.0),
                    ":amount": amount,
                })
                .unwrap();
        }
        transaction.commit().unwrap();
    }
}

fn writer(folder: &Folder, name: &str) -> Writer {
    let anchor = folder.path(&format!("{name}.anchor"));
    Writer::open(folder.path(name), anchor, SiteId(1)).unwrap()
}

fn sales(site: &mut Sample, n: u32) -> Arc<[Record]> {
    (0..n).map(|_| site.sell(7, 5_000)).collect()
}

fn charges(site: &mut Sample, n: u32) -> Arc<[Record]> {
    (0..n).map(|n| site.settle(n + 1, 12)).collect()
}

fn count(records: &[Record]) -> u64 {
    u64::try_from(records.len()).unwrap()
}

/// Batches of sales, and a settling round of 10,000 meters, against bare SQLite.
fn batches(folder: &Folder) {
    head("Journal: time per record, against the same rows inserted into SQLite by hand");
    for (name, batch, each, rounds) in [
        ("1 sale a commit", 1, 20, 40),
        ("100 sales a commit", 100, 4, 40),
        ("1,000 sales a commit", 1_000, 1, 40),
    ] {
        let mut site = Sample::new(Book::Live);
        let groups: Vec<Arc<[Record]>> =
            (0..rounds * each).map(|_| sales(&mut site, batch)).collect();
        let (mut ours, mut theirs) = (groups.chunks(each as usize), groups.chunks(each as usize));
        let mut journal = writer(folder, &format!("ours-{batch}.db"));
        let mut bare = Bare::new(folder, &format!("bare-{batch}.db"));
        Rounds::of(
            rounds,
            || {
                let groups = ours.next().unwrap();
                for group in groups {
                    assert_eq!(journal.append_all(&[Arc::clone(group)]), [Ok(())]);
                }
                groups.iter().map(|group| count(group)).sum()
            },
            || {
                let groups = theirs.next().unwrap();
                for group in groups {
                    bare.insert(group);
                }
                groups.iter().map(|group| count(group)).sum()
            },
        )
        .print(name);
    }
    let mut site = Sample::new(Book::Live);
    let rounds: Vec<Arc<[Record]>> = (0..15).map(|_| charges(&mut site, 10_000)).collect();
    let (mut ours, mut theirs) = (rounds.iter(), rounds.iter());
    let mut journal = writer(folder, "ours-settle.db");
    let mut bare = Bare::new(folder, "bare-settle.db");
    Rounds::of(
        15,
        || {
            let round = ours.next().unwrap();
            assert_eq!(journal.append_all(&[Arc::clone(round)]), [Ok(())]);
            count(round)
        },
        || {
            let round = theirs.next().unwrap();
            bare.insert(round);
            count(round)
        },
    )
    .print("a settling round of 10,000 meters");
}

/// Durable commits against the bare disk: 4 KiB appended and synced.
fn disk(folder: &Folder) {
    head("Journal: durable commits, against 4 KiB appended to a file and synced (fdatasync)");
    let mut raw = File::create(folder.path("raw")).unwrap();
    let block = [7_u8; 4_096];
    let mut sync = || {
        for _ in 0..20 {
            raw.write_all(&block).unwrap();
            raw.sync_data().unwrap();
        }
        20
    };
    let mut site = Sample::new(Book::Live);
    let mut journal = writer(folder, "ours-single.db");
    Rounds::of(
        40,
        || {
            for _ in 0..20 {
                let record = sales(&mut site, 1);
                assert_eq!(journal.append_all(&[record]), [Ok(())]);
            }
            20
        },
        &mut sync,
    )
    .print("one sale, one commit");

    let system = actix_rt::System::new();
    let running = system.block_on(async {
        let options = Options { site: SiteId(1), zone: Zone::utc(), anchor: None };
        Store::open(&folder.path("sellers"), options).unwrap().start().unwrap()
    });
    let mut site = Sample::new(Book::Live);
    for sellers in [8, 32, 128] {
        let sell = || {
            system.block_on(async {
                let mut waiting = FuturesUnordered::new();
                let mut sold: u32 = 0;
                while sold < 2_048 {
                    while waiting.len() < sellers {
                        let records = sales(&mut site, 1);
                        waiting.push(running.journal.send(Append { records }));
                    }
                    waiting.next().await.unwrap().unwrap().unwrap();
                    sold += 1;
                }
                while let Some(answer) = waiting.next().await {
                    answer.unwrap().unwrap();
                    sold += 1;
                }
                u64::from(sold)
            })
        };
        Rounds::of(15, sell, &mut sync).print(&format!("{sellers} sellers at once, a sale each"));
    }
    system.block_on(running.shut_down());
}

/// The same as criterion sees it, to compare one commit of the project with another.
fn commits(criterion: &mut Criterion, folder: &Folder) {
    let mut group = criterion.benchmark_group("journal");
    group.sample_size(20);
    for batch in [1, 100, 1_000] {
        let mut site = Sample::new(Book::Live);
        let mut journal = writer(folder, &format!("criterion-{batch}.db"));
        group.throughput(Throughput::Elements(u64::from(batch)));
        group.bench_function(format!("commit {batch}"), |bench| {
            bench.iter_batched(
                || sales(&mut site, batch),
                |records| assert_eq!(journal.append_all(&[records]), [Ok(())]),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn main() {
    let folder = Folder::new("journal");
    let mut criterion = Criterion::default().configure_from_args();
    commits(&mut criterion, &folder);
    // `cargo test --benches` only asks whether it runs.
    if std::env::args().any(|argument| argument == "--bench") {
        batches(&folder);
        disk(&folder);
    }
    criterion.final_summary();
}
