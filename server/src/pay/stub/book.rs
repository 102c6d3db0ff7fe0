//! What the stub knows: charges, refunds, and how it is told to behave.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use shared::time::{Span, Timestamp};

use crate::http::auth::secret;
use crate::pay::wire::{Charge, ChargeStatus, NewCharge, NewRefund, Paid, Refund, RefundStatus};

/// How long a customer has to pay.
const LASTS: Span = Span::from_mins(5);

#[derive(Default)]
pub(super) struct Book(Mutex<Pages>);

#[derive(Default)]
pub(super) struct Pages {
    pub(super) charges: BTreeMap<String, Held>,
    pub(super) refunds: BTreeMap<String, Refund>,
    pub(super) behaviour: Behaviour,
    /// The day's file: what moved, oldest first.
    pub(super) moved: Vec<Moved>,
}

/// A charge, and what the customer is shown of it.
pub(super) struct Held {
    pub(super) new: NewCharge,
    pub(super) charge: Charge,
}

/// A line of the day's file.
#[derive(Clone)]
pub(super) struct Moved {
    pub(super) id: String,
    pub(super) at: Timestamp,
    /// Minor units; below zero for a refund.
    pub(super) amount: i64,
    pub(super) currency: String,
}

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct Behaviour {
    pub(super) charge: Manner,
    pub(super) status: Manner,
    pub(super) refund: Manner,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Manner {
    #[default]
    Answers,
    /// It does it, and does not say so.
    Silent,
    Refuses,
}

impl Book {
    pub(super) fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// The same name is the same charge.
    pub(super) fn begin(&mut self, new: NewCharge, base: &str, now: Timestamp) -> Charge {
        let charge = Charge {
            charge: new.charge.clone(),
            status: ChargeStatus::Pending,
            code: format!("{base}/pay/{}", new.charge),
            expires: (now + LASTS).millis(),
            paid: Vec::new(),
        };
        let held = self.charges.entry(new.charge.clone()).or_insert(Held { new, charge });
        held.charge.clone()
    }

    /// A charge as it stands now: nobody pays after its time.
    pub(super) fn charge(&mut self, name: &str, now: Timestamp) -> Option<Charge> {
        let held = self.charges.get_mut(name)?;
        let over = now.millis() >= held.charge.expires;
        if over && held.charge.status == ChargeStatus::Pending {
            held.charge.status = ChargeStatus::Closed;
        }
        Some(held.charge.clone())
    }

    pub(super) fn end(
        &mut self,
        name: &str,
        status: ChargeStatus,
        now: Timestamp,
    ) -> Option<Charge> {
        self.charge(name, now)?;
        let held = self.charges.get_mut(name)?;
        if held.charge.status == ChargeStatus::Pending {
            held.charge.status = status;
        }
        Some(held.charge.clone())
    }

    /// The customer pays, even what was paid, closed or over: that happens.
    pub(super) fn pay(&mut self, name: &str, amount: i64, now: Timestamp) -> Option<Charge> {
        let held = self.charges.get_mut(name)?;
        let transaction = format!("ST{}", secret::short_name());
        held.charge.status = ChargeStatus::Paid;
        held.charge.paid.push(Paid { transaction: transaction.clone(), amount });
        self.moved.push(Moved {
            id: transaction,
            at: now,
            amount,
            currency: held.new.currency.clone(),
        });
        Some(held.charge.clone())
    }

    pub(super) fn refund(&mut self, new: NewRefund, now: Timestamp) -> Refund {
        if let Some(known) = self.refunds.get(&new.refund) {
            return known.clone();
        }
        let why = match self.charges.get(&new.charge) {
            _ if self.behaviour.refund == Manner::Refuses => "the merchant's balance is too low",
            Some(held) if held.charge.paid.iter().any(|paid| pays_for(paid, &new)) => "",
            Some(_) | None => "there is no such payment of at least that amount",
        };
        let status = if why.is_empty() { RefundStatus::Done } else { RefundStatus::Refused };
        if status == RefundStatus::Done {
            let currency = self
                .charges
                .get(&new.charge)
                .map_or_else(String::new, |held| held.new.currency.clone());
            self.moved.push(Moved {
                id: new.transaction.clone(),
                at: now,
                amount: -new.amount,
                currency,
            });
        }
        let NewRefund { refund, charge, transaction, amount: _ } = new;
        let known =
            Refund { refund: refund.clone(), charge, transaction, status, why: why.to_owned() };
        self.refunds.insert(refund, known.clone());
        known
    }
}

fn pays_for(paid: &Paid, refund: &NewRefund) -> bool {
    paid.transaction == refund.transaction && paid.amount >= refund.amount
}
