//! Certificates and keys as files: keys are their owner's alone, and nothing is half written.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use shared::time::Timestamp;

use super::TlsError;

/// Certificates may be seen by everybody; keys by nobody else.
const SECRET: u32 = 0o600;
const OPEN: u32 = 0o644;

fn failed(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> TlsError {
    let path = path.to_owned();
    move |source| TlsError::File { what, path, source }
}

pub(super) fn make_folder(path: &Path) -> Result<(), TlsError> {
    fs::create_dir_all(path).map_err(failed("create the folder", path))?;
    let mode = fs::Permissions::from_mode(0o700);
    fs::set_permissions(path, mode).map_err(failed("protect the folder", path))
}

pub(super) fn write_key(path: &Path, pem: &str) -> Result<(), TlsError> {
    write(path, pem, SECRET)
}

pub(super) fn write_certificate(path: &Path, pem: &str) -> Result<(), TlsError> {
    write(path, pem, OPEN)
}

/// Under another name first: a power cut leaves the old file or the new one.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), TlsError> {
    let part = path.with_extension("part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(mode);
    let mut file = options.open(&part).map_err(failed("write", &part))?;
    file.set_permissions(fs::Permissions::from_mode(mode)).map_err(failed("protect", &part))?;
    file.write_all(text.as_bytes()).map_err(failed("write", &part))?;
    file.sync_all().map_err(failed("write", &part))?;
    fs::rename(&part, path).map_err(failed("rename to", path))
}

pub(super) fn text(path: &Path) -> Result<String, TlsError> {
    fs::read_to_string(path).map_err(failed("read", path))
}

/// A certificate with those that lead from it to its authority, and when it begins and ends.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) begins: Timestamp,
    pub(super) ends: Timestamp,
}

pub(super) fn chain(path: &Path) -> Result<Chain, TlsError> {
    let bytes = fs::read(path).map_err(failed("read", path))?;
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok).collect();
    let Some(leaf) = certificates.first() else {
        return Err(TlsError::NoCertificate(path.to_owned()));
    };
    let unreadable = |why: String| TlsError::Unreadable { path: path.to_owned(), why };
    let (_, parsed) =
        x509_parser::parse_x509_certificate(leaf).map_err(|error| unreadable(error.to_string()))?;
    let validity = parsed.validity();
    let at = |time: x509_parser::time::ASN1Time| Timestamp::from_millis(time.timestamp() * 1_000);
    let (begins, ends) = (at(validity.not_before), at(validity.not_after));
    Ok(Chain { certificates, begins, ends })
}

/// A private key that only its owner may read; anything else is refused, not mended in silence.
pub(super) fn key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let known = fs::metadata(path).map_err(failed("read", path))?;
    let mode = known.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(TlsError::KeyIsOpen { path: path.to_owned(), mode });
    }
    let bytes = fs::read(path).map_err(failed("read", path))?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_not_a_key| TlsError::NoKey(path.to_owned()))
}

/// What tells whether a file was changed since.
pub(super) fn mark(path: &Path) -> Option<(std::time::SystemTime, u64)> {
    let known = fs::metadata(path).ok()?;
    Some((known.modified().ok()?, known.len()))
}

pub(super) fn both_marks(first: &Path, second: &Path) -> Marks {
    [(first.to_owned(), mark(first)), (second.to_owned(), mark(second))]
}

pub(super) type Marks = [(PathBuf, Option<(std::time::SystemTime, u64)>); 2];
