//! When a provider is asked about a payment again: soon at first, then ever less often.

use shared::time::{Span, Timestamp};

const WAITS: [i64; 8] = [2, 3, 5, 8, 13, 20, 30, 60];

/// How often one payment was asked about since the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Since when it is looked after.
    pub(super) since: Timestamp,
    tries: usize,
    next: Timestamp,
}

impl Turn {
    /// Due at once.
    pub(super) fn first(now: Timestamp) -> Self {
        Self { since: now, tries: 0, next: now }
    }

    pub(super) fn due(self, now: Timestamp) -> bool {
        now >= self.next
    }

    /// It was asked now; where it expires before the next turn, that is the next turn.
    pub(super) fn asked(self, now: Timestamp, expires: Option<Timestamp>) -> Self {
        let [.., longest] = WAITS;
        let wait = WAITS.get(self.tries).copied().unwrap_or(longest);
        let next = now + Span::from_secs(wait);
        let expiry = expires.filter(|expires| *expires > now).map(|at| at + Span::from_secs(1));
        let next = expiry.map_or(next, |expiry| next.min(expiry));
        Self { since: self.since, tries: self.tries.saturating_add(1), next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_never_sleep_through_an_expiry() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let mut turn = Turn::first(at(0));
        let mut asked = Vec::new();
        for second in 0..300 {
            if turn.due(at(second)) {
                asked.push(second);
                turn = turn.asked(at(second), Some(at(35)));
            }
        }
        assert_eq!(asked, [0, 2, 5, 10, 18, 31, 36, 66, 126, 186, 246]);
    }
}
