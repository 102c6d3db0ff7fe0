//! Drives the simulated book: keeps its world at the pace that was asked for.

use std::time::Duration;

use shared::api::clock::{Clock, ClockOrder};
use shared::time::{Span, Timestamp};
use simulator::clock::Pacer;
use simulator::world::{World, WorldError};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::clocks::{Asked, Works};
use crate::clock;

/// How often is looked where the world should be.
const TICK: Duration = Duration::from_millis(50);
/// The world goes on in slices no longer than this, so that orders to its clock are heard.
const SLICE: Span = Span::from_mins(10);

pub(crate) struct SimulatedDriver {
    world: World,
    pacer: Pacer,
    works: Works,
}

impl SimulatedDriver {
    pub(crate) fn new(world: World, pace: u32, works: Works) -> Self {
        let pacer = Pacer::new(world.now(), clock::now(), pace);
        Self { world, pacer, works }
    }

    /// Runs until `stop` turns true, or until an actor of the world has died.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                Some(asked) = self.works.asked.recv() => self.take(asked),
                Some(meter) = self.works.hurried.recv() => self.world.hurry(meter),
                Some((meter, first)) = self.works.exchanged.recv() => {
                    if let Err(error) = self.world.exchange(meter, first).await {
                        tracing::error!(%error, "the simulated world stands still");
                        break;
                    }
                }
                _ = stop.wait_for(|stop| *stop) => break,
            }
            if let Err(error) = self.catch_up(&stop).await {
                tracing::error!(%error, "the simulated world stands still");
                break;
            }
        }
    }

    async fn catch_up(&mut self, stop: &watch::Receiver<bool>) -> Result<(), WorldError> {
        loop {
            let target = self.pacer.target(clock::now());
            let now = self.world.now();
            if now < target {
                let go_on = || !*stop.borrow();
                self.world.run_until(target.min(now + SLICE), go_on).await?;
            }
            self.pacer.arrived(self.world.now(), clock::now());
            self.show();
            while let Ok(asked) = self.works.asked.try_recv() {
                self.take(asked);
            }
            if self.world.now() >= self.pacer.target(clock::now()) || *stop.borrow() {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    fn take(&mut self, asked: Asked) {
        let ordered = self.pacer.order(asked.order, self.world.now(), clock::now());
        if let Err(refusal) = ordered {
            // The web server checks the same limits before it asks.
            tracing::warn!(%refusal, "an order for the clock was refused");
        }
        self.show();
        // Whoever asked may have left.
        asked.answer.send(self.works.face.show()).ok();
    }

    fn show(&self) {
        self.works.face.set(self.pacer.shown(self.world.now()));
    }
}

/// The clock's face before the world goes.
pub(crate) fn at_start(now: Timestamp, pace: u32) -> Clock {
    Clock { now, paused: false, pace, reached: 0 }
}

/// Is this order one that the clock takes?
pub(crate) fn sensible(order: ClockOrder) -> bool {
    match order {
        ClockOrder::Pause | ClockOrder::Resume => true,
        ClockOrder::Pace(pace) => (1..=simulator::clock::FASTEST).contains(&pace),
        ClockOrder::Step(step) => step > Span::ZERO && step <= simulator::clock::LONGEST_STEP,
    }
}
