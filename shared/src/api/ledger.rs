//! The account's ledger: `GET /api/v1/accounts/{id}/ledger?before=&limit=`, newest first.

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Register};
use crate::event::Event;
use crate::id::{AccountId, ArrearsId, ReceiptNo, Seq};
use crate::money::Money;
use crate::time::Timestamp;
use crate::vend::{Adjusting, Cause, to_arrears};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerPage {
    pub account: AccountId,
    pub entries: Vec<LedgerEntry>,
    /// Ask again with `before=` this for older entries.
    pub next: Option<Seq>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerEntry {
    pub seq: Seq,
    pub at: Timestamp,
    /// Positive: credit grew.
    pub amount: Money,
    pub credit_after: Money,
    pub entry: Entry,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "entry")]
pub enum Entry {
    Charge {
        from: Timestamp,
        to: Timestamp,
        register_from: Register,
        register_to: Register,
        energy: Energy,
        lines: Vec<ChargeLine>,
        /// Prices changed between the readings, so that energy was spread over them by time.
        #[serde(default)]
        estimated: bool,
    },
    /// The entry's amount is what came to credit; `to_arrears` is the rest of the payment.
    Sale {
        receipt: ReceiptNo,
        by: String,
        #[serde(default)]
        to_arrears: Money,
    },
    Reversal {
        receipt: ReceiptNo,
        of: ReceiptNo,
        by: String,
        reason: String,
    },
    /// Credit given back in cash.
    Refund {
        receipt: ReceiptNo,
        by: String,
        reason: String,
    },
    /// A day without readings, charged as usual; the next charge gives it back and settles.
    Provisional {
        from: Timestamp,
        to: Timestamp,
        energy: Energy,
    },
    /// A provisional charge that no reading will settle, given back.
    ProvisionalReleased,
    /// Credit that nobody paid for, or a correction.
    Adjusted {
        adjusting: Adjusting,
        cause: Cause,
        note: String,
        by: String,
    },
    /// Parts of arrears fell due; the entry's amount is what credit paid of them.
    ArrearsDue {
        arrears: ArrearsId,
        due: Money,
    },
}

/// One line of a charge, as the tariff names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChargeLine {
    /// Such as `energy peak`, `energy peak tier 2`, `fixed`, `tax`.
    pub name: String,
    pub amount: Money,
}

impl LedgerEntry {
    /// What an event moved on its account's credit, if anything. `by` names who did it.
    pub fn of(seq: Seq, at: Timestamp, event: &Event, by: impl FnOnce() -> String) -> Option<Self> {
        let (amount, credit_after, entry) = match event {
            Event::Settled(settled) => {
                let lines = settled.lines.iter();
                let line = |line: &crate::event::SettledLine| ChargeLine {
                    name: line.name.clone(),
                    amount: line.amount,
                };
                let entry = Entry::Charge {
                    from: settled.from.at,
                    to: settled.to.at,
                    register_from: settled.from.register,
                    register_to: settled.to.register,
                    energy: settled.energy,
                    lines: lines.map(line).collect(),
                    estimated: settled.estimated,
                };
                (-settled.amount(), settled.credit_after, entry)
            }
            Event::Sold(sale) => {
                let to_arrears = to_arrears(&sale.lines);
                let entry = Entry::Sale { receipt: sale.receipt, by: by(), to_arrears };
                (sale.amount - to_arrears, sale.credit_after, entry)
            }
            Event::Reversed(reversal) => {
                let entry = Entry::Reversal {
                    receipt: reversal.receipt,
                    of: reversal.of,
                    by: by(),
                    reason: reversal.reason.clone(),
                };
                (to_arrears(&reversal.lines) - reversal.amount, reversal.credit_after, entry)
            }
            Event::Refunded(refund) => {
                let (receipt, reason) = (refund.receipt, refund.reason.clone());
                let entry = Entry::Refund { receipt, by: by(), reason };
                (-refund.amount, refund.credit_after, entry)
            }
            Event::ProvisionalCharged(charged) => {
                let (from, to, energy) = (charged.from, charged.to, charged.energy);
                let entry = Entry::Provisional { from, to, energy };
                (-charged.amount(), charged.credit_after, entry)
            }
            Event::ProvisionalReleased { amount, credit_after, .. } => {
                (*amount, *credit_after, Entry::ProvisionalReleased)
            }
            Event::ArrearsDue(due) => {
                let entry = Entry::ArrearsDue { arrears: due.arrears, due: due.due };
                (-due.taken, due.credit_after, entry)
            }
            Event::Adjusted(adjusted) => {
                let (adjusting, cause) = (adjusted.adjusting, adjusted.cause);
                let note = adjusted.note.clone();
                let entry = Entry::Adjusted { adjusting, cause, note, by: by() };
                (adjusted.amount, adjusted.credit_after, entry)
            }
            Event::TariffPublished { .. }
            | Event::AccountOpened { .. }
            | Event::MeterBound { .. }
            | Event::Baseline { .. }
            | Event::ArrearsAdded(_)
            | Event::Counter(_)
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
            | Event::Payment(_)
            | Event::CutUndelivered { .. }
            | Event::Rearmed { .. }
            | Event::EmergencyOffered { .. }
            | Event::EmergencyBegun { .. }
            | Event::EmergencyRepaid { .. }
            | Event::EmergencyRearmed { .. }
            | Event::Protected { .. }
            | Event::Unprotected { .. }
            | Event::Paused { .. }
            | Event::CutHeld { .. }
            | Event::HeldCutEnded { .. }
            | Event::RequestMade { .. }
            | Event::RequestDecided { .. }
            | Event::CutsReleased { .. }
            | Event::Resumed { .. }
            | Event::RestoreConfirmed { .. } => return None,
        };
        Some(Self { seq, at, amount, credit_after, entry })
    }
}
