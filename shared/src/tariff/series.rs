//! A price series: the price of each hour or quarter, as a market publishes it.

use crate::money::UnitPrice;
use crate::time::Timestamp;

/// Prices without gaps: each holds until the next begins, the last until `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub(crate) name: String,
    starts: Vec<i64>,
    prices: Vec<UnitPrice>,
    end: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    #[error("the price series `{0}` is empty")]
    Empty(String),
    #[error("the price series `{0}` is not in order of time at {1}")]
    Order(String, Timestamp),
    #[error("the tariff names no price series `{0}`")]
    Unknown(String),
}

impl Series {
    /// Prices by the instant they begin, ascending; the last one holds until `end`.
    pub fn new(
        name: &str,
        prices: &[(Timestamp, UnitPrice)],
        end: Timestamp,
    ) -> Result<Self, SeriesError> {
        let starts: Vec<i64> = prices.iter().map(|(at, _)| at.millis()).collect();
        let last = *starts.last().ok_or_else(|| SeriesError::Empty(name.to_owned()))?;
        let later = starts.iter().skip(1).copied().chain([end.millis()]);
        let unordered = starts.iter().zip(later).find(|(one, next)| *one >= next);
        if let Some((_, at)) = unordered {
            return Err(SeriesError::Order(name.to_owned(), Timestamp::from_millis(at)));
        }
        debug_assert!(last < end.millis());
        let prices = prices.iter().map(|(_, price)| *price).collect();
        Ok(Self { name: name.to_owned(), starts, prices, end: end.millis() })
    }

    pub(crate) fn covers(&self, from: Timestamp, to: Timestamp) -> bool {
        self.starts.first().is_some_and(|&first| first <= from.millis()) && to.millis() <= self.end
    }

    /// The first instant from `from` on that has no price.
    pub(crate) fn missing(&self, from: Timestamp) -> Timestamp {
        let known = self.starts.first().is_some_and(|&first| first <= from.millis());
        if known { Timestamp::from_millis(self.end.max(from.millis())) } else { from }
    }

    /// The price in force and the instant it ends.
    pub(crate) fn at(&self, at: Timestamp) -> Option<(UnitPrice, Timestamp)> {
        let after = self.starts.partition_point(|&start| start <= at.millis());
        let price = self.prices.get(after.checked_sub(1)?)?;
        let until = self.starts.get(after).copied().unwrap_or(self.end);
        (at.millis() < until).then_some((*price, Timestamp::from_millis(until)))
    }
}
