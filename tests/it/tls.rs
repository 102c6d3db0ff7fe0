//! Encryption from outside: real sockets, and a client that trusts the site's authority and nothing
//! else.

use std::process::Command;
use std::sync::Arc;

use http::{Method, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::harness::http::ask;
use crate::harness::site::{PROGRAM, meterhouse};
use crate::harness::{Folder, PATIENCE, Program};

const SITE: &str = "[site]\nname = \"Trial\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
                    [simulated]\nfloors = 1\n";

/// A site that serves HTTPS, and the plain address where that is explained, if there is one.
struct Encrypted {
    program: Program,
    address: String,
    explained: Option<String>,
    folder: Folder,
}

fn after<'a>(said: &'a str, mark: &str) -> Option<&'a str> {
    said.split_once(mark)?.1.split_whitespace().next()
}

impl Encrypted {
    async fn start(more: &str, arguments: &[&str]) -> Self {
        let folder = Folder::new();
        let data = folder.path().join("data");
        let names = ["tls", "init", "--name", "meterhouse.test", "--name", "127.0.0.1", "--data"];
        let made = meterhouse(&names, Some(&data));
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let file = folder.write("site.toml", &format!("{SITE}{more}"));
        let mut command = Command::new(PROGRAM);
        command.arg("run").arg("--site").arg(file).args(["--listen", "127.0.0.1:0", "--data"]);
        command.arg(&data).args(arguments).current_dir(folder.path());
        let program = Program::start(&mut command);
        let address = program
            .says("its address", |said| after(said, "ready on https://").map(str::to_owned))
            .await;
        let explains = more.contains("ca_page").then_some("its authority: http://");
        let explained = match explains {
            Some(mark) => {
                let found = program
                    .says("where it explains itself", |said| after(said, mark).map(str::to_owned));
                Some(found.await)
            }
            None => None,
        };
        Self { program, address, explained, folder }
    }

    fn authority(&self) -> CertificateDer<'static> {
        let pem = std::fs::read(self.folder.path().join("data/tls/ca.pem")).expect("the authority");
        CertificateDer::from_pem_slice(&pem).expect("a certificate")
    }

    /// A connection to `name` that trusts `authority` only and speaks `protocol`.
    async fn connect(
        &self,
        authority: CertificateDer<'static>,
        name: &str,
        protocol: &str,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut trusted = RootCertStore::empty();
        trusted.add(authority).expect("an authority");
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(trusted)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let socket = TcpStream::connect(&self.address).await?;
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
        Ok(stream)
    }

    /// One request over HTTP/1.1, its answer whole.
    async fn ask(&self, head: &str, body: &str) -> String {
        let mut stream = self
            .connect(self.authority(), "meterhouse.test", "http/1.1")
            .await
            .expect("an encrypted line");
        let text = format!(
            "{head}\r\nHost: meterhouse.test\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).await.expect("it is sent");
        let mut answer = Vec::new();
        // The end without a farewell is no concern of this test.
        drop(stream.read_to_end(&mut answer).await);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[tokio::test]
async fn a_site_is_served_encrypted_and_explains_how_to_trust_it() {
    let site = Encrypted::start("[tls]\nca_page = \"127.0.0.1:0\"\n", &[]).await;
    let plain = site.explained.clone().expect("a plain address");
    let get = async |path: &str| {
        let request = Request::builder().uri(format!("http://{plain}{path}"));
        let request = request.header("host", "meterhouse.test:80").body(String::new());
        ask(request.expect("a request")).await.expect("an answer")
    };
    let page = get("/ca").await.expect(200).text();
    let shown = meterhouse(&["tls", "show", "--data"], Some(&site.folder.path().join("data")));
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    let fingerprint = after(&shown, "SHA-256 ").expect("a fingerprint");
    assert!(page.contains(fingerprint), "{page}");
    for word in ["Windows", "macOS", "iPhone", "Android", "Linux", "安装", "Install"] {
        assert!(page.contains(word), "{word}");
    }
    let elsewhere = get("/meters?x=1").await.expect(307);
    let port = site.address.rsplit(':').next().expect("a port");
    assert_eq!(elsewhere.header("location"), format!("https://meterhouse.test:{port}/meters?x=1"));
    let posted =
        Request::builder().method(Method::POST).uri(format!("http://{plain}/api/v1/session"));
    let posted = ask(posted.body(String::new()).expect("a request")).await.expect("an answer");
    assert!(posted.expect(403).text().contains("not-encrypted"));

    let downloaded = CertificateDer::from(get("/ca/meterhouse-ca.crt").await.expect(200).body);
    assert_eq!(downloaded, site.authority());
    for name in ["meterhouse.test", "127.0.0.1", "localhost"] {
        site.connect(downloaded.clone(), name, "http/1.1").await.expect(name);
    }
    let other = site.connect(downloaded, "other.test", "http/1.1").await;
    assert!(other.is_err(), "the certificate is for its names only");
    let ready = site.ask("GET /readyz HTTP/1.1", "").await;
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    assert!(
        !ready.contains("strict-transport-security"),
        "its authority may be taken off: {ready}"
    );

    let code = after(&site.program.said(), "good once: ").expect("a set-up code").to_owned();
    let body = format!(r#"{{"code":"{code}","name":"Ann","password":"correct horse"}}"#);
    let head = "POST /api/v1/setup HTTP/1.1\r\nX-Meterhouse: 1\r\nContent-Type: application/json\r\n\
                Origin: https://meterhouse.test";
    let entered = site.ask(head, &body).await;
    assert!(entered.starts_with("HTTP/1.1 200"), "{entered}");
    let cookie = after(&entered, "set-cookie: ").expect("a cookie");
    assert!(cookie.starts_with("__Host-meterhouse="), "{cookie}");
    assert!(entered.contains("; Secure"), "{entered}");

    let cookie = cookie.trim_end_matches(';');
    let upgrade = |origin: &str| {
        format!(
            "GET /api/v1/live HTTP/1.1\r\nUpgrade: websocket\r\nCookie: {cookie}\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Origin: {origin}"
        )
    };
    let foreign = site.ask(&upgrade("https://evil.test"), "").await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
    let mut stream = site
        .connect(site.authority(), "meterhouse.test", "http/1.1")
        .await
        .expect("an encrypted line");
    let head = upgrade("https://meterhouse.test");
    let text = format!("{head}\r\nHost: meterhouse.test\r\nConnection: Upgrade\r\n\r\n");
    stream.write_all(text.as_bytes()).await.expect("it is sent");
    let mut first = [0; 2_000];
    let read = stream.read(&mut first).await.expect("an answer");
    assert!(first[..read].starts_with(b"HTTP/1.1 101"), "a stream over the encrypted line");
    let more = tokio::time::timeout(PATIENCE, stream.read(&mut first)).await.expect("in time");
    assert!(more.expect("a snapshot") > 0);
}

/// A request over HTTP/2, written by hand: its header fields are literals without compression.
fn request(path: &str, origin: &str, body: &str) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", "meterhouse.test"),
        (":path", path),
        ("x-meterhouse", "1"),
        ("content-type", "application/json"),
        ("origin", origin),
    ] {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).expect("short"));
            block.extend(text.as_bytes());
        }
    }
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let mut frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
        bytes.extend(&length[1..]);
        bytes.extend([kind, flags, 0, 0, 0, stream]);
        bytes.extend(payload);
    };
    frame(4, 0, 0, &[]);
    frame(1, 4, 1, &block);
    frame(0, 1, 1, body.as_bytes());
    bytes
}

#[tokio::test]
async fn the_origin_is_looked_at_over_http2_too() {
    let site = Encrypted::start("[tls]\n", &[]).await;
    let answer = async |origin: &str| {
        let mut stream = site
            .connect(site.authority(), "meterhouse.test", "h2")
            .await
            .expect("an encrypted line");
        let body = r#"{"name":"nobody","password":"not the password"}"#;
        let sent = stream.write_all(&request("/api/v1/session", origin, body)).await;
        sent.expect("it is sent");
        let mut heard = Vec::new();
        let whole = async {
            let mut part = [0; 4_096];
            while !String::from_utf8_lossy(&heard).contains("\"status\":") {
                let read = stream.read(&mut part).await.expect("an answer");
                assert!(read > 0, "the line was closed: {}", String::from_utf8_lossy(&heard));
                heard.extend_from_slice(&part[..read]);
            }
        };
        tokio::time::timeout(PATIENCE, whole).await.expect("in time");
        String::from_utf8_lossy(&heard).into_owned()
    };
    let ours = answer("https://meterhouse.test").await;
    assert!(ours.contains("wrong-name-or-password"), "our own page is let in: {ours}");
    let foreign = answer("https://evil.test").await;
    assert!(foreign.contains("foreign-origin"), "{foreign}");
}

#[tokio::test]
async fn who_says_nothing_at_the_encrypted_door_is_dropped() {
    let site = Encrypted::start("[tls]\n", &[]).await;
    let mut silent = TcpStream::connect(&site.address).await.expect("a connection");
    let mut nothing = [0; 1];
    let end = tokio::time::timeout(PATIENCE, silent.read(&mut nothing)).await;
    assert_eq!(end.expect("in time").expect("an end"), 0);
    let mut plain = TcpStream::connect(&site.address).await.expect("a connection");
    plain.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("it is sent");
    let mut answer = Vec::new();
    drop(tokio::time::timeout(PATIENCE, plain.read_to_end(&mut answer)).await.expect("in time"));
    assert!(!answer.starts_with(b"HTTP/"), "nothing is said without encryption");
}

#[tokio::test]
async fn an_own_certificate_is_promised_to_browsers_and_has_nothing_to_install() {
    let own = ["--certificate", "data/tls/server.pem", "--key", "data/tls/server.key"];
    let site = Encrypted::start("", &own).await;
    let ready = site.ask("GET /readyz HTTP/1.1", "").await;
    assert!(ready.contains("strict-transport-security: max-age=31536000"), "{ready}");
    let page = site.ask("GET /ca HTTP/1.1", "").await;
    assert!(page.starts_with("HTTP/1.1 404"), "{page}");
}

#[test]
fn nobody_serves_other_machines_in_the_clear_by_mistake() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    let refused = meterhouse(&["demo", "--listen", "0.0.0.0:0", "--data"], Some(&data));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("--tls") && said.contains("--insecure-http"), "{said}");
    let before = meterhouse(&["demo", "--listen", "127.0.0.1:0", "--tls", "--data"], Some(&data));
    let said = String::from_utf8_lossy(&before.stderr).into_owned();
    assert!(said.contains("meterhouse tls init"), "{said}");
    for (more, expected) in [
        ("[tls]\n[web]\ninsecure_http = true\n", "exclude each other"),
        ("[tls]\ncertificate = \"a.pem\"\n", "both"),
        ("[tls]\ncertificate = \"a\"\nkey = \"b\"\nca_page = \"127.0.0.1:1\"\n", "own"),
        ("[tls]\nodd = 1\n", "odd"),
    ] {
        let file = folder.write("site.toml", &format!("{SITE}{more}"));
        let refused = meterhouse(&["config", "check"], Some(&file));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(expected), "{more}: {said}");
    }
}
