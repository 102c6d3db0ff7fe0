//! The site: all accounts and meters of both books, and what is decided about them.
//!
//! Commands and reports are decided into events; [`Site::apply`] makes an event so and cannot fail.
//! A site is rebuilt from its journal by applying the events in order.

mod arrears;
#[cfg(test)]
mod arrears_stories;
mod adjust;
#[cfg(test)]
mod adjust_stories;
pub mod breaker;
#[cfg(test)]
mod breaker_stories;
#[cfg(test)]
mod counter_stories;
#[cfg(test)]
mod publish_stories;
#[cfg(test)]
mod exchange_stories;
#[cfg(test)]
mod missing_stories;
mod alarms;
pub mod command;
mod counter;
pub mod day;
mod decide;
mod due;
pub mod exceptions;
mod exchange;
pub mod why;
pub mod explain;
#[cfg(test)]
mod laws;
mod order;
pub mod payment;
#[cfg(test)]
mod payment_stories;
mod refund;
#[cfg(test)]
pub(crate) mod refund_stories;
mod report;
mod reverse;
mod said;
#[cfg(test)]
mod reverse_stories;
mod second;
mod supply;
mod terms;
mod tick;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod policy_stories;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use alarms::OpenAlarm;
pub use command::{Command, Done, HoldResolution, Order, Refusal};
pub use day::Day;
pub(crate) use decide::{answer_of, buys as preview_buys, command_of, saleable};
pub use exceptions::Exception;
pub use payment::PaymentOrder;

use alarms::Alarms;
use due::Heard;

use crate::counter::Counters;
use crate::energy::Energy;
use crate::event::Event;
use crate::id::{AccountId, AlarmId, Book, IdempotencyKey, MeterId, ReceiptNo, Seq, TariffId};
use crate::ledger::Record;
use crate::meter::{Held, Point};
use crate::pay::Payments;
use crate::policy::{Origin, Terms};
use crate::prepaid::account::LastSale;
use crate::prepaid::{Account, EmergencyState, Metered, Protect, Recovery};
use crate::tariff::{ChargeError, Tariff};
use crate::time::{Timestamp, Zone};
use crate::vend::{Adjusting, Serial, Series, Till, to_arrears};

/// All that is known about accounts, meters and money.
#[derive(Clone, Debug)]
pub struct Site {
    zone: Zone,
    tariffs: BTreeMap<TariffId, Arc<Tariff>>,
    accounts: BTreeMap<AccountId, Account>,
    /// Which account a meter draws on.
    drawn_on: BTreeMap<MeterId, AccountId>,
    /// Whose receipt each is, by number from 1.
    receipts: BTreeMap<Book, Vec<AccountId>>,
    /// How far each counter has numbered its receipts.
    series: Series,
    payments: Payments,
    counters: BTreeMap<Book, Counters>,
    alarms: Alarms,
    days: BTreeMap<Book, Day>,
    /// Where the answer to each key stands in the journal.
    keys: BTreeMap<IdempotencyKey, Seq>,
    /// Published policies, and when the next version comes into force.
    terms: BTreeMap<Book, Terms>,
    terms_turn: BTreeMap<Book, Timestamp>,
    inrush: supply::Inrush,
    breaker: breaker::Breaker,
    /// When time alone changes something about an account; not known before the first tick.
    deadlines: BTreeSet<(Book, Timestamp, AccountId)>,
    scheduled: BTreeSet<Book>,
    /// Since when each book's clock is heard, and when to look again for what falls due. Not from
    /// the journal: it decides when something is noticed, never what.
    heard: BTreeMap<Book, Heard>,
}

impl Site {
    /// A site with nothing in it. `zone` cuts days and months.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            tariffs: BTreeMap::new(),
            accounts: BTreeMap::new(),
            drawn_on: BTreeMap::new(),
            receipts: BTreeMap::new(),
            series: Series::default(),
            payments: Payments::default(),
            counters: BTreeMap::new(),
            alarms: Alarms::default(),
            days: BTreeMap::new(),
            keys: BTreeMap::new(),
            terms: BTreeMap::new(),
            terms_turn: BTreeMap::new(),
            inrush: supply::Inrush::default(),
            breaker: breaker::Breaker::default(),
            deadlines: BTreeSet::new(),
            scheduled: BTreeSet::new(),
            heard: BTreeMap::new(),
        }
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    pub fn tariffs(&self) -> &BTreeMap<TariffId, Arc<Tariff>> {
        &self.tariffs
    }

    pub fn accounts(&self) -> &BTreeMap<AccountId, Account> {
        &self.accounts
    }

    pub fn alarms(&self) -> &BTreeMap<AlarmId, OpenAlarm> {
        self.alarms.open()
    }

    pub fn account_of(&self, meter: MeterId) -> Option<&Account> {
        self.accounts.get(self.drawn_on.get(&meter)?)
    }

    pub fn metered(&self, meter: MeterId) -> Option<&Metered> {
        self.account_of(meter)?.meters.get(&meter)
    }

    /// The figures of a book's day, where anything happened in it.
    pub fn day(&self, book: Book) -> Option<&Day> {
        self.days.get(&book)
    }

    /// Takes in a record that was read back from the journal.
    pub fn replay(&mut self, record: &Record) -> Result<(), serde_json::Error> {
        let event = Event::from_body(&record.body)?;
        self.apply(record.book, record.at, record.by, &event);
        if let Some(key) = &record.key {
            self.remember(key.clone(), record.seq);
        }
        Ok(())
    }

    /// Remembers where the answer to a key stands.
    pub fn remember(&mut self, key: IdempotencyKey, seq: Seq) {
        self.keys.insert(key, seq);
    }

    /// Where the answer to a key stands, if the key was used.
    pub fn answered(&self, key: &IdempotencyKey) -> Option<Seq> {
        self.keys.get(key).copied()
    }

    /// Makes an event so. Events are decided against this very state or come from its journal, so
    /// whatever they name exists.
    pub fn apply(&mut self, book: Book, at: Timestamp, by: crate::id::StaffId, event: &Event) {
        self.turn_terms(book, at);
        match event {
            Event::TariffPublished { tariff, text, approved_by: _ } => self.publish(tariff, text),
            Event::AccountOpened { account, tariff, policy, opening } => {
                let tariff = Arc::clone(
                    self.tariffs.get(tariff).expect("an account opens on a tariff of the site"),
                );
                self.accounts.insert(
                    *account,
                    Account::open(*account, book, tariff, policy.clone(), *opening),
                );
            }
            Event::MeterBound { account, meter, limits } => {
                if self.drawn_on.insert(*meter, *account).is_none() {
                    self.breaker.joined(book);
                }
                self.account_mut(*account).bind(*meter, *limits, at);
                self.take_terms_of(*account, at);
            }
            Event::Baseline { account, meter, point, note: _ } => {
                self.account_mut(*account).start(*meter, *point);
            }
            Event::Settled(settled) => {
                let before =
                    self.metered(settled.meter).map_or_else(Default::default, Metered::unposted);
                self.account_mut(settled.account).settle(settled);
                let missing = settled.energy - before;
                self.day_mut(book, at).energy += missing;
            }
            Event::Sold(sale) => {
                self.issued(book, sale.account, sale.till, sale.serial);
                self.counters.entry(book).or_default().sold(&self.zone, at, by, sale);
                let zone = self.zone.clone();
                let account = self.account_mut(sale.account);
                account.top_up(sale.amount - to_arrears(&sale.lines));
                account.paid(&zone, at, &sale.lines);
                account.standing.rearm_all();
                for metered in account.meters.values_mut() {
                    metered.switch.courtesy_due = false;
                }
                account.last_sale = Some(LastSale {
                    receipt: sale.receipt,
                    at,
                    amount: sale.amount,
                    tender: sale.tender,
                    lines: sale.lines.clone(),
                    payment: sale.payment,
                    till: sale.till,
                    reversed: false,
                });
                if let Some(payment) = sale.payment {
                    self.payments.applied(payment, sale.receipt);
                }
                let day = self.day_mut(book, at);
                day.sold += sale.amount;
                day.sales += 1;
            }
            Event::Reversed(reversal) => {
                self.issued(book, reversal.account, reversal.till, reversal.serial);
                self.counters.entry(book).or_default().reversed(reversal);
                let zone = self.zone.clone();
                let account = self.account_mut(reversal.account);
                account.top_up(to_arrears(&reversal.lines) - reversal.amount);
                if let Some(sale) = &mut account.last_sale {
                    sale.reversed = true;
                    let paid_at = sale.at;
                    account.given_back(&zone, paid_at, at, &reversal.lines);
                }
                self.day_mut(book, at).sold -= reversal.amount;
            }
            Event::Refunded(refund) => {
                self.issued(book, refund.account, Some(refund.till), refund.serial);
                self.counters.entry(book).or_default().refunded(&self.zone, at, refund);
                self.account_mut(refund.account).pay_out(refund.amount);
            }
            Event::Counter(fact) => {
                self.counters.entry(book).or_default().apply(at, by, fact);
            }
            Event::ArrearsAdded(arrears) => {
                let recovery = Recovery::begin(arrears.clone(), &self.zone, at);
                self.account_mut(arrears.account).arrears.insert(arrears.arrears, recovery);
            }
            Event::ArrearsDue(due) => {
                let zone = self.zone.clone();
                let account = self.account_mut(due.account);
                account.arrears_fell_due(&zone, due.arrears, due.until, due.taken);
            }
            Event::ExceptionNoted { account, meter, exception, note: _ } => {
                self.account_mut(*account).noted.insert((*exception, *meter));
            }
            Event::Exchanged { account, meter, exchange, first, last: _ } => {
                self.account_mut(*account).exchange(*meter, *first, exchange);
            }
            Event::ProvisionalCharged(charged) => {
                self.account_mut(charged.account).charged_provisionally(charged);
            }
            Event::ProvisionalReleased { account, meter, .. } => {
                self.account_mut(*account).release(*meter);
            }
            Event::Adjusted(adjusted) => {
                let account = self.account_mut(adjusted.account);
                match adjusted.adjusting {
                    Adjusting::FreeCredit => account.give(adjusted.amount),
                    Adjusting::Correction => account.top_up(adjusted.amount),
                }
            }
            Event::ArrearsCancelled(cancelled) => {
                let account = self.account_mut(cancelled.account);
                if let Some(recovery) = account.arrears.get_mut(&cancelled.arrears) {
                    recovery.cancel();
                }
            }
            Event::LowCredit { account, credit: _, level, notice, courtesy, cut_from } => {
                let account = self.account_mut(*account);
                account.standing.warn(*level, *notice, at, *cut_from);
                for metered in account.meters.values_mut().filter(|_| *courtesy) {
                    metered.switch.courtesy_due = true;
                }
            }
            Event::Cut { account, meter, reason, note: _, until, grounds: _ } => {
                self.opening(book, at, *account, *meter, |metered| {
                    metered.switch.cut(at, *reason, *until);
                });
            }
            Event::Lifted { account, meter, reason, note: _, confirm } => {
                self.resume_arrears(*account, at);
                self.metered_mut(*account, *meter).switch.lift(at, *reason, *confirm);
                self.note_return(*account, *meter, at);
            }
            Event::SupplyProven { account, meter, contact: _ } => {
                self.metered_mut(*account, *meter).switch.prove();
            }
            Event::ReadingHeld { meter, last: _, seen, kind } => {
                if let Some(account) = self.drawn_on.get(meter).copied() {
                    self.metered_mut(account, *meter).hold(Held { seen: *seen, kind: *kind });
                }
            }
            Event::HoldEnded { meter, point: _, note: _ } => {
                if let Some(account) = self.drawn_on.get(meter).copied() {
                    self.metered_mut(account, *meter).end_hold();
                }
            }
            Event::AlarmRaised { alarm, meter, kind } => {
                let open =
                    OpenAlarm { book, meter: *meter, kind: *kind, since: at, acknowledged: None };
                self.alarms.raise(*alarm, open);
            }
            Event::AlarmAcknowledged { alarm } => {
                self.alarms.acknowledge(*alarm, by);
            }
            Event::AlarmCleared { alarm } => {
                self.alarms.clear(*alarm);
            }
            // What an older program was asked in the journal: what followed has events of its own.
            Event::RequestMade { .. }
            | Event::RequestDecided { .. }
            | Event::Acted { act: _, note: _ } => {}
            Event::PolicyPublished { scope, from, policy, note: _, origin } => {
                let terms = self.terms.entry(book).or_default();
                if *origin == Origin::File {
                    terms.file(scope.clone(), policy.clone());
                }
                terms.publish(scope.clone(), *from, policy.clone());
                self.take_terms(book, at);
            }
            Event::MeterPlaced { account, meter, place } => {
                self.metered_mut(*account, *meter).place = place.clone();
                self.take_terms_of(*account, at);
            }
            Event::Payment(fact) => self.payments.apply(book, at, by, fact),
            Event::NoticeDelivered { account, notice } => {
                self.account_mut(*account).standing.deliver(*notice);
            }
            Event::CutUndelivered { account, notice: _ } => {
                self.account_mut(*account).standing.undelivered = true;
            }
            Event::Rearmed { account, level } => {
                self.account_mut(*account).standing.rearm(*level);
            }
            Event::EmergencyOffered { account, limit: _ } => {
                self.account_mut(*account).standing.emergency = EmergencyState::Offered;
            }
            Event::EmergencyBegun { account, limit } => {
                let account = self.account_mut(*account);
                account.standing.emergency = EmergencyState::InUse { limit: *limit };
                account.exhausted = 0;
            }
            Event::EmergencyRepaid { account } => {
                self.account_mut(*account).standing.emergency = EmergencyState::Repaid;
            }
            Event::EmergencyRearmed { account } => {
                self.account_mut(*account).standing.emergency = EmergencyState::Ready;
            }
            Event::Protected { account, meter, until, reason, confirm } => {
                self.resume_arrears(*account, at);
                let protect = Protect { until: *until, reason: reason.clone() };
                self.metered_mut(*account, *meter).switch.protect_by(at, protect, *confirm);
                self.note_return(*account, *meter, at);
            }
            Event::Unprotected { account, meter, reason: _ } => {
                self.opening(book, at, *account, *meter, |metered| metered.switch.unprotect(at));
            }
            Event::CutHeld { account, meter, reason, note } => {
                self.metered_mut(*account, *meter).switch.hold_cut(at, *reason, note);
                self.breaker.held(book, *meter, true);
            }
            Event::HeldCutEnded { account, meter, .. } => {
                self.metered_mut(*account, *meter).switch.end_held_cut();
                self.breaker.held(book, *meter, false);
            }
            Event::CutsReleased { meters, asked_by: _, note: _ } => {
                for (meter, from) in meters {
                    if let Some(account) = self.drawn_on.get(meter).copied() {
                        self.metered_mut(account, *meter).switch.release_cut(*from);
                        self.breaker.held(book, *meter, false);
                    }
                }
            }
            Event::Paused { account, reason: _ } => {
                self.account_mut(*account).standing.paused = true;
            }
            Event::Resumed { account, reason: _ } => {
                self.account_mut(*account).standing.paused = false;
            }
            Event::RestoreConfirmed { account, meter, note: _ } => {
                self.resume_arrears(*account, at);
                self.metered_mut(*account, *meter).switch.confirm(at);
                self.note_return(*account, *meter, at);
            }
        }
    }

    /// Makes a change so that may open a supply, and counts it where two persons have not let it go.
    fn opening(
        &mut self,
        book: Book,
        at: Timestamp,
        account: AccountId,
        meter: MeterId,
        change: impl FnOnce(&mut Metered),
    ) {
        let metered = self.metered_mut(account, meter);
        let (was_on, free) = (metered.wanted().is_on(), breaker::let_go(metered, at));
        change(metered);
        let opened = was_on && !metered.wanted().is_on();
        if metered.switch.held().is_none() {
            self.breaker.held(book, meter, false);
        }
        if opened && !free {
            self.breaker.opened(book, meter, at);
        }
    }

    /// Supply may come back: arrears that pause without it are not asked for up to here.
    fn resume_arrears(&mut self, account: AccountId, at: Timestamp) {
        let zone = self.zone.clone();
        let account = self.account_mut(account);
        if account.off_supply() {
            account.resume_arrears(&zone, at);
        }
    }

    /// Keeps in mind which supplies came back just now on one line.
    fn note_return(&mut self, account: AccountId, meter: MeterId, at: Timestamp) {
        let metered = self.metered_mut(account, meter);
        let back = metered.wanted().is_on() && metered.switch.since() == at;
        if let Some(line) = metered.place.feeder.filter(|_| back) {
            self.inrush.note(line, at);
        }
    }

    /// Charges a believed reading in memory, ahead of its posting; refused where the tariff has no
    /// price for the time.
    fn charge(&mut self, meter: MeterId, new: Point, used: Energy) -> Result<(), ChargeError> {
        let Some(account) = self.drawn_on.get(&meter).copied() else { return Ok(()) };
        let account = self.account_mut(account);
        account.charge(meter, new, used)?;
        let book = account.book;
        self.day_mut(book, new.at).energy += used;
        Ok(())
    }

    /// A tariff takes the place of the one before, on every account that is on it.
    fn publish(&mut self, id: &TariffId, text: &str) {
        let tariff =
            Arc::new(Tariff::from_toml(text).expect("a tariff was read before it was kept"));
        for account in self.accounts.values_mut().filter(|account| account.tariff().id() == id) {
            account.adopt(Arc::clone(&tariff));
        }
        self.tariffs.insert(id.clone(), tariff);
    }

    /// How far anything was charged under a tariff.
    fn charged_until(&self, id: &TariffId) -> Timestamp {
        let on_it = self.accounts.values().filter(|account| account.tariff().id() == id);
        let seen = on_it.flat_map(|account| account.meters.values()).filter_map(Metered::seen);
        seen.map(|point| point.at).max().unwrap_or_default()
    }

    fn account_mut(&mut self, account: AccountId) -> &mut Account {
        self.accounts.get_mut(&account).expect("an event names an account that was opened before")
    }

    fn metered_mut(&mut self, account: AccountId, meter: MeterId) -> &mut Metered {
        let account = self.account_mut(account);
        account.meters.get_mut(&meter).expect("an event names a meter that was bound before")
    }

    fn day_mut(&mut self, book: Book, at: Timestamp) -> &mut Day {
        let day = self.days.entry(book).or_default();
        day.roll(&self.zone, at);
        day
    }

    fn next_receipt(&self, book: Book) -> ReceiptNo {
        let used = self.receipts.get(&book).map_or(0, Vec::len);
        ReceiptNo(u64::try_from(used).expect("receipts are fewer than 2^64") + 1)
    }

    fn issued(
        &mut self,
        book: Book,
        account: AccountId,
        till: Option<Till>,
        serial: Option<Serial>,
    ) {
        self.receipts.entry(book).or_default().push(account);
        // A gap is the business of the invariants; here what was issued counts.
        self.series.take(book, till, serial).ok();
    }

    /// Whose receipt this is.
    fn holder(&self, book: Book, receipt: ReceiptNo) -> Option<AccountId> {
        let place = usize::try_from(receipt.0.checked_sub(1)?).ok()?;
        self.receipts.get(&book)?.get(place).copied()
    }
}
