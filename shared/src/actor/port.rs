//! The outside as the actors see it: a line to poll and switch, a journal to commit to, a feed to
//! publish on.

use std::sync::Arc;

use actix::{Message, Recipient};
use thiserror::Error;

use crate::energy::{Power, Register};
use crate::id::{Book, MeterId, Seq};
use crate::ledger::Record;
use crate::meter::{Observation, Quality, SwitchCommand};
use crate::time::Timestamp;

/// Asks the owner of a line to do one job for one meter. The answer comes when the meter has
/// answered or the owner gave up; it is never lost and never answers another request.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Observation")]
pub struct LineRequest {
    pub meter: MeterId,
    /// When it was asked, in the time of the meter's book.
    pub now: Timestamp,
    pub job: LineJob,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineJob {
    /// Read what billing and the screen need.
    Poll,
    /// Write the switch, check the echo, then poll: the answer is the first look after the write.
    /// Goes before every poll, and is never dropped because a meter is backed off.
    Switch(SwitchCommand),
}

/// A line as the meter actors hold it.
pub type Line = Recipient<LineRequest>;

/// Makes records durable, all or none, in order. The answer means: on the disk.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), JournalFault>")]
pub struct Append {
    pub records: Arc<[Record]>,
}

/// Reads records back, in order, after `after`; an empty answer is the end.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<Vec<Record>, JournalFault>")]
pub struct Replay {
    pub after: Seq,
    pub limit: u32,
}

/// Why the journal did not take or give records. Nothing of the batch was kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JournalFault {
    #[error("the journal's disk is full: {0}")]
    Full(String),
    #[error("the journal cannot be written: {0}")]
    Write(String),
    #[error("the journal cannot be read: {0}")]
    Read(String),
    #[error("the journal does not continue the chain: {0}")]
    Chain(String),
    #[error("the journal is closed")]
    Closed,
}

/// A journal as the supervisor holds it.
#[derive(Clone, Debug)]
pub struct Journal {
    pub append: Recipient<Append>,
    pub replay: Recipient<Replay>,
}

/// Readings to keep, one message a settling round. Not money: a lost one is read again.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct KeepReadings {
    pub book: Book,
    /// The round's time; rows may be a little older.
    pub at: Timestamp,
    /// Ascending by meter.
    pub rows: Arc<[ReadingKept]>,
}

/// One reading to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadingKept {
    pub meter: MeterId,
    pub at: Timestamp,
    pub register: Register,
    pub power: Option<Power>,
    pub quality: Quality,
}
