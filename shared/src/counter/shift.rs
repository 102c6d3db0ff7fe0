//! A shift: what one cashier took at one counter, and what was counted at its end.

use serde::{Deserialize, Serialize};

use crate::id::{CounterId, ReceiptNo, ShiftNo, StaffId};
use crate::ledger::Code;
use crate::money::Money;
use crate::time::Timestamp;
use crate::vend::{Refund, Reversal, Sale, Tender};

/// An amount by tender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Amounts {
    pub cash: Money,
    pub card: Money,
    pub mobile: Money,
}

impl Amounts {
    pub fn of(self, tender: Tender) -> Money {
        match tender {
            Tender::Cash => self.cash,
            Tender::Card => self.card,
            Tender::Mobile => self.mobile,
        }
    }

    pub fn all(self) -> [Money; 3] {
        [self.cash, self.card, self.mobile]
    }

    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            cash: self.cash - other.cash,
            card: self.card - other.card,
            mobile: self.mobile - other.mobile,
        }
    }
}

/// What came in and went out by one tender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Taken {
    pub sales: u32,
    pub sold: Money,
    pub reversals: u32,
    pub reversed: Money,
    /// Credit given back in cash; none in records from before there were refunds.
    #[serde(default, skip_serializing_if = "super::is_nothing")]
    pub refunds: u32,
    #[serde(default, skip_serializing_if = "super::is_nothing")]
    pub refunded: Money,
}

impl Taken {
    /// What it left in the till.
    pub fn net(self) -> Money {
        self.sold - self.reversed - self.refunded
    }

    /// Sales less reversals.
    pub fn kept(self) -> Money {
        self.sold - self.reversed
    }
}

/// What a shift did, by tender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Totals {
    pub cash: Taken,
    pub card: Taken,
    pub mobile: Taken,
    pub first: Option<ReceiptNo>,
    pub last: Option<ReceiptNo>,
}

impl Totals {
    fn of_mut(&mut self, tender: Tender) -> &mut Taken {
        match tender {
            Tender::Cash => &mut self.cash,
            Tender::Card => &mut self.card,
            Tender::Mobile => &mut self.mobile,
        }
    }

    pub(crate) fn sold(&mut self, sale: &Sale) {
        let taken = self.of_mut(sale.tender);
        taken.sales += 1;
        taken.sold += sale.amount;
        self.issued(sale.receipt);
    }

    pub(crate) fn reversed(&mut self, reversal: &Reversal) {
        let taken = self.of_mut(reversal.tender);
        taken.reversals += 1;
        taken.reversed += reversal.amount;
        self.issued(reversal.receipt);
    }

    pub(crate) fn refunded(&mut self, refund: &Refund) {
        self.cash.refunds += 1;
        self.cash.refunded += refund.amount;
        self.issued(refund.receipt);
    }

    fn issued(&mut self, receipt: ReceiptNo) {
        self.first = self.first.or(Some(receipt));
        self.last = Some(receipt);
    }

    pub fn sales(&self) -> u32 {
        self.cash.sales + self.card.sales + self.mobile.sales
    }

    pub fn reversals(&self) -> u32 {
        self.cash.reversals + self.card.reversals + self.mobile.reversals
    }

    /// Sales less reversals; giving credit back makes no room to sell more.
    pub fn kept(&self) -> Money {
        self.cash.kept() + self.card.kept() + self.mobile.kept()
    }

    /// What should be there when this much lay in the till before.
    pub fn expected(&self, float: Money) -> Amounts {
        Amounts { cash: float + self.cash.net(), card: self.card.net(), mobile: self.mobile.net() }
    }
}

/// Cash laid into a till or taken out of it during a shift, with a slip of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CashMove {
    pub shift: ShiftNo,
    pub counter: CounterId,
    /// In the shift, from 1.
    pub no: u32,
    /// Into the till; below zero where it was taken out.
    pub amount: Money,
    pub with: CashPlace,
    pub reason: String,
}

/// Where cash came from or went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CashPlace {
    Safe,
    Bank,
}

impl CashPlace {
    pub(crate) fn code(self) -> Code {
        match self {
            Self::Safe => Code::Safe,
            Self::Bank => Code::Bank,
        }
    }
}

/// An open shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub shift: ShiftNo,
    pub counter: CounterId,
    pub cashier: StaffId,
    pub opened: Timestamp,
    pub float: Money,
    pub totals: Totals,
    pub moves: Vec<CashMove>,
}

impl Shift {
    pub fn expected(&self) -> Amounts {
        let moved = self.moves.iter().map(|moved| moved.amount).sum::<Money>();
        self.totals.expected(self.float + moved)
    }
}

/// A shift as it was counted. Who counted and when are the record's own, and the record's hash is
/// the journal's head at the close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub shift: ShiftNo,
    /// In the counter's own numbering, without gaps.
    pub z: u64,
    pub counter: CounterId,
    pub cashier: StaffId,
    pub opened: Timestamp,
    pub float: Money,
    pub totals: Totals,
    pub counted: Amounts,
    pub expected: Amounts,
    /// Counted less expected.
    pub difference: Amounts,
    pub note: String,
    /// Cash that was laid in or taken out meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<CashMove>,
}
