//! Webhooks without a right signature, counted by address: whoever sends many waits. The provider's
//! own right ones never wait, unless they come from the same address; then the desk's questions
//! bring what they would have told.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use shared::time::{Span, Timestamp};

/// So many a minute cost nothing: a secret that is being changed is no attack.
const FREE: u32 = 30;
const MINUTE: Span = Span::from_mins(1);
const REMEMBERED: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Refused(Mutex<BTreeMap<Option<IpAddr>, (Timestamp, u32)>>);

impl Refused {
    pub(super) fn count(&self, from: Option<IpAddr>, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (since, _)| now - *since < MINUTE);
        if all.len() < REMEMBERED || all.contains_key(&from) {
            all.entry(from).or_insert((now, 0)).1 += 1;
        }
    }

    pub(super) fn too_many(&self, from: Option<IpAddr>, now: Timestamp) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&from).is_some_and(|(since, count)| now - *since < MINUTE && *count >= FREE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_wrong_ones_a_minute_are_enough_from_one_address() {
        let (here, there) = (Some(IpAddr::from([10, 0, 0, 1])), Some(IpAddr::from([10, 0, 0, 2])));
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let refused = Refused::default();
        for _wrong in 0..29 {
            refused.count(here, at(1));
        }
        assert!(!refused.too_many(here, at(1)));
        refused.count(here, at(1));
        assert!(refused.too_many(here, at(60)) && !refused.too_many(there, at(60)));
        assert!(!refused.too_many(here, at(61)));
    }
}
