//! A payment provider behind HTTPS, with a certificate of an authority that only the site file names.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::harness::site::meterhouse;
use crate::harness::stub::PaidSite;
use crate::harness::{Folder, eventually};

/// An authority, and a certificate of it for `localhost`, 127.0.0.1 and `name`.
fn authority(folder: &Folder, name: &str) -> std::path::PathBuf {
    let data = folder.path().join(name);
    let made = meterhouse(&["tls", "init", "--name", name, "--data"], Some(&data));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    data.join("tls")
}

/// Takes encrypted connections and hands what they say to `to`.
async fn encrypted(tls: &Path, to: u16) -> u16 {
    let certificate = std::fs::read(tls.join("server.pem")).expect("a certificate");
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&certificate)
        .map(|one| one.expect("a certificate"))
        .collect();
    let key = PrivateKeyDer::from_pem_file(tls.join("server.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .expect("the key is the certificate's");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust us ends the handshake, which is its good right.
                let Ok(mut near) = acceptor.accept(socket).await else { return };
                let mut far =
                    TcpStream::connect(("127.0.0.1", to)).await.expect("the stub listens");
                drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
            });
        }
    });
    port
}

#[tokio::test]
async fn a_provider_is_paid_over_https_by_an_authority_that_the_site_file_names() {
    let folder = Folder::new();
    let ours = authority(&folder, "pay.test");
    let ca = ours.join("ca.pem");
    let paid = PaidSite::start_over(async |stub| {
        let port = encrypted(&ours, stub).await;
        format!("url = \"https://127.0.0.1:{port}\"\nca = \"{}\"\n", ca.display())
    })
    .await;
    let till = paid.site.token("cashier");
    let body = json!({ "account": 1_001, "amount": 5_000 });
    let reply = paid.site.post_once(&till, "/api/v1/payments", "over-https", &body).await;
    let view = reply.expect(200).json();
    assert_eq!(view["state"], "pending", "{view}");
    paid.on_the_phone(&view, "quiet").await;
    let number = view["payment"].as_u64().expect("a number");
    // Nobody tells: the question over HTTPS brings it.
    let view = paid.until(&till, number, "applied").await;
    assert_eq!(view["paid"], 5_000, "{view}");
    let receipt = view["receipt"].as_u64().expect("a receipt");
    let admin = paid.site.token("admin");
    let reversal = json!({ "book": "simulated", "receipt": receipt, "reason": "wrong flat" });
    let path = format!("/api/v1/receipts/{receipt}/reversal");
    paid.site.post_once(&admin, &path, "back-over-https", &reversal).await.expect(200);
    paid.until(&admin, number, "refunded").await;
    assert!(paid.site.verify().status.success());
}

/// Nothing is sent to somebody who cannot prove to be the provider: no charge, and no secret's signature.
#[tokio::test]
async fn a_provider_of_another_authority_or_another_name_is_told_nothing() {
    let folder = Folder::new();
    let (ours, foreign) = (authority(&folder, "pay.test"), authority(&folder, "other.test"));
    let trusted = ours.join("ca.pem");
    for (what, shown, host) in
        [("another authority", &foreign, "127.0.0.1"), ("another name", &ours, "127.0.0.2")]
    {
        let paid = PaidSite::start_over(async |stub| {
            let port = forwarded(host, encrypted(shown, stub).await).await;
            format!("url = \"https://{host}:{port}\"\nca = \"{}\"\n", trusted.display())
        })
        .await;
        let till = paid.site.token("cashier");
        let body = json!({ "account": 1_001, "amount": 5_000 });
        let reply = paid.site.post_once(&till, "/api/v1/payments", "to-a-stranger", &body).await;
        let view = reply.json();
        let said = view.to_string();
        assert!(said.contains("certificate"), "{what}: {said}");
        let day = paid.stub_page("/day.csv").await.expect(200).text();
        assert_eq!(day.trim(), "id,time,amount,kind", "{what}");
        let admin = paid.site.token("admin");
        eventually("nothing is left open", async || {
            let open = paid.site.get(&admin, "/api/v1/payments?open=true").await.expect(200).json();
            open.as_array().filter(|open| open.is_empty()).map(|_| ())
        })
        .await;
    }
}

/// The same door at another address of this machine.
async fn forwarded(host: &str, to: u16) -> u16 {
    let listener = TcpListener::bind((host, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut far = TcpStream::connect(("127.0.0.1", to)).await.expect("the door");
                drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
            });
        }
    });
    port
}
