//! Policies as the journal has them: every version at every place.

use rusqlite::Connection;
use shared::event::Event;
use shared::id::{Book, Seq, StaffId};
use shared::policy::{Origin, Policy, Scope};
use shared::time::Timestamp;

use super::ledger::event;
use crate::store::StoreError;
use crate::store::journal::rows;
use crate::store::journal::rows::count;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub seq: Seq,
    pub book: Book,
    pub published: Timestamp,
    pub by: StaffId,
    pub scope: Scope,
    pub from: Timestamp,
    pub policy: Policy,
    pub note: String,
    pub origin: Origin,
}

/// All versions, oldest first.
pub fn versions(db: &Connection) -> Result<Vec<Version>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT seq FROM record WHERE kind = 'policy-published' ORDER BY seq")?;
    let places = statement
        .query_map([], |row| row.get(0).map(count))?
        .collect::<rusqlite::Result<Vec<u64>>>()?;
    let mut versions = Vec::with_capacity(places.len());
    for place in places {
        for record in rows::load(db, Seq(place.saturating_sub(1)), 1)? {
            let told = event(record.seq, &record.body)?;
            if let Event::PolicyPublished { scope, from, policy, note, origin } = told {
                let (seq, book, published, by) = (record.seq, record.book, record.at, record.by);
                versions.push(Version {
                    seq,
                    book,
                    published,
                    by,
                    scope,
                    from,
                    policy,
                    note,
                    origin,
                });
            }
        }
    }
    Ok(versions)
}
