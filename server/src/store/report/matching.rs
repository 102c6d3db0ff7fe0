//! A provider's file against the journal's payments of a day; nothing is kept of it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, named_params};
use shared::counter::{Left, Line, Reconciled, Why, reconcile};
use shared::event::Event;
use shared::id::{Book, PaymentId, ProviderId, ReceiptNo, Seq};
use shared::money::Money;
use shared::pay::{Fact, State};
use shared::time::{Span, Timestamp};
use shared::vend::Tender;

use super::daybook::{Entry, Moved, day};
use crate::store::StoreError;
use crate::store::journal::rows::{book_name, count};
use crate::store::report::ledger::event;

/// A payment near midnight stands in the file of the one day and in our book of the other.
const NEAR: Span = Span::from_days(2);

/// Which of our payments a file is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub book: Book,
    pub from: Timestamp,
    pub to: Timestamp,
    pub tender: Tender,
    /// Only payments that this one took; all, where none is named.
    pub provider: Option<ProviderId>,
}

/// What the journal tells of a mobile payment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    payment: PaymentId,
    provider: Option<ProviderId>,
    state: State,
}

pub fn matched(
    db: &Connection,
    asked: &Asked,
    theirs: Vec<Line<u64>>,
) -> Result<Reconciled, StoreError> {
    let (early, late) = (asked.from - NEAR, asked.to + NEAR);
    let known = payments(db, asked.book, early, late)?;
    let of_provider = |line: &Line<ReceiptNo>| {
        let theirs = known.get(&line.id).and_then(|known| known.provider.as_ref());
        // What nobody knows the provider of is shown rather than left out.
        asked.provider.is_none() || theirs.is_none() || theirs == asked.provider.as_ref()
    };
    let mut ours = Vec::new();
    let mut near = BTreeMap::<(String, Money), ReceiptNo>::new();
    let mut credited = BTreeSet::new();
    for entry in day(db, asked.book, early, late)? {
        let today = (asked.from..asked.to).contains(&entry.at);
        if let Moved::Sold(sale) = &entry.moved {
            credited.extend(sale.payment);
        }
        let Some(line) = line(entry, asked.tender).filter(of_provider) else { continue };
        if today {
            ours.push(line);
        } else {
            near.insert((line.id, line.amount), line.from);
        }
    }
    let mut found = reconcile(ours, theirs);
    for Left { line, why } in &mut found.only_theirs {
        if *why != Why::Unknown {
            continue;
        }
        let other_day = near.get(&(line.id.clone(), line.amount));
        let money = known.get(&line.id).filter(|_| asked.tender == Tender::Mobile);
        *why = match (other_day, money) {
            (Some(receipt), _) => Why::OtherDay { receipt: *receipt },
            (None, Some(Known { payment, state, .. })) if !credited.contains(payment) => {
                Why::NotCredited { payment: *payment, state: *state }
            }
            (None, Some(_) | None) => Why::Unknown,
        };
    }
    Ok(found)
}

fn line(entry: Entry, wanted: Tender) -> Option<Line<ReceiptNo>> {
    let (tender, line) = match entry.moved {
        Moved::Sold(sale) => {
            let line = Line { from: sale.receipt, id: sale.reference, amount: sale.amount };
            (sale.tender, line)
        }
        Moved::Reversed(back, reference) => {
            (back.tender, Line { from: back.receipt, id: reference, amount: -back.amount })
        }
        Moved::Refunded(_) => return None,
    };
    (tender == wanted).then_some(line)
}

/// Mobile payments of a stretch of time by what their provider calls the money.
fn payments(
    db: &Connection,
    book: Book,
    from: Timestamp,
    to: Timestamp,
) -> Result<BTreeMap<String, Known>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, body FROM record
         WHERE book = :book AND at >= :from AND at < :to AND kind = 'payment'
         ORDER BY seq",
    )?;
    let mut rows = statement.query(named_params! {
        ":book": book_name(book),
        ":from": from.millis(),
        ":to": to.millis(),
    })?;
    let mut providers = BTreeMap::<PaymentId, ProviderId>::new();
    let mut money = BTreeMap::<PaymentId, (String, State)>::new();
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get(0)?));
        let body = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "the question names one kind")]
        let news = match event(seq, body)? {
            Event::Payment(Fact::Begun(begun)) => {
                providers.insert(begun.payment, begun.provider);
                None
            }
            Event::Payment(Fact::Confirmed { payment, transaction, .. }) => {
                money.insert(payment, (transaction, State::Confirmed));
                None
            }
            Event::Payment(Fact::RefundBegun { payment, .. }) => Some((payment, State::Refunding)),
            Event::Payment(Fact::Refunded { payment, .. }) => Some((payment, State::Refunded)),
            Event::Payment(Fact::RefundRefused { payment, .. }) => {
                Some((payment, State::RefundRefused))
            }
            _ => None,
        };
        if let Some((payment, state)) = news
            && let Some((_, stands)) = money.get_mut(&payment)
        {
            *stands = state;
        }
    }
    let known = |(payment, (transaction, state))| {
        (transaction, Known { payment, provider: providers.get(&payment).cloned(), state })
    };
    Ok(money.into_iter().map(known).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::id::SiteId;

    use super::*;
    use crate::store::journal::{self, writer::Writer};
    use crate::store::sample::{START, Sample};
    use crate::store::scratch::Scratch;

    fn theirs(from: u64, id: &str, minor: i64) -> Line<u64> {
        Line { from, id: id.to_owned(), amount: Money::from_minor(minor) }
    }

    /// Yesterday 50.00 by card, today 7.00 and 9.00, one of them with a slip of another number.
    fn two_days(dir: &Scratch) -> Connection {
        let mut site = Sample::new(Book::Live);
        let mut records = vec![site.open(7), site.sell_by_card(7, 5_000, "slip 1")];
        site.now += 86_400_000;
        records.push(site.sell_by_card(7, 700, "slip 2"));
        records.push(site.sell_by_card(7, 900, "slip 3"));
        records.push(site.sell(7, 100));
        let (path, anchor) = (dir.path("ledger.db"), dir.path("anchor.json"));
        let mut writer = Writer::open(path.clone(), anchor, SiteId(1)).unwrap();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        journal::open_read_only(&path).unwrap()
    }

    #[test]
    fn a_file_is_matched_with_its_day_and_its_tender_and_a_neighbouring_day_is_named() {
        let dir = Scratch::new();
        let db = two_days(&dir);
        let from = Timestamp::from_millis(START + 86_400_000);
        let mut asked = Asked {
            book: Book::Live,
            from,
            to: from + Span::from_hours(24),
            tender: Tender::Card,
            provider: None,
        };
        let file = || vec![theirs(2, "slip 2", 700), theirs(3, "slip 1", 5_000)];
        let found = matched(&db, &asked, file()).unwrap();
        assert_eq!(found.matched, 1);
        let ours: Vec<_> = found.only_ours.iter().map(|left| left.line.id.as_str()).collect();
        assert_eq!(ours, ["slip 3"], "cash is in no provider's file");
        let why = Why::OtherDay { receipt: ReceiptNo(1) };
        assert_eq!(found.only_theirs, [Left { line: theirs(3, "slip 1", 5_000), why }]);
        asked.book = Book::Simulated;
        let found = matched(&db, &asked, file()).unwrap();
        assert_eq!((found.matched, found.only_theirs.len()), (0, 2), "books never mix");
    }
}
