//! One HTTP request to somebody else, with a time-out. One connection a request: there are few, and
//! a connection that died is found at once.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::uri::{Scheme, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::provider::NoAnswer;
use super::sign::{self, Signed};

/// Answers are small.
const LARGEST: usize = 64 * 1024;

/// Somebody who is asked over HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    host: String,
    port: u16,
    /// Before every path.
    pub(super) path: String,
    tls: Option<Arc<ClientConfig>>,
    timeout: Duration,
}

impl Peer {
    /// `roots` are asked for where the address is HTTPS.
    pub(crate) fn new(url: &Uri, timeout: Duration, roots: Option<RootCertStore>) -> Self {
        let secure = url.scheme() == Some(&Scheme::HTTPS);
        let tls = roots.filter(|_| secure).map(|roots| {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("ring speaks TLS 1.2 and 1.3")
                .with_root_certificates(roots)
                .with_no_client_auth();
            Arc::new(config)
        });
        Self {
            // An IPv6 address stands in brackets in an address, and without them everywhere else.
            host: url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            port: url.port_u16().unwrap_or(if secure { 443 } else { 80 }),
            path: url.path().trim_end_matches('/').to_owned(),
            tls,
            timeout,
        }
    }

    /// Sends one request; `path` is the whole path.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        signed: &Signed,
        body: Vec<u8>,
    ) -> Result<(StatusCode, Bytes), NoAnswer> {
        let connected = tokio::time::timeout(self.timeout, self.connect()).await;
        let none = |_elapsed| NoAnswer::Unreachable("it takes no connection".to_owned());
        let stream = connected.map_err(none)??;
        let answered = self.exchange(stream, method, path, signed, body);
        let late = |_elapsed| {
            NoAnswer::Silent(format!("no answer within {} ms", self.timeout.as_millis()))
        };
        tokio::time::timeout(self.timeout, answered).await.map_err(late)?
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, NoAnswer> {
        let unreachable = |error: std::io::Error| NoAnswer::Unreachable(error.to_string());
        let stream =
            TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let name = ServerName::try_from(self.host.clone())
            .map_err(|error| NoAnswer::Unreachable(error.to_string()))?;
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await;
        Ok(Box::new(stream.map_err(unreachable)?))
    }

    async fn exchange(
        &self,
        stream: Box<dyn Stream>,
        method: Method,
        path: &str,
        signed: &Signed,
        body: Vec<u8>,
    ) -> Result<(StatusCode, Bytes), NoAnswer> {
        let silent = |error: hyper::Error| NoAnswer::Silent(error.to_string());
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(silent)?;
        let connection = actix_rt::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(hyper::header::HOST, format!("{}:{}", self.host, self.port))
            .header(hyper::header::CONTENT_TYPE, "application/json")
            .header(sign::ID, &signed.id)
            .header(sign::AT, &signed.at)
            .header(sign::SIGNATURE, &signed.signature)
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| NoAnswer::Unreachable(error.to_string()))?;
        let response = sender.send_request(request).await.map_err(silent)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LARGEST).collect().await;
        let body = body.map_err(|error| NoAnswer::Silent(error.to_string()))?.to_bytes();
        connection.abort();
        Ok((status, body))
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}
