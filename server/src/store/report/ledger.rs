//! An account's ledger, newest first.

use rusqlite::{Connection, named_params};
use shared::api::ledger::{ChargeLine, Entry, LedgerEntry, LedgerPage};
use shared::event::Event;
use shared::id::{AccountId, Seq, StaffId};
use shared::money::Money;
use shared::time::Timestamp;
use shared::vend::to_arrears;

use crate::store::StoreError;
use crate::store::journal::rows::{BadRow, count, int};

/// The most entries of a page.
pub const MOST: u32 = 200;

/// What moved an account's credit, charges, sales, reversals and arrears that fell due, before `before`. `name` says who a staff number is.
pub fn page(
    db: &Connection,
    account: AccountId,
    before: Option<Seq>,
    limit: u32,
    name: impl Fn(StaffId) -> String,
) -> Result<LedgerPage, StoreError> {
    let limit = limit.clamp(1, MOST);
    let mut statement = db.prepare_cached(
        "SELECT seq, at, by_staff, body FROM record
         WHERE account = :account AND seq < :before AND kind IN ('settled', 'sold', 'reversed', 'arrears-due',
             'provisional-charged', 'provisional-released')
         ORDER BY seq DESC LIMIT :limit",
    )?;
    let mut rows = statement.query(named_params! {
        ":account": account.0,
        ":before": before.map_or(i64::MAX, |seq| int(seq.0)),
        ":limit": limit,
    })?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = Seq(count(row.get(0)?));
        let at = Timestamp::from_millis(row.get(1)?);
        let by = StaffId(row.get(2)?);
        let event = event(seq, row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
        entries.extend(entry(seq, at, event, || name(by)));
    }
    let full = u32::try_from(entries.len()).is_ok_and(|len| len == limit);
    let next = entries.last().filter(|_| full).map(|entry| entry.seq);
    Ok(LedgerPage { account, entries, next })
}

pub(super) fn event(seq: Seq, body: &str) -> Result<Event, StoreError> {
    Event::from_body(body).map_err(|error| {
        StoreError::Damaged(BadRow {
            table: "record",
            seq: seq.0,
            what: format!("the body is not an event: {error}"),
        })
    })
}

fn entry(seq: Seq, at: Timestamp, event: Event, by: impl Fn() -> String) -> Option<LedgerEntry> {
    let (amount, credit_after, entry): (Money, Money, Entry) = match event {
        Event::Settled(settled) => (
            -settled.amount(),
            settled.credit_after,
            Entry::Charge {
                from: settled.from.at,
                to: settled.to.at,
                register_from: settled.from.register,
                register_to: settled.to.register,
                energy: settled.energy,
                lines: settled
                    .lines
                    .into_iter()
                    .map(|line| ChargeLine { name: line.name, amount: line.amount })
                    .collect(),
            },
        ),
        Event::Sold(sale) => {
            let to_arrears = to_arrears(&sale.lines);
            let entry = Entry::Sale { receipt: sale.receipt, by: by(), to_arrears };
            (sale.amount - to_arrears, sale.credit_after, entry)
        }
        Event::ProvisionalCharged(charged) => {
            let (from, to, energy) = (charged.from, charged.to, charged.energy);
            (-charged.amount(), charged.credit_after, Entry::Provisional { from, to, energy })
        }
        Event::ProvisionalReleased { amount, credit_after, .. } => {
            (amount, credit_after, Entry::ProvisionalReleased)
        }
        Event::ArrearsDue(due) => {
            (-due.taken, due.credit_after, Entry::ArrearsDue { arrears: due.arrears, due: due.due })
        }
        Event::Reversed(reversal) => (
            to_arrears(&reversal.lines) - reversal.amount,
            reversal.credit_after,
            Entry::Reversal {
                receipt: reversal.receipt,
                of: reversal.of,
                by: by(),
                reason: reversal.reason,
            },
        ),
        Event::TariffPublished { .. }
        | Event::AccountOpened { .. }
        | Event::MeterBound { .. }
        | Event::Baseline { .. }
        | Event::ArrearsAdded(_)
        | Event::ArrearsCancelled(_)
        | Event::Exchanged { .. }
        | Event::ExceptionNoted { .. }
        | Event::LowCredit { .. }
        | Event::Cut { .. }
        | Event::Lifted { .. }
        | Event::SupplyProven { .. }
        | Event::ReadingHeld { .. }
        | Event::HoldEnded { .. }
        | Event::AlarmRaised { .. }
        | Event::AlarmAcknowledged { .. }
        | Event::AlarmCleared { .. }
        | Event::Acted { .. }
        | Event::PolicyPublished { .. }
        | Event::MeterPlaced { .. }
        | Event::NoticeDelivered { .. }
        | Event::CutUndelivered { .. }
        | Event::Rearmed { .. }
        | Event::EmergencyOffered { .. }
        | Event::EmergencyBegun { .. }
        | Event::EmergencyRepaid { .. }
        | Event::EmergencyRearmed { .. }
        | Event::Protected { .. }
        | Event::Unprotected { .. }
        | Event::Paused { .. }
        | Event::Resumed { .. }
        | Event::RestoreConfirmed { .. } => return None,
    };
    Some(LedgerEntry { seq, at, amount, credit_after, entry })
}
