//! Supply: what it should be, what it is, and the command that closes the gap.
//!
//! States after COSEM disconnect control (IEC 62056-6-2, class 70): 0 disconnected, 1 connected,
//! 2 ready for reconnection.

use serde::{Deserialize, Serialize};

/// What the supply should be. Level, not edge: compared with the contact at every poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Supply {
    Connected,
    /// Closing is permitted; the customer closes at the meter, so that no circuit comes alive in an
    /// empty room.
    Armed,
    Disconnected(DisconnectReason),
}

/// Why the supply is open. With several open reasons, the one shown is the first in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DisconnectReason {
    /// Staff ordered it; only staff lift it.
    Operator,
    /// A sign of tampering; only staff lift it.
    Tamper,
    /// Power above the limit for longer than allowed.
    Overload,
    /// The day's energy is used.
    DailyLimit,
    /// A timetable says so.
    Schedule,
    /// Credit is used up; a top-up lifts it.
    NoCredit,
    /// A reminder at the last warning; the customer's confirmation lifts it.
    Courtesy,
    /// Waits its turn, because many come back at once on one line.
    Staggered,
}

impl DisconnectReason {
    /// Did a rule open it, and not a person or a sign of tampering?
    pub const fn is_automatic(self) -> bool {
        match self {
            Self::Operator | Self::Tamper | Self::Schedule => false,
            Self::Overload
            | Self::DailyLimit
            | Self::NoCredit
            | Self::Courtesy
            | Self::Staggered => true,
        }
    }
}

/// The supply contact as observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Contact {
    Closed,
    Open,
    /// Not read back, or the signs contradict each other.
    #[default]
    Unknown,
}

/// An order to the supply switch: a level, never a toggle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwitchCommand {
    Open,
    /// Permit closing (meters with a button).
    Arm,
    Close,
}

impl Supply {
    pub const fn is_on(self) -> bool {
        match self {
            Self::Connected => true,
            Self::Armed | Self::Disconnected(_) => false,
        }
    }

    /// The command still needed, or none: wanted and observed agree. An unknown contact is commanded
    /// again, because a level command that is repeated does no harm and a lost one does.
    pub fn gap(self, observed: Contact) -> Option<SwitchCommand> {
        match (self, observed) {
            (Self::Disconnected(_), Contact::Closed | Contact::Unknown) => {
                Some(SwitchCommand::Open)
            }
            (Self::Connected, Contact::Open | Contact::Unknown) => Some(SwitchCommand::Close),
            (Self::Armed, Contact::Open) => Some(SwitchCommand::Arm),
            (Self::Disconnected(_), Contact::Open)
            | (Self::Connected, Contact::Closed)
            | (Self::Armed, Contact::Closed | Contact::Unknown) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_given_until_the_contact_agrees() {
        use Contact::{Closed, Open, Unknown};
        let cut = Supply::Disconnected(DisconnectReason::NoCredit);
        let rows = [
            (cut, Closed, Some(SwitchCommand::Open)),
            (cut, Unknown, Some(SwitchCommand::Open)),
            (cut, Open, None),
            (Supply::Connected, Open, Some(SwitchCommand::Close)),
            (Supply::Connected, Unknown, Some(SwitchCommand::Close)),
            (Supply::Connected, Closed, None),
            (Supply::Armed, Open, Some(SwitchCommand::Arm)),
            (Supply::Armed, Closed, None),
        ];
        for (wanted, observed, command) in rows {
            assert_eq!(wanted.gap(observed), command, "{wanted:?} {observed:?}");
        }
    }
}
