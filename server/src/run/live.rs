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
    /// By seat of the wheel.
    actors: Vec<Addr<MeterActor>>,
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
        let seats = turns.iter().map(|turn| (turn.meter, turn.every));
        let wheel = Wheel::spread(seats, clock::now());
        let actors = turns.into_iter().map(|turn| turn.actor).collect();
        (Self { actors, wheel, settle, wake, newcomers }, sender)
    }

    /// Runs until `stop` turns true; settles once more before it ends.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Every meter answers at most once a turn, so this never holds more.
        let (finished, mut answers) = mpsc::channel(self.actors.len().max(1));
        let mut last = clock::now();
        let mut settled = Instant::now();
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = self.wake.notified() => {}
                Some(seat) = receive_after(settled + TOGETHER, &mut answers) => {
                    self.wheel.answered(seat);
                    while let Ok(seat) = answers.try_recv() {
                        self.wheel.answered(seat);
                    }
                }
                Some(turn) = self.newcomers.recv() => {
                    let seat = self.wheel.join(turn.meter, turn.every, clock::now());
                    match self.actors.get_mut(seat) {
                        Some(actor) => *actor = turn.actor,
                        None => self.actors.push(turn.actor),
                    }
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

    fn give_turns(&mut self, now: Timestamp, finished: &mpsc::Sender<usize>) {
        for seat in self.wheel.due(now) {
            self.give_turn(seat, now, finished.clone());
        }
    }

    fn give_turn(&self, seat: usize, now: Timestamp, finished: mpsc::Sender<usize>) {
        let actor = self.actors.get(seat).expect("each seat has its actor");
        let asked = actor.send(Poll { now });
        actix_rt::spawn(async move {
            if let Err(error) = asked.await {
                tracing::error!(%error, "the meter at seat {seat} did not take its turn");
            }
            // The driver is gone only when the server stops.
            finished.send(seat).await.ok();
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
async fn receive_after(earliest: Instant, answers: &mut mpsc::Receiver<usize>) -> Option<usize> {
    sleep_until(earliest).await;
    answers.recv().await
}

/// Whose turn is when. A meter that has not answered yet gets no second turn.
struct Wheel {
    /// In the order in which the meters came.
    seats: Vec<Seat>,
    by_meter: BTreeMap<MeterId, usize>,
    /// The next turns of the meters that are not being asked now.
    by_time: BTreeSet<(Timestamp, usize)>,
}

struct Seat {
    every: Span,
    next: Timestamp,
    /// It is being asked; its next turn comes once it has answered.
    asked: bool,
}

impl Wheel {
    /// First turns spread over each meter's own interval, so that a line is not asked all at once.
    fn spread(meters: impl Iterator<Item = (MeterId, Span)>, now: Timestamp) -> Self {
        let mut wheel =
            Self { seats: Vec::new(), by_meter: BTreeMap::new(), by_time: BTreeSet::new() };
        for (meter, every) in meters {
            wheel.join(meter, every, now);
        }
        wheel.restart(now);
        wheel
    }

    /// A further meter, or one with another interval: its next turn is at once. Tells its seat.
    fn join(&mut self, meter: MeterId, every: Span, now: Timestamp) -> usize {
        if let Some(known) = self.by_meter.get(&meter).copied() {
            if let Some(seat) = self.seats.get_mut(known) {
                seat.every = every;
            }
            self.set(known, now);
            return known;
        }
        let seat = self.seats.len();
        self.by_meter.insert(meter, seat);
        self.seats.push(Seat { every, next: now, asked: false });
        self.by_time.insert((now, seat));
        seat
    }

    /// Begins anew at `now`, as after a jump of the clock.
    fn restart(&mut self, now: Timestamp) {
        let count = i64::try_from(self.seats.len()).unwrap_or(i64::MAX).max(1);
        for number in 0..self.seats.len() {
            let every = self.seats.get(number).map_or(0, |seat| seat.every.millis().min(1_000));
            let share = i64::try_from(number).unwrap_or(i64::MAX);
            self.set(number, now + Span::from_millis(every * share / count));
        }
    }

    fn set(&mut self, at: usize, next: Timestamp) {
        let Some(seat) = self.seats.get_mut(at) else { return };
        if !seat.asked {
            self.by_time.remove(&(seat.next, at));
            self.by_time.insert((next, at));
        }
        seat.next = next;
    }

    /// Takes out all whose turn has come.
    fn due(&mut self, now: Timestamp) -> Vec<usize> {
        let mut due = Vec::new();
        while let Some((at, place)) = self.by_time.first().copied().filter(|(at, _)| *at <= now) {
            self.by_time.pop_first();
            let seat = self.seats.get_mut(place).expect("a turn is of a seat");
            // Turns that were missed are not made up: registers are cumulative.
            seat.next = (at + seat.every).max(now + Span::from_millis(1));
            seat.asked = true;
            due.push(place);
        }
        due
    }

    /// A meter answered: it waits for its next turn.
    fn answered(&mut self, at: usize) {
        if let Some(seat) = self.seats.get_mut(at).filter(|seat| seat.asked) {
            seat.asked = false;
            self.by_time.insert((seat.next, at));
        }
    }

    /// Looks at a meter before its next turn.
    fn hurry(&mut self, meter: MeterId, at: Timestamp) {
        let Some(place) = self.by_meter.get(&meter).copied() else { return };
        if self.seats.get(place).is_some_and(|seat| at < seat.next) {
            self.set(place, at);
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
        Wheel::spread([(A, Span::from_secs(5)), (B, Span::from_secs(5))].into_iter(), at(0))
    }

    #[test]
    fn each_meter_gets_its_turn_and_no_second_one_before_it_answered() {
        let mut wheel = wheel();
        assert_eq!(wheel.due(at(0)), [0]);
        assert_eq!(wheel.due(at(1)), [1]);
        wheel.answered(0);
        assert_eq!(wheel.due(at(4)), [0; 0]);
        assert_eq!(wheel.due(at(5)), [0]);
        assert_eq!(wheel.due(at(60)), [0; 0], "both are still being asked");
        wheel.answered(1);
        assert_eq!(wheel.due(at(60)), [1]);
        wheel.answered(1);
        assert_eq!(wheel.due(at(60)), [0; 0], "missed turns are not made up");
    }

    #[test]
    fn a_meter_that_comes_later_gets_its_turn_at_once() {
        let mut wheel = wheel();
        assert_eq!(wheel.due(at(1)), [0, 1]);
        wheel.join(MeterId(3), Span::from_secs(2), at(2));
        assert_eq!(wheel.due(at(2)), [2]);
        wheel.answered(2);
        assert_eq!(wheel.due(at(4)), [2]);
        wheel.answered(2);
        assert_eq!(wheel.join(MeterId(3), Span::from_secs(9), at(5)), 2, "it keeps its seat");
        assert_eq!(wheel.due(at(5)), [2]);
        wheel.answered(2);
        assert_eq!(wheel.due(at(13)), [0; 0]);
        assert_eq!(wheel.due(at(14)), [2]);
    }

    #[test]
    fn an_urgent_look_comes_before_the_turn() {
        let mut wheel = wheel();
        assert_eq!(wheel.due(at(1)), [0, 1]);
        wheel.hurry(A, at(2));
        wheel.answered(0);
        wheel.answered(1);
        wheel.hurry(B, at(3));
        wheel.hurry(B, at(9));
        assert_eq!(wheel.due(at(2)), [0]);
        assert_eq!(wheel.due(at(3)), [1]);
    }
}
