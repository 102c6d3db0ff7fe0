//! The readings of the last days, and the mean power of each quarter of an hour.

use std::collections::{BTreeMap, VecDeque};

use shared::actor::port::{KeepReadings, ReadingKept};
use shared::api::meter::{PowerCurve, ReadingRow};
use shared::energy::Power;
use shared::id::MeterId;
use shared::time::{Span, Timestamp};

/// Readings kept of each meter; the oldest go first.
const KEPT: usize = 4_000;
/// Points that one curve has at most.
const POINTS: usize = 360;
const QUARTER: Span = Span::from_mins(15);

#[derive(Debug, Default)]
pub struct Curves {
    readings: BTreeMap<MeterId, VecDeque<ReadingRow>>,
    /// By the quarter's beginning: the sum of each round's power, and how many rounds.
    quarters: BTreeMap<Timestamp, (i64, i64)>,
}

impl Curves {
    pub fn keep(&mut self, round: &KeepReadings) {
        for row in round.rows.iter() {
            let ReadingKept { meter, at, register, power, quality } = *row;
            let readings = self.readings.entry(meter).or_default();
            readings.push_back(ReadingRow { at, register, power, quality });
            if readings.len() > KEPT {
                readings.pop_front();
            }
        }
        // A round of all meters, not a second look at a few.
        if round.rows.len() * 2 > self.readings.len() {
            let total: i64 = round.rows.iter().filter_map(|row| row.power).map(Power::watts).sum();
            let begin = quarter_of(round.at);
            let (sum, rounds) = self.quarters.entry(begin).or_default();
            (*sum, *rounds) = (*sum + total, *rounds + 1);
        }
    }

    /// The means of `count` quarters from `midnight`; what is not measured is a gap.
    pub fn day(&self, midnight: Timestamp, count: usize) -> Vec<Option<Power>> {
        (0_i64..)
            .take(count)
            .map(|number| midnight + Span::from_millis(QUARTER.millis() * number))
            .map(|begin| {
                let (sum, rounds) = self.quarters.get(&begin)?;
                Some(Power::from_watts(sum / (*rounds).max(1)))
            })
            .collect()
    }

    pub fn newest(&self, meter: MeterId, count: usize) -> Vec<ReadingRow> {
        let readings = self.readings.get(&meter).into_iter().flatten();
        readings.rev().take(count).cloned().collect()
    }

    pub fn power(&self, meter: MeterId, from: Timestamp, to: Timestamp) -> PowerCurve {
        let inside: Vec<_> = self
            .readings
            .get(&meter)
            .into_iter()
            .flatten()
            .filter(|row| (from..=to).contains(&row.at))
            .map(|row| (row.at, row.power))
            .collect();
        let step = inside.len().div_ceil(POINTS).max(1);
        PowerCurve { points: inside.into_iter().step_by(step).collect() }
    }
}

fn quarter_of(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis() - at.millis().rem_euclid(QUARTER.millis()))
}

#[cfg(test)]
mod tests {
    use shared::energy::Register;
    use shared::id::Book;
    use shared::meter::Quality;

    use super::*;

    fn round(minute: i64, watts: &[i64]) -> KeepReadings {
        let at = Timestamp::from_millis(minute * 60_000);
        let rows = (1_u32..).zip(watts).map(|(meter, watts)| ReadingKept {
            meter: MeterId(meter),
            at,
            register: Register::from_mwh(0),
            power: Some(Power::from_watts(*watts)),
            quality: Quality::Good,
        });
        KeepReadings { book: Book::Simulated, at, rows: rows.collect() }
    }

    #[test]
    fn a_quarter_is_the_mean_of_its_rounds_and_a_missing_one_a_gap() {
        let mut curves = Curves::default();
        for (minute, watts) in
            [(0, &[100, 200][..]), (10, &[300, 400]), (12, &[9_000]), (31, &[7, 8])]
        {
            curves.keep(&round(minute, watts));
        }
        // 12:00 is half of the meters: no round of all, unless it were more than half.
        let day = curves.day(Timestamp::from_millis(0), 3);
        assert_eq!(day, [Some(Power::from_watts(500)), None, Some(Power::from_watts(15))]);
    }
}
