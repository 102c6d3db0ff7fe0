//! Drafts of tariffs, and requests that a second person decides.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use shared::id::{StaffId, TariffId};
use shared::time::{Span, Timestamp};

use crate::store::StoreError;
use crate::store::journal::rows::{count, int};

/// A request that nobody decides lapses after this.
pub const LASTS: Span = Span::from_days(7);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftEntry {
    pub id: u64,
    pub tariff: TariffId,
    pub name: String,
    pub text: String,
    pub by: StaffId,
    pub at: Timestamp,
}

/// What is asked of a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub tariff: TariffId,
    pub name: String,
    pub text: String,
    /// Civil date.
    pub starts: String,
    pub reason: String,
    pub by: StaffId,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalEntry {
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

pub fn add(
    db: &Connection,
    tariff: &TariffId,
    name: &str,
    text: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<u64, StoreError> {
    Ok(db
        .prepare_cached(
            "INSERT INTO tariff_draft (tariff, name, body, by, at)
             VALUES (:tariff, :name, :body, :by, :at) RETURNING draft",
        )?
        .query_row(
            named_params! {
                ":tariff": tariff.0, ":name": name, ":body": text, ":by": by.0, ":at": at.millis(),
            },
            |row| row.get(0).map(count),
        )?)
}

/// All drafts, newest first.
pub fn all(db: &Connection) -> Result<Vec<DraftEntry>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT draft, tariff, name, body, by, at FROM tariff_draft ORDER BY draft DESC",
    )?;
    let rows = statement.query_map([], draft)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub fn get(db: &Connection, id: u64) -> Result<Option<DraftEntry>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT draft, tariff, name, body, by, at FROM tariff_draft WHERE draft = :id",
        )?
        .query_row(named_params! { ":id": int(id) }, draft)
        .optional()?)
}

/// Throws a draft away; was there one?
pub fn remove(db: &Connection, id: u64) -> Result<bool, StoreError> {
    let gone = db
        .prepare_cached("DELETE FROM tariff_draft WHERE draft = :id")?
        .execute(named_params! { ":id": int(id) })?;
    Ok(gone > 0)
}

fn draft(row: &Row<'_>) -> rusqlite::Result<DraftEntry> {
    Ok(DraftEntry {
        id: count(row.get(0)?),
        tariff: TariffId(row.get(1)?),
        name: row.get(2)?,
        text: row.get(3)?,
        by: StaffId(row.get(4)?),
        at: Timestamp::from_millis(row.get(5)?),
    })
}

/// Turns a draft into a request; the draft goes with it.
pub fn request(db: &mut Connection, draft: u64, request: &Request) -> Result<u64, StoreError> {
    let both = db.transaction()?;
    let id = both
        .prepare_cached(
            "INSERT INTO approval
                 (tariff, name, body, starts, reason, requested_by, requested, expires)
             VALUES (:tariff, :name, :body, :starts, :reason, :by, :at, :expires)
             RETURNING approval",
        )?
        .query_row(
            named_params! {
                ":tariff": request.tariff.0,
                ":name": request.name,
                ":body": request.text,
                ":starts": request.starts,
                ":reason": request.reason,
                ":by": request.by.0,
                ":at": request.at.millis(),
                ":expires": (request.at + LASTS).millis(),
            },
            |row| row.get(0).map(count),
        )?;
    remove(&both, draft)?;
    both.commit()?;
    Ok(id)
}

macro_rules! approvals {
    ($which:literal) => {
        concat!(
            "SELECT approval, tariff, name, body, starts, reason, requested_by, requested, expires,
                decided_by, decided, approved, note FROM approval ",
            $which
        )
    };
}

/// All requests: those that wait first, then the newest.
pub fn approvals(db: &Connection) -> Result<Vec<ApprovalEntry>, StoreError> {
    let mut statement =
        db.prepare_cached(approvals!("ORDER BY decided IS NOT NULL, approval DESC LIMIT 100"))?;
    let rows = statement.query_map([], approval)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub fn approval_of(db: &Connection, id: u64) -> Result<Option<ApprovalEntry>, StoreError> {
    Ok(db
        .prepare_cached(approvals!("WHERE approval = :id"))?
        .query_row(named_params! { ":id": int(id) }, approval)
        .optional()?)
}

/// Keeps a verdict; false where one was given already or the request has lapsed.
pub fn decide(db: &Connection, id: u64, verdict: &Verdict) -> Result<bool, StoreError> {
    let changed = db
        .prepare_cached(
            "UPDATE approval SET decided_by = :by, decided = :at, approved = :approved, note = :note
             WHERE approval = :id AND decided IS NULL AND expires > :at",
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

fn approval(row: &Row<'_>) -> rusqlite::Result<ApprovalEntry> {
    let by: Option<u32> = row.get(9)?;
    let verdict = match by {
        Some(by) => Some(Verdict {
            by: StaffId(by),
            at: Timestamp::from_millis(row.get(10)?),
            approved: row.get(11)?,
            note: row.get(12)?,
        }),
        None => None,
    };
    Ok(ApprovalEntry {
        id: count(row.get(0)?),
        request: Request {
            tariff: TariffId(row.get(1)?),
            name: row.get(2)?,
            text: row.get(3)?,
            starts: row.get(4)?,
            reason: row.get(5)?,
            by: StaffId(row.get(6)?),
            at: Timestamp::from_millis(row.get(7)?),
        },
        expires: Timestamp::from_millis(row.get(8)?),
        verdict,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(db: &mut Connection, by: u32) -> u64 {
        let tariff = TariffId("flat".to_owned());
        let at = Timestamp::from_millis(1_000);
        let draft = add(db, &tariff, "Flat", "text", StaffId(by), at).unwrap();
        let request_of = Request {
            tariff,
            name: "Flat".to_owned(),
            text: "text".to_owned(),
            starts: "2027-01-01".to_owned(),
            reason: "new year".to_owned(),
            by: StaffId(by),
            at,
        };
        request(db, draft, &request_of).unwrap()
    }

    fn verdict(by: u32, at: i64) -> Verdict {
        let note = String::new();
        Verdict { by: StaffId(by), at: Timestamp::from_millis(at), approved: true, note }
    }

    #[test]
    fn a_request_is_decided_once_by_another_person_and_in_time() {
        let mut db = super::super::registry::opened();
        let id = asked(&mut db, 1);
        assert_eq!(all(&db).unwrap(), [], "the draft became the request");
        assert!(decide(&db, id, &verdict(1, 2_000)).is_err(), "the person who asked");
        assert!(decide(&db, id, &verdict(2, 2_000)).unwrap());
        assert!(!decide(&db, id, &verdict(3, 3_000)).unwrap(), "a second verdict");
        let late = asked(&mut db, 1);
        let lapsed = 1_000 + LASTS.millis();
        assert!(!decide(&db, late, &verdict(2, lapsed)).unwrap());
        assert!(decide(&db, late, &verdict(2, lapsed - 1)).unwrap());
        assert_eq!(approval_of(&db, id).unwrap().unwrap().verdict, Some(verdict(2, 2_000)));
    }

    #[test]
    fn what_was_asked_is_never_changed() {
        let mut db = super::super::registry::opened();
        asked(&mut db, 1);
        for sql in ["UPDATE approval SET body = 'other'", "DELETE FROM approval"] {
            assert!(db.execute_batch(sql).is_err(), "{sql}");
        }
    }
}
