//! Every sale, reversal and refund of a day.

use rusqlite::{Connection, named_params};
use shared::event::Event;
use shared::id::{Book, Seq, StaffId};
use shared::time::Timestamp;
use shared::vend::{Refund, Reversal, Sale};

use super::receipt;
use crate::store::StoreError;
use crate::store::journal::rows::{book_name, count};
use crate::store::report::ledger::event;

/// What moved at a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    Sold(Sale),
    /// With the reference of the sale that it takes back.
    Reversed(Reversal, String),
    Refunded(Refund),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: Seq,
    pub at: Timestamp,
    pub by: StaffId,
    pub moved: Moved,
}

/// From `from`, before `to`, in order.
pub fn day(
    db: &Connection,
    book: Book,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Entry>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, at, by_staff, body FROM record
         WHERE book = :book AND at >= :from AND at < :to AND kind IN ('sold', 'reversed')
         UNION ALL
         SELECT seq, at, by_staff, body FROM record
         WHERE book = :book AND at >= :from AND at < :to AND kind = 'refunded'
         ORDER BY seq",
    )?;
    let mut rows = statement.query(named_params! {
        ":book": book_name(book),
        ":from": from.millis(),
        ":to": to.millis(),
    })?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get(0)?));
        let (at, by) = (Timestamp::from_millis(row.get(1)?), StaffId(row.get(2)?));
        let told = event(seq, row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
        if let Event::Sold(sale) = told {
            entries.push(Entry { seq, at, by, moved: Moved::Sold(sale) });
        } else if let Event::Refunded(refund) = told {
            entries.push(Entry { seq, at, by, moved: Moved::Refunded(refund) });
        } else if let Event::Reversed(reversal) = told {
            let sold = receipt::get(db, book, reversal.of)?.map(|sold| sold.what);
            let reference = match sold {
                Some(shared::api::receipt::IssuedFor::Sale(sale)) => sale.reference,
                Some(
                    shared::api::receipt::IssuedFor::Reversal(_)
                    | shared::api::receipt::IssuedFor::Refund(_),
                )
                | None => String::new(),
            };
            entries.push(Entry { seq, at, by, moved: Moved::Reversed(reversal, reference) });
        }
    }
    Ok(entries)
}
