//! How many connections one address may hold: what is too many is closed before a byte is read, so
//! that one machine cannot take all places.

use std::any::Any;
use std::collections::BTreeMap;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Extensions;

/// A busy browser holds six, and an office behind one address has a few dozen screens.
const MOST: u32 = 256;
/// A proxy on this machine speaks for everybody.
pub(super) const MOST_HERE: u32 = 1_500;

/// Connections by address.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd(Arc<Mutex<BTreeMap<IpAddr, u32>>>);

/// A connection that counts; it ends with its connection.
#[derive(Debug)]
pub(super) struct Seat {
    crowd: Crowd,
    address: IpAddr,
}

impl Crowd {
    /// Counts a new connection, or closes it. The seat is kept beside the connection.
    pub(super) fn admit(&self, io: &dyn Any, beside: &mut Extensions) {
        let Some(stream) = io.downcast_ref::<tokio::net::TcpStream>() else { return };
        let Ok(peer) = stream.peer_addr() else { return };
        match self.enter(peer.ip()) {
            Some(seat) => {
                beside.insert(seat);
            }
            None => match close(stream) {
                Ok(()) => tracing::warn!("{} holds too many connections", peer.ip()),
                Err(error) => tracing::warn!(%error, "cannot close a connection too many"),
            },
        }
    }

    pub(super) fn enter(&self, address: IpAddr) -> Option<Seat> {
        let most = if address.is_loopback() { MOST_HERE } else { MOST };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat { crowd: self.clone(), address })
    }
}

/// Both ways at once, on a second handle of the same socket: the server then sees its end.
fn close(stream: &tokio::net::TcpStream) -> std::io::Result<()> {
    TcpStream::from(stream.as_fd().try_clone_to_owned()?).shutdown(Shutdown::Both)
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_so_many_and_others_are_not_kept_out() {
        let crowd = Crowd::default();
        let one: IpAddr = "192.168.1.7".parse().expect("an address");
        let other: IpAddr = "192.168.1.8".parse().expect("an address");
        let mut seats: Vec<_> = (0..MOST).map(|_| crowd.enter(one).expect("a seat")).collect();
        assert!(crowd.enter(one).is_none(), "one too many");
        assert!(crowd.enter(other).is_some(), "others have seats of their own");
        seats.pop();
        seats.push(crowd.enter(one).expect("a seat that became free"));
        seats.clear();
        assert!(crowd.0.lock().expect("no panic").is_empty(), "nobody is remembered");
    }
}
