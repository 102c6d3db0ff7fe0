//! Puts the parts together and runs them until somebody asks for the end.

pub(crate) mod clocks;
pub(crate) mod commission;
pub(crate) mod copies;
mod ends;
mod entry;
pub(crate) mod fleet;
pub(crate) mod guard;
mod live;
mod past;
mod pay;
mod plan;
mod real;
pub(crate) mod simulated;
mod start;
mod sums;
mod tills;

pub(crate) use ends::asked as asked_to_end;

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use socket2::SockRef;

use crate::cli::{Fault, Outcome};
use crate::config::SiteFile;
use crate::tls::Certificate;
use plan::Plan;

/// Where a server runs.
#[derive(Clone, Debug)]
pub struct Place {
    pub listen: SocketAddr,
    /// Folder of the journal, the readings and the registry.
    pub data: PathBuf,
    pub(crate) web: Web,
    /// Browsers come through an HTTPS proxy.
    pub behind_https: bool,
    /// Records that were once safe are missing, and an admin goes on without them.
    pub accept_loss: bool,
}

/// How the web page is served.
#[derive(Clone, Debug, Default)]
pub(crate) struct Web {
    /// There: over HTTPS.
    pub(crate) certificate: Option<Certificate>,
    /// Where it is explained without encryption how the site's authority is installed.
    pub(crate) ca_page: Option<SocketAddr>,
    /// Other machines are served without encryption.
    pub(crate) insecure_http: bool,
}

impl Web {
    /// Passwords do not go over a network in the clear because somebody forgot about it.
    fn allows(&self, listen: SocketAddr) -> Result<(), Fault> {
        let others = !listen.ip().is_loopback();
        if others && self.certificate.is_none() && !self.insecure_http {
            return Err(Fault::input(format!(
                "{listen} can be reached from other machines, and passwords could be read on the \
                 way; encrypt it (`meterhouse tls init`, then --tls; or --certificate and --key), \
                 or say --insecure-http"
            )));
        }
        Ok(())
    }
}

/// What may be chosen about a demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demo {
    pub seed: u64,
    /// Simulated seconds a second.
    pub pace: u32,
}

/// Runs the demo until it is asked to end.
pub fn demo(place: Place, demo: Demo) -> Outcome {
    run(place, Plan::of_demo(demo)?)
}

/// Runs a site until it is asked to end.
pub fn site(place: Place, site: SiteFile) -> Outcome {
    run(place, Plan::of_site(site)?)
}

fn run(place: Place, plan: Plan) -> Outcome {
    place.web.allows(place.listen)?;
    let listener = bind(place.listen)?;
    actix_rt::System::new().block_on(start::run(place, plan, listener))
}

/// Connections that may wait until they are taken.
const WAITING: i32 = 4_096;

/// Takes the port before anything is opened: the commonest mistake is a second server.
fn bind(listen: SocketAddr) -> Result<TcpListener, Fault> {
    let listener = TcpListener::bind(listen).map_err(|error| {
        let why = if error.kind() == ErrorKind::AddrInUse {
            "it is in use by another program; end that one, or choose another port with --listen"
        } else if error.kind() == ErrorKind::PermissionDenied {
            "this user may not; choose a port from 1024 with --listen"
        } else if error.kind() == ErrorKind::AddrNotAvailable {
            "it is no address of this machine; choose another with --listen"
        } else {
            return Fault::failed(format!("cannot listen on {listen}: {error}"));
        };
        Fault::failed(format!("cannot listen on {listen}: {why}"))
    })?;
    // The standard library lets 128 wait; of a whole estate that comes back after a power cut the rest
    // would try again seconds later. The system cuts this to its own border (net.core.somaxconn).
    SockRef::from(&listener)
        .listen(WAITING)
        .map_err(|error| Fault::failed(format!("cannot let callers of {listen} wait: {error}")))?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_crowd_waits_at_the_door_before_anybody_opens_it() {
        let border = std::fs::read_to_string("/proc/sys/net/core/somaxconn").expect("Linux");
        let border: usize = border.trim().parse().expect("a number");
        let door = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        let address = door.local_addr().expect("its address");
        let crowd: Vec<TcpStream> = (0..border.min(400))
            .map(|one| {
                TcpStream::connect_timeout(&address, Duration::from_millis(900))
                    .unwrap_or_else(|error| panic!("caller {one} was turned away: {error}"))
            })
            .collect();
        drop(crowd);
    }
}
