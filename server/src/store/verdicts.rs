//! Verdicts that the journal has and the registry does not: the power went between the two.
//!
//! What was approved stands in one transaction with its effect, so the journal alone says whether it
//! was done. The registry is brought to that; nothing is ever done again.

use rusqlite::Connection;
use shared::event::Event;
use shared::id::{Book, Seq, StaffId};
use shared::staff::Act;
use shared::time::{Span, Timestamp};

use crate::store::StoreError;
use crate::store::desk::Desk;
use crate::store::journal::rows::{book_named, count};
use crate::store::report::ledger::event;
use crate::store::requests::{self, RequestEntry, Verdict};

/// Brings the registry to what the journal says of requests without a verdict, all of them or `only`
/// one; gives back which were.
pub async fn bring_forward(
    registry: &Desk,
    ledger: &Desk,
    only: Option<u64>,
    now: Timestamp,
) -> Result<Vec<u64>, StoreError> {
    let mut open = registry.ask(|db| requests::undecided(db)).await?;
    open.retain(|entry| only.is_none_or(|only| entry.id == only));
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let found = ledger.ask(move |db| decided(db, open, now)).await?;
    let kept = registry.ask(move |db| {
        let mut kept = Vec::new();
        for (id, verdict) in found {
            if requests::decide(db, id, &verdict)? {
                kept.push(id);
            }
        }
        Ok(kept)
    });
    kept.await
}

/// What the journal says of these requests, looking back from its end to where each was asked for.
fn decided(
    db: &Connection,
    mut open: Vec<RequestEntry>,
    now: Timestamp,
) -> Result<Vec<(u64, Verdict)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, at, book, by_staff, body FROM record WHERE kind = 'acted' ORDER BY seq DESC",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()?.filter(|_| !open.is_empty()) {
        let seq = Seq(count(row.get(0)?));
        let Event::Acted { act, note } =
            event(seq, row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?)?
        else {
            continue;
        };
        let by = StaffId(row.get(3)?);
        let Some((id, said)) = about(&act, by) else { continue };
        let Some(place) = open.iter().position(|entry| entry.id == id) else { continue };
        let entry = open.swap_remove(place);
        let Some((second, approved)) = said.filter(|_| same(&act, by, &entry)) else { continue };
        let book: String = row.get(2)?;
        // Simulated time says nothing about when it was.
        let at = match book_named(&book) {
            Some(Book::Live) => Timestamp::from_millis(row.get(1)?),
            Some(Book::Simulated) | None => now,
        };
        let last = entry.expires - Span::from_millis(1);
        let at = at.max(entry.request.at).min(last);
        found.push((id, Verdict { by: second, at, approved, note }));
    }
    Ok(found)
}

/// Which request an act is about, and how it decided it; none: it only asks.
fn about(act: &Act, by: StaffId) -> Option<(u64, Option<(StaffId, bool)>)> {
    match act {
        Act::ApprovalGiven { approval, approved_by, .. } => {
            Some((*approval, Some((approved_by.unwrap_or(by), true))))
        }
        Act::ApprovalRefused { approval, .. } => Some((*approval, Some((by, false)))),
        Act::ApprovalAsked { approval, .. } => Some((*approval, None)),
        Act::OwnApprovalTried { .. }
        | Act::StaffAdded { .. }
        | Act::RoleChanged { .. }
        | Act::StaffLeft { .. }
        | Act::StaffReturned { .. }
        | Act::PasswordSet { .. }
        | Act::SessionsEnded { .. }
        | Act::TokenMade { .. }
        | Act::TokenRevoked { .. }
        | Act::SignInsRefused { .. }
        | Act::ReceiptCopied { .. }
        | Act::LossAccepted { .. } => None,
    }
}

/// Is it really this request, and not one of an earlier registry under the same number?
fn same(act: &Act, by: StaffId, entry: &RequestEntry) -> bool {
    let wanted = &entry.request.matter;
    match act {
        Act::ApprovalGiven { tariff, asked_by, matter, .. }
        | Act::ApprovalRefused { tariff, asked_by, matter, .. } => {
            *asked_by == entry.request.by
                && tariff.as_ref() == wanted.tariff()
                && *matter == wanted.short()
        }
        Act::ApprovalAsked { .. } => by == entry.request.by,
        Act::OwnApprovalTried { .. }
        | Act::StaffAdded { .. }
        | Act::RoleChanged { .. }
        | Act::StaffLeft { .. }
        | Act::StaffReturned { .. }
        | Act::PasswordSet { .. }
        | Act::SessionsEnded { .. }
        | Act::TokenMade { .. }
        | Act::TokenRevoked { .. }
        | Act::SignInsRefused { .. }
        | Act::ReceiptCopied { .. }
        | Act::LossAccepted { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::id::{AccountId, ReceiptNo, SiteId};
    use shared::money::Money;
    use shared::staff::Matter;

    use super::*;
    use crate::store::journal::{self, writer::Writer};
    use crate::store::registry::REGISTRY;
    use crate::store::requests::Request;
    use crate::store::sample::{START, Sample};
    use crate::store::scratch::Scratch;

    fn matter(receipt: u64) -> Matter {
        let (book, receipt) = (Book::Live, ReceiptNo(receipt));
        let (account, amount) = (AccountId(7), Money::from_minor(500));
        Matter::Reversal { book, receipt, account, amount, as_debt: false }
    }

    fn given(approval: u64, asked_by: u32, receipt: u64) -> Act {
        Act::ApprovalGiven {
            approval,
            tariff: None,
            asked_by: StaffId(asked_by),
            matter: Some(matter(receipt)),
            approved_by: Some(StaffId(2)),
        }
    }

    fn refused(approval: u64, receipt: u64) -> Act {
        let matter = Some(matter(receipt));
        Act::ApprovalRefused { approval, tariff: None, asked_by: StaffId(1), matter }
    }

    fn asked(approval: u64, receipt: u64) -> Act {
        Act::ApprovalAsked { approval, tariff: None, matter: Some(matter(receipt)) }
    }

    #[actix_rt::test]
    async fn a_verdict_that_only_the_journal_has_is_brought_to_the_registry_once() {
        let dir = Scratch::new();
        let db = REGISTRY.open(&dir.path("registry.db")).unwrap();
        for receipt in 1..=5 {
            let (evidence, reason) = (Vec::new(), "wrong room".to_owned());
            let at = Timestamp::from_millis(START);
            let (matter, by) = (matter(receipt), StaffId(1));
            requests::add(&db, &Request { matter, evidence, reason, by, at }).unwrap();
        }
        let mut site = Sample::new(Book::Live);
        let records: Vec<_> = [
            // An earlier registry's second request, approved: its number was given again since.
            (given(2, 3, 9), 3),
            (asked(1, 1), 1),
            (asked(2, 2), 1),
            (asked(3, 3), 1),
            (asked(4, 4), 1),
            (given(1, 1, 1), 1),
            (refused(3, 3), 4),
            (given(4, 1, 99), 1),
        ]
        .into_iter()
        .map(|(act, by)| site.acted(act, StaffId(by)))
        .collect();
        let (path, anchor) = (dir.path("ledger.db"), dir.path("anchor.json"));
        let mut writer = Writer::open(path.clone(), anchor, SiteId(1)).unwrap();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        let registry = Desk::start("registry", db).unwrap();
        let ledger = Desk::start("ledger", journal::open_read_only(&path).unwrap()).unwrap();

        let now = Timestamp::from_millis(START + 1);
        let none = bring_forward(&registry, &ledger, Some(2), now).await.unwrap();
        assert!(none.is_empty(), "what is asked about alone");
        let mut brought = bring_forward(&registry, &ledger, None, now).await.unwrap();
        brought.sort_unstable();
        assert_eq!(brought, [1, 3], "2 was asked anew, 4 is about another sale, 5 is not decided");
        let verdicts = registry.ask(|db| requests::all(db)).await.unwrap();
        let verdict = |id: u64| {
            let entry = verdicts.iter().find(|entry| entry.id == id).expect("a request");
            entry.verdict.as_ref().map(|verdict| (verdict.by.0, verdict.approved))
        };
        let all = [1, 2, 3, 4, 5].map(verdict);
        assert_eq!(all, [Some((2, true)), None, Some((4, false)), None, None]);
        assert!(bring_forward(&registry, &ledger, None, now).await.unwrap().is_empty(), "once");
    }
}
