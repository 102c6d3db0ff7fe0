//! `meterhouse verify`: proves the journal of a data folder, also while a server runs on it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::run::DATA;
use crate::store::anchor::Anchor;
use crate::store::verify::{Flaw, Sound, verify};
use crate::store::{StoreError, default_anchor, journal, ledger_path};

/// Prove every record of the journal, and name the first row that is wrong
///
/// Checks the chain and its anchor, the double entry, balances, receipts and keys; also while a
/// server works on the folder.
///
/// Exit code 0: sound. 1: a row is wrong. 2: the journal cannot be read.
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// Folder of the site
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// The anchor file, where it is not in that folder
    #[arg(long, value_name = "FILE")]
    pub anchor: Option<PathBuf>,
}

pub fn run(args: &VerifyArgs) -> ExitCode {
    let told = match check(args) {
        Ok(Ok(sound)) => {
            writeln!(io::stdout(), "the journal is sound: {sound}").map(|()| ExitCode::SUCCESS)
        }
        Ok(Err(flaw)) => {
            writeln!(io::stdout(), "the journal is not sound: {flaw}").map(|()| ExitCode::from(1))
        }
        Err(error) => writeln!(io::stderr(), "cannot verify {}: {error}", args.data.display())
            .map(|()| ExitCode::from(2)),
    };
    told.unwrap_or(ExitCode::from(2))
}

/// The check without its words.
pub fn check(args: &VerifyArgs) -> Result<Result<Sound, Flaw>, StoreError> {
    let anchor = args.anchor.clone().unwrap_or_else(|| default_anchor(&args.data));
    // First the anchor, then the journal, which meanwhile only grows.
    let anchor = Anchor::load(&anchor)?;
    let mut db = journal::open_read_only(&ledger_path(&args.data))?;
    verify(&mut db, anchor)
}
