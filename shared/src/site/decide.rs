//! Commands: looked at whole, refused whole, or turned into events.

use crate::counter::{CounterFact, CounterOrder};
use crate::event::Event;
use crate::id::{AccountId, AlarmId, Book, MeterId, PaymentId, StaffId, TariffId};
use crate::meter::{AlarmKind, DisconnectReason, Limits};
use crate::money::Money;
use crate::policy::{Policy, RestoreMode};
use crate::prepaid::{Account, EmergencyState};
use crate::request::Grave;
use crate::site::tick::Stamp;
use crate::site::{Command, Done, HoldResolution, Order, Refusal, Site, payment, second, supply};
use crate::tariff::Tariff;
use crate::vend::{BuysStep, Sale, Tender, to_arrears};

impl Site {
    /// Decides a command and applies its events; a refusal changes nothing. The caller keeps the
    /// events before anybody sees an effect of them.
    pub fn carry_out(&mut self, order: &Order) -> Result<Vec<Event>, Refusal> {
        self.turn_terms(order.book, order.now);
        let Command::Approved { act, note, command } = &order.command else {
            if let Command::Grave { .. } = order.command {
                return Err(Refusal::SecondPerson);
            }
            let mut now = Now { site: self, order, approved: None, events: Vec::new() };
            now.carry_out()?;
            return Ok(now.events);
        };
        let approved = Some(second::agreed(act, order.by)?);
        let agreed = Order { command: command.itself().clone(), ..order.clone() };
        let mut now = Now { site: self, order: &agreed, approved, events: Vec::new() };
        now.carry_out()?;
        now.emit(Event::Acted { act: act.clone(), note: note.clone() });
        Ok(now.events)
    }
}

/// What is sold, and how it is paid.
#[derive(Clone, Copy)]
pub(super) struct Sell<'a> {
    pub(super) account: AccountId,
    pub(super) amount: Money,
    pub(super) tender: Tender,
    pub(super) handed: Option<Money>,
    pub(super) reference: &'a str,
    pub(super) payment: Option<PaymentId>,
}

/// One order in progress: every check comes before the first event.
pub(super) struct Now<'a> {
    pub(super) site: &'a mut Site,
    pub(super) order: &'a Order,
    /// A second person agreed to it.
    pub(super) approved: Option<StaffId>,
    events: Vec<Event>,
}

impl Now<'_> {
    fn carry_out(&mut self) -> Result<(), Refusal> {
        match &self.order.command {
            Command::PublishTariff { text, approved_by } => self.publish(text, *approved_by),
            Command::OpenAccount { account, tariff, policy, opening } => {
                self.open(*account, tariff, policy.clone(), *opening)
            }
            Command::BindMeter { account, meter, limits } => self.bind(*account, *meter, *limits),
            Command::Sell { account, amount, tender, handed, reference } => {
                let (account, amount, tender) = (*account, *amount, *tender);
                let handed = *handed;
                self.sell(&Sell { account, amount, tender, handed, reference, payment: None })
            }
            Command::Counter(order) => self.counter(order),
            Command::Reverse { receipt, reason } => self.reverse(*receipt, false, reason),
            Command::Refund { account, amount, reason } => {
                self.give_back(*account, *amount, reason)
            }
            Command::AddArrears { account, amount, collection, reason } => {
                self.add_arrears(*account, *amount, *collection, reason)
            }
            Command::CancelArrears { account, arrears, reason } => {
                self.cancel_arrears(*account, *arrears, reason)
            }
            Command::CutSupply { meter, reason } => self.cut(*meter, reason),
            Command::RestoreSupply { meter, reason } => self.restore(*meter, reason),
            Command::ResolveHold { meter, resolution, note } => {
                self.resolve(*meter, *resolution, note)
            }
            Command::AcknowledgeAlarm { alarm } => self.acknowledge(*alarm),
            Command::CloseExceptions { exceptions, resolution, note } => {
                self.close_exceptions(exceptions, *resolution, note)
            }
            Command::ExchangeMeter { meter, exchange } => self.exchange(*meter, exchange),
            Command::Act { act, note } => {
                self.emit(Event::Acted { act: act.clone(), note: note.clone() });
                Ok(())
            }
            Command::Approved { .. } => unreachable!("what was agreed to is taken out before"),
            Command::NoteCondition { kind, holds } => {
                self.condition(*kind, *holds);
                Ok(())
            }
            Command::PublishPolicy { .. }
            | Command::PublishPolicies { .. }
            | Command::PlaceMeter { .. }
            | Command::Protect { .. }
            | Command::Unprotect { .. }
            | Command::UseEmergency { .. }
            | Command::ConfirmRestore { .. }
            | Command::Pause { .. }
            | Command::Resume { .. }
            | Command::NoticeDelivered { .. } => self.order_terms(),
            Command::CutSupplies { meters, reason } => self.cut_few(meters, reason),
            Command::MayAsk { what, reason } => self.may_ask(what, reason),
            Command::Grave { what, reason } => self.grave(what, reason),
            Command::Payment(order) => self.payment(order),
        }
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.site.apply(self.order.book, self.order.now, self.order.by, &event);
        self.events.push(event);
    }

    pub(super) fn emit_all(&mut self, events: Vec<Event>) {
        for event in events {
            self.emit(event);
        }
    }

    /// Events that are applied already.
    pub(super) fn took(&mut self, events: Vec<Event>) {
        self.events.extend(events);
    }

    /// A supply that comes back waits its turn where many do.
    pub(super) fn lift(&mut self, event: Event) {
        let stamp = Stamp { book: self.order.book, at: self.order.now, by: self.order.by };
        self.site.lift_in_turn(stamp, event, &mut self.events);
    }

    /// What the terms ask for after it.
    pub(super) fn follow_up(&mut self, account: AccountId) {
        let stamp = Stamp { book: self.order.book, at: self.order.now, by: self.order.by };
        let events = self.site.follow_up(stamp, account, false);
        self.events.extend(events);
    }

    pub(super) fn account(&self, account: AccountId) -> Result<&Account, Refusal> {
        let found = self.site.accounts.get(&account).ok_or(Refusal::NoAccount(account))?;
        if found.book == self.order.book { Ok(found) } else { Err(Refusal::OtherBook(account)) }
    }

    pub(super) fn account_of(&self, meter: MeterId) -> Result<&Account, Refusal> {
        let account = self.site.drawn_on.get(&meter).ok_or(Refusal::NoMeter(meter))?;
        self.account(*account)
    }

    /// Brings the ledger up to what is charged, so that what follows stands on exact credit.
    pub(super) fn settle(&mut self, account: AccountId) {
        let meters: Vec<_> = self
            .site
            .accounts
            .get(&account)
            .map_or_else(Vec::new, |a| a.meters.keys().copied().collect());
        for meter in meters {
            if let Some(settled) =
                self.site.accounts.get(&account).and_then(|account| account.settled_news(meter))
            {
                self.emit(Event::Settled(settled));
            }
        }
    }

    /// Gives back what was charged provisionally and no reading will settle.
    pub(super) fn release(&mut self, account: AccountId, meter: MeterId) {
        let Some(drawing) = self.site.accounts.get(&account) else { return };
        let provisional = drawing.meters.get(&meter).and_then(crate::prepaid::Metered::provisional);
        if let Some(amount) = provisional.map(|provisional| provisional.amount) {
            let credit_after = drawing.posted() + amount;
            self.emit(Event::ProvisionalReleased { account, meter, amount, credit_after });
        }
    }

    fn publish(&mut self, text: &str, approved_by: Option<StaffId>) -> Result<(), Refusal> {
        let tariff =
            Tariff::from_toml(text).map_err(|fault| Refusal::BadTariff(fault.to_string()))?;
        let id = tariff.id().clone();
        if let Some(before) = self.site.tariffs.get(&id) {
            if **before == tariff {
                return Ok(());
            }
            let used = self.site.charged_until(&id).max(self.order.now);
            let same = tariff.supersedes(before, used);
            same.map_err(|what| Refusal::TariffInUse { tariff: id.clone(), what })?;
        }
        self.emit(Event::TariffPublished { tariff: id, text: text.to_owned(), approved_by });
        Ok(())
    }

    fn open(
        &mut self,
        account: AccountId,
        tariff: &TariffId,
        policy: Policy,
        opening: Money,
    ) -> Result<(), Refusal> {
        if self.site.accounts.contains_key(&account) {
            return Err(Refusal::AccountExists(account));
        }
        if !self.site.tariffs.contains_key(tariff) {
            return Err(Refusal::NoTariff(tariff.clone()));
        }
        self.emit(Event::AccountOpened { account, tariff: tariff.clone(), policy, opening });
        Ok(())
    }

    fn bind(&mut self, account: AccountId, meter: MeterId, limits: Limits) -> Result<(), Refusal> {
        self.account(account)?;
        if self.site.drawn_on.contains_key(&meter) {
            return Err(Refusal::MeterBound(meter));
        }
        self.emit(Event::MeterBound { account, meter, limits });
        Ok(())
    }

    fn sell(&mut self, sell: &Sell<'_>) -> Result<(), Refusal> {
        if self.order.key.is_none() {
            return Err(Refusal::NoKey);
        }
        let account = self.account(sell.account)?;
        self.may_take(account, sell.amount, sell.tender)?;
        saleable(account, sell.amount)?;
        if sell.handed.is_some_and(|handed| handed < sell.amount) {
            return Err(Refusal::HandedTooLittle);
        }
        self.sell_now(sell)
    }

    /// A sale that is decided, or paid already: no limit is looked at.
    pub(super) fn sell_now(&mut self, sell: &Sell<'_>) -> Result<(), Refusal> {
        let Sell { account: id, amount, tender, handed, reference, payment } = *sell;
        self.account(id)?;
        let till = self.till(payment);
        self.settle(id);
        self.take_what_fell_due(id);
        let account = self.account(id)?;
        let lines = account.allocate(&self.site.zone, self.order.now, amount);
        let to_credit = amount - to_arrears(&lines);
        let sale = Sale {
            receipt: self.site.next_receipt(self.order.book),
            account: id,
            amount,
            tender,
            handed,
            reference: reference.to_owned(),
            credit_before: account.posted(),
            credit_after: account.posted() + to_credit,
            buys: buys(account, self.order.now, to_credit),
            lines,
            payment,
            till,
            serial: Some(self.site.series.next(self.order.book, till)),
        };
        let credit = sale.credit_after;
        self.emit(Event::Sold(sale.clone()));
        self.look_for_split(&sale);
        let in_use = matches!(self.account(id)?.standing.emergency, EmergencyState::InUse { .. });
        if in_use && !credit.is_negative() {
            self.emit(Event::EmergencyRepaid { account: id });
        }
        self.follow_up(id);
        Ok(())
    }

    fn cut(&mut self, meter: MeterId, reason: &str) -> Result<(), Refusal> {
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let account = self.account_of(meter)?.id;
        let metered = self.site.metered(meter).ok_or(Refusal::NoMeter(meter))?;
        if metered.protected() {
            return Err(Refusal::Protected(meter));
        }
        if !metered.open_reasons().contains(&DisconnectReason::Operator) {
            let refusal = self.site.refuses_cut(self.order.book, meter, self.order.now);
            refusal.map_or(Ok(()), Err)?;
            self.emit(supply::cut(account, meter, DisconnectReason::Operator, reason, None));
            self.follow_up(account);
        }
        Ok(())
    }

    fn restore(&mut self, meter: MeterId, reason: &str) -> Result<(), Refusal> {
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let account = self.account_of(meter)?.id;
        let open: Vec<_> = self
            .site
            .metered(meter)
            .map_or_else(Vec::new, |m| m.open_reasons().iter().copied().collect());
        let by_staff: Vec<_> =
            open.iter().copied().filter(|reason| lifted_by_staff(*reason)).collect();
        if by_staff.is_empty() && open.contains(&DisconnectReason::NoCredit) {
            return Err(Refusal::LacksCredit);
        }
        let confirm = self
            .site
            .metered(meter)
            .is_some_and(|metered| metered.policy.restore == RestoreMode::Permit);
        for lifted in by_staff {
            self.lift(supply::lift(account, meter, lifted, reason, confirm));
        }
        self.follow_up(account);
        Ok(())
    }

    pub(super) fn resolve(
        &mut self,
        meter: MeterId,
        resolution: HoldResolution,
        note: &str,
    ) -> Result<(), Refusal> {
        if note.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let account = self.account_of(meter)?.id;
        let metered = self.site.metered(meter).ok_or(Refusal::NoMeter(meter))?;
        let (held, last) = metered.held().zip(metered.seen()).ok_or(Refusal::NothingHeld(meter))?;
        let used = held.seen.register.since(last.register);
        let note = note.to_owned();
        match (resolution, used) {
            (HoldResolution::BillDifference, Some(used)) => {
                let priced = self.account(account)?.clone().charge(meter, held.seen, used);
                priced.map_err(|_unpriced| Refusal::NoPrice)?;
                self.settle(account);
                self.emit(Event::HoldEnded { meter, point: held.seen, note });
                self.site.charge(meter, held.seen, used).expect("the trial was priced");
                self.settle(account);
            }
            (HoldResolution::NewStart, _) | (HoldResolution::BillDifference, None) => {
                self.settle(account);
                self.release(account, meter);
                self.emit(Event::HoldEnded { meter, point: held.seen, note: note.clone() });
                self.emit(Event::Baseline { account, meter, point: held.seen, note });
            }
        }
        let clears = self.site.clears(meter, held.kind);
        self.emit_all(clears);
        Ok(())
    }

    fn acknowledge(&mut self, alarm: AlarmId) -> Result<(), Refusal> {
        if !self.site.alarms().contains_key(&alarm) {
            return Err(Refusal::NoAlarm(alarm));
        }
        self.emit(Event::AlarmAcknowledged { alarm });
        Ok(())
    }

    /// An alarm of the whole site, where it is news.
    fn condition(&mut self, kind: AlarmKind, holds: bool) {
        match (self.site.alarms.of(None, kind), holds) {
            (None, true) => {
                let alarm = self.site.alarms.next();
                self.emit(Event::AlarmRaised { alarm, meter: None, kind });
            }
            (Some(alarm), false) => self.emit(Event::AlarmCleared { alarm }),
            (None, false) | (Some(_), true) => {}
        }
    }
}

/// May this amount be sold now? (product rule 14)
pub(crate) fn saleable(account: &Account, amount: Money) -> Result<(), Refusal> {
    let policy = &account.policy;
    if amount < policy.least_sale {
        return Err(Refusal::BelowLeast { least: policy.least_sale });
    }
    let largest = largest_of(account);
    if amount > largest { Err(Refusal::AboveLargest { largest }) } else { Ok(()) }
}

/// The most that the account's own terms let it be sold now.
pub(super) fn largest_of(account: &Account) -> Money {
    let policy = &account.policy;
    policy.most_sale.min((policy.hoarding_limit - account.credit()).max(Money::ZERO))
}

/// What so much of a payment buys as comes to credit, at the position of the account's first meter.
pub(crate) fn buys(account: &Account, now: crate::time::Timestamp, amount: Money) -> Vec<BuysStep> {
    let owed = (-account.credit()).max(Money::ZERO);
    let charge = account.meters.values().find_map(crate::prepaid::Metered::charge);
    let Some(charge) = charge.filter(|_| amount > owed) else { return Vec::new() };
    let steps = charge.buys(account.tariff(), now, amount - owed);
    steps
        .into_iter()
        .map(|step| BuysStep { name: step.name, energy: step.energy, amount: step.amount })
        .collect()
}

fn lifted_by_staff(reason: DisconnectReason) -> bool {
    match reason {
        DisconnectReason::Operator | DisconnectReason::Tamper | DisconnectReason::Overload => true,
        DisconnectReason::Schedule
        | DisconnectReason::NoCredit
        | DisconnectReason::DailyLimit
        | DisconnectReason::Courtesy
        | DisconnectReason::Staggered => false,
    }
}

/// The command that led to an event, for comparing a repeated key with the first use of it.
pub(crate) fn command_of(event: &Event) -> Option<Command> {
    match event {
        Event::Payment(fact) => payment::order_of(fact).map(Command::Payment),
        // What a payment became was ordered as the payment.
        Event::Sold(sale) if sale.payment.is_some() => None,
        Event::Sold(sale) => Some(Command::Sell {
            account: sale.account,
            amount: sale.amount,
            tender: sale.tender,
            handed: sale.handed,
            reference: sale.reference.clone(),
        }),
        Event::Reversed(reversal) if reversal.as_debt => Some(Command::Grave {
            what: Grave::Reverse { receipt: reversal.of, as_debt: true },
            reason: reversal.reason.clone(),
        }),
        Event::Reversed(reversal) => {
            Some(Command::Reverse { receipt: reversal.of, reason: reversal.reason.clone() })
        }
        Event::Refunded(refund) => Some(Command::Refund {
            account: refund.account,
            amount: refund.amount,
            reason: refund.reason.clone(),
        }),
        Event::Exchanged { meter, exchange, .. } => {
            Some(Command::ExchangeMeter { meter: *meter, exchange: exchange.clone() })
        }
        Event::ArrearsAdded(arrears) => Some(Command::AddArrears {
            account: arrears.account,
            amount: arrears.amount,
            collection: arrears.collection,
            reason: arrears.reason.clone(),
        }),
        Event::Adjusted(adjusted) => Some(Command::Grave {
            what: Grave::Adjust {
                account: adjusted.account,
                adjusting: adjusted.adjusting,
                amount: adjusted.amount,
                cause: adjusted.cause,
            },
            reason: adjusted.note.clone(),
        }),
        Event::ArrearsCancelled(cancelled) => Some(Command::CancelArrears {
            account: cancelled.account,
            arrears: cancelled.arrears,
            reason: cancelled.reason.clone(),
        }),
        Event::Counter(CounterFact::CashMoved(moved)) => {
            Some(Command::Counter(CounterOrder::MoveCash {
                shift: moved.shift,
                amount: moved.amount,
                with: moved.with,
                reason: moved.reason.clone(),
            }))
        }
        Event::TariffPublished { .. }
        | Event::Counter(
            CounterFact::Opened { .. }
            | CounterFact::Closed(_)
            | CounterFact::Countersigned { .. }
            | CounterFact::Limited { .. }
            | CounterFact::Raised { .. }
            | CounterFact::Split { .. },
        )
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
        | Event::ArrearsDue(_)
        | Event::ExceptionNoted { .. }
        | Event::PolicyPublished { .. }
        | Event::MeterPlaced { .. }
        | Event::NoticeDelivered { .. }
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

/// The answer that an event carries, once its record is kept.
pub(crate) fn answer_of(event: &Event, record: &crate::ledger::Record) -> Option<Done> {
    let (seq, at, seal) = (record.seq, record.at, record.hash);
    match event {
        Event::Payment(fact) => Some(Done::Payment { payment: fact.payment() }),
        Event::Sold(sale) => Some(Done::Sold { sale: sale.clone(), seq, at, seal }),
        Event::Reversed(reversal) => {
            Some(Done::Reversed { reversal: reversal.clone(), seq, at, seal })
        }
        Event::Refunded(refund) => Some(Done::Refunded { refund: refund.clone(), seq, at, seal }),
        Event::Exchanged { .. } => Some(Done::Exchanged { seq }),
        Event::Adjusted(_) => Some(Done::Adjusted { seq }),
        Event::ArrearsAdded(arrears) => Some(Done::Arrears { arrears: arrears.arrears, seq }),
        Event::ArrearsCancelled(cancelled) => {
            Some(Done::Arrears { arrears: cancelled.arrears, seq })
        }
        Event::Counter(
            CounterFact::Opened { shift, .. } | CounterFact::Countersigned { shift, .. },
        ) => Some(Done::Shift { shift: *shift, closed: None, seq, at, seal }),
        Event::Counter(CounterFact::CashMoved(moved)) => {
            Some(Done::Shift { shift: moved.shift, closed: None, seq, at, seal })
        }
        Event::Counter(CounterFact::Closed(closed)) => {
            let (shift, closed) = (closed.shift, Some(Box::new(closed.clone())));
            Some(Done::Shift { shift, closed, seq, at, seal })
        }
        Event::Counter(
            CounterFact::Limited { .. } | CounterFact::Raised { .. } | CounterFact::Split { .. },
        )
        | Event::TariffPublished { .. }
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
        | Event::ArrearsDue(_)
        | Event::ExceptionNoted { .. }
        | Event::PolicyPublished { .. }
        | Event::MeterPlaced { .. }
        | Event::NoticeDelivered { .. }
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

/// Which book a preview or page of an account belongs to.
impl Site {
    pub fn book_of(&self, account: AccountId) -> Option<Book> {
        self.accounts.get(&account).map(|account| account.book)
    }
}
