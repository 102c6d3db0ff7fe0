//! The live stream over a WebSocket: snapshot, then deltas; connected again after every loss.

use futures_util::future::{Either, abortable, select};
use futures_util::{FutureExt as _, StreamExt as _};
use gloo_net::websocket::Message;
use gloo_net::websocket::futures::WebSocket;
use gloo_timers::future::TimeoutFuture;
use shared::api::live::LiveMessage;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::Heard;

/// Longer than this without a message, and the connection counts as dead.
const SILENCE_MS: u32 = 40_000;
const FIRST_WAIT_MS: u32 = 500;
const LONGEST_WAIT_MS: u32 = 8_000;

/// Ends the listening when dropped.
pub struct LiveGuard(Option<Box<dyn FnOnce()>>);

impl LiveGuard {
    pub fn new(end: impl FnOnce() + 'static) -> Self {
        Self(Some(Box::new(end)))
    }
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

pub(super) fn listen(heard: Callback<Heard>) -> LiveGuard {
    let (task, handle) = abortable(connect_for_ever(heard));
    spawn_local(task.map(drop));
    LiveGuard::new(move || handle.abort())
}

async fn connect_for_ever(heard: Callback<Heard>) {
    let mut wait = FIRST_WAIT_MS;
    loop {
        if let Ok(socket) = WebSocket::open("/api/v1/live")
            && follow(socket, &heard).await
        {
            wait = FIRST_WAIT_MS;
        }
        heard.emit(Heard::Lost);
        TimeoutFuture::new(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT_MS);
    }
}

/// Delivers messages until the stream ends or has a gap; says whether anything was heard.
async fn follow(mut socket: WebSocket, heard: &Callback<Heard>) -> bool {
    let mut sequence = Sequence::default();
    loop {
        let next = match select(socket.next(), TimeoutFuture::new(SILENCE_MS)).await {
            Either::Left((next, _timer)) => next,
            Either::Right(_silence) => None,
        };
        let message = match next {
            Some(Ok(Message::Bytes(bytes))) => postcard::from_bytes::<LiveMessage>(&bytes).ok(),
            Some(Ok(Message::Text(_)) | Err(_)) | None => None,
        };
        let Some(message) = message.filter(|message| sequence.follows(message)) else {
            return sequence.begun();
        };
        heard.emit(Heard::Message(Box::new(message)));
    }
}

/// The number of the last message: a delta must be the next one.
#[derive(Debug, Default)]
struct Sequence(Option<u64>);

impl Sequence {
    fn follows(&mut self, message: &LiveMessage) -> bool {
        let (version, good) = match message {
            LiveMessage::Snapshot(snapshot) => (snapshot.version, true),
            LiveMessage::Delta(delta) => (
                delta.version,
                self.0.is_some_and(|last| last.checked_add(1) == Some(delta.version)),
            ),
        };
        self.0 = Some(version);
        good
    }

    fn begun(&self) -> bool {
        self.0.is_some()
    }
}

#[cfg(test)]
mod tests {
    use shared::api::live::{Delta, Snapshot};
    use shared::time::Timestamp;

    use super::*;

    fn snapshot(version: u64) -> LiveMessage {
        LiveMessage::Snapshot(Snapshot {
            version,
            now: Timestamp::default(),
            clock: None,
            meters: Vec::new(),
            figures: Vec::new(),
            alarms: Vec::new(),
            happenings: Vec::new(),
        })
    }

    fn delta(version: u64) -> LiveMessage {
        LiveMessage::Delta(Delta {
            version,
            now: Timestamp::default(),
            clock: None,
            meters: Vec::new(),
            figures: Vec::new(),
            alarms: None,
            happenings: Vec::new(),
        })
    }

    #[test]
    fn a_gap_ends_the_stream_and_a_snapshot_never_does() {
        let follow = |messages: &[LiveMessage]| {
            let mut sequence = Sequence::default();
            messages.iter().map(|message| sequence.follows(message)).collect::<Vec<_>>()
        };
        assert_eq!(follow(&[snapshot(7), delta(8), delta(9)]), [true, true, true]);
        assert_eq!(follow(&[snapshot(7), delta(9)]), [true, false]);
        assert_eq!(follow(&[delta(1)]), [false]);
        assert_eq!(follow(&[snapshot(7), snapshot(90), delta(91)]), [true, true, true]);
    }
}
