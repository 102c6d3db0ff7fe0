//! Whether a reply answers its request. The library checks lengths and echoes by debug assertion
//! only: in a release build a short reply would come back as a success of the wrong length.

use tokio_modbus::{Request, Response};

pub(super) fn answers(request: &Request<'_>, response: &Response) -> bool {
    match (request, response) {
        (Request::ReadCoils(_, count), Response::ReadCoils(bits))
        | (Request::ReadDiscreteInputs(_, count), Response::ReadDiscreteInputs(bits)) => {
            bits.len() == usize::from(count.div_ceil(8)) * 8
        }
        (Request::ReadHoldingRegisters(_, count), Response::ReadHoldingRegisters(words))
        | (Request::ReadInputRegisters(_, count), Response::ReadInputRegisters(words)) => {
            words.len() == usize::from(*count)
        }
        (Request::WriteSingleCoil(at, on), Response::WriteSingleCoil(at_back, on_back)) => {
            (at, on) == (at_back, on_back)
        }
        (
            Request::WriteSingleRegister(at, word),
            Response::WriteSingleRegister(at_back, word_back),
        ) => (at, word) == (at_back, word_back),
        (
            Request::WriteMultipleRegisters(at, words),
            Response::WriteMultipleRegisters(at_back, count),
        ) => at == at_back && words.len() == usize::from(*count),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_answer_is_one() {
        let words = |count: usize| vec![0_u16; count];
        for (request, response, good) in [
            (Request::ReadInputRegisters(0, 2), Response::ReadInputRegisters(words(2)), true),
            (Request::ReadInputRegisters(0, 2), Response::ReadInputRegisters(words(1)), false),
            (Request::ReadInputRegisters(0, 2), Response::ReadInputRegisters(words(3)), false),
            (Request::ReadInputRegisters(0, 2), Response::ReadHoldingRegisters(words(2)), false),
            (Request::ReadCoils(0, 1), Response::ReadCoils(vec![true; 8]), true),
            (Request::ReadCoils(0, 1), Response::ReadCoils(vec![]), false),
            (Request::ReadCoils(0, 9), Response::ReadCoils(vec![true; 8]), false),
            (Request::WriteSingleCoil(0, true), Response::WriteSingleCoil(0, true), true),
            (Request::WriteSingleCoil(0, true), Response::WriteSingleCoil(1, true), false),
            (Request::WriteSingleCoil(0, true), Response::WriteSingleCoil(0, false), false),
            (
                Request::WriteMultipleRegisters(0x57, words(2).into()),
                Response::WriteMultipleRegisters(0x57, 2),
                true,
            ),
            (
                Request::WriteMultipleRegisters(0x57, words(2).into()),
                Response::WriteMultipleRegisters(0x57, 1),
                false,
            ),
        ] {
            assert_eq!(answers(&request, &response), good, "{request:?} {response:?}");
        }
    }
}
