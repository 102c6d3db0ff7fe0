//! A transaction in bytes, for functions that the protocol library does not know: framed and checked
//! here, under the same silence and poisoning as every other.

use std::time::Duration;

use shared::meter::CommFault;
use shared::meter::profile::frame::crc16;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};

use super::Session;
use crate::headend::config::{Transport, UnitAddress};
use crate::headend::timing::Pace;

/// A frame whose length nobody told has ended when the line was silent for so long.
const END_OF_FRAME: Duration = Duration::from_millis(20);

/// What stands in the buffer.
enum Found {
    Answer(Vec<u8>),
    /// It may be whole, and is if nothing follows.
    Maybe,
    Part,
    Wrong,
}

impl Session {
    /// Sends function code and data, gives the answer from its function code on.
    pub(in crate::headend) async fn transact_raw(
        &mut self,
        unit: UnitAddress,
        pdu: &[u8],
        pace: Pace,
    ) -> Result<Vec<u8>, CommFault> {
        self.took = Duration::ZERO;
        self.ready(unit, pace, false).await?;
        self.context = None;
        self.number = self.number.wrapping_add(1);
        let is_tcp = matches!(self.transport, Transport::Tcp { .. });
        let frame = if is_tcp { tcp(self.number, unit, pdu) } else { rtu(unit, pdu) };
        let sent = Instant::now();
        let outcome = timeout(pace.timeout, self.talk(&frame, unit, pdu, is_tcp, pace.gap)).await;
        let ended = Instant::now();
        self.took = ended - sent;
        self.last = Some((unit, ended));
        let fault = match outcome {
            Ok(Ok(answer)) => {
                self.unheard = 0;
                return match answer.as_slice() {
                    [function, code] if pdu.first().is_some_and(|own| own | 0x80 == *function) => {
                        Err(CommFault::Exception(*code))
                    }
                    _ => Ok(answer),
                };
            }
            Ok(Err(fault)) => fault,
            Err(_elapsed) if self.wire.received() > 0 => CommFault::Garbled,
            Err(_elapsed) => CommFault::Timeout,
        };
        self.poison(&fault, pace);
        Err(fault)
    }

    async fn talk(
        &self,
        frame: &[u8],
        unit: UnitAddress,
        pdu: &[u8],
        is_tcp: bool,
        gap: Duration,
    ) -> Result<Vec<u8>, CommFault> {
        let mut wire = self.wire.clone();
        wire.write_all(frame).await.map_err(|_lost| CommFault::LineDown)?;
        wire.flush().await.map_err(|_lost| CommFault::LineDown)?;
        let function = pdu.first().copied().unwrap_or_default();
        let mut buffer = Vec::with_capacity(64);
        loop {
            let found = if is_tcp {
                found_tcp(&buffer, self.number, unit, function)
            } else {
                found_rtu(&buffer, unit, function)
            };
            let silence = match found {
                Found::Answer(answer) => return Ok(answer),
                Found::Wrong => return Err(CommFault::WrongReply),
                Found::Maybe => Some(gap.max(END_OF_FRAME)),
                Found::Part => None,
            };
            let reading = wire.read_buf(&mut buffer);
            let read = match silence {
                Some(silence) => match timeout(silence, reading).await {
                    Ok(read) => read,
                    Err(_silent) => return Ok(body(&buffer)),
                },
                None => reading.await,
            };
            if read.map_err(|_lost| CommFault::LineDown)? == 0 {
                return Err(CommFault::LineDown);
            }
        }
    }
}

fn rtu(unit: UnitAddress, pdu: &[u8]) -> Vec<u8> {
    let body = [&[u8::from(unit)], pdu].concat();
    [&body[..], &crc16(&body).to_le_bytes()].concat()
}

fn tcp(number: u16, unit: UnitAddress, pdu: &[u8]) -> Vec<u8> {
    let length = u16::try_from(pdu.len() + 1).unwrap_or(u16::MAX);
    let head = [number.to_be_bytes(), [0, 0], length.to_be_bytes()].concat();
    [&head[..], &[u8::from(unit)], pdu].concat()
}

fn fits(answer: &[u8], function: u8) -> bool {
    answer.first().is_some_and(|code| *code == function || *code == function | 0x80)
}

/// Without address and checksum.
fn body(frame: &[u8]) -> Vec<u8> {
    frame.get(1..frame.len().saturating_sub(2)).unwrap_or_default().to_vec()
}

fn found_rtu(buffer: &[u8], unit: UnitAddress, function: u8) -> Found {
    let Some((body, sum)) = buffer.split_last_chunk::<2>().filter(|(body, _)| body.len() >= 2)
    else {
        return Found::Part;
    };
    match body {
        [from, answer @ ..] if crc16(body).to_le_bytes() == *sum => {
            if *from != u8::from(unit) || !fits(answer, function) {
                Found::Wrong
            } else if answer.first() == Some(&(function | 0x80)) && answer.len() == 2 {
                Found::Answer(answer.to_vec())
            } else {
                Found::Maybe
            }
        }
        _ if buffer.len() > 256 => Found::Wrong,
        _ => Found::Part,
    }
}

fn found_tcp(buffer: &[u8], number: u16, unit: UnitAddress, function: u8) -> Found {
    let Some(([n1, n2, 0, 0, l1, l2], rest)) = buffer.split_first_chunk::<6>() else {
        return if buffer.len() < 6 { Found::Part } else { Found::Wrong };
    };
    let length = usize::from(u16::from_be_bytes([*l1, *l2]));
    if number.to_be_bytes() != [*n1, *n2] || !(2..=254).contains(&length) {
        return Found::Wrong;
    }
    match rest.get(..length) {
        None => Found::Part,
        Some([from, answer @ ..]) if *from == u8::from(unit) && fits(answer, function) => {
            Found::Answer(answer.to_vec())
        }
        Some(_) => Found::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> UnitAddress {
        UnitAddress::try_from(1).expect("an address")
    }

    #[test]
    fn a_vendor_function_is_framed_and_its_answer_checked() {
        let pdu = [0x28, 0xFE, 0x01, 0x00, 0x02, 0x04, 0x00, 0x00, 0x00, 0x00];
        let frame = rtu(one(), &pdu);
        assert!(matches!(found_rtu(&frame, one(), 0x28), Found::Maybe));
        assert_eq!(body(&frame), pdu);
        assert!(matches!(found_rtu(&frame, one(), 0x29), Found::Wrong));
        assert!(matches!(found_rtu(&frame[..9], one(), 0x28), Found::Part));
        let refused = rtu(one(), &[0xA8, 2]);
        assert!(matches!(found_rtu(&refused, one(), 0x28), Found::Answer(a) if a == [0xA8, 2]));
        let frame = tcp(7, one(), &pdu);
        assert!(matches!(found_tcp(&frame, 7, one(), 0x28), Found::Answer(a) if a == pdu));
        assert!(matches!(found_tcp(&frame, 8, one(), 0x28), Found::Wrong));
        assert!(matches!(found_tcp(&frame[..8], 7, one(), 0x28), Found::Part));
        // The high bit of the vendor's own function is not an exception to another one.
        assert!(matches!(found_rtu(&rtu(one(), &[0xAA, 0, 1]), one(), 0xAA), Found::Maybe));
    }
}
