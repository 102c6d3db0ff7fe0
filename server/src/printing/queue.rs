//! The print queue on the disk: a receipt waits here until its printer has proven it, over power
//! cuts too.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use shared::api::receipt::Receipt;
use shared::id::{Book, ReceiptNo};
use shared::time::Timestamp;

use crate::store::StoreError;
use crate::store::journal::rows::{book_name, count, int};
use crate::store::schema::Schema;

pub(super) const QUEUE: Schema = Schema {
    name: "print queue",
    application_id: 0x4d48_5031, // "MHP1"
    steps: &[include_str!("../../migrations/printing_1.sql")],
};

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("printing.db")
}

/// A paper that is still to be printed.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "its number is called so in the table, too")]
pub(super) struct Job {
    pub(super) job: i64,
    pub(super) receipt: Receipt,
    pub(super) link: Option<String>,
    pub(super) asked: Timestamp,
    /// How often bytes of it went out.
    pub(super) begun: u32,
}

/// How far a paper has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) copy: u32,
    pub(super) begun: u32,
    pub(super) printed: Option<Timestamp>,
    /// Papers before it.
    pub(super) ahead: u32,
}

/// Asks for a paper; asking twice for the same one brings one.
pub(super) fn add(
    db: &Connection,
    receipt: &Receipt,
    link: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(receipt).expect("a receipt is plain JSON");
    db.prepare_cached(
        "INSERT INTO job (book, no, copy, receipt, link, asked)
         VALUES (:book, :no, :copy, :receipt, :link, :now)
         ON CONFLICT (book, no, copy) DO NOTHING",
    )?
    .execute(named_params! {
        ":book": book_name(receipt.book),
        ":no": int(receipt.no.0),
        ":copy": receipt.copy,
        ":receipt": body,
        ":link": link,
        ":now": now.millis(),
    })?;
    Ok(())
}

/// The paper whose turn it is.
pub(super) fn next(db: &Connection) -> Result<Option<Job>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT job, receipt, link, asked, begun FROM job
             WHERE printed IS NULL ORDER BY job LIMIT 1",
        )?
        .query_row([], job)
        .optional()?)
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let body: String = row.get("receipt")?;
    let receipt = serde_json::from_str(&body).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(error))
    })?;
    let link: String = row.get("link")?;
    Ok(Job {
        job: row.get("job")?,
        receipt,
        link: Some(link).filter(|link| !link.is_empty()),
        asked: Timestamp::from_millis(row.get("asked")?),
        begun: row.get("begun")?,
    })
}

/// To be known before the first byte leaves: after a power cut nobody can say how much came out.
pub(super) fn begin(db: &Connection, job: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE job SET begun = begun + 1 WHERE job = :job")?
        .execute(named_params! { ":job": job })?;
    Ok(())
}

pub(super) fn printed(db: &Connection, job: i64, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE job SET printed = :now, receipt = '' WHERE job = :job")?
        .execute(named_params! { ":job": job, ":now": now.millis() })?;
    Ok(())
}

pub(super) fn waiting(db: &Connection) -> Result<u32, StoreError> {
    let question = "SELECT count(*) FROM job WHERE printed IS NULL";
    Ok(db.prepare_cached(question)?.query_row([], |row| row.get(0))?)
}

/// The last paper of a receipt.
pub(super) fn progress(
    db: &Connection,
    book: Book,
    no: ReceiptNo,
) -> Result<Option<Progress>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT copy, begun, printed,
                 (SELECT count(*) FROM job AS other
                  WHERE other.printed IS NULL AND other.job < job.job) AS ahead
             FROM job WHERE book = :book AND no = :no ORDER BY copy DESC LIMIT 1",
        )?
        .query_row(named_params! { ":book": book_name(book), ":no": int(no.0) }, |row| {
            let printed = row.get::<_, Option<i64>>("printed")?;
            let ahead: i64 = row.get("ahead")?;
            Ok(Progress {
                copy: row.get("copy")?,
                begun: row.get("begun")?,
                printed: printed.map(Timestamp::from_millis),
                ahead: u32::try_from(count(ahead)).unwrap_or(u32::MAX),
            })
        })
        .optional()?)
}

#[cfg(test)]
mod tests {
    use super::super::paper::samples::receipt;
    use super::*;
    use crate::store::scratch::Scratch;

    const NOW: Timestamp = Timestamp::from_millis(5);

    #[test]
    fn papers_come_in_turn_and_stay_until_they_are_printed() {
        let dir = Scratch::new();
        let db = QUEUE.open(&path(dir.root())).unwrap();
        let other = Receipt { no: ReceiptNo(18), ..receipt() };
        add(&db, &receipt(), "", NOW).unwrap();
        add(&db, &receipt(), "", NOW).unwrap();
        add(&db, &other, "https://a.example", NOW).unwrap();
        assert_eq!(waiting(&db).unwrap(), 2, "the same paper twice is one");
        let ahead = |no| progress(&db, Book::Live, ReceiptNo(no)).unwrap().unwrap().ahead;
        assert_eq!((ahead(17), ahead(18)), (0, 1));

        let first = next(&db).unwrap().unwrap();
        assert_eq!((first.receipt.no, first.link, first.begun), (ReceiptNo(17), None, 0));
        begin(&db, first.job).unwrap();
        drop(db);
        let db = QUEUE.open(&path(dir.root())).unwrap();
        let again = next(&db).unwrap().unwrap();
        assert_eq!((again.job, again.begun), (first.job, 1), "begun and not proven");
        printed(&db, again.job, NOW).unwrap();
        let second = next(&db).unwrap().unwrap();
        assert_eq!(second.link.as_deref(), Some("https://a.example"));
        printed(&db, second.job, NOW).unwrap();
        assert!(next(&db).unwrap().is_none() && waiting(&db).unwrap() == 0);
        add(&db, &receipt(), "", NOW).unwrap();
        assert_eq!(waiting(&db).unwrap(), 0, "what was printed is not asked for again");
        let left: i64 =
            db.query_row("SELECT sum(length(receipt)) FROM job", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "no names stay in the queue");
    }
}
