//! The journal: an actor in front of the one writer and of a desk for reading back.

pub(crate) mod follow;
pub mod rows;
pub mod writer;

use std::path::Path;
use std::thread::{self, JoinHandle};

use actix::{Actor, AsyncContext, Context, Handler, Message, ResponseFuture, WrapFuture};
use rusqlite::Connection;
use shared::actor::port::{Append, JournalFault, Replay};
use shared::ledger::Record;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::store::StoreError;
use crate::store::desk::Desk;
use crate::store::schema::Schema;
use writer::{Job, Writer};

pub use writer::JournalStatus;

/// `ledger.db`.
pub const LEDGER: Schema = Schema {
    name: "ledger",
    application_id: 0x4d48_4c31, // "MHL1"
    steps: &[
        include_str!("../../../migrations/ledger_1.sql"),
        include_str!("../../../migrations/ledger_2.sql"),
        include_str!("../../../migrations/ledger_3.sql"),
        include_str!("../../../migrations/ledger_4.sql"),
        include_str!("../../../migrations/ledger_5.sql"),
    ],
};

/// How many requests may wait for the disk; then whoever appends has to wait as well.
const WAITING: usize = 1_024;

/// Opens the journal for reading beside its writer.
pub fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    LEDGER.open_read_only(path)
}

#[derive(Debug)]
pub struct JournalActor {
    jobs: Option<mpsc::Sender<Job>>,
    reader: Desk,
}

impl JournalActor {
    /// Starts the writer's thread; it ends when the actor has stopped or was closed.
    pub(crate) fn new(writer: Writer, reader: Desk) -> Result<(Self, JoinHandle<()>), StoreError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(waiting))
            .map_err(|source| StoreError::Thread { name: "journal", source })?;
        Ok((Self { jobs: Some(jobs), reader }, thread))
    }

    /// Hands a job to the writer. Where the queue is full, the actor takes no further message until
    /// there is room, so that the order of appends is never lost.
    fn hand(
        &self,
        ctx: &mut Context<Self>,
        job: impl FnOnce(oneshot::Sender<Result<(), JournalFault>>) -> Job,
    ) -> ResponseFuture<Result<(), JournalFault>> {
        let (answer, answered) = oneshot::channel();
        let Some(jobs) = self.jobs.clone() else {
            return Box::pin(async { Err(JournalFault::Closed) });
        };
        match jobs.try_send(job(answer)) {
            // A closed queue shows as an answer that never comes.
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(job)) => ctx.wait(
                async move {
                    jobs.send(job).await.ok();
                }
                .into_actor(self),
            ),
        }
        Box::pin(async move { answered.await.unwrap_or(Err(JournalFault::Closed)) })
    }
}

impl Actor for JournalActor {
    type Context = Context<Self>;
}

impl Handler<Append> for JournalActor {
    type Result = ResponseFuture<Result<(), JournalFault>>;

    fn handle(&mut self, append: Append, ctx: &mut Context<Self>) -> Self::Result {
        self.hand(ctx, |answer| Job::Append { records: append.records, answer })
    }
}

impl Handler<Replay> for JournalActor {
    type Result = ResponseFuture<Result<Vec<Record>, JournalFault>>;

    fn handle(&mut self, replay: Replay, _: &mut Context<Self>) -> Self::Result {
        let reader = self.reader.clone();
        Box::pin(async move {
            reader
                .ask(move |db| Ok(rows::load(db, replay.after, replay.limit)?))
                .await
                .map_err(|error| JournalFault::Read(error.to_string()))
        })
    }
}

/// An admin accepts that records are lost.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<(), JournalFault>")]
pub(crate) struct AcceptLoss;

impl Handler<AcceptLoss> for JournalActor {
    type Result = ResponseFuture<Result<(), JournalFault>>;

    fn handle(&mut self, _: AcceptLoss, ctx: &mut Context<Self>) -> Self::Result {
        self.hand(ctx, |answer| Job::Accept { answer })
    }
}

/// No more appends; the writer finishes what waits and ends.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Close;

impl Handler<Close> for JournalActor {
    type Result = ();

    fn handle(&mut self, _: Close, _: &mut Context<Self>) {
        self.jobs = None;
    }
}
