//! What the supply contact does, judged from all signs together.
//!
//! A relay that acknowledges proves nothing, and neither does its command register alone: contacts
//! weld. Open is believed only when nothing contradicts it and something physical agrees.

use crate::meter::Contact;

/// What was read of a switch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The command read back: what the relay was told last.
    pub command: Contact,
    /// The auxiliary contact: what the breaker really did.
    pub feedback: Contact,
}

/// `flowing`: whether power flows through the meter, if it measures that.
#[expect(clippy::match_same_arms, reason = "a table of signs, read row by row")]
pub fn judge(evidence: Evidence, flowing: Option<bool>) -> Contact {
    match (evidence.feedback, evidence.command, flowing) {
        (Contact::Closed, _, _) => Contact::Closed,
        (Contact::Open, _, Some(true)) => Contact::Unknown,
        (Contact::Open, _, Some(false) | None) => Contact::Open,
        (Contact::Unknown, Contact::Closed, _) => Contact::Closed,
        (Contact::Unknown, Contact::Open, Some(false)) => Contact::Open,
        (Contact::Unknown, Contact::Open, Some(true) | None) => Contact::Unknown,
        (Contact::Unknown, Contact::Unknown, Some(true)) => Contact::Closed,
        (Contact::Unknown, Contact::Unknown, Some(false) | None) => Contact::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Contact::{Closed, Open, Unknown};

    #[test]
    fn open_is_believed_only_with_proof() {
        for (feedback, command, flowing, contact) in [
            (Open, Open, Some(false), Open),
            (Open, Open, None, Open),
            (Open, Open, Some(true), Unknown), // feedback wire broken, or current round the breaker
            (Closed, Open, Some(true), Closed), // welded: the truth is that it is closed
            (Closed, Open, Some(false), Closed), // welded without load
            (Open, Closed, Some(false), Open), // tripped by hand
            (Unknown, Open, Some(false), Open),
            (Unknown, Open, None, Unknown), // a command is no proof
            (Unknown, Open, Some(true), Unknown),
            (Unknown, Closed, Some(false), Closed),
            (Unknown, Unknown, Some(true), Closed), // current is proof enough
            (Unknown, Unknown, Some(false), Unknown), // no load is no proof
            (Unknown, Unknown, None, Unknown),
        ] {
            let evidence = Evidence { command, feedback };
            assert_eq!(judge(evidence, flowing), contact, "{evidence:?} {flowing:?}");
        }
    }
}
