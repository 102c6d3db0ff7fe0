//! The owner of a line: one task that alone speaks on it. It takes the most urgent job from the
//! desk, keeps devices apart, and hands back values only when nothing about them is in doubt.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use shared::meter::profile::{Block, Evidence, Plan, Relay, Table, Values};
use shared::meter::{CommFault, Contact, SwitchCommand};
use tokio::time::Instant;
use tokio_modbus::{Request, Response};

use super::config::{LineConfig, UnitAddress};
use super::desk::{Answer, Desk, Done, Job, Task};
use super::device::{Device, Reads, Role, read_request, write_request};
use super::session::Session;
use super::timing::pace;
use super::unit::{Fence, Unit};
use super::wire::Clock;

pub(super) type Units = Rc<RefCell<BTreeMap<UnitAddress, Unit>>>;

pub(super) struct Owner {
    pub(super) line: LineConfig,
    pub(super) clock: Clock,
    pub(super) desk: Rc<Desk>,
    pub(super) devices: Rc<Vec<Device>>,
    pub(super) units: Units,
    pub(super) session: Session,
    pub(super) memory: Vec<Memory>,
}

/// What the owner remembers of one device.
#[derive(Default)]
pub(super) struct Memory {
    /// The meter refused a read over registers it does not have.
    unmerged: bool,
    identified: Option<Instant>,
    switched: Option<(SwitchCommand, Instant)>,
}

/// Read, or read and found that the plan does not suit this meter.
enum Collected {
    Values(Values),
    PlanRefused,
}

const IDENTIFY_AGAIN: Duration = Duration::from_hours(24);

impl Owner {
    pub(super) async fn run(mut self) {
        loop {
            let job = self.desk.next().await;
            self.work(job).await;
        }
    }

    async fn work(&mut self, job: Job) {
        let outcome = match job.task {
            Task::Read => self.read(job.device).await,
            Task::Switch(command) => self.switch(job.device, command).await,
        };
        self.finish(job, outcome);
    }

    fn finish(&mut self, job: Job, outcome: Result<Done, CommFault>) {
        let fault = outcome.as_ref().err();
        let counts = match (job.task, fault) {
            // A switch that answers wrongly is no reason to read the meter less often.
            (_, Some(CommFault::BackedOff | CommFault::ReadOnly))
            | (Task::Switch(_), Some(CommFault::WrongReply | CommFault::Garbled)) => false,
            (Task::Switch(_) | Task::Read, _) => true,
        };
        if counts && let Some(device) = self.devices.get(job.device) {
            self.unit(device.unit, |unit| unit.visited(Instant::now(), fault));
        }
        job.answer(Answer { at: (self.clock)(), outcome });
    }

    fn unit<T>(&self, address: UnitAddress, change: impl FnOnce(&mut Unit) -> T) -> T {
        let mut units = self.units.borrow_mut();
        change(units.get_mut(&address).expect("a device's unit is known to its line"))
    }

    // Reading

    async fn read(&mut self, index: usize) -> Result<Done, CommFault> {
        let devices = Rc::clone(&self.devices);
        let device = devices.get(index).expect("a job names a device of its line");
        if self.unit(device.unit, |unit| unit.is_backed_off(Instant::now())) {
            return Err(CommFault::BackedOff);
        }
        self.settle(device).await?;
        match &device.role {
            Role::Meter(reads) => {
                self.identify(index, device, reads).await?;
                self.read_meter(index, device, reads).await.map(Done::Values)
            }
            Role::Output { output, feedback, energised } => {
                let evidence = self.read_output(device, *output, *feedback, *energised).await?;
                Ok(Done::Evidence(evidence))
            }
        }
    }

    async fn read_meter(
        &mut self,
        index: usize,
        device: &Device,
        reads: &Reads,
    ) -> Result<Values, CommFault> {
        let mut broken = None;
        for _ in 0..2 {
            let values = self.collect(index, device, reads).await?;
            device.profile.credible(&values).map_err(CommFault::Implausible)?;
            broken = device.profile.broken_sum(&values);
            if broken.is_none() {
                return Ok(values);
            }
            // The load may have changed between two requests: worth one second look.
        }
        Err(CommFault::Implausible(broken.unwrap_or_default()))
    }

    async fn collect(
        &mut self,
        index: usize,
        device: &Device,
        reads: &Reads,
    ) -> Result<Values, CommFault> {
        let unmerged = self.memory.get(index).is_some_and(|memory| memory.unmerged);
        let plan = if unmerged { &reads.fast_unmerged } else { &reads.fast };
        match self.collect_plan(device, plan, !unmerged).await? {
            Collected::Values(values) => Ok(values),
            Collected::PlanRefused => {
                if let Some(memory) = self.memory.get_mut(index) {
                    memory.unmerged = true;
                }
                match self.collect_plan(device, &reads.fast_unmerged, false).await? {
                    Collected::Values(values) => Ok(values),
                    Collected::PlanRefused => Err(CommFault::Exception(2)),
                }
            }
        }
    }

    async fn collect_plan(
        &mut self,
        device: &Device,
        plan: &Plan,
        merged: bool,
    ) -> Result<Collected, CommFault> {
        let mut values = Values::new(&device.profile);
        for block in &plan.blocks {
            while let Some(command) = self.desk.command() {
                self.command(command).await;
            }
            let reply = match self.read_block(device, block).await {
                Ok(reply) => reply,
                Err(CommFault::Exception(2)) if merged && block.points.len() > 1 => {
                    return Ok(Collected::PlanRefused);
                }
                Err(fault) => return Err(fault),
            };
            device.profile.decode(block, &reply, &mut values).map_err(CommFault::Implausible)?;
        }
        Ok(Collected::Values(values))
    }

    /// One block, asked a second time where that can help: never after silence, and after a broken
    /// answer only once the unit has shown that no other is on its way.
    async fn read_block(&mut self, device: &Device, block: &Block) -> Result<Vec<u16>, CommFault> {
        match self.read_once(device, block).await {
            Err(CommFault::Exception(5 | 6)) => {
                let pause = u64::from(device.profile.timing.turnaround_ms);
                tokio::time::sleep(Duration::from_millis(pause)).await;
                self.read_once(device, block).await
            }
            Err(CommFault::Garbled | CommFault::WrongReply) => {
                self.settle(device).await?;
                self.read_once(device, block).await
            }
            outcome => outcome,
        }
    }

    async fn read_once(&mut self, device: &Device, block: &Block) -> Result<Vec<u16>, CommFault> {
        let request = read_request(block.table, block.at, block.count);
        let outcome = self.exchange(device, &request, false).await;
        let now = Instant::now();
        match outcome {
            Ok(response) => {
                self.unit(device.unit, |unit| unit.answered(block.table, block.count, now));
                registers(response).ok_or(CommFault::WrongReply)
            }
            Err(fault) => {
                let answered = matches!(fault, CommFault::Exception(_));
                if !answered && !self.session.took().is_zero() {
                    self.unit(device.unit, |unit| unit.owes(block.table, block.count, now));
                }
                Err(fault)
            }
        }
    }

    /// Makes sure that no answer to an older question can be taken for the next one.
    async fn settle(&mut self, device: &Device) -> Result<(), CommFault> {
        for _ in 0..4 {
            match self.unit(device.unit, |unit| unit.fence(Instant::now())) {
                Fence::None => return Ok(()),
                Fence::Read(block) => {
                    self.read_once(device, &block).await?;
                }
                Fence::Silence => {
                    let request = Request::ReadHoldingRegisters(0, 1);
                    let pace = pace(&self.line, &device.profile.timing, &request);
                    self.session.keep_silent((4 * pace.quiet).max(pace.timeout)).await;
                    self.unit(device.unit, Unit::was_silent);
                }
            }
        }
        Err(CommFault::WrongReply)
    }

    async fn identify(
        &mut self,
        index: usize,
        device: &Device,
        reads: &Reads,
    ) -> Result<(), CommFault> {
        let known = self.memory.get(index).and_then(|memory| memory.identified);
        let (Some(serial), Some(block)) = (&reads.serial, reads.identity.blocks.first()) else {
            return Ok(());
        };
        if known.is_some_and(|since| since.elapsed() < IDENTIFY_AGAIN) {
            return Ok(());
        }
        let words = self.read_block(device, block).await?;
        if device.profile.identity(&words).as_deref() != Some(serial.trim_start_matches('0')) {
            return Err(CommFault::Implausible("serial".to_owned()));
        }
        if let Some(memory) = self.memory.get_mut(index) {
            memory.identified = Some(Instant::now());
        }
        Ok(())
    }

    async fn read_output(
        &mut self,
        device: &Device,
        output: u16,
        feedback: Option<u16>,
        energised: bool,
    ) -> Result<Evidence, CommFault> {
        let Relay::Board(board) = &device.profile.relay else {
            return Ok(Evidence::default());
        };
        let on = self.read_bit(device, board.output_read(output)).await?;
        let contact = |closed: bool| if closed { Contact::Closed } else { Contact::Open };
        let command = contact(on == energised);
        let feedback = match feedback {
            Some(input) => contact(self.read_bit(device, board.input_read(input)).await?),
            None => Contact::Unknown,
        };
        Ok(Evidence { command, feedback })
    }

    async fn read_bit(
        &mut self,
        device: &Device,
        (table, at, count, place): (Table, u16, u16, usize),
    ) -> Result<bool, CommFault> {
        let block = Block { table, at, count, points: Vec::new() };
        let bits = self.read_block(device, &block).await?;
        bits.get(place).map(|bit| *bit == 1).ok_or(CommFault::WrongReply)
    }

    // Switching

    async fn command(&mut self, job: Job) {
        let outcome = match job.task {
            Task::Switch(command) => self.switch(job.device, command).await,
            Task::Read => Err(CommFault::WrongReply), // reads are never queued as commands
        };
        self.finish(job, outcome);
    }

    /// Writes at once, whether the device is backed off or not: a pending command is the probe.
    async fn switch(&mut self, index: usize, command: SwitchCommand) -> Result<Done, CommFault> {
        if self.line.read_only {
            return Err(CommFault::ReadOnly);
        }
        let devices = Rc::clone(&self.devices);
        let device = devices.get(index).expect("a job names a device of its line");
        let Some(write) = device.write(command) else {
            return Err(CommFault::Exception(1)); // illegal function: it has no such switch
        };
        let least = Duration::from_secs(u64::from(device.min_interval_s()));
        let last = self.memory.get(index).and_then(|memory| memory.switched);
        if last.is_some_and(|(last, at)| last != command && at.elapsed() < least) {
            return Ok(Done::Written); // too soon to turn back: the next poll asks again
        }
        let request = write_request(write);
        let mut outcome = self.exchange(device, &request, true).await;
        if matches!(
            outcome,
            Err(CommFault::Garbled | CommFault::WrongReply | CommFault::Exception(5 | 6))
        ) {
            outcome = self.exchange(device, &request, true).await;
        }
        if let Some(memory) = self.memory.get_mut(index) {
            memory.switched = Some((command, Instant::now()));
        }
        outcome.map(|_echo| Done::Written)
    }

    async fn exchange(
        &mut self,
        device: &Device,
        request: &Request<'static>,
        insist: bool,
    ) -> Result<Response, CommFault> {
        let pace = pace(&self.line, &device.profile.timing, request);
        let outcome = self.session.transact(device.unit, request, pace, insist).await;
        let took = self.session.took();
        self.unit(device.unit, |unit| unit.counters.count(took, outcome.as_ref().err()));
        outcome
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum, not ours")]
fn registers(response: Response) -> Option<Vec<u16>> {
    match response {
        Response::ReadHoldingRegisters(words) | Response::ReadInputRegisters(words) => Some(words),
        Response::ReadCoils(bits) | Response::ReadDiscreteInputs(bits) => {
            Some(bits.into_iter().map(u16::from).collect())
        }
        _ => None,
    }
}
