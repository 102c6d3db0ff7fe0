//! A device behind a line, as its owner knows it: address, model, what to ask and in which role.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use shared::meter::SwitchCommand;
use shared::meter::profile::point::Every;
use shared::meter::profile::{Block, Plan, Profile, Relay, Table, Write};
use tokio_modbus::Request;

use super::config::{Output, RelayConfig, UnitAddress};
use super::shown::Shown;

pub(super) struct Device {
    pub(super) unit: UnitAddress,
    pub(super) profile: Arc<Profile>,
    pub(super) role: Role,
    /// The last value of each point.
    pub(super) shown: RefCell<Shown>,
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
    pub(super) fn meter(unit: UnitAddress, profile: Arc<Profile>, reads: Rc<Reads>) -> Self {
        Self { unit, profile, role: Role::Meter(reads), shown: RefCell::default() }
    }

    pub(super) fn output(unit: UnitAddress, profile: Arc<Profile>, relay: &RelayConfig) -> Self {
        let role = Role::Output {
            output: relay.output,
            feedback: relay.feedback,
            energised: relay.connected_when == Output::On,
        };
        Self { unit, profile, role, shown: RefCell::default() }
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

    /// The reads of an output and of its feedback.
    pub(super) fn output_reads(&self) -> Vec<Block> {
        let Relay::Board(board) = &self.profile.relay else { return Vec::new() };
        let Role::Output { output, feedback, .. } = self.role else { return Vec::new() };
        [Some(board.output_read(output)), feedback.map(|input| board.input_read(input))]
            .into_iter()
            .flatten()
            .map(|(table, at, count, _)| Block { table, at, count, points: Vec::new() })
            .collect()
    }

    pub(super) fn min_interval_s(&self) -> u32 {
        match &self.profile.relay {
            Relay::Builtin(relay) => relay.min_interval_s,
            Relay::Board(board) => board.min_interval_s,
            Relay::External => 0,
        }
    }
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
