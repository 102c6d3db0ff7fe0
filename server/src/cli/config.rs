//! `meterhouse config check`: is a site file right?

use std::path::PathBuf;

use clap::Subcommand;

use super::{Fault, Outcome, answer};
use crate::clock;
use crate::config::{SiteFile, promises};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read a site file and everything it names, and say what is wrong with it; changes nothing
    ///
    /// Its terms of supply are tried as `meterhouse policy check` tries them.
    Check {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(super) fn run(command: Command) -> Outcome {
    let Command::Check { file } = command;
    let site = SiteFile::read(&file)?;
    promises::keep(&site.policies, &site.zone, site.currency, clock::now())
        .map_err(|fault| Fault::input(format!("{}: {fault}", file.display())))?;
    answer(&site.summary())
}
