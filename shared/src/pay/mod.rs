//! Mobile payments: what is asked of a provider, what it says, and where the money stands.
//!
//! The provider's word decides, never our clock: a payment ends because the provider says that it
//! is not paid, and money that comes all the same is taken. What was asked and not answered is
//! *unknown*, and is only ever asked about, never asked for again (product rule 11).

mod list;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Book, PaymentId, ProviderId, ReceiptNo, StaffId};
use crate::money::Money;
use crate::time::Timestamp;

pub use list::Payments;

/// What happened to a payment, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Kept before the provider hears of it.
    Begun(Begun),
    /// The provider has it, and the customer can pay.
    Charged {
        payment: PaymentId,
        account: AccountId,
        /// What the QR code says.
        code: String,
        /// In the provider's time, which is wall time in every book.
        expires: Timestamp,
    },
    /// The provider was asked and did not answer: it may have done it or not.
    Unanswered {
        payment: PaymentId,
        account: AccountId,
    },
    /// The customer has paid, says the provider.
    Confirmed {
        payment: PaymentId,
        account: AccountId,
        transaction: String,
        paid: Money,
    },
    Ended {
        payment: PaymentId,
        account: AccountId,
        end: End,
        note: String,
    },
    /// The provider is to give the money back; credit was taken back before, where there was any.
    RefundBegun {
        payment: PaymentId,
        account: AccountId,
        amount: Money,
        /// The reversal that took the sale back.
        reversal: Option<ReceiptNo>,
        reason: String,
    },
    Refunded {
        payment: PaymentId,
        account: AccountId,
        refund: String,
    },
    RefundRefused {
        payment: PaymentId,
        account: AccountId,
        why: String,
    },
    /// Somebody makes credit of money that stood on no account; the sale follows.
    CreditOrdered {
        payment: PaymentId,
        account: AccountId,
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub payment: PaymentId,
    pub account: AccountId,
    pub amount: Money,
    pub provider: ProviderId,
    /// What the provider knows it by. Not the number alone: after an older copy was restored, a
    /// number would come again, and with it somebody else's money.
    pub charge: String,
}

/// How a payment ended without money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Taken back at the counter.
    Voided,
    /// The provider or the customer's bank refused.
    Failed,
    /// Nobody paid in time.
    Expired,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The provider is being asked.
    Begun,
    /// The customer can pay.
    Pending,
    /// The provider did not answer; it is asked about, never asked again.
    Unknown,
    /// The money is there and stands on no account: somebody decides.
    Confirmed,
    /// The money is credit, and has a receipt.
    Applied,
    Voided,
    Failed,
    Expired,
    /// The provider is being asked to give the money back.
    Refunding,
    /// It did not answer that; it is asked about.
    RefundUnknown,
    /// It said no: somebody decides.
    RefundRefused,
    Refunded,
}

impl State {
    /// In a sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Begun => "just begun",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Confirmed => "paid but on no account",
            Self::Applied => "applied",
            Self::Voided => "voided",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Refunding => "being refunded",
            Self::RefundUnknown => "unknown to be refunded",
            Self::RefundRefused => "refused a refund",
            Self::Refunded => "refunded",
        }
    }

    /// The provider has to be asked how it stands.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Begun | Self::Pending | Self::Unknown | Self::Refunding | Self::RefundUnknown => {
                true
            }
            Self::Confirmed
            | Self::Applied
            | Self::Voided
            | Self::Failed
            | Self::Expired
            | Self::RefundRefused
            | Self::Refunded => false,
        }
    }

    /// Somebody has to decide what becomes of the money.
    pub const fn needs_somebody(self) -> bool {
        matches!(self, Self::Confirmed | Self::RefundRefused)
    }

    /// The money has not come yet, or never did.
    const fn is_unpaid(self) -> bool {
        match self {
            Self::Begun
            | Self::Pending
            | Self::Unknown
            | Self::Voided
            | Self::Failed
            | Self::Expired => true,
            Self::Confirmed
            | Self::Applied
            | Self::Refunding
            | Self::RefundUnknown
            | Self::RefundRefused
            | Self::Refunded => false,
        }
    }
}

impl From<End> for State {
    fn from(end: End) -> Self {
        match end {
            End::Voided => Self::Voided,
            End::Failed => Self::Failed,
            End::Expired => Self::Expired,
        }
    }
}

/// What is heard about a payment, besides that it is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    Charged { code: String, expires: Timestamp },
    Unanswered,
    Ended { end: End, note: String },
    Refunded { refund: String },
    RefundRefused { why: String },
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub payment: PaymentId,
    pub book: Book,
    pub account: AccountId,
    /// Who began it, in the book's time.
    pub by: StaffId,
    pub begun: Timestamp,
    pub amount: Money,
    pub provider: ProviderId,
    pub charge: String,
    pub state: State,
    pub code: Option<String>,
    pub expires: Option<Timestamp>,
    /// The provider's name of the customer's payment, unique.
    pub transaction: Option<String>,
    /// What came in; may differ from what was asked for.
    pub paid: Option<Money>,
    /// The sale that it became.
    pub receipt: Option<ReceiptNo>,
    /// The reversal that took the sale back.
    pub reversal: Option<ReceiptNo>,
    /// How often the money was asked back; each time has its own name.
    pub refunds: u32,
    pub note: String,
}

impl Payment {
    pub fn begin(begun: &Begun, book: Book, by: StaffId, at: Timestamp) -> Self {
        Self {
            payment: begun.payment,
            book,
            account: begun.account,
            by,
            begun: at,
            amount: begun.amount,
            provider: begun.provider.clone(),
            charge: begun.charge.clone(),
            state: State::Begun,
            code: None,
            expires: None,
            transaction: None,
            paid: None,
            receipt: None,
            reversal: None,
            refunds: 0,
            note: String::new(),
        }
    }

    /// What the provider knows the latest refund by. Only a clear refusal is followed by another.
    pub fn refund_name(&self) -> String {
        format!("{}-p{}-r{}", self.charge, self.payment, self.refunds)
    }

    /// May money that comes now become a sale? What comes a second time stands apart.
    pub const fn takes_money(&self) -> bool {
        self.state.is_unpaid()
    }

    /// What follows from a word about it: a fact, nothing where it is no news, or a contradiction.
    pub fn hear(&self, word: &Word) -> Result<Option<Fact>, State> {
        let (payment, account) = (self.payment, self.account);
        let news = match word {
            Word::Charged { code, expires } => match self.state {
                State::Begun | State::Unknown => {
                    Some(Fact::Charged { payment, account, code: code.clone(), expires: *expires })
                }
                State::Pending
                | State::Confirmed
                | State::Applied
                | State::Voided
                | State::Failed
                | State::Expired
                | State::Refunding
                | State::RefundUnknown
                | State::RefundRefused
                | State::Refunded => None,
            },
            Word::Unanswered => matches!(self.state, State::Begun | State::Refunding)
                .then_some(Fact::Unanswered { payment, account }),
            Word::Ended { end, note } => match self.state {
                State::Begun | State::Unknown | State::Pending => {
                    Some(Fact::Ended { payment, account, end: *end, note: note.clone() })
                }
                State::Voided | State::Failed | State::Expired => None,
                State::Confirmed
                | State::Applied
                | State::Refunding
                | State::RefundUnknown
                | State::RefundRefused
                | State::Refunded => return Err(self.state),
            },
            Word::Refunded { refund } => match self.state {
                State::Refunding | State::RefundUnknown | State::RefundRefused => {
                    Some(Fact::Refunded { payment, account, refund: refund.clone() })
                }
                State::Refunded => None,
                State::Begun
                | State::Pending
                | State::Unknown
                | State::Confirmed
                | State::Applied
                | State::Voided
                | State::Failed
                | State::Expired => return Err(self.state),
            },
            Word::RefundRefused { why } => match self.state {
                State::Refunding | State::RefundUnknown => {
                    Some(Fact::RefundRefused { payment, account, why: why.clone() })
                }
                State::RefundRefused => None,
                State::Begun
                | State::Pending
                | State::Unknown
                | State::Confirmed
                | State::Applied
                | State::Voided
                | State::Failed
                | State::Expired
                | State::Refunded => return Err(self.state),
            },
        };
        Ok(news)
    }

    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Begun(_) => {}
            Fact::Charged { code, expires, .. } => {
                self.state = State::Pending;
                self.code = Some(code.clone());
                self.expires = Some(*expires);
            }
            Fact::Unanswered { .. } => {
                self.state = if self.state == State::Refunding {
                    State::RefundUnknown
                } else {
                    State::Unknown
                };
            }
            Fact::Confirmed { transaction, paid, .. } => {
                self.state = State::Confirmed;
                self.transaction = Some(transaction.clone());
                self.paid = Some(*paid);
            }
            Fact::Ended { end, note, .. } => {
                self.state = (*end).into();
                self.note.clone_from(note);
            }
            Fact::RefundBegun { reversal, reason, .. } => {
                self.state = State::Refunding;
                self.reversal = *reversal;
                self.refunds += 1;
                self.note.clone_from(reason);
            }
            Fact::Refunded { .. } => self.state = State::Refunded,
            Fact::RefundRefused { why, .. } => {
                self.state = State::RefundRefused;
                self.note.clone_from(why);
            }
            Fact::CreditOrdered { reason, .. } => self.note.clone_from(reason),
        }
    }

    /// The money became a sale.
    pub fn applied(&mut self, receipt: ReceiptNo) {
        self.state = State::Applied;
        self.receipt = Some(receipt);
        self.reversal = None;
    }
}

impl Fact {
    pub fn payment(&self) -> PaymentId {
        match self {
            Self::Begun(begun) => begun.payment,
            Self::Charged { payment, .. }
            | Self::Unanswered { payment, .. }
            | Self::Confirmed { payment, .. }
            | Self::Ended { payment, .. }
            | Self::RefundBegun { payment, .. }
            | Self::Refunded { payment, .. }
            | Self::RefundRefused { payment, .. }
            | Self::CreditOrdered { payment, .. } => *payment,
        }
    }

    pub fn account(&self) -> AccountId {
        match self {
            Self::Begun(begun) => begun.account,
            Self::Charged { account, .. }
            | Self::Unanswered { account, .. }
            | Self::Confirmed { account, .. }
            | Self::Ended { account, .. }
            | Self::RefundBegun { account, .. }
            | Self::Refunded { account, .. }
            | Self::RefundRefused { account, .. }
            | Self::CreditOrdered { account, .. } => *account,
        }
    }
}
