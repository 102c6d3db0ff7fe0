//! The desk of a line: what is to be done, in order of urgency, never more than one job of a kind
//! for a device. A switch command goes before its proof, that before any poll; a newer job takes
//! the place of an older one of its kind, and both askers get the newer answer.

use std::cell::RefCell;
use std::collections::VecDeque;

use shared::meter::profile::{Evidence, Values};
use shared::meter::{CommFault, SwitchCommand};
use shared::time::Timestamp;
use tokio::sync::{Notify, oneshot};

/// What a device is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Read,
    Switch(SwitchCommand),
}

/// What came of it.
#[derive(Clone, Debug)]
pub(super) enum Done {
    /// The values of a meter.
    Values(Values),
    /// What a relay board says of an output.
    Evidence(Evidence),
    /// A switch command was acknowledged.
    Written,
}

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) at: Timestamp,
    pub(super) outcome: Result<Done, CommFault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    Command,
    Proof,
    Poll,
}

pub(super) struct Job {
    /// Place of the device in the list of the line.
    pub(super) device: usize,
    pub(super) task: Task,
    waiting: Vec<oneshot::Sender<Answer>>,
}

impl Job {
    pub(super) fn answer(self, answer: Answer) {
        for asker in self.waiting {
            // An asker who left has taken a decision without us; there is nothing to tell him.
            drop(asker.send(answer.clone()));
        }
    }
}

#[derive(Default)]
pub(super) struct Desk {
    queues: RefCell<Queues>,
    bell: Notify,
}

#[derive(Default)]
struct Queues {
    commands: VecDeque<Job>,
    proofs: VecDeque<Job>,
    polls: VecDeque<Job>,
}

impl Queues {
    fn of(&mut self, urgency: Urgency) -> &mut VecDeque<Job> {
        match urgency {
            Urgency::Command => &mut self.commands,
            Urgency::Proof => &mut self.proofs,
            Urgency::Poll => &mut self.polls,
        }
    }
}

impl Desk {
    pub(super) fn ask(
        &self,
        device: usize,
        task: Task,
        urgency: Urgency,
    ) -> oneshot::Receiver<Answer> {
        let (asker, receiver) = oneshot::channel();
        let mut queues = self.queues.borrow_mut();
        let queue = queues.of(urgency);
        match queue.iter_mut().find(|job| job.device == device) {
            Some(job) => {
                job.task = task;
                // Askers who gave up are forgotten, so that a line that is down gathers no crowd.
                job.waiting.retain(|asker| !asker.is_closed());
                job.waiting.push(asker);
            }
            None => queue.push_back(Job { device, task, waiting: vec![asker] }),
        }
        drop(queues);
        self.bell.notify_one();
        receiver
    }

    /// The next command, which may go between two requests of a poll.
    pub(super) fn command(&self) -> Option<Job> {
        self.queues.borrow_mut().commands.pop_front()
    }

    /// The most urgent job, waiting for one if there is none.
    pub(super) async fn next(&self) -> Job {
        loop {
            let job = {
                let mut queues = self.queues.borrow_mut();
                let Queues { commands, proofs, polls } = &mut *queues;
                [commands, proofs, polls].into_iter().find_map(VecDeque::pop_front)
            };
            match job {
                Some(job) => return job,
                None => self.bell.notified().await,
            }
        }
    }

    pub(super) fn waiting(&self) -> usize {
        let queues = self.queues.borrow();
        queues.commands.len() + queues.proofs.len() + queues.polls.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(asked: &[(usize, Task, Urgency)]) -> Vec<(usize, Task)> {
        let desk = Desk::default();
        for (device, task, urgency) in asked {
            drop(desk.ask(*device, *task, *urgency));
        }
        let mut order = Vec::new();
        while desk.waiting() > 0 {
            let job = futures_util::FutureExt::now_or_never(desk.next()).expect("a job waits");
            order.push((job.device, job.task));
        }
        order
    }

    #[test]
    fn commands_go_first_then_proofs_then_polls() {
        let open = Task::Switch(SwitchCommand::Open);
        assert_eq!(
            order(&[
                (1, Task::Read, Urgency::Poll),
                (2, Task::Read, Urgency::Poll),
                (3, Task::Read, Urgency::Proof),
                (4, open, Urgency::Command),
            ]),
            [(4, open), (3, Task::Read), (1, Task::Read), (2, Task::Read)]
        );
    }

    #[test]
    fn the_newer_command_takes_the_place_of_the_older() {
        let (open, close) = (Task::Switch(SwitchCommand::Open), Task::Switch(SwitchCommand::Close));
        let asked = [(1, open, Urgency::Command), (2, open, Urgency::Command)];
        assert_eq!(order(&asked), [(1, open), (2, open)]);
        let asked = [asked[0], asked[1], (1, close, Urgency::Command)];
        assert_eq!(order(&asked), [(1, close), (2, open)]);
    }

    #[test]
    fn polls_that_pile_up_are_one_poll_with_many_askers() {
        let desk = Desk::default();
        let mut askers: Vec<_> = (0..100).map(|_| desk.ask(1, Task::Read, Urgency::Poll)).collect();
        assert_eq!(desk.waiting(), 1);
        let job = futures_util::FutureExt::now_or_never(desk.next()).expect("a job waits");
        let at = Timestamp::from_millis(5);
        job.answer(Answer { at, outcome: Err(CommFault::Timeout) });
        assert!(askers.iter_mut().all(|asker| asker.try_recv().is_ok_and(|a| a.at == at)));
    }
}
