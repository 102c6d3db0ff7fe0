//! Records as rows, both ways.

use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, Row, named_params};
use shared::counter::CounterFact;
use shared::event::Event;
use shared::id::{AccountId, Book, IdempotencyKey, MeterId, ReceiptNo, Seq, SiteId, StaffId};
use shared::ledger::{Code, Hash, Posting, Record};
use shared::money::Money;
use shared::time::Timestamp;
use shared::vend::{Serial, Till};
use thiserror::Error;

/// A row that cannot be what the journal once wrote.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("table {table}, record {seq}: {what}")]
pub struct BadRow {
    pub table: &'static str,
    pub seq: u64,
    pub what: String,
}

/// Why rows could not be read.
#[derive(Debug, Error)]
pub enum LoadError {
    #[error(transparent)]
    Row(#[from] BadRow),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// What the tables keep of an event beside its body, so that screens find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) kind: &'static str,
    pub(crate) account: Option<AccountId>,
    pub(crate) meter: Option<MeterId>,
    pub(crate) receipt: Option<Issued>,
}

/// A receipt that an event issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) no: ReceiptNo,
    pub(crate) account: AccountId,
    pub(crate) reverses: Option<ReceiptNo>,
    pub(crate) till: Option<Till>,
    pub(crate) serial: Option<Serial>,
}

impl Facts {
    pub(crate) fn of(event: &Event) -> Self {
        let receipt = match event {
            Event::Sold(sale) => Some(Issued {
                no: sale.receipt,
                account: sale.account,
                reverses: None,
                till: sale.till,
                serial: sale.serial,
            }),
            Event::Reversed(reversal) => Some(Issued {
                no: reversal.receipt,
                account: reversal.account,
                reverses: Some(reversal.of),
                till: reversal.till,
                serial: reversal.serial,
            }),
            Event::Refunded(refund) => Some(Issued {
                no: refund.receipt,
                account: refund.account,
                reverses: None,
                till: Some(refund.till),
                serial: refund.serial,
            }),
            Event::TariffPublished { .. }
            | Event::AccountOpened { .. }
            | Event::MeterBound { .. }
            | Event::Baseline { .. }
            | Event::Settled(_)
            | Event::LowCredit { .. }
            | Event::Cut { .. }
            | Event::Lifted { .. }
            | Event::SupplyProven { .. }
            | Event::ReadingHeld { .. }
            | Event::HoldEnded { .. }
            | Event::AlarmRaised { .. }
            | Event::AlarmAcknowledged { .. }
            | Event::AlarmCleared { .. }
            | Event::Acted { .. }
            | Event::ArrearsAdded(_)
            | Event::Counter(_)
            | Event::ArrearsDue(_)
            | Event::ArrearsCancelled(_)
            | Event::Adjusted(_)
            | Event::Exchanged { .. }
            | Event::ExceptionNoted { .. }
            | Event::PolicyPublished { .. }
            | Event::MeterPlaced { .. }
            | Event::NoticeDelivered { .. }
            | Event::Payment(_)
            | Event::CutUndelivered { .. }
            | Event::Rearmed { .. }
            | Event::EmergencyOffered { .. }
            | Event::EmergencyBegun { .. }
            | Event::EmergencyRepaid { .. }
            | Event::EmergencyRearmed { .. }
            | Event::Protected { .. }
            | Event::Unprotected { .. }
            | Event::Paused { .. }
            | Event::CutHeld { .. }
            | Event::HeldCutEnded { .. }
            | Event::RequestMade { .. }
            | Event::RequestDecided { .. }
            | Event::CutsReleased { .. }
            | Event::Resumed { .. }
            | Event::RestoreConfirmed { .. }
            | Event::ProvisionalCharged(_)
            | Event::ProvisionalReleased { .. } => None,
        };
        Self { kind: kind(event), account: event.account(), meter: event.meter(), receipt }
    }
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::TariffPublished { .. } => "tariff-published",
        Event::AccountOpened { .. } => "account-opened",
        Event::MeterBound { .. } => "meter-bound",
        Event::Baseline { .. } => "baseline",
        Event::Settled(_) => "settled",
        Event::Sold(_) => "sold",
        Event::Reversed(_) => "reversed",
        Event::Refunded(_) => "refunded",
        Event::ArrearsAdded(_) => "arrears-added",
        Event::Counter(CounterFact::Opened { .. }) => "shift-opened",
        Event::Counter(CounterFact::Closed(_)) => "shift-closed",
        Event::Counter(CounterFact::CashMoved(_)) => "cash-moved",
        Event::Counter(CounterFact::Countersigned { .. }) => "shift-countersigned",
        Event::Counter(CounterFact::Limited { .. }) => "limits-set",
        Event::Counter(CounterFact::Raised { .. }) => "limit-raised",
        Event::Counter(CounterFact::Split { .. }) => "sale-split",
        Event::ArrearsDue(_) => "arrears-due",
        Event::ArrearsCancelled(_) => "arrears-cancelled",
        Event::Adjusted(_) => "adjusted",
        Event::Exchanged { .. } => "exchanged",
        Event::ExceptionNoted { .. } => "exception-noted",
        Event::ProvisionalCharged(_) => "provisional-charged",
        Event::ProvisionalReleased { .. } => "provisional-released",
        Event::LowCredit { .. } => "low-credit",
        Event::Cut { .. } => "cut",
        Event::Lifted { .. } => "lifted",
        Event::SupplyProven { .. } => "supply-proven",
        Event::ReadingHeld { .. } => "reading-held",
        Event::HoldEnded { .. } => "hold-ended",
        Event::AlarmRaised { .. } => "alarm-raised",
        Event::AlarmAcknowledged { .. } => "alarm-acknowledged",
        Event::AlarmCleared { .. } => "alarm-cleared",
        Event::Acted { .. } => "acted",
        Event::PolicyPublished { .. } => "policy-published",
        Event::MeterPlaced { .. } => "meter-placed",
        Event::NoticeDelivered { .. } => "notice-delivered",
        Event::Payment(_) => "payment",
        Event::CutUndelivered { .. } => "cut-undelivered",
        Event::Rearmed { .. } => "rearmed",
        Event::EmergencyOffered { .. } => "emergency-offered",
        Event::EmergencyBegun { .. } => "emergency-begun",
        Event::EmergencyRepaid { .. } => "emergency-repaid",
        Event::EmergencyRearmed { .. } => "emergency-rearmed",
        Event::Protected { .. } => "protected",
        Event::Unprotected { .. } => "unprotected",
        Event::Paused { .. } => "paused",
        Event::Resumed { .. } => "resumed",
        Event::CutHeld { .. } => "cut-held",
        Event::HeldCutEnded { .. } => "held-cut-ended",
        Event::CutsReleased { .. } => "cuts-released",
        Event::RequestMade { .. } => "request-made",
        Event::RequestDecided { .. } => "request-decided",
        Event::RestoreConfirmed { .. } => "restore-confirmed",
    }
}

/// A book's name in tables.
pub(crate) fn book_name(book: Book) -> &'static str {
    match book {
        Book::Live => "live",
        Book::Simulated => "simulated",
    }
}

pub(crate) fn book_named(name: &str) -> Option<Book> {
    [Book::Live, Book::Simulated].into_iter().find(|book| book_name(*book) == name)
}

/// A count as SQLite keeps it.
pub(crate) fn int(count: u64) -> i64 {
    i64::try_from(count).expect("the journal counts below 2^63")
}

pub(crate) fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or_default()
}

/// Writes one record with its postings and its receipt.
pub(crate) fn insert(db: &Connection, record: &Record, facts: &Facts) -> rusqlite::Result<()> {
    let seq = int(record.seq.0);
    let book = book_name(record.book);
    db.prepare_cached(
        "INSERT INTO record (seq, site, at, book, by_staff, key, kind, account, meter, body, prev, hash)
         VALUES (:seq, :site, :at, :book, :by, :key, :kind, :account, :meter, :body, :prev, :hash)",
    )?
    .execute(named_params! {
        ":seq": seq,
        ":site": record.site.0,
        ":at": record.at.millis(),
        ":book": book,
        ":by": record.by.0,
        ":key": record.key.as_ref().map(IdempotencyKey::as_str),
        ":kind": facts.kind,
        ":account": facts.account.map(|account| account.0),
        ":meter": facts.meter.map(|meter| meter.0),
        ":body": record.body,
        ":prev": record.prev.0.as_slice(),
        ":hash": record.hash.0.as_slice(),
    })?;
    for (n, posting) in (0_i64..).zip(&record.postings) {
        db.prepare_cached(
            "INSERT INTO posting (seq, n, code, account, amount)
             VALUES (:seq, :n, :code, :account, :amount)",
        )?
        .execute(named_params! {
            ":seq": seq,
            ":n": n,
            ":code": posting.code.name(),
            ":account": posting.account.map(|account| account.0),
            ":amount": posting.amount.minor(),
        })?;
    }
    if let Some(issued) = facts.receipt {
        db.prepare_cached(
            "INSERT INTO receipt (book, no, seq, account, reverses)
             VALUES (:book, :no, :seq, :account, :reverses)",
        )?
        .execute(named_params! {
            ":book": book,
            ":no": int(issued.no.0),
            ":seq": seq,
            ":account": issued.account.0,
            ":reverses": issued.reverses.map(|no| int(no.0)),
        })?;
    }
    Ok(())
}

/// Adds `amount` to the kept sum of one code and account.
pub(crate) fn add_to_balance(
    db: &Connection,
    book: Book,
    code: Code,
    account: Option<AccountId>,
    amount: Money,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO balance (book, code, account, amount) VALUES (:book, :code, :account, :amount)
         ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
    )?
    .execute(named_params! {
        ":book": book_name(book),
        ":code": code.name(),
        ":account": account.map_or(0, |account| account.0),
        ":amount": amount.minor(),
    })?;
    Ok(())
}

/// Records after `after`, in order, with their postings.
pub fn load(db: &Connection, after: Seq, limit: u32) -> Result<Vec<Record>, LoadError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, site, at, book, by_staff, key, body, prev, hash FROM record
         WHERE seq > :after ORDER BY seq LIMIT :limit",
    )?;
    let mut rows = statement.query(named_params! { ":after": int(after.0), ":limit": limit })?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record(row)?);
    }
    let (Some(first), Some(last)) = (records.first(), records.last()) else {
        return Ok(records);
    };
    let (first, last) = (first.seq, last.seq);
    let mut statement = db.prepare_cached(
        "SELECT seq, code, account, amount FROM posting WHERE seq BETWEEN :first AND :last
         ORDER BY seq, n",
    )?;
    let mut rows =
        statement.query(named_params! { ":first": int(first.0), ":last": int(last.0) })?;
    let mut open = records.iter_mut().peekable();
    while let Some(row) = rows.next()? {
        let (seq, posting) = posting(row)?;
        while open.next_if(|record| record.seq < seq).is_some() {}
        match open.peek_mut() {
            Some(record) if record.seq == seq => record.postings.push(posting),
            Some(_) | None => {
                let what = "the posting has no record".to_owned();
                return Err(BadRow { table: "posting", seq: seq.0, what }.into());
            }
        }
    }
    Ok(records)
}

fn record(row: &Row<'_>) -> Result<Record, LoadError> {
    let seq = Seq(count(row.get(0)?));
    let bad = |what: &str| BadRow { table: "record", seq: seq.0, what: what.to_owned() };
    let hash = |column: &str| -> Result<Hash, LoadError> {
        let bytes = field::<Vec<u8>>(row, column, "record", seq)?;
        let seal = bytes.try_into().map_err(|_long| bad("a seal is not 32 bytes long"))?;
        Ok(Hash(seal))
    };
    let key = field::<Option<String>>(row, "key", "record", seq)?
        .map(IdempotencyKey::try_from)
        .transpose()
        .map_err(|error| bad(&error.to_string()))?;
    let book = field::<String>(row, "book", "record", seq)?;
    Ok(Record {
        site: SiteId(field(row, "site", "record", seq)?),
        seq,
        at: Timestamp::from_millis(field(row, "at", "record", seq)?),
        book: book_named(&book).ok_or_else(|| bad("the book is neither live nor simulated"))?,
        by: StaffId(field(row, "by_staff", "record", seq)?),
        key,
        body: field(row, "body", "record", seq)?,
        postings: Vec::new(),
        prev: hash("prev")?,
        hash: hash("hash")?,
    })
}

fn posting(row: &Row<'_>) -> Result<(Seq, Posting), LoadError> {
    let seq = Seq(count(row.get(0)?));
    let name = field::<String>(row, "code", "posting", seq)?;
    let code = Code::ALL.into_iter().find(|code| code.name() == name).ok_or_else(|| BadRow {
        table: "posting",
        seq: seq.0,
        what: format!("`{name}` is not in the chart of accounts"),
    })?;
    let account = field::<Option<u32>>(row, "account", "posting", seq)?.map(AccountId);
    let amount = Money::from_minor(field(row, "amount", "posting", seq)?);
    Ok((seq, Posting { code, account, amount }))
}

/// A column, or the sentence that it holds something else than it should.
fn field<T: FromSql>(
    row: &Row<'_>,
    column: &str,
    table: &'static str,
    seq: Seq,
) -> Result<T, LoadError> {
    let value: ValueRef<'_> = row.get_ref(column)?;
    T::column_result(value).map_err(|error| {
        BadRow { table, seq: seq.0, what: format!("column {column}: {error}") }.into()
    })
}
