//! HTTPS. The web server's own listener shows a connection only after its handshake; here it is
//! counted before, and has three seconds for it, so that nobody fills the place with silence.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol, Request, Response};
use actix_service::{
    IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config,
};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, Service};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::crowd::{Crowd, Seat};
use super::{CONNECTIONS, LEAVE, REQUEST_HEAD, WORKERS};

const HANDSHAKE: Duration = Duration::from_secs(3);

/// As the web server's own, with our way in.
pub(super) fn serve<F, I, S, B>(
    listener: TcpListener,
    settings: rustls::ServerConfig,
    crowd: Crowd,
    app: F,
) -> io::Result<Server>
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let acceptor = TlsAcceptor::from(Arc::new(settings));
    let builder = Server::build()
        .workers(WORKERS)
        .max_concurrent_connections(CONNECTIONS)
        .shutdown_timeout(2)
        .disable_signals();
    let builder = builder.listen("https", listener, move || {
        let (acceptor, crowd) = (acceptor.clone(), crowd.clone());
        let app = app().into_factory().map_err(|error: S::Error| error.into().error_response());
        let http = HttpService::build()
            .secure()
            .client_request_timeout(REQUEST_HEAD)
            .client_disconnect_timeout(LEAVE)
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(move |io: TcpStream| {
            let (acceptor, crowd) = (acceptor.clone(), crowd.clone());
            async move { enter(io, &acceptor, &crowd, HANDSHAKE).await.map_err(DispatchError::Io) }
        })
        .and_then(http)
    })?;
    Ok(builder.run())
}

type Entered = (Seated, Protocol, Option<SocketAddr>);

async fn enter(
    io: TcpStream,
    acceptor: &TlsAcceptor,
    crowd: &Crowd,
    patience: Duration,
) -> io::Result<Entered> {
    let peer = io.peer_addr()?;
    let seat = crowd.enter(peer.ip()).map_err(|full| {
        tracing::warn!("a connection from {} is closed: {full}", peer.ip());
        io::Error::from(io::ErrorKind::ConnectionRefused)
    })?;
    let shaken = tokio::time::timeout(patience, acceptor.accept(io)).await;
    let stream = shaken.map_err(|_elapsed| io::Error::from(io::ErrorKind::TimedOut))??;
    let (_, tls) = stream.get_ref();
    let protocol = match tls.alpn_protocol() {
        Some(b"h2") => Protocol::Http2,
        Some(_) | None => Protocol::Http1,
    };
    Ok((Seated { stream, _seat: seat }, protocol, Some(peer)))
}

/// An encrypted connection with its seat: both end together.
struct Seated {
    stream: TlsStream<TcpStream>,
    _seat: Seat,
}

impl AsyncRead for Seated {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Seated {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::http::crowd::MOST_HERE;
    use crate::store::scratch::Scratch;
    use crate::tls::{Certificate, Served, folder, init};

    async fn pair(listener: &tokio::net::TcpListener) -> (TcpStream, TcpStream) {
        let address = listener.local_addr().expect("an address");
        let client = TcpStream::connect(address).await.expect("a connection");
        (client, listener.accept().await.expect("a connection").0)
    }

    #[actix_rt::test]
    async fn a_connection_has_a_seat_before_its_handshake_and_loses_it_with_silence() {
        let dir = Scratch::new();
        let data = dir.path("site");
        init(&folder(&data), &["m.test".to_owned()], false, clock::now()).expect("an authority");
        let served =
            Served::open(&Certificate::OfSite, &data, clock::now()).expect("a certificate");
        let acceptor = TlsAcceptor::from(Arc::new(served.settings().expect("settings")));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let crowd = Crowd::of(u32::MAX);
        let here = "127.0.0.1".parse().expect("an address");
        let mut seats: Vec<_> =
            (1..MOST_HERE).map(|_| crowd.enter(here).expect("a seat")).collect();

        let (_silent, io) = pair(&listener).await;
        let short = Duration::from_millis(50);
        let waiting = actix_rt::spawn({
            let (acceptor, crowd) = (acceptor.clone(), crowd.clone());
            async move { enter(io, &acceptor, &crowd, short).await.err().map(|error| error.kind()) }
        });
        assert_eq!(waiting.await.expect("it ends"), Some(io::ErrorKind::TimedOut));
        seats.push(crowd.enter(here).expect("its seat is free again"));

        let (_one_too_many, io) = pair(&listener).await;
        let refused = enter(io, &acceptor, &crowd, Duration::from_mins(1)).await.err();
        assert_eq!(refused.map(|error| error.kind()), Some(io::ErrorKind::ConnectionRefused));
    }
}
