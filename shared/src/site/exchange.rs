//! A meter is exchanged: what the old one counted is charged, and the new one begins, all or nothing.

use crate::event::Event;
use crate::id::MeterId;
use crate::meter::{AlarmKind, Exchange, FinalRange, Point};
use crate::site::Refusal;
use crate::site::decide::Now;

impl Now<'_> {
    /// Charges up to the final reading and starts from the first one; old and new registers are
    /// never subtracted from each other. What holds the supply open stays (product rule 18).
    pub(super) fn exchange(&mut self, meter: MeterId, exchange: &Exchange) -> Result<(), Refusal> {
        if self.order.key.is_none() {
            return Err(Refusal::NoKey);
        }
        if exchange.note.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let (account, now) = (self.account_of(meter)?.id, self.order.now);
        let metered = self.site.metered(meter).ok_or(Refusal::NoMeter(meter))?;
        let seen = metered.seen().ok_or(Refusal::NotReadYet(meter))?;
        let range = FinalRange::of(seen, now, &metered.limits);
        let outside = Refusal::FinalReading { least: range.least, most: range.most };
        let used = range.used(exchange.last).ok_or(outside.clone())?;
        let (last, held) = (Point { at: now, register: exchange.last }, metered.held());
        let later = now > seen.at;
        if !later && last.register != seen.register {
            return Err(outside);
        }
        if later {
            let priced = self.account(account)?.clone().charge(meter, last, used);
            priced.map_err(|_unpriced| Refusal::NoPrice)?;
        }
        let note = exchange.note.trim().to_owned();
        // What was read stands on the ledger before what a person read.
        self.settle(account);
        if held.is_some() {
            self.emit(Event::HoldEnded { meter, point: last, note });
        }
        if later {
            self.site.charge(meter, last, used).expect("the trial was priced");
            self.post(meter);
        }
        self.release(account, meter);
        let last = if later { last } else { seen };
        // Never before the end of the old one, which a clock that was wrong may have dated ahead:
        // that time is priced already.
        let first = Point { at: last.at, register: exchange.first };
        let exchange = exchange.clone();
        self.emit(Event::Exchanged { account, meter, exchange, last, first });
        for kind in [AlarmKind::RegisterBackwards, AlarmKind::RegisterJump] {
            for cleared in self.site.clears(meter, kind) {
                self.emit(cleared);
            }
        }
        self.follow_up(account);
        Ok(())
    }

    fn post(&mut self, meter: MeterId) {
        let account = self.site.account_of(meter);
        if let Some(settled) = account.and_then(|account| account.settled(meter)) {
            self.emit(Event::Settled(settled));
        }
    }
}
