//! The last frames of a line, as they went over it: this settles disputes in the field.

use std::collections::VecDeque;

use serde::Serialize;
use shared::time::Timestamp;

const KEPT: usize = 500;
const LONGEST: usize = 300;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frame {
    pub at: Timestamp,
    pub direction: Direction,
    /// The bytes in hex.
    pub bytes: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Sent,
    Received,
    /// Came when nothing was asked, and was thrown away.
    Discarded,
}

#[derive(Debug, Default)]
pub(super) struct Trace(VecDeque<(Timestamp, Direction, Vec<u8>)>);

impl Trace {
    /// Bytes that follow each other in one direction are one frame, however they were cut up.
    pub(super) fn note(&mut self, at: Timestamp, direction: Direction, bytes: &[u8]) {
        match self.0.back_mut() {
            Some((_, last, frame))
                if *last == direction
                    && direction != Direction::Sent
                    && frame.len() + bytes.len() <= LONGEST =>
            {
                frame.extend_from_slice(bytes);
            }
            Some(_) | None => {
                if self.0.len() == KEPT {
                    self.0.pop_front();
                }
                self.0.push_back((at, direction, bytes.to_vec()));
            }
        }
    }

    pub(super) fn frames(&self) -> Vec<Frame> {
        self.0
            .iter()
            .map(|(at, direction, bytes)| Frame {
                at: *at,
                direction: *direction,
                bytes: hex::encode_upper(bytes),
            })
            .collect()
    }
}
