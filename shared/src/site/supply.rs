//! Supply events, and what many of them at once must not do.

use std::collections::{BTreeMap, VecDeque};

use crate::event::Event;
use crate::id::{AccountId, LineId, MeterId};
use crate::meter::DisconnectReason;
use crate::policy::Grounds;
use crate::time::{Span, Timestamp};

/// Good readings in a row that must find credit used up before supply is cut: a single reading
/// never opens a switch (`docs/policy.md`).
pub(super) const READS_BEFORE_CUT: u8 = 2;

/// So many may come back at once on one line; the others wait up to two minutes (product rule 2).
const AT_ONCE: usize = 10;
const ONCE: Span = Span::from_secs(10);
const SPREAD_MS: u64 = 120_000;

pub(super) fn cut(
    account: AccountId,
    meter: MeterId,
    reason: DisconnectReason,
    note: &str,
    until: Option<Timestamp>,
) -> Event {
    Event::Cut { account, meter, reason, note: note.to_owned(), until, grounds: None }
}

/// A cut by a limit, with its figures.
pub(super) fn limited(
    account: AccountId,
    meter: MeterId,
    until: Option<Timestamp>,
    grounds: Grounds,
) -> Event {
    let reason = match grounds {
        Grounds::Load { .. } => DisconnectReason::Overload,
        Grounds::Day { .. } => DisconnectReason::DailyLimit,
    };
    let (note, grounds) = (String::new(), Some(grounds));
    Event::Cut { account, meter, reason, note, until, grounds }
}

pub(super) fn lift(
    account: AccountId,
    meter: MeterId,
    reason: DisconnectReason,
    note: &str,
    confirm: bool,
) -> Event {
    Event::Lifted { account, meter, reason, note: note.to_owned(), confirm }
}

/// Which supplies came back lately, by line.
#[derive(Clone, Debug, Default)]
pub(super) struct Inrush {
    lately: BTreeMap<LineId, VecDeque<Timestamp>>,
}

impl Inrush {
    pub(super) fn note(&mut self, line: LineId, at: Timestamp) {
        let lately = self.lately.entry(line).or_default();
        while lately.front().is_some_and(|first| *first + ONCE <= at) {
            lately.pop_front();
        }
        lately.push_back(at);
    }

    /// When a meter may come back, where too many others just did: drawn by meter and time, so that
    /// the same history draws the same again.
    pub(super) fn turn(&self, line: LineId, meter: MeterId, at: Timestamp) -> Option<Timestamp> {
        let lately = self.lately.get(&line)?;
        let count = lately.iter().filter(|back| **back + ONCE > at).count();
        let seed = (u64::from(meter.0) << 32) ^ at.millis().unsigned_abs();
        let wait = i64::try_from(mixed(seed) % SPREAD_MS).unwrap_or(0);
        (count >= AT_ONCE).then(|| at + Span::from_millis(wait + 1))
    }
}

/// When one of many released cuts goes ahead: the first ten at once, the others within two minutes,
/// so that no feeder loses its load at a stroke.
pub(super) fn spread(place: usize, meter: MeterId, at: Timestamp) -> Timestamp {
    let seed = (u64::from(meter.0) << 32) ^ at.millis().unsigned_abs();
    let wait = i64::try_from(mixed(seed) % SPREAD_MS).unwrap_or(0);
    if place < AT_ONCE { at } else { at + Span::from_millis(wait + 1) }
}

/// The finisher of `SplitMix64`: neighbouring seeds come out far apart.
const fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_come_back_at_once_and_the_others_within_two_minutes() {
        let (line, at) = (LineId(1), Timestamp::from_millis(1_000_000));
        let mut inrush = Inrush::default();
        for meter in 0..10 {
            assert_eq!(inrush.turn(line, MeterId(meter), at), None);
            inrush.note(line, at);
        }
        let turns: Vec<_> = (10..60)
            .map(|meter| inrush.turn(line, MeterId(meter), at).expect("waits") - at)
            .collect();
        assert!(turns.iter().all(|wait| *wait > Span::ZERO && *wait <= Span::from_secs(120)));
        let early = turns.iter().filter(|wait| **wait <= Span::from_secs(60)).count();
        assert!((15..=35).contains(&early), "spread over both minutes: {early} of 50");
        assert_eq!(inrush.turn(LineId(2), MeterId(11), at), None, "another line");
        assert_eq!(inrush.turn(line, MeterId(11), at + ONCE), None, "later");
    }
}
