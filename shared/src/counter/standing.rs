//! Where the counters of one book stand: open shifts, the day's sums, limits in force.

use std::collections::BTreeMap;

use super::{CounterFact, Denied, Limits, LimitsOf, Raise, Rule, Shift, Till, Totals};
use crate::id::{AccountId, CounterId, ShiftNo, StaffId};
use crate::money::Money;
use crate::time::{Timestamp, Zone};
use crate::vend::{Refund, Reversal, Sale, Tender};

#[derive(Clone, Debug, Default)]
pub struct Counters {
    open: BTreeMap<ShiftNo, Shift>,
    last: ShiftNo,
    /// The last Z number of each counter.
    z: BTreeMap<CounterId, u64>,
    /// Closed and not countersigned.
    unsigned: BTreeMap<ShiftNo, Unsigned>,
    limits: LimitsOf,
    /// The last ones, also some that have ended.
    raises: Vec<Raise>,
    today: Today,
}

/// A shift that waits for a second person.
#[derive(Clone, Copy, Debug)]
pub struct Unsigned {
    pub sold: StaffId,
    pub counted: StaffId,
    /// Cash counted less expected.
    pub cash: Money,
}

/// Sums of one civil day.
#[derive(Clone, Debug, Default)]
struct Today {
    ends: Timestamp,
    by_cashier: BTreeMap<StaffId, Money>,
    to_account: BTreeMap<(StaffId, AccountId), (u32, Money)>,
    /// Given back in cash, by whomever.
    refunded: BTreeMap<AccountId, Money>,
}

impl Today {
    fn roll(&mut self, zone: &Zone, at: Timestamp) {
        if at >= self.ends {
            *self = Self { ends: zone.next_midnight(at), ..Self::default() };
        }
    }
}

impl Counters {
    pub fn open(&self) -> impl Iterator<Item = &Shift> {
        self.open.values()
    }

    pub fn get(&self, shift: ShiftNo) -> Option<&Shift> {
        self.open.get(&shift)
    }

    /// Limits as the site file has them.
    pub fn limits(&self) -> &LimitsOf {
        &self.limits
    }

    /// Limits in force at a counter, or at one that has none of its own.
    pub fn in_force(&self, now: Timestamp, counter: Option<CounterId>) -> Limits {
        let mut limits = counter.map_or(self.limits.usual, |counter| self.limits.of(counter));
        for raise in self.raises.iter().filter(|raise| raise.holds(now, counter)) {
            raise.limit.lift(&mut limits);
        }
        limits
    }

    /// Raises that still hold somewhere.
    pub fn raises(&self, now: Timestamp) -> impl Iterator<Item = &Raise> {
        self.raises.iter().filter(move |raise| now < raise.until)
    }

    pub fn next_shift(&self) -> ShiftNo {
        ShiftNo(self.last.0 + 1)
    }

    pub fn next_z(&self, counter: CounterId) -> u64 {
        self.z.get(&counter).copied().unwrap_or(0) + 1
    }

    /// The open shift of a cashier.
    pub fn of(&self, cashier: StaffId) -> Option<&Shift> {
        self.open.values().find(|shift| shift.cashier == cashier)
    }

    pub fn at(&self, counter: CounterId) -> Option<&Shift> {
        self.open.values().find(|shift| shift.counter == counter)
    }

    /// A shift that waits for a second person.
    pub fn unsigned(&self, shift: ShiftNo) -> Result<Unsigned, Denied> {
        match self.unsigned.get(&shift) {
            Some(waits) => Ok(*waits),
            None if self.open.contains_key(&shift) => Err(Denied::StillOpen(shift)),
            None if (1..=self.last.0).contains(&shift.0) => Err(Denied::SignedAlready(shift)),
            None => Err(Denied::UnknownShift(shift)),
        }
    }

    /// An open shift by its number.
    pub fn still_open(&self, shift: ShiftNo) -> Result<&Shift, Denied> {
        match self.open.get(&shift) {
            Some(open) => Ok(open),
            None if (1..=self.last.0).contains(&shift.0) => Err(Denied::ClosedAlready(shift)),
            None => Err(Denied::UnknownShift(shift)),
        }
    }

    /// Where a person takes money; nowhere for the system itself, which has no till.
    pub fn till(&self, by: StaffId) -> Result<Option<Till>, Denied> {
        if by == StaffId(0) {
            return Ok(None);
        }
        let shift = self.of(by).ok_or(Denied::NoShift)?;
        Ok(Some(Till { counter: shift.counter, shift: shift.shift }))
    }

    /// Where a person gives money back: from the own till, or else from the one that took it, while
    /// its shift is open (product rule 13).
    pub fn till_to_reverse(
        &self,
        now: Timestamp,
        by: StaffId,
        taken_at: Option<Till>,
    ) -> Result<Option<Till>, Denied> {
        let own = self.till(by);
        let there = taken_at.filter(|till| self.open.contains_key(&till.shift));
        let till = match (own, there) {
            (Ok(own), _) => own,
            (Err(_), Some(there)) => Some(there),
            (Err(denied), None) => return Err(denied),
        };
        let Some(shift) = till.and_then(|till| self.open.get(&till.shift)) else { return Ok(till) };
        let most = self.in_force(now, Some(shift.counter)).reversals;
        match most.filter(|most| shift.cashier == by && shift.totals.reversals() >= *most) {
            Some(most) => Err(Denied::Reversals { most }),
            None => Ok(till),
        }
    }

    /// Limits where this person sells; none without a shift.
    pub fn limits_of(&self, now: Timestamp, by: StaffId) -> Limits {
        self.of(by).map(|shift| self.in_force(now, Some(shift.counter))).unwrap_or_default()
    }

    /// The most that this person may sell now to an account with this credit, and which rule says
    /// so. Cash is looked at where it is paid in cash.
    pub fn room(
        &self,
        zone: &Zone,
        now: Timestamp,
        by: StaffId,
        credit: Money,
        tender: Option<Tender>,
    ) -> Option<(Rule, Money)> {
        let shift = self.of(by)?;
        let limits = self.in_force(now, Some(shift.counter));
        let mut today = self.today.clone();
        today.roll(zone, now);
        let sold_today = today.by_cashier.get(&by).copied().unwrap_or_default();
        let cash = tender == Some(Tender::Cash);
        let rooms = [
            (Rule::Sale, limits.most),
            (Rule::Shift, limits.shift.map(|most| most - shift.totals.kept())),
            (Rule::Day, limits.day.map(|most| most - sold_today)),
            (Rule::Till, limits.till.filter(|_| cash).map(|most| most - shift.expected().cash)),
            (Rule::Credit, limits.credit.map(|most| most - credit)),
        ];
        let rooms = rooms.into_iter().filter_map(|(rule, room)| Some((rule, room?)));
        rooms.map(|(rule, room)| (rule, room.max(Money::ZERO))).min_by_key(|(_, room)| *room)
    }

    /// A fact for the high-risk list, where this sale made the day's sales to its account more than
    /// one sale may be.
    pub fn split(&self, now: Timestamp, by: StaffId, sale: &Sale) -> Option<CounterFact> {
        let shift = self.of(by)?;
        let most = self.in_force(now, Some(shift.counter)).most?;
        let (sales, sum) = self.today.to_account.get(&(by, sale.account)).copied()?;
        let crosses = sales > 1 && sum > most && sum - sale.amount <= most;
        let (account, cashier, shift) = (sale.account, by, shift.shift);
        crosses.then_some(CounterFact::Split { account, cashier, shift, sales, sum, most })
    }

    pub(crate) fn sold(&mut self, zone: &Zone, at: Timestamp, by: StaffId, sale: &Sale) {
        let Some(till) = sale.till else { return };
        if let Some(shift) = self.open.get_mut(&till.shift) {
            shift.totals.sold(sale);
        }
        self.today.roll(zone, at);
        *self.today.by_cashier.entry(by).or_default() += sale.amount;
        let (sales, sum) = self.today.to_account.entry((by, sale.account)).or_default();
        *sales += 1;
        *sum += sale.amount;
    }

    pub(crate) fn reversed(&mut self, reversal: &Reversal) {
        let shift = reversal.till.and_then(|till| self.open.get_mut(&till.shift));
        if let Some(shift) = shift {
            shift.totals.reversed(reversal);
        }
    }

    /// What was given back in cash of an account's credit in the civil day of `now`.
    pub fn refunded_today(&self, zone: &Zone, now: Timestamp, account: AccountId) -> Money {
        let mut today = self.today.clone();
        today.roll(zone, now);
        today.refunded.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn refunded(&mut self, zone: &Zone, at: Timestamp, refund: &Refund) {
        self.today.roll(zone, at);
        *self.today.refunded.entry(refund.account).or_default() += refund.amount;
        if let Some(shift) = self.open.get_mut(&refund.till.shift) {
            shift.totals.refunded(refund);
        }
    }

    pub(crate) fn apply(&mut self, at: Timestamp, by: StaffId, fact: &CounterFact) {
        match fact {
            CounterFact::Opened { shift, counter, cashier, float } => {
                self.last = *shift;
                let (shift, counter, cashier, float) = (*shift, *counter, *cashier, *float);
                let totals = Totals::default();
                let opened = at;
                let moves = Vec::new();
                let open = Shift { shift, counter, cashier, opened, float, totals, moves };
                self.open.insert(shift, open);
            }
            CounterFact::Closed(closed) => {
                self.open.remove(&closed.shift);
                self.z.insert(closed.counter, closed.z);
                let cash = closed.difference.cash;
                let waits = Unsigned { sold: closed.cashier, counted: by, cash };
                self.unsigned.insert(closed.shift, waits);
            }
            CounterFact::CashMoved(moved) => {
                if let Some(shift) = self.open.get_mut(&moved.shift) {
                    shift.moves.push(moved.clone());
                }
            }
            CounterFact::Countersigned { shift, note: _, cash: _ } => {
                self.unsigned.remove(shift);
            }
            CounterFact::Limited { limits, approved_by: _, note: _ } => {
                self.limits = limits.clone();
            }
            CounterFact::Raised { raise, reason: _ } => {
                self.raises.retain(|before| at < before.until);
                self.raises.push(*raise);
            }
            CounterFact::Split { .. } => {}
        }
    }
}
