//! Arrears: agreed, fallen due, cancelled.

use crate::event::Event;
use crate::id::{AccountId, ArrearsId, Book};
use crate::money::Money;
use crate::prepaid::Account;
use crate::site::decide::Now;
use crate::site::{Refusal, Site};
use crate::time::{Timestamp, Zone};
use crate::vend::{Arrears, ArrearsCancelled, ArrearsDue, Collection};

/// No debt of a household; sums of many still fit, so that a slip of the keyboard stops nothing.
const LARGEST: Money = Money::from_minor(1_000_000_000_000);

impl Now<'_> {
    pub(super) fn add_arrears(
        &mut self,
        id: AccountId,
        amount: Money,
        collection: Collection,
        reason: &str,
    ) -> Result<(), Refusal> {
        self.keyed_with_reason(reason)?;
        let account = self.account(id)?;
        let positive = |amount: Money| amount > Money::ZERO && amount <= LARGEST;
        let sound = match collection {
            Collection::Payments { weekly_cap, share: _ } => weekly_cap.is_none_or(positive),
            Collection::Weekly { rate, .. } => positive(rate),
        };
        if !positive(amount) || !sound {
            return Err(Refusal::BadArrears);
        }
        let arrears = ArrearsId(account.arrears.keys().last().map_or(0, |last| last.0) + 1);
        let reason = reason.trim().to_owned();
        self.emit(Event::ArrearsAdded(Arrears {
            account: id,
            arrears,
            amount,
            collection,
            reason,
        }));
        Ok(())
    }

    pub(super) fn cancel_arrears(
        &mut self,
        id: AccountId,
        arrears: ArrearsId,
        reason: &str,
    ) -> Result<(), Refusal> {
        self.keyed_with_reason(reason)?;
        let none = Refusal::NoArrears { account: id, arrears };
        let amount = self.account(id)?.arrears.get(&arrears).ok_or(none.clone())?.left();
        if amount == Money::ZERO {
            return Err(none);
        }
        let reason = reason.trim().to_owned();
        self.emit(Event::ArrearsCancelled(ArrearsCancelled {
            account: id,
            arrears,
            amount,
            reason,
        }));
        Ok(())
    }

    fn keyed_with_reason(&self, reason: &str) -> Result<(), Refusal> {
        match (&self.order.key, reason.trim()) {
            (None, _) => Err(Refusal::NoKey),
            (Some(_), "") => Err(Refusal::NoReason),
            (Some(_), _) => Ok(()),
        }
    }

    /// Parts that have fallen due by now, before anything else is decided about credit; the ledger
    /// is up to date.
    pub(super) fn take_what_fell_due(&mut self, id: AccountId) {
        let Some(account) = self.site.accounts.get(&id) else { return };
        for due in fell_due(account, &self.site.zone, self.order.now) {
            self.emit(Event::ArrearsDue(due));
        }
    }
}

impl Site {
    /// The accounts of a book with arrears that fall due by `now`.
    pub(super) fn accounts_with_arrears_due(&self, book: Book, now: Timestamp) -> Vec<AccountId> {
        let due = |account: &&Account| {
            account.book == book && running(account).any(|(_, next)| next <= now)
        };
        self.accounts.values().filter(due).map(|account| account.id).collect()
    }
}

/// What fell due by `now`, with what credit covers of it. Arrears never take credit below zero: what
/// is not covered waits for the next payment, so that nobody owes the meter for an old debt.
pub(super) fn fell_due(account: &Account, zone: &Zone, now: Timestamp) -> Vec<ArrearsDue> {
    let (mut covers, mut posted) = (account.credit().max(Money::ZERO), account.posted());
    let mut events = Vec::new();
    for (arrears, _) in running(account) {
        let recovery = account.arrears.get(&arrears);
        let Some(fallen) = recovery.and_then(|recovery| recovery.fallen(zone, now)) else {
            continue;
        };
        let taken = fallen.due.min(covers);
        covers -= taken;
        posted -= taken;
        events.push(ArrearsDue {
            account: account.id,
            arrears,
            until: fallen.until,
            due: fallen.due,
            taken,
            credit_after: posted,
        });
    }
    events
}

/// The agreements whose time runs, with their next part.
fn running(account: &Account) -> impl Iterator<Item = (ArrearsId, Timestamp)> {
    let off = account.off_supply();
    let runs = account.arrears.iter().filter(move |(_, one)| !(off && one.pauses_off_supply()));
    runs.filter_map(|(id, one)| Some((*id, one.deadline()?)))
}
