//! What is remembered of one unit address: answers still owed, back-off, counters.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::Serialize;
use shared::meter::CommFault;
use shared::meter::profile::{Block, Table};
use tokio::time::Instant;

use super::config::UnitAddress;

pub(super) struct Unit {
    /// Shapes (table and length) of reads that were given up and may still be answered.
    owed: BTreeMap<(Table, u16), Instant>,
    /// Reads by which the unit can show that it owes nothing.
    fences: Vec<Block>,
    first_pause: Duration,
    failures: u32,
    due: Option<Instant>,
    pub(super) counters: Counters,
    last_fault: Option<CommFault>,
}

#[derive(Default)]
pub(super) struct Counters {
    requests: u64,
    good: u64,
    timeouts: u64,
    garbled: u64,
    wrong: u64,
    exceptions: u64,
    line_down: u64,
    implausible: u64,
    latencies_us: VecDeque<u32>,
}

/// How a unit address has done since the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitStatus {
    pub unit: UnitAddress,
    pub requests: u64,
    pub good: u64,
    pub timeouts: u64,
    pub garbled: u64,
    pub wrong: u64,
    pub exceptions: u64,
    pub line_down: u64,
    /// Polls whose values were refused.
    pub implausible: u64,
    /// Time from request to answer, of the last few hundred.
    pub p50_us: Option<u32>,
    pub p99_us: Option<u32>,
    /// Silent so often that it is asked only now and then.
    pub backed_off: bool,
    pub last_fault: Option<CommFault>,
}

/// What has to happen before a unit's answers can be told apart again.
pub(super) enum Fence {
    /// Nothing is owed.
    None,
    /// A read of a shape that is not owed. Devices and gateways answer in order: once it is
    /// answered, nothing older comes any more.
    Read(Block),
    /// There is no such read in this model; only silence is left.
    Silence,
    /// All such reads are owed themselves; they have to grow old first.
    Wait,
}

/// No answer comes later than this.
const OWED: Duration = Duration::from_secs(30);
const LATENCIES: usize = 512;
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

impl Unit {
    pub(super) fn new(first_pause: Duration) -> Self {
        Self {
            owed: BTreeMap::new(),
            fences: Vec::new(),
            first_pause,
            failures: 0,
            due: None,
            counters: Counters::default(),
            last_fault: None,
        }
    }

    pub(super) fn may_be_fenced_by(&mut self, fences: Vec<Block>) {
        self.fences.extend(fences);
    }

    /// A read was given up.
    pub(super) fn owes(&mut self, table: Table, count: u16, now: Instant) {
        self.owed.insert((table, count), now);
    }

    pub(super) fn is_even(&mut self) {
        self.owed.clear();
    }

    pub(super) fn fence(&mut self, now: Instant) -> Fence {
        self.owed.retain(|_, since| now.saturating_duration_since(*since) < OWED);
        let free = |fence: &&Block| !self.owed.contains_key(&(fence.table, fence.count));
        match self.fences.iter().find(free) {
            _ if self.owed.is_empty() => Fence::None,
            Some(block) => Fence::Read(block.clone()),
            None if self.fences.is_empty() => Fence::Silence,
            None => Fence::Wait,
        }
    }

    /// Whether reads have to wait.
    pub(super) fn is_backed_off(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now < due)
    }

    /// The outcome of one visit: silence doubles the pause before the next, anything heard ends it.
    pub(super) fn visited(&mut self, now: Instant, fault: Option<&CommFault>) {
        let silent = match fault {
            Some(CommFault::Timeout | CommFault::Garbled | CommFault::WrongReply) => true,
            Some(CommFault::Exception(code)) => matches!(code, 0x0A | 0x0B),
            Some(
                CommFault::Implausible(_)
                | CommFault::LineDown
                | CommFault::BackedOff
                | CommFault::ReadOnly,
            )
            | None => false,
        };
        if let Some(fault) = fault {
            self.last_fault = Some(fault.clone());
        }
        if matches!(fault, Some(CommFault::Implausible(_))) {
            self.counters.implausible += 1;
        }
        if silent {
            let pause = (self.first_pause * (1 << self.failures)).min(LONGEST_PAUSE);
            self.failures = (self.failures + 1).min(16);
            self.due = Some(now + pause);
        } else if fault != Some(&CommFault::LineDown) {
            self.failures = 0;
            self.due = None;
        }
    }

    pub(super) fn status(&self, unit: UnitAddress, now: Instant) -> UnitStatus {
        let counters = &self.counters;
        UnitStatus {
            unit,
            requests: counters.requests,
            good: counters.good,
            timeouts: counters.timeouts,
            garbled: counters.garbled,
            wrong: counters.wrong,
            exceptions: counters.exceptions,
            line_down: counters.line_down,
            implausible: counters.implausible,
            p50_us: counters.percentile(50),
            p99_us: counters.percentile(99),
            backed_off: self.is_backed_off(now),
            last_fault: self.last_fault.clone(),
        }
    }
}

impl Counters {
    pub(super) fn count(&mut self, took: Duration, fault: Option<&CommFault>) {
        self.requests += 1;
        let counter = match fault {
            None => &mut self.good,
            Some(CommFault::Timeout) => &mut self.timeouts,
            Some(CommFault::Garbled) => &mut self.garbled,
            Some(CommFault::WrongReply) => &mut self.wrong,
            Some(CommFault::Exception(_)) => &mut self.exceptions,
            Some(
                CommFault::LineDown
                | CommFault::Implausible(_)
                | CommFault::BackedOff
                | CommFault::ReadOnly,
            ) => &mut self.line_down,
        };
        *counter += 1;
        if fault.is_none() {
            if self.latencies_us.len() == LATENCIES {
                self.latencies_us.pop_front();
            }
            self.latencies_us.push_back(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        }
    }

    fn percentile(&self, percent: usize) -> Option<u32> {
        let mut sorted: Vec<u32> = self.latencies_us.iter().copied().collect();
        sorted.sort_unstable();
        let place = (sorted.len() * percent / 100).min(sorted.len().checked_sub(1)?);
        sorted.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_unit_is_asked_ever_less_often_until_it_answers() {
        let mut unit = Unit::new(Duration::from_secs(2));
        let start = Instant::now();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            unit.visited(start, Some(&CommFault::Timeout));
            let pause = (0..).find(|s| !unit.is_backed_off(start + Duration::from_secs(*s)));
            pauses.push(pause.expect("a pause ends"));
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        unit.visited(start, Some(&CommFault::Exception(2)));
        assert!(!unit.is_backed_off(start), "a meter that refuses is alive");
        unit.visited(start, Some(&CommFault::Exception(0x0B)));
        assert!(unit.is_backed_off(start), "the gateway says that the meter is silent");
        unit.visited(start, None);
        assert!(!unit.is_backed_off(start));
    }
}
