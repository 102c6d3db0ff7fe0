//! `GET /api/v1/live`: a snapshot, then deltas, over a WebSocket.

mod feed;
mod hub;
mod wall;

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use actix_ws::{CloseCode, Closed, Message, MessageStream, ProtocolError, Session};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{interval, timeout};

use super::auth::Caller;
use super::problem::Trouble;
use super::state::State;

pub(crate) use feed::FeedActor;
pub(crate) use hub::{Frame, Hub};

/// How often a silent line is tried, and the session looked at again.
const BEAT: Duration = Duration::from_secs(15);
/// A reader that takes nothing for so long is gone.
const STUCK: Duration = Duration::from_secs(30);
/// Readers at a time; each costs a task and a socket.
const MOST_READERS: usize = 500;

pub(crate) async fn stream(
    request: HttpRequest,
    body: web::Payload,
    state: web::Data<State>,
    caller: Caller,
) -> Result<HttpResponse, Error> {
    if state.hub.readers() >= MOST_READERS {
        let full = format!("{MOST_READERS} screens are connected already");
        return Err(Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-readers", full).into());
    }
    let (response, session, messages) = actix_ws::handle(&request, body).map_err(|error| {
        Trouble::bad("not-a-websocket", format!("this address takes a WebSocket only: {error}"))
    })?;
    let reader = Reader { state, caller, session };
    actix_web::rt::spawn(reader.run(messages.max_frame_size(4 * 1024)));
    Ok(response)
}

struct Reader {
    state: web::Data<State>,
    caller: Caller,
    session: Session,
}

/// Why a stream ended.
enum End {
    /// The reader closed it, or cannot be reached.
    Left,
    /// Nobody is signed in any more.
    SignedOut,
    /// The server stops.
    Stopping,
}

impl From<Closed> for End {
    fn from(_closed: Closed) -> Self {
        Self::Left
    }
}

impl Reader {
    async fn run(mut self, mut messages: MessageStream) {
        let reason = match self.serve(&mut messages).await {
            End::Left => CloseCode::Normal.into(),
            End::SignedOut => (CloseCode::Policy, "nobody is signed in any more").into(),
            End::Stopping => CloseCode::Away.into(),
        };
        // The other side may be gone already; that is what closing is for.
        drop(self.session.close(Some(reason)).await);
    }

    async fn serve(&mut self, messages: &mut MessageStream) -> End {
        match self.follow(messages).await {
            Ok(end) | Err(end) => end,
        }
    }

    async fn follow(&mut self, messages: &mut MessageStream) -> Result<End, End> {
        let mut beat = interval(BEAT);
        let mut endings = self.state.people.endings();
        // It may have ended between the door and here: of that nothing more is told.
        self.look_again().await?;
        beat.tick().await;
        loop {
            let (snapshot, mut deltas) = self.state.hub.join();
            let mut version = snapshot.version;
            self.send(snapshot).await?;
            let fell_behind = loop {
                tokio::select! {
                    message = messages.recv() => self.answer(message).await?,
                    delta = deltas.recv() => match delta {
                        Ok(frame) if frame.version > version => {
                            version = frame.version;
                            self.send(frame).await?;
                        }
                        Ok(_already_in_the_snapshot) => {}
                        Err(RecvError::Lagged(_)) => break true,
                        Err(RecvError::Closed) => break false,
                    },
                    // Somebody's session has ended: whose, each looks for itself.
                    Ok(()) = endings.changed() => self.look_again().await?,
                    _ = beat.tick() => {
                        self.look_again().await?;
                        self.session.ping(b"").await?;
                    }
                }
            };
            if !fell_behind {
                return Ok(End::Stopping);
            }
        }
    }

    async fn look_again(&self) -> Result<(), End> {
        if self.state.people.still_in(&self.caller).await { Ok(()) } else { Err(End::SignedOut) }
    }

    async fn send(&mut self, frame: Frame) -> Result<(), End> {
        match timeout(STUCK, self.session.binary(frame.bytes)).await {
            Ok(sent) => Ok(sent?),
            Err(_elapsed) => Err(End::Left),
        }
    }

    /// Readers only listen: what they say beyond pings is ignored.
    async fn answer(&mut self, message: Option<Result<Message, ProtocolError>>) -> Result<(), End> {
        match message {
            Some(Ok(Message::Ping(bytes))) => Ok(self.session.pong(&bytes).await?),
            None | Some(Err(_) | Ok(Message::Close(_))) => Err(End::Left),
            Some(Ok(
                Message::Text(_)
                | Message::Binary(_)
                | Message::Continuation(_)
                | Message::Pong(_)
                | Message::Nop,
            )) => Ok(()),
        }
    }
}
