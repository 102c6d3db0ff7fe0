//! `[tls]` and `[web]` of the site file: how the web page is served.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::source::Source;
use crate::cli::Fault;
use crate::run::Web;
use crate::tls::Certificate;

/// There: HTTPS. Both files, or the certificate of the site's own authority.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TlsTable {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    ca_page: Option<SocketAddr>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WebTable {
    insecure_http: bool,
}

pub(super) fn read(
    source: &Source,
    tls: Option<&TlsTable>,
    web: &WebTable,
    folder: &Path,
) -> Result<Web, Fault> {
    let insecure_http = web.insecure_http;
    let Some(tls) = tls else {
        return Ok(Web { certificate: None, ca_page: None, insecure_http });
    };
    let certificate = match (&tls.certificate, &tls.key) {
        (None, None) => Certificate::OfSite,
        (Some(certificate), Some(key)) => {
            Certificate::Own { certificate: folder.join(certificate), key: folder.join(key) }
        }
        (Some(_), None) | (None, Some(_)) => {
            return Err(source.wrong_whole("[tls] needs both `certificate` and `key`, or neither"));
        }
    };
    if tls.ca_page.is_some() && certificate != Certificate::OfSite {
        return Err(source.wrong_whole(
            "`ca_page` explains the site's own authority; with an own certificate there is none",
        ));
    }
    if insecure_http {
        return Err(source.wrong_whole("[tls] and `insecure_http` exclude each other"));
    }
    Ok(Web { certificate: Some(certificate), ca_page: tls.ca_page, insecure_http })
}
