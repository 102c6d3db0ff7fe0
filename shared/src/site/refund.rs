//! Refunds: what of an account's credit can be given back in cash, and from which till.

use crate::counter::Denied;
use crate::event::Event;
use crate::id::AccountId;
use crate::money::Money;
use crate::site::Refusal;
use crate::site::decide::Now;
use crate::vend::{Refund, Till};

impl Now<'_> {
    /// The till that the cash comes from, if this can be given back now.
    pub(super) fn refundable(
        &self,
        id: AccountId,
        amount: Money,
        reason: &str,
    ) -> Result<Till, Refusal> {
        let account = self.account(id)?;
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let largest = account.refundable();
        if amount <= Money::ZERO || amount > largest {
            return Err(Refusal::AboveRefundable { largest });
        }
        let counters = self.site.counters(self.order.book);
        let till = counters.till(self.order.by)?.ok_or(Denied::NoShift)?;
        // How much is there is not said: the count stays blind.
        if counters.still_open(till.shift)?.expected().cash < amount {
            return Err(Denied::LacksCash(till.shift).into());
        }
        Ok(till)
    }

    pub(super) fn give_back(
        &mut self,
        id: AccountId,
        amount: Money,
        reason: &str,
    ) -> Result<(), Refusal> {
        if self.order.key.is_none() {
            return Err(Refusal::NoKey);
        }
        let till = self.refundable(id, amount, reason)?;
        let counters = self.site.counters(self.order.book);
        let today = counters.refunded_today(&self.site.zone, self.order.now, id);
        let alone = counters.in_force(self.order.now, Some(till.counter)).refund;
        if self.approved.is_none() && alone.is_none_or(|most| amount + today > most) {
            return Err(Refusal::SecondPerson);
        }
        // Neither takes of what can be given back: both were looked at.
        self.settle(id);
        self.take_what_fell_due(id);
        let credit_before = self.account(id)?.posted();
        let refund = Refund {
            receipt: self.site.next_receipt(self.order.book),
            account: id,
            amount,
            reason: reason.trim().to_owned(),
            credit_before,
            credit_after: credit_before - amount,
            till,
            serial: Some(self.site.series.next(self.order.book, Some(till))),
        };
        self.emit(Event::Refunded(refund));
        self.follow_up(id);
        Ok(())
    }
}
