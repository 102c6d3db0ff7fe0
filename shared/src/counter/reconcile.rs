//! A payment provider's file against our own payments of a day, line by line (product rule 23).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::ReceiptNo;
use crate::money::Money;

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

/// What does not match, on either side; what matches is only counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reconciled {
    pub matched: u32,
    /// The same payment with another amount.
    pub differ: Vec<(Line<ReceiptNo>, Line<u64>)>,
    pub only_ours: Vec<Line<ReceiptNo>>,
    pub only_theirs: Vec<Line<u64>>,
}

/// Each line is matched once: a payment that stands twice on one side is left over there.
pub fn reconcile(ours: Vec<Line<ReceiptNo>>, theirs: Vec<Line<u64>>) -> Reconciled {
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
            Some(_) => found.matched += 1,
            None => unequal.push(line),
        }
    }
    for line in unequal {
        // A refund is never the other amount of a sale.
        let other = open.get_mut(&line.id).and_then(|lines| {
            let kind = |amount: Money| amount.is_negative();
            let place = lines.iter().position(|their| kind(their.amount) == kind(line.amount))?;
            Some(lines.remove(place))
        });
        match other {
            Some(their) => found.differ.push((line, their)),
            None => found.only_ours.push(line),
        }
    }
    found.only_theirs = open.into_values().flatten().collect();
    found.only_theirs.sort_by_key(|line| line.from);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line<T>(from: T, id: &str, minor: i64) -> Line<T> {
        Line { from, id: id.to_owned(), amount: Money::from_minor(minor) }
    }

    #[test]
    fn what_does_not_match_is_named_on_its_side() {
        let ours = vec![
            line(ReceiptNo(1), "a", 100),
            line(ReceiptNo(2), "b", 200),
            line(ReceiptNo(3), "b", -200),
            line(ReceiptNo(4), "c", 300),
            line(ReceiptNo(5), "", 50),
        ];
        let theirs = vec![
            line(2, "b", 200),
            line(3, "a", 100),
            line(4, "a", 100),
            line(5, "c", 299),
            line(6, "d", 1),
        ];
        let found = reconcile(ours, theirs);
        assert_eq!(found.matched, 2);
        assert_eq!(found.differ, [(line(ReceiptNo(4), "c", 300), line(5, "c", 299))]);
        let left = [line(ReceiptNo(3), "b", -200), line(ReceiptNo(5), "", 50)];
        assert_eq!(found.only_ours, left);
        assert_eq!(found.only_theirs, [line(4, "a", 100), line(6, "d", 1)]);
    }
}
