//! A payment provider's file against our own payments of a day, line by line (product rule 23).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::{PaymentId, ReceiptNo};
use crate::money::Money;
use crate::pay::State;

/// What one side says of one payment; a refund is below zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Line<T> {
    /// Our receipt, or the line of the file.
    pub from: T,
    /// What the provider calls the payment.
    pub id: String,
    pub amount: Money,
}

/// A line that nothing on the other side stands against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Left<T> {
    #[serde(flatten)]
    pub line: Line<T>,
    pub why: Why,
}

/// Why a line is left over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The other side does not know the payment.
    Unknown,
    /// Our sale was kept without what the provider calls it.
    NoReference,
    /// The other side has the payment, but not so many times.
    Again,
    /// The other side has it, but only the other way round: sold there, given back here, or the reverse.
    OtherWay,
    /// We have it, on another day.
    OtherDay { receipt: ReceiptNo },
    /// We know of the money, and it is nobody's credit.
    NotCredited { payment: PaymentId, state: State },
}

/// What matches, and what does not on either side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reconciled {
    pub matched: u32,
    pub pairs: Vec<(Line<ReceiptNo>, Line<u64>)>,
    /// The same payment with another amount.
    pub differ: Vec<(Line<ReceiptNo>, Line<u64>)>,
    pub only_ours: Vec<Left<ReceiptNo>>,
    pub only_theirs: Vec<Left<u64>>,
}

impl Reconciled {
    /// How many lines a person has to look into.
    pub fn unmatched(&self) -> usize {
        self.differ.len() + self.only_ours.len() + self.only_theirs.len()
    }
}

/// Each line is matched once: a payment that stands twice on one side is left over there.
pub fn reconcile(ours: Vec<Line<ReceiptNo>>, theirs: Vec<Line<u64>>) -> Reconciled {
    let here: BTreeSet<_> = ours.iter().map(named).collect();
    let there: BTreeSet<_> = theirs.iter().map(named).collect();
    let mut open = BTreeMap::<String, Vec<Line<u64>>>::new();
    for line in theirs {
        open.entry(line.id.clone()).or_default().push(line);
    }
    let mut found = Reconciled::default();
    let mut unequal = Vec::new();
    for line in ours {
        let same = open.get_mut(&line.id).and_then(|lines| {
            let place = lines.iter().position(|their| their.amount == line.amount)?;
            Some(lines.remove(place))
        });
        match same {
            Some(their) => found.pairs.push((line, their)),
            None => unequal.push(line),
        }
    }
    for line in unequal {
        // A refund is never the other amount of a sale.
        let other = open.get_mut(&line.id).and_then(|lines| {
            let place = lines
                .iter()
                .position(|their| their.amount.is_negative() == line.amount.is_negative())?;
            Some(lines.remove(place))
        });
        match other {
            Some(their) => found.differ.push((line, their)),
            None => found.only_ours.push(Left { why: why(&line, &there), line }),
        }
    }
    let left = open.into_values().flatten();
    found.only_theirs = left.map(|line| Left { why: why(&line, &here), line }).collect();
    found.only_theirs.sort_by_key(|left| left.line.from);
    found.matched = u32::try_from(found.pairs.len()).expect("a file is far shorter than that");
    found
}

/// A payment and which way its money went.
fn named<T>(line: &Line<T>) -> (String, bool) {
    (line.id.clone(), line.amount.is_negative())
}

fn why<T>(line: &Line<T>, other: &BTreeSet<(String, bool)>) -> Why {
    let (id, back) = named(line);
    if id.is_empty() {
        Why::NoReference
    } else if other.contains(&(id.clone(), back)) {
        Why::Again
    } else if other.contains(&(id, !back)) {
        Why::OtherWay
    } else {
        Why::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line<T>(from: T, id: &str, minor: i64) -> Line<T> {
        Line { from, id: id.to_owned(), amount: Money::from_minor(minor) }
    }

    fn left<T>(from: T, id: &str, minor: i64, why: Why) -> Left<T> {
        Left { line: line(from, id, minor), why }
    }

    #[test]
    fn what_does_not_match_is_named_on_its_side_with_a_reason() {
        let ours = vec![
            line(ReceiptNo(1), "a", 100),
            line(ReceiptNo(2), "b", 200),
            line(ReceiptNo(3), "b", -200),
            line(ReceiptNo(4), "c", 300),
            line(ReceiptNo(5), "", 50),
            line(ReceiptNo(6), "e", 60),
        ];
        let theirs = vec![
            line(2, "b", 200),
            line(3, "a", 100),
            line(4, "a", 100),
            line(5, "c", 299),
            line(6, "d", 1),
        ];
        let found = reconcile(ours, theirs);
        assert_eq!((found.matched, found.unmatched()), (2, 6));
        let pairs: Vec<_> =
            found.pairs.iter().map(|(our, their)| (our.from.0, their.from)).collect();
        assert_eq!(pairs, [(1, 3), (2, 2)]);
        assert_eq!(found.differ, [(line(ReceiptNo(4), "c", 300), line(5, "c", 299))]);
        assert_eq!(
            found.only_ours,
            [
                left(ReceiptNo(3), "b", -200, Why::OtherWay),
                left(ReceiptNo(5), "", 50, Why::NoReference),
                left(ReceiptNo(6), "e", 60, Why::Unknown),
            ]
        );
        let theirs = [left(4, "a", 100, Why::Again), left(6, "d", 1, Why::Unknown)];
        assert_eq!(found.only_theirs, theirs);
    }
}
