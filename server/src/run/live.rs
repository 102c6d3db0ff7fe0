//! Drives the live book by the wall clock: sends each meter its turn, settles what came in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use actix::{Addr, Recipient};
use shared::actor::billing::SettleDue;
use shared::actor::meter::{MeterActor, Poll};
use shared::id::{Book, MeterId};
use shared::time::{Span, Timestamp};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::clock;

/// How often is looked whose turn it is.
const TICK: Duration = Duration::from_millis(100);
/// Answers that come within this time of a settling are settled together. Each settling costs a
/// round through billing, readings and screens, whether it is for one meter or for a hundred; an
/// answer that nobody came before is settled at once.
const TOGETHER: Duration = Duration::from_millis(10);
/// The wall clock may not jump further than this between two ticks without a word in the log.
const JUMP: Span = Span::from_mins(10);

/// A meter in turn.
pub(crate) struct Turn {
    pub(crate) meter: MeterId,
    pub(crate) actor: Addr<MeterActor>,
    pub(crate) every: Span,
}

pub(crate) struct LiveDriver {
    turns: BTreeMap<MeterId, Turn>,
    wheel: Wheel,
    settle: Recipient<SettleDue>,
    wake: Arc<Notify>,
    newcomers: mpsc::Receiver<Turn>,
}

/// Where meters that were added while the site runs get their turns.
pub(crate) type Newcomers = mpsc::Sender<Turn>;

impl LiveDriver {
    pub(crate) fn new(
        turns: Vec<Turn>,
        settle: Recipient<SettleDue>,
        wake: Arc<Notify>,
    ) -> (Self, Newcomers) {
        let (sender, newcomers) = mpsc::channel(64);
        let turns: BTreeMap<_, _> = turns.into_iter().map(|turn| (turn.meter, turn)).collect();
        let wheel =
            Wheel::spread(turns.values().map(|turn| (turn.meter, turn.every)), clock::now());
        (Self { turns, wheel, settle, wake, newcomers }, sender)
    }

    /// Runs until `stop` turns true; settles once more before it ends.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Every meter answers at most once a turn, so this never holds more.
        let (finished, mut answers) = mpsc::channel(self.turns.len().max(1));
        let mut last = clock::now();
        let mut settled = Instant::now();
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = self.wake.notified() => {}
                Some(meter) = receive_after(settled + TOGETHER, &mut answers) => {
                    self.wheel.answered(meter);
                    while let Ok(meter) = answers.try_recv() {
                        self.wheel.answered(meter);
                    }
                }
                Some(turn) = self.newcomers.recv() => {
                    self.wheel.join(turn.meter, turn.every, clock::now());
                    self.turns.insert(turn.meter, turn);
                }
                _ = stop.wait_for(|stop| *stop) => break,
            }
            let now = clock::now();
            if now < last || now - last > JUMP {
                tracing::warn!("the clock jumped from {last} to {now}");
                self.wheel.restart(now);
            }
            last = now;
            self.give_turns(now, &finished);
            self.settle(now).await;
            settled = Instant::now();
            // A switch command does not wait for the next tick.
            self.give_turns(clock::now(), &finished);
        }
        self.settle(clock::now()).await;
    }

    fn give_turns(&mut self, now: Timestamp, finished: &mpsc::Sender<MeterId>) {
        for meter in self.wheel.due(now) {
            self.give_turn(meter, now, finished.clone());
        }
    }

    fn give_turn(&mut self, meter: MeterId, now: Timestamp, finished: mpsc::Sender<MeterId>) {
        let Some(turn) = self.turns.get(&meter) else { return };
        let asked = turn.actor.send(Poll { now });
        actix_rt::spawn(async move {
            if let Err(error) = asked.await {
                tracing::error!(%error, "meter {meter} did not take its turn");
            }
            // The driver is gone only when the server stops.
            finished.send(meter).await.ok();
        });
    }

    async fn settle(&mut self, now: Timestamp) {
        match self.settle.send(SettleDue { book: Book::Live, now }).await {
            Ok(settlement) => {
                for (at, meter) in settlement.urgent {
                    self.wheel.hurry(meter, at);
                }
                for meter in settlement.told {
                    self.wheel.hurry(meter, now);
                }
            }
            Err(error) => tracing::error!(%error, "the billing supervisor did not settle"),
        }
    }
}

/// The next answer, but none before `earliest`.
async fn receive_after(
    earliest: Instant,
    answers: &mut mpsc::Receiver<MeterId>,
) -> Option<MeterId> {
    sleep_until(earliest).await;
    answers.recv().await
}

/// Whose turn is when. A meter that has not answered yet gets no second turn.
struct Wheel {
    every: BTreeMap<MeterId, Span>,
    /// The next turn of each meter that is not being asked now.
    next: BTreeMap<MeterId, Timestamp>,
    by_time: BTreeSet<(Timestamp, MeterId)>,
    /// Meters that are being asked, with the time of their next turn.
    asked: BTreeMap<MeterId, Timestamp>,
}

impl Wheel {
    /// First turns spread over each meter's own interval, so that a line is not asked all at once.
    fn spread(meters: impl Iterator<Item = (MeterId, Span)>, now: Timestamp) -> Self {
        let every: BTreeMap<_, _> = meters.collect();
        let mut wheel =
            Self { every, next: BTreeMap::new(), by_time: BTreeSet::new(), asked: BTreeMap::new() };
        wheel.restart(now);
        wheel
    }

    /// A further meter, whose first turn is now.
    fn join(&mut self, meter: MeterId, every: Span, now: Timestamp) {
        self.every.insert(meter, every);
        self.put(meter, now);
    }

    /// Begins anew at `now`, as after a jump of the clock.
    fn restart(&mut self, now: Timestamp) {
        let count = i64::try_from(self.every.len()).unwrap_or(i64::MAX).max(1);
        let mut starts = Vec::new();
        for (number, (meter, every)) in (0_i64..).zip(&self.every) {
            let every = every.millis().min(1_000);
            starts.push((*meter, now + Span::from_millis(every * number / count)));
        }
        for (meter, at) in starts {
            match self.asked.get_mut(&meter) {
                Some(next) => *next = at,
                None => self.put(meter, at),
            }
        }
    }

    fn put(&mut self, meter: MeterId, at: Timestamp) {
        if let Some(before) = self.next.insert(meter, at) {
            self.by_time.remove(&(before, meter));
        }
        self.by_time.insert((at, meter));
    }

    /// Takes out all whose turn has come.
    fn due(&mut self, now: Timestamp) -> Vec<MeterId> {
        let mut due = Vec::new();
        while let Some((at, meter)) = self.by_time.first().copied().filter(|(at, _)| *at <= now) {
            self.by_time.remove(&(at, meter));
            self.next.remove(&meter);
            let every = self.every.get(&meter).copied().unwrap_or(Span::from_secs(5));
            // Turns that were missed are not made up: registers are cumulative.
            let following = (at + every).max(now + Span::from_millis(1));
            self.asked.insert(meter, following);
            due.push(meter);
        }
        due
    }

    /// A meter answered: it waits for its next turn.
    fn answered(&mut self, meter: MeterId) {
        if let Some(next) = self.asked.remove(&meter) {
            self.put(meter, next);
        }
    }

    /// Looks at a meter before its next turn.
    fn hurry(&mut self, meter: MeterId, at: Timestamp) {
        if let Some(next) = self.asked.get_mut(&meter) {
            *next = at.min(*next);
        } else if self.next.get(&meter).is_some_and(|next| at < *next) {
            self.put(meter, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: MeterId = MeterId(1);
    const B: MeterId = MeterId(2);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn wheel() -> Wheel {
        let every = Span::from_secs(5);
        Wheel::spread([(A, every), (B, every)].into_iter(), at(0))
    }

    #[test]
    fn each_meter_gets_its_turn_and_no_second_one_before_it_answered() {
        let mut wheel = wheel();
        assert_eq!(wheel.due(at(0)), [A]);
        assert_eq!(wheel.due(at(1)), [B]);
        wheel.answered(A);
        assert_eq!(wheel.due(at(4)), []);
        assert_eq!(wheel.due(at(5)), [A]);
        assert_eq!(wheel.due(at(60)), [], "both are still being asked");
        wheel.answered(B);
        assert_eq!(wheel.due(at(60)), [B]);
        wheel.answered(B);
        assert_eq!(wheel.due(at(60)), [], "missed turns are not made up");
    }

    #[test]
    fn a_meter_that_comes_later_gets_its_turn_at_once() {
        let mut wheel = wheel();
        assert_eq!(wheel.due(at(1)), [A, B]);
        wheel.join(MeterId(3), Span::from_secs(2), at(2));
        assert_eq!(wheel.due(at(2)), [MeterId(3)]);
        wheel.answered(MeterId(3));
        assert_eq!(wheel.due(at(4)), [MeterId(3)]);
    }

    #[test]
    fn an_urgent_look_comes_before_the_turn() {
        let mut wheel = wheel();
        assert_eq!(wheel.due(at(1)), [A, B]);
        wheel.hurry(A, at(2));
        wheel.answered(A);
        wheel.answered(B);
        wheel.hurry(B, at(3));
        wheel.hurry(B, at(9));
        assert_eq!(wheel.due(at(2)), [A]);
        assert_eq!(wheel.due(at(3)), [B]);
    }
}
