//! The certificate that is shown now. It is looked at every hour: the site's own is renewed before it
//! ends, the operator's is taken in when its files have changed; connections that stand go on.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::crypto::ring::default_provider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use shared::time::{Span, Timestamp, Zone};
use tokio::sync::watch;
use tokio::time::interval;

use super::authority::{Paths, sign_server};
use super::files::{self, Chain, Marks};
use super::{Authority, Certificate, TlsError, folder};
use crate::clock;

/// A certificate of the site's own is renewed when so much of it is left.
const RENEW: Span = Span::from_days(30);
/// The operator is warned of the end of a certificate that we cannot renew.
const WARN: Span = Span::from_days(14);
const LOOK: Duration = Duration::from_mins(1);

pub(crate) struct Served {
    certificate: PathBuf,
    key: PathBuf,
    /// The folder of the site's authority; `None`: the certificate is the operator's.
    authority: Option<PathBuf>,
    shown: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Marks>,
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Served {
    /// Reads what is to be shown; one of the site's own that is about to end is renewed first.
    pub(crate) fn open(
        certificate: &Certificate,
        data: &Path,
        now: Timestamp,
    ) -> Result<Arc<Self>, TlsError> {
        let (certificate, key, authority) = match certificate {
            Certificate::Own { certificate, key } => (certificate.clone(), key.clone(), None),
            Certificate::OfSite => {
                let folder = folder(data);
                Authority::read(&folder)?;
                let paths = Paths::in_folder(&folder);
                renew(&folder, now)?;
                (paths.server, paths.server_key, Some(folder))
            }
        };
        let (shown, _chain) = read(&certificate, &key, now)?;
        let seen = files::both_marks(&certificate, &key);
        let (shown, seen) = (RwLock::new(Arc::new(shown)), Mutex::new(seen));
        Ok(Arc::new(Self { certificate, key, authority, shown, seen }))
    }

    /// A certificate of somebody else's authority: browsers know it, and it stays that way.
    pub(crate) fn is_own(&self) -> bool {
        self.authority.is_none()
    }

    /// Looks again until the server ends.
    pub(crate) async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut tick = interval(LOOK);
        loop {
            tokio::select! {
                _ = tick.tick() => match self.look(clock::now()) {
                    Ok(false) => {}
                    Ok(true) => tracing::info!("a new certificate is shown from now on"),
                    Err(error) => tracing::error!(%error, "the old certificate is shown on"),
                },
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
    }

    /// Renews or reads again what has to be; is another certificate shown from now on?
    pub(crate) fn look(&self, now: Timestamp) -> Result<bool, TlsError> {
        if let Some(folder) = &self.authority {
            renew(folder, now)?;
        }
        let marks = files::both_marks(&self.certificate, &self.key);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == marks {
            return Ok(false);
        }
        let (fresh, chain) = read(&self.certificate, &self.key, now)?;
        if self.is_own() && chain.ends - now < WARN {
            tracing::warn!("the certificate {} ends soon", self.certificate.display());
        }
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        *seen = marks;
        Ok(true)
    }

    /// The settings of TLS: versions and suites are the library's own choice.
    pub(crate) fn settings(self: &Arc<Self>) -> Result<rustls::ServerConfig, rustls::Error> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut settings =
            rustls::ServerConfig::builder_with_provider(Arc::new(default_provider()))
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_cert_resolver(resolver);
        settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(settings)
    }
}

impl ResolvesServerCert for Served {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn renew(folder: &Path, now: Timestamp) -> Result<(), TlsError> {
    let paths = Paths::in_folder(folder);
    let left = files::chain(&paths.server).map(|chain| chain.ends - now);
    match left {
        Ok(left) if left >= RENEW => Ok(()),
        // Ended, about to end, gone or spoilt: the authority makes another.
        Ok(_) | Err(_) => sign_server(folder, now),
    }
}

fn read(certificate: &Path, key: &Path, now: Timestamp) -> Result<(CertifiedKey, Chain), TlsError> {
    let chain = files::chain(certificate)?;
    let path = certificate.to_owned();
    let day = |at| Zone::utc().date(at).to_string();
    if chain.ends <= now {
        return Err(TlsError::Expired { path, ended: day(chain.ends) });
    }
    if now < chain.begins {
        return Err(TlsError::NotYet { path, begins: day(chain.begins) });
    }
    let secret = files::key(key)?;
    let both = CertifiedKey::from_der(chain.certificates.clone(), secret, &default_provider());
    let both = both.map_err(|error| {
        if matches!(error, rustls::Error::InconsistentKeys(_)) {
            TlsError::OtherKey { key: key.to_owned(), certificate: path.clone() }
        } else {
            TlsError::Unreadable { path: path.clone(), why: error.to_string() }
        }
    })?;
    Ok((both, chain))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
