//! What is remembered of one unit address: answers still owed, back-off, counters.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

pub use shared::api::line::UnitView as UnitStatus;
use shared::meter::CommFault;
use shared::meter::profile::{Block, Table};
use tokio::time::Instant;

use super::config::UnitAddress;

pub(super) struct Unit {
    /// Reads that were given up and may still be answered, oldest first.
    owed: Vec<(Shape, Instant)>,
    /// Shapes of the reads that bring values.
    shapes: BTreeSet<Shape>,
    /// Reads of other shapes, by which the unit can show that it owes nothing.
    fences: Vec<Block>,
    patience: Patience,
    failures: u32,
    /// It has spoken at least once since the start.
    spoke: bool,
    due: Option<Instant>,
    pub(super) counters: Counters,
    last_fault: Option<CommFault>,
}

/// How a silent unit is asked less often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// The first pause; each further silence doubles it.
    pub(super) first_pause: Duration,
    /// How many times longer than what a silence cost the line its pause is at least, so that the
    /// others on the line hardly notice. A unit that has spoken before is asked once more soon.
    pub(super) spare: u32,
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

/// What has to happen before a unit's answers can be told apart again.
pub(super) enum Fence {
    /// Nothing is owed that could be taken for the answer to a read.
    None,
    /// A read of a shape that no other read has. Devices and gateways answer in order: once it is
    /// answered, nothing older comes any more.
    Read(Block),
    /// There is no such read in this model; only silence is left.
    Silence,
}

/// What an answer looks like from outside: its table, and how many registers or bytes of bits.
type Shape = (Table, u16);

fn shape(table: Table, count: u16) -> Shape {
    (table, if table.is_bits() { count.div_ceil(8) } else { count })
}

/// No answer comes later than this.
const OWED: Duration = Duration::from_secs(30);
const LATENCIES: usize = 512;
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

impl Unit {
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            owed: Vec::new(),
            shapes: BTreeSet::new(),
            fences: Vec::new(),
            patience,
            failures: 0,
            spoke: false,
            due: None,
            counters: Counters::default(),
            last_fault: None,
        }
    }

    /// Tells which reads bring values, and which shorter ones may stand between.
    pub(super) fn knows<'a>(
        &mut self,
        blocks: impl IntoIterator<Item = &'a Block>,
        fences: &[Block],
    ) {
        self.shapes.extend(blocks.into_iter().map(|block| shape(block.table, block.count)));
        self.fences.extend_from_slice(fences);
        let shapes = &self.shapes;
        self.fences.retain(|fence| !shapes.contains(&shape(fence.table, fence.count)));
    }

    /// A read was given up.
    pub(super) fn owes(&mut self, table: Table, count: u16, now: Instant) {
        self.owed.push((shape(table, count), now));
    }

    /// A read was answered: by the answer to the oldest question of its shape, for all we know.
    /// What was asked before that one is not answered any more.
    pub(super) fn answered(&mut self, table: Table, count: u16, now: Instant) {
        let answer = shape(table, count);
        match self.owed.iter().position(|(owed, _)| *owed == answer) {
            Some(oldest) => {
                self.owed.drain(..=oldest);
                self.owed.push((answer, now));
            }
            None => self.owed.clear(),
        }
    }

    /// The line was silent for so long that nothing can be under way.
    pub(super) fn was_silent(&mut self) {
        self.owed.clear();
    }

    /// No answer is under way.
    pub(super) fn owes_nothing(&self) -> bool {
        self.owed.is_empty()
    }

    pub(super) fn fence(&mut self, now: Instant) -> Fence {
        self.owed.retain(|(_, since)| now.saturating_duration_since(*since) < OWED);
        let owes = |owed: &Shape| self.owed.iter().any(|(shape, _)| shape == owed);
        if !self.shapes.iter().any(owes) {
            return Fence::None;
        }
        let free = self.fences.iter().find(|fence| !owes(&shape(fence.table, fence.count)));
        match free.or(self.fences.first()) {
            Some(fence) => Fence::Read(fence.clone()),
            None => Fence::Silence,
        }
    }

    /// Whether reads have to wait.
    pub(super) fn is_backed_off(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now < due)
    }

    /// The same now; a unit that is awake costs no look at the clock.
    pub(super) fn rests(&self) -> bool {
        self.due.is_some() && self.is_backed_off(Instant::now())
    }

    /// Whether its last visit failed: others go first.
    pub(super) fn is_suspect(&self) -> bool {
        self.failures > 0
    }

    /// The outcome of one visit, and how long it kept the line: silence doubles the pause before the
    /// next, anything heard ends it.
    pub(super) fn visited(&mut self, now: Instant, fault: Option<&CommFault>, cost: Duration) {
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
            let doubled = self.patience.first_pause * (1 << self.failures);
            let spare = if self.failures == 0 && self.spoke { 0 } else { self.patience.spare };
            let pause = doubled.max(cost.saturating_mul(spare)).min(LONGEST_PAUSE);
            self.failures = (self.failures + 1).min(16);
            self.due = Some(now + pause);
        } else if fault != Some(&CommFault::LineDown) {
            self.spoke = true;
            self.failures = 0;
            self.due = None;
        }
    }

    pub(super) fn status(&self, unit: UnitAddress, now: Instant) -> UnitStatus {
        let counters = &self.counters;
        UnitStatus {
            unit: unit.into(),
            model: String::new(),
            meter: None,
            points: Vec::new(),
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

    const PLAIN: Patience = Patience { first_pause: Duration::from_secs(2), spare: 0 };

    #[test]
    fn a_silent_unit_is_asked_ever_less_often_until_it_answers() {
        let mut unit = Unit::new(PLAIN);
        let start = Instant::now();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            unit.visited(start, Some(&CommFault::Timeout), Duration::ZERO);
            let pause = (0..1_000).find(|s| !unit.is_backed_off(start + Duration::from_secs(*s)));
            pauses.push(pause.expect("a pause ends"));
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        unit.visited(start, Some(&CommFault::Exception(2)), Duration::ZERO);
        assert!(!unit.is_backed_off(start), "a meter that refuses is alive");
        unit.visited(start, Some(&CommFault::Exception(0x0B)), Duration::ZERO);
        assert!(unit.is_backed_off(start), "the gateway says that the meter is silent");
        unit.visited(start, None, Duration::ZERO);
        assert!(!unit.is_backed_off(start));
    }

    #[test]
    fn a_silence_that_costs_the_line_much_is_followed_by_a_longer_pause() {
        let start = Instant::now();
        let pause = |unit: &mut Unit| {
            unit.visited(start, Some(&CommFault::Timeout), Duration::from_millis(700));
            (0..1_000).find(|s| !unit.is_backed_off(start + Duration::from_secs(*s)))
        };
        let mut never_heard = Unit::new(Patience { spare: 20, ..PLAIN });
        assert_eq!([(); 3].map(|()| pause(&mut never_heard)), [Some(14), Some(14), Some(14)]);
        let mut spoke = Unit::new(Patience { spare: 20, ..PLAIN });
        spoke.visited(start, None, Duration::ZERO);
        assert_eq!([(); 3].map(|()| pause(&mut spoke)), [Some(2), Some(14), Some(14)]);
    }

    /// Two reads of four registers, and one of two to tell them apart.
    fn unit() -> Unit {
        let block = |count| Block { table: Table::Input, at: 0, count, points: Vec::new() };
        let mut unit = Unit::new(PLAIN);
        unit.knows(&[block(4)], &[block(2), block(4)]);
        unit
    }

    #[test]
    fn a_unit_that_owes_an_answer_is_asked_for_another_shape_first() {
        let now = Instant::now();
        let fence = |unit: &mut Unit| match unit.fence(now) {
            Fence::None => "none",
            Fence::Read(block) if block.count == 2 => "two",
            Fence::Read(_) => "another",
            Fence::Silence => "silence",
        };
        let mut unit = unit();
        assert_eq!(fence(&mut unit), "none");
        unit.owes(Table::Input, 4, now);
        assert_eq!(fence(&mut unit), "two");
        unit.owes(Table::Input, 2, now); // the fence was not answered either
        assert_eq!(fence(&mut unit), "two", "again: either answer comes after the four");
        unit.answered(Table::Input, 2, now);
        assert_eq!(fence(&mut unit), "none", "two more may come, but they look like no value");
        unit.owes(Table::Input, 4, now);
        unit.answered(Table::Input, 2, now); // maybe the older two, asked before the four
        assert_eq!(fence(&mut unit), "two");
        unit.answered(Table::Input, 2, now);
        assert_eq!(fence(&mut unit), "none");
        unit.answered(Table::Input, 4, now);
        assert!(unit.owed.is_empty(), "an answer that nobody else owes settles all");
    }

    #[test]
    fn old_debts_are_forgotten_and_without_a_fence_there_is_silence() {
        let now = Instant::now();
        let mut unit = Unit::new(PLAIN);
        unit.knows(&[Block { table: Table::Coil, at: 0, count: 1, points: Vec::new() }], &[]);
        unit.owes(Table::Coil, 8, now); // one byte of coils looks like one coil
        assert!(matches!(unit.fence(now), Fence::Silence));
        assert!(matches!(unit.fence(now + OWED), Fence::None));
    }
}
