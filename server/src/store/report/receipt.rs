//! Receipts as sold, and the count of their reprints.

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::api::receipt::IssuedFor;
use shared::id::{AccountId, Book, ReceiptNo, Seq, StaffId};
use shared::ledger::Hash;
use shared::time::Timestamp;
use shared::vend::Serial;

use crate::store::StoreError;
use crate::store::journal::rows::{book_name, count, int};
use crate::store::report::ledger::event;

/// What the ledger knows of a receipt; names of people and places come from the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub book: Book,
    pub no: ReceiptNo,
    pub seq: Seq,
    pub at: Timestamp,
    pub by: StaffId,
    pub account: AccountId,
    pub what: IssuedFor,
    /// The journal's seal at this record.
    pub seal: Hash,
    /// The reversal that took this one back.
    pub reversed_by: Option<ReceiptNo>,
}

pub fn get(db: &Connection, book: Book, no: ReceiptNo) -> Result<Option<Issued>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT seq, at, by_staff, body, hash, receipt.account AS account,
                 (SELECT no FROM receipt AS later
                  WHERE later.book = receipt.book AND later.reverses = receipt.no) AS reversed_by
             FROM receipt JOIN record USING (seq)
             WHERE receipt.book = :book AND receipt.no = :no",
        )?
        .query_row(named_params! { ":book": book_name(book), ":no": int(no.0) }, |row| {
            let seq = Seq(count(row.get("seq")?));
            let at = Timestamp::from_millis(row.get("at")?);
            let by = StaffId(row.get("by_staff")?);
            let account = AccountId(row.get("account")?);
            let seal = Hash(row.get("hash")?);
            let reversed_by = row.get::<_, Option<i64>>("reversed_by")?;
            let reversed_by = reversed_by.map(|no| ReceiptNo(count(no)));
            let body: String = row.get("body")?;
            Ok((seq, at, by, account, seal, reversed_by, body))
        })
        .optional()?;
    let Some((seq, at, by, account, seal, reversed_by, body)) = found else {
        return Ok(None);
    };
    let Some(what) = IssuedFor::of(event(seq, &body)?) else { return Ok(None) };
    Ok(Some(Issued { book, no, seq, at, by, account, what, seal, reversed_by }))
}

/// The receipt of this number in the series of a counter.
pub fn numbered(
    db: &Connection,
    book: Book,
    serial: Serial,
) -> Result<Option<ReceiptNo>, StoreError> {
    // A series counts no faster than its book. Within JSON no text of people can hold these quotes.
    Ok(db
        .prepare_cached(
            "SELECT receipt.no FROM receipt JOIN record USING (seq)
             WHERE receipt.book = :book AND receipt.no >= :least AND instr(body, :serial) > 0
             ORDER BY receipt.no LIMIT 1",
        )?
        .query_row(
            named_params! {
                ":book": book_name(book),
                ":least": int(serial.no),
                ":serial": format!("\"serial\":\"{serial}\""),
            },
            |row| row.get(0).map(|no| ReceiptNo(count(no))),
        )
        .optional()?)
}

/// Counts one more reprint in the registry, and says which copy it is: 1 for the first.
pub fn count_copy(
    registry: &Connection,
    book: Book,
    no: ReceiptNo,
    by: StaffId,
    at: Timestamp,
) -> Result<u32, StoreError> {
    Ok(registry
        .prepare_cached(
            "INSERT INTO copy (book, no, copy, at, by)
             SELECT :book, :no, coalesce(max(copy), 0) + 1, :at, :by FROM copy
             WHERE book = :book AND no = :no
             RETURNING copy",
        )?
        .query_row(
            named_params! {
                ":book": book_name(book),
                ":no": int(no.0),
                ":at": at.millis(),
                ":by": by.0,
            },
            |row| row.get(0),
        )?)
}
