//! Loads: what draws power, as a step curve for each civil day. A curve is a function of
//! (seed, entity, day) alone, so energy is integrated exactly between any two instants and nothing
//! has to tick.

pub mod appliance;
pub mod building;
pub mod profile;
pub mod replay;

use std::collections::BTreeMap;

use shared::time::{Span, Timestamp};

use crate::calendar::{Calendar, Day};
use crate::chance::Seed;
use crate::physics::Flow;
use appliance::Household;
use profile::{Profile, ProfileLoad};
use replay::Replay;

/// What draws power behind one meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    Constant(Flow),
    /// One power before an instant, another from it on.
    Step {
        before: Flow,
        after: Flow,
        at: Timestamp,
    },
    /// On for a while, again and again, from the epoch on.
    Pulse {
        on: Flow,
        every: Span,
        lasting: Span,
    },
    Profile(ProfileLoad),
    Appliances(Household),
    Replay(Replay),
    Sum(Vec<Load>),
}

/// Whose chance a load draws from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub seed: Seed,
    pub entity: u32,
}

/// A step curve over one civil day, in order and without gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Curve {
    segments: Vec<Segment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub until: Timestamp,
    pub flow: Flow,
}

impl Curve {
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    pub fn get(&self, place: usize) -> Option<Segment> {
        self.segments.get(place).copied()
    }

    /// The place of the segment that `at` lies in.
    pub fn place(&self, at: Timestamp) -> usize {
        self.segments.partition_point(|segment| segment.until <= at)
    }
}

/// Where a day's curve is drawn: the calendar, what is worked out once a year, and scratch paper.
#[derive(Clone, Debug)]
pub struct Desk {
    pub calendar: Calendar,
    norms: BTreeMap<(Profile, i16), i128>,
    sketch: Sketch,
}

impl Desk {
    pub fn new(calendar: Calendar) -> Self {
        Self { calendar, norms: BTreeMap::new(), sketch: Sketch::default() }
    }

    /// Draws the curve of the civil day of `at` into `curve`, and gives that day's borders.
    pub fn draw(
        &mut self,
        load: &Load,
        key: Key,
        at: Timestamp,
        curve: &mut Curve,
    ) -> (Timestamp, Timestamp) {
        let day = self.calendar.day(at);
        self.sketch.begin(&day);
        self.pencil(load, key, &day);
        self.sketch.ink(curve);
        (day.start, day.end)
    }

    fn pencil(&mut self, load: &Load, key: Key, day: &Day) {
        match load {
            Load::Constant(flow) => self.sketch.add(day.start, day.end, *flow),
            Load::Step { before, after, at } => {
                self.sketch.add(day.start, *at, *before);
                self.sketch.add(*at, day.end, *after);
            }
            Load::Pulse { on, every, lasting } => {
                pulse(&mut self.sketch, *on, *every, *lasting, day);
            }
            Load::Profile(load) => {
                let calendar = &self.calendar;
                let norm = *self
                    .norms
                    .entry((load.profile, day.date.year()))
                    .or_insert_with(|| load.profile.year_sum(calendar, day.date.year()));
                load.pencil(key, day, norm, &mut self.sketch);
            }
            Load::Appliances(household) => household.pencil(key, day, &mut self.sketch),
            Load::Replay(replay) => replay.pencil(day, &mut self.sketch),
            Load::Sum(parts) => parts.iter().for_each(|part| self.pencil(part, key, day)),
        }
    }
}

fn pulse(sketch: &mut Sketch, on: Flow, every: Span, lasting: Span, day: &Day) {
    let period = every.millis().max(1_000);
    let mut from = day.start.millis().div_euclid(period) * period;
    while from < day.end.millis() {
        let start = Timestamp::from_millis(from);
        sketch.add(start, start + lasting, on);
        from += period;
    }
}

/// A day in pencil: changes of power, in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sketch {
    start: Timestamp,
    end: Timestamp,
    changes: Vec<(Timestamp, Flow)>,
}

impl Sketch {
    fn begin(&mut self, day: &Day) {
        (self.start, self.end) = (day.start, day.end);
        self.changes.clear();
    }

    /// Adds a flow over the part of [from, until) that lies in this day.
    pub(crate) fn add(&mut self, from: Timestamp, until: Timestamp, flow: Flow) {
        let (from, until) = (from.max(self.start), until.min(self.end));
        if from < until && flow != Flow::NONE {
            self.changes.push((from, flow));
            self.changes.push((until, -flow));
        }
    }

    fn ink(&mut self, curve: &mut Curve) {
        curve.segments.clear();
        self.changes.sort_by_key(|(at, _)| *at);
        let mut flow = Flow::NONE;
        let mut from = self.start;
        for (at, change) in &self.changes {
            if *at > from {
                curve.segments.push(Segment { until: *at, flow });
                from = *at;
            }
            flow += *change;
        }
        if from < self.end {
            curve.segments.push(Segment { until: self.end, flow });
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use shared::time::Zone;

    use super::*;
    use crate::physics::Work;

    pub(crate) fn desk() -> Desk {
        Desk::new(Calendar::new(Zone::named("Asia/Shanghai").expect("a zone"), BTreeSet::new()))
    }

    pub(crate) fn noon(date: &str) -> Timestamp {
        Timestamp::parse(&format!("{date}T12:00:00+08:00")).expect("an instant")
    }

    pub(crate) const KEY: Key = Key { seed: Seed(42), entity: 7 };

    /// The work of `days` civil days from the one of `at`.
    pub(crate) fn work(load: &Load, key: Key, at: Timestamp, days: i64) -> Work {
        let mut desk = desk();
        let mut curve = Curve::default();
        (0..days)
            .map(|day| {
                let (mut from, _) = desk.draw(load, key, at + Span::from_days(day), &mut curve);
                let mut total = Work::ZERO;
                for segment in curve.segments() {
                    total += segment.flow.over(segment.until - from);
                    from = segment.until;
                }
                total
            })
            .sum()
    }

    #[test]
    fn a_curve_covers_its_day_without_gaps() {
        let load = Load::Sum(vec![
            Load::Constant(Flow::resistive(5_000)),
            Load::Step {
                before: Flow::NONE,
                after: Flow::resistive(1_000_000),
                at: noon("2026-07-01"),
            },
            Load::Pulse {
                on: Flow::resistive(2_000_000),
                every: Span::from_hours(6),
                lasting: Span::from_mins(30),
            },
        ]);
        let mut curve = Curve::default();
        let (start, end) = desk().draw(&load, KEY, noon("2026-07-01"), &mut curve);
        assert_eq!(curve.segments().last().map(|last| last.until), Some(end));
        assert!(curve.segments().windows(2).all(|two| two[0].until < two[1].until));
        assert!(curve.segments().first().is_some_and(|first| first.until > start));
        // 24 h of 5 W, 12 h of 1 kW, 4 × 30 min of 2 kW
        let energy = work(&load, KEY, noon("2026-07-01"), 1).energy();
        assert_eq!(energy, shared::energy::Energy::from_wh(120 + 12_000 + 4_000));
    }

    #[test]
    fn a_place_is_found_on_both_sides_of_a_border() {
        let at = noon("2026-07-01");
        let load = Load::Step { before: Flow::NONE, after: Flow::resistive(9), at };
        let mut curve = Curve::default();
        desk().draw(&load, KEY, at, &mut curve);
        assert_eq!(curve.place(at - Span::from_millis(1)), 0);
        assert_eq!(curve.place(at), 1);
    }
}
