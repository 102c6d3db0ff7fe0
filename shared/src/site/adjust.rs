//! Adjustments: what may be asked for, and the contra entry that follows when a second person agrees.

use crate::event::Event;
use crate::id::AccountId;
use crate::money::Money;
use crate::prepaid::EmergencyState;
use crate::site::Refusal;
use crate::site::decide::Now;
use crate::vend::{Adjusting, Adjustment, Cause};

/// No gift and no mistake is larger; sums of many still fit.
const LARGEST: Money = Money::from_minor(1_000_000_000_000);

impl Now<'_> {
    pub(super) fn adjustable(
        &self,
        id: AccountId,
        adjusting: Adjusting,
        amount: Money,
    ) -> Result<(), Refusal> {
        let account = self.account(id)?;
        let sound = match adjusting {
            Adjusting::FreeCredit => amount > Money::ZERO,
            Adjusting::Correction => amount != Money::ZERO,
        };
        if !sound || amount > LARGEST || amount < -LARGEST {
            return Err(Refusal::BadAdjustment);
        }
        let (taken, left) = (-amount, account.credit().max(Money::ZERO));
        if taken > left { Err(Refusal::CreditUsed { used: taken - left }) } else { Ok(()) }
    }

    pub(super) fn adjust(
        &mut self,
        id: AccountId,
        adjusting: Adjusting,
        amount: Money,
        cause: Cause,
        note: &str,
    ) -> Result<(), Refusal> {
        if self.order.key.is_none() {
            return Err(Refusal::NoKey);
        }
        self.adjustable(id, adjusting, amount)?;
        self.settle(id);
        let credit_before = self.account(id)?.posted();
        let credit_after = credit_before + amount;
        self.emit(Event::Adjusted(Adjustment {
            account: id,
            adjusting,
            amount,
            cause,
            note: note.trim().to_owned(),
            credit_before,
            credit_after,
        }));
        let in_use = matches!(self.account(id)?.standing.emergency, EmergencyState::InUse { .. });
        if in_use && !credit_after.is_negative() {
            self.emit(Event::EmergencyRepaid { account: id });
        }
        self.follow_up(id);
        Ok(())
    }
}
