//! A payment provider that is none: for training, for the demo and for tests. A program of its own,
//! or at a port of its own beside the demo; it forgets everything when it ends.

mod api;
mod book;
mod notify;
mod pages;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::http::Uri;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpServer, web};

use super::sign::Secrets;
use book::Book;
use notify::Notifier;

/// What its handlers have at hand.
pub(crate) struct Stub {
    book: Book,
    notifier: Notifier,
    secrets: Secrets,
    /// Where customers reach it, such as `http://127.0.0.1:8090`.
    base: String,
}

/// Serves on `listener`; what is paid is told to `notify`.
pub(crate) fn serve(
    listener: TcpListener,
    notify: Option<&Uri>,
    secrets: Secrets,
) -> io::Result<Server> {
    let base = format!("http://{}", listener.local_addr()?);
    let notifier = Notifier::new(notify, secrets.clone());
    let stub = web::Data::from(Arc::new(Stub { book: Book::default(), notifier, secrets, base }));
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add(("content-security-policy", pages::POLICY))
            .add(("x-content-type-options", "nosniff"))
            .add(("cache-control", "no-store"));
        App::new()
            .app_data(stub.clone())
            .wrap(headers)
            .configure(api::routes)
            .configure(pages::routes)
    })
    .workers(1)
    .shutdown_timeout(0)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
