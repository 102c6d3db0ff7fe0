//! Encryption of what is served: whose certificate, where it lies, and when it is renewed.

mod authority;
mod error;
mod files;
mod served;

use std::path::{Path, PathBuf};

pub(crate) use authority::{Authority, init};
pub(crate) use error::TlsError;
pub(crate) use served::Served;

/// Whose certificate is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// The site's own authority's, in the data folder: made by `meterhouse tls init`.
    OfSite,
    /// The operator's, by path.
    Own { certificate: PathBuf, key: PathBuf },
}

/// Where the site's authority and its certificate lie.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join("tls")
}
