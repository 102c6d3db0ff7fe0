//! What all screens see: changes are merged, encoded once a tick, and sent to everybody as the same
//! bytes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use shared::actor::billing::Publication;
use shared::api::alarm::Alarm;
use shared::api::clock::Clock;
use shared::api::live::{LiveMessage, MeterRow};
use shared::api::overview::Figures;
use shared::id::{AccountId, Book, MeterId};
use shared::policy::Scope;
use shared::time::Timestamp;
use tokio::sync::broadcast;

use super::wall::Wall;

/// Deltas kept for a reader that is slow; one that falls further behind gets a fresh snapshot.
const BACKLOG: usize = 64;

/// One encoded message with its number.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) version: u64,
    pub(crate) bytes: Bytes,
}

pub(crate) struct Hub {
    inner: Mutex<Inner>,
    deltas: broadcast::Sender<Frame>,
}

struct Inner {
    wall: Wall,
    /// The snapshot at the wall's version, encoded at the first asking.
    snapshot: Option<Frame>,
}

impl Hub {
    pub(crate) fn new(rows: Vec<MeterRow>) -> Arc<Self> {
        let (deltas, _nobody_yet) = broadcast::channel(BACKLOG);
        let inner = Inner { wall: Wall::new(rows), snapshot: None };
        Arc::new(Self { inner: Mutex::new(inner), deltas })
    }

    /// Adds places and shows everything anew to everybody.
    pub(crate) fn add(&self, rows: Vec<MeterRow>) {
        let mut inner = self.lock();
        inner.wall.add(rows);
        let snapshot = inner.wall.snapshot();
        let frame = encode(snapshot.version, &LiveMessage::Snapshot(snapshot));
        inner.snapshot = Some(frame.clone());
        // Nobody listening is no fault.
        drop(self.deltas.send(frame));
    }

    /// Takes in what a commit changed; it is sent with the next tick.
    pub(crate) fn merge(&self, publication: &Publication) {
        self.lock().wall.merge(publication);
    }

    /// Sends what changed since the last tick, if anything did.
    pub(crate) fn tick(&self, now: Timestamp, clock: Option<Clock>) {
        let mut inner = self.lock();
        let Some(delta) = inner.wall.tick(now, clock) else { return };
        inner.snapshot = None;
        let frame = encode(delta.version, &LiveMessage::Delta(delta));
        // Nobody listening is no fault.
        drop(self.deltas.send(frame));
    }

    /// Everything, and all that comes after it: subscribed first, so that nothing falls between.
    pub(crate) fn join(&self) -> (Frame, broadcast::Receiver<Frame>) {
        let mut inner = self.lock();
        let deltas = self.deltas.subscribe();
        let frame = inner.snapshot.clone().unwrap_or_else(|| {
            let snapshot = inner.wall.snapshot();
            encode(snapshot.version, &LiveMessage::Snapshot(snapshot))
        });
        inner.snapshot = Some(frame.clone());
        (frame, deltas)
    }

    pub(crate) fn readers(&self) -> usize {
        self.deltas.receiver_count()
    }

    pub(crate) fn row(&self, meter: MeterId) -> Option<MeterRow> {
        self.lock().wall.row(meter).cloned()
    }

    pub(crate) fn rows_of(&self, account: AccountId) -> Vec<MeterRow> {
        self.lock().wall.rows().filter(|row| row.account == Some(account)).cloned().collect()
    }

    pub(crate) fn meters_of(&self, book: Book) -> Vec<MeterId> {
        self.lock().wall.rows().filter(|row| row.book == book).map(|row| row.meter).collect()
    }

    /// Is there a meter of this book at the place?
    pub(crate) fn has_place(&self, book: Book, scope: &Scope) -> bool {
        self.lock().wall.rows().filter(|row| row.book == book).any(|row| match scope {
            Scope::Site => true,
            Scope::Building { building } => row.building == *building,
            Scope::Floor { building, floor } => row.building == *building && row.floor == *floor,
            Scope::Meter { meter } => row.meter == *meter,
        })
    }

    pub(crate) fn alarms(&self) -> Vec<Alarm> {
        self.lock().wall.alarms().to_vec()
    }

    pub(crate) fn figures(&self) -> Vec<Figures> {
        self.lock().wall.figures()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn encode(version: u64, message: &LiveMessage) -> Frame {
    let bytes = postcard::to_allocvec(message).expect("every part of a live message has a length");
    Frame { version, bytes: Bytes::from(bytes) }
}

#[cfg(test)]
mod tests {
    use shared::api::overview::What;

    use super::super::wall::tests::{happening, row};
    use super::*;

    fn decode(frame: &Frame) -> LiveMessage {
        postcard::from_bytes(&frame.bytes).expect("our own message")
    }

    #[test]
    fn a_reader_gets_the_snapshot_and_then_what_changed_since() {
        let hub = Hub::new(vec![row(1, "101"), row(2, "102")]);
        let now = Timestamp::from_millis(5);
        hub.tick(now, None);
        let (snapshot, mut deltas) = hub.join();
        let mut sold = Publication::default();
        sold.happenings.push(happening(9, 2, What::Restored));
        hub.merge(&sold);
        hub.tick(now, None);
        let LiveMessage::Snapshot(first) = decode(&snapshot) else { panic!("a snapshot first") };
        let LiveMessage::Delta(delta) = decode(&deltas.try_recv().expect("a delta")) else {
            panic!("then deltas")
        };
        assert_eq!(delta.version, first.version + 1);
        assert_eq!(delta.happenings.first().map(|what| what.name.as_str()), Some("102"));
        hub.tick(now, None);
        assert!(deltas.try_recv().is_err(), "nothing changed, nothing is sent");
        let (fresh, _deltas) = hub.join();
        assert_eq!(fresh.version, delta.version);
    }
}
