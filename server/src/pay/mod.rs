//! Mobile payment: providers, their webhooks, and a desk that keeps asking until it is known where
//! the money is (`docs/payments.md`).

mod backoff;
pub(crate) mod client;
pub(crate) mod desk;
pub(crate) mod file;
mod http;
pub(crate) mod provider;
mod refused;
pub mod sign;
pub mod stub;
mod work;
pub(crate) mod wire;

use std::fs;
use std::path::Path;

pub(crate) use client::Peer;
pub(crate) use desk::{Desk, Till};
pub(crate) use http::HttpProvider;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Where systems keep the certificates that they trust.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Whom to trust: the certificates of this file, or the system's.
pub(crate) fn roots(file: Option<&Path>) -> Result<RootCertStore, String> {
    let system = SYSTEM_ROOTS.iter().map(Path::new).find(|path| path.exists());
    let path = file.or(system).ok_or("this system has no file of certificates; name one by ca")?;
    let text =
        fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_slice_iter(&text).filter_map(Result::ok);
    let (taken, _ignored) = roots.add_parsable_certificates(certificates);
    if taken == 0 { Err(format!("{} holds no certificate", path.display())) } else { Ok(roots) }
}
