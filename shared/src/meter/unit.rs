//! One meter as its actor keeps it: whom to ask what next, and what to make of the answer.

use serde::{Deserialize, Serialize};

use crate::energy::Power;
use crate::id::{Book, MeterId};
use crate::meter::{CommFault, Contact, Observation, Quality, Supply, SwitchCommand, Telegram};
use crate::time::{Span, Timestamp};

/// After how long a switch command that did not take is given again; then at every poll
/// (product rule 1).
const RETRY: [Span; 3] = [Span::from_secs(5), Span::from_secs(15), Span::from_secs(60)];

/// Attempts without success after which someone must look (product rule 1).
pub const ATTEMPTS_ALARM: u32 = 3;

/// Polls missed in a row after which values count as stale (product rule 21).
pub const MISSES_STALE: u32 = 2;

/// Power below which an open contact is believed: a meter's own noise.
const IDLE: Power = Power::from_watts(20);

/// A meter's contact side: no money here.
#[derive(Clone, Debug)]
pub struct Unit {
    meter: MeterId,
    book: Book,
    /// Least time between an automatic closing and the next opening.
    rest: Span,
    /// It has a supply switch that we may command.
    switchable: bool,
    /// The customer can close it at the meter, once that is permitted.
    button: bool,
    wanted: Supply,
    /// The contact as last seen; `None`: not seen since start.
    contact: Option<Contact>,
    misses: u32,
    attempts: u32,
    retry_at: Timestamp,
    closed_at: Option<Timestamp>,
    polls: u64,
    failures: u64,
    last_fault: Option<(Timestamp, CommFault)>,
}

/// What to do for the meter now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    Poll,
    Switch(SwitchCommand),
}

/// One contact and what it means, for billing and for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub meter: MeterId,
    pub book: Book,
    pub at: Timestamp,
    pub look: Result<Telegram, CommFault>,
    pub health: Health,
    /// Look again at this time instead of at the next turn.
    pub again: Option<Timestamp>,
}

/// How the meter answers and obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    pub quality: Quality,
    pub contact: Contact,
    /// Switch attempts without success.
    pub attempts: u32,
    pub polls: u64,
    pub failures: u64,
}

impl Unit {
    pub fn new(meter: MeterId, book: Book, switchable: bool, rest: Span) -> Self {
        Self {
            meter,
            book,
            rest,
            switchable,
            button: false,
            wanted: Supply::Connected,
            contact: None,
            misses: 0,
            attempts: 0,
            retry_at: Timestamp::default(),
            closed_at: None,
            polls: 0,
            failures: 0,
            last_fault: None,
        }
    }

    /// A switch that can be armed. Without a button an armed supply stays open until somebody's
    /// confirmation closes it.
    pub fn with_button(self, button: bool) -> Self {
        Self { button, ..self }
    }

    pub fn meter(&self) -> MeterId {
        self.meter
    }

    /// The command that is missing, where the switch can do it.
    fn missing(&self) -> Option<SwitchCommand> {
        let contact = self.contact.filter(|_| self.switchable)?;
        self.wanted.gap(contact).filter(|command| *command != SwitchCommand::Arm || self.button)
    }

    /// Sets what the supply should be. Level, not edge: setting the same again changes nothing.
    pub fn want(&mut self, wanted: Supply) {
        if self.wanted != wanted {
            self.wanted = wanted;
            self.attempts = 0;
            self.retry_at = Timestamp::default();
        }
    }

    /// The next thing to ask of the line. Nothing is commanded before the contact was seen once.
    pub fn job(&self, now: Timestamp) -> Job {
        match self.missing() {
            Some(SwitchCommand::Open)
                if self.closed_at.is_some_and(|closed| now < closed + self.rest) =>
            {
                Job::Poll
            }
            Some(command) if now >= self.retry_at => Job::Switch(command),
            Some(_) | None => Job::Poll,
        }
    }

    /// Takes in the answer to `job`.
    pub fn observe(&mut self, job: Job, observation: Observation) -> Report {
        let Observation { at, outcome } = observation;
        self.polls += 1;
        match &outcome {
            Ok(telegram) => {
                let seen = believed(telegram);
                if seen == Contact::Closed && self.contact == Some(Contact::Open) {
                    self.closed_at = Some(at);
                }
                self.contact = Some(seen);
                self.misses = 0;
            }
            Err(fault) => {
                self.failures += 1;
                self.misses += 1;
                self.last_fault = Some((at, fault.clone()));
            }
        }
        let still = self.missing();
        match (job, still) {
            (Job::Poll | Job::Switch(_), None) => self.attempts = 0,
            (Job::Switch(_), Some(_)) => {
                let wait = usize::try_from(self.attempts).ok().and_then(|n| RETRY.get(n)).copied();
                self.retry_at = at + wait.unwrap_or(Span::ZERO);
                self.attempts += 1;
            }
            (Job::Poll, Some(_)) => {}
        }
        let again = still.map(|command| match command {
            SwitchCommand::Open => {
                let rested = self.closed_at.map(|closed| closed + self.rest);
                self.retry_at.max(at).max(rested.unwrap_or(at))
            }
            SwitchCommand::Arm | SwitchCommand::Close => self.retry_at.max(at),
        });
        let again = again.filter(|_| self.attempts <= ATTEMPTS_ALARM);
        Report {
            meter: self.meter,
            book: self.book,
            at,
            look: outcome,
            health: self.health(),
            again,
        }
    }

    pub fn health(&self) -> Health {
        let quality = match (self.contact, self.misses) {
            (None, _) => Quality::Unknown,
            (Some(_), 0..MISSES_STALE) => Quality::Good,
            (Some(_), MISSES_STALE..) => Quality::Stale,
        };
        Health {
            quality,
            contact: self.contact.unwrap_or_default(),
            attempts: self.attempts,
            polls: self.polls,
            failures: self.failures,
        }
    }

    pub fn last_fault(&self) -> Option<&(Timestamp, CommFault)> {
        self.last_fault.as_ref()
    }
}

/// An open contact that lets power through is not believed.
fn believed(telegram: &Telegram) -> Contact {
    let flows = telegram.live.power.is_some_and(|power| power > IDLE);
    match telegram.contact {
        Contact::Open if flows => Contact::Unknown,
        Contact::Open => Contact::Open,
        Contact::Closed => Contact::Closed,
        Contact::Unknown => Contact::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::Register;
    use crate::meter::{DisconnectReason, Live};

    const CUT: Supply = Supply::Disconnected(DisconnectReason::NoCredit);

    fn unit() -> Unit {
        Unit::new(MeterId(1), Book::Live, true, Span::from_secs(10))
    }

    fn second(s: i64) -> Timestamp {
        Timestamp::from_millis(0) + Span::from_secs(s)
    }

    fn seen(at: i64, contact: Contact, watts: i64) -> Observation {
        let live = Live { power: Some(Power::from_watts(watts)), ..Live::default() };
        Observation {
            at: second(at),
            outcome: Ok(Telegram { import: Register::from_mwh(0), live, contact }),
        }
    }

    #[test]
    fn nothing_is_switched_before_the_contact_was_seen() {
        let mut unit = unit();
        unit.want(CUT);
        assert_eq!(unit.job(second(0)), Job::Poll);
        unit.observe(Job::Poll, seen(0, Contact::Closed, 500));
        assert_eq!(unit.job(second(1)), Job::Switch(SwitchCommand::Open));
    }

    #[test]
    fn a_command_that_does_not_take_is_given_again_after_5_15_and_60_seconds_and_then_always() {
        let mut unit = unit();
        unit.observe(Job::Poll, seen(0, Contact::Closed, 500));
        unit.want(CUT);
        let mut given = Vec::new();
        for s in 1..=200 {
            let job = unit.job(second(s));
            if job != Job::Poll {
                given.push(s);
            }
            unit.observe(job, seen(s, Contact::Closed, 500));
        }
        assert_eq!(given.iter().take(6).copied().collect::<Vec<_>>(), [1, 6, 21, 81, 82, 83]);
        assert!(unit.health().attempts > ATTEMPTS_ALARM);
    }

    #[test]
    fn an_open_contact_with_power_flowing_is_not_believed() {
        let mut unit = unit();
        unit.observe(Job::Poll, seen(0, Contact::Closed, 500));
        unit.want(CUT);
        let report = unit.observe(Job::Switch(SwitchCommand::Open), seen(1, Contact::Open, 500));
        assert_eq!((report.health.contact, report.health.attempts), (Contact::Unknown, 1));
        let report = unit.observe(Job::Switch(SwitchCommand::Open), seen(6, Contact::Open, 0));
        assert_eq!((report.health.contact, report.health.attempts), (Contact::Open, 0));
    }

    #[test]
    fn an_armed_supply_without_a_button_stays_open_and_alarms_nobody() {
        for (button, job) in [(false, Job::Poll), (true, Job::Switch(SwitchCommand::Arm))] {
            let mut unit = unit().with_button(button);
            unit.observe(Job::Poll, seen(0, Contact::Open, 0));
            unit.want(Supply::Armed);
            assert_eq!(unit.job(second(1)), job);
            let report = unit.observe(job, seen(1, Contact::Open, 0));
            assert_eq!(report.health.attempts, u32::from(button));
            unit.want(Supply::Connected);
            assert_eq!(unit.job(second(2)), Job::Switch(SwitchCommand::Close));
        }
    }

    #[test]
    fn a_supply_that_just_came_back_rests_before_it_is_opened_again() {
        let mut unit = unit();
        unit.observe(Job::Poll, seen(0, Contact::Open, 0));
        unit.observe(Job::Switch(SwitchCommand::Close), seen(1, Contact::Closed, 500));
        unit.want(CUT);
        assert_eq!(unit.job(second(10)), Job::Poll);
        assert_eq!(unit.job(second(11)), Job::Switch(SwitchCommand::Open));
    }

    #[test]
    fn two_misses_make_a_value_stale_and_never_a_zero() {
        let mut unit = unit();
        assert_eq!(unit.health().quality, Quality::Unknown);
        unit.observe(Job::Poll, seen(0, Contact::Closed, 500));
        let missed = |at| Observation { at: second(at), outcome: Err(CommFault::Timeout) };
        assert_eq!(unit.observe(Job::Poll, missed(1)).health.quality, Quality::Good);
        assert_eq!(unit.observe(Job::Poll, missed(2)).health.quality, Quality::Stale);
        assert_eq!(
            unit.observe(Job::Poll, seen(3, Contact::Closed, 500)).health.quality,
            Quality::Good
        );
    }
}
