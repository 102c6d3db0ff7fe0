//! The desk of a line: what is to be done, in order of urgency, never more than one job of a kind
//! for a device. A switch command goes before its proof, that before any read, fast reads before
//! slow ones, and devices that did not answer last; a newer job takes the place of an older one of
//! its kind, and both askers get the newer answer.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use shared::meter::profile::{Evidence, Values};
use shared::meter::{CommFault, SwitchCommand};
use shared::time::Timestamp;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::binding::{Binding, Observer};
use super::question::Question;
use super::wire::Clock;

/// What is to be done. Devices are named by their place in the list of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Read(usize),
    /// The values that change seldom.
    ReadSlow(usize),
    Switch(usize, SwitchCommand),
    /// A single request to any unit: a scan, or a function of a vendor.
    Ask(Question),
}

impl Task {
    /// The newer of two such tasks stands for both.
    fn replaces(&self, older: &Self) -> bool {
        match (self, older) {
            (Self::Read(device), Self::Read(other))
            | (Self::ReadSlow(device), Self::ReadSlow(other))
            | (Self::Switch(device, _), Self::Switch(other, _)) => device == other,
            (Self::Read(_) | Self::ReadSlow(_) | Self::Switch(..) | Self::Ask(_), _) => false,
        }
    }
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
    /// The registers or bits that were asked for.
    Words(Vec<u16>),
    /// The answer to a request in bytes, from the function code on.
    Bytes(Vec<u8>),
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
    Fast,
    Slow,
    /// Devices that did not answer last time, and scans.
    Probe,
}

pub(super) struct Job {
    pub(super) task: Task,
    pub(super) urgency: Urgency,
    /// When it was put behind all others.
    since: Option<Instant>,
    waiting: Vec<Asker>,
}

/// Who waits for an answer.
pub(super) enum Asker {
    /// A task that goes on with it.
    Task(oneshot::Sender<Answer>),
    /// Whoever polls a meter: he is told what the answer means.
    Observer(Rc<Binding>, Observer, Clock),
}

impl Asker {
    fn has_left(&self) -> bool {
        match self {
            Self::Task(asker) => asker.is_closed(),
            Self::Observer(_, observer, _) => {
                observer.as_ref().is_none_or(oneshot::Sender::is_closed)
            }
        }
    }

    fn answer(self, answer: Answer) {
        match self {
            // An asker who left has taken a decision without us; there is nothing to tell him.
            Self::Task(asker) => drop(asker.send(answer)),
            Self::Observer(meter, observer, clock) => meter.answered(answer, observer, clock),
        }
    }
}

impl Job {
    fn waited_long(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= PROBE_WAITS)
    }

    pub(super) fn answer(mut self, answer: Answer) {
        let last = self.waiting.pop();
        for asker in self.waiting {
            asker.answer(answer.clone());
        }
        if let Some(asker) = last {
            asker.answer(answer);
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
    /// Nobody works here any more.
    closed: bool,
    commands: VecDeque<Job>,
    proofs: VecDeque<Job>,
    fast: VecDeque<Job>,
    slow: VecDeque<Job>,
    probes: VecDeque<Job>,
}

/// A line that is never idle still looks this often at those that did not answer.
const PROBE_WAITS: Duration = Duration::from_secs(10);

impl Queues {
    fn of(&mut self, urgency: Urgency) -> &mut VecDeque<Job> {
        match urgency {
            Urgency::Command => &mut self.commands,
            Urgency::Proof => &mut self.proofs,
            Urgency::Fast => &mut self.fast,
            Urgency::Slow => &mut self.slow,
            Urgency::Probe => &mut self.probes,
        }
    }

    fn put(&mut self, job: Job) {
        if self.closed {
            return; // who asks learns that nobody answers
        }
        let queue = self.of(job.urgency);
        match queue.iter_mut().find(|waiting| job.task.replaces(&waiting.task)) {
            Some(waiting) => {
                waiting.task = job.task;
                // Askers who gave up are forgotten, so that a line that is down gathers no crowd.
                waiting.waiting.retain(|asker| !asker.has_left());
                waiting.waiting.extend(job.waiting);
            }
            None => queue.push_back(job),
        }
    }

    fn take(&mut self) -> Option<Job> {
        let overdue = self.probes.front().is_some_and(Job::waited_long);
        let Self { commands, proofs, fast, slow, probes, .. } = self;
        commands
            .pop_front()
            .or_else(|| proofs.pop_front())
            .or_else(|| overdue.then(|| probes.pop_front()).flatten())
            .or_else(|| fast.pop_front())
            .or_else(|| slow.pop_front())
            .or_else(|| probes.pop_front())
    }
}

impl Desk {
    pub(super) fn ask(&self, task: Task, urgency: Urgency) -> oneshot::Receiver<Answer> {
        let (asker, receiver) = oneshot::channel();
        self.put(task, urgency, Asker::Task(asker));
        receiver
    }

    pub(super) fn put(&self, task: Task, urgency: Urgency, asker: Asker) {
        let since = (urgency == Urgency::Probe).then(Instant::now);
        self.queues.borrow_mut().put(Job { task, urgency, since, waiting: vec![asker] });
        self.bell.notify_one();
    }

    /// The next command, which may go between two requests of a poll.
    pub(super) fn command(&self) -> Option<Job> {
        self.queues.borrow_mut().commands.pop_front()
    }

    /// The most urgent job, waiting for one if there is none.
    pub(super) async fn next(&self) -> Job {
        loop {
            let job = self.queues.borrow_mut().take();
            match job {
                Some(job) => return job,
                None => self.bell.notified().await,
            }
        }
    }

    /// Puts a read behind all others if there are others; gives it back if there are none.
    pub(super) fn put_last(&self, job: Job) -> Option<Job> {
        let mut queues = self.queues.borrow_mut();
        if queues.fast.is_empty() && queues.slow.is_empty() {
            return Some(job);
        }
        queues.put(Job { urgency: Urgency::Probe, since: Some(Instant::now()), ..job });
        None
    }

    /// The owner is gone: whoever waits, and whoever asks from now on, learns that the line is down.
    pub(super) fn close(&self) {
        let left = self.queues.replace(Queues { closed: true, ..Queues::default() });
        drop(left);
    }

    pub(super) fn waiting(&self) -> usize {
        let queues = self.queues.borrow();
        let Queues { commands, proofs, fast, slow, probes, .. } = &*queues;
        [commands, proofs, fast, slow, probes].into_iter().map(VecDeque::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn next(desk: &Desk) -> Job {
        desk.next().now_or_never().expect("a job waits")
    }

    fn order(asked: &[(Task, Urgency)]) -> Vec<Task> {
        let desk = Desk::default();
        for (task, urgency) in asked {
            drop(desk.ask(task.clone(), *urgency));
        }
        let mut order = Vec::new();
        while desk.waiting() > 0 {
            order.push(next(&desk).task);
        }
        order
    }

    #[test]
    fn commands_go_first_then_proofs_then_fast_reads_then_slow_ones_then_probes() {
        let asked = [
            (Task::Read(6), Urgency::Probe),
            (Task::ReadSlow(5), Urgency::Slow),
            (Task::Read(1), Urgency::Fast),
            (Task::Read(2), Urgency::Fast),
            (Task::Read(3), Urgency::Proof),
            (Task::Switch(4, SwitchCommand::Open), Urgency::Command),
        ];
        let order = order(&asked);
        let expected = [5, 4, 2, 3, 1, 0].map(|place: usize| asked[place].0.clone());
        assert_eq!(order, expected);
    }

    #[test]
    fn the_newer_command_takes_the_place_of_the_older() {
        let command = |device, command| (Task::Switch(device, command), Urgency::Command);
        let (open, close) = (SwitchCommand::Open, SwitchCommand::Close);
        let asked = [command(1, open), command(2, open)];
        assert_eq!(order(&asked), [asked[0].0.clone(), asked[1].0.clone()]);
        let asked = [command(1, open), command(2, open), command(1, close)];
        assert_eq!(order(&asked), [asked[2].0.clone(), asked[1].0.clone()]);
    }

    #[test]
    fn polls_that_pile_up_are_one_poll_with_many_askers() {
        let desk = Desk::default();
        let mut askers: Vec<_> = (0..100).map(|_| desk.ask(Task::Read(1), Urgency::Fast)).collect();
        assert_eq!(desk.waiting(), 1);
        let at = Timestamp::from_millis(5);
        next(&desk).answer(Answer { at, outcome: Err(CommFault::Timeout) });
        assert!(askers.iter_mut().all(|asker| asker.try_recv().is_ok_and(|a| a.at == at)));
    }

    #[test]
    fn nobody_waits_at_a_desk_that_was_left() {
        let desk = Desk::default();
        let mut before = desk.ask(Task::Read(1), Urgency::Fast);
        desk.close();
        let mut after = desk.ask(Task::Read(1), Urgency::Fast);
        for asker in [&mut before, &mut after] {
            assert_eq!(asker.try_recv().err(), Some(oneshot::error::TryRecvError::Closed));
        }
        assert_eq!(desk.waiting(), 0);
    }

    #[test]
    fn a_device_that_did_not_answer_waits_for_the_others() {
        let desk = Desk::default();
        drop(desk.ask(Task::Read(1), Urgency::Fast));
        drop(desk.ask(Task::Read(2), Urgency::Fast));
        let suspect = next(&desk);
        assert!(desk.put_last(suspect).is_none());
        assert_eq!(next(&desk).task, Task::Read(2));
        let suspect = next(&desk);
        assert_eq!((&suspect.task, suspect.urgency), (&Task::Read(1), Urgency::Probe));
        assert!(desk.put_last(suspect).is_some(), "nobody else waits");
    }
}
