//! The outside as the actors see it: a line to poll and switch, a journal to commit to, a feed to
//! publish on.

use actix::{Message, Recipient};

use crate::id::MeterId;
use crate::meter::{Observation, SwitchCommand};
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
