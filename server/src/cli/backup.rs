//! `meterhouse backup` and `meterhouse restore`.

use std::path::PathBuf;

use clap::Args;

use super::run::DATA;
use super::{Fault, Outcome, answer};
use crate::store::anchor::Standing;
use crate::store::backup::{BackupError, Restored, backup, restore};

/// Copy a site into a new folder, also while the server works, and prove the copy
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// Folder of the site
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// The new folder; it must not exist yet
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

/// Put a copy in place as a site's folder; its server has to be stopped
///
/// A copy that lacks what this machine's anchor knows is put in place as well; then nothing is sold
/// until an admin accepts the loss.
#[derive(Clone, Debug, Args)]
pub struct RestoreArgs {
    /// The copy
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// Folder of the site
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// Move a site that is there aside, instead of refusing
    #[arg(long)]
    pub replace: bool,
}

pub(super) fn run_backup(args: &BackupArgs) -> Outcome {
    let sound = backup(&args.data, &args.to)
        .map_err(|error| fault(format!("cannot back up {}", args.data.display()), &error))?;
    answer(&format!("copied to {} and proven: {sound}", args.to.display()))
}

pub(super) fn run_restore(args: &RestoreArgs) -> Outcome {
    let restored = restore(&args.from, &args.data, args.replace)
        .map_err(|error| fault(format!("cannot restore {}", args.from.display()), &error))?;
    answer(&said(args, &restored))
}

fn said(args: &RestoreArgs, restored: &Restored) -> String {
    let mut lines = vec![format!("restored to {}: {}", args.data.display(), restored.sound)];
    if let Some(aside) = &restored.moved_to {
        lines.push(format!("the site that was there is now in {}", aside.display()));
    }
    if let Standing::Recovery(recovery) = &restored.standing {
        lines.push(format!("this copy is older than the site was: {}", recovery.sentence()));
    }
    lines.join("\n")
}

fn fault(tried: String, error: &BackupError) -> Fault {
    let sentence = format!("{tried}: {error}");
    match error {
        BackupError::Exists(_) | BackupError::Occupied(_) => Fault::Input(sentence),
        BackupError::NotSound { .. } | BackupError::File { .. } | BackupError::Store(_) => {
            Fault::Failed(sentence)
        }
    }
}
