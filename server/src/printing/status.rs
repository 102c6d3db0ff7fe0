//! What a printer answers when asked how it is: `DLE EOT 1`, `2` and `4`, one byte each.

use shared::api::printing::Hindrance;

/// The questions, in the order of their answers.
pub(super) const QUESTIONS: [&[u8]; 3] = [b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"];

/// Bits that are the same in every answer to `DLE EOT`.
const FIXED: (u8, u8) = (0b1001_0011, 0b0001_0010);

pub(super) fn is_status(byte: u8) -> bool {
    byte & FIXED.0 == FIXED.1
}

/// The answer to `GS r 1`: it has its own fixed bits, so that a late state is not taken for it.
pub(super) fn is_proof(byte: u8) -> bool {
    byte & 0b1001_0000 == 0
}

/// What the three answers say together.
pub(super) fn hindrance([printer, cause, paper]: [u8; 3]) -> Option<Hindrance> {
    if paper & 0x60 != 0 || cause & 0x20 != 0 {
        Some(Hindrance::NoPaper)
    } else if cause & 0x04 != 0 {
        Some(Hindrance::CoverOpen)
    } else if cause & 0x40 != 0 || printer & 0x08 != 0 {
        Some(Hindrance::Fault)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_of_a_printer() {
        for (answers, expected) in [
            ([0x12, 0x12, 0x12], None),
            // The roll is near its end: it still prints.
            ([0x12, 0x12, 0x1e], None),
            ([0x1a, 0x32, 0x72], Some(Hindrance::NoPaper)),
            ([0x1a, 0x12, 0x72], Some(Hindrance::NoPaper)),
            ([0x1a, 0x16, 0x12], Some(Hindrance::CoverOpen)),
            ([0x1a, 0x52, 0x12], Some(Hindrance::Fault)),
            ([0x1a, 0x12, 0x12], Some(Hindrance::Fault)),
        ] {
            assert_eq!(hindrance(answers), expected, "{answers:02x?}");
        }
    }

    #[test]
    fn a_state_is_no_proof_and_a_proof_no_state() {
        for byte in [0x12, 0x1a, 0x72, 0x1e] {
            assert!(is_status(byte) && !is_proof(byte), "{byte:02x}");
        }
        for byte in [0x00, 0x03, 0x0c] {
            assert!(is_proof(byte) && !is_status(byte), "{byte:02x}");
        }
    }
}
