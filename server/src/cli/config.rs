//! `meterhouse config check`: is a site file right?

use std::path::PathBuf;

use clap::Subcommand;

use super::{Outcome, answer};
use crate::config::SiteFile;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read a site file and everything it names, and say what is wrong with it; changes nothing
    Check {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(super) fn run(command: Command) -> Outcome {
    let Command::Check { file } = command;
    let site = SiteFile::read(&file)?;
    answer(&site.summary())
}
