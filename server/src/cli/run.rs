//! `meterhouse run`: a site with real meters.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::web::WebOptions;
use crate::config::SiteFile;
use crate::run::Place;

pub(super) const LISTEN: &str = "127.0.0.1:8080";
pub(super) const DATA: &str = "meterhouse-data";

/// Run a site: poll its meters, charge, switch, and serve the web page
///
/// At the first start it prints a one-time set-up code; whoever has it makes the first admin.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The site file; see server/config.example.toml
    #[arg(long, value_name = "FILE")]
    site: PathBuf,
    /// Where the web page is served; port 0 takes any free port
    #[arg(long, value_name = "ADDR", default_value = LISTEN)]
    listen: SocketAddr,
    /// Folder of the journal, the readings and the registry
    #[arg(long, value_name = "DIR", default_value = DATA)]
    data: PathBuf,
    #[command(flatten)]
    web: WebOptions,
    /// Browsers come through an HTTPS proxy: cookies are sent over HTTPS only
    #[arg(long)]
    behind_https: bool,
    /// Go on although records that were once safe are missing; the loss is put on record
    #[arg(long)]
    accept_loss: bool,
}

pub(super) fn run(options: Options) -> Outcome {
    let Options { site, listen, data, web, behind_https, accept_loss } = options;
    let site = SiteFile::read(&site)?;
    let web = web.over(site.web.clone())?;
    crate::run::site(Place { listen, data, web, behind_https, accept_loss }, site)
}
