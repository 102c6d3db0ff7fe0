//! Slows guessing: after a few failures the next try of that name, and of that address, has to wait,
//! longer each time. Nobody is locked out: the wait is at most a minute, and the right password
//! ends it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use shared::time::{Span, Timestamp};

use super::is_here;

/// Failures that cost nothing: people mistype.
const FREE: u32 = 4;
const LONGEST: Span = Span::from_secs(60);
/// Failures are forgotten after this much peace.
const FORGET: Span = Span::from_mins(15);
/// As many names and addresses are remembered; the oldest goes first.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    failures: BTreeMap<Who, Failures>,
    /// Where a name came in before: there, and at the machine itself, what others try of it from elsewhere costs no wait, so that
    /// nobody keeps the only admin out by guessing on and on.
    usual: BTreeSet<(String, IpAddr)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Name(String),
    /// A name where it came in before, or at the machine itself.
    NameAt(String, IpAddr),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    fn wait(self, now: Timestamp) -> Span {
        let over = self.count.saturating_sub(FREE);
        if over == 0 {
            return Span::ZERO;
        }
        let wait = Span::from_secs(1_i64 << over.min(6)).min(LONGEST);
        let passed = now - self.last;
        Span::from_millis((wait.millis() - passed.millis()).clamp(0, wait.millis()))
    }
}

impl Throttle {
    /// How long this try has to wait; zero: go on. An allowed try counts as failed until
    /// [`Self::succeeded`], so that a thousand at once do not slip through together.
    pub(crate) fn try_one(&self, name: &str, address: IpAddr, now: Timestamp) -> Span {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { failures, usual } = &mut *known;
        failures.retain(|_who, failures| now - failures.last < FORGET);
        let name = name.to_lowercase();
        let at_home = is_here(address) || usual.contains(&(name.clone(), address));
        let whose = if at_home { Who::NameAt(name, address) } else { Who::Name(name) };
        let who = [whose, Who::Address(address)];
        let wait = who
            .iter()
            .filter_map(|who| failures.get(who))
            .map(|failures| failures.wait(now))
            .max()
            .unwrap_or_default();
        if wait > Span::ZERO {
            return wait;
        }
        for who in who {
            let failed = failures.entry(who).or_insert(Failures { count: 0, last: now });
            *failed = Failures { count: failed.count.saturating_add(1), last: now };
        }
        if failures.len() > REMEMBERED {
            let oldest = failures.iter().min_by_key(|(_, failed)| failed.last);
            if let Some(oldest) = oldest.map(|(who, _)| who.clone()) {
                failures.remove(&oldest);
            }
        }
        Span::ZERO
    }

    /// The password was right.
    pub(crate) fn succeeded(&self, name: &str, address: IpAddr) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = name.to_lowercase();
        known.failures.remove(&Who::Address(address));
        if is_here(address) || known.usual.contains(&(name.clone(), address)) {
            // What others try elsewhere has to wait on.
            known.failures.remove(&Who::NameAt(name, address));
            return;
        }
        known.failures.remove(&Who::Name(name.clone()));
        if known.usual.len() >= REMEMBERED {
            known.usual.pop_first();
        }
        known.usual.insert((name, address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + seconds * 1_000)
    }

    #[test]
    fn each_further_failure_costs_twice_the_wait_up_to_a_minute() {
        let throttle = Throttle::default();
        let mut now = 0;
        let mut waits = Vec::new();
        for _try in 0..14 {
            assert_eq!(throttle.try_one("ann", HERE, at(now)), Span::ZERO);
            let wait = throttle.try_one("ann", HERE, at(now));
            if wait == Span::ZERO {
                continue;
            }
            waits.push(wait.millis() / 1_000);
            now += wait.millis() / 1_000;
        }
        assert_eq!(waits.first(), Some(&2), "four tries are free: {waits:?}");
        assert_eq!(waits.last(), Some(&60), "{waits:?}");
        assert!(waits.is_sorted());
    }

    #[test]
    fn the_right_password_ends_the_wait_and_peace_forgets() {
        let throttle = Throttle::default();
        for _try in 0..6 {
            throttle.try_one("ann", HERE, at(0));
        }
        assert!(throttle.try_one("ann", HERE, at(0)) > Span::ZERO);
        assert_eq!(throttle.try_one("ann", HERE, at(16 * 60)), Span::ZERO);
        for _try in 0..6 {
            throttle.try_one("ann", HERE, at(17 * 60));
        }
        throttle.succeeded("Ann", HERE);
        assert_eq!(throttle.try_one("ann", HERE, at(17 * 60)), Span::ZERO);
    }

    #[test]
    fn two_hundred_addresses_that_guess_on_and_on_do_not_keep_the_only_admin_out() {
        let throttle = Throttle::default();
        let desk = IpAddr::from([10, 1, 0, 1]);
        assert_eq!(throttle.try_one("admin", desk, at(0)), Span::ZERO);
        throttle.succeeded("admin", desk);
        let mut guesses = 0;
        for second in 0..3_600 {
            for host in 0..200 {
                let elsewhere = IpAddr::from([10, 0, 0, host]);
                let wait = throttle.try_one("admin", elsewhere, at(second));
                guesses += u32::from(wait == Span::ZERO);
            }
            assert_eq!(throttle.try_one("admin", desk, at(second)), Span::ZERO, "{second}");
            throttle.succeeded("admin", desk);
        }
        assert!(guesses < 100, "{guesses} guesses in an hour, from all of them together");
        // At her own desk, too, wrong passwords cost.
        for _try in 0..6 {
            throttle.try_one("admin", desk, at(3_700));
        }
        assert!(throttle.try_one("admin", desk, at(3_700)) > Span::ZERO);
    }

    #[test]
    fn the_machine_itself_is_a_way_in_while_the_name_is_guessed_everywhere_else() {
        let throttle = Throttle::default();
        for host in 0..200 {
            throttle.try_one("admin", IpAddr::from([10, 0, 0, host]), at(0));
        }
        assert!(throttle.try_one("admin", IpAddr::from([10, 1, 0, 1]), at(0)) > Span::ZERO);
        assert_eq!(throttle.try_one("admin", HERE, at(0)), Span::ZERO);
        // Who guesses there has to wait as anywhere.
        for _try in 0..6 {
            throttle.try_one("admin", HERE, at(0));
        }
        assert!(throttle.try_one("admin", HERE, at(0)) > Span::ZERO);
    }

    #[test]
    fn many_addresses_do_not_help_against_one_name() {
        let throttle = Throttle::default();
        let waits = (0..200).filter(|host| {
            let address = IpAddr::from([10, 0, 0, *host]);
            throttle.try_one("ann", address, at(0)) > Span::ZERO
        });
        assert_eq!(waits.count(), 195);
    }
}
