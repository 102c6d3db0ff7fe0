//! Receipts: `GET /api/v1/receipts/{book}/{no}`. Stored as sold; a reprint shows the same with its
//! copy number. `POST /api/v1/receipts/{book}/{no}/copies` counts a reprint and answers with it.

use serde::{Deserialize, Serialize};

use crate::api::sale::{PreviewStep, Tender};
use crate::energy::Energy;
use crate::event::Event;
use crate::id::{AccountId, Book, MeterId, ReceiptNo, Seq};
use crate::money::Money;
use crate::time::Timestamp;
use crate::vend::{Refund, Reversal, Sale, given_back};

pub use crate::vend::{Allocation, ReceiptLine, Serial};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receipt {
    pub book: Book,
    pub no: ReceiptNo,
    /// Its number in the series of the counter, which stands on the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    pub seq: Seq,
    pub at: Timestamp,
    pub site: String,
    /// Who sold.
    pub by: String,
    pub account: AccountId,
    /// Masked, such as `王*`.
    pub customer: String,
    pub place: String,
    pub meters: Vec<MeterId>,
    pub amount: Money,
    pub tender: Tender,
    pub handed: Option<Money>,
    pub change: Option<Money>,
    pub reference: String,
    /// What the amount went to, in order; sums to `amount`.
    pub lines: Vec<ReceiptLine>,
    pub credit_before: Money,
    pub credit_after: Money,
    /// What it buys at today's price.
    pub energy: Energy,
    pub steps: Vec<PreviewStep>,
    /// The first 12 hex digits of the journal's hash at this sale.
    pub seal: String,
    /// Set on a reversal: the receipt it takes back.
    pub reverses: Option<ReceiptNo>,
    /// The reversal that took this one back.
    pub reversed_by: Option<ReceiptNo>,
    /// The slip of credit that was given back in cash.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refund: bool,
    /// 0 for the original, counting up with each reprint.
    pub copy: u32,
}

/// What a receipt was issued for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuedFor {
    Sale(Sale),
    Reversal(Reversal),
    Refund(Refund),
}

/// Where, when and by whom a receipt was issued: all that is not money.
#[derive(Clone, Debug)]
pub struct Issue {
    pub book: Book,
    pub no: ReceiptNo,
    pub seq: Seq,
    pub at: Timestamp,
    pub site: String,
    pub by: String,
    pub customer: String,
    pub place: String,
    pub meters: Vec<MeterId>,
    pub seal: String,
    pub reversed_by: Option<ReceiptNo>,
    pub copy: u32,
}

impl IssuedFor {
    /// What an event issues a receipt for, if it does.
    pub fn of(event: Event) -> Option<Self> {
        match event {
            Event::Sold(sale) => Some(Self::Sale(sale)),
            Event::Reversed(reversal) => Some(Self::Reversal(reversal)),
            Event::Refunded(refund) => Some(Self::Refund(refund)),
            Event::TariffPublished { .. }
            | Event::AccountOpened { .. }
            | Event::MeterBound { .. }
            | Event::Baseline { .. }
            | Event::Settled(_)
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
            | Event::ArrearsAdded(_)
            | Event::Counter(_)
            | Event::ArrearsDue(_)
            | Event::ArrearsCancelled(_)
            | Event::Adjusted(_)
            | Event::Exchanged { .. }
            | Event::ExceptionNoted { .. }
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
            | Event::RestoreConfirmed { .. }
            | Event::ProvisionalCharged(_)
            | Event::ProvisionalReleased { .. } => None,
        }
    }

    /// Its number in the series of its counter.
    pub fn serial(&self) -> Option<Serial> {
        match self {
            Self::Sale(sale) => sale.serial,
            Self::Reversal(reversal) => reversal.serial,
            Self::Refund(refund) => refund.serial,
        }
    }

    pub fn account(&self) -> AccountId {
        match self {
            Self::Sale(sale) => sale.account,
            Self::Reversal(reversal) => reversal.account,
            Self::Refund(refund) => refund.account,
        }
    }

    /// The receipt as people see it.
    pub fn receipt(self, issue: Issue) -> Receipt {
        let account = self.account();
        let Issue { book, no, seq, at, site, by, customer, place, meters, seal, .. } = issue;
        let (reversed_by, copy) = (issue.reversed_by, issue.copy);
        match self {
            Self::Sale(sale) => Receipt {
                book,
                no,
                serial: sale.serial,
                seq,
                at,
                site,
                by,
                account,
                customer,
                place,
                meters,
                amount: sale.amount,
                tender: sale.tender,
                handed: sale.handed,
                change: sale.handed.map(|handed| handed - sale.amount),
                reference: sale.reference,
                lines: sale.lines,
                credit_before: sale.credit_before,
                credit_after: sale.credit_after,
                energy: sale.buys.iter().map(|step| step.energy).sum(),
                steps: sale.buys,
                seal,
                reverses: None,
                reversed_by,
                refund: false,
                copy,
            },
            Self::Reversal(reversal) => Receipt {
                book,
                no,
                serial: reversal.serial,
                seq,
                at,
                site,
                by,
                account,
                customer,
                place,
                meters,
                amount: -reversal.amount,
                tender: reversal.tender,
                handed: None,
                change: None,
                reference: reversal.reason,
                lines: given_back(reversal.lines),
                credit_before: reversal.credit_before,
                credit_after: reversal.credit_after,
                energy: Energy::ZERO,
                steps: Vec::new(),
                seal,
                reverses: Some(reversal.of),
                reversed_by,
                refund: false,
                copy,
            },
            Self::Refund(refund) => Receipt {
                book,
                no,
                serial: refund.serial,
                seq,
                at,
                site,
                by,
                account,
                customer,
                place,
                meters,
                amount: -refund.amount,
                tender: Tender::Cash,
                handed: None,
                change: None,
                lines: refund.lines(),
                reference: refund.reason,
                credit_before: refund.credit_before,
                credit_after: refund.credit_after,
                energy: Energy::ZERO,
                steps: Vec::new(),
                seal,
                reverses: None,
                reversed_by,
                refund: true,
                copy,
            },
        }
    }
}
