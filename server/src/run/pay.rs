//! The providers of a plan; the demo gets a stub of its own, on a port beside it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::Uri;
use shared::id::ProviderId;
use shared::time::Span;
use tokio::task::JoinHandle;

use super::clocks::Clocks;
use super::plan::Plan;
use crate::cli::Fault;
use crate::config::provider::Wanted;
use crate::http::auth::secret;
use crate::http::live::Hub;
use crate::http::state::Billing;
use crate::pay::sign::Secrets;
use crate::pay::{Desk, HttpProvider, Peer, Till, roots, stub};

/// A charge that the provider does not know after so many time-outs never arrived.
const GRACE: i64 = 3;

pub(super) struct Tills {
    wanted: Vec<Wanted>,
    stub: Option<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    /// Where the stub of the demo is.
    pub(super) stub_at: Option<SocketAddr>,
}

impl Tills {
    /// `address` is where the site itself is reached.
    pub(super) fn open(plan: &Plan, address: SocketAddr) -> Result<Self, Fault> {
        let mut tills = Self { wanted: plan.providers.clone(), stub: None, stub_at: None };
        if plan.demo {
            tills.open_stub(address).map_err(|error| {
                Fault::failed(format!("cannot start the demo's payment provider: {error}"))
            })?;
        }
        Ok(tills)
    }

    fn open_stub(&mut self, address: SocketAddr) -> Result<(), String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        let name = ProviderId("stub".to_owned());
        let secrets = Secrets::parse(&secret::fresh()).map_err(|error| told(&error))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| told(&error))?;
        let at = listener.local_addr().map_err(|error| told(&error))?;
        let own = if address.ip().is_unspecified() {
            SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()))
        } else {
            address
        };
        let notify: Uri = format!("http://{own}/api/v1/pay/{name}/webhook")
            .parse()
            .map_err(|error| told(&error))?;
        let server = stub::serve(listener, Some(&notify), secrets.clone());
        let server = server.map_err(|error| told(&error))?;
        self.stub = Some((server.handle(), actix_rt::spawn(server)));
        self.stub_at = Some(at);
        let url = format!("http://{at}").parse().map_err(|error| told(&error))?;
        self.wanted.push(Wanted { name, url, secrets, timeout: Duration::from_secs(5), ca: None });
        Ok(())
    }

    pub(super) fn desk(
        &self,
        plan: &Plan,
        billing: Billing,
        clocks: Clocks,
        hub: Arc<Hub>,
    ) -> Result<Desk, Fault> {
        let tills = self.wanted.iter().map(till).collect::<Result<Vec<_>, _>>()?;
        Ok(Desk::new(tills, billing, clocks, hub, (plan.name.clone(), plan.currency)))
    }

    pub(super) async fn end(self) {
        if let Some((handle, serving)) = self.stub {
            handle.stop(false).await;
            // Nobody waits for it any more.
            drop(serving.await);
        }
    }
}

fn till(wanted: &Wanted) -> Result<Till, Fault> {
    let secure = wanted.url.scheme_str() == Some("https");
    let roots = secure
        .then(|| roots(wanted.ca.as_deref()))
        .transpose()
        .map_err(|what| Fault::input(format!("the payment provider `{}`: {what}", wanted.name)))?;
    let peer = Peer::new(&wanted.url, wanted.timeout, roots);
    let provider = Arc::new(HttpProvider::new(peer, wanted.secrets.clone()));
    let timeout = i64::try_from(wanted.timeout.as_millis()).unwrap_or(i64::MAX / GRACE);
    let grace = Span::from_millis(timeout * GRACE);
    Ok(Till { name: wanted.name.clone(), provider, grace })
}
