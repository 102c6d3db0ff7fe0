//! How the web page is served: encrypted or not, and with whose certificate.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::Fault;
use crate::run::Web;
use crate::tls::Certificate;

#[derive(Clone, Debug, Default, Args)]
pub(super) struct WebOptions {
    /// Serve HTTPS with the certificate of the site's own authority (`meterhouse tls init`)
    #[arg(long, conflicts_with = "certificate")]
    tls: bool,
    /// Serve HTTPS with this certificate: a PEM file, followed by those that lead to its authority
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The certificate's private key, which only its owner may read (mode 600)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Explain on this address, without encryption, how to install the site's authority
    #[arg(long, value_name = "ADDR", requires = "tls")]
    ca_page: Option<SocketAddr>,
    /// Serve other machines without encryption: passwords can be read on the way
    #[arg(long)]
    insecure_http: bool,
}

impl WebOptions {
    /// What the command line says goes before what the site file says.
    pub(super) fn over(self, file: Web) -> Result<Web, Fault> {
        let certificate = match (self.tls, self.certificate, self.key) {
            (true, _, _) => Some(Certificate::OfSite),
            (false, Some(certificate), Some(key)) => Some(Certificate::Own { certificate, key }),
            (false, _, _) => file.certificate,
        };
        let ca_page = self.ca_page.or(file.ca_page);
        let insecure_http = self.insecure_http || file.insecure_http;
        if insecure_http && certificate.is_some() {
            return Err(Fault::input(
                "encryption and `insecure_http` are both asked for; choose one",
            ));
        }
        Ok(Web { certificate, ca_page, insecure_http })
    }
}
