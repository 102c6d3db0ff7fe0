//! The sums that a balance audit starts from: folded out of the ledger, never ahead of it.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use shared::api::audit::{Column, Deed};
use shared::id::{Book, Seq};
use shared::ledger::Code;
use shared::time::{Timestamp, Zone};

use crate::store::StoreError;
use crate::store::journal::rows::{BadRow, book_name, book_named, count, int};
use crate::store::schema::Schema;

/// `sums.db`.
const SUMS: Schema = Schema {
    name: "sums",
    application_id: 0x4d48_5331, // "MHS1"
    steps: &[
        include_str!("../../../../migrations/sums_1.sql"),
        include_str!("../../../../migrations/sums_2.sql"),
    ],
};

/// Counts up when a column of the audit comes to mean something else; the sums are then made again.
const RULES: i64 = 2;

/// Records folded in one transaction: long enough to be quick, short enough that the ledger's
/// checkpoints are not held up.
const CHUNK: i64 = 50_000;

/// Opens the sums and attaches the ledger, from which is only ever read here.
pub fn open(sums: &Path, ledger: &Path) -> Result<Connection, StoreError> {
    let db = SUMS.open(sums)?;
    let ledger = ledger.to_string_lossy();
    db.execute("ATTACH DATABASE :path AS ledger", named_params! { ":path": ledger })?;
    Ok(db)
}

/// Brings the sums up to the ledger's end.
pub fn fold(db: &mut Connection, zone: &Zone) -> Result<Seq, StoreError> {
    loop {
        let (done, more) = fold_some(db, zone, CHUNK)?;
        if !more {
            return Ok(done);
        }
    }
}

/// Folds in at most `chunk` records: how far it is now, and whether there are more.
pub fn fold_some(db: &mut Connection, zone: &Zone, chunk: i64) -> Result<(Seq, bool), StoreError> {
    let work = db.transaction()?;
    let after = begin(&work, zone)?;
    let end: i64 =
        work.query_row("SELECT coalesce(max(seq), 0) FROM ledger.record", [], |row| row.get(0))?;
    let upto = end.min(after.saturating_add(chunk));
    if upto > after {
        let mut sums = Sums::default();
        read(&work, zone, after, upto, &mut sums)?;
        sums.keep(&work)?;
        work.prepare_cached(
            "INSERT INTO folded (one, seq, hash, rules, zone)
             SELECT 1, seq, hash, :rules, :zone FROM ledger.record WHERE seq = :upto
             ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
        )?
        .execute(named_params! { ":rules": RULES, ":zone": zone.name(), ":upto": upto })?;
    }
    work.commit()?;
    Ok((Seq(count(upto)), upto < end))
}

/// How far it is; from the start again where the sums are of another journal, zone or version.
fn begin(work: &Transaction<'_>, zone: &Zone) -> Result<i64, StoreError> {
    let ours = work
        .prepare_cached(
            "SELECT folded.seq FROM folded JOIN ledger.record USING (seq)
             WHERE folded.hash = record.hash AND rules = :rules AND zone = :zone",
        )?
        .query_row(named_params! { ":rules": RULES, ":zone": zone.name() }, |row| row.get(0))
        .optional()?;
    if let Some(seq) = ours {
        return Ok(seq);
    }
    work.execute_batch(
        "DELETE FROM folded; DELETE FROM day; DELETE FROM day_sum; DELETE FROM month_sum;
         DELETE FROM staff_record;",
    )?;
    Ok(0)
}

/// Book, month, account, place of the column, day.
type OfDay = (Book, Timestamp, u32, usize, Timestamp);
/// Book, account, place of the column, month.
type OfMonth = (Book, u32, usize, Timestamp);

/// What a stretch of records comes to.
#[derive(Default)]
struct Sums {
    days: BTreeMap<(Book, Timestamp), (i64, i64)>,
    by_day: BTreeMap<OfDay, i64>,
    by_month: BTreeMap<OfMonth, i64>,
    /// The civil day that the record before lay in, its month, and where it ends.
    today: Option<(Timestamp, Timestamp, Timestamp)>,
}

/// One record while its postings come in.
struct Open {
    seq: i64,
    book: Book,
    day: Timestamp,
    month: Timestamp,
    kind: String,
    postings: Vec<(Code, Option<u32>, i64)>,
}

fn read(
    work: &Transaction<'_>,
    zone: &Zone,
    after: i64,
    upto: i64,
    sums: &mut Sums,
) -> Result<(), StoreError> {
    let mut statement = work.prepare_cached(
        "SELECT record.seq, record.at, record.book, record.kind, posting.code, posting.account, posting.amount,
             CASE WHEN record.by_staff <> 0 OR record.kind IN ('acted', 'tariff-published', 'policy-published', 'sale-split')
                 THEN record.body END,
             record.by_staff, record.account, record.meter
         FROM ledger.record LEFT JOIN ledger.posting USING (seq)
         WHERE record.seq > :after AND record.seq <= :upto ORDER BY record.seq, posting.n",
    )?;
    let mut rows = statement.query(named_params! { ":after": after, ":upto": upto })?;
    let mut open: Option<Open> = None;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        if open.as_ref().is_none_or(|open| open.seq != seq) {
            if let Some(whole) = open.take() {
                sums.take(&whole);
            }
            let at = Timestamp::from_millis(row.get(1)?);
            let name: String = row.get(2)?;
            let book = book_named(&name).ok_or_else(|| BadRow {
                table: "record",
                seq: count(seq),
                what: "the book is neither live nor simulated".to_owned(),
            })?;
            let (day, month) = sums.day_of(zone, at);
            let kind: String = row.get(3)?;
            if let Some(body) = row.get::<_, Option<String>>(7)? {
                // An act's own kind says more than that somebody acted.
                let told = if kind == "acted" { Deed::of(&body).0 } else { kind.clone() };
                work.prepare_cached(
                    "INSERT INTO staff_record (seq, book, at, by_staff, kind, account, meter)
                     VALUES (:seq, :book, :at, :by, :kind, :account, :meter)",
                )?
                .execute(named_params! {
                    ":seq": seq,
                    ":book": name,
                    ":at": at.millis(),
                    ":by": row.get::<_, u32>(8)?,
                    ":kind": told,
                    ":account": row.get::<_, Option<u32>>(9)?,
                    ":meter": row.get::<_, Option<u32>>(10)?,
                })?;
            }
            open = Some(Open { seq, book, day, month, kind, postings: Vec::new() });
        }
        let Some(name) = row.get::<_, Option<String>>(4)? else { continue };
        let code = code_named(seq, &name)?;
        if let Some(open) = &mut open {
            open.postings.push((code, row.get(5)?, row.get(6)?));
        }
    }
    if let Some(whole) = open.take() {
        sums.take(&whole);
    }
    Ok(())
}

impl Sums {
    /// The civil day and month of a time. Neighbours mostly share them, and asking the zone is slow.
    fn day_of(&mut self, zone: &Zone, at: Timestamp) -> (Timestamp, Timestamp) {
        match self.today {
            Some((day, month, next)) if day <= at && at < next => (day, month),
            Some(_) | None => {
                let date = zone.date(at);
                let day = zone.start_of(date);
                let month = zone.start_of(date.first_of_month());
                self.today = Some((day, month, zone.next_midnight(at)));
                (day, month)
            }
        }
    }

    fn take(&mut self, record: &Open) {
        let span = self.days.entry((record.book, record.day)).or_insert((record.seq, record.seq));
        span.1 = record.seq;
        for (account, column, amount) in parts(&record.kind, &record.postings) {
            let place = place(column);
            let Open { book, day, month, .. } = *record;
            *self.by_day.entry((book, month, account, place, day)).or_default() += amount;
            *self.by_month.entry((book, account, place, month)).or_default() += amount;
        }
    }

    fn keep(self, work: &Transaction<'_>) -> Result<(), StoreError> {
        for ((book, day), (first, last)) in self.days {
            work.prepare_cached(
                "INSERT INTO day (book, day, first, last) VALUES (:book, :day, :first, :last)
                 ON CONFLICT DO UPDATE SET last = excluded.last",
            )?
            .execute(named_params! {
                ":book": book_name(book), ":day": day.millis(), ":first": first, ":last": last,
            })?;
        }
        let mut days = work.prepare_cached(
            "INSERT INTO day_sum (book, month, account, place, day, amount)
             VALUES (:book, :month, :account, :place, :day, :amount)
             ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
        )?;
        for ((book, month, account, place, day), amount) in self.by_day {
            days.execute(named_params! {
                ":book": book_name(book),
                ":month": month.millis(),
                ":account": account,
                ":place": stored(place),
                ":day": day.millis(),
                ":amount": amount,
            })?;
        }
        let mut months = work.prepare_cached(
            "INSERT INTO month_sum (book, account, place, month, amount)
             VALUES (:book, :account, :place, :month, :amount)
             ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
        )?;
        for ((book, account, place, month), amount) in self.by_month {
            months.execute(named_params! {
                ":book": book_name(book),
                ":account": account,
                ":place": stored(place),
                ":month": month.millis(),
                ":amount": amount,
            })?;
        }
        Ok(())
    }
}

fn stored(place: usize) -> i64 {
    i64::try_from(place).expect("there are few columns")
}

pub(super) fn code_named(seq: i64, name: &str) -> Result<Code, BadRow> {
    Code::ALL.into_iter().find(|code| code.name() == name).ok_or_else(|| BadRow {
        table: "posting",
        seq: count(seq),
        what: format!("`{name}` is not in the chart of accounts"),
    })
}

/// Where a column stands in the tables.
pub(super) fn place(column: Column) -> usize {
    Column::ALL.iter().position(|own| *own == column).expect("ALL has every column")
}

/// What one record moves: account, column, amount in the customer's favour. The other sides of a
/// posting say why; where several customers are in one record, nobody can say whose side is whose.
pub(super) fn parts(kind: &str, postings: &[(Code, Option<u32>, i64)]) -> Vec<(u32, Column, i64)> {
    let mut customers =
        postings.iter().filter_map(|(_, account, amount)| Some(((*account)?, *amount)));
    let Some((account, amount)) = customers.next() else { return Vec::new() };
    let mut others: Vec<_> = customers.map(|(own, amount)| (own, Column::Other, -amount)).collect();
    if !others.is_empty() {
        others.push((account, Column::Other, -amount));
        return others;
    }
    let sides = postings.iter().filter(|(_, account, _)| account.is_none());
    sides.map(|(code, _, amount)| (account, Column::of(kind, *code), *amount)).collect()
}

/// The records of the civil days that a question touches: the first and the last of each.
pub(super) fn spans(
    db: &Connection,
    book: Book,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(Timestamp, Seq, Seq)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT day, first, last FROM day WHERE book = :book AND day >= :from AND day < :to ORDER BY day",
    )?;
    let found = statement.query_map(
        named_params! { ":book": book_name(book), ":from": from.millis(), ":to": to.millis() },
        |row| {
            let seq = |place: usize| row.get(place).map(|seq| Seq(count(seq)));
            Ok((Timestamp::from_millis(row.get(0)?), seq(1)?, seq(2)?))
        },
    )?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The day before which every record up to `upto` is folded in whole; `None`: all of them are.
pub(super) fn straddled(
    db: &Connection,
    book: Book,
    upto: Seq,
) -> Result<Option<Timestamp>, StoreError> {
    let first: Option<i64> = db
        .prepare_cached("SELECT min(day) FROM day WHERE book = :book AND last > :upto")?
        .query_row(named_params! { ":book": book_name(book), ":upto": int(upto.0) }, |row| {
            row.get(0)
        })?;
    Ok(first.map(Timestamp::from_millis))
}
