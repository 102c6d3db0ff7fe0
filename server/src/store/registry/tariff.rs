//! Tariff files under the name of their content, and which one is in use since when.

use rusqlite::{Connection, OptionalExtension, named_params};
use sha2::{Digest, Sha256};
use shared::id::{StaffId, TariffId};
use shared::ledger::Hash;
use shared::time::Timestamp;

use crate::store::StoreError;

/// A tariff's text as it was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TariffFile {
    pub hash: Hash,
    pub tariff: TariffId,
    pub body: String,
}

/// A version that was put in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TariffUse {
    pub tariff: TariffId,
    pub hash: Hash,
    pub since: Timestamp,
}

/// Keeps a tariff's text; the same text again is the same file.
pub fn add(
    db: &Connection,
    tariff: &TariffId,
    body: &str,
    by: StaffId,
    at: Timestamp,
) -> Result<Hash, StoreError> {
    let hash = Hash(Sha256::digest(body.as_bytes()).into());
    db.prepare_cached(
        "INSERT INTO tariff_file (hash, tariff, body, added, by)
         VALUES (:hash, :tariff, :body, :at, :by) ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":hash": hash.0.as_slice(),
        ":tariff": tariff.0,
        ":body": body,
        ":at": at.millis(),
        ":by": by.0,
    })?;
    Ok(hash)
}

pub fn file(db: &Connection, hash: Hash) -> Result<Option<TariffFile>, StoreError> {
    Ok(db
        .prepare_cached("SELECT tariff, body FROM tariff_file WHERE hash = :hash")?
        .query_row(named_params! { ":hash": hash.0.as_slice() }, |row| {
            Ok(TariffFile { hash, tariff: TariffId(row.get(0)?), body: row.get(1)? })
        })
        .optional()?)
}

/// Puts a kept file in use from `since` on.
pub fn put_in_use(
    db: &Connection,
    tariff: &TariffId,
    hash: Hash,
    since: Timestamp,
    by: StaffId,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO tariff_use (tariff, hash, since, by) VALUES (:tariff, :hash, :since, :by)",
    )?
    .execute(named_params! {
        ":tariff": tariff.0,
        ":hash": hash.0.as_slice(),
        ":since": since.millis(),
        ":by": by.0,
    })?;
    Ok(())
}

/// Every version that was ever in use, in the order it was put in use.
pub fn uses(db: &Connection) -> Result<Vec<TariffUse>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT tariff, hash, since FROM tariff_use ORDER BY n")?;
    let rows = statement.query_map([], |row| {
        Ok(TariffUse {
            tariff: TariffId(row.get(0)?),
            hash: Hash(row.get(1)?),
            since: Timestamp::from_millis(row.get(2)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_tariff_is_never_changed() {
        let db = super::super::opened();
        let flat = TariffId("flat".to_owned());
        let (by, at) = (StaffId(1), Timestamp::from_millis(5));
        let hash = add(&db, &flat, "price = \"0.5283\"", by, at).unwrap();
        assert_eq!(add(&db, &flat, "price = \"0.5283\"", by, at).unwrap(), hash);
        put_in_use(&db, &flat, hash, at, by).unwrap();
        for sql in [
            "UPDATE tariff_file SET body = ''",
            "DELETE FROM tariff_file",
            "DELETE FROM tariff_use",
        ] {
            assert!(db.execute_batch(sql).is_err(), "{sql}");
        }
        assert_eq!(file(&db, hash).unwrap().unwrap().body, "price = \"0.5283\"");
        assert_eq!(uses(&db).unwrap(), [TariffUse { tariff: flat.clone(), hash, since: at }]);
        assert!(put_in_use(&db, &flat, Hash([9; 32]), at, by).is_err());
    }
}
