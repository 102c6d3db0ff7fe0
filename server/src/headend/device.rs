//! A device behind a line, as its owner knows it: address, model, what to ask and in which role.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use shared::meter::SwitchCommand;
use shared::meter::profile::point::Every;
use shared::meter::profile::{Block, Plan, Profile, Relay, Table, Write};
use tokio::time::Instant;
use tokio_modbus::Request;

use super::config::{Output, RelayConfig, UnitAddress};
use super::shown::Shown;
use super::unit::Unit;

pub(super) struct Device {
    pub(super) unit: UnitAddress,
    pub(super) profile: Arc<Profile>,
    pub(super) role: Role,
    /// The last value of each point.
    pub(super) shown: RefCell<Shown>,
    state: Rc<RefCell<Unit>>,
    /// The meter refused a read over registers it does not have.
    pub(super) unmerged: Cell<bool>,
    /// When its number was last read and was the right one.
    pub(super) identified: Cell<Option<Instant>>,
    pub(super) switched: Cell<Option<(SwitchCommand, Instant)>>,
}

pub(super) enum Role {
    Meter(Rc<Reads>),
    /// An output of a board, maybe with an input that feels the contact.
    Output {
        output: u16,
        feedback: Option<u16>,
        energised: bool,
    },
}

/// The requests that read a model, shared by all its meters on a line.
pub(super) struct Reads {
    pub(super) fast: Plan,
    /// For meters that refuse a read over registers they do not have.
    pub(super) fast_unmerged: Plan,
    /// What is asked for with every tenth poll, at most once a minute.
    pub(super) slow: Plan,
    pub(super) identity: Plan,
    pub(super) fences: Vec<Block>,
    /// The number the meter must give.
    pub(super) serial: Option<String>,
}

impl Role {
    pub(super) fn output(relay: &RelayConfig) -> Self {
        Self::Output {
            output: relay.output,
            feedback: relay.feedback,
            energised: relay.connected_when == Output::On,
        }
    }
}

impl Reads {
    pub(super) fn new(profile: &Profile, serial: Option<String>) -> Self {
        let fast = profile.plan(Every::Fast, true);
        let identity = profile.roles.identity.and_then(|index| {
            profile.points.get(index).map(|point| Plan::new([(index, point)], 125, 0))
        });
        Self {
            fences: fast.fences(&profile.points),
            fast,
            fast_unmerged: profile.plan(Every::Fast, false),
            slow: profile.plan(Every::Slow, true),
            identity: identity.unwrap_or_default(),
            serial,
        }
    }
}

impl Reads {
    /// Every read that brings a value.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &Block> {
        [&self.fast, &self.fast_unmerged, &self.slow, &self.identity]
            .into_iter()
            .flat_map(|plan| &plan.blocks)
    }
}

impl Device {
    /// `state`: what is remembered of its unit address, which it may share with others.
    pub(super) fn new(
        unit: UnitAddress,
        state: Rc<RefCell<Unit>>,
        profile: Arc<Profile>,
        role: Role,
    ) -> Self {
        match &role {
            Role::Meter(reads) => state.borrow_mut().knows(reads.blocks(), &reads.fences),
            Role::Output { output, feedback, .. } => {
                state.borrow_mut().knows(&output_reads(&profile, *output, *feedback), &[]);
            }
        }
        Self {
            unit,
            state,
            profile,
            role,
            shown: RefCell::default(),
            unmerged: Cell::default(),
            identified: Cell::default(),
            switched: Cell::default(),
        }
    }

    pub(super) fn of_unit<T>(&self, change: impl FnOnce(&mut Unit) -> T) -> T {
        change(&mut self.state.borrow_mut())
    }

    /// The write for a command; none: the device has no switch, or not that command.
    pub(super) fn write(&self, command: SwitchCommand) -> Option<Write> {
        match (&self.profile.relay, &self.role) {
            (Relay::Builtin(relay), Role::Meter(_)) => relay.write(command).cloned(),
            (Relay::Board(board), Role::Output { output, energised, .. }) => {
                board.write(*output, command, *energised)
            }
            (Relay::External, _)
            | (Relay::Builtin(_), Role::Output { .. })
            | (Relay::Board(_), Role::Meter(_)) => None,
        }
    }

    pub(super) fn min_interval_s(&self) -> u32 {
        match &self.profile.relay {
            Relay::Builtin(relay) => relay.min_interval_s,
            Relay::Board(board) => board.min_interval_s,
            Relay::External => 0,
        }
    }
}

/// The reads of an output and of its feedback.
fn output_reads(profile: &Profile, output: u16, feedback: Option<u16>) -> Vec<Block> {
    let Relay::Board(board) = &profile.relay else { return Vec::new() };
    [Some(board.output_read(output)), feedback.map(|input| board.input_read(input))]
        .into_iter()
        .flatten()
        .map(|(table, at, count, _)| Block { table, at, count, points: Vec::new() })
        .collect()
}

pub(super) fn read_request(table: Table, at: u16, count: u16) -> Request<'static> {
    match table {
        Table::Coil => Request::ReadCoils(at, count),
        Table::Discrete => Request::ReadDiscreteInputs(at, count),
        Table::Holding => Request::ReadHoldingRegisters(at, count),
        Table::Input => Request::ReadInputRegisters(at, count),
    }
}

pub(super) fn write_request(write: Write) -> Request<'static> {
    match write {
        Write::Coil { at, on } => Request::WriteSingleCoil(at, on),
        Write::Register { at, word } => Request::WriteSingleRegister(at, word),
        Write::Registers { at, words } => Request::WriteMultipleRegisters(at, words.into()),
    }
}
