//! A measured curve, played again and again: CSV rows `seconds,W`, each power held until the next.

use shared::time::{Span, Timestamp};
use thiserror::Error;

use crate::calendar::Day;
use crate::load::Sketch;
use crate::physics::Flow;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Offsets from the first row, ascending, with the power from there on.
    steps: Vec<(Span, Flow)>,
    period: Span,
}

/// What is wrong with a line of a curve.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {wrong}")]
pub struct ReplayError {
    pub line: usize,
    pub wrong: &'static str,
}

impl Replay {
    /// Parses rows `seconds,W`; a first line that is a heading is passed over. The curve begins
    /// again one step after its last row. A gap longer than `longest_gap` is refused, because a
    /// silent logger is no steady load.
    pub fn parse(csv: &str, longest_gap: Span) -> Result<Self, ReplayError> {
        let mut rows: Vec<(i64, i64)> = Vec::new();
        let mut step = 0;
        for (number, line) in csv.lines().enumerate() {
            let refuse = |wrong| ReplayError { line: number + 1, wrong };
            let line = line.trim();
            if line.is_empty() || (number == 0 && line.starts_with(|c: char| c.is_alphabetic())) {
                continue;
            }
            let (seconds, watts) = line.split_once(',').ok_or(refuse("`seconds,W` is expected"))?;
            let seconds: i64 =
                seconds.trim().parse().map_err(|_bad| refuse("seconds are a whole number"))?;
            let watts = milliwatts(watts.trim())
                .ok_or(refuse("power is a number in W, 0 or more, with at most 3 decimals"))?;
            if let Some((before, _)) = rows.last() {
                step = seconds - before;
                if step <= 0 {
                    return Err(refuse("time does not go forward"));
                }
                if step * 1_000 > longest_gap.millis() {
                    return Err(refuse("the gap before this row is longer than allowed"));
                }
            }
            rows.push((seconds, watts));
        }
        let (Some((first, _)), Some((last, _)), true) = (rows.first(), rows.last(), step > 0)
        else {
            return Err(ReplayError { line: 1, wrong: "a curve has at least two rows" });
        };
        let period = Span::from_secs(last - first + step);
        let steps = rows
            .iter()
            .map(|(seconds, mw)| (Span::from_secs(seconds - first), Flow::resistive(*mw)))
            .collect();
        Ok(Self { steps, period })
    }

    pub(crate) fn pencil(&self, day: &Day, sketch: &mut Sketch) {
        let period = self.period.millis();
        let mut begin = day.start.millis().div_euclid(period) * period;
        while begin < day.end.millis() {
            let start = Timestamp::from_millis(begin);
            let ends = self.steps.iter().skip(1).map(|(at, _)| *at).chain([self.period]);
            for ((from, flow), until) in self.steps.iter().zip(ends) {
                sketch.add(start + *from, start + until, *flow);
            }
            begin += period;
        }
    }
}

fn milliwatts(text: &str) -> Option<i64> {
    let energy = shared::energy::Energy::parse_kwh(text)?; // the same digits at six decimals
    let scaled = energy.mwh();
    (scaled >= 0 && scaled % 1_000 == 0).then_some(scaled / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Load;
    use crate::load::tests::{KEY, noon, work};

    #[test]
    fn a_curve_is_played_until_the_day_is_over() {
        let replay =
            Replay::parse("seconds,W\n0,100\n60,300.5\n", Span::from_hours(1)).expect("a curve");
        // 12 h of 100 W and 12 h of 300.5 W
        let energy = work(&Load::Replay(replay), KEY, noon("2026-07-01"), 1).energy();
        assert_eq!(energy, shared::energy::Energy::from_wh(1_200 + 3_606));
    }

    #[test]
    fn a_bad_line_is_named() {
        let gap = Span::from_hours(1);
        for (csv, line) in [
            ("0,1\nx,2", 2),
            ("0,1\n60,-2", 2),
            ("0,1\n60,NaN", 2),
            ("0,1\n60;2", 2),
            ("0,1\n60,2\n60,3", 3),
            ("0,1\n60,2\n7200,3", 3),
            ("0,1", 1),
            ("", 1),
        ] {
            assert_eq!(Replay::parse(csv, gap).map_err(|error| error.line), Err(line), "{csv}");
        }
    }
}
