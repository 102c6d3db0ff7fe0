//! The time of each book: the wall for live meters, the world's own clock for simulated ones.

use std::sync::{Arc, Mutex, PoisonError};

use shared::api::clock::{Clock, ClockOrder};
use shared::energy::Register;
use shared::id::{Book, MeterId};
use shared::time::Timestamp;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::clock;

/// What handlers hold.
#[derive(Clone)]
pub(crate) struct Clocks {
    simulated: Option<Remote>,
    wake: Arc<Notify>,
}

/// The clock of the simulated world, seen from outside.
#[derive(Clone)]
pub(crate) struct Remote {
    face: Face,
    orders: mpsc::Sender<Asked>,
    hurry: mpsc::Sender<MeterId>,
    exchange: mpsc::Sender<(MeterId, Register)>,
}

/// What the world shows of its clock, kept current by its driver.
#[derive(Clone)]
pub(crate) struct Face(Arc<Mutex<Clock>>);

/// The driver's end of a [`Remote`].
pub(crate) struct Works {
    pub(crate) face: Face,
    pub(crate) asked: mpsc::Receiver<Asked>,
    /// Meters to look at soon.
    pub(crate) hurried: mpsc::Receiver<MeterId>,
    /// Meters that were exchanged, and what the new ones show first.
    pub(crate) exchanged: mpsc::Receiver<(MeterId, Register)>,
}

/// An order for the clock, and where its answer goes.
pub(crate) struct Asked {
    pub(crate) order: ClockOrder,
    pub(crate) answer: oneshot::Sender<Clock>,
}

impl Clocks {
    /// `wake` is heard by the driver of the live book.
    pub(crate) fn new(simulated: Option<Remote>, wake: Arc<Notify>) -> Self {
        Self { simulated, wake }
    }

    pub(crate) fn now(&self, book: Book) -> Timestamp {
        match (book, &self.simulated) {
            (Book::Simulated, Some(remote)) => remote.face.show().now,
            (Book::Simulated, None) | (Book::Live, _) => clock::now(),
        }
    }

    pub(crate) fn view(&self) -> Option<Clock> {
        self.simulated.as_ref().map(|remote| remote.face.show())
    }

    /// Sets the clock of the simulated world; none where there is no such world.
    pub(crate) async fn order(&self, order: ClockOrder) -> Option<Clock> {
        let remote = self.simulated.as_ref()?;
        let (answer, answered) = oneshot::channel();
        remote.orders.send(Asked { order, answer }).await.ok()?;
        answered.await.ok()
    }

    /// A simulated meter was exchanged: the building hangs up another one.
    pub(crate) async fn exchanged(&self, meter: MeterId, first: Register) {
        if let Some(remote) = &self.simulated {
            // The world has stopped only when the server does.
            remote.exchange.send((meter, first)).await.ok();
        }
    }

    /// Something was decided that a meter should not wait for until its next turn.
    pub(crate) fn wake(&self, book: Book, meters: impl IntoIterator<Item = MeterId>) {
        match (book, &self.simulated) {
            (Book::Live, _) => self.wake.notify_one(),
            (Book::Simulated, Some(remote)) => {
                for meter in meters {
                    // A driver that is busy comes to its meters soon anyway.
                    remote.hurry.try_send(meter).ok();
                }
            }
            (Book::Simulated, None) => {}
        }
    }
}

impl Remote {
    /// The two ends: the outside's, and the driver's.
    pub(crate) fn new(clock: Clock) -> (Self, Works) {
        let face = Face(Arc::new(Mutex::new(clock)));
        let (orders, asked) = mpsc::channel(16);
        let (hurry, hurried) = mpsc::channel(64);
        let (exchange, exchanged) = mpsc::channel(16);
        let works = Works { face: face.clone(), asked, hurried, exchanged };
        (Self { face, orders, hurry, exchange }, works)
    }
}

impl Face {
    pub(crate) fn show(&self) -> Clock {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, clock: Clock) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = clock;
    }
}
