//! Drafts of tariffs.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use shared::id::{StaffId, TariffId};
use shared::time::Timestamp;

use crate::store::StoreError;
use crate::store::journal::rows::{count, int};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftEntry {
    pub id: u64,
    pub tariff: TariffId,
    pub name: String,
    pub text: String,
    pub by: StaffId,
    pub at: Timestamp,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_thrown_away_once() {
        let db = super::super::registry::opened();
        let tariff = TariffId("flat".to_owned());
        let at = Timestamp::from_millis(1_000);
        let id = add(&db, &tariff, "Flat", "text", StaffId(1), at).unwrap();
        assert_eq!(get(&db, id).unwrap().unwrap().tariff, tariff);
        assert!(remove(&db, id).unwrap());
        assert!(!remove(&db, id).unwrap());
        assert_eq!(all(&db).unwrap(), []);
    }
}
