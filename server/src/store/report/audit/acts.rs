//! What staff did, newest first: who, when, to what, before and after, and why.

use rusqlite::Connection;
use shared::api::audit::{ActRow, ActsPage, Deed};
use shared::id::{AccountId, MeterId, Seq, StaffId};
use shared::time::Timestamp;

use super::narrow::Narrowed;
use crate::store::StoreError;
use crate::store::journal::rows::{BadRow, book_named, count, int};

/// What is looked for; what is not set does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub from: Option<Timestamp>,
    /// Not included.
    pub to: Option<Timestamp>,
    /// Nothing after this record.
    pub upto: Option<Seq>,
    /// Older than this: the next page.
    pub before: Option<Seq>,
    pub by: Option<StaffId>,
    pub kind: Option<String>,
    /// Sales too; they are many, and stand in the ledger.
    pub sales: bool,
}

pub fn page(db: &Connection, filter: &Filter, limit: usize) -> Result<ActsPage, StoreError> {
    let mut narrowed = Narrowed::all();
    narrowed.by("own.at >= ?", filter.from.map(Timestamp::millis));
    narrowed.by("own.at < ?", filter.to.map(Timestamp::millis));
    narrowed.by("own.seq <= ?", filter.upto.map(|upto| int(upto.0)));
    narrowed.by("own.seq < ?", filter.before.map(|before| int(before.0)));
    narrowed.by("own.by_staff = ?", filter.by.map(|by| by.0));
    narrowed.by("own.kind = ?", filter.kind.clone());
    if !filter.sales && filter.kind.as_deref() != Some("sold") {
        narrowed.only("own.kind <> 'sold'");
    }
    let (question, mut values) = narrowed.question(
        "SELECT own.seq, own.at, own.book, own.by_staff, own.kind, own.account, own.meter, record.body
         FROM staff_record AS own JOIN ledger.record ON record.seq = own.seq",
        "ORDER BY own.seq DESC LIMIT ?",
    );
    let mut statement = db.prepare_cached(&question)?;
    let more = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    values.push(Box::new(more));
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut acts = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get(0)?));
        let book: String = row.get(2)?;
        let book = book_named(&book).ok_or_else(|| BadRow {
            table: "record",
            seq: seq.0,
            what: "the book is neither live nor simulated".to_owned(),
        })?;
        let body: String = row.get(7)?;
        acts.push(ActRow {
            seq,
            at: Timestamp::from_millis(row.get(1)?),
            book,
            by: StaffId(row.get(3)?),
            name: String::new(),
            kind: row.get(4)?,
            account: row.get::<_, Option<u32>>(5)?.map(AccountId),
            meter: row.get::<_, Option<u32>>(6)?.map(MeterId),
            place: String::new(),
            deed: Deed::of(&body).1,
        });
    }
    let full = acts.len() > limit;
    acts.truncate(limit);
    let next = acts.last().filter(|_| full).map(|act| act.seq);
    Ok(ActsPage { acts, next })
}

/// The kinds of acts that there are, for the filter.
pub fn kinds(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT DISTINCT kind FROM staff_record ORDER BY kind")?;
    let kinds = statement.query_map([], |row| row.get(0))?;
    Ok(kinds.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::event::Event;
    use shared::id::{Book, SiteId};
    use shared::ledger::{Draft, Record};
    use shared::staff::{Act, Role};
    use shared::time::Zone;

    use super::super::sums;
    use super::*;
    use crate::store::journal::writer::Writer;
    use crate::store::sample::Sample;
    use crate::store::scratch::Scratch;

    fn by(site: &mut Sample, by: u32, event: &Event) -> Record {
        site.now += 1_000;
        site.chain.seal(Draft {
            at: Timestamp::from_millis(site.now),
            book: Book::Live,
            by: StaffId(by),
            key: None,
            postings: event.postings(),
            body: event.to_body(),
        })
    }

    fn acted(act: Act, note: &str) -> Event {
        Event::Acted { act, note: note.to_owned() }
    }

    #[test]
    fn what_people_did_is_listed_and_what_went_by_itself_is_not() {
        let dir = Scratch::new();
        let mut site = Sample::new(Book::Live);
        let staff = StaffId(3);
        let (before, after) = (Role::Cashier, Role::Admin);
        let paused = Event::Paused { account: AccountId(7), reason: "in hospital".to_owned() };
        let records = vec![
            site.open(7),
            site.settle(7, 100),
            by(&mut site, 0, &acted(Act::SignInsRefused { staff: None, times: 4 }, "")),
            by(&mut site, 1, &acted(Act::RoleChanged { staff, before, after }, "night shift")),
            by(&mut site, 2, &paused),
        ];
        let (path, anchor) = (dir.path("ledger.db"), dir.path("anchor.json"));
        let mut writer = Writer::open(path.clone(), anchor, SiteId(1)).unwrap();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        let mut db = sums::open(&dir.path("sums.db"), &path).unwrap();
        sums::fold(&mut db, &Zone::utc()).unwrap();
        let told = |filter: Filter| {
            let page = page(&db, &filter, 10).unwrap();
            page.acts.into_iter().map(|act| (act.seq.0, act.kind)).collect::<Vec<_>>()
        };
        let row = |seq, kind: &str| (seq, kind.to_owned());
        let all = [row(5, "paused"), row(4, "role-changed"), row(3, "sign-ins-refused")];
        assert_eq!(told(Filter::default()), all);
        assert_eq!(told(Filter { by: Some(StaffId(2)), ..Filter::default() }), all[..1]);
        let kind = Some("role-changed".to_owned());
        assert_eq!(told(Filter { kind, ..Filter::default() }), all[1..2]);
        assert_eq!(told(Filter { upto: Some(Seq(3)), ..Filter::default() }), all[2..]);
        let first = page(&db, &Filter::default(), 2).unwrap();
        assert_eq!((first.acts.len(), first.next), (2, Some(Seq(4))));
        assert_eq!(first.acts[1].deed.before.as_deref(), Some("cashier"));
        assert_eq!(kinds(&db).unwrap(), ["paused", "role-changed", "sign-ins-refused"]);
    }
}
