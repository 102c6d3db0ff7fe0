//! What is done about one open payment: what was never sent is sent, once; everything else is asked
//! about.

use shared::id::ProviderId;
use shared::pay::{End, Payment, State, Word};
use shared::time::{Span, Timestamp};

use super::desk::Inner;
use super::provider::NoAnswer;
use super::wire::{ChargeStatus, NewCharge, NewRefund};
use crate::clock;
use crate::http::problem::Trouble;

/// A charge that the provider still shows as payable so long after its expiry is closed by us.
const OVERDUE: Span = Span::from_secs(2);

impl Inner {
    pub(super) async fn work(&self, known: &Payment) -> Result<(), Trouble> {
        if self.is_stale(known.payment) {
            self.hear(known, Word::Unanswered).await?;
            self.answered(known.payment);
            let state = match known.state {
                State::Begun => State::Unknown,
                State::Refunding => State::RefundUnknown,
                State::Pending
                | State::Unknown
                | State::Confirmed
                | State::Applied
                | State::Voided
                | State::Failed
                | State::Expired
                | State::RefundUnknown
                | State::RefundRefused
                | State::Refunded => known.state,
            };
            return self.ask_about(&Payment { state, ..known.clone() }).await;
        }
        if matches!(known.state, State::Begun | State::Refunding) {
            self.sending(known.payment);
        }
        self.ask_about(known).await?;
        self.answered(known.payment);
        Ok(())
    }

    async fn ask_about(&self, known: &Payment) -> Result<(), Trouble> {
        match known.state {
            State::Begun => self.send(known).await,
            State::Pending | State::Unknown => self.look_up(known).await,
            State::Refunding => self.send_back(known).await,
            State::RefundUnknown => self.look_up_refund(known).await,
            State::Confirmed
            | State::Applied
            | State::Voided
            | State::Failed
            | State::Expired
            | State::RefundRefused
            | State::Refunded => Ok(()),
        }
    }

    async fn send(&self, known: &Payment) -> Result<(), Trouble> {
        let new = NewCharge {
            charge: known.charge.clone(),
            amount: known.amount.minor(),
            currency: self.currency.to_string(),
            title: self.title.clone(),
        };
        match self.till(known)?.provider.charge(&new).await {
            Ok(charge) => self.take(known, &charge, End::Failed).await,
            Err(no_answer) => {
                Self::log(known, &no_answer);
                let note = no_answer.to_string();
                let word = match no_answer {
                    NoAnswer::Unreachable(_) | NoAnswer::Refused(_) => {
                        Word::Ended { end: End::Failed, note }
                    }
                    NoAnswer::Silent(_) => Word::Unanswered,
                };
                self.hear(known, word).await
            }
        }
    }

    async fn look_up(&self, known: &Payment) -> Result<(), Trouble> {
        let till = self.till(known)?;
        let charge = match till.provider.status(&known.charge).await {
            Ok(Some(charge)) => charge,
            Ok(None) => return self.never_arrived(known, till.grace).await,
            Err(no_answer) => {
                Self::log(known, &no_answer);
                return Ok(());
            }
        };
        let now = clock::now();
        let expires = Timestamp::from_millis(charge.expires);
        let end = if now >= expires { End::Expired } else { End::Voided };
        if charge.status == ChargeStatus::Pending && now > expires + OVERDUE {
            return match till.provider.close(&known.charge).await {
                Ok(Some(charge)) => self.take(known, &charge, End::Expired).await,
                Ok(None) => Ok(()),
                Err(no_answer) => {
                    Self::log(known, &no_answer);
                    Ok(())
                }
            };
        }
        self.take(known, &charge, end).await
    }

    /// The provider does not know the charge: it ends when it cannot be on its way any more. Money
    /// that came all the same would still be taken.
    async fn never_arrived(&self, known: &Payment, grace: Span) -> Result<(), Trouble> {
        let over = match known.expires {
            Some(expires) => clock::now() > expires + OVERDUE,
            None => self.waited(known.payment, grace),
        };
        if !over {
            return Ok(());
        }
        let note = "the provider does not know it".to_owned();
        self.hear(known, Word::Ended { end: End::Failed, note }).await
    }

    async fn send_back(&self, known: &Payment) -> Result<(), Trouble> {
        let new = NewRefund {
            refund: known.refund_name(),
            charge: known.charge.clone(),
            transaction: known.transaction.clone().unwrap_or_default(),
            amount: known.paid.unwrap_or(known.amount).minor(),
        };
        match self.till(known)?.provider.refund(&new).await {
            Ok(refund) => self.take_refund(known, &refund).await,
            Err(no_answer) => {
                Self::log(known, &no_answer);
                match no_answer {
                    // Nothing was sent: it is sent at the next turn.
                    NoAnswer::Unreachable(_) => Ok(()),
                    NoAnswer::Silent(_) => self.hear(known, Word::Unanswered).await,
                    NoAnswer::Refused(why) => self.hear(known, Word::RefundRefused { why }).await,
                }
            }
        }
    }

    async fn look_up_refund(&self, known: &Payment) -> Result<(), Trouble> {
        let till = self.till(known)?;
        match till.provider.refund_status(&known.refund_name()).await {
            Ok(Some(refund)) => self.take_refund(known, &refund).await,
            Ok(None) if self.waited(known.payment, till.grace) => {
                let ProviderId(name) = &known.provider;
                let why = format!("{name} does not know this refund");
                self.hear(known, Word::RefundRefused { why }).await
            }
            Ok(None) => Ok(()),
            Err(no_answer) => {
                Self::log(known, &no_answer);
                Ok(())
            }
        }
    }
}
