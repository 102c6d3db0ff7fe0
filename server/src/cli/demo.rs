//! `meterhouse demo`: a simulated building, ready to look at.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::web::WebOptions;
use super::{Outcome, run::LISTEN};
use crate::run::{Demo, Place};

/// Run a demo: a simulated building with 48 flats, 6 shops, a lift and a pump room
///
/// The building lives in the data folder and goes on where it stopped. Log-ins are made anew at
/// each start and printed.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where the web page is served; port 0 takes any free port
    #[arg(long, value_name = "ADDR", default_value = LISTEN)]
    listen: SocketAddr,
    /// Folder of the demo's journal and readings
    #[arg(long, value_name = "DIR", default_value = DATA)]
    data: PathBuf,
    /// Another seed is another building: other habits, other tenants. Counts at the first start
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// Simulated seconds a second, 1 to 3600
    #[arg(long, value_name = "X", default_value_t = PACE, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pace: u32,
    #[command(flatten)]
    web: WebOptions,
    /// Go on although records that were once safe are missing; the loss is put on record
    #[arg(long)]
    accept_loss: bool,
}

const DATA: &str = "meterhouse-data/demo";
const SEED: u64 = 42;
const PACE: u32 = 60;

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: LISTEN.parse().expect("the default address is an address"),
            data: PathBuf::from(DATA),
            seed: SEED,
            pace: PACE,
            web: WebOptions::default(),
            accept_loss: false,
        }
    }
}

pub(super) fn run(options: Options) -> Outcome {
    let Options { listen, data, seed, pace, web, accept_loss } = options;
    let web = web.over(crate::run::Web::default())?;
    crate::run::demo(
        Place { listen, data, web, behind_https: false, accept_loss },
        Demo { seed, pace },
    )
}
