//! How a device switches supply: inside the meter, on a relay board, or not at all.

use super::contact::Evidence;
use super::decode::Values;
use super::point::Table;
use crate::meter::{Contact, SwitchCommand};

/// What a model can do about supply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relay {
    /// No switch inside; the site may name a relay board or a breaker for it.
    External,
    Builtin(Box<Builtin>),
    /// This is no meter but a board with outputs and inputs.
    Board(Board),
}

/// One write request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Coil { at: u16, on: bool },
    Register { at: u16, word: u16 },
    Registers { at: u16, words: Vec<u16> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Builtin {
    pub open: Write,
    pub close: Write,
    /// Only meters with a button can be armed.
    pub arm: Option<Write>,
    pub readback: Option<Readback>,
    /// Open is proven by this point (index, millionths) staying below a threshold.
    pub proof: Option<(usize, i64)>,
    /// Least time between two operations.
    pub min_interval_s: u32,
}

/// Which points tell the state of the switch, and what they hold in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readback {
    pub points: Vec<usize>,
    pub mask: Vec<u16>,
    pub open: Vec<u16>,
    pub close: Vec<u16>,
    /// The points are an auxiliary contact, not the command.
    pub feedback: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Board {
    pub outputs: u16,
    pub coil_base: u16,
    /// Some boards answer only when all their coils are asked for at once.
    pub read_all: Option<u16>,
    pub inputs: u16,
    pub input_base: u16,
    pub min_interval_s: u32,
}

impl Builtin {
    /// The write for a command, or none: the device cannot do that.
    pub const fn write(&self, command: SwitchCommand) -> Option<&Write> {
        match command {
            SwitchCommand::Open => Some(&self.open),
            SwitchCommand::Close => Some(&self.close),
            SwitchCommand::Arm => self.arm.as_ref(),
        }
    }

    /// What the points of one poll say of the switch.
    pub fn evidence(&self, values: &Values) -> Evidence {
        let Some(readback) = &self.readback else { return Evidence::default() };
        let read: Option<Vec<u16>> = readback
            .points
            .iter()
            .zip(&readback.mask)
            .map(|(index, mask)| values.whole(*index).map(|word| word & mask))
            .collect();
        let contact = match read {
            Some(words) if words == readback.open => Contact::Open,
            Some(words) if words == readback.close => Contact::Closed,
            Some(_) | None => Contact::Unknown,
        };
        if readback.feedback {
            Evidence { command: Contact::Unknown, feedback: contact }
        } else {
            Evidence { command: contact, feedback: Contact::Unknown }
        }
    }
}

impl Board {
    /// The read that holds the state of an output (from 1): table, address, count, place in the
    /// reply.
    pub fn output_read(&self, output: u16) -> (Table, u16, u16, usize) {
        let place = output.saturating_sub(1);
        match self.read_all {
            Some(count) => (Table::Coil, self.coil_base, count, usize::from(place)),
            None => (Table::Coil, self.coil_base + place, 1, 0),
        }
    }

    pub fn input_read(&self, input: u16) -> (Table, u16, u16, usize) {
        (Table::Discrete, self.input_base + input.saturating_sub(1), 1, 0)
    }

    /// `energised` to close: whether the output is on while supply is connected.
    pub fn write(&self, output: u16, command: SwitchCommand, energised: bool) -> Option<Write> {
        let at = self.coil_base + output.saturating_sub(1);
        match command {
            SwitchCommand::Open => Some(Write::Coil { at, on: !energised }),
            SwitchCommand::Close => Some(Write::Coil { at, on: energised }),
            SwitchCommand::Arm => None,
        }
    }
}
