//! Orders about mobile payments. Money that comes is never lost: it becomes a sale at once, whatever
//! the amount and however late, or it stands on the list of payments until somebody decides.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::event::Event;
use crate::id::{AccountId, PaymentId, ProviderId, ReceiptNo};
use crate::money::Money;
use crate::pay::{Begun, Fact, Payment, State, Word};
use crate::site::decide::{Now, Sell, saleable};
use crate::site::{Refusal, Site};
use crate::vend::Tender;

/// What may be asked about payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentOrder {
    /// A customer wants to pay so much; the provider hears of it after the commit.
    Begin { account: AccountId, amount: Money, provider: ProviderId },
    /// The provider says that so much was paid; the same transaction counts once.
    Paid { provider: ProviderId, charge: String, transaction: String, paid: Money },
    /// Something else is heard about it.
    Hear { payment: PaymentId, word: Word },
    /// Money that stands on no account goes back to who paid it.
    Refund { payment: PaymentId, reason: String },
    /// After a clear refusal the money is asked back once more.
    RefundAgain { payment: PaymentId },
    /// Money that stands on no account becomes credit.
    Credit { payment: PaymentId, reason: String },
}

impl Site {
    pub fn payments(&self) -> &crate::pay::Payments {
        &self.payments
    }

    /// The payment that an order is about, where it is known already.
    pub(crate) fn payment_of(&self, order: &PaymentOrder) -> Option<PaymentId> {
        match order {
            PaymentOrder::Begin { .. } => None,
            PaymentOrder::Paid { provider, transaction, .. } => {
                self.payments.of_transaction(provider, transaction).map(|known| known.payment)
            }
            PaymentOrder::Hear { payment, .. }
            | PaymentOrder::Refund { payment, .. }
            | PaymentOrder::RefundAgain { payment }
            | PaymentOrder::Credit { payment, .. } => Some(*payment),
        }
    }
}

impl Now<'_> {
    pub(super) fn payment(&mut self, order: &PaymentOrder) -> Result<(), Refusal> {
        match order {
            PaymentOrder::Begin { account, amount, provider } => {
                self.begin_payment(*account, *amount, provider)
            }
            PaymentOrder::Paid { provider, charge, transaction, paid } => {
                self.paid(provider, charge, transaction, *paid)
            }
            PaymentOrder::Hear { payment, word } => {
                let known = self.known(*payment)?;
                let contradicts = |state| Refusal::PaymentState { payment: *payment, state };
                let news = known.hear(word).map_err(contradicts)?;
                if let Some(fact) = news {
                    self.emit(Event::Payment(fact));
                }
                Ok(())
            }
            PaymentOrder::Refund { payment, reason } => self.refund(*payment, reason),
            PaymentOrder::RefundAgain { payment } => {
                let known = self.in_state(*payment, &[State::RefundRefused])?;
                self.emit(refund_of(&known, known.reversal, "asked again"));
                Ok(())
            }
            PaymentOrder::Credit { payment, reason } => {
                if self.order.key.is_none() {
                    return Err(Refusal::NoKey);
                }
                given(reason)?;
                let known = self.in_state(*payment, &[State::Confirmed, State::RefundRefused])?;
                let (payment, account, reason) = (*payment, known.account, reason.clone());
                self.emit(Event::Payment(Fact::CreditOrdered { payment, account, reason }));
                self.apply_payment(&known)
            }
        }
    }

    fn known(&self, payment: PaymentId) -> Result<&Payment, Refusal> {
        let known = self.site.payments.get(payment).ok_or(Refusal::NoPayment(payment))?;
        self.account(known.account)?;
        Ok(known)
    }

    fn in_state(&self, payment: PaymentId, states: &[State]) -> Result<Payment, Refusal> {
        let known = self.known(payment)?;
        if states.contains(&known.state) {
            Ok(known.clone())
        } else {
            Err(Refusal::PaymentState { payment, state: known.state })
        }
    }

    fn begin_payment(
        &mut self,
        account: AccountId,
        amount: Money,
        provider: &ProviderId,
    ) -> Result<(), Refusal> {
        let key = self.order.key.as_ref().ok_or(Refusal::NoKey)?;
        let paying = self.account(account)?;
        self.may_take(paying, amount, Tender::Mobile)?;
        saleable(paying, amount)?;
        let payment = self.site.payments.next();
        let digest = Sha256::digest(key.as_str().as_bytes());
        let digest: String = hex::encode(digest).chars().take(8).collect();
        let charge = format!("MH{payment}-{digest}");
        let provider = provider.clone();
        self.emit(Event::Payment(Fact::Begun(Begun {
            payment,
            account,
            amount,
            provider,
            charge,
        })));
        Ok(())
    }

    fn paid(
        &mut self,
        provider: &ProviderId,
        charge: &str,
        transaction: &str,
        paid: Money,
    ) -> Result<(), Refusal> {
        if self.site.payments.of_transaction(provider, transaction).is_some() {
            return Ok(());
        }
        if transaction.is_empty() || paid <= Money::ZERO {
            return Err(Refusal::BadPayment);
        }
        let known = self.site.payments.of_charge(provider, charge).next();
        let known = known.ok_or_else(|| Refusal::NoCharge(charge.to_owned()))?;
        let known = self.known(known.payment)?.clone();
        let takes_money = known.takes_money();
        let payment = if takes_money { known.payment } else { self.site.payments.next() };
        let account = known.account;
        if !takes_money {
            // The customer has paid twice: the second money is a payment of its own, on no account.
            let (provider, charge) = (provider.clone(), charge.to_owned());
            let begun = Begun { payment, account, amount: paid, provider, charge };
            self.emit(Event::Payment(Fact::Begun(begun)));
        }
        let transaction = transaction.to_owned();
        self.emit(Event::Payment(Fact::Confirmed { payment, account, transaction, paid }));
        if takes_money {
            let known = self.known(payment)?.clone();
            self.apply_payment(&known)?;
        }
        Ok(())
    }

    /// The money becomes credit: what is paid is sold, whatever the limits say.
    fn apply_payment(&mut self, known: &Payment) -> Result<(), Refusal> {
        let reference = known.transaction.clone().unwrap_or_default();
        self.sell_now(&Sell {
            account: known.account,
            amount: known.paid.unwrap_or(known.amount),
            tender: Tender::Mobile,
            handed: None,
            reference: &reference,
            payment: Some(known.payment),
        })
    }

    fn refund(&mut self, payment: PaymentId, reason: &str) -> Result<(), Refusal> {
        if self.order.key.is_none() {
            return Err(Refusal::NoKey);
        }
        given(reason)?;
        let known = self.in_state(payment, &[State::Confirmed])?;
        self.emit(refund_of(&known, None, reason));
        Ok(())
    }

    /// The provider gives back what a reversal took back.
    pub(super) fn refund_reversed(
        &mut self,
        payment: PaymentId,
        reversal: ReceiptNo,
        reason: &str,
    ) {
        if let Some(known) = self.site.payments.get(payment).cloned() {
            self.emit(refund_of(&known, Some(reversal), reason));
        }
    }
}

fn refund_of(known: &Payment, reversal: Option<ReceiptNo>, reason: &str) -> Event {
    Event::Payment(Fact::RefundBegun {
        payment: known.payment,
        account: known.account,
        amount: known.paid.unwrap_or(known.amount),
        reversal,
        reason: reason.to_owned(),
    })
}

/// The order that led to a fact, for comparing a repeated key; none where the key is another
/// record's or there is none.
pub(super) fn order_of(fact: &Fact) -> Option<PaymentOrder> {
    match fact {
        // A second payment of one charge is begun by its own confirmation.
        Fact::Begun(begun) => Some(PaymentOrder::Begin {
            account: begun.account,
            amount: begun.amount,
            provider: begun.provider.clone(),
        }),
        Fact::RefundBegun { payment, reversal: None, reason, .. } => {
            Some(PaymentOrder::Refund { payment: *payment, reason: reason.clone() })
        }
        Fact::CreditOrdered { payment, reason, .. } => {
            Some(PaymentOrder::Credit { payment: *payment, reason: reason.clone() })
        }
        Fact::Charged { .. }
        | Fact::Unanswered { .. }
        | Fact::Confirmed { .. }
        | Fact::Ended { .. }
        | Fact::RefundBegun { .. }
        | Fact::Refunded { .. }
        | Fact::RefundRefused { .. } => None,
    }
}

fn given(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(()) }
}
