//! The clock of a simulated world: paused, at a pace, or a step at a time. It says where the world
//! should be; the world says where it is. The wall's time is handed in.

use shared::api::clock::{Clock, ClockOrder};
use shared::time::{Span, Timestamp};

/// The fastest pace: an hour a second.
pub const FASTEST: u32 = 3_600;
/// The longest step.
pub const LONGEST_STEP: Span = Span::from_days(1);

/// Where simulated time should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pacer {
    /// Where the world was, and when that was, on the wall.
    world: Timestamp,
    wall: Timestamp,
    mode: Mode,
    pace: u32,
    /// Of the last second: where it began on both clocks, and what it came to.
    second: (Timestamp, Timestamp),
    reached: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Paused,
    Running,
    /// As fast as possible up to here, then paused.
    Stepping(Timestamp),
}

/// Why an order is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockRefusal {
    #[error("a pace is 1 to 3600 simulated seconds a second, not {0}")]
    Pace(u32),
    #[error("a step is longer than nothing and at most a day")]
    Step,
}

impl Pacer {
    pub fn new(world: Timestamp, wall: Timestamp, pace: u32) -> Self {
        let pace = pace.clamp(1, FASTEST);
        Self { world, wall, mode: Mode::Running, pace, second: (world, wall), reached: 0 }
    }

    /// Takes an order. `now` is where the world is.
    pub fn order(
        &mut self,
        order: ClockOrder,
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<(), ClockRefusal> {
        let mode = match order {
            ClockOrder::Pause => Mode::Paused,
            ClockOrder::Resume => Mode::Running,
            ClockOrder::Pace(pace) if (1..=FASTEST).contains(&pace) => {
                self.pace = pace;
                self.mode
            }
            ClockOrder::Pace(pace) => return Err(ClockRefusal::Pace(pace)),
            ClockOrder::Step(step) if step > Span::ZERO && step <= LONGEST_STEP => {
                Mode::Stepping(now + step)
            }
            ClockOrder::Step(_) => return Err(ClockRefusal::Step),
        };
        (self.world, self.wall, self.mode) = (now, wall, mode);
        Ok(())
    }

    /// Where the world should be by now.
    pub fn target(&self, wall: Timestamp) -> Timestamp {
        match self.mode {
            Mode::Paused => self.world,
            Mode::Running => {
                let passed = wall.saturating_since(self.wall).millis().max(0);
                self.world + Span::from_millis(passed.saturating_mul(i64::from(self.pace)))
            }
            Mode::Stepping(until) => until,
        }
    }

    /// The world has come to `now`. A world that is behind is not chased for ever: what was missed
    /// in the last second is let go, so that a slow machine runs slower and not in bursts.
    pub fn arrived(&mut self, now: Timestamp, wall: Timestamp) {
        if let Mode::Stepping(until) = self.mode
            && now >= until
        {
            (self.mode, self.world, self.wall) = (Mode::Paused, now, wall);
        }
        let behind = self.target(wall) - now;
        if self.mode == Mode::Running && behind > Span::from_millis(i64::from(self.pace) * 1_000) {
            (self.world, self.wall) = (now, wall);
        }
        let (world_then, wall_then) = self.second;
        let passed = (wall - wall_then).millis();
        if passed >= 1_000 {
            let reached = (now - world_then).millis() / passed;
            self.reached = u32::try_from(reached.max(0)).unwrap_or(u32::MAX);
            self.second = (now, wall);
        }
    }

    pub fn is_paused(&self) -> bool {
        self.mode == Mode::Paused
    }

    /// As screens show it.
    pub fn shown(&self, now: Timestamp) -> Clock {
        Clock { now, paused: self.is_paused(), pace: self.pace, reached: self.reached }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn the_target_follows_the_pace() {
        let mut pacer = Pacer::new(at(1_000), at(0), 60);
        assert_eq!(pacer.target(at(10)), at(1_600));
        pacer.order(ClockOrder::Pace(3_600), at(1_600), at(10)).expect("an order");
        assert_eq!(pacer.target(at(11)), at(5_200));
        pacer.order(ClockOrder::Pause, at(5_200), at(11)).expect("an order");
        assert_eq!(pacer.target(at(99)), at(5_200));
        pacer.order(ClockOrder::Resume, at(5_200), at(99)).expect("an order");
        assert_eq!(pacer.target(at(100)), at(8_800));
        assert_eq!(pacer.target(at(90)), at(5_200), "the wall's clock may be set back");
    }

    #[test]
    fn a_step_ends_in_a_pause() {
        let mut pacer = Pacer::new(at(0), at(0), 1);
        pacer.order(ClockOrder::Step(Span::from_hours(1)), at(0), at(0)).expect("an order");
        assert_eq!(pacer.target(at(0)), at(3_600));
        pacer.arrived(at(1_800), at(1));
        assert!(!pacer.is_paused());
        pacer.arrived(at(3_600), at(2));
        assert!(pacer.is_paused());
        assert_eq!(pacer.target(at(50)), at(3_600));
        assert_eq!(pacer.shown(at(3_600)).reached, 1_800);
    }

    #[test]
    fn a_pace_and_a_step_have_borders() {
        let mut pacer = Pacer::new(at(0), at(0), 1);
        let mut order = |order| pacer.order(order, at(0), at(0));
        for (asked, answer) in [
            (ClockOrder::Pace(0), Err(ClockRefusal::Pace(0))),
            (ClockOrder::Pace(1), Ok(())),
            (ClockOrder::Pace(3_600), Ok(())),
            (ClockOrder::Pace(3_601), Err(ClockRefusal::Pace(3_601))),
            (ClockOrder::Step(Span::ZERO), Err(ClockRefusal::Step)),
            (ClockOrder::Step(Span::from_days(1)), Ok(())),
            (ClockOrder::Step(Span::from_millis(86_400_001)), Err(ClockRefusal::Step)),
        ] {
            assert_eq!(order(asked), answer, "{asked:?}");
        }
    }

    #[test]
    fn a_slow_machine_runs_slower_and_says_so() {
        let mut pacer = Pacer::new(at(0), at(0), 3_600);
        for second in 1..=5 {
            pacer.arrived(at(second * 1_000), at(second));
        }
        assert_eq!(pacer.shown(at(5_000)).reached, 1_000);
        assert!(pacer.target(at(6)) - at(5_000) <= Span::from_secs(7_200));
    }
}
