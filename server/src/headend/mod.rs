//! The head-end: owns the lines to real meters, reads registers, drives switches.
//!
//! All lines share one thread of their own, so that a burst of polls never stands in the way of
//! money or of the web. On it each line is one owner task, which alone speaks on the port, and one
//! actor in front of it, which only forwards. `docs/architecture.md`, "head-end", has the reasons.

pub mod config;
mod desk;
mod device;
mod line;
mod owner;
mod reply;
mod session;
mod timing;
mod trace;
mod unit;
mod wire;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, Arbiter};
use shared::actor::port::Line;
use shared::id::LineId;
use shared::meter::profile::{Library, Ratios};
use thiserror::Error;

pub use self::config::{LineConfig, MeterConfig, RelayConfig, Transport, UnitAddress};
pub use self::line::{LineActor, LineStatus, Status};
pub use self::trace::{Direction, Frame};
pub use self::unit::UnitStatus;
pub use self::wire::{Clock, open_serial};

use self::config::{ConfigError, check};
use self::desk::Desk;
use self::device::{Device, Reads, Role};
use self::line::{Binding, Place};
use self::owner::{Memory, Owner, Units};
use self::session::Session;
use self::unit::Unit;

/// The running lines. Ports are opened when they are first needed, and again when they were lost.
pub struct HeadEnd {
    lines: BTreeMap<LineId, Addr<LineActor>>,
    arbiter: Arbiter,
}

#[derive(Debug, Error)]
pub enum HeadendError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("cannot start the thread of the head-end")]
    Thread,
}

impl HeadEnd {
    /// Checks lines and meters and starts the lines. Needs a running actix system.
    pub fn start(
        lines: &[LineConfig],
        meters: &[MeterConfig],
        library: &Library,
        clock: Clock,
    ) -> Result<Self, HeadendError> {
        check(lines, meters, library)?;
        let arbiter = Arbiter::new();
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let (lines, meters, library) = (lines.to_vec(), meters.to_vec(), library.clone());
        let sent = arbiter.spawn_fn(move || {
            // The receiver waits for exactly this.
            drop(sender.send(start_lines(&lines, &meters, &library, &clock)));
        });
        let started = sent.then(|| receiver.recv().ok()).flatten();
        let lines = started.ok_or(HeadendError::Thread)?;
        Ok(Self { lines, arbiter })
    }

    /// The lines as meter actors hold them.
    pub fn lines(&self) -> BTreeMap<LineId, Line> {
        self.lines.iter().map(|(id, line)| (*id, line.clone().recipient())).collect()
    }

    /// The lines themselves, to be asked for their [`Status`].
    pub fn actors(&self) -> &BTreeMap<LineId, Addr<LineActor>> {
        &self.lines
    }
}

impl Drop for HeadEnd {
    fn drop(&mut self) {
        self.arbiter.stop();
    }
}

/// Everything of one line before its owner starts.
struct Draft {
    config: LineConfig,
    desk: Rc<Desk>,
    devices: Vec<Device>,
    bindings: BTreeMap<shared::id::MeterId, Rc<Binding>>,
}

fn start_lines(
    lines: &[LineConfig],
    meters: &[MeterConfig],
    library: &Library,
    clock: &Clock,
) -> BTreeMap<LineId, Addr<LineActor>> {
    let mut drafts: BTreeMap<LineId, Draft> = lines
        .iter()
        .map(|config| {
            let (config, desk) = (config.clone(), Rc::default());
            let (devices, bindings) = (Vec::new(), BTreeMap::new());
            (config.id, Draft { config, desk, devices, bindings })
        })
        .collect();
    let mut reads: BTreeMap<String, Rc<Reads>> = BTreeMap::new();
    for config in meters {
        bind(config, library, &mut drafts, &mut reads).expect("the site was checked before");
    }
    drafts.into_iter().map(|(id, draft)| (id, start_line(draft, clock))).collect()
}

fn bind(
    config: &MeterConfig,
    library: &Library,
    drafts: &mut BTreeMap<LineId, Draft>,
    reads: &mut BTreeMap<String, Rc<Reads>>,
) -> Option<()> {
    let profile = library.get(&config.profile)?;
    let shared_reads = match &config.serial {
        Some(serial) => Rc::new(Reads::new(profile, Some(serial.clone()))),
        None => Rc::clone(
            reads.entry(profile.id.clone()).or_insert_with(|| Rc::new(Reads::new(profile, None))),
        ),
    };
    let device =
        Device { unit: config.unit, profile: Arc::clone(profile), role: Role::Meter(shared_reads) };
    let meter = drafts.get_mut(&config.line)?.place(device);
    let relay = match &config.relay {
        Some(relay) => {
            let board = library.get(&relay.profile)?;
            let unit = relay.unit.unwrap_or(config.unit);
            let device = Device::output(unit, Arc::clone(board), relay);
            Some(drafts.get_mut(&relay.line.unwrap_or(config.line))?.place(device))
        }
        None => None,
    };
    let binding = Binding {
        meter,
        profile: Arc::clone(profile),
        ratios: Ratios { current: config.ct, voltage: config.pt },
        relay,
    };
    drafts.get_mut(&config.line)?.bindings.insert(config.meter, Rc::new(binding));
    Some(())
}

impl Draft {
    fn place(&mut self, device: Device) -> Place {
        self.devices.push(device);
        Place { desk: Rc::clone(&self.desk), device: self.devices.len() - 1 }
    }
}

fn start_line(draft: Draft, clock: &Clock) -> Addr<LineActor> {
    let Draft { config, desk, devices, bindings } = draft;
    let mut units = BTreeMap::new();
    let first_pause = config.backoff_ms.map_or(2_000, std::num::NonZeroU32::get);
    let first_pause = Duration::from_millis(u64::from(first_pause));
    for device in &devices {
        let unit = units.entry(device.unit).or_insert_with(|| Unit::new(first_pause));
        match &device.role {
            Role::Meter(reads) => unit.knows(reads.blocks(), &reads.fences),
            Role::Output { .. } => unit.knows(&device.output_reads(), &[]),
        }
    }
    let units: Units = Rc::new(RefCell::new(units));
    let session = Session::new(&config, Arc::clone(clock));
    let actor = LineActor {
        id: config.id,
        name: config.name.clone(),
        clock: Arc::clone(clock),
        desk: Rc::clone(&desk),
        units: Rc::clone(&units),
        wire: session.wire().clone(),
        meters: bindings,
    };
    let memory = devices.iter().map(|_| Memory::default()).collect();
    let owner = Owner {
        line: config,
        clock: Arc::clone(clock),
        desk,
        devices: Rc::new(devices),
        units,
        session,
        memory,
    };
    actix_rt::spawn(owner.run());
    actor.start()
}
