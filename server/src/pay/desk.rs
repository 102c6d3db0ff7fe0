//! The desk of mobile payments: begins them, hears of them, and asks about those that are open.
//!
//! What it learns goes through the billing supervisor like every other command; the desk itself
//! keeps nothing that a restart could lose.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use shared::actor::billing::WhichPayments;
use shared::id::{AccountId, Book, IdempotencyKey, PaymentId, ProviderId, StaffId};
use shared::money::{Currency, Money};
use shared::pay::{End, Payment, State, Word};
use shared::site::{Command, Done, PaymentOrder, Refusal};
use tokio::sync::{Notify, Semaphore, watch};

use super::backoff::Turn;
use super::provider::{BadNotice, NoAnswer, Provider};
use super::refused::Refused;
use super::sign::Signed;
use super::wire::{Charge, ChargeStatus, Notice, Refund, RefundStatus};
use crate::clock;
use crate::http::live::Hub;
use crate::http::problem::Trouble;
use crate::http::state::Billing;
use crate::http::supply::unexpected;
use crate::run::clocks::Clocks;

/// How often is looked for something to ask about.
const LOOK: Duration = Duration::from_millis(500);
/// Questions at a time.
const AT_ONCE: usize = 8;

/// A provider with its name and what else is known of it.
pub(crate) struct Till {
    pub(crate) name: ProviderId,
    pub(crate) provider: Arc<dyn Provider>,
    /// A charge or refund that the provider does not know so long after it was sent never arrived.
    pub(crate) grace: shared::time::Span,
}

#[derive(Clone)]
pub(crate) struct Desk(Arc<Inner>);

pub(super) struct Inner {
    pub(super) tills: BTreeMap<ProviderId, Till>,
    pub(super) billing: Billing,
    clocks: Clocks,
    hub: Arc<Hub>,
    pub(super) title: String,
    pub(super) currency: Currency,
    turns: Mutex<Turns>,
    refused: Refused,
    wake: Notify,
    at_once: Arc<Semaphore>,
}

#[derive(Default)]
struct Turns {
    of: BTreeMap<PaymentId, Turn>,
    /// Somebody is just asking the provider about them.
    busy: BTreeSet<PaymentId>,
    /// On their way to the provider, perhaps since before a restart: nobody knows whether they
    /// arrived.
    stale: BTreeSet<PaymentId>,
}

impl Desk {
    pub(crate) fn new(
        tills: Vec<Till>,
        billing: Billing,
        clocks: Clocks,
        hub: Arc<Hub>,
        (title, currency): (String, Currency),
    ) -> Self {
        Self(Arc::new(Inner {
            tills: tills.into_iter().map(|till| (till.name.clone(), till)).collect(),
            billing,
            clocks,
            hub,
            title,
            currency,
            turns: Mutex::default(),
            refused: Refused::default(),
            wake: Notify::new(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }))
    }

    pub(crate) fn providers(&self) -> impl Iterator<Item = &ProviderId> {
        self.0.tills.keys()
    }

    /// What was on its way when the program ended last; before anything new is begun.
    pub(crate) async fn take_over(&self) -> Result<(), Trouble> {
        let open = self.0.billing.payments(WhichPayments::Open).await?;
        let sent = open.iter().filter(|one| matches!(one.state, State::Begun | State::Refunding));
        self.0.turns().stale = sent.map(|one| one.payment).collect();
        Ok(())
    }

    /// Asks about whatever is open until `stop` turns true.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                _ = look.tick() => {}
                () = self.0.wake.notified() => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
            if let Err(trouble) = self.look().await {
                tracing::warn!(%trouble, "cannot look for open payments");
            }
        }
    }

    async fn look(&self) -> Result<(), Trouble> {
        let open = self.0.billing.payments(WhichPayments::Open).await?;
        let now = clock::now();
        let due: Vec<PaymentId> = {
            let mut turns = self.0.turns();
            turns.of.retain(|known, _| open.iter().any(|one| one.payment == *known));
            let open = open.iter().filter(|one| one.state.is_open()).map(|one| one.payment);
            open.filter(|one| turns.of.entry(*one).or_insert_with(|| Turn::first(now)).due(now))
                .collect()
        };
        for payment in due {
            let Ok(permit) = Arc::clone(&self.0.at_once).try_acquire_owned() else { break };
            let desk = self.clone();
            actix_rt::spawn(async move {
                desk.work(payment).await;
                drop(permit);
            });
        }
        Ok(())
    }

    /// Looks at the open payments now.
    pub(crate) fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// A customer wants to pay; answers when the provider has, or has not, answered.
    pub(crate) async fn begin(
        &self,
        by: StaffId,
        key: IdempotencyKey,
        (book, account): (Book, AccountId),
        amount: Money,
        provider: &ProviderId,
    ) -> Result<Payment, Trouble> {
        if !self.0.tills.contains_key(provider) {
            return Err(Trouble::absent(format!("there is no payment provider `{provider}`")));
        }
        let order = PaymentOrder::Begin { account, amount, provider: provider.clone() };
        let payment = self.0.order(book, by, Some(key), order).await?;
        self.ask(payment).await
    }

    /// Asks the provider how it stands, and answers with what is known then.
    pub(crate) async fn ask(&self, payment: PaymentId) -> Result<Payment, Trouble> {
        // On its own, so that a browser that leaves does not break off a question.
        let desk = self.clone();
        actix_rt::spawn(async move { desk.work(payment).await })
            .await
            .map_err(|error| Trouble::fault("ask the provider", error))?;
        self.one(payment).await
    }

    pub(crate) async fn one(&self, payment: PaymentId) -> Result<Payment, Trouble> {
        let known = self.0.billing.payments(WhichPayments::One(payment)).await?;
        known.into_iter().next().ok_or_else(|| Refusal::NoPayment(payment).into())
    }

    /// The counter takes it back: the provider is asked first, because it may be paid.
    pub(crate) async fn cancel(&self, payment: PaymentId) -> Result<Payment, Trouble> {
        let known = self.ask(payment).await?;
        if !matches!(known.state, State::Begun | State::Pending | State::Unknown) {
            return Ok(known);
        }
        let till = self.0.till(&known)?;
        match till.provider.close(&known.charge).await {
            Ok(Some(charge)) => self.0.take(&known, &charge, End::Voided).await?,
            Ok(None) => {
                let note = "the provider does not know it".to_owned();
                self.0.hear(&known, Word::Ended { end: End::Voided, note }).await?;
            }
            Err(no_answer) => {
                let title = format!("payment {payment} is not taken back: {no_answer}");
                return Err(Trouble::new(StatusCode::BAD_GATEWAY, "provider-silent", title)
                    .detail("it may be paid or not; look again in a moment"));
            }
        }
        self.one(payment).await
    }

    /// May this address send a webhook, after how many wrong ones it sent?
    pub(crate) fn may_try(&self, from: Option<IpAddr>) -> Result<(), Trouble> {
        if self.0.refused.too_many(from, clock::now()) {
            let title = "too many webhooks from there had no right signature; wait a minute";
            return Err(Trouble::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", title));
        }
        Ok(())
    }

    /// A webhook of a provider.
    pub(crate) async fn notice(
        &self,
        provider: &ProviderId,
        from: Option<IpAddr>,
        signed: &Signed,
        body: &[u8],
    ) -> Result<(), Trouble> {
        let till =
            self.0.tills.get(provider).ok_or_else(|| {
                Trouble::absent(format!("there is no payment provider `{provider}`"))
            })?;
        let notice = till.provider.notice(signed, body, clock::now()).map_err(|bad| {
            tracing::warn!(%provider, %bad, "a webhook was refused");
            match bad {
                BadNotice::Unsigned(unsigned) => {
                    self.0.refused.count(from, clock::now());
                    Trouble::forbidden("bad-webhook", unsigned)
                }
                BadNotice::Unreadable(_) => Trouble::bad("bad-body", bad),
            }
        })?;
        let charge = match &notice {
            Notice::Charge(charge) => &charge.charge,
            Notice::Refund(refund) => &refund.charge,
        };
        let which = WhichPayments::Charge(provider.clone(), charge.clone());
        let known = self.0.billing.payments(which).await?;
        let first = known.first().ok_or_else(|| Refusal::NoCharge(charge.clone()))?;
        match &notice {
            Notice::Charge(charge) => self.0.take(first, charge, End::Expired).await,
            Notice::Refund(refund) => {
                let of = known.iter().find(|one| one.refund_name() == refund.refund);
                let of = of.ok_or_else(|| Refusal::NoCharge(refund.refund.clone()))?;
                self.0.take_refund(of, refund).await
            }
        }
    }

    /// One question about one payment, unless somebody is asking it just now.
    async fn work(&self, payment: PaymentId) {
        if !self.0.turns().busy.insert(payment) {
            return;
        }
        let worked = match self.one(payment).await {
            Ok(known) => self.0.work(&known).await,
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = worked {
            tracing::warn!(%payment, %trouble, "cannot settle a payment");
        }
        let expires = self.one(payment).await.ok().and_then(|known| known.expires);
        let now = clock::now();
        let mut turns = self.0.turns();
        turns.busy.remove(&payment);
        let turn = turns.of.entry(payment).or_insert_with(|| Turn::first(now));
        *turn = turn.asked(now, expires);
    }
}

impl Inner {
    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn till(&self, known: &Payment) -> Result<&Till, Trouble> {
        self.tills.get(&known.provider).ok_or_else(|| {
            Trouble::absent(format!(
                "payment {} is with the provider `{}`, which is not in the site file any more",
                known.payment, known.provider
            ))
        })
    }

    /// From here on nobody knows whether the provider has it, until its answer is kept.
    pub(super) fn sending(&self, payment: PaymentId) {
        self.turns().stale.insert(payment);
    }

    pub(super) fn is_stale(&self, payment: PaymentId) -> bool {
        self.turns().stale.contains(&payment)
    }

    pub(super) fn answered(&self, payment: PaymentId) {
        self.turns().stale.remove(&payment);
    }

    /// Has it been looked after for so long that what was sent must have arrived?
    pub(super) fn waited(&self, payment: PaymentId, grace: shared::time::Span) -> bool {
        let now = clock::now();
        let since = self.turns().of.get(&payment).map(|turn| turn.since);
        since.is_some_and(|since| now - since >= grace)
    }

    /// An order about a payment, in the name of whoever began it.
    pub(super) async fn order(
        &self,
        book: Book,
        by: StaffId,
        key: Option<IdempotencyKey>,
        order: PaymentOrder,
    ) -> Result<PaymentId, Trouble> {
        let now = self.clocks.now(book);
        let done = self.billing.order(book, now, by, key, Command::Payment(order)).await?;
        let Done::Payment { payment } = done else { return Err(unexpected(&done)) };
        Ok(payment)
    }

    pub(super) async fn hear(&self, known: &Payment, word: Word) -> Result<(), Trouble> {
        let order = PaymentOrder::Hear { payment: known.payment, word };
        self.order(known.book, known.by, None, order).await.map(drop)
    }

    /// What the provider says about a charge: what was paid first, whatever else it says.
    pub(super) async fn take(
        &self,
        known: &Payment,
        charge: &Charge,
        end: End,
    ) -> Result<(), Trouble> {
        for paid in &charge.paid {
            let order = PaymentOrder::Paid {
                provider: known.provider.clone(),
                charge: known.charge.clone(),
                transaction: paid.transaction.clone(),
                paid: Money::from_minor(paid.amount),
            };
            self.order(known.book, known.by, None, order).await?;
            // Supply may come back with it.
            let rows = self.hub.rows_of(known.account);
            let meters: Vec<_> = rows.iter().map(|row| row.meter).collect();
            self.clocks.wake(known.book, meters);
        }
        if !charge.paid.is_empty() {
            return Ok(());
        }
        let word = match charge.status {
            ChargeStatus::Pending if matches!(known.state, State::Begun | State::Unknown) => {
                let expires = shared::time::Timestamp::from_millis(charge.expires);
                Word::Charged { code: charge.code.clone(), expires }
            }
            ChargeStatus::Pending | ChargeStatus::Paid => return Ok(()),
            ChargeStatus::Closed => Word::Ended { end, note: String::new() },
            ChargeStatus::Failed => {
                Word::Ended { end: End::Failed, note: "the provider refused".to_owned() }
            }
        };
        self.hear(known, word).await
    }

    pub(super) async fn take_refund(
        &self,
        known: &Payment,
        refund: &Refund,
    ) -> Result<(), Trouble> {
        match refund.status {
            RefundStatus::Pending => Ok(()),
            RefundStatus::Done => {
                self.hear(known, Word::Refunded { refund: refund.refund.clone() }).await
            }
            RefundStatus::Refused => {
                self.hear(known, Word::RefundRefused { why: refund.why.clone() }).await
            }
        }
    }

    /// The provider refused, or nobody knows.
    pub(super) fn log(known: &Payment, no_answer: &NoAnswer) {
        tracing::warn!(payment = %known.payment, provider = %known.provider, %no_answer, "about a payment");
    }
}
