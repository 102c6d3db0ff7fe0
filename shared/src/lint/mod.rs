//! Can a policy cut somebody wrongly? Every course of a small world under it is tried on the real
//! core, step by step, until one breaks a promise or none is left.
//!
//! The bounds: one account with one meter; credit at and beside every level that the policy names, the
//! day's energy among them; power at and above the limit of the hour; time at and beside the edges of
//! each different stretch of no-cut hours and of hours of a limit, and at every deadline of the core;
//! use, payments, delivered and undelivered notices, protection, emergency credit and
//! confirmations at each of these points.

mod promise;
mod step;
#[cfg(test)]
mod tests;
mod windows;
mod world;

use std::collections::{HashSet, VecDeque};
use std::fmt;

pub use promise::Broken;
pub use step::{Line, Step};

use crate::money::{Currency, Money};
use crate::policy::Policy;
use crate::time::{Timestamp, Zone};
use step::Moment;
use windows::Window;
use world::World;

/// States that one window may have; beyond it the policy is too large to be checked.
const MOST_STATES: usize = 200_000;

/// How much was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Explored {
    pub windows: usize,
    pub states: usize,
    pub steps: usize,
}

/// A course that breaks a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterExample {
    pub broken: Broken,
    pub timeline: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LintError {
    #[error("the policy is refused: {0}")]
    Wrong(#[from] crate::policy::Wrong),
    #[error("the policy breaks a promise: {}", .0.broken)]
    Broken(Box<CounterExample>),
    #[error("the policy has too many courses to be tried: more than {0} states around one time")]
    TooLarge(usize),
}

/// Tries every course from `around` on, to the second.
pub fn check(
    policy: &Policy,
    zone: &Zone,
    currency: Currency,
    around: Timestamp,
) -> Result<Explored, LintError> {
    check_against(policy, policy, zone, currency, around)
}

/// The same, held against the promises of another policy.
pub fn check_against(
    policy: &Policy,
    promised: &Policy,
    zone: &Zone,
    currency: Currency,
    around: Timestamp,
) -> Result<Explored, LintError> {
    policy.well_formed()?;
    let around = Timestamp::from_millis(around.millis().div_euclid(1_000) * 1_000);
    let mut explored = Explored::default();
    for window in windows::of(policy, promised, zone, around) {
        explored.windows += 1;
        explore(policy, promised, zone, currency, &window, &mut explored)?;
    }
    Ok(explored)
}

/// A state that was reached: from where, and by what.
struct Node {
    before: Option<usize>,
    moments: Vec<Moment>,
}

fn explore(
    policy: &Policy,
    promised: &Policy,
    zone: &Zone,
    currency: Currency,
    window: &Window,
    explored: &mut Explored,
) -> Result<(), LintError> {
    let mut nodes = vec![Node { before: None, moments: Vec::new() }];
    let mut seen = HashSet::new();
    let mut open = VecDeque::from([(0, World::open(policy, zone, currency, window))]);
    while let Some((from, world)) = open.pop_front() {
        for action in world.actions(window) {
            let mut next = world.clone();
            explored.steps += 1;
            let done = next.act(action, window, promised);
            let moments = std::mem::take(&mut next.told);
            if let Err(broken) = done {
                let course = course(&nodes, from).into_iter().chain(moments);
                let timeline = course.map(|moment| moment.line(zone, currency)).collect();
                return Err(LintError::Broken(Box::new(CounterExample { broken, timeline })));
            }
            if seen.insert(next.state(window)) {
                nodes.push(Node { before: Some(from), moments });
                open.push_back((nodes.len() - 1, next));
            }
        }
        if seen.len() > MOST_STATES {
            return Err(LintError::TooLarge(MOST_STATES));
        }
    }
    explored.states += seen.len();
    Ok(())
}

fn course(nodes: &[Node], to: usize) -> Vec<Moment> {
    let mut back = Vec::new();
    let mut place = Some(to);
    while let Some(node) = place.and_then(|place| nodes.get(place)) {
        back.push(node.moments.clone());
        place = node.before;
    }
    back.into_iter().rev().flatten().collect()
}

impl fmt::Display for CounterExample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.broken)?;
        for Line { time, what, credit, supply, step: _, wanted: _ } in &self.timeline {
            write!(f, "\n  {time}  {credit:>9}  {supply:<22}  {what}")?;
        }
        Ok(())
    }
}

fn shown(amount: Money, currency: Currency) -> String {
    amount.to_decimal(currency).to_string()
}
