//! A payment provider as the desk knows it.

use futures_util::future::LocalBoxFuture;
use shared::time::Timestamp;

use super::sign::{Signed, Unsigned};
use super::wire::{Charge, NewCharge, NewRefund, Notice, Refund};

/// What a provider has to be able to do. The calls take their own time-outs.
pub(crate) trait Provider: Send + Sync {
    /// Makes a charge whose QR code the customer scans.
    fn charge<'a>(&'a self, new: &'a NewCharge) -> Asked<'a, Charge>;
    /// How a charge stands; none: the provider does not know it.
    fn status<'a>(&'a self, charge: &'a str) -> Asked<'a, Option<Charge>>;
    /// Nobody can pay it any more; it may have been paid before.
    fn close<'a>(&'a self, charge: &'a str) -> Asked<'a, Option<Charge>>;
    fn refund<'a>(&'a self, new: &'a NewRefund) -> Asked<'a, Refund>;
    fn refund_status<'a>(&'a self, refund: &'a str) -> Asked<'a, Option<Refund>>;
    /// Reads a webhook, if it is the provider's and from now.
    fn notice(&self, signed: &Signed, body: &[u8], now: Timestamp) -> Result<Notice, BadNotice>;
}

pub(crate) type Asked<'a, T> = LocalBoxFuture<'a, Result<T, NoAnswer>>;

/// Why a provider did not do or say what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// Nothing was sent: it certainly was not done.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// It may have been done or not.
    #[error("the provider did not answer: {0}")]
    Silent(String),
    #[error("the provider refuses: {0}")]
    Refused(String),
}

/// Why a webhook is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadNotice {
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    #[error("the message cannot be read: {0}")]
    Unreadable(String),
}
