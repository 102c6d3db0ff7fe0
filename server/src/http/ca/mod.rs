//! The page that explains how a machine comes to trust the site's authority, and the authority's
//! certificate. On its plain address it is all there is: the rest leads to the encrypted one.

use std::io;
use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::{Method, header};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::assets;
use super::crowd::Crowd;
use super::problem::{Answer, Trouble};
use super::{LEAVE, REQUEST_HEAD};
use crate::tls::Authority;

/// What visitors may be told about the encryption.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// The site's own authority; `None`: the certificate is somebody else's, or there is none.
    pub(crate) authority: Option<Authority>,
}

/// For people, also where there is nothing to explain.
pub(super) async fn page(told: web::Data<Told>) -> HttpResponse {
    let html = "text/html; charset=utf-8";
    match &told.authority {
        Some(Authority { fingerprint, .. }) => {
            let page = include_str!("page.html").replace("{fingerprint}", fingerprint);
            HttpResponse::Ok().content_type(html).body(page)
        }
        None => HttpResponse::NotFound().content_type(html).body(include_str!("none.html")),
    }
}

pub(super) async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("page.css"))
}

/// As DER with the type that makes phones offer to install it.
pub(super) async fn certificate(told: web::Data<Told>) -> Answer {
    let authority = of_site(&told)?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-x509-ca-cert")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"meterhouse-ca.crt\""))
        .body(authority.der.clone()))
}

fn of_site(told: &Told) -> Result<&Authority, Trouble> {
    let none = "this site has no authority of its own; there is nothing to install";
    told.authority.as_ref().ok_or_else(|| Trouble::absent(none))
}

/// Serves the page without encryption, for machines that do not trust the site yet, and sends
/// everybody else to `port`.
pub(crate) fn serve(listener: TcpListener, told: Told, port: u16) -> io::Result<Server> {
    let (told, crowd) = (web::Data::new(told), Crowd::of_system());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(told.clone())
            .wrap(actix_web::middleware::from_fn(super::problem::seal))
            .wrap(assets::security_headers(false))
            .route("/ca", web::get().to(page))
            .route("/ca/style.css", web::get().to(style))
            .route("/ca/meterhouse-ca.crt", web::get().to(certificate))
            .default_service(web::to(move |request| async move { elsewhere(&request, port) }))
    })
    .on_connect(move |io, beside| crowd.admit(io, beside))
    .workers(1)
    .max_connections(500)
    .client_request_timeout(REQUEST_HEAD)
    .client_disconnect_timeout(LEAVE)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

/// Nothing but the explanation goes over the plain line: a password that is posted here was read by
/// everybody already, and its sender is told.
fn elsewhere(request: &HttpRequest, port: u16) -> Answer {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let title = format!("this address is not encrypted; use https on port {port}");
        return Err(Trouble::forbidden("not-encrypted", title));
    }
    if request.path() == "/" {
        return Ok(HttpResponse::Found().insert_header((header::LOCATION, "/ca")).finish());
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(host_of).ok_or_else(|| {
        Trouble::bad("no-host", "the request does not say which host it is meant for")
    })?;
    let place = request.uri().path_and_query().map_or("/", |place| place.as_str());
    let target = format!("https://{host}:{port}{place}");
    Ok(HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, target)).finish())
}

/// The host of a `Host` header without its port; nothing that could lead anywhere else.
fn host_of(header: &str) -> Option<&str> {
    let end = match header.strip_prefix('[') {
        Some(_) => header.find(']').map(|end| end + 1)?,
        None => header.find(':').unwrap_or(header.len()),
    };
    let host = header.get(..end)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(plain)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_taken_without_its_port_and_only_where_it_is_one() {
        for (header, expected) in [
            ("meterhouse.lan:8080", Some("meterhouse.lan")),
            ("192.168.1.10", Some("192.168.1.10")),
            ("[fd00::1]:8080", Some("[fd00::1]")),
            ("evil.example/x:1", None),
            ("a@b", None),
            ("", None),
            ("[fd00", None),
        ] {
            assert_eq!(host_of(header), expected, "{header}");
        }
    }
}
