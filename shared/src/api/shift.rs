//! Shifts: `GET POST /api/v1/shifts`, `GET /api/v1/shifts/{book}/{shift}`,
//! `POST /api/v1/shifts/{book}/{shift}/close`, `…/cash`, `POST /api/v1/shifts/{book}/{shift}/countersign`.
//!
//! An open shift is shown as its X report, a closed one as its Z report. Sums are left out for the
//! cashier of an open shift: what was not told cannot be counted (blind count).

use serde::{Deserialize, Serialize};

use crate::id::{Book, CounterId, ReceiptNo, Seq, ShiftNo, StaffId};
use crate::money::Money;
use crate::time::Timestamp;

pub use crate::counter::{Amounts, CashMove, CashPlace, Closed, Shift, Taken, Totals};

/// `GET /api/v1/shifts?book=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShiftPage {
    /// The caller's own open shift.
    pub mine: Option<ShiftNo>,
    /// Open ones first, then closed ones, newest first.
    pub shifts: Vec<ShiftReport>,
    /// Where a shift may be opened.
    pub counters: Vec<Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counter {
    pub counter: CounterId,
    pub name: String,
}

/// An X report while it is open, a Z report afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShiftReport {
    pub book: Book,
    pub shift: ShiftNo,
    pub counter: CounterId,
    pub cashier: StaffId,
    /// The cashier's name.
    pub name: String,
    pub opened: Timestamp,
    pub float: Money,
    pub sales: u32,
    pub reversals: u32,
    /// Credit given back in cash.
    #[serde(default)]
    pub refunds: u32,
    pub first: Option<ReceiptNo>,
    pub last: Option<ReceiptNo>,
    /// None for the cashier of an open shift.
    pub totals: Option<Totals>,
    pub expected: Option<Amounts>,
    /// Cash laid into the till or taken out of it, in order.
    #[serde(default)]
    pub moves: Vec<CashMove>,
    pub closed: Option<Count>,
}

/// What was counted, and what the journal stood at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Count {
    /// In the counter's numbering, without gaps.
    pub z: u64,
    pub at: Timestamp,
    pub by: String,
    pub counted: Amounts,
    /// Counted less expected.
    pub difference: Amounts,
    pub note: String,
    pub seq: Seq,
    /// The head of the journal's chain at the close, whole.
    pub head: String,
    pub signed: Option<Signature>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signature {
    pub at: Timestamp,
    pub by: String,
    pub note: String,
}

/// `POST /api/v1/shifts`; answers with the [`ShiftReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ShiftOpening {
    pub book: Book,
    pub counter: CounterId,
    pub float: Money,
}

/// `POST …/close`; answers with the [`ShiftReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ShiftClosing {
    pub counted: Amounts,
    #[serde(default)]
    pub note: String,
}

/// `POST …/countersign`; answers with the [`ShiftReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Countersigning {
    #[serde(default)]
    pub note: String,
}

/// `POST …/cash` with `Idempotency-Key`; answers with the [`ShiftReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CashOrder {
    /// Into the till; below zero where it is taken out.
    pub amount: Money,
    pub with: CashPlace,
    pub reason: String,
}

impl ShiftReport {
    /// The X report; `blind` leaves out what would tell how much there should be.
    pub fn open(book: Book, shift: &Shift, name: String, blind: bool) -> Self {
        let totals = shift.totals;
        Self {
            book,
            shift: shift.shift,
            counter: shift.counter,
            cashier: shift.cashier,
            name,
            opened: shift.opened,
            float: shift.float,
            sales: totals.sales(),
            reversals: totals.reversals(),
            refunds: totals.cash.refunds,
            first: totals.first,
            last: totals.last,
            totals: Some(totals).filter(|_| !blind),
            expected: Some(shift.expected()).filter(|_| !blind),
            moves: shift.moves.clone(),
            closed: None,
        }
    }

    /// The Z report.
    pub fn closed(book: Book, closed: &Closed, name: String, count: Count) -> Self {
        let totals = closed.totals;
        Self {
            book,
            shift: closed.shift,
            counter: closed.counter,
            cashier: closed.cashier,
            name,
            opened: closed.opened,
            float: closed.float,
            sales: totals.sales(),
            reversals: totals.reversals(),
            refunds: totals.cash.refunds,
            first: totals.first,
            last: totals.last,
            totals: Some(totals),
            expected: Some(closed.expected),
            moves: closed.moves.clone(),
            closed: Some(count),
        }
    }
}
