//! How many connections one address may hold, and all of them together: what is too many is closed
//! before a byte is read, so that neither one machine nor a crowd of them takes all places. A quarter
//! of the places is kept for addresses that somebody works from.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Extensions;

use super::auth::is_here;

/// A busy browser holds six, and an office behind one address has a few dozen screens.
const MOST: u32 = 256;
/// A proxy on this machine speaks for everybody.
pub(super) const MOST_HERE: u32 = 1_500;
/// All connections together where the system sets no border below.
const MOST_OF_ALL: u32 = 4_000;
/// Files that a system lets a program have open, where it does not say.
const FILES: u32 = 1_024;
/// Files that are not the web's, where there are enough.
const KEPT: u32 = 256;
/// As many addresses are remembered as worked from.
const REMEMBERED: usize = 10_000;

/// Connections by address.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    /// All of them together.
    most: u32,
    seats: Arc<Mutex<Seats>>,
}

#[derive(Debug, Default)]
struct Seats {
    taken: u32,
    by: BTreeMap<IpAddr, u32>,
    /// Where somebody was let in.
    known: BTreeSet<IpAddr>,
}

/// A connection that counts; it ends with its connection.
#[derive(Debug)]
pub(super) struct Seat {
    crowd: Crowd,
    address: IpAddr,
}

/// Why a connection is closed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    #[error("it holds too many connections")]
    Address,
    #[error("all places are taken")]
    All,
    #[error("the last places are kept for those who are signed in")]
    ForKnown,
}

impl Crowd {
    /// As large as the system allows: some of the files that may be open stay with the books, the
    /// lines and the printers, which have to go on whoever knocks at the door.
    pub(super) fn of_system() -> Self {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        Self::of(places(open_files(&limits).unwrap_or(FILES)))
    }

    pub(super) fn of(most: u32) -> Self {
        Self { most: most.clamp(16, MOST_OF_ALL), seats: Arc::default() }
    }

    /// Counts a new connection, or closes it. The seat is kept beside the connection.
    pub(super) fn admit(&self, io: &dyn Any, beside: &mut Extensions) {
        let Some(stream) = io.downcast_ref::<tokio::net::TcpStream>() else { return };
        let Ok(peer) = stream.peer_addr() else { return };
        match self.enter(peer.ip()) {
            Ok(seat) => {
                beside.insert(seat);
            }
            Err(full) => match close(stream) {
                Ok(()) => tracing::warn!("a connection from {} is closed: {full}", peer.ip()),
                Err(error) => tracing::warn!(%error, "cannot close a connection too many"),
            },
        }
    }

    pub(super) fn enter(&self, address: IpAddr) -> Result<Seat, Full> {
        let here = is_here(address);
        let most = if here { MOST_HERE } else { MOST };
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let own = seats.by.get(&address).copied().unwrap_or(0);
        if own >= most {
            return Err(Full::Address);
        }
        if seats.taken >= self.most {
            return Err(Full::All);
        }
        if seats.taken >= self.most / 4 * 3 && !here && !seats.known.contains(&address) {
            return Err(Full::ForKnown);
        }
        seats.taken += 1;
        seats.by.insert(address, own + 1);
        Ok(Seat { crowd: self.clone(), address })
    }

    /// Somebody was let in from there.
    pub(crate) fn knows(&self, address: IpAddr) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.known.len() < REMEMBERED || seats.known.contains(&address) {
            seats.known.insert(address);
        }
    }
}

/// `Max open files            1024                 524288               files`: the first counts.
fn open_files(limits: &str) -> Option<u32> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = line.split_whitespace().next()?;
    if soft == "unlimited" { Some(u32::MAX) } else { soft.parse().ok() }
}

/// So many of the files may be connections.
fn places(files: u32) -> u32 {
    (files / 2).max(files.saturating_sub(KEPT))
}

/// Both ways at once, on a second handle of the same socket: the server then sees its end.
fn close(stream: &tokio::net::TcpStream) -> std::io::Result<()> {
    TcpStream::from(stream.as_fd().try_clone_to_owned()?).shutdown(Shutdown::Both)
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.crowd.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.taken = seats.taken.saturating_sub(1);
        if let Some(count) = seats.by.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                seats.by.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_holds_so_many_and_others_are_not_kept_out() {
        let crowd = Crowd::of(MOST_OF_ALL);
        let (one, other) = (address("192.168.1.7"), address("192.168.1.8"));
        let mut seats: Vec<_> = (0..MOST).map(|_| crowd.enter(one).expect("a seat")).collect();
        assert_eq!(crowd.enter(one).err(), Some(Full::Address), "one too many");
        assert!(crowd.enter(other).is_ok(), "others have seats of their own");
        seats.pop();
        seats.push(crowd.enter(one).expect("a seat that became free"));
        seats.clear();
        let left = crowd.seats.lock().expect("no panic");
        assert!(left.by.is_empty() && left.taken == 0, "nobody is remembered");
    }

    #[test]
    fn a_crowd_of_addresses_leaves_the_last_quarter_to_those_who_work() {
        let crowd = Crowd::of(100);
        let (till, here) = (address("192.168.1.7"), address("127.0.0.1"));
        crowd.knows(till);
        let mut seats: Vec<Seat> =
            (0..75).map(|n| crowd.enter(IpAddr::from([10, 0, 0, n])).expect("a seat")).collect();
        assert_eq!(crowd.enter(address("10.0.1.1")).err(), Some(Full::ForKnown));
        seats.push(crowd.enter(till).expect("the till is known"));
        seats.push(crowd.enter(here).expect("the machine itself is known"));
        while seats.len() < 100 {
            seats.push(crowd.enter(till).expect("a seat"));
        }
        assert_eq!(crowd.enter(till).err(), Some(Full::All));
        seats.clear();
        assert!(crowd.enter(address("10.0.1.1")).is_ok());
    }

    #[test]
    fn some_of_the_open_files_are_not_the_webs() {
        let limits = |soft: &str| {
            format!(
                "Limit  Soft Limit  Hard Limit  Units\nMax open files   {soft}   524288   files\n"
            )
        };
        for (soft, expected) in [("1024", Some(1_024)), ("unlimited", Some(u32::MAX)), ("", None)] {
            let text = if soft.is_empty() { String::new() } else { limits(soft) };
            assert_eq!(open_files(&text), expected, "{soft}");
        }
        for (files, expected) in [(256, 128), (512, 256), (1_024, 768), (u32::MAX, MOST_OF_ALL)] {
            assert_eq!(Crowd::of(places(files)).most, expected, "{files}");
        }
    }
}
