//! Orders of the counter: shifts are opened, counted and countersigned; limits are set.

use crate::counter::said::MOST;
use crate::counter::{
    Amounts, CashMove, CashPlace, Closed, CounterFact, CounterOrder, Counters, Denied, LimitsOf,
    Raise, Till,
};
use crate::event::Event;
use crate::id::{CounterId, PaymentId, ShiftNo, StaffId};
use crate::money::Money;
use crate::prepaid::Account;
use crate::site::decide::{Now, largest_of};
use crate::site::{Refusal, Site};
use crate::time::Timestamp;
use crate::vend::{Sale, Tender};

fn sane(amount: Money) -> bool {
    !amount.is_negative() && amount <= MOST
}

impl Now<'_> {
    pub(super) fn counter(&mut self, order: &CounterOrder) -> Result<(), Refusal> {
        match order {
            CounterOrder::Open { counter, float } => self.open_shift(*counter, *float),
            CounterOrder::Close { shift, counted, note } => {
                self.close_shift(*shift, *counted, note)
            }
            CounterOrder::Countersign { shift, note } => self.countersign(*shift, note),
            CounterOrder::MoveCash { shift, amount, with, reason } => {
                self.move_cash(*shift, *amount, *with, reason)
            }
            CounterOrder::Limit { limits, approved_by, note } => {
                self.limit(limits, *approved_by, note);
                Ok(())
            }
        }
    }

    fn counters(&self) -> std::borrow::Cow<'_, Counters> {
        self.site.counters(self.order.book)
    }

    fn open_shift(&mut self, counter: CounterId, float: Money) -> Result<(), Refusal> {
        let cashier = self.order.by;
        let counters = self.counters();
        if !sane(float) {
            return Err(Denied::BelowZero.into());
        }
        if let Some(open) = counters.of(cashier) {
            return Err(Denied::HasShift(open.shift).into());
        }
        if let Some(open) = counters.at(counter) {
            return Err(Denied::CounterTaken { counter, shift: open.shift }.into());
        }
        let shift = counters.next_shift();
        self.emit(Event::Counter(CounterFact::Opened { shift, counter, cashier, float }));
        Ok(())
    }

    fn close_shift(&mut self, shift: ShiftNo, counted: Amounts, note: &str) -> Result<(), Refusal> {
        let counters = self.counters();
        let open = counters.still_open(shift)?;
        if !counted.all().into_iter().all(sane) {
            return Err(Denied::BelowZero.into());
        }
        let expected = open.expected();
        let closed = Closed {
            shift,
            z: counters.next_z(open.counter),
            counter: open.counter,
            cashier: open.cashier,
            opened: open.opened,
            float: open.float,
            totals: open.totals,
            counted,
            expected,
            difference: counted.less(expected),
            note: note.to_owned(),
            moves: open.moves.clone(),
        };
        self.emit(Event::Counter(CounterFact::Closed(closed)));
        Ok(())
    }

    fn countersign(&mut self, shift: ShiftNo, note: &str) -> Result<(), Refusal> {
        let waits = self.counters().unsigned(shift)?;
        if [waits.sold, waits.counted].contains(&self.order.by) {
            return Err(Denied::OwnShift(shift).into());
        }
        let (note, cash) = (note.to_owned(), waits.cash);
        self.emit(Event::Counter(CounterFact::Countersigned { shift, note, cash }));
        Ok(())
    }

    fn move_cash(
        &mut self,
        shift: ShiftNo,
        amount: Money,
        with: CashPlace,
        reason: &str,
    ) -> Result<(), Refusal> {
        if self.order.key.is_none() {
            return Err(Refusal::NoKey);
        }
        let counters = self.counters();
        let open = counters.still_open(shift)?;
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        if amount == Money::ZERO || amount > MOST || amount < -MOST {
            return Err(Denied::NoMove.into());
        }
        // How much there should be is not said: the count stays blind.
        let after = open.expected().cash.checked_add(amount);
        if after.is_none_or(|after| amount.is_negative() && after.is_negative()) {
            return Err(Denied::LacksCash(shift).into());
        }
        let no = open.moves.last().map_or(0, |last| last.no) + 1;
        let (counter, reason) = (open.counter, reason.to_owned());
        let moved = CashMove { shift, counter, no, amount, with, reason };
        self.emit(Event::Counter(CounterFact::CashMoved(moved)));
        Ok(())
    }

    fn limit(&mut self, limits: &LimitsOf, approved_by: Option<StaffId>, note: &str) {
        if self.counters().limits() != limits {
            let (limits, note) = (limits.clone(), note.to_owned());
            self.emit(Event::Counter(CounterFact::Limited { limits, approved_by, note }));
        }
    }

    /// May this limit be raised so far, for so long?
    pub(super) fn raisable(&self, raise: &Raise) -> Result<(), Refusal> {
        let now = self.order.now;
        if raise.until <= now {
            return Err(Refusal::TimePast);
        }
        if raise.until - now > Raise::LONGEST {
            return Err(Denied::RaiseTooLong.into());
        }
        // Not with what is raised already: a smaller raise may last longer.
        let counters = self.counters();
        let file = counters.limits();
        let limits = raise.counter.map_or(file.usual, |counter| file.of(counter));
        let Some(in_force) = raise.limit.in_force(&limits) else {
            return Err(Denied::NoRaise { now: None }.into());
        };
        let (from, to) = (in_force.figure(), raise.limit.figure());
        if to <= from || to > MOST.minor() {
            return Err(Denied::NoRaise { now: Some(from) }.into());
        }
        Ok(())
    }

    pub(super) fn raise(&mut self, raise: Raise, reason: &str) -> Result<(), Refusal> {
        self.raisable(&raise)?;
        let reason = reason.trim().to_owned();
        self.emit(Event::Counter(CounterFact::Raised { raise, reason }));
        Ok(())
    }

    /// May whoever asks take this amount for this account now?
    pub(super) fn may_take(
        &self,
        account: &Account,
        amount: Money,
        tender: Tender,
    ) -> Result<(), Refusal> {
        let (by, now) = (self.order.by, self.order.now);
        self.counters().till(by)?;
        self.site.within_limits(account, now, by, amount, Some(tender))
    }

    /// The till of whoever asks, or asked for the payment; none for the system itself, and for a
    /// payment that is confirmed after the shift it was asked for in.
    pub(super) fn till(&self, payment: Option<PaymentId>) -> Option<Till> {
        let payment = payment.and_then(|payment| self.site.payments.get(payment));
        let seller = payment.map_or(self.order.by, |payment| payment.by);
        self.counters().till(seller).ok().flatten()
    }

    pub(super) fn till_to_reverse(&self, taken_at: Option<Till>) -> Result<Option<Till>, Refusal> {
        Ok(self.counters().till_to_reverse(self.order.now, self.order.by, taken_at)?)
    }

    /// The most that one person takes back there without a second one.
    pub(super) fn most_alone(&self, till: Option<Till>) -> Money {
        let counters = self.counters();
        let there = till.map(|till| till.counter);
        counters.in_force(self.order.now, there).alone.unwrap_or(MOST)
    }

    /// Puts on record what looks like one sale in parts.
    pub(super) fn look_for_split(&mut self, sale: &Sale) {
        let split = self.counters().split(self.order.now, self.order.by, sale);
        if let Some(fact) = split {
            self.emit(Event::Counter(fact));
        }
    }
}

impl Site {
    /// Shifts and limits of a book.
    pub fn counters(&self, book: crate::id::Book) -> std::borrow::Cow<'_, Counters> {
        match self.counters.get(&book) {
            Some(counters) => std::borrow::Cow::Borrowed(counters),
            None => std::borrow::Cow::Owned(Counters::default()),
        }
    }

    /// May this person sell this amount now? (product rule 14)
    pub(crate) fn within_limits(
        &self,
        account: &Account,
        now: Timestamp,
        by: StaffId,
        amount: Money,
        tender: Option<Tender>,
    ) -> Result<(), Refusal> {
        let counters = self.counters(account.book);
        let least = counters.limits_of(now, by).least.filter(|least| amount < *least);
        if let Some(least) = least {
            return Err(Refusal::BelowLeast { least: least.max(account.policy.least_sale) });
        }
        let room = counters.room(&self.zone, now, by, account.credit(), tender);
        match room.filter(|(_, largest)| amount > *largest && *largest < largest_of(account)) {
            Some((rule, largest)) => Err(Denied::Limit { rule, largest }.into()),
            None => Ok(()),
        }
    }
}
