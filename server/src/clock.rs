//! The system clock: the only place that asks it. Everything else is told the time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use shared::time::Timestamp;

/// The wall time now. A clock set before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
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
