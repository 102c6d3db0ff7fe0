//! One request, one answer: gaps kept, the reply checked, and after any failure a new session on a
//! line that has been heard out.
//!
//! Modbus RTU has no transaction number. An answer that comes too late looks like the answer to the
//! next question; so nothing of a failed session is used again.

mod deadline;
mod pitch;
mod raw;

use std::time::Duration;

use shared::meter::CommFault;
use tokio::time::{Instant, sleep_until};
use tokio_modbus::client::{Client, Context, rtu, tcp};
use tokio_modbus::slave::{Slave, SlaveContext};
use tokio_modbus::{Error, Request, Response};
use tracing::{info, warn};

use crate::headend::config::{LineConfig, Transport, UnitAddress};
use crate::headend::reply::answers;
use crate::headend::timing::Pace;
use crate::headend::wire::{Clock, Wire};

use self::deadline::{Deadline, Elapsed};

pub(in crate::headend) struct Session {
    transport: Transport,
    name: String,
    wire: Wire,
    context: Option<Context>,
    deadline: Deadline,
    /// Silence to be kept before the next request.
    quiet: Option<Duration>,
    last: Option<(UnitAddress, Instant)>,
    /// Timeouts since anything was heard: a link may be half open and never say so.
    unheard: u32,
    reconnect: Reconnect,
    /// How long the last request took.
    took: Duration,
    /// Of the last transaction in bytes.
    number: u16,
}

/// When a line that cannot be opened is tried again.
#[derive(Default)]
struct Reconnect {
    failures: u32,
    due: Option<Instant>,
}

impl Session {
    pub(in crate::headend) fn new(line: &LineConfig, clock: Clock) -> Self {
        Self {
            transport: line.transport.clone(),
            name: line.name.clone(),
            wire: Wire::closed(clock),
            context: None,
            deadline: Deadline::default(),
            quiet: None,
            last: None,
            unheard: 0,
            reconnect: Reconnect::default(),
            took: Duration::ZERO,
            number: 0,
        }
    }

    pub(in crate::headend) fn took(&self) -> Duration {
        self.took
    }

    /// The silence that the line still has to keep.
    pub(in crate::headend) fn quiet(&self) -> Duration {
        self.quiet.unwrap_or_default()
    }

    /// Keeps silent and throws away what comes, for a unit that has no other way to show that it
    /// owes no answer.
    pub(in crate::headend) async fn keep_silent(&mut self, silence: Duration) {
        if self.wire.is_open() {
            self.wire.hear_out(silence, silence * 4).await;
        }
    }

    pub(in crate::headend) fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Sends a request and waits for exactly its answer. `insist`: try a line that is down now,
    /// not when its turn comes.
    pub(in crate::headend) async fn transact(
        &mut self,
        unit: UnitAddress,
        request: &Request<'static>,
        pace: Pace,
        insist: bool,
    ) -> Result<Response, CommFault> {
        self.took = Duration::ZERO;
        self.ready(unit, pace, insist).await?;
        let wire = self.wire.clone();
        let context = match &mut self.context {
            Some(context) => context,
            none => none.insert(match &self.transport {
                Transport::Tcp { .. } => tcp::attach_slave(wire, Slave(1)),
                Transport::Rtu { .. } | Transport::RtuTcp { .. } => {
                    rtu::attach_slave(wire, Slave(1))
                }
            }),
        };
        context.set_slave(Slave(unit.into()));
        let sent = Instant::now();
        let outcome = self.deadline.until(sent + pace.timeout, context.call(request.clone())).await;
        let ended = Instant::now();
        self.took = ended - sent;
        self.last = Some((unit, ended));
        let fault = match outcome {
            Ok(Ok(Ok(response))) if answers(request, &response) => {
                self.unheard = 0;
                return Ok(response);
            }
            Ok(Ok(Err(exception))) => {
                self.unheard = 0;
                return Err(CommFault::Exception(exception.into()));
            }
            Ok(Ok(Ok(_)) | Err(Error::Protocol(_))) => CommFault::WrongReply,
            Ok(Err(Error::Transport(_))) | Err(Elapsed) if !self.wire.is_open() => {
                CommFault::LineDown
            }
            Ok(Err(Error::Transport(_))) => CommFault::Garbled,
            Err(Elapsed) if self.wire.received() > 0 => CommFault::Garbled,
            Err(Elapsed) => CommFault::Timeout,
        };
        self.poison(&fault, pace);
        Err(fault)
    }

    fn poison(&mut self, fault: &CommFault, pace: Pace) {
        self.context = None;
        self.quiet = Some(pace.quiet);
        self.unheard = if *fault == CommFault::Timeout { self.unheard + 1 } else { 0 };
        let reopen = match &self.transport {
            Transport::Tcp { .. } => true,
            Transport::RtuTcp { .. } => self.unheard >= 3,
            Transport::Rtu { .. } => false,
        };
        if reopen || *fault == CommFault::LineDown {
            self.unheard = 0;
            self.wire.close();
        }
    }

    async fn ready(
        &mut self,
        unit: UnitAddress,
        pace: Pace,
        insist: bool,
    ) -> Result<(), CommFault> {
        if !unit.is_of(&self.transport) {
            return Err(CommFault::Exception(0x0A)); // no path: some boards would all take it
        }
        if let Some(quiet) = self.quiet.take()
            && self.wire.is_open()
        {
            self.wire.hear_out(quiet, quiet * 4).await;
        }
        if !self.wire.is_open() {
            self.context = None;
            self.open(insist).await?;
        }
        if let Some((last, ended)) = self.last {
            let silence = if last == unit { pace.gap } else { pace.switch };
            if !silence.is_zero() {
                sleep_until(ended + silence).await;
            }
        }
        Ok(())
    }

    async fn open(&mut self, insist: bool) -> Result<(), CommFault> {
        if !insist && self.reconnect.due.is_some_and(|due| Instant::now() < due) {
            return Err(CommFault::LineDown);
        }
        match self.wire.open(&self.transport).await {
            Ok(()) => {
                if self.reconnect.failures > 0 {
                    info!(line = self.name, "line {} is open again", self.name);
                }
                self.reconnect = Reconnect::default();
                Ok(())
            }
            Err(error) => {
                if self.reconnect.failures == 0 {
                    warn!(line = self.name, %error, "cannot open line {}", self.name);
                }
                self.reconnect.failures += 1;
                let pause = 250_u64 << self.reconnect.failures.min(6);
                self.reconnect.due = Some(Instant::now() + Duration::from_millis(pause));
                Err(CommFault::LineDown)
            }
        }
    }
}
