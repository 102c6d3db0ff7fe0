//! `meterhouse backup`, `restore`, `drill` and `backup-key`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::run::DATA;
use super::{Fault, Outcome, answer};
use crate::clock::Stopwatch;
use crate::store::anchor::Standing;
use crate::store::archive::{self, ArchiveError};
use crate::store::backup::{BackupError, Restored, backup, drill, lacks, restore};

/// Copy a site into a new folder, also while the server works, and prove the copy
///
/// With --recipient the copy is one file that only the owner of the key opens; `age` opens it too.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// Folder of the site
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// The new folder, or file with --recipient; it must not exist yet
    #[arg(long, value_name = "PATH")]
    pub to: PathBuf,
    /// A public key of age; several may be given, each opens the copy
    #[arg(long, value_name = "KEY")]
    pub recipient: Vec<String>,
}

/// Make a key pair for sealed copies: the secret key goes into a new file, the public one is printed
#[derive(Clone, Debug, Args)]
pub struct KeyArgs {
    /// The new file; keep it away from the site
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// Put a copy in place as a site's folder; its server has to be stopped
///
/// A copy that lacks what this machine's anchor knows is put in place as well; then nothing is sold
/// until an admin accepts the loss.
#[derive(Clone, Debug, Args)]
pub struct RestoreArgs {
    /// The copy: a folder, or a sealed file
    #[arg(long, value_name = "PATH")]
    pub from: PathBuf,
    /// Folder of the site
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// The secret key of a sealed copy
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Move a site that is there aside, instead of refusing
    #[arg(long)]
    pub replace: bool,
}

/// Restore a copy into a scratch folder, prove it, say what it lacks, and clear it away
///
/// Exit code 0: it restores, and lacks nothing. 1: it does not restore. 3: it restores, but is older
/// than the site.
#[derive(Clone, Debug, Args)]
pub struct DrillArgs {
    /// The copy: a folder, or a sealed file
    #[arg(long, value_name = "PATH")]
    pub from: PathBuf,
    /// The site to compare with, also while its server works
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// The secret key of a sealed copy
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// The scratch folder; it must not exist yet. Left out: beside the copy
    #[arg(long, value_name = "DIR")]
    pub scratch: Option<PathBuf>,
}

pub(super) fn run_backup(args: &BackupArgs) -> Outcome {
    let tried = || format!("cannot back up {}", args.data.display());
    if args.recipient.is_empty() {
        let sound = backup(&args.data, &args.to).map_err(|error| fault(tried(), &error))?;
        return answer(&format!("copied to {} and proven: {sound}", args.to.display()));
    }
    let keys = args.recipient.iter().map(|key| archive::recipient(key));
    let keys = keys.collect::<Result<Vec<_>, _>>().map_err(Fault::input)?;
    if args.to.exists() {
        return Err(fault(tried(), &BackupError::Exists(args.to.clone())));
    }
    // In the clear it stands only where the site itself does.
    let plain = Cleared(args.data.join("unsealed"));
    let sound = backup(&args.data, &plain.0).map_err(|error| fault(tried(), &error))?;
    let size = archive::seal(&plain.0, &args.to, &keys)
        .map_err(|error| Fault::failed(format!("{}: {error}", tried())))?;
    answer(&format!("sealed into {} ({size} bytes) and proven: {sound}", args.to.display()))
}

pub(super) fn run_key(args: &KeyArgs) -> Outcome {
    let public = archive::new_key(&args.to)
        .map_err(|error| Fault::input(format!("cannot make a key: {error}")))?;
    answer(&public)
}

pub(super) fn run_restore(args: &RestoreArgs) -> Outcome {
    let tried = || format!("cannot restore {}", args.from.display());
    let opened = opened(&args.from, args.identity.as_deref())
        .map_err(|error| sealed_fault(tried(), &error))?;
    let from = opened.as_ref().map_or(args.from.as_path(), |opened| opened.0.as_path());
    let restored =
        restore(from, &args.data, args.replace).map_err(|error| fault(tried(), &error))?;
    answer(&said(args, &restored))
}

/// Says whether the copy lacks nothing.
pub(super) fn run_drill(args: &DrillArgs) -> Result<bool, Fault> {
    let tried = || format!("the drill of {} failed", args.from.display());
    let watch = Stopwatch::start();
    let opened = opened(&args.from, args.identity.as_deref())
        .map_err(|error| sealed_fault(tried(), &error))?;
    let from = opened.as_ref().map_or(args.from.as_path(), |opened| opened.0.as_path());
    let scratch = args.scratch.clone().unwrap_or_else(|| args.from.with_extension("drill"));
    let restored = drill(from, &scratch).map_err(|error| fault(tried(), &error))?;
    let took = watch.elapsed().as_millis();
    let standing = lacks(from, &args.data).map_err(|error| fault(tried(), &error))?;
    let told = match &standing {
        Standing::Sound => "it lacks nothing that the site's anchor knows".to_owned(),
        Standing::Recovery(lost) => format!("it is older than the site: {}", lost.sentence()),
    };
    answer(&format!("restored and proven in {took} ms: {}\n{told}", restored.sound))?;
    Ok(standing == Standing::Sound)
}

/// A folder that goes with the command.
struct Cleared(PathBuf);

impl Drop for Cleared {
    fn drop(&mut self) {
        // What cannot be cleared away is named by the next command that needs the place.
        fs::remove_dir_all(&self.0).ok();
    }
}

/// A sealed copy, opened beside itself; `None`: it is a folder already.
fn opened(from: &Path, key: Option<&Path>) -> Result<Option<Cleared>, ArchiveError> {
    let Some(key) = key else { return Ok(None) };
    let plain = Cleared(from.with_extension("opened"));
    archive::open(from, &plain.0, key).map(|()| Some(plain))
}

fn sealed_fault(tried: String, error: &ArchiveError) -> Fault {
    Fault::Failed(format!("{tried}: {error}"))
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
