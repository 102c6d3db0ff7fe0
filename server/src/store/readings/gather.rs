//! Real meters are settled a few at a time, as they answer; what came within a second is one round
//! on the disk. Else every handful of answers would be a transaction, and a window of rounds so
//! short that its blocks hold a reading or two.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::actor::port::ReadingKept;
use shared::id::MeterId;
use shared::time::{Span, Timestamp};

use crate::clock::Stopwatch;
use crate::store::readings::Round;

/// A round on the disk spans no more of the book's time than this.
const LONGEST: Span = Span::from_secs(1);

/// The round that is being gathered: each meter once, because one meter of a round is found by
/// its place.
#[derive(Debug)]
pub(crate) struct Gather {
    patience: Duration,
    rows: BTreeMap<MeterId, ReadingKept>,
    /// Time of the first round in it, and of the last.
    times: Option<(Timestamp, Timestamp)>,
    since: Option<Stopwatch>,
}

impl Gather {
    /// Holds rounds back for at most `patience`; zero: none.
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, rows: BTreeMap::new(), times: None, since: None }
    }

    /// How long what is gathered may still wait; none: nothing is.
    pub(crate) fn wait(&self) -> Option<Duration> {
        self.since.map(|since| self.patience.saturating_sub(since.elapsed()))
    }

    /// Takes a round in; what is whole with it goes to `whole`.
    pub(crate) fn take(&mut self, (at, rows): Round, whole: &mut Vec<Round>) {
        if self.patience.is_zero() {
            return whole.push((at, rows));
        }
        let fits = |(first, last): (Timestamp, _)| last <= at && at - first <= LONGEST;
        if !self.times.is_none_or(fits) {
            self.end(whole);
        }
        for row in rows.iter() {
            if self.rows.contains_key(&row.meter) {
                self.end(whole);
            }
            self.rows.insert(row.meter, *row);
            self.times = Some((self.times.map_or(at, |(first, _)| first), at));
            self.since = self.since.or_else(|| Some(Stopwatch::start()));
        }
    }

    /// What is gathered is whole.
    pub(crate) fn end(&mut self, whole: &mut Vec<Round>) {
        let rows = std::mem::take(&mut self.rows);
        self.since = None;
        if let Some((_, last)) = self.times.take() {
            whole.push((last, rows.into_values().collect()));
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::energy::{Power, Register};
    use shared::meter::Quality;

    use super::*;

    fn round(millis: i64, meters: &[u32]) -> Round {
        let at = Timestamp::from_millis(millis);
        let row = |meter: &u32| ReadingKept {
            meter: MeterId(*meter),
            at,
            register: Register::from_mwh(millis),
            power: Some(Power::from_watts(1)),
            quality: Quality::Good,
        };
        (at, meters.iter().map(row).collect())
    }

    /// Time and meters of what becomes of these rounds.
    fn gathered(patience: u64, rounds: &[(i64, &[u32])]) -> Vec<(i64, Vec<u32>)> {
        let mut gather = Gather::new(Duration::from_secs(patience));
        let mut whole = Vec::new();
        for (millis, meters) in rounds {
            gather.take(round(*millis, meters), &mut whole);
        }
        gather.end(&mut whole);
        let meters = |rows: &[ReadingKept]| rows.iter().map(|row| row.meter.0).collect();
        whole.iter().map(|(at, rows)| (at.millis(), meters(rows))).collect()
    }

    #[test]
    fn rounds_of_one_second_become_one_in_the_order_of_meters() {
        let rounds: &[(i64, &[u32])] = &[(0, &[3]), (400, &[1, 9]), (1_000, &[2]), (1_001, &[4])];
        assert_eq!(gathered(1, rounds), [(1_000, vec![1, 2, 3, 9]), (1_001, vec![4])]);
        assert_eq!(gathered(0, rounds).len(), 4, "without patience nothing waits");
    }

    #[test]
    fn a_meter_stands_once_in_a_round_and_time_does_not_go_backwards_in_it() {
        let rounds: &[(i64, &[u32])] = &[(0, &[1, 2]), (500, &[2, 3]), (700, &[3, 3]), (600, &[5])];
        let expected = [(0, vec![1, 2]), (500, vec![2, 3]), (700, vec![3]), (700, vec![3])];
        assert_eq!(gathered(1, rounds), [&expected[..], &[(600, vec![5])]].concat());
    }

    #[test]
    fn what_waits_is_due_after_its_patience() {
        let mut gather = Gather::new(Duration::from_secs(1));
        assert_eq!(gather.wait(), None);
        gather.take(round(0, &[1]), &mut Vec::new());
        let first = gather.wait().expect("something waits");
        gather.take(round(5, &[2]), &mut Vec::new());
        let second = gather.wait().expect("something waits");
        assert!(second <= first && first <= Duration::from_secs(1), "{first:?} {second:?}");
        gather.end(&mut Vec::new());
        assert_eq!(gather.wait(), None);
    }
}
