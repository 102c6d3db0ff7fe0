//! `meterhouse stub-provider`: a payment provider for training and tests.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use actix_web::http::Uri;
use clap::Args;

use super::{Fault, Outcome, answer};
use crate::config::provider::read_secret;
use crate::pay::sign::Secrets;
use crate::pay::stub;

/// Run a stub of a payment provider, for training and tests: no real money moves
///
/// A phone that scans its QR codes gets a page with buttons: pay, refuse, pay late, pay twice and
/// more. Its own page says whether it answers at all. It forgets everything when it ends.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where it serves; port 0 takes any free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Where it tells what was paid, such as <http://127.0.0.1:8080/api/v1/pay/stub/webhook>
    #[arg(long, value_name = "URL")]
    notify: Option<Uri>,
    /// File with the secret shared with the site, as in `secret_file` of its [[provider]]
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
}

pub(super) fn run(options: Options) -> Outcome {
    let Options { listen, notify, secret_file } = options;
    let text = read_secret(&secret_file).map_err(Fault::input)?;
    let secrets = Secrets::parse(&text)
        .map_err(|wrong| Fault::input(format!("{}: {wrong}", secret_file.display())))?;
    let listener = TcpListener::bind(listen)
        .map_err(|error| Fault::failed(format!("cannot listen on {listen}: {error}")))?;
    let address = listener.local_addr().map_err(Fault::failed)?;
    actix_rt::System::new().block_on(async move {
        let server = stub::serve(listener, notify.as_ref(), secrets).map_err(Fault::failed)?;
        answer(&format!("The stub provider is ready on http://{address}"))?;
        let handle = server.handle();
        let serving = actix_rt::spawn(server);
        crate::run::asked_to_end().await?;
        handle.stop(false).await;
        // Nobody waits for it any more.
        drop(serving.await);
        Ok(())
    })
}
