//! The prepaid balance audit: what stood, what moved and why, what stands.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use shared::api::audit::{Balance, Column};
use shared::id::{AccountId, Book, Seq};
use shared::ledger::Code;
use shared::money::Money;
use shared::time::{Timestamp, Zone};

use super::sums::{self, code_named, parts, place, spans, straddled};
use crate::store::StoreError;
use crate::store::journal::rows::{book_name, int};

/// What is asked: the records of a time, none after `upto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Timestamp,
    /// Not included.
    pub to: Timestamp,
    pub upto: Option<Seq>,
}

/// The answer, for accounts that anything was ever posted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    pub upto: Seq,
    pub accounts: BTreeMap<AccountId, Balance>,
    /// Accounts whose entries do not sum to the balance that is kept of them.
    pub differing: Vec<AccountId>,
}

type Moved = BTreeMap<AccountId, [i64; Column::COUNT]>;

pub fn audit(
    db: &mut Connection,
    zone: &Zone,
    book: Book,
    period: Period,
) -> Result<Audit, StoreError> {
    sums::fold(db, zone)?;
    // One look at both files: what is appended meanwhile is in neither answer.
    let look = db.transaction()?;
    let head: i64 =
        look.query_row("SELECT coalesce(max(seq), 0) FROM folded", [], |row| row.get(0))?;
    let head = Seq(u64::try_from(head).unwrap_or_default());
    let upto = period.upto.map_or(head, |upto| upto.min(head));
    let before = moved_before(&look, zone, book, period.from, upto)?;
    let after = moved_before(&look, zone, book, period.to, upto)?;
    let accounts = after.iter().chain(&before).map(|(account, _)| {
        let of = |moved: &Moved| moved.get(account).copied().unwrap_or_default();
        (*account, balance(of(&before), of(&after)))
    });
    let accounts = accounts.collect();
    let differing = differing(&look, book, head)?;
    Ok(Audit { upto, accounts, differing })
}

fn balance(before: [i64; Column::COUNT], after: [i64; Column::COUNT]) -> Balance {
    let sum = |moved: [i64; Column::COUNT]| Money::from_minor(moved.iter().sum());
    let mut moved = [Money::ZERO; Column::COUNT];
    for (place, (before, after)) in moved.iter_mut().zip(before.into_iter().zip(after)) {
        *place = Money::from_minor(after - before);
    }
    Balance { opening: sum(before), moved, closing: sum(after) }
}

/// All that moved before `to` in records up to `upto`: whole months, then whole days, then what is
/// left record by record.
fn moved_before(
    db: &Connection,
    zone: &Zone,
    book: Book,
    to: Timestamp,
    upto: Seq,
) -> Result<Moved, StoreError> {
    let last_day = zone.start_of(zone.date(to));
    let whole = straddled(db, book, upto)?.map_or(last_day, |day| day.min(last_day));
    let month = zone.start_of(zone.date(whole).first_of_month());
    let mut moved = Moved::new();
    for (sql, end) in [
        (
            "SELECT account, place, sum(amount) FROM month_sum
             WHERE book = :book AND month < :month AND :end IS NULL GROUP BY account, place",
            None,
        ),
        (
            "SELECT account, place, sum(amount) FROM day_sum
             WHERE book = :book AND month = :month AND day < :end GROUP BY account, place",
            Some(whole.millis()),
        ),
    ] {
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query(named_params! {
            ":book": book_name(book), ":month": month.millis(), ":end": end,
        })?;
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(1)?;
            let place = usize::try_from(place).expect("the tables hold columns of the audit only");
            add(&mut moved, row.get(0)?, place, row.get(2)?);
        }
    }
    let end = zone.next_midnight(last_day);
    for (_, first, last) in spans(db, book, whole, end)? {
        if first <= upto {
            moved_in(db, book, (first, last.min(upto)), to, &mut moved)?;
        }
    }
    Ok(moved)
}

/// What moved before `to` in a stretch of records.
fn moved_in(
    db: &Connection,
    book: Book,
    (first, last): (Seq, Seq),
    to: Timestamp,
    moved: &mut Moved,
) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, kind, code, posting.account, amount
         FROM ledger.record JOIN ledger.posting USING (seq)
         WHERE seq BETWEEN :first AND :last AND book = :book AND at < :to
         ORDER BY seq, n",
    )?;
    let mut rows = statement.query(named_params! {
        ":first": int(first.0),
        ":last": int(last.0),
        ":book": book_name(book),
        ":to": to.millis(),
    })?;
    let mut take = |kind: &str, postings: &[(Code, Option<u32>, i64)]| {
        for (account, column, amount) in parts(kind, postings) {
            add(moved, account, place(column), amount);
        }
    };
    let (mut open, mut kind, mut postings) = (0_i64, String::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        if seq != open {
            take(&kind, &postings);
            postings.clear();
            (open, kind) = (seq, row.get(1)?);
        }
        let name = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        postings.push((code_named(seq, name)?, row.get(3)?, row.get(4)?));
    }
    take(&kind, &postings);
    Ok(())
}

/// Accounts whose entries up to now do not sum to the balance that is kept of them.
fn differing(db: &Connection, book: Book, head: Seq) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT account FROM (
             SELECT account, sum(amount) AS amount FROM month_sum WHERE book = :book GROUP BY account
             UNION ALL
             SELECT account, amount FROM ledger.balance WHERE book = :book AND code = 'prepaid'
             UNION ALL
             SELECT posting.account, -posting.amount FROM ledger.record JOIN ledger.posting USING (seq)
             WHERE seq > :head AND book = :book AND code = 'prepaid')
         GROUP BY account HAVING sum(amount) <> 0 ORDER BY account",
    )?;
    let found = statement
        .query_map(named_params! { ":book": book_name(book), ":head": int(head.0) }, |row| {
            row.get(0).map(AccountId)
        })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn add(moved: &mut Moved, account: u32, place: usize, amount: i64) {
    let own = moved.entry(AccountId(account)).or_default();
    *own.get_mut(place).expect("the tables hold columns of the audit only") += amount;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::energy::Energy;
    use shared::event::{Event, ProvisionalCharge, SettledLine};
    use shared::id::{ArrearsId, MeterId, SiteId};
    use shared::ledger::Record;
    use shared::vend::ArrearsDue;

    use super::*;
    use crate::store::journal::writer::Writer;
    use crate::store::sample::{START, Sample};
    use crate::store::scratch::Scratch;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    fn zone() -> Zone {
        Zone::named("Asia/Shanghai").unwrap()
    }

    fn provisional(account: u32, minor: i64) -> Event {
        let (from, to) = (Timestamp::from_millis(START), Timestamp::from_millis(START + DAY));
        let line = SettledLine {
            name: "energy".to_owned(),
            code: Code::Energy,
            amount: Money::from_minor(minor),
        };
        Event::ProvisionalCharged(ProvisionalCharge {
            account: AccountId(account),
            meter: MeterId(account),
            from,
            to,
            energy: Energy::from_mwh(1),
            lines: vec![line],
            credit_after: Money::ZERO,
        })
    }

    fn arrears_due(account: u32, minor: i64) -> Event {
        Event::ArrearsDue(ArrearsDue {
            account: AccountId(account),
            arrears: ArrearsId(1),
            until: Timestamp::from_millis(START),
            due: Money::from_minor(minor),
            taken: Money::from_minor(minor),
            credit_after: Money::ZERO,
        })
    }

    /// Forty days of two accounts, a dozen records a day.
    fn forty_days() -> Vec<Record> {
        let mut site = Sample::new(Book::Live);
        let mut records = vec![site.open(7), site.open(8)];
        for day in 0..40 {
            site.now = START + day * DAY + HOUR;
            records.push(site.sell(7, 1_000 + day));
            if day % 5 == 0 {
                records.push(site.sell(8, 500));
                let receipts = records.iter().filter(|record| record.key.is_some()).count();
                let reversals = u64::try_from(day / 5).unwrap();
                let of = u64::try_from(receipts).unwrap() + reversals;
                records.push(site.reverse(8, of, 500));
            }
            for hour in 0..8 {
                site.now = START + day * DAY + (2 + hour) * HOUR;
                records.push(site.settle(7, 100 + hour));
            }
            records.push(site.seal(provisional(8, 30)));
            records.push(site.seal(arrears_due(7, 11)));
        }
        records
    }

    fn written(dir: &Scratch, records: Vec<Record>) -> Connection {
        let (path, anchor) = (dir.path("ledger.db"), dir.path("anchor.json"));
        let mut writer = Writer::open(path.clone(), anchor, SiteId(1)).unwrap();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        sums::open(&dir.path("sums.db"), &path).unwrap()
    }

    fn asked(db: &mut Connection, from: i64, to: i64, upto: Option<u64>) -> Audit {
        let (from, to) = (Timestamp::from_millis(from), Timestamp::from_millis(to));
        audit(db, &zone(), Book::Live, Period { from, to, upto: upto.map(Seq) }).unwrap()
    }

    /// What stood before `at` in records up to `upto`, straight from the postings.
    fn stood(db: &Connection, account: u32, at: i64, upto: u64) -> i64 {
        db.query_row(
            "SELECT coalesce(-sum(amount), 0) FROM ledger.posting JOIN ledger.record USING (seq)
             WHERE posting.account = :account AND at < :at AND seq <= :upto AND book = 'live'",
            named_params! { ":account": account, ":at": at, ":upto": int(upto) },
            |row| row.get(0),
        )
        .unwrap()
    }

    #[test]
    fn every_cut_in_time_and_by_record_is_what_the_postings_sum_to() {
        let dir = Scratch::new();
        let mut db = written(&dir, forty_days());
        let last = sums::fold(&mut db, &zone()).unwrap().0;
        // Midnights, the middle of a day, the border of a month, before and after everything.
        let cuts = [
            START - DAY,
            START,
            START + 2 * DAY + 5 * HOUR,
            START + 30 * DAY,
            START + 31 * DAY,
            START + 31 * DAY + 3 * HOUR + 1,
            START + 60 * DAY,
        ];
        let mut looked = 0;
        for (place, from) in cuts.into_iter().enumerate() {
            for to in cuts.into_iter().skip(place) {
                for upto in [None, Some(1), Some(200), Some(last - 1), Some(last + 9)] {
                    let audit = asked(&mut db, from, to, upto);
                    let upto = upto.unwrap_or(last).min(last);
                    assert_eq!((audit.upto, audit.differing.len()), (Seq(upto), 0));
                    for account in [7, 8] {
                        let own = audit.accounts.get(&AccountId(account)).copied();
                        let own = own.unwrap_or_default();
                        let story = format!("account {account}, {from}..{to}, up to {upto}");
                        assert!(own.adds_up(), "{story}: {own:?}");
                        assert_eq!(own.opening.minor(), stood(&db, account, from, upto), "{story}");
                        assert_eq!(own.closing.minor(), stood(&db, account, to, upto), "{story}");
                        assert_eq!(own.of(Column::Other), Money::ZERO, "{story}");
                        looked += 1;
                    }
                }
            }
        }
        assert_eq!(looked, 28 * 5 * 2);
    }

    #[test]
    fn each_kind_of_entry_stands_in_its_column() {
        let dir = Scratch::new();
        let mut db = written(&dir, forty_days());
        let audit = asked(&mut db, START + DAY, START + 6 * DAY, None);
        let of = |account, column| audit.accounts[&AccountId(account)].of(column).minor();
        assert_eq!(of(7, Column::TopUps), 1_001 + 1_002 + 1_003 + 1_004 + 1_005);
        assert_eq!(of(7, Column::Consumption), -5 * (8 * 100 + 28));
        assert_eq!(of(7, Column::Arrears), -5 * 11);
        assert_eq!(of(8, Column::TopUps), 500);
        assert_eq!(of(8, Column::Reversals), -500);
        assert_eq!(of(8, Column::Provisional), -5 * 30);
    }

    #[test]
    fn sums_of_another_journal_or_zone_are_made_again() {
        let dir = Scratch::new();
        let mut db = written(&dir, forty_days());
        let before = asked(&mut db, START, START + 50 * DAY, None);
        let utc = Zone::utc();
        let period = Period {
            from: Timestamp::from_millis(START),
            to: Timestamp::from_millis(START + 50 * DAY),
            upto: None,
        };
        assert_eq!(audit(&mut db, &utc, Book::Live, period).unwrap(), before);
        // The ledger is put back from a copy that ends earlier and goes on otherwise.
        let other = Scratch::new();
        drop(written(&other, forty_days().into_iter().take(100).collect()));
        db.execute_batch("DETACH DATABASE ledger").unwrap();
        let path = other.path("ledger.db").display().to_string();
        db.execute("ATTACH DATABASE ?1 AS ledger", [path]).unwrap();
        let after = audit(&mut db, &utc, Book::Live, period).unwrap();
        assert_eq!((after.upto, after.differing.len()), (Seq(100), 0));
    }

    #[test]
    fn a_balance_that_was_tampered_with_is_named() {
        let dir = Scratch::new();
        let mut db = written(&dir, forty_days());
        assert_eq!(asked(&mut db, START, START + DAY, None).differing, []);
        db.execute("UPDATE ledger.balance SET amount = amount - 1 WHERE account = 8", []).unwrap();
        assert_eq!(asked(&mut db, START, START + DAY, None).differing, [AccountId(8)]);
    }
}
