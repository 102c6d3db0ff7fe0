//! The terms accounts are charged by, as the journal has them: tariffs, and who is on which.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use shared::event::Event;
use shared::id::{AccountId, Seq, StaffId, TariffId};
use shared::ledger::Record;
use shared::time::Timestamp;

use super::ledger::event;
use crate::store::StoreError;
use crate::store::journal::rows::{self, count, int};

/// A tariff as it was published last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub text: String,
    pub at: Timestamp,
    /// The second person; a file that came with the site had none.
    pub approved_by: Option<StaffId>,
}

pub fn published(db: &Connection) -> Result<BTreeMap<TariffId, Published>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, at, body FROM record WHERE kind = 'tariff-published' ORDER BY seq",
    )?;
    let mut found = statement.query([])?;
    let mut tariffs = BTreeMap::new();
    while let Some(row) = found.next()? {
        let at = Timestamp::from_millis(row.get(1)?);
        let body = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let told = event(Seq(count(row.get(0)?)), body)?;
        if let Event::TariffPublished { tariff, text, approved_by } = told {
            tariffs.insert(tariff, Published { text, at, approved_by });
        }
    }
    Ok(tariffs)
}

/// Which tariff each account is on.
pub fn of_accounts(db: &Connection) -> Result<BTreeMap<AccountId, TariffId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, body FROM record WHERE kind = 'account-opened' ORDER BY seq",
    )?;
    let mut found = statement.query([])?;
    let mut terms = BTreeMap::new();
    while let Some(row) = found.next()? {
        let body = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let told = event(Seq(count(row.get(0)?)), body)?;
        if let Event::AccountOpened { account, tariff, .. } = told {
            terms.insert(account, tariff);
        }
    }
    Ok(terms)
}

/// All that an account's standing follows from, in order.
pub fn standing(db: &Connection, account: AccountId) -> Result<Vec<Record>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq FROM record WHERE kind IN ('tariff-published', 'policy-published')
         UNION
         SELECT seq FROM record WHERE account = :account
         ORDER BY 1",
    )?;
    let places = statement
        .query_map(named_params! { ":account": account.0 }, |row| row.get(0).map(count))?
        .collect::<rusqlite::Result<Vec<u64>>>()?;
    let mut records = Vec::with_capacity(places.len());
    for place in places {
        records.extend(rows::load(db, Seq(place.saturating_sub(1)), 1)?);
    }
    Ok(records)
}

/// All that a charge of an account follows from, up to and including `seq`, in order.
pub fn behind(db: &Connection, account: AccountId, seq: Seq) -> Result<Vec<Record>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq FROM record WHERE kind = 'tariff-published' AND seq <= :seq
         UNION
         SELECT seq FROM record WHERE account = :account AND seq <= :seq
             AND kind IN ('account-opened', 'baseline', 'settled')
         ORDER BY 1",
    )?;
    let places = statement
        .query_map(named_params! { ":account": account.0, ":seq": int(seq.0) }, |row| {
            row.get(0).map(count)
        })?
        .collect::<rusqlite::Result<Vec<u64>>>()?;
    let mut records = Vec::with_capacity(places.len());
    for place in places {
        records.extend(rows::load(db, Seq(place.saturating_sub(1)), 1)?);
    }
    Ok(records)
}
