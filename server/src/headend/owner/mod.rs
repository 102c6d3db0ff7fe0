//! The owner of a line: one task that alone speaks on it. It takes the most urgent job from the
//! desk, keeps devices apart, and hands back values only when nothing about them is in doubt.

mod switch;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use shared::meter::profile::{Block, Evidence, Plan, Relay, Table, Values};
use shared::meter::{CommFault, Contact};
use tokio::time::Instant;
use tokio_modbus::{Request, Response};

use super::config::{LineConfig, UnitAddress};
use super::desk::{Answer, Desk, Done, Job, Task, Urgency};
use super::device::{Device, Reads, Role, read_request};
use super::session::Session;
use super::timing::pace;
use super::unit::{Fence, Unit};
use super::wire::Clock;

pub(super) type Units = Rc<RefCell<BTreeMap<UnitAddress, Rc<RefCell<Unit>>>>>;
/// Devices are added while the line runs, and never taken away.
pub(super) type Devices = Rc<RefCell<Vec<Rc<Device>>>>;

pub(super) struct Owner {
    pub(super) line: LineConfig,
    pub(super) clock: Clock,
    pub(super) desk: Rc<Desk>,
    pub(super) devices: Devices,
    pub(super) units: Units,
    pub(super) session: Session,
}

/// However it ended: nobody shall wait for it.
impl Drop for Owner {
    fn drop(&mut self) {
        self.desk.close();
    }
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
            let job = if self.should_wait(&job) { self.desk.put_last(job) } else { Some(job) };
            if let Some(job) = job {
                self.work(job).await;
            }
        }
    }

    /// A device that did not answer last time costs a timeout, so it is asked when nobody waits.
    fn should_wait(&self, job: &Job) -> bool {
        match (&job.task, job.urgency) {
            (Task::Read(device), Urgency::Fast) => {
                let device = self.device(*device);
                device.of_unit(|unit| unit.is_suspect() && !unit.rests())
            }
            (Task::Read(_) | Task::ReadSlow(_) | Task::Switch(..) | Task::Ask(_), _) => false,
        }
    }

    async fn work(&mut self, job: Job) {
        let begun = Instant::now();
        let outcome = match &job.task {
            Task::Read(device) => self.read(*device).await,
            Task::ReadSlow(device) => self.read_slow(*device).await,
            Task::Switch(device, command) => self.switch(*device, *command).await,
            Task::Ask(question) => self.ask(question).await,
        };
        self.finish(job, outcome, begun);
    }

    fn finish(&mut self, job: Job, outcome: Result<Done, CommFault>, begun: Instant) {
        let fault = outcome.as_ref().err();
        let device = match (&job.task, fault) {
            // A switch that answers wrongly is no reason to read the meter less often.
            (_, Some(CommFault::BackedOff | CommFault::ReadOnly))
            | (Task::Switch(..), Some(CommFault::WrongReply | CommFault::Garbled))
            | (Task::ReadSlow(_), Some(CommFault::Exception(_) | CommFault::Implausible(_)))
            | (Task::Ask(_), _) => None,
            (Task::Switch(device, _) | Task::Read(device) | Task::ReadSlow(device), _) => {
                Some(self.device(*device))
            }
        };
        if let Some(device) = device {
            let (ended, cost) = match fault {
                Some(_) => (Instant::now(), begun.elapsed() + self.session.quiet()),
                None => (begun, Duration::ZERO), // nothing is reckoned from a good visit
            };
            device.of_unit(|unit| unit.visited(ended, fault, cost));
        }
        // A good answer is of the moment at which it came.
        let at = if outcome.is_ok() { self.session.wire().heard() } else { (self.clock)() };
        job.answer(Answer { at, outcome });
    }

    fn device(&self, index: usize) -> Rc<Device> {
        let devices = self.devices.borrow();
        Rc::clone(devices.get(index).expect("a job names a device of its line"))
    }

    // Reading

    async fn read(&mut self, index: usize) -> Result<Done, CommFault> {
        let device = self.device(index);
        if device.of_unit(|unit| unit.rests()) {
            return Err(CommFault::BackedOff);
        }
        self.settle(&device).await?;
        match &device.role {
            Role::Meter(reads) => {
                self.identify(&device, reads).await?;
                let values = self.read_meter(&device, reads).await?;
                device.shown.borrow_mut().take(
                    &device.profile,
                    &values,
                    self.session.wire().heard(),
                );
                Ok(Done::Values(values))
            }
            Role::Output { output, feedback, energised } => {
                let evidence = self.read_output(&device, *output, *feedback, *energised).await?;
                Ok(Done::Evidence(evidence))
            }
        }
    }

    /// What changes seldom. A model that lacks some of it is alive all the same.
    async fn read_slow(&mut self, index: usize) -> Result<Done, CommFault> {
        let device = self.device(index);
        let Role::Meter(reads) = &device.role else { return Err(CommFault::Exception(1)) };
        if device.of_unit(|unit| unit.is_suspect()) {
            return Err(CommFault::BackedOff);
        }
        self.settle(&device).await?;
        let mut values = Values::new(&device.profile);
        for block in &reads.slow.blocks {
            self.give_way().await;
            let reply = self.read_block(&device, block).await?;
            device.profile.decode(block, &reply, &mut values).map_err(CommFault::Implausible)?;
        }
        device.shown.borrow_mut().take(&device.profile, &values, self.session.wire().heard());
        Ok(Done::Values(values))
    }

    async fn read_meter(&mut self, device: &Device, reads: &Reads) -> Result<Values, CommFault> {
        let mut broken = None;
        for _ in 0..2 {
            let values = self.collect(device, reads).await?;
            device.profile.credible(&values).map_err(CommFault::Implausible)?;
            broken = device.profile.broken_sum(&values);
            if broken.is_none() {
                return Ok(values);
            }
            // The load may have changed between two requests: worth one second look.
        }
        Err(CommFault::Implausible(broken.unwrap_or_default()))
    }

    async fn collect(&mut self, device: &Device, reads: &Reads) -> Result<Values, CommFault> {
        let unmerged = device.unmerged.get();
        let plan = if unmerged { &reads.fast_unmerged } else { &reads.fast };
        match self.collect_plan(device, plan, !unmerged).await? {
            Collected::Values(values) => Ok(values),
            Collected::PlanRefused => {
                device.unmerged.set(true);
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
            self.give_way().await;
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
            Err(CommFault::Garbled | CommFault::WrongReply)
                if !device.of_unit(|unit| unit.is_suspect()) =>
            {
                self.settle(device).await?;
                self.read_once(device, block).await
            }
            outcome => outcome,
        }
    }

    async fn read_once(&mut self, device: &Device, block: &Block) -> Result<Vec<u16>, CommFault> {
        let request = read_request(block.table, block.at, block.count);
        let outcome = self.exchange(device, &request, false).await;
        match outcome {
            Ok(response) => {
                device.of_unit(|unit| {
                    if !unit.owes_nothing() {
                        unit.answered(block.table, block.count, Instant::now());
                    }
                });
                registers(response).ok_or(CommFault::WrongReply)
            }
            Err(fault) => {
                let answered = matches!(fault, CommFault::Exception(_));
                if !answered && !self.session.took().is_zero() {
                    device.of_unit(|unit| {
                        unit.owes(block.table, block.count, Instant::now());
                    });
                }
                Err(fault)
            }
        }
    }

    /// Makes sure that no answer to an older question can be taken for the next one.
    async fn settle(&mut self, device: &Device) -> Result<(), CommFault> {
        if device.of_unit(|unit| unit.owes_nothing()) {
            return Ok(());
        }
        for _ in 0..4 {
            match device.of_unit(|unit| unit.fence(Instant::now())) {
                Fence::None => return Ok(()),
                Fence::Read(block) => {
                    self.read_once(device, &block).await?;
                }
                Fence::Silence => {
                    let request = Request::ReadHoldingRegisters(0, 1);
                    let pace = pace(&self.line, &device.profile.timing, &request);
                    self.session.keep_silent((4 * pace.quiet).max(pace.timeout)).await;
                    device.of_unit(Unit::was_silent);
                }
            }
        }
        Err(CommFault::WrongReply)
    }

    async fn identify(&mut self, device: &Device, reads: &Reads) -> Result<(), CommFault> {
        let known = device.identified.get();
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
        device.identified.set(Some(Instant::now()));
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

    async fn exchange(
        &mut self,
        device: &Device,
        request: &Request<'static>,
        insist: bool,
    ) -> Result<Response, CommFault> {
        let pace = pace(&self.line, &device.profile.timing, request);
        let outcome = self.session.transact(device.unit, request, pace, insist).await;
        let took = self.session.took();
        device.of_unit(|unit| unit.counters.count(took, outcome.as_ref().err()));
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
