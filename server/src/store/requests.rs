//! Requests that a second person decides.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params, types::Type};
use serde::de::DeserializeOwned;
use shared::api::approval::Evidence;
use shared::id::StaffId;
use shared::staff::Matter;
use shared::time::{Span, Timestamp};

use crate::store::StoreError;
use crate::store::journal::rows::{count, int};

/// A request that nobody decides lapses after this.
pub const LASTS: Span = Span::from_days(7);

/// What is asked of a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub matter: Matter,
    pub evidence: Vec<Evidence>,
    pub reason: String,
    pub by: StaffId,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestEntry {
    pub id: u64,
    pub request: Request,
    pub expires: Timestamp,
    pub verdict: Option<Verdict>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub by: StaffId,
    pub at: Timestamp,
    pub approved: bool,
    pub note: String,
}

pub fn add(db: &Connection, request: &Request) -> Result<u64, StoreError> {
    let json = "a matter and its evidence have only string keys";
    Ok(db
        .prepare_cached(
            "INSERT INTO request (kind, matter, evidence, reason, asked_by, asked, expires)
             VALUES (:kind, :matter, :evidence, :reason, :by, :at, :expires) RETURNING request",
        )?
        .query_row(
            named_params! {
                ":kind": request.matter.kind(),
                ":matter": serde_json::to_string(&request.matter).expect(json),
                ":evidence": serde_json::to_string(&request.evidence).expect(json),
                ":reason": request.reason,
                ":by": request.by.0,
                ":at": request.at.millis(),
                ":expires": (request.at + LASTS).millis(),
            },
            |row| row.get(0).map(count),
        )?)
}

macro_rules! requests {
    ($which:literal) => {
        concat!(
            "SELECT request, matter, evidence, reason, asked_by, asked, expires,
                decided_by, decided, approved, note FROM request ",
            $which
        )
    };
}

/// All requests: those that wait first, then the newest.
pub fn all(db: &Connection) -> Result<Vec<RequestEntry>, StoreError> {
    let mut statement =
        db.prepare_cached(requests!("ORDER BY decided IS NOT NULL, request DESC LIMIT 100"))?;
    let rows = statement.query_map([], entry)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub fn get(db: &Connection, id: u64) -> Result<Option<RequestEntry>, StoreError> {
    Ok(db
        .prepare_cached(requests!("WHERE request = :id"))?
        .query_row(named_params! { ":id": int(id) }, entry)
        .optional()?)
}

/// Keeps a verdict; false where one was given already or the request has lapsed.
pub fn decide(db: &Connection, id: u64, verdict: &Verdict) -> Result<bool, StoreError> {
    let changed = db
        .prepare_cached(
            "UPDATE request SET decided_by = :by, decided = :at, approved = :approved, note = :note
             WHERE request = :id AND decided IS NULL AND expires > :at",
        )?
        .execute(named_params! {
            ":by": verdict.by.0,
            ":at": verdict.at.millis(),
            ":approved": verdict.approved,
            ":note": verdict.note,
            ":id": int(id),
        })?;
    Ok(changed > 0)
}

/// Requests without a verdict, also those that have lapsed meanwhile.
pub fn undecided(db: &Connection) -> Result<Vec<RequestEntry>, StoreError> {
    let mut statement = db.prepare_cached(requests!("WHERE decided IS NULL"))?;
    let rows = statement.query_map([], entry)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<RequestEntry> {
    let by: Option<u32> = row.get("decided_by")?;
    let verdict = match by {
        Some(by) => Some(Verdict {
            by: StaffId(by),
            at: Timestamp::from_millis(row.get("decided")?),
            approved: row.get("approved")?,
            note: row.get("note")?,
        }),
        None => None,
    };
    Ok(RequestEntry {
        id: count(row.get("request")?),
        request: Request {
            matter: json(row, 1)?,
            evidence: json(row, 2)?,
            reason: row.get("reason")?,
            by: StaffId(row.get("asked_by")?),
            at: Timestamp::from_millis(row.get("asked")?),
        },
        expires: Timestamp::from_millis(row.get("expires")?),
        verdict,
    })
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|fault| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(fault))
    })
}

#[cfg(test)]
mod tests {
    use shared::id::{AccountId, Book, ReceiptNo};
    use shared::money::Money;

    use super::*;

    fn asked(db: &Connection, by: u32) -> u64 {
        let (book, receipt) = (Book::Live, ReceiptNo(7));
        let (account, amount) = (AccountId(1), Money::from_minor(500));
        let matter = Matter::Reversal { book, receipt, account, amount, as_debt: false };
        let (reason, at) = ("wrong room".to_owned(), Timestamp::from_millis(1_000));
        add(db, &Request { matter, evidence: Vec::new(), reason, by: StaffId(by), at }).unwrap()
    }

    fn verdict(by: u32, at: i64) -> Verdict {
        let note = String::new();
        Verdict { by: StaffId(by), at: Timestamp::from_millis(at), approved: true, note }
    }

    #[test]
    fn a_request_is_decided_once_by_another_person_and_in_time() {
        let db = super::super::registry::opened();
        let id = asked(&db, 1);
        assert!(decide(&db, id, &verdict(1, 2_000)).is_err(), "the person who asked");
        assert!(decide(&db, id, &verdict(2, 2_000)).unwrap());
        assert!(!decide(&db, id, &verdict(3, 3_000)).unwrap(), "a second verdict");
        let late = asked(&db, 1);
        let lapsed = 1_000 + LASTS.millis();
        assert!(!decide(&db, late, &verdict(2, lapsed)).unwrap());
        assert!(decide(&db, late, &verdict(2, lapsed - 1)).unwrap());
        assert_eq!(get(&db, id).unwrap().unwrap().verdict, Some(verdict(2, 2_000)));
    }

    #[test]
    fn what_was_asked_is_never_changed() {
        let db = super::super::registry::opened();
        asked(&db, 1);
        for sql in [
            "UPDATE request SET matter = '{}'",
            "UPDATE request SET reason = 'another'",
            "DELETE FROM request",
        ] {
            assert!(db.execute_batch(sql).is_err(), "{sql}");
        }
    }
}
