//! Which times are tried: one window around each different edge of no-cut hours, and one far from any.

use std::collections::BTreeSet;

use crate::policy::Policy;
use crate::time::{Span, Timestamp, Zone};

/// Times at which something may be done, ascending.
pub(super) struct Window {
    pub(super) times: Vec<Timestamp>,
}

/// Around an edge, in seconds.
const BESIDE: [i64; 7] = [-2_700, -1_801, -1, 0, 60, 1_500, 1_860];
/// Where nothing is near, in minutes.
const CALM: [i64; 5] = [0, 5, 20, 40, 120];
/// Edges are alike where these minutes around them are.
const NEAR: i64 = 120;
/// So far ahead edges are looked for: a week, the days with a table of their own, and a change.
const AHEAD_DAYS: i64 = 8;

pub(super) fn of(
    policy: &Policy,
    promised: &Policy,
    zone: &Zone,
    around: Timestamp,
) -> Vec<Window> {
    let mut alike = BTreeSet::new();
    let mut windows = Vec::new();
    for edge in edges(policy, zone, around).into_iter().chain(edges(promised, zone, around)) {
        let quiet = |minute: i64| {
            let at = edge + Span::from_mins(minute);
            policy.no_cut_until(zone, at).is_some() || promised.no_cut_until(zone, at).is_some()
        };
        let shape: Vec<bool> = (-NEAR..=NEAR).step_by(5).map(quiet).collect();
        if alike.insert(shape) {
            let times = BESIDE.map(|seconds| edge + Span::from_secs(seconds)).to_vec();
            windows.push(Window { times });
        }
    }
    let calm = calm(policy, zone, around);
    windows.push(Window { times: CALM.map(|minute| calm + Span::from_mins(minute)).to_vec() });
    windows
}

/// Where no-cut hours begin or end in the week ahead and on the days that differ.
fn edges(policy: &Policy, zone: &Zone, around: Timestamp) -> BTreeSet<Timestamp> {
    let Some(hours) = &policy.no_cut else { return BTreeSet::new() };
    let special = hours.special.keys().map(|day| day.begins(zone));
    let next = hours.next.iter().flat_map(|next| {
        let special = next.special.keys().map(|day| day.begins(zone));
        std::iter::once(next.from).chain(special)
    });
    let starts = std::iter::once((around, AHEAD_DAYS));
    let others = special.chain(next).map(|day| (day - Span::from_days(1), 3));
    let mut edges = BTreeSet::new();
    for (from, days) in starts.chain(others) {
        let quiet = |at| policy.no_cut_until(zone, at).is_some();
        let mut before = quiet(from);
        for minute in 1..=days * 1_440 {
            let at = from + Span::from_mins(minute);
            let now = quiet(at);
            if now != before {
                edges.insert(at);
            }
            before = now;
        }
    }
    edges
}

/// A time with no edge near, or `around` where there is none.
fn calm(policy: &Policy, zone: &Zone, around: Timestamp) -> Timestamp {
    let edges = edges(policy, zone, around);
    let far = |at: &Timestamp| {
        let near = *at - Span::from_hours(2)..*at + Span::from_hours(4);
        edges.range(near).next().is_none() && policy.no_cut_until(zone, *at).is_none()
    };
    let times = (0..7 * 24).map(|hour| around + Span::from_hours(hour));
    times.clone().find(far).unwrap_or(around)
}
