//! Acts of the command line that are in no journal yet: it works beside a running server, which alone
//! writes the journal and takes them over.

use rusqlite::{Connection, named_params};
use shared::staff::Act;

use crate::store::StoreError;

/// Keeps an act, in the transaction of what it makes so.
pub fn put(db: &Connection, act: &Act) -> Result<(), StoreError> {
    let text = serde_json::to_string(act).expect("an act has only string keys");
    db.prepare_cached("INSERT INTO unrecorded (act) VALUES (:act)")?
        .execute(named_params! { ":act": text })?;
    Ok(())
}

/// Ascending in time. What this version cannot read waits for one that can.
pub fn all(db: &Connection) -> Result<Vec<(i64, Act)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT no, act FROM unrecorded ORDER BY no")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let mut acts = Vec::new();
    for row in rows {
        let (no, text) = row?;
        if let Ok(act) = serde_json::from_str(&text) {
            acts.push((no, act));
        }
    }
    Ok(acts)
}

/// Is the making of this token still to be put on record?
pub fn made(db: &Connection, token: u32) -> Result<bool, StoreError> {
    let is_it = |act: &Act| matches!(act, Act::TokenMade { token: made, .. } if *made == token);
    Ok(all(db)?.iter().any(|(_, act)| is_it(act)))
}

/// The act stands in the journal.
pub fn recorded(db: &Connection, no: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM unrecorded WHERE no = :no")?
        .execute(named_params! { ":no": no })?;
    Ok(())
}
