//! Proves the journal row by row, and names the first row that is not what it was.

use std::collections::BTreeMap;
use std::fmt;

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::id::{Book, ReceiptNo, Seq, SiteId};
use shared::ledger::{Chain, Record};
use shared::money::Money;
use shared::vend::Series;
use thiserror::Error;

use crate::store::StoreError;
use crate::store::anchor::Anchor;
use crate::store::journal::follow::{Sums, add_up, step};
use crate::store::journal::rows::{self, Facts, LoadError, book_name, count, int};

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("table {table}, {row}: {what}")]
pub struct Flaw {
    pub table: &'static str,
    /// Such as `record 17`.
    pub row: String,
    pub what: String,
}

/// What a sound journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Its end: the head of the chain, and the last receipts.
    pub tail: Anchor,
    pub postings: u64,
    /// How far the journal was anchored; `None`: there is no anchor to compare with.
    pub anchored: Option<Seq>,
}

impl fmt::Display for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Anchor { chain, live_receipts, simulated_receipts } = self.tail;
        let against = match self.anchored {
            Some(seq) => format!("anchored at record {seq}"),
            None => "without an anchor to compare with".to_owned(),
        };
        write!(
            f,
            "{} records, {} postings, {live_receipts} live and {simulated_receipts} simulated \
             receipts; books sum to zero; {against}; head {}",
            chain.seq, self.postings, chain.head
        )
    }
}

/// The answer: the inner error is a flaw in the journal, the outer one a file that cannot be read.
pub type Verdict = Result<Result<Sound, Flaw>, StoreError>;

/// Records that are looked at together.
const PAGE: u32 = 2_000;

/// Checks one state of the journal, while others may go on writing. `anchor` has to be loaded
/// before the connection is opened: the journal may be ahead of it, never behind.
pub fn verify(db: &mut Connection, anchor: Option<Anchor>) -> Verdict {
    let snapshot = db.transaction()?;
    match Check::begin(&snapshot, anchor)?.run(&snapshot) {
        Ok(sound) => Ok(Ok(sound)),
        Err(Stop::Flaw(flaw)) => Ok(Err(flaw)),
        Err(Stop::Unreadable(error)) => Err(error),
    }
}

enum Stop {
    Flaw(Flaw),
    Unreadable(StoreError),
}

impl<E: Into<StoreError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Unreadable(error.into())
    }
}

fn flaw<T>(
    table: &'static str,
    row: impl fmt::Display,
    what: impl Into<String>,
) -> Result<T, Stop> {
    Err(Stop::Flaw(Flaw { table, row: row.to_string(), what: what.into() }))
}

struct Check {
    anchor: Option<Anchor>,
    tail: Anchor,
    series: Series,
    sums: Sums,
    postings: u64,
    /// The first record whose key was used before.
    second_use: Option<u64>,
}

impl Check {
    fn begin(db: &Connection, anchor: Option<Anchor>) -> Result<Self, StoreError> {
        let first = db
            .query_row("SELECT site FROM record ORDER BY seq LIMIT 1", [], |row| row.get(0))
            .optional()?
            .map(SiteId);
        let site = anchor.map(|anchor| anchor.chain.site).or(first).unwrap_or_default();
        let tail = Anchor {
            chain: Chain::empty(site),
            live_receipts: ReceiptNo(0),
            simulated_receipts: ReceiptNo(0),
        };
        // Not by the unique index: whoever edits rows may have dropped it.
        let second_use = db.query_row(
            "SELECT min(seq) FROM (SELECT seq, row_number() OVER (PARTITION BY key ORDER BY seq) AS n
                                   FROM record NOT INDEXED WHERE key IS NOT NULL) WHERE n > 1",
            [],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        let (sums, second_use) = (Sums::new(), second_use.map(count));
        let series = Series::default();
        Ok(Self { anchor, tail, series, sums, postings: 0, second_use })
    }

    fn run(mut self, db: &Connection) -> Result<Sound, Stop> {
        if let Some(seq) = least(db, "SELECT min(seq) FROM record WHERE seq < 1")? {
            return flaw("record", format!("record {seq}"), "records are counted from 1");
        }
        loop {
            let records = page(db, self.tail.chain.seq)?;
            let (Some(first), Some(last)) = (records.first(), records.last()) else {
                break;
            };
            let (first, last) = (first.seq, last.seq);
            let columns = columns(db, first, last)?;
            let mut receipts = receipts(db, first, last)?;
            for record in &records {
                self.record(record, columns.get(&record.seq), receipts.remove(&record.seq))?;
            }
            if let Some((seq, receipts)) = receipts.into_iter().next() {
                let row = receipts.first().map(ReceiptRow::name).unwrap_or_default();
                return flaw("receipt", row, format!("it belongs to no record; it names {seq}"));
            }
        }
        self.beyond_the_end(db)?;
        self.balances(db)?;
        Self::indexes(db)?;
        let anchored = self.anchor.map(|anchor| anchor.chain.seq);
        Ok(Sound { tail: self.tail, postings: self.postings, anchored })
    }

    fn record(
        &mut self,
        record: &Record,
        columns: Option<&Columns>,
        receipts: Option<Vec<ReceiptRow>>,
    ) -> Result<(), Stop> {
        let row = format!("record {}", record.seq);
        let facts = match step(&mut self.tail, record) {
            Ok(facts) => facts,
            Err(why) => return flaw("record", row, why),
        };
        if self.second_use == Some(record.seq.0) {
            return flaw("record", row, "its idempotency key was used before");
        }
        let found = columns.map(|columns| (columns.kind.as_str(), columns.account, columns.meter));
        let account = facts.account.map(|account| i64::from(account.0));
        let meter = facts.meter.map(|meter| i64::from(meter.0));
        if found != Some((facts.kind, account, meter)) {
            return flaw("record", row, "kind, account and meter are not those of its event");
        }
        receipt_of(record, &facts, receipts.unwrap_or_default())?;
        if let Some(issued) = &facts.receipt
            && let Err(due) = self.series.take(record.book, issued.till, issued.serial)
        {
            let what = format!("its receipt {} is not numbered {due}, which is next", issued.no);
            return flaw("record", row, what);
        }
        if let Some(anchor) = self.anchor
            && anchor.chain.seq == record.seq
            && anchor.chain.head != record.hash
        {
            return flaw(
                "record",
                row,
                "it is not the one that was anchored; the history was rewritten",
            );
        }
        add_up(&mut self.sums, record);
        self.postings += u64::try_from(record.postings.len()).unwrap_or_default();
        Ok(())
    }

    fn beyond_the_end(&self, db: &Connection) -> Result<(), Stop> {
        let last = self.tail.chain.seq;
        if let Some(anchor) = self.anchor
            && anchor.chain.seq > last
        {
            let what = format!(
                "the journal ends here, but record {} was anchored; it was cut short",
                anchor.chain.seq
            );
            return flaw("record", format!("record {last}"), what);
        }
        for (table, sql) in [
            ("posting", "SELECT min(seq) FROM posting WHERE seq NOT IN (SELECT seq FROM record)"),
            ("receipt", "SELECT min(seq) FROM receipt WHERE seq NOT IN (SELECT seq FROM record)"),
        ] {
            if let Some(seq) = least(db, sql)? {
                return flaw(table, format!("record {seq}"), "there is no such record");
            }
        }
        Ok(())
    }

    /// The kept sums against what they should sum.
    fn balances(&self, db: &Connection) -> Result<(), Stop> {
        let mut totals = BTreeMap::<Book, Money>::new();
        let mut expected = BTreeMap::new();
        for ((book, code, account), amount) in &self.sums {
            *totals.entry(*book).or_default() += *amount;
            let account = account.map_or(0, |account| i64::from(account.0));
            expected.insert(
                (book_name(*book).to_owned(), code.name().to_owned(), account),
                amount.minor(),
            );
        }
        if let Some((book, total)) = totals.iter().find(|(_, total)| **total != Money::ZERO) {
            let what = format!("its postings sum to {} and not to zero", total.minor());
            return flaw("posting", format!("book {}", book_name(*book)), what);
        }
        let mut statement = db.prepare(
            "SELECT book, code, account, amount FROM balance ORDER BY book, code, account",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let key: (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let kept: i64 = row.get(3)?;
            let name = format!("{} {} account {}", key.0, key.1, key.2);
            match expected.remove(&key) {
                Some(sum) if sum == kept => {}
                Some(sum) => {
                    return flaw(
                        "balance",
                        name,
                        format!("it says {kept}, but its postings come to {sum}"),
                    );
                }
                None => return flaw("balance", name, "it has no postings"),
            }
        }
        match expected.into_iter().next() {
            Some(((book, code, account), sum)) => {
                let name = format!("{book} {code} account {account}");
                flaw("balance", name, format!("it is missing; its postings come to {sum}"))
            }
            None => Ok(()),
        }
    }

    /// Screens find rows through indexes: they have to tell the same as the tables.
    fn indexes(db: &Connection) -> Result<(), Stop> {
        let told: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if told == "ok" { Ok(()) } else { flaw("index", "ledger.db", told) }
    }
}

fn least(db: &Connection, sql: &'static str) -> Result<Option<i64>, Stop> {
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

/// The next records; where a row in them cannot be decoded, those before it.
fn page(db: &Connection, after: Seq) -> Result<Vec<Record>, Stop> {
    let mut limit = PAGE;
    loop {
        match rows::load(db, after, limit) {
            Ok(records) => return Ok(records),
            Err(LoadError::Sqlite(error)) => return Err(error.into()),
            Err(LoadError::Row(_)) if limit > 1 => limit /= 2,
            Err(LoadError::Row(bad)) => {
                return flaw(bad.table, format!("record {}", bad.seq), bad.what);
            }
        }
    }
}

/// What stands beside the sealed part of a record.
struct Columns {
    kind: String,
    account: Option<i64>,
    meter: Option<i64>,
}

fn columns(db: &Connection, first: Seq, last: Seq) -> Result<BTreeMap<Seq, Columns>, Stop> {
    let mut statement = db.prepare_cached(
        "SELECT seq, kind, account, meter FROM record WHERE seq BETWEEN :first AND :last",
    )?;
    let found = statement
        .query_map(named_params! { ":first": int(first.0), ":last": int(last.0) }, |row| {
            let columns = Columns { kind: row.get(1)?, account: row.get(2)?, meter: row.get(3)? };
            Ok((Seq(count(row.get(0)?)), columns))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

#[derive(Debug, PartialEq, Eq)]
struct ReceiptRow {
    book: String,
    no: i64,
    account: i64,
    reverses: Option<i64>,
}

impl ReceiptRow {
    fn name(&self) -> String {
        format!("receipt {} {}", self.book, self.no)
    }
}

fn receipts(
    db: &Connection,
    first: Seq,
    last: Seq,
) -> Result<BTreeMap<Seq, Vec<ReceiptRow>>, Stop> {
    let mut statement = db.prepare_cached(
        "SELECT seq, book, no, account, reverses FROM receipt WHERE seq BETWEEN :first AND :last",
    )?;
    let mut rows =
        statement.query(named_params! { ":first": int(first.0), ":last": int(last.0) })?;
    let mut found = BTreeMap::<Seq, Vec<ReceiptRow>>::new();
    while let Some(row) = rows.next()? {
        let (book, no) = (row.get(1)?, row.get(2)?);
        let receipt = ReceiptRow { book, no, account: row.get(3)?, reverses: row.get(4)? };
        found.entry(Seq(count(row.get(0)?))).or_default().push(receipt);
    }
    Ok(found)
}

/// A record has exactly the receipt that its event issued.
fn receipt_of(record: &Record, facts: &Facts, found: Vec<ReceiptRow>) -> Result<(), Stop> {
    let expected = facts.receipt.map(|issued| ReceiptRow {
        book: book_name(record.book).to_owned(),
        no: int(issued.no.0),
        account: i64::from(issued.account.0),
        reverses: issued.reverses.map(|no| int(no.0)),
    });
    match (expected, found.as_slice()) {
        (None, []) => Ok(()),
        (Some(expected), [one]) if *one == expected => Ok(()),
        (Some(expected), []) => flaw(
            "receipt",
            expected.name(),
            format!("it is missing; record {} issued it", record.seq),
        ),
        (_, [one, ..]) => {
            let what = format!("it is not what record {} issued", record.seq);
            flaw("receipt", one.name(), what)
        }
    }
}
