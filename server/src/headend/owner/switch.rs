//! Commands, and single requests outside the polls.

use std::time::Duration;

use shared::meter::profile::file::Timing;
use shared::meter::{CommFault, SwitchCommand};
use tokio::time::Instant;
use tokio_modbus::Request;

use super::Owner;
use crate::headend::config::{LineConfig, UnitAddress};
use crate::headend::desk::{Done, Job, Task};
use crate::headend::device::{read_request, write_request};
use crate::headend::owner::registers;
use crate::headend::question::{Asked, Question};
use crate::headend::timing::pace;

impl Owner {
    /// Lets commands go between two requests of a read.
    pub(super) async fn give_way(&mut self) {
        while let Some(job) = self.desk.command() {
            self.command(job).await;
        }
    }

    async fn command(&mut self, job: Job) {
        let begun = Instant::now();
        let outcome = match &job.task {
            Task::Switch(device, command) => self.switch(*device, *command).await,
            // Nothing else is queued as a command.
            Task::Read(_) | Task::ReadSlow(_) | Task::Ask(_) => Err(CommFault::WrongReply),
        };
        self.finish(job, outcome, begun);
    }

    /// Writes at once, whether the device is backed off or not: a pending command is the probe.
    pub(super) async fn switch(
        &mut self,
        index: usize,
        command: SwitchCommand,
    ) -> Result<Done, CommFault> {
        if self.line.read_only {
            return Err(CommFault::ReadOnly);
        }
        let device = self.device(index);
        let Some(write) = device.write(command) else {
            return Err(CommFault::Exception(1)); // illegal function: it has no such switch
        };
        let least = Duration::from_secs(u64::from(device.min_interval_s()));
        let last = device.switched.get();
        if last.is_some_and(|(last, at)| last != command && at.elapsed() < least) {
            return Ok(Done::Written); // too soon to turn back: the next poll asks again
        }
        let request = write_request(write);
        let mut outcome = self.exchange(&device, &request, true).await;
        if matches!(
            outcome,
            Err(CommFault::Garbled | CommFault::WrongReply | CommFault::Exception(5 | 6))
        ) {
            outcome = self.exchange(&device, &request, true).await;
        }
        device.switched.set(Some((command, Instant::now())));
        outcome.map(|_echo| Done::Written)
    }

    /// One request to any unit, known or not.
    pub(super) async fn ask(&mut self, question: &Question) -> Result<Done, CommFault> {
        let Question { unit, what, timing, pitch } = question;
        if self.line.read_only && !what.only_reads() {
            return Err(CommFault::ReadOnly);
        }
        let Some((pitch, line)) = pitch.and_then(|pitch| Some((pitch, self.line.at(pitch)?)))
        else {
            return self.ask_here(*unit, what, timing, None).await;
        };
        let pace = pace(&line, timing, &Request::ReadHoldingRegisters(0, 125));
        self.session.tune(*unit, pace, pitch).await?;
        let outcome = self.ask_here(*unit, what, timing, Some(&line)).await;
        let stayed = self.session.is_at(pitch);
        self.session.tune_back().await;
        match outcome {
            Ok(_) if !stayed => Err(CommFault::LineDown),
            outcome => outcome,
        }
    }

    /// At the speed that the line speaks at now.
    async fn ask_here(
        &mut self,
        unit: UnitAddress,
        what: &Asked,
        timing: &Timing,
        elsewhere: Option<&LineConfig>,
    ) -> Result<Done, CommFault> {
        let line = elsewhere.unwrap_or(&self.line);
        let outcome = match what {
            Asked::Read { table, at, count } => {
                let request = read_request(*table, *at, *count);
                let pace = pace(line, timing, &request);
                match self.session.transact(unit, &request, pace, false).await {
                    Ok(response) => {
                        registers(response).map(Done::Words).ok_or(CommFault::WrongReply)
                    }
                    Err(fault) => Err(fault),
                }
            }
            Asked::Raw(pdu) => {
                // As long as the longest answer takes.
                let pace = pace(line, timing, &Request::ReadHoldingRegisters(0, 125));
                self.session.transact_raw(unit, pdu, pace).await.map(Done::Bytes)
            }
        };
        let took = self.session.took();
        // What is asked at another speed says nothing of the meter at this address.
        if let Some(known) = self.units.borrow().get(&unit)
            && elsewhere.is_none()
        {
            known.borrow_mut().counters.count(took, outcome.as_ref().err());
        }
        outcome
    }
}
