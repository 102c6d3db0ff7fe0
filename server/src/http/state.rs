//! What the handlers have at hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, Handler, Message, Recipient};
use shared::actor::billing::{
    BillingStatus, Do, GetCounters, GetExceptions, GetMassCuts, GetMeter, GetPayments, GetPreview,
    GetStatus, GetSupplies, MassCutsFound, SettleDue, WhichPayments,
};
use shared::api::board::Board;
use shared::api::meter::{Device, MeterPage};
use shared::api::sale::Preview;
use shared::api::site::Site;
use shared::id::{AccountId, Book, IdempotencyKey, LineId, MeterId, StaffId, TariffId};
use shared::invariant::Seen;
use shared::pay::Payment;
use shared::site::{Command, Done, Exception, Order, Refusal};
use shared::time::{Timestamp, Zone};

use super::audit::Refusals;
use super::auth::People;
use super::auth::throttle::Throttle;
use super::growing::Growing;
use super::live::Hub;
use super::metrics::Counters;
use super::problem::Trouble;
use super::scan::Scans;
use super::shelf::Shelf;
use super::shifts::CountersOfSite;
use super::unrecorded::Unrecorded;
use crate::headend::LineActor;
use crate::printing::Press;
use crate::run::clocks::Clocks;
use crate::run::commission::Commission;
use crate::run::copies::Copies;
use crate::run::fleet::{Hung, Known};
use crate::run::guard::Guard;
use crate::store::Custody;
use crate::store::desk::Desk;
use crate::store::readings::ReadingsDesks;

/// Everything a handler may need, the same for all workers.
pub(crate) struct State {
    pub(crate) site: Site,
    pub(crate) zone: Zone,
    pub(crate) billing: Billing,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clocks: Clocks,
    pub(crate) people: People,
    pub(crate) ledger: Desk,
    /// The auditor's questions.
    pub(crate) audit: Desk,
    /// Where the rules about high-risk acts draw their lines.
    pub(crate) borders: shared::risk::Borders,
    pub(crate) registry: Desk,
    pub(crate) readings: ReadingsDesks,
    pub(crate) counters: Counters,
    /// What is known of each device besides what it says itself.
    pub(crate) devices: Growing<MeterId, Device>,
    /// How real meters hang on their lines.
    pub(crate) hung: Growing<MeterId, Hung>,
    pub(crate) tariffs: Shelf,
    /// The tariff whose periods the overview shows.
    pub(crate) shown_tariff: BTreeMap<Book, TariffId>,
    /// Where the journal stands against its anchor.
    pub(crate) custody: Custody,
    pub(crate) guard: Arc<Guard>,
    pub(crate) copies: Arc<Copies>,
    pub(crate) press: Arc<Press>,
    /// Slows the guessing of receipts' codes.
    pub(crate) checks: Throttle,
    pub(crate) refusals: Refusals,
    pub(crate) unrecorded: Unrecorded,
    /// What the start could not do because the journal was not to be written.
    pub(crate) postponed: Mutex<Vec<Order>>,
    /// The lines to real meters.
    pub(crate) lines: BTreeMap<LineId, Addr<LineActor>>,
    /// Who is found at the counter.
    pub(crate) accounts: Growing<AccountId, Known>,
    /// Adds meters while the site runs; none: there are no real lines.
    pub(crate) commission: Option<Commission>,
    pub(crate) scans: Scans,
    /// Mobile payment.
    pub(crate) desk: crate::pay::Desk,
    /// Where money is taken.
    pub(crate) counters_of_site: CountersOfSite,
}

impl State {
    /// The time of a book.
    pub(crate) fn now(&self, book: Book) -> Timestamp {
        self.clocks.now(book)
    }

    /// The book that an account stands in.
    pub(crate) fn book_of(&self, account: AccountId) -> Result<Book, Refusal> {
        self.accounts.get(&account).map(|known| known.book).ok_or(Refusal::NoAccount(account))
    }

    pub(crate) fn board(&self) -> Board {
        self.guard.board(self.custody.lost().as_ref(), self.copies.shown())
    }

    /// What the start had to leave, once.
    pub(crate) fn postponed(&self) -> Vec<Order> {
        std::mem::take(&mut *self.postponed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Minor units in one unit of the currency.
    pub(crate) fn minor_per_unit(&self) -> i64 {
        10_i64.pow(u32::from(self.site.currency.decimals()))
    }
}

/// The billing supervisor, as far as the handlers need it.
#[derive(Clone)]
pub(crate) struct Billing {
    orders: Recipient<Do>,
    meters: Recipient<GetMeter>,
    exceptions: Recipient<GetExceptions>,
    payments: Recipient<GetPayments>,
    mass_cuts: Recipient<GetMassCuts>,
    previews: Recipient<GetPreview>,
    counters: Recipient<GetCounters>,
    status: Recipient<GetStatus>,
    supplies: Recipient<GetSupplies>,
    settle: Recipient<SettleDue>,
}

impl Billing {
    pub(crate) fn of<A>(supervisor: &Addr<A>) -> Self
    where
        A: Actor
            + Handler<Do>
            + Handler<GetMeter>
            + Handler<GetExceptions>
            + Handler<GetPayments>
            + Handler<GetMassCuts>
            + Handler<GetPreview>
            + Handler<GetCounters>
            + Handler<GetStatus>
            + Handler<GetSupplies>
            + Handler<SettleDue>,
        A::Context: ToEnvelope<A, Do>
            + ToEnvelope<A, GetMeter>
            + ToEnvelope<A, GetExceptions>
            + ToEnvelope<A, GetPayments>
            + ToEnvelope<A, GetMassCuts>
            + ToEnvelope<A, GetPreview>
            + ToEnvelope<A, GetCounters>
            + ToEnvelope<A, GetStatus>
            + ToEnvelope<A, GetSupplies>
            + ToEnvelope<A, SettleDue>,
    {
        Self {
            orders: supervisor.clone().recipient(),
            meters: supervisor.clone().recipient(),
            exceptions: supervisor.clone().recipient(),
            payments: supervisor.clone().recipient(),
            mass_cuts: supervisor.clone().recipient(),
            previews: supervisor.clone().recipient(),
            counters: supervisor.clone().recipient(),
            status: supervisor.clone().recipient(),
            supplies: supervisor.clone().recipient(),
            settle: supervisor.clone().recipient(),
        }
    }

    /// Carries out a command; the answer comes after the commit.
    pub(crate) async fn order(
        &self,
        book: Book,
        now: Timestamp,
        by: StaffId,
        key: Option<IdempotencyKey>,
        command: Command,
    ) -> Result<Done, Trouble> {
        Ok(self.carry_out(Order { book, now, by, key, command }).await??)
    }

    pub(crate) async fn carry_out(&self, order: Order) -> Result<Result<Done, Refusal>, Trouble> {
        ask(&self.orders, Do(order)).await
    }

    /// Lets a supervisor that stands still read its journal again, and waits until it has.
    pub(crate) async fn recover(&self, book: Book, now: Timestamp) -> Result<(), Trouble> {
        ask(&self.settle, SettleDue { book, now }).await.map(drop)
    }

    pub(crate) async fn supplies(&self) -> Result<Vec<Seen>, Trouble> {
        ask(&self.supplies, GetSupplies).await
    }

    pub(crate) async fn meter(
        &self,
        meter: MeterId,
        now: Timestamp,
    ) -> Result<Option<MeterPage>, Trouble> {
        ask(&self.meters, GetMeter { meter, now }).await
    }

    /// The work list.
    pub(crate) async fn exceptions(&self) -> Result<Vec<Exception>, Trouble> {
        ask(&self.exceptions, GetExceptions).await
    }

    pub(crate) async fn payments(&self, which: WhichPayments) -> Result<Vec<Payment>, Trouble> {
        ask(&self.payments, GetPayments(which)).await
    }

    pub(crate) async fn mass_cuts(&self, ask_for: GetMassCuts) -> Result<MassCutsFound, Trouble> {
        ask(&self.mass_cuts, ask_for).await
    }

    pub(crate) async fn preview(&self, question: GetPreview) -> Result<Preview, Trouble> {
        let answer: Result<Preview, Refusal> = ask(&self.previews, question).await?;
        Ok(answer?)
    }

    /// Shifts and limits of a book.
    pub(crate) async fn counters(&self, book: Book) -> Result<shared::counter::Counters, Trouble> {
        ask(&self.counters, GetCounters { book }).await
    }

    pub(crate) async fn status(&self) -> Result<BillingStatus, Trouble> {
        ask(&self.status, GetStatus).await
    }
}

async fn ask<M>(recipient: &Recipient<M>, message: M) -> Result<M::Result, Trouble>
where
    M: Message + Send + 'static,
    M::Result: Send,
{
    let answered = recipient.send(message).await;
    answered.map_err(|error| Trouble::fault("reach the billing supervisor", error))
}
