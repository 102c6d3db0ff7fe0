//! Entries of the ledger by what an auditor looks for, newest first.

use rusqlite::{Connection, Row, named_params};
use shared::api::audit::{AuditEntry, Column, EntriesPage};
use shared::id::{AccountId, Book, MeterId, ReceiptNo, Seq, StaffId};
use shared::ledger::Code;
use shared::money::Money;
use shared::time::{Timestamp, Zone};
use shared::vend::Tender;

use super::narrow::Narrowed;
use super::sums::{code_named, parts, spans};
use crate::store::StoreError;
use crate::store::journal::rows::{BadRow, book_name, book_named, count, int};

/// What is looked for; what is not set does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub book: Option<Book>,
    pub from: Option<Timestamp>,
    /// Not included.
    pub to: Option<Timestamp>,
    /// Nothing after this record.
    pub upto: Option<Seq>,
    /// Older than this: the next page.
    pub before: Option<Seq>,
    pub account: Option<AccountId>,
    pub meter: Option<MeterId>,
    pub kind: Option<String>,
    pub by: Option<StaffId>,
    pub receipt: Option<ReceiptNo>,
    /// Only what stands in this column of the balance audit; amounts are those of the column.
    pub column: Option<Column>,
    pub tender: Option<Tender>,
    pub least: Option<Money>,
    pub most: Option<Money>,
    /// Only records that move money.
    pub money: bool,
}

/// Records looked at for one page. Where what is looked for is rare, a page comes with few entries
/// and says where to go on, instead of holding everybody up.
const LOOKED: usize = 200_000;

const TENDERS: [Tender; 3] = [Tender::Cash, Tender::Card, Tender::Mobile];

pub fn page(
    db: &Connection,
    zone: &Zone,
    filter: &Filter,
    limit: usize,
) -> Result<EntriesPage, StoreError> {
    let Some((first, last)) = stretch(db, zone, filter)? else {
        return Ok(EntriesPage { entries: Vec::new(), next: None });
    };
    let mut narrowed = Narrowed::all();
    narrowed.by("record.seq >= ?", Some(int(first.0)));
    narrowed.by("record.seq <= ?", Some(int(last.0)));
    narrowed.by("record.book = ?", filter.book.map(book_name));
    narrowed.by("record.at >= ?", filter.from.map(Timestamp::millis));
    narrowed.by("record.at < ?", filter.to.map(Timestamp::millis));
    narrowed.by("record.account = ?", filter.account.map(|account| account.0));
    narrowed.by("record.meter = ?", filter.meter.map(|meter| meter.0));
    narrowed.by("record.kind = ?", filter.kind.clone());
    narrowed.by("record.by_staff = ?", filter.by.map(|by| by.0));
    narrowed.by("receipt.no = ?", filter.receipt.map(|no| int(no.0)));
    let (question, values) = narrowed.question(
        "SELECT record.seq, record.at, record.book, record.kind, record.account, record.meter, record.by_staff,
             receipt.no
         FROM ledger.record LEFT JOIN ledger.receipt ON receipt.seq = record.seq",
        "ORDER BY record.seq DESC",
    );
    let mut statement = db.prepare_cached(&question)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut entries = Vec::new();
    let mut looked = 0;
    let mut next = None;
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get(0)?));
        if entries.len() == limit || looked == LOOKED {
            next = Some(Seq(seq.0 + 1));
            break;
        }
        looked += 1;
        entries.extend(entry(db, filter, seq, row)?);
    }
    Ok(EntriesPage { entries, next })
}

/// The records that can be meant, by the days that have them; `None`: there are none.
fn stretch(
    db: &Connection,
    zone: &Zone,
    filter: &Filter,
) -> Result<Option<(Seq, Seq)>, StoreError> {
    let mut last = filter.upto.unwrap_or(Seq(u64::MAX >> 1));
    if let Some(before) = filter.before {
        last = last.min(Seq(before.0.saturating_sub(1)));
    }
    if filter.from.is_none() && filter.to.is_none() {
        return Ok(Some((Seq(1), last)));
    }
    let from =
        filter.from.map_or(Timestamp::from_millis(i64::MIN), |from| zone.start_of(zone.date(from)));
    let to = filter.to.unwrap_or(Timestamp::from_millis(i64::MAX));
    let mut days = Vec::new();
    for book in [Book::Live, Book::Simulated] {
        if filter.book.is_none_or(|own| own == book) {
            days.extend(spans(db, book, from, to)?);
        }
    }
    let first = days.iter().map(|(_, first, _)| *first).min();
    let end = days.iter().map(|(_, _, last)| *last).max();
    Ok(first.zip(end).map(|(first, end)| (first, end.min(last))))
}

/// The entry, where it is meant.
fn entry(
    db: &Connection,
    filter: &Filter,
    seq: Seq,
    row: &Row<'_>,
) -> Result<Option<AuditEntry>, StoreError> {
    let kind: String = row.get(3)?;
    let postings = postings(db, seq)?;
    let amount = match filter.column {
        None => {
            let own = postings.iter().filter(|(_, account, _)| account.is_some());
            let own: Vec<i64> = own.map(|(_, _, amount)| -amount).collect();
            (!own.is_empty()).then(|| own.iter().sum())
        }
        Some(column) => {
            let parts = parts(&kind, &postings);
            let own = parts.iter().filter(|(_, own, _)| *own == column);
            let own: Vec<i64> = own.map(|(_, _, amount)| *amount).collect();
            if own.is_empty() {
                return Ok(None);
            }
            Some(own.iter().sum())
        }
    };
    let amount = amount.map(Money::from_minor);
    let paid = |tender: &Tender| postings.iter().any(|(code, _, _)| *code == tender.code());
    let tender = TENDERS.into_iter().find(paid);
    let within = |amount: Money| {
        filter.least.is_none_or(|least| amount >= least)
            && filter.most.is_none_or(|most| amount <= most)
    };
    let narrowed = filter.least.is_some() || filter.most.is_some();
    if filter.tender.is_some_and(|own| tender != Some(own))
        || (filter.money && postings.is_empty())
        || (narrowed && !amount.is_some_and(within))
    {
        return Ok(None);
    }
    let book: String = row.get(2)?;
    let book = book_named(&book).ok_or_else(|| BadRow {
        table: "record",
        seq: seq.0,
        what: "the book is neither live nor simulated".to_owned(),
    })?;
    Ok(Some(AuditEntry {
        seq,
        at: Timestamp::from_millis(row.get(1)?),
        book,
        kind,
        account: row.get::<_, Option<u32>>(4)?.map(AccountId),
        place: String::new(),
        meter: row.get::<_, Option<u32>>(5)?.map(MeterId),
        by: StaffId(row.get(6)?),
        name: String::new(),
        amount,
        tender,
        receipt: row.get::<_, Option<i64>>(7)?.map(|no| ReceiptNo(count(no))),
    }))
}

pub(super) fn postings(
    db: &Connection,
    seq: Seq,
) -> Result<Vec<(Code, Option<u32>, i64)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT code, account, amount FROM ledger.posting WHERE seq = :seq ORDER BY n",
    )?;
    let mut rows = statement.query(named_params! { ":seq": int(seq.0) })?;
    let mut postings = Vec::new();
    while let Some(row) = rows.next()? {
        let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        postings.push((code_named(int(seq.0), name)?, row.get(1)?, row.get(2)?));
    }
    Ok(postings)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::id::SiteId;

    use super::super::balances::{Period, audit};
    use super::super::sums;
    use super::*;
    use crate::store::journal::writer::Writer;
    use crate::store::sample::{START, Sample};
    use crate::store::scratch::Scratch;

    const DAY: i64 = 86_400_000;

    /// 1 open, 2 sold 50.00, 3 sold 7.00 (account 8); next day 4 the 7.00 taken back, 5 and 6 charged.
    fn two_days(dir: &Scratch) -> Connection {
        let mut site = Sample::new(Book::Live);
        let mut records = vec![site.open(7), site.sell(7, 5_000), site.sell(8, 700)];
        site.now += DAY;
        records.extend([site.reverse(8, 2, 700), site.settle(7, 120), site.settle(8, 30)]);
        let (path, anchor) = (dir.path("ledger.db"), dir.path("anchor.json"));
        let mut writer = Writer::open(path.clone(), anchor, SiteId(1)).unwrap();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        let mut db = sums::open(&dir.path("sums.db"), &path).unwrap();
        sums::fold(&mut db, &Zone::utc()).unwrap();
        db
    }

    fn found(db: &Connection, filter: Filter) -> Vec<u64> {
        let page = page(db, &Zone::utc(), &filter, 100).unwrap();
        assert_eq!(page.next, None);
        page.entries.iter().map(|entry| entry.seq.0).collect()
    }

    #[test]
    fn each_filter_narrows_to_what_it_names() {
        let dir = Scratch::new();
        let db = two_days(&dir);
        let all = Filter::default;
        let noon = Timestamp::from_millis(START + DAY / 2);
        for (story, filter, seqs) in [
            ("everything", all(), vec![6, 5, 4, 3, 2, 1]),
            ("money", Filter { money: true, ..all() }, vec![6, 5, 4, 3, 2]),
            ("an account", Filter { account: Some(AccountId(8)), ..all() }, vec![6, 4, 3]),
            ("a meter", Filter { meter: Some(MeterId(7)), ..all() }, vec![5]),
            ("a kind", Filter { kind: Some("sold".to_owned()), ..all() }, vec![3, 2]),
            ("a receipt", Filter { receipt: Some(ReceiptNo(3)), ..all() }, vec![4]),
            ("staff", Filter { by: Some(StaffId(9)), ..all() }, vec![]),
            ("cash", Filter { tender: Some(Tender::Cash), ..all() }, vec![4, 3, 2]),
            ("card", Filter { tender: Some(Tender::Card), ..all() }, vec![]),
            ("from noon", Filter { from: Some(noon), ..all() }, vec![6, 5, 4]),
            ("till noon", Filter { to: Some(noon), ..all() }, vec![3, 2, 1]),
            ("as at", Filter { upto: Some(Seq(2)), ..all() }, vec![2, 1]),
            ("least", Filter { least: Some(Money::from_minor(700)), ..all() }, vec![3, 2]),
            ("least", Filter { least: Some(Money::from_minor(701)), ..all() }, vec![2]),
            ("most", Filter { most: Some(Money::from_minor(-120)), ..all() }, vec![5, 4]),
            ("column", Filter { column: Some(Column::Reversals), ..all() }, vec![4]),
            ("the other book", Filter { book: Some(Book::Simulated), ..all() }, vec![]),
        ] {
            assert_eq!(found(&db, filter), seqs, "{story}");
        }
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let dir = Scratch::new();
        let db = two_days(&dir);
        let mut seen = Vec::new();
        let mut filter = Filter { money: true, ..Filter::default() };
        loop {
            let page = page(&db, &Zone::utc(), &filter, 2).unwrap();
            seen.extend(page.entries.iter().map(|entry| entry.seq.0));
            filter.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(seen, [6, 5, 4, 3, 2]);
    }

    #[test]
    fn the_entries_of_a_cell_sum_to_the_cell() {
        let dir = Scratch::new();
        let mut db = two_days(&dir);
        let (from, to) = (Timestamp::from_millis(START), Timestamp::from_millis(START + 2 * DAY));
        let period = Period { from, to, upto: None };
        let audit = audit(&mut db, &Zone::utc(), Book::Live, period).unwrap();
        let mut looked = 0;
        for (account, balance) in &audit.accounts {
            for column in Column::ALL {
                let filter = Filter {
                    book: Some(Book::Live),
                    from: Some(from),
                    to: Some(to),
                    account: Some(*account),
                    column: Some(column),
                    ..Filter::default()
                };
                let entries = page(&db, &Zone::utc(), &filter, 100).unwrap().entries;
                let sum: Money = entries.iter().filter_map(|entry| entry.amount).sum();
                assert_eq!(sum, balance.of(column), "{account} {column:?}");
                looked += entries.len();
            }
        }
        assert_eq!(looked, 5);
    }
}
