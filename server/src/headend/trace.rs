//! The last frames of a line, as they went over it: this settles disputes in the field.

use std::collections::VecDeque;

use shared::time::Timestamp;

pub use shared::api::line::{Direction, FrameView as Frame};

const KEPT: usize = 500;
const LONGEST: usize = 300;

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
                let oldest = if self.0.len() == KEPT { self.0.pop_front() } else { None };
                let mut frame = oldest.map_or_else(Vec::new, |(.., frame)| frame);
                frame.clear();
                frame.extend_from_slice(bytes);
                self.0.push_back((at, direction, frame));
            }
        }
    }

    /// `unit_at`: where a frame of this line has its unit address.
    pub(super) fn frames(&self, unit_at: usize) -> Vec<Frame> {
        self.0
            .iter()
            .map(|(at, direction, bytes)| Frame {
                at: *at,
                direction: *direction,
                unit: bytes.get(unit_at).copied(),
                bytes: hex::encode_upper(bytes),
            })
            .collect()
    }
}
