//! What can be wrong with a certificate, as sentences for who has to put it right.

use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("there is no authority in {}; make one with `meterhouse tls init --name NAME`", .0.display())]
    NoAuthority(PathBuf),
    #[error("an authority is in {} already, and machines trust it; --replace makes another, which has to be installed on each of them anew", .0.display())]
    AuthorityExists(PathBuf),
    #[error(
        "`{0}` is no host name and no address; give names such as `meterhouse.lan` or `192.168.1.10`"
    )]
    BadName(String),
    #[error("cannot {what} {}: {source}", path.display())]
    File { what: &'static str, path: PathBuf, source: io::Error },
    #[error("the private key {} can be read by others (mode {mode:o}); make it its owner's alone: chmod 600", path.display())]
    KeyIsOpen { path: PathBuf, mode: u32 },
    #[error("{} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", .0.display())]
    NoCertificate(PathBuf),
    #[error("{} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)", .0.display())]
    NoKey(PathBuf),
    #[error("the key {} is not the one of the certificate {}", key.display(), certificate.display())]
    OtherKey { key: PathBuf, certificate: PathBuf },
    #[error("the certificate {} ended on {ended}; put a newer one in its place", path.display())]
    Expired { path: PathBuf, ended: String },
    #[error("the certificate {} begins on {begins} only; is this machine's clock right?", path.display())]
    NotYet { path: PathBuf, begins: String },
    #[error("the certificate {} cannot be understood: {why}", path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
}
