//! The last frames of a line, as they went over it: this settles disputes in the field.

use std::collections::VecDeque;

use shared::time::Timestamp;

pub use shared::api::line::{Direction, FrameView as Frame};

const KEPT: usize = 500;
const LONGEST: usize = 300;

/// Two rings, one of heads and one of all their bytes: a frame of its own on the heap each would be
/// a trip to memory for every request of every line.
#[derive(Debug, Default)]
pub(super) struct Trace {
    heads: VecDeque<Head>,
    bytes: VecDeque<u8>,
}

#[derive(Debug)]
struct Head {
    at: Timestamp,
    direction: Direction,
    length: usize,
}

impl Trace {
    /// Bytes that follow each other in one direction are one frame, however they were cut up.
    pub(super) fn note(&mut self, at: Timestamp, direction: Direction, bytes: &[u8]) {
        match self.heads.back_mut() {
            Some(last)
                if last.direction == direction
                    && direction != Direction::Sent
                    && last.length + bytes.len() <= LONGEST =>
            {
                last.length += bytes.len();
            }
            Some(_) | None => {
                if self.heads.len() == KEPT
                    && let Some(oldest) = self.heads.pop_front()
                {
                    self.bytes.drain(..oldest.length);
                }
                self.heads.push_back(Head { at, direction, length: bytes.len() });
            }
        }
        self.bytes.extend(bytes);
    }

    /// `unit_at`: where a frame of this line has its unit address.
    pub(super) fn frames(&self, unit_at: usize) -> Vec<Frame> {
        let mut begin = 0;
        let frame = |head: &Head| {
            let end = begin + head.length;
            let bytes: Vec<u8> = self.bytes.range(begin..end).copied().collect();
            begin = end;
            Frame {
                at: head.at,
                direction: head.direction,
                unit: bytes.get(unit_at).copied(),
                bytes: hex::encode_upper(bytes),
            }
        };
        self.heads.iter().map(frame).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frames_are_kept_whole_and_what_is_longer_than_a_frame_is_cut() {
        let mut trace = Trace::default();
        let at = |number: usize| Timestamp::from_millis(i64::try_from(number).expect("small"));
        for number in 0..KEPT {
            let byte = u8::try_from(number % 251).expect("a byte");
            trace.note(at(2 * number), Direction::Sent, &[byte; 12]);
            trace.note(at(2 * number + 1), Direction::Received, &[byte, 1]);
            trace.note(at(2 * number + 2), Direction::Received, &[2, 3, 4]);
        }
        let frames = trace.frames(0);
        assert_eq!(frames.len(), KEPT);
        for (place, pair) in frames.chunks_exact(2).enumerate() {
            let number = KEPT / 2 + place;
            let byte = format!("{:02X}", number % 251);
            let [sent, received] = pair else { panic!("frames come in pairs") };
            assert_eq!((sent.at, &sent.bytes), (at(2 * number), &byte.repeat(12)));
            let whole = format!("{byte}01020304");
            assert_eq!((received.at, &received.bytes), (at(2 * number + 1), &whole));
            assert_eq!(received.unit, u8::from_str_radix(&byte, 16).ok());
        }
        trace.note(at(0), Direction::Sent, &[7]);
        trace.note(at(0), Direction::Sent, &[8]);
        for _ in 0..4 {
            trace.note(at(0), Direction::Discarded, &[9; 100]);
        }
        let frames = trace.frames(0);
        let lengths: Vec<usize> =
            frames.iter().rev().take(4).map(|frame| frame.bytes.len() / 2).collect();
        assert_eq!(lengths, [100, 300, 1, 1]);
        let bytes: usize = trace.heads.iter().map(|head| head.length).sum();
        assert_eq!(trace.bytes.len(), bytes, "nothing of what was forgotten stays");
    }
}
