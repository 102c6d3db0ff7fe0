//! An account's ledger, newest first.

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::api::ledger::{LedgerEntry, LedgerPage};
use shared::event::Event;
use shared::id::{AccountId, Seq, StaffId};
use shared::time::Timestamp;

use crate::store::StoreError;
use crate::store::journal::rows::{BadRow, count, int};

/// The most entries of a page.
pub const MOST: u32 = 200;

/// What moved an account's credit before `before`. `name` says who a staff number is.
pub fn page(
    db: &Connection,
    account: AccountId,
    before: Option<Seq>,
    limit: u32,
    name: impl Fn(StaffId) -> String,
) -> Result<LedgerPage, StoreError> {
    let limit = limit.clamp(1, MOST);
    let mut statement = db.prepare_cached(
        "SELECT seq, at, by_staff, body FROM record
         WHERE account = :account AND seq < :before AND kind IN ('settled', 'sold', 'reversed', 'arrears-due',
             'provisional-charged', 'provisional-released', 'adjusted', 'refunded')
         ORDER BY seq DESC LIMIT :limit",
    )?;
    let mut rows = statement.query(named_params! {
        ":account": account.0,
        ":before": before.map_or(i64::MAX, |seq| int(seq.0)),
        ":limit": limit,
    })?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get(0)?));
        let at = Timestamp::from_millis(row.get(1)?);
        let by = StaffId(row.get(2)?);
        let event = event(seq, row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
        entries.extend(LedgerEntry::of(seq, at, &event, || name(by)));
    }
    let full = u32::try_from(entries.len()).is_ok_and(|len| len == limit);
    let next = entries.last().filter(|_| full).map(|entry| entry.seq);
    Ok(LedgerPage { account, entries, next })
}

pub(in crate::store) fn event(seq: Seq, body: &str) -> Result<Event, StoreError> {
    Event::from_body(body).map_err(|error| {
        StoreError::Damaged(BadRow {
            table: "record",
            seq: seq.0,
            what: format!("the body is not an event: {error}"),
        })
    })
}
/// The time of the newest record of the live book.
pub fn last_live(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    db.prepare_cached("SELECT at FROM record WHERE book = 'live' ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0).map(Timestamp::from_millis))
        .optional()
        .map_err(StoreError::from)
}
