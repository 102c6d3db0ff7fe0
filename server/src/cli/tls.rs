//! `meterhouse tls`: the site's own authority.

use std::path::PathBuf;

use clap::Subcommand;
use shared::time::Zone;

use super::run::DATA;
use super::{Fault, Outcome, answer};
use crate::clock;
use crate::tls::{self, Authority};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an authority for this site's names, good for ten years, and the server's certificate
    ///
    /// The server's certificate is renewed by itself. The authority can sign for these names only, and
    /// is installed once on each machine: start the site with --tls and open /ca on it.
    Init {
        /// Folder of the site
        #[arg(long, value_name = "DIR", default_value = DATA)]
        data: PathBuf,
        /// A name or address by which browsers reach the site; several may be given
        #[arg(long, value_name = "NAME", required = true)]
        name: Vec<String>,
        /// Make another in place of the one that is there; it has to be installed everywhere anew
        #[arg(long)]
        replace: bool,
    },
    /// Print the authority's fingerprint, to compare it before it is installed
    Show {
        /// Folder of the site
        #[arg(long, value_name = "DIR", default_value = DATA)]
        data: PathBuf,
    },
}

pub(super) fn run(command: Command) -> Outcome {
    match command {
        Command::Init { data, name, replace } => {
            let made = tls::init(&tls::folder(&data), &name, replace, clock::now());
            let made = made.map_err(Fault::input)?;
            answer(&format!(
                "the authority is in {}; start the site with --tls\n{}",
                tls::folder(&data).display(),
                told(&made)
            ))
        }
        Command::Show { data } => {
            answer(&told(&Authority::read(&tls::folder(&data)).map_err(Fault::input)?))
        }
    }
}

fn told(authority: &Authority) -> String {
    let ends = Zone::utc().date(authority.ends);
    format!("SHA-256 {}\ngood until {ends}", authority.fingerprint)
}
