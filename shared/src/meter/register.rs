//! Register to energy: is a reading believed, held, or no news?
//!
//! Nothing that contradicts what was known is ever billed, and nothing held ever cuts anyone.

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Power, Register};
use crate::meter::AlarmKind;
use crate::time::Timestamp;

/// A register at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    pub at: Timestamp,
    pub register: Register,
}

/// What the meter can measure at most; from its profile and its ratios.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Highest voltage × highest current × phases × CT ratio.
    pub most_power: Power,
    /// The register's own step.
    pub step: Energy,
    /// Where the register returns to zero; `None`: not known, then a wrap is a person's decision.
    pub wraps_at: Option<Energy>,
}

/// A reading that waits for the next one, or for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub seen: Point,
    pub kind: AlarmKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Believed: this much was used since the last believed point.
    Accept(Energy),
    /// Not later than what is known, or one step back: nothing to charge, nothing to fear.
    NoNews,
    /// Contradicts what is known: not charged until the register comes back or a person decides.
    Hold(AlarmKind),
}

/// Judges a reading against the last believed point.
///
/// - Backwards by at most one step is rounding in the meter. Further back is held; a register above
///   90 % of its capacity that starts again near zero within what is possible has wrapped.
/// - Forwards by more than 120 % of what the meter can measure in the time is held; so is everything
///   that stays at or above such a jump. A register that comes back into the possible is believed,
///   from the last believed point on: a single false zero in 1000, 0, 1000.5 bills 0.5.
pub fn judge(last: Point, held: Option<Held>, new: Point, limits: &Limits) -> Verdict {
    let elapsed = new.at - last.at;
    if elapsed.millis() <= 0 {
        return Verdict::NoNews;
    }
    let most = limits.most_in(elapsed.millis());
    match new.register.since(last.register) {
        Some(used) if used > most => Verdict::Hold(AlarmKind::RegisterJump),
        Some(used) => match held {
            Some(Held { seen, kind: AlarmKind::RegisterJump }) if new.register >= seen.register => {
                Verdict::Hold(AlarmKind::RegisterJump)
            }
            Some(_) | None => Verdict::Accept(used),
        },
        None if last.register.since(new.register).is_some_and(|back| back <= limits.step) => {
            Verdict::NoNews
        }
        None => match limits
            .wraps_at
            .and_then(|capacity| wrapped(last.register, new.register, capacity))
        {
            Some(used) if used <= most => Verdict::Accept(used),
            Some(_) | None => Verdict::Hold(AlarmKind::RegisterBackwards),
        },
    }
}

impl Limits {
    /// The most the meter can have counted: 120 % of its highest power over the time, and one step.
    pub fn most_in(&self, milliseconds: i64) -> Energy {
        let power = Power::from_watts(self.most_power.watts() / 5 * 6);
        power.over(milliseconds) + self.step
    }
}

/// The energy over a wrap, where the register stood above 90 % of its capacity.
fn wrapped(last: Register, new: Register, capacity: Energy) -> Option<Energy> {
    let near_the_end = i128::from(last.mwh()) * 10 > i128::from(capacity.mwh()) * 9;
    near_the_end
        .then(|| Energy::from_mwh(new.mwh() + capacity.mwh() - last.mwh()))
        .filter(|used| !used.is_negative())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    const LIMITS: Limits = Limits {
        most_power: Power::from_watts(20_000),
        step: Energy::from_wh(10),
        wraps_at: Some(Energy::from_kwh(1_000_000)),
    };

    fn point(minutes: i64, kwh: &str) -> Point {
        let register = Register::from_mwh(Energy::parse_kwh(kwh).expect("kWh").mwh());
        Point { at: Timestamp::from_millis(0) + Span::from_mins(minutes), register }
    }

    /// Feeds readings a minute apart and says what each came to, in Wh or as a letter.
    fn story(readings: &str) -> String {
        let mut readings = readings.split_whitespace().zip(0..);
        let (first, start) = readings.next().expect("a first reading");
        let (mut last, mut held) = (point(start, first), None);
        let mut told = Vec::new();
        for (reading, minute) in readings {
            let new = point(minute, reading);
            told.push(match judge(last, held, new, &LIMITS) {
                Verdict::Accept(used) => {
                    (last, held) = (new, None);
                    (used.mwh() / 1_000).to_string()
                }
                Verdict::NoNews => "=".to_owned(),
                Verdict::Hold(kind) => {
                    held = held.or(Some(Held { seen: new, kind }));
                    if kind == AlarmKind::RegisterJump { "jump" } else { "back" }.to_owned()
                }
            });
        }
        told.join(" ")
    }

    #[test]
    fn registers_tell_their_stories() {
        for (readings, told) in [
            ("1000 1000.1 1000.1 1000.3", "100 0 200"),
            ("1000 0 1000.5", "back 500"),
            ("1000 0 0 0 1000.5", "back back back 500"),
            ("1000 999.99 1000.01", "= 10"),
            ("1000 999.98 1000.01", "back 10"),
            ("1000 5000 1000.2", "jump 200"),
            ("1000 5000 5000 5000.1", "jump jump jump"),
            ("999999.9 0.1", "200"),
            ("900000 0.1 0.2", "back back"),
            ("999999.9 50", "back"),
        ] {
            assert_eq!(story(readings), told, "{readings}");
        }
    }

    #[test]
    fn the_most_that_is_possible_is_the_border() {
        let most = LIMITS.most_in(60_000);
        let at = |used: Energy| {
            let last = point(0, "1000");
            judge(
                last,
                None,
                Point { at: last.at + Span::from_mins(1), register: last.register.plus(used) },
                &LIMITS,
            )
        };
        assert_eq!(at(most), Verdict::Accept(most));
        assert_eq!(at(most + Energy::from_mwh(1)), Verdict::Hold(AlarmKind::RegisterJump));
    }

    #[test]
    fn a_reading_that_is_not_later_is_no_news() {
        let last = point(5, "1000");
        assert_eq!(judge(last, None, point(5, "1001"), &LIMITS), Verdict::NoNews);
        assert_eq!(judge(last, None, point(4, "1001"), &LIMITS), Verdict::NoNews);
    }
}
