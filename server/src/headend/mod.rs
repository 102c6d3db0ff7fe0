//! The head-end: owns the lines to real meters, reads registers, drives switches.
//!
//! All lines share one thread of their own, so that a burst of polls never stands in the way of
//! money or of the web. On it each line is one owner task, which alone speaks on the port, and one
//! actor in front of it, which only forwards. `docs/architecture.md`, "head-end", has the reasons.

mod binding;
pub mod config;
mod desk;
mod device;
mod line;
mod owner;
mod question;
mod reply;
mod roof;
pub mod scan;
mod session;
mod shown;
mod timing;
mod trace;
mod unit;
mod wire;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use actix::{Actor, Addr, Arbiter};
use actix_rt::task::JoinHandle;
use shared::actor::port::Line;
use shared::id::LineId;
use shared::meter::profile::Library;
use thiserror::Error;

pub use self::config::{LineConfig, MeterConfig, RelayConfig, Transport, UnitAddress};
pub use self::line::{Attach, IsInService, LineActor, LineStatus, ReadOnce, SendRaw, Status, Try};
pub use self::question::{Asked, Pitch, Question, unknown_timing};
pub use self::trace::{Direction, Frame};
pub use self::unit::UnitStatus;
pub use self::wire::{Clock, open_serial};

use self::config::{ConfigError, check};
use self::owner::Owner;
use self::roof::{Roof, Share};
use self::session::Session;

/// The running lines. Ports are opened when they are first needed, and again when they were lost.
pub struct HeadEnd {
    lines: BTreeMap<LineId, Addr<LineActor>>,
    arbiter: Option<Arbiter>,
    /// The owners on the thread of whoever started them.
    here: Vec<JoinHandle<()>>,
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
            // Its owners end with their thread.
            let (lines, _owners) = start_lines(&lines, &meters, &library, &clock);
            drop(sender.send(lines));
        });
        let started = sent.then(|| receiver.recv().ok()).flatten();
        let lines = started.ok_or(HeadendError::Thread)?;
        Ok(Self { lines, arbiter: Some(arbiter), here: Vec::new() })
    }

    /// The same on this thread, for who has nothing else to do: a question and its answer do not
    /// cross to another thread and back.
    pub fn start_here(
        lines: &[LineConfig],
        meters: &[MeterConfig],
        library: &Library,
        clock: &Clock,
    ) -> Result<Self, HeadendError> {
        check(lines, meters, library)?;
        let (lines, here) = start_lines(lines, meters, library, clock);
        Ok(Self { lines, arbiter: None, here })
    }

    /// Ends all lines and waits until they have let go of their ports, so that somebody may open
    /// them anew at once.
    pub fn close(mut self) {
        if let Some(arbiter) = self.arbiter.take() {
            arbiter.stop();
            // A thread that panicked has let go, too.
            drop(arbiter.join());
        }
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
        if let Some(arbiter) = &self.arbiter {
            arbiter.stop();
        }
        for owner in &self.here {
            owner.abort();
        }
    }
}

fn start_lines(
    lines: &[LineConfig],
    meters: &[MeterConfig],
    library: &Library,
    clock: &Clock,
) -> (BTreeMap<LineId, Addr<LineActor>>, Vec<JoinHandle<()>>) {
    let roof = Rc::new(RefCell::new(Roof::default()));
    let shares: Vec<Share> = lines.iter().map(|line| roof.borrow_mut().open(line)).collect();
    let mut bindings: BTreeMap<LineId, BTreeMap<_, _>> = BTreeMap::new();
    for config in meters {
        let binding = roof.borrow_mut().bind(config, library);
        let binding = binding.expect("the site was checked before");
        bindings.entry(config.line).or_default().insert(config.meter, Rc::new(binding));
    }
    lines
        .iter()
        .zip(shares)
        .map(|(line, Share { desk, units, devices, .. })| {
            let session = Session::new(line, Arc::clone(clock));
            let actor = LineActor {
                config: line.clone(),
                clock: Arc::clone(clock),
                desk: Rc::clone(&desk),
                units: Rc::clone(&units),
                devices: Rc::clone(&devices),
                wire: session.wire().clone(),
                roof: Rc::clone(&roof),
                meters: bindings.remove(&line.id).unwrap_or_default(),
            };
            let (id, line, clock) = (line.id, line.clone(), Arc::clone(clock));
            let owner = Owner { line, clock, desk, devices, units, session }.run();
            ((id, actor.start()), actix_rt::spawn(owner))
        })
        .unzip()
}
