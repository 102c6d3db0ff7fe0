//! One record whole, with the proof that it is as it was written.

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::id::{AccountId, Seq};
use shared::ledger::{Chain, Record};

use crate::store::StoreError;
use crate::store::journal::rows::{self, count, int};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub record: Record,
    pub account: Option<AccountId>,
    /// The record before about the same subject, where one replaces the other.
    pub before: Option<(Seq, String)>,
    /// It matches its own seal and is sealed to the record before it.
    pub sealed: bool,
}

pub fn get(db: &Connection, seq: Seq) -> Result<Option<Found>, StoreError> {
    // The first record is sealed to nothing, any other to the one before.
    let after = Seq(seq.0.saturating_sub(2));
    let mut records = rows::load(db, after, 2)?;
    records.retain(|record| record.seq <= seq);
    let Some(record) = records.pop().filter(|record| record.seq == seq) else { return Ok(None) };
    let mut chain = Chain::empty(record.site);
    if let Some(previous) = records.pop() {
        chain.seq = previous.seq;
        chain.head = previous.hash;
    }
    let sealed = chain.follow(&record).is_ok();
    let account = db
        .prepare_cached("SELECT account FROM ledger.record WHERE seq = :seq")?
        .query_row(named_params! { ":seq": int(seq.0) }, |row| row.get::<_, Option<u32>>(0))?;
    let before = before(db, seq)?;
    Ok(Some(Found { record, account: account.map(AccountId), before, sealed }))
}

/// A tariff or a policy replaces the one before it of the same name or scope. The sums know where
/// they stand.
fn before(db: &Connection, seq: Seq) -> Result<Option<(Seq, String)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT older.seq, older.body FROM ledger.record AS own
             JOIN staff_record AS earlier ON earlier.kind = own.kind AND earlier.seq < own.seq
             JOIN ledger.record AS older ON older.seq = earlier.seq
         WHERE own.seq = :seq AND own.kind IN ('tariff-published', 'policy-published')
             AND (older.body ->> '$.tariff-published.tariff') IS (own.body ->> '$.tariff-published.tariff')
             AND (older.body -> '$.policy-published.scope') IS (own.body -> '$.policy-published.scope')
         ORDER BY older.seq DESC LIMIT 1",
    )?;
    let found = statement.query_row(named_params! { ":seq": int(seq.0) }, |row| {
        Ok((Seq(count(row.get(0)?)), row.get(1)?))
    });
    Ok(found.optional()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::event::Event;
    use shared::id::{Book, SiteId, TariffId};
    use shared::time::Zone;

    use super::super::sums;
    use super::*;
    use crate::store::journal::writer::Writer;
    use crate::store::sample::Sample;
    use crate::store::scratch::Scratch;

    fn published(tariff: &str, text: &str) -> Event {
        let (tariff, text) = (TariffId(tariff.to_owned()), text.to_owned());
        Event::TariffPublished { tariff, text, approved_by: None }
    }

    #[test]
    fn a_record_shows_what_it_replaced_and_whether_it_is_as_written() {
        let dir = Scratch::new();
        let mut site = Sample::new(Book::Live);
        let records = vec![
            site.seal(published("flat", "one")),
            site.seal(published("shop", "two")),
            site.seal(published("flat", "three")),
            site.sell(7, 100),
        ];
        let (path, anchor) = (dir.path("ledger.db"), dir.path("anchor.json"));
        let mut writer = Writer::open(path.clone(), anchor, SiteId(1)).unwrap();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        let mut db = sums::open(&dir.path("sums.db"), &path).unwrap();
        sums::fold(&mut db, &Zone::utc()).unwrap();
        let found = |seq| get(&db, Seq(seq)).unwrap().unwrap();
        assert!((1..=4).all(|seq| found(seq).sealed));
        assert_eq!(found(3).before.map(|(seq, _)| seq), Some(Seq(1)));
        assert_eq!([found(1), found(2), found(4)].map(|found| found.before), [None, None, None]);
        assert_eq!(found(4).account, Some(AccountId(7)));
        assert_eq!(get(&db, Seq(5)).unwrap(), None);
        db.execute_batch(
            "DROP TRIGGER ledger.record_keeps; UPDATE ledger.record SET at = at + 1 WHERE seq = 2;",
        )
        .unwrap();
        assert_eq!([1, 2, 3].map(|seq| found(seq).sealed), [true, false, true]);
    }
}
