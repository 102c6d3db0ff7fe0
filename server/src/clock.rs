//! The clock: the only place that asks the system's. Everything else is told the time.
//!
//! A wall clock is set now and then, by people and by programs, and a board without a battery starts in
//! 1970. Money must not follow it: a step of more than ten minutes is not believed, and time goes on as
//! it passes, until the clock comes back or somebody has looked at it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use shared::time::{Span, Timestamp};

/// The wall clock may step this far at once.
const MOST: Span = Span::from_mins(10);

static BELIEVED: Mutex<Option<Believed>> = Mutex::new(None);

/// The time now: the wall clock's, as long as it does not jump.
pub fn now() -> Timestamp {
    let wall = wall();
    let first = || Believed { time: wall, since: Stopwatch::start(), late: false, jump: None };
    believed().get_or_insert_with(first).hear(wall)
}

/// How far the wall clock stands from where it should, if that is too far to be believed.
pub fn jump() -> Option<Span> {
    now();
    believed().as_ref().and_then(|believed| believed.jump)
}

/// Takes the wall clock as it stands.
pub fn believe() {
    *believed() = None;
    now();
}

/// Something was recorded at `last`, so it is not earlier: a clock that has lost its battery is not
/// believed before it has come that far.
pub fn not_before(last: Timestamp) {
    if last - wall() > MOST {
        let since = Stopwatch::start();
        *believed() = Some(Believed { time: last, since, late: true, jump: None });
    }
}

fn believed() -> MutexGuard<'static, Option<Believed>> {
    BELIEVED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A clock set before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The last time that was believed, and what has passed since.
#[derive(Clone, Copy, Debug)]
struct Believed {
    time: Timestamp,
    since: Stopwatch,
    /// The program started with a clock that was behind its records; nobody knows how long it stood.
    late: bool,
    jump: Option<Span>,
}

impl Believed {
    fn hear(&mut self, wall: Timestamp) -> Timestamp {
        let now = Stopwatch::start();
        self.judge(wall, now, now.0.saturating_duration_since(self.since.0))
    }

    fn judge(&mut self, wall: Timestamp, since: Stopwatch, passed: Duration) -> Timestamp {
        let passed = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        let expected = self.time + Span::from_millis(passed);
        let jump = wall - expected;
        let caught_up = self.late && jump >= Span::ZERO;
        if caught_up || jump.millis().saturating_abs() <= MOST.millis() {
            *self = Self { time: wall, since, late: false, jump: None };
            wall
        } else {
            self.jump = Some(jump);
            expected
        }
    }
}

/// Measures how long something takes; steps of the wall clock do not touch it.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "this is the clock module")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(n: i64) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + n * 60_000)
    }

    /// What is believed a minute after minute 0, when the wall shows these minutes in turn.
    fn told(late: bool, walls: &[i64]) -> Vec<(i64, bool)> {
        let since = Stopwatch::start();
        let mut believed = Believed { time: minute(0), since, late, jump: None };
        let minutes = |time: Timestamp| (time - minute(0)).millis() / 60_000;
        walls
            .iter()
            .zip(1..)
            .map(|(wall, passed)| {
                let base = minutes(believed.time);
                let passed = Duration::from_mins(u64::try_from(passed - base).unwrap_or(1));
                let time = believed.judge(minute(*wall), since, passed);
                (minutes(time), believed.jump.is_some())
            })
            .collect()
    }

    #[test]
    fn a_clock_is_believed_until_it_jumps_and_again_when_it_comes_back() {
        assert_eq!(told(false, &[1, 2, 3]), [(1, false), (2, false), (3, false)]);
        // Ten minutes are a correction, one more is a jump.
        assert_eq!(told(false, &[11]), [(11, false)]);
        assert_eq!(told(false, &[12]), [(1, true)]);
        assert_eq!(told(false, &[-9]), [(-9, false)]);
        assert_eq!(told(false, &[-10]), [(1, true)]);
        let month = 30 * 24 * 60;
        assert_eq!(told(false, &[month, month + 1, 3]), [(1, true), (2, true), (3, false)]);
    }

    #[test]
    fn a_clock_that_started_behind_is_believed_once_it_has_caught_up() {
        let year = 365 * 24 * 60;
        assert_eq!(told(true, &[-year, 1 - year, year]), [(1, true), (2, true), (year, false)]);
    }
}
