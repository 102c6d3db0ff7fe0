//! Reversals 冲正: which sale can be taken back, and the contra entries that do it (product rule 13).

use crate::event::Event;
use crate::id::ReceiptNo;
use crate::money::Money;
use crate::prepaid::account::LastSale;
use crate::site::decide::Now;
use crate::site::{Refusal, Site};
use crate::vend::Reversal;

impl Now<'_> {
    /// The sale behind a receipt, if it can be taken back now. What is used of it already is a debt
    /// only where that was asked for; who may let it be one is looked at elsewhere.
    pub(super) fn reversible(&self, of: ReceiptNo, as_debt: bool) -> Result<LastSale, Refusal> {
        let id = self.site.holder(self.order.book, of).ok_or(Refusal::NoReceipt(of))?;
        let account = self.account(id)?;
        let sale = account.last_sale.clone().ok_or(Refusal::AlreadyReversed(of))?;
        if sale.receipt != of {
            // Between the account's latest sale and the end of the series lie only its reversal and
            // other accounts' receipts.
            return Err(if of > sale.receipt {
                Refusal::AlreadyReversed(of)
            } else {
                Refusal::NotLatest { latest: sale.receipt }
            });
        }
        if sale.reversed {
            return Err(Refusal::AlreadyReversed(of));
        }
        let owed = sale.to_credit() - account.credit();
        if owed > Money::ZERO && !as_debt { Err(Refusal::LeavesDebt { owed }) } else { Ok(sale) }
    }

    /// Takes a sale back line by line. As a debt, the account goes below zero by what is missing:
    /// the terms then warn and cut as for any other lack of credit, and the next payment covers it
    /// first.
    pub(super) fn reverse(
        &mut self,
        of: ReceiptNo,
        as_debt: bool,
        reason: &str,
    ) -> Result<(), Refusal> {
        if self.order.key.is_none() {
            return Err(Refusal::NoKey);
        }
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let sale = self.reversible(of, as_debt)?;
        let id = self.site.holder(self.order.book, of).ok_or(Refusal::NoReceipt(of))?;
        let till = self.till_to_reverse(sale.till)?;
        if self.approved.is_none() && (as_debt || sale.amount > self.most_alone(till)) {
            return Err(Refusal::SecondPerson);
        }
        self.settle(id);
        let to_credit = sale.to_credit();
        let account = self.account(id)?;
        let receipt = self.site.next_receipt(self.order.book);
        let reversal = Reversal {
            receipt,
            of,
            account: id,
            amount: sale.amount,
            tender: sale.tender,
            reason: reason.to_owned(),
            credit_before: account.posted(),
            credit_after: account.posted() - to_credit,
            lines: sale.lines,
            till,
            serial: Some(self.site.series.next(self.order.book, till)),
            as_debt,
        };
        self.emit(Event::Reversed(reversal));
        if let Some(payment) = sale.payment {
            self.refund_reversed(payment, receipt, reason);
        }
        if as_debt {
            self.follow_up(id);
        }
        Ok(())
    }
}

impl Site {
    /// Why the latest sale of an account cannot be taken back by one person now; none where it can,
    /// and where nothing was sold.
    pub(super) fn refuses_reversal(&self, account: crate::id::AccountId) -> Option<Refusal> {
        let account = self.accounts().get(&account)?;
        let sale = account.last_sale.as_ref()?;
        let owed = sale.to_credit() - account.credit();
        if sale.reversed {
            Some(Refusal::AlreadyReversed(sale.receipt))
        } else {
            (owed > Money::ZERO).then_some(Refusal::LeavesDebt { owed })
        }
    }
}
