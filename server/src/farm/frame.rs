//! Requests out of a stream of bytes, answers back into frames.

use shared::meter::profile::frame::crc16;

/// What stands in a buffer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Unit and request, and how many bytes they took; on TCP the transaction number too.
    Request { transaction: [u8; 2], unit: u8, pdu: Vec<u8>, length: usize },
    /// More bytes have to come.
    Part,
    /// This many bytes are nothing.
    Junk(usize),
}

/// Modbus TCP: seven bytes of header say how long the request is.
pub(super) fn tcp(buffer: &[u8]) -> Found {
    let Some([t1, t2, 0, 0, l1, l2, unit]) = buffer.get(..7) else {
        return if buffer.len() < 7 { Found::Part } else { Found::Junk(buffer.len()) };
    };
    let length = usize::from(u16::from_be_bytes([*l1, *l2]));
    if !(2..=254).contains(&length) {
        return Found::Junk(buffer.len());
    }
    match buffer.get(7..6 + length) {
        Some(pdu) => Found::Request {
            transaction: [*t1, *t2],
            unit: *unit,
            pdu: pdu.to_vec(),
            length: 6 + length,
        },
        None => Found::Part,
    }
}

pub(super) fn tcp_reply(transaction: [u8; 2], unit: u8, pdu: &[u8]) -> Vec<u8> {
    let length = u16::try_from(pdu.len() + 1).expect("a reply is at most 254 bytes");
    let [l1, l2] = length.to_be_bytes();
    let [t1, t2] = transaction;
    [&[t1, t2, 0, 0, l1, l2, unit], pdu].concat()
}

/// Modbus RTU: the function says how long the request is, the checksum whether it is one.
pub(super) fn rtu(buffer: &[u8]) -> Found {
    let length = match (buffer.get(1), buffer.get(6)) {
        (None, _) | (Some(15 | 16), None) => return Found::Part,
        (Some(1..=6), _) => 8,
        (Some(15 | 16), Some(bytes)) => 9 + usize::from(*bytes),
        (Some(_), _) => return Found::Junk(1),
    };
    let Some((body, sum)) = buffer.get(..length).and_then(<[u8]>::split_last_chunk::<2>) else {
        return Found::Part;
    };
    match body {
        [unit, pdu @ ..] if crc16(body).to_le_bytes() == *sum => {
            Found::Request { transaction: [0, 0], unit: *unit, pdu: pdu.to_vec(), length }
        }
        _ => Found::Junk(1),
    }
}

pub(super) fn rtu_reply(unit: u8, pdu: &[u8]) -> Vec<u8> {
    let body = [&[unit], pdu].concat();
    [&body[..], &crc16(&body).to_le_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_found_behind_junk_and_not_before_it_is_whole() {
        let read = [1, 4, 0, 0, 0, 2, 0x71, 0xCB];
        let found =
            Found::Request { transaction: [0, 0], unit: 1, pdu: vec![4, 0, 0, 0, 2], length: 8 };
        assert_eq!(rtu(&read), found);
        assert_eq!(rtu(&read[..7]), Found::Part);
        assert_eq!(rtu(&[0x55, 0x99, 1]), Found::Junk(1));
        assert_eq!(rtu(&[1, 4, 0, 0, 0, 2, 0x71, 0xCC]), Found::Junk(1));
        assert_eq!(rtu(&[1, 16, 0, 0x57, 0, 2, 4, 0, 1]), Found::Part);

        let read = [0, 9, 0, 0, 0, 6, 1, 4, 0, 0, 0, 2];
        let found =
            Found::Request { transaction: [0, 9], unit: 1, pdu: vec![4, 0, 0, 0, 2], length: 12 };
        assert_eq!(tcp(&read), found);
        assert_eq!(tcp(&read[..11]), Found::Part);
        assert_eq!(tcp(&[0, 9, 1, 0, 0, 6, 1, 4]), Found::Junk(8));
    }
}
