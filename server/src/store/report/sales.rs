//! What was sold: by day, and last to an account.

use rusqlite::{Connection, named_params};
use shared::event::Event;
use shared::id::{AccountId, Book, Seq};
use shared::money::Money;
use shared::time::{Timestamp, Zone};

use crate::store::StoreError;
use crate::store::journal::rows::{book_name, count};
use crate::store::report::ledger::event;

/// Sales less reversals of each of the last `days` civil days up to `now`, oldest first.
pub fn by_day(
    db: &Connection,
    book: Book,
    zone: &Zone,
    now: Timestamp,
    days: u32,
) -> Result<Vec<Money>, StoreError> {
    let today = zone.date(now);
    let mut statement = db.prepare_cached(
        "SELECT coalesce(sum(posting.amount), 0)
         FROM record JOIN posting USING (seq)
         WHERE record.book = :book AND record.at >= :from AND record.at < :to
           AND record.kind IN ('sold', 'reversed') AND posting.code IN ('cash', 'card-clearing', 'mobile-clearing')",
    )?;
    (0..days)
        .rev()
        .map(|ago| {
            let day = today.saturating_sub(jiff::Span::new().days(i64::from(ago)));
            let from = zone.start_of(day);
            let sum = statement.query_row(
                named_params! {
                    ":book": book_name(book),
                    ":from": from.millis(),
                    ":to": zone.next_midnight(from).millis(),
                },
                |row| row.get(0),
            )?;
            Ok(Money::from_minor(sum))
        })
        .collect()
}

/// The last sales of an account, newest first; reversals are not sales.
pub fn last_of(
    db: &Connection,
    account: AccountId,
    limit: u32,
) -> Result<Vec<(Timestamp, Money)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, at, body FROM record WHERE account = :account AND kind = 'sold'
         ORDER BY seq DESC LIMIT :limit",
    )?;
    let mut rows = statement.query(named_params! { ":account": account.0, ":limit": limit })?;
    let mut sales = Vec::new();
    while let Some(row) = rows.next()? {
        let at = Timestamp::from_millis(row.get(1)?);
        let body = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        if let Event::Sold(sale) = event(Seq(count(row.get(0)?)), body)? {
            sales.push((at, sale.amount));
        }
    }
    Ok(sales)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::api::ledger::Entry;
    use shared::api::receipt::IssuedFor;
    use shared::id::{ReceiptNo, SiteId, StaffId};

    use super::*;
    use crate::store::journal::{self, writer::Writer};
    use crate::store::report::{ledger, receipt};
    use crate::store::sample::{START, Sample};
    use crate::store::scratch::Scratch;

    /// Day 1: 50.00 and 7.00 sold; day 2: 9.00 sold and the 7.00 taken back, one hour charged.
    fn two_days(dir: &Scratch) -> Connection {
        let mut site = Sample::new(Book::Live);
        let mut records = vec![site.open(7), site.sell(7, 5_000), site.sell(8, 700)];
        site.now += 86_400_000;
        records.extend([site.sell(7, 900), site.reverse(8, 2, 700), site.settle(7, 120)]);
        let (path, anchor) = (dir.path("ledger.db"), dir.path("anchor.json"));
        let mut writer = Writer::open(path.clone(), anchor, SiteId(1)).unwrap();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        journal::open_read_only(&path).unwrap()
    }

    #[test]
    fn sales_are_summed_by_civil_day() {
        let dir = Scratch::new();
        let db = two_days(&dir);
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let now = Timestamp::from_millis(START + 86_400_000 + 50_000);
        let sold = by_day(&db, Book::Live, &zone, now, 3).unwrap();
        assert_eq!(sold.iter().map(|day| day.minor()).collect::<Vec<_>>(), [0, 5_700, 200]);
        assert_eq!(by_day(&db, Book::Simulated, &zone, now, 1).unwrap(), [Money::ZERO]);
        let last = last_of(&db, AccountId(7), 5).unwrap();
        assert_eq!(last.iter().map(|(_, amount)| amount.minor()).collect::<Vec<_>>(), [900, 5_000]);
    }

    #[test]
    fn the_ledger_is_turned_page_by_page() {
        let dir = Scratch::new();
        let db = two_days(&dir);
        let name = |staff: StaffId| format!("staff {staff}");
        let first = ledger::page(&db, AccountId(7), None, 2, name).unwrap();
        let seqs: Vec<u64> = first.entries.iter().map(|entry| entry.seq.0).collect();
        assert_eq!((seqs, first.next), (vec![6, 4], Some(Seq(4))));
        assert_eq!(first.entries[0].amount, Money::from_minor(-120));
        assert!(matches!(first.entries[0].entry, Entry::Charge { .. }));
        let second = ledger::page(&db, AccountId(7), first.next, 2, name).unwrap();
        assert_eq!((second.entries.len(), second.next), (1, None));
        let by = "staff 0".to_owned();
        assert_eq!(
            second.entries[0].entry,
            Entry::Sale { receipt: ReceiptNo(1), by, to_arrears: Money::ZERO }
        );
    }

    #[test]
    fn a_receipt_says_what_took_it_back_and_copies_count_up() {
        let dir = Scratch::new();
        let db = two_days(&dir);
        let get = |no| receipt::get(&db, Book::Live, ReceiptNo(no)).unwrap();
        assert_eq!(get(2).unwrap().reversed_by, Some(ReceiptNo(4)));
        assert_eq!(get(1).unwrap().reversed_by, None);
        assert!(matches!(get(4).unwrap().what, IssuedFor::Reversal(_)));
        assert_eq!(get(5), None);
        let registry = crate::store::registry::REGISTRY.open(&dir.path("registry.db")).unwrap();
        let copy = |no| {
            let at = Timestamp::from_millis(1);
            receipt::count_copy(&registry, Book::Live, ReceiptNo(no), StaffId(1), at).unwrap()
        };
        assert_eq!([copy(1), copy(1), copy(2), copy(1)], [1, 2, 1, 3]);
    }
}
