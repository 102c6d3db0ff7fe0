//! The supply switch in a virtual meter: it takes its time, it may be welded or stuck, and after a
//! cut somebody has to press its button.

use serde::{Deserialize, Serialize};
use shared::meter::{Contact, SwitchCommand};
use shared::time::{Span, Timestamp};

use crate::chance::Draw;

/// How a switch is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelayFault {
    #[default]
    None,
    /// Closed for ever.
    Welded,
    /// Once open, open for ever.
    StuckOpen,
}

/// How long a switch takes. A latching relay inside a meter moves in 20 to 200 ms, which is within
/// the turn that the command itself takes on a line, so it counts as at once; a breaker beside the
/// meter takes seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    #[default]
    Internal,
    /// 1 to 5 s.
    Breaker,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    closed: bool,
    /// Where it will be, and when.
    moving: Option<(Timestamp, Target)>,
    pub mechanism: Mechanism,
    pub fault: RelayFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Open,
    Closed,
    /// Closed once the customer has pressed the button.
    Pressed,
}

impl Relay {
    pub fn new(mechanism: Mechanism, contact: Contact) -> Self {
        let closed = match contact {
            Contact::Closed | Contact::Unknown => true,
            Contact::Open => false,
        };
        Self { closed, moving: None, mechanism, fault: RelayFault::None }
    }

    pub fn is_closed(&self) -> bool {
        self.closed
    }

    pub fn contact(&self) -> Contact {
        if self.closed { Contact::Closed } else { Contact::Open }
    }

    /// Takes a command. A command that is already being carried out changes nothing: it does not
    /// begin again.
    pub fn command(&mut self, now: Timestamp, command: SwitchCommand, chance: Draw) {
        let target = match command {
            SwitchCommand::Open => Target::Open,
            SwitchCommand::Close => Target::Closed,
            SwitchCommand::Arm => Target::Pressed,
        };
        if self.moving.is_some_and(|(_, moving)| moving == target) {
            return;
        }
        let takes = match (target, self.mechanism) {
            // Somebody notices the light and walks to the meter: 1 to 20 minutes.
            (Target::Pressed, _) => Span::from_secs(chance.between(60, 1_200)),
            (Target::Open | Target::Closed, Mechanism::Internal) => Span::ZERO,
            (Target::Open | Target::Closed, Mechanism::Breaker) => {
                Span::from_millis(chance.between(1_000, 5_000))
            }
        };
        self.moving = Some((now + takes, target));
        self.settle(now);
    }

    /// When it moves next.
    pub fn next_move(&self) -> Option<Timestamp> {
        self.moving.map(|(at, _)| at)
    }

    /// Moves what is due by `now`.
    pub fn settle(&mut self, now: Timestamp) {
        let Some((_, target)) = self.moving.filter(|(at, _)| *at <= now) else { return };
        self.moving = None;
        let wanted = match target {
            Target::Open => false,
            Target::Closed | Target::Pressed => true,
        };
        self.closed = match self.fault {
            RelayFault::None => wanted,
            RelayFault::Welded => self.closed || wanted,
            RelayFault::StuckOpen => self.closed && wanted,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{Seed, Stream};

    fn draw() -> Draw {
        Seed(1).draw(1, Stream::Relay, 0)
    }

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    #[test]
    fn an_internal_relay_moves_within_the_command() {
        let mut relay = Relay::new(Mechanism::Internal, Contact::Closed);
        relay.command(NOW, SwitchCommand::Open, draw());
        assert_eq!(relay.contact(), Contact::Open);
        relay.command(NOW, SwitchCommand::Close, draw());
        assert_eq!(relay.contact(), Contact::Closed);
    }

    #[test]
    fn a_breaker_takes_seconds_and_a_repeated_command_does_not_begin_again() {
        let mut relay = Relay::new(Mechanism::Breaker, Contact::Closed);
        relay.command(NOW, SwitchCommand::Open, draw());
        assert_eq!(relay.contact(), Contact::Closed);
        let due = relay.next_move().expect("a move");
        relay.command(NOW + Span::from_millis(900), SwitchCommand::Open, draw());
        assert_eq!(relay.next_move(), Some(due));
        relay.settle(due - Span::from_millis(1));
        assert!(relay.is_closed());
        relay.settle(due);
        assert!(!relay.is_closed());
    }

    #[test]
    fn an_armed_switch_waits_for_the_button() {
        let mut relay = Relay::new(Mechanism::Internal, Contact::Open);
        relay.command(NOW, SwitchCommand::Arm, draw());
        let due = relay.next_move().expect("a move");
        assert!(due >= NOW + Span::from_mins(1) && due <= NOW + Span::from_mins(20));
        assert_eq!(relay.contact(), Contact::Open);
        relay.settle(due);
        assert_eq!(relay.contact(), Contact::Closed);
    }

    #[test]
    fn a_broken_switch_does_not_obey() {
        for (fault, before, command) in [
            (RelayFault::Welded, Contact::Closed, SwitchCommand::Open),
            (RelayFault::StuckOpen, Contact::Open, SwitchCommand::Close),
        ] {
            let mut relay = Relay::new(Mechanism::Internal, before);
            relay.fault = fault;
            relay.command(NOW, command, draw());
            assert_eq!(relay.contact(), before, "{fault:?}");
        }
    }
}
