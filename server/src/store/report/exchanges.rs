//! What was exchanged at a place, newest first.

use rusqlite::{Connection, named_params};
use shared::api::meter::ExchangeRow;
use shared::event::Event;
use shared::id::{AccountId, MeterId, Seq, StaffId};
use shared::time::Timestamp;

use super::ledger::event;
use crate::store::StoreError;
use crate::store::journal::rows::count;

/// `name` says who a staff number is.
pub fn of(
    db: &Connection,
    account: AccountId,
    meter: MeterId,
    name: impl Fn(StaffId) -> String,
) -> Result<Vec<ExchangeRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, at, by_staff, body FROM record
         WHERE account = :account AND meter = :meter AND kind = 'exchanged'
         ORDER BY seq DESC",
    )?;
    let mut rows = statement.query(named_params! { ":account": account.0, ":meter": meter.0 })?;
    let mut exchanges = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get(0)?));
        let at = Timestamp::from_millis(row.get(1)?);
        let by = name(StaffId(row.get(2)?));
        let told = event(seq, row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
        if let Event::Exchanged { exchange, last, first, .. } = told {
            exchanges.push(ExchangeRow {
                seq,
                at,
                what: exchange.what,
                last: last.register,
                manual: exchange.manual,
                first: first.register,
                serial: exchange.serial,
                note: exchange.note,
                by,
            });
        }
    }
    Ok(exchanges)
}
