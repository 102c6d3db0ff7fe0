//! The records that the rules about high-risk acts look at.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use shared::api::audit::Column;
use shared::counter::CounterFact;
use shared::event::Event;
use shared::id::{AccountId, Book, MeterId, ReceiptNo, Seq, StaffId};
use shared::meter::Exchanged;
use shared::money::Money;
use shared::risk::{Borders, Fact, Finding, Rule, What, find};
use shared::staff::Act;
use shared::tariff::Tariff;
use shared::time::{Timestamp, Zone};

use super::entries::postings;
use super::sums::parts;
use crate::store::StoreError;
use crate::store::journal::rows::{BadRow, book_name, book_named, count, int};

/// What is found from `from` to `to`, newest first; a protection that became long by then too.
pub fn findings(
    db: &Connection,
    borders: &Borders,
    zone: &Zone,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Finding>, StoreError> {
    let facts = facts(db, from - borders.round_trip, to)?;
    let mut found = find(&facts, borders, zone, to);
    found.retain(|finding| {
        let since = match finding.rule {
            Rule::LongProtection => finding.at + borders.spared,
            Rule::FreeCredit
            | Rule::Reversal
            | Rule::ReversalBeforeClose
            | Rule::Refund
            | Rule::Reprint
            | Rule::BackDated
            | Rule::AfterHours
            | Rule::RoundTrip
            | Rule::FirstReading
            | Rule::SelfApproval
            | Rule::MadeApprover
            | Rule::SplitSales => finding.at,
        };
        since >= from
    });
    found.reverse();
    Ok(found)
}

/// What people did from `from` to `to`, and since ever what spares a supply and who made whom, in
/// order.
fn facts(db: &Connection, from: Timestamp, to: Timestamp) -> Result<Vec<Fact>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT own.seq, own.at, own.book, own.by_staff, own.account, own.meter, record.kind, record.body
         FROM staff_record AS own JOIN ledger.record ON record.seq = own.seq
         WHERE own.at < :to
             AND (own.at >= :from OR own.kind IN
                 ('protected', 'unprotected', 'paused', 'resumed',
                  'staff-added', 'staff-returned', 'role-changed', 'password-set',
                  'tariff-published'))
         ORDER BY own.seq",
    )?;
    let mut rows = statement.query(named_params! { ":from": from.millis(), ":to": to.millis() })?;
    let (mut facts, mut texts) = (Vec::new(), Texts::new());
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get(0)?));
        let book: String = row.get(2)?;
        let book = book_named(&book).ok_or_else(|| BadRow {
            table: "record",
            seq: seq.0,
            what: "the book is neither live nor simulated".to_owned(),
        })?;
        let by = StaffId(row.get(3)?);
        let (kind, body): (String, String) = (row.get(6)?, row.get(7)?);
        let at = Timestamp::from_millis(row.get(1)?);
        let given = given(db, seq, &kind)?;
        let mut by = by;
        let what = match given {
            Some(amount) => What::Given { amount },
            // A fact of a later version is looked at for its hour only.
            None => match Event::from_body(&body) {
                Ok(Event::Counter(CounterFact::Closed(closed))) => {
                    // Whoever counted it, the till was its cashier's.
                    by = closed.cashier;
                    What::ShiftClosed
                }
                Ok(Event::Counter(CounterFact::Split { cashier, sum, .. })) => {
                    by = cashier;
                    What::Split { sum }
                }
                Ok(Event::TariffPublished { tariff, text, .. }) => {
                    let begins = begins(&mut texts, book, &text, at);
                    What::Tariff { tariff: tariff.0, begins }
                }
                Ok(event) => what(db, book, by, event)?,
                Err(_later) => What::Other,
            },
        };
        facts.push(Fact {
            seq,
            at,
            book,
            by,
            account: row.get::<_, Option<u32>>(4)?.map(AccountId),
            meter: row.get::<_, Option<u32>>(5)?.map(MeterId),
            what,
        });
    }
    Ok(facts)
}

/// Credit that came without a payment.
fn given(db: &Connection, seq: Seq, kind: &str) -> Result<Option<Money>, StoreError> {
    if kind == "sold" || kind == "reversed" {
        return Ok(None);
    }
    let free = [Column::FreeCredit, Column::Corrections];
    let parts = parts(kind, &postings(db, seq)?);
    let own = parts.iter().filter(|(_, column, _)| free.contains(column));
    let sum: i64 = own.map(|(_, _, amount)| *amount).sum();
    Ok((sum > 0).then(|| Money::from_minor(sum)))
}

/// The newest text of each tariff so far.
type Texts = BTreeMap<(&'static str, String), Tariff>;

/// When the versions begin that a text brings which was published at `at`: not before, and not again
/// where it only repeats what the text before it had. A text that cannot be read any more brings none.
fn begins(texts: &mut Texts, book: Book, text: &str, at: Timestamp) -> Vec<Timestamp> {
    let Ok(tariff) = Tariff::from_toml(text) else { return Vec::new() };
    let place = (book_name(book), tariff.id().0.clone());
    let old = texts.get(&place).map_or(&[][..], Tariff::versions);
    let new = tariff.versions().iter().filter(|version| !old.contains(version));
    let begins = new.map(|version| version.from.max(at)).collect();
    texts.insert(place, tariff);
    begins
}

fn what(db: &Connection, book: Book, by: StaffId, event: Event) -> Result<What, StoreError> {
    if let Event::Sold(sale) = event {
        return Ok(What::Sold { amount: sale.amount });
    }
    if let Event::Reversed(reversal) = event {
        let sold = issued(db, book, reversal.of)?;
        return Ok(What::Reversed { amount: reversal.amount, sold });
    }
    if let Event::Refunded(refund) = event {
        return Ok(What::Refunded { amount: refund.amount });
    }
    if let Event::Acted { act: Act::ReceiptCopied { receipt, copy }, .. } = event {
        return Ok(What::Reprinted { receipt, copy });
    }
    if let Event::Acted { act: Act::OwnApprovalTried { .. }, .. } = event {
        return Ok(What::OwnApproval);
    }
    if let Event::Acted { act: Act::ApprovalGiven { asked_by, approved_by, .. }, .. } = event {
        let approved_by = approved_by.unwrap_or(by);
        return Ok(What::Approved { asked_by, approved_by });
    }
    if let Event::Acted {
        act:
            Act::StaffAdded { staff, .. }
            | Act::RoleChanged { staff, .. }
            | Act::StaffReturned { staff }
            | Act::PasswordSet { staff },
        ..
    } = event
    {
        return Ok(if staff == by { What::Other } else { What::Made { staff } });
    }
    // What the site's file says of itself is nobody's act.
    if let (Event::PolicyPublished { from, .. }, false) = (&event, by == StaffId(0)) {
        return Ok(What::Dated { from: *from });
    }
    if let Event::Exchanged { exchange, .. } = &event
        && exchange.what == Exchanged::Meter
    {
        return Ok(What::Exchanged { first: exchange.first, manual: exchange.manual });
    }
    if let Event::Protected { until, .. } = event {
        return Ok(What::Spared { until });
    }
    if let Event::Paused { .. } = event {
        return Ok(What::Spared { until: None });
    }
    if let Event::Unprotected { .. } | Event::Resumed { .. } = event {
        return Ok(What::SparedNoMore);
    }
    Ok(What::Other)
}

/// When a receipt was issued.
fn issued(db: &Connection, book: Book, no: ReceiptNo) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT record.at FROM ledger.receipt JOIN ledger.record USING (seq)
         WHERE receipt.book = :book AND receipt.no = :no",
    )?;
    let mut rows = statement.query(named_params! { ":book": book_name(book), ":no": int(no.0) })?;
    let at = rows.next()?.map(|row| row.get(0)).transpose()?;
    Ok(at.map(Timestamp::from_millis))
}
