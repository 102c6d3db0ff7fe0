//! Copies that only a key opens: the files of a copy as one tar, encrypted with age.
//!
//! `age --decrypt --identity KEY copy.tar.age | tar x` opens them too, wherever this program is not.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use age::{Decryptor, Encryptor};
use thiserror::Error;

/// Why a copy could not be sealed or opened.
#[derive(Debug, Error)]
pub enum ArchiveError {
    #[error("`{0}` is not a public key of age, such as age1…: {1}")]
    NotARecipient(String, &'static str),
    #[error("{} holds no secret key of age (AGE-SECRET-KEY-1…)", .0.display())]
    NoIdentity(PathBuf),
    #[error("{} cannot be opened with this key: {why}", path.display())]
    Locked { path: PathBuf, why: String },
    #[error("{} holds `{name}`, which is no file of a copy", path.display())]
    Stray { path: PathBuf, name: String },
    #[error("cannot {what} {}: {source}", path.display())]
    File { what: &'static str, path: PathBuf, source: io::Error },
}

/// A public key: whoever has the secret one opens the copy.
pub fn recipient(text: &str) -> Result<Recipient, ArchiveError> {
    text.trim().parse().map_err(|why| ArchiveError::NotARecipient(text.to_owned(), why))
}

/// Makes a key pair: the secret one goes into a new file, the public one is the answer.
pub fn new_key(path: &Path) -> Result<String, ArchiveError> {
    let identity = Identity::generate();
    let public = identity.to_public().to_string();
    let mut file = private(path).map_err(failed("create", path))?;
    let secret = identity.to_string();
    writeln!(file, "# public key: {public}\n{}", secret.expose_secret())
        .and_then(|()| file.sync_all())
        .map_err(failed("write", path))?;
    Ok(public)
}

fn identities(path: &Path) -> Result<Vec<Identity>, ArchiveError> {
    let text = fs::read_to_string(path).map_err(failed("read", path))?;
    let found: Vec<Identity> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
    if found.is_empty() { Err(ArchiveError::NoIdentity(path.to_owned())) } else { Ok(found) }
}

/// Writes the files of `folder` into one encrypted file; it bears its name only once it is whole.
pub fn seal(folder: &Path, to: &Path, recipients: &[Recipient]) -> Result<u64, ArchiveError> {
    let part = to.with_extension("part");
    fs::remove_file(&part).or_else(ignore_missing).map_err(failed("clear", &part))?;
    let write = || -> io::Result<u64> {
        let file = private(&part)?;
        let keys = recipients.iter().map(|key| -> &dyn age::Recipient { key });
        let sealed = Encryptor::with_recipients(keys).map_err(io::Error::other)?;
        let mut tar = tar::Builder::new(sealed.wrap_output(BufWriter::new(file))?);
        let mut names: Vec<PathBuf> =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        names.sort();
        for path in names.iter().filter(|path| path.is_file()) {
            let name = path.file_name().unwrap_or_default();
            tar.append_path_with_name(path, name)?;
        }
        let file = tar.into_inner()?.finish()?.into_inner().map_err(io::Error::other)?;
        file.sync_all()?;
        file.metadata().map(|about| about.len())
    };
    let size = write().map_err(failed("write", &part))?;
    fs::rename(&part, to).map_err(failed("name", to))?;
    Ok(size)
}

/// Opens an encrypted copy into a new folder.
pub fn open(file: &Path, to: &Path, key: &Path) -> Result<(), ArchiveError> {
    let keys = identities(key)?;
    let sealed = File::open(file).map_err(failed("read", file))?;
    let locked = |why: age::DecryptError| ArchiveError::Locked {
        path: file.to_owned(),
        why: why.to_string(),
    };
    let sealed = Decryptor::new_buffered(BufReader::new(sealed)).map_err(locked)?;
    let plain =
        sealed.decrypt(keys.iter().map(|key| -> &dyn age::Identity { key })).map_err(locked)?;
    fs::create_dir(to).map_err(failed("create", to))?;
    let mut tar = tar::Archive::new(plain);
    for entry in tar.entries().map_err(failed("read", file))? {
        let mut entry = entry.map_err(failed("read", file))?;
        let name = entry.path().map_err(failed("read", file))?.into_owned();
        // Names without a folder only: nothing is ever written beside where it belongs.
        if name.components().count() != 1 || name.file_name().is_none() {
            let (path, name) = (file.to_owned(), name.display().to_string());
            return Err(ArchiveError::Stray { path, name });
        }
        let path = to.join(&name);
        let mut target = private(&path).map_err(failed("create", &path))?;
        io::copy(&mut entry, &mut target).map_err(failed("write", &path))?;
        target.sync_all().map_err(failed("write", &path))?;
    }
    Ok(())
}

/// Keys and customers' names are in these files: only their owner may read them.
fn private(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn failed(what: &'static str, path: &Path) -> impl Fn(io::Error) -> ArchiveError {
    let path = path.to_owned();
    move |source| ArchiveError::File { what, path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    #[test]
    fn what_was_sealed_opens_with_its_key_and_with_no_other() {
        let dir = Scratch::new();
        let folder = dir.path("copy");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("ledger.db"), vec![7; 100_000]).unwrap();
        fs::write(folder.join("anchor.json"), "{}").unwrap();
        let (key, other) = (dir.path("key.txt"), dir.path("other.txt"));
        let public = recipient(&new_key(&key).unwrap()).unwrap();
        new_key(&other).unwrap();
        let sealed = dir.path("copy.tar.age");
        let size = seal(&folder, &sealed, &[public]).unwrap();
        assert_eq!(fs::metadata(&sealed).unwrap().len(), size);
        assert!(!fs::read(&sealed).unwrap().windows(9).any(|part| part == b"ledger.db"));
        assert!(matches!(open(&sealed, &dir.path("a"), &other), Err(ArchiveError::Locked { .. })));
        open(&sealed, &dir.path("b"), &key).unwrap();
        assert_eq!(fs::read(dir.path("b").join("ledger.db")).unwrap(), vec![7; 100_000]);
        let mut spoilt = fs::read(&sealed).unwrap();
        let middle = spoilt.len() / 2;
        spoilt[middle] ^= 1;
        fs::write(&sealed, spoilt).unwrap();
        assert!(open(&sealed, &dir.path("c"), &key).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused_in_a_sentence() {
        let dir = Scratch::new();
        fs::write(dir.path("empty"), "nothing\n").unwrap();
        assert!(recipient("age1nonsense").is_err());
        assert!(matches!(identities(&dir.path("empty")), Err(ArchiveError::NoIdentity(_))));
    }
}
