//! Whose turn is when: one wheel for a world, and one order for what falls on the same instant.

use std::collections::BTreeSet;

use shared::id::{AccountId, MeterId};
use shared::time::{Span, Timestamp};

/// What is due. Turns of one instant are taken in the order of this list: what people do comes
/// before the meters are read, so that the reading sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// The scenario's event of that number.
    Event(u32),
    /// A tenant pays.
    Pay(AccountId),
    /// Tenants look at their credit.
    Look,
    /// Every meter is read.
    Round,
    /// One meter is read again.
    Again(MeterId),
    /// Time alone changes something: billing is told what time it is.
    Due,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Wheel {
    due: BTreeSet<(Timestamp, Turn)>,
}

impl Wheel {
    /// A turn that is already due at that instant is due once.
    pub(super) fn add(&mut self, at: Timestamp, turn: Turn) {
        self.due.insert((at, turn));
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes everything that is due at `at` or before, in order.
    pub(super) fn take(&mut self, at: Timestamp) -> Vec<Turn> {
        let mut turns = Vec::new();
        while let Some((due, turn)) = self.due.pop_first() {
            if due > at {
                self.due.insert((due, turn));
                break;
            }
            turns.push(turn);
        }
        turns
    }
}

/// `at`, or the next instant after it that is a whole number of spans since the epoch.
pub(super) fn next_whole(at: Timestamp, span: Span) -> Timestamp {
    let span = span.millis().max(1);
    let whole = at.millis().div_euclid(span) * span;
    Timestamp::from_millis(if whole < at.millis() { whole + span } else { whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn turns_of_one_instant_have_one_order() {
        let turns = [
            Turn::Again(MeterId(2)),
            Turn::Round,
            Turn::Pay(AccountId(9)),
            Turn::Look,
            Turn::Pay(AccountId(3)),
            Turn::Event(0),
        ];
        let mut wheel = Wheel::default();
        for turn in turns {
            wheel.add(at(5), turn);
        }
        wheel.add(at(5), Turn::Round);
        wheel.add(at(6), Turn::Round);
        assert_eq!(wheel.next(), Some(at(5)));
        let mut sorted = turns;
        sorted.sort_unstable();
        assert_eq!(wheel.take(at(5)), sorted);
        assert_eq!(wheel.next(), Some(at(6)));
    }

    #[test]
    fn whole_spans_are_found_on_both_sides() {
        let minute = Span::from_mins(1);
        for (from, to) in [(0, 0), (1, 60_000), (59_999, 60_000), (60_000, 60_000), (-1, 0)] {
            assert_eq!(next_whole(at(from), minute), at(to), "{from}");
        }
    }
}
