//! Why a tariff file was refused, and why a stretch of time could not be charged.

use thiserror::Error;

use crate::time::Timestamp;

/// A tariff file was refused, whole.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {message} (line {line})")]
pub struct TariffError {
    /// Where in the file, such as `versions[1].energy.prices.peak`.
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

/// A stretch of time could not be charged; the state was not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChargeError {
    #[error("the tariff has no version in force at {0}; its first one starts later")]
    NoVersion(Timestamp),
    #[error("the calendar `{calendar}` has no days for {year}; add that year to the tariff")]
    UnknownYear { calendar: String, year: i16 },
    #[error("the price series `{series}` has no price at {at}; load the prices of that day")]
    NoPrice { series: String, at: Timestamp },
    #[error(
        "energy between {from} and {to} was given, but everything before {charged} is charged already"
    )]
    Overlap { from: Timestamp, to: Timestamp, charged: Timestamp },
    #[error("{mwh} mWh between {from} and {to} is negative; a register never counts backwards")]
    Negative { from: Timestamp, to: Timestamp, mwh: i64 },
    #[error("energy at one instant, {0}, belongs to no stretch of time")]
    NoTime(Timestamp),
}
