//! Shifts that were closed, with who countersigned them.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use shared::counter::{Closed, CounterFact};
use shared::event::Event;
use shared::id::{Book, Seq, ShiftNo, StaffId};
use shared::ledger::Hash;
use shared::time::Timestamp;

use crate::store::StoreError;
use crate::store::journal::rows::{book_name, count};
use crate::store::report::ledger::event;

/// A closed shift, as its record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedShift {
    pub closed: Closed,
    pub seq: Seq,
    pub at: Timestamp,
    /// Who counted.
    pub by: StaffId,
    /// The journal's head at the close.
    pub head: Hash,
    pub signed: Option<(Timestamp, StaffId, String)>,
}

/// The newest of a book, newest first; of one cashier, where one is given, and only those listed
/// after a shift, where one is named.
pub fn closed(
    db: &Connection,
    book: Book,
    cashier: Option<StaffId>,
    mut after: Option<ShiftNo>,
    limit: usize,
) -> Result<Vec<ClosedShift>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, at, by_staff, hash, body FROM record
         WHERE book = :book AND kind IN ('shift-closed', 'shift-countersigned')
         ORDER BY seq DESC",
    )?;
    let mut rows = statement.query(named_params! { ":book": book_name(book) })?;
    // A signature is younger than its shift, so it comes first.
    let mut signed = BTreeMap::<ShiftNo, (Timestamp, StaffId, String)>::new();
    let mut shifts = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get("seq")?));
        let (at, by) = (Timestamp::from_millis(row.get("at")?), StaffId(row.get("by_staff")?));
        let body = row.get_ref("body")?.as_str().map_err(rusqlite::Error::from)?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "the question names two kinds")]
        match event(seq, body)? {
            Event::Counter(CounterFact::Countersigned { shift, note, cash: _ }) => {
                signed.insert(shift, (at, by, note));
            }
            Event::Counter(CounterFact::Closed(closed))
                if cashier.is_none_or(|cashier| cashier == closed.cashier) =>
            {
                if let Some(last) = after {
                    after = after.filter(|_| last != closed.shift);
                    continue;
                }
                let (head, signed) = (Hash(row.get("hash")?), signed.remove(&closed.shift));
                shifts.push(ClosedShift { closed, seq, at, by, head, signed });
                if shifts.len() >= limit {
                    break;
                }
            }
            _ => {}
        }
    }
    Ok(shifts)
}
