//! Which times are tried: one window around each different edge of no-cut hours and of
//! hours of a load limit, and one far from any.

use std::collections::BTreeSet;

use crate::energy::Power;
use crate::policy::{Policy, day_around};
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
const STEP: usize = 5;
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
        let looks = |minute: i64| {
            let at = edge + Span::from_mins(minute);
            (look(policy, zone, at), look(promised, zone, at), resets(policy, zone, at))
        };
        let shape: Vec<_> = (-NEAR..=NEAR).step_by(STEP).map(looks).collect();
        if alike.insert(shape) {
            let times = BESIDE.map(|seconds| edge + Span::from_secs(seconds)).to_vec();
            windows.push(Window { times });
        }
    }
    let calm = calm(policy, zone, around);
    windows.push(Window { times: CALM.map(|minute| calm + Span::from_mins(minute)).to_vec() });
    windows
}

/// What the hour alone decides: are they no-cut hours, and how much power may be drawn?
fn look(policy: &Policy, zone: &Zone, at: Timestamp) -> (bool, Option<Power>) {
    (policy.no_cut_until(zone, at).is_some(), policy.power_limit(zone, at))
}

/// Does a day of the daily limit begin within the step that ends here?
fn resets(policy: &Policy, zone: &Zone, at: Timestamp) -> bool {
    let begun = policy.daily_limit.map(|limit| day_around(zone, at, limit.reset_hour).0);
    begun.is_some_and(|begun| at - begun < Span::from_mins(5))
}

/// Where no-cut hours or hours of a load limit begin or end, or a day of the daily limit, in the week
/// ahead and on the days that differ.
fn edges(policy: &Policy, zone: &Zone, around: Timestamp) -> BTreeSet<Timestamp> {
    let tables = policy.no_cut.iter();
    let special = tables.clone().flat_map(|hours| hours.special.keys());
    let next = tables.filter_map(|hours| hours.next.as_ref());
    let later = next.clone().flat_map(|next| next.special.keys());
    let load = policy.load_limit.iter().flat_map(|limit| &limit.hours);
    let load = load.flat_map(|hours| hours.special.keys());
    let days = special.chain(later).chain(load).map(|day| day.begins(zone));
    let days = days.chain(next.map(|next| next.from));
    let starts = std::iter::once((around, AHEAD_DAYS));
    let stretches = starts.chain(days.map(|day| (day - Span::from_days(1), 3)));
    let reset = policy.daily_limit.map(|limit| day_around(zone, around, limit.reset_hour).1);
    let edges = stretches
        .flat_map(|(from, days)| policy.edges(zone, from, from + Span::from_days(days)))
        .filter(|edge| {
            look(policy, zone, *edge - Span::from_millis(1)) != look(policy, zone, *edge)
        });
    edges.chain(reset).collect()
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
