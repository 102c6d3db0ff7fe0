//! Receipts of one counter count by themselves, without gaps: whoever audits a counter sees from its
//! papers alone that none is missing (product rule 20). What no counter sold, such as a payment by
//! phone, has a series of its own, written as counter 0.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Till;
use crate::id::{Book, CounterId};

/// A receipt's number in the series of its counter, such as `2-000123`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct Serial {
    pub counter: Option<CounterId>,
    /// From 1.
    pub no: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a receipt of a counter is numbered like 2-000123")]
pub struct BadSerial;

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:06}", self.counter.unwrap_or_default(), self.no)
    }
}

impl FromStr for Serial {
    type Err = BadSerial;

    fn from_str(text: &str) -> Result<Self, BadSerial> {
        let (counter, no) = text.split_once('-').ok_or(BadSerial)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(counter) || !digits(no) {
            return Err(BadSerial);
        }
        let counter: CounterId = counter.parse().map_err(|_large| BadSerial)?;
        let no = no.parse().ok().filter(|no| *no > 0).ok_or(BadSerial)?;
        Ok(Self { counter: (counter != CounterId(0)).then_some(counter), no })
    }
}

impl TryFrom<String> for Serial {
    type Error = BadSerial;

    fn try_from(text: String) -> Result<Self, BadSerial> {
        text.parse()
    }
}

impl From<Serial> for String {
    fn from(serial: Serial) -> Self {
        serial.to_string()
    }
}

/// The last number of each series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series(BTreeMap<(Book, Option<CounterId>), u64>);

impl Series {
    /// What a receipt that is issued there now is numbered.
    pub fn next(&self, book: Book, till: Option<Till>) -> Serial {
        let counter = till.map(|till| till.counter);
        let last = self.0.get(&(book, counter)).copied().unwrap_or_default();
        Serial { counter, no: last + 1 }
    }

    /// Takes in an issued receipt. Records from before there were series have none; after the first
    /// of a book each has one.
    ///
    /// # Errors
    ///
    /// The number that should stand there, where another does or none. Counting goes on behind the
    /// larger of the two.
    pub fn take(
        &mut self,
        book: Book,
        till: Option<Till>,
        serial: Option<Serial>,
    ) -> Result<(), Serial> {
        let due = self.next(book, till);
        match serial {
            None if !self.0.keys().any(|(begun, _)| *begun == book) => Ok(()),
            Some(serial) if serial == due => {
                self.0.insert((book, due.counter), due.no);
                Ok(())
            }
            other => {
                let no = other.map_or(due.no, |serial| serial.no.max(due.no));
                self.0.insert((book, due.counter), no);
                Err(due)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ShiftNo;

    fn at(counter: u16) -> Till {
        Till { counter: CounterId(counter), shift: ShiftNo(1) }
    }

    #[test]
    fn a_number_is_read_as_it_is_written() {
        for (text, counter, no) in [
            ("2-000123", Some(CounterId(2)), 123),
            ("0-000001", None, 1),
            ("7-1234567", Some(at(7).counter), 1_234_567),
        ] {
            let serial = Serial { counter, no };
            assert_eq!(serial.to_string(), text);
            assert_eq!(text.parse(), Ok(serial));
            assert_eq!(serde_json::to_string(&serial).unwrap(), format!("\"{text}\""));
        }
        for wrong in ["", "17", "2-", "-3", "2-0", "a-1", "2-+1", "99999-1", "2-1-1", "２-1"] {
            assert_eq!(wrong.parse::<Serial>(), Err(BadSerial), "{wrong:?}");
        }
    }

    #[test]
    fn each_series_counts_by_itself_and_a_gap_is_told_once() {
        let mut series = Series::default();
        let serial = |counter: u16, no| {
            Some(Serial { counter: (counter > 0).then_some(CounterId(counter)), no })
        };
        let live = Book::Live;
        assert_eq!(series.take(live, Some(at(1)), None), Ok(()), "from before there were series");
        for (till, serial, due) in [
            (Some(at(1)), serial(1, 1), None),
            (Some(at(2)), serial(2, 1), None),
            (None, serial(0, 1), None),
            (Some(at(1)), serial(1, 2), None),
            (Some(at(2)), serial(2, 3), serial(2, 2)), // one is missing
            (Some(at(2)), serial(2, 4), None),
            (Some(at(2)), serial(2, 4), serial(2, 5)), // the same again
            (Some(at(1)), serial(2, 6), serial(1, 3)), // of another counter
            (Some(at(1)), None, serial(1, 7)),         // none, although the book has begun
        ] {
            assert_eq!(series.take(live, till, serial).err(), due, "{till:?} {serial:?}");
        }
        assert_eq!(series.take(Book::Simulated, Some(at(1)), None), Ok(()), "books count apart");
        assert_eq!(series.next(Book::Simulated, Some(at(1))).to_string(), "1-000001");
    }
}
