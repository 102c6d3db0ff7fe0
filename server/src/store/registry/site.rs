//! The site itself, its first set-up, and losses that were accepted.

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::id::StaffId;
use shared::money::Currency;
use shared::time::Timestamp;

use crate::store::StoreError;
use crate::store::anchor::Recovery;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteEntry {
    pub name: String,
    pub currency: Currency,
    /// IANA name.
    pub zone: String,
    pub demo: bool,
}

pub fn site(db: &Connection) -> Result<Option<SiteEntry>, StoreError> {
    Ok(db
        .prepare_cached("SELECT name, currency, zone, demo FROM site")?
        .query_row([], |row| {
            let currency = super::named(row.get_ref("currency")?, |code| {
                Currency::try_from(code.to_owned()).ok()
            })?;
            let (name, zone) = (row.get("name")?, row.get("zone")?);
            Ok(SiteEntry { name, currency, zone, demo: row.get("demo")? })
        })
        .optional()?)
}

pub fn set_site(db: &Connection, site: &SiteEntry) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO site (one, name, currency, zone, demo)
         VALUES (1, :name, :currency, :zone, :demo)",
    )?
    .execute(named_params! {
        ":name": site.name,
        ":currency": site.currency.code(),
        ":zone": site.zone,
        ":demo": site.demo,
    })?;
    Ok(())
}

/// Where the first set-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupState {
    NotStarted,
    /// The SHA-256 of the one-time code that was printed.
    Waiting([u8; 32]),
    Done,
}

pub fn setup(db: &Connection) -> Result<SetupState, StoreError> {
    let code = db
        .prepare_cached("SELECT code FROM setup")?
        .query_row([], |row| row.get::<_, Option<[u8; 32]>>(0))
        .optional()?;
    Ok(match code {
        None => SetupState::NotStarted,
        Some(None) => SetupState::Done,
        Some(Some(hash)) => SetupState::Waiting(hash),
    })
}

/// A new code replaces the one before, until the set-up is done.
pub fn set_setup_code(db: &Connection, hash: [u8; 32], at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO setup (one, code, at) VALUES (1, :code, :at)
         ON CONFLICT DO UPDATE SET code = excluded.code, at = excluded.at WHERE code IS NOT NULL",
    )?
    .execute(named_params! { ":code": hash.as_slice(), ":at": at.millis() })?;
    Ok(())
}

/// The code is used up; it never works again.
pub fn end_setup(db: &Connection, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO setup (one, code, at) VALUES (1, NULL, :at)
         ON CONFLICT DO UPDATE SET code = NULL, at = excluded.at",
    )?
    .execute(named_params! { ":at": at.millis() })?;
    Ok(())
}

pub fn record_loss(
    db: &Connection,
    recovery: &Recovery,
    by: StaffId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let what = serde_json::to_string(recovery).expect("a recovery has only plain fields");
    db.prepare_cached("INSERT INTO recovery (at, by, what) VALUES (:at, :by, :what)")?
        .execute(named_params! { ":at": at.millis(), ":by": by.0, ":what": what })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_code_waits_until_it_is_used_and_never_comes_back() {
        let db = super::super::opened();
        let at = Timestamp::from_millis(1);
        assert_eq!(setup(&db).unwrap(), SetupState::NotStarted);
        set_setup_code(&db, [1; 32], at).unwrap();
        set_setup_code(&db, [2; 32], at).unwrap();
        assert_eq!(setup(&db).unwrap(), SetupState::Waiting([2; 32]));
        end_setup(&db, at).unwrap();
        set_setup_code(&db, [3; 32], at).unwrap();
        assert_eq!(setup(&db).unwrap(), SetupState::Done);
    }

    #[test]
    fn a_site_is_read_back_as_it_was_set() {
        let db = super::super::opened();
        assert_eq!(site(&db).unwrap(), None);
        let entry = SiteEntry {
            name: "梧桐苑".to_owned(),
            currency: Currency::CNY,
            zone: "Asia/Shanghai".to_owned(),
            demo: true,
        };
        set_site(&db, &entry).unwrap();
        assert_eq!(site(&db).unwrap(), Some(entry));
    }
}
