//! The web server: the API under `/api/v1`, health and metrics, and the web app.

mod accounts;
mod adjust;
mod alarms;
mod approvals;
mod arrears;
mod assets;
mod audit;
mod auditor;
pub(crate) mod auth;
mod board;
mod breaker;
pub(crate) mod ca;
mod body;
mod clock;
pub(crate) mod commission;
mod crowd;
pub mod csv;
mod daybook;
mod exceptions;
mod exchange;
mod explain;
pub(crate) mod growing;
mod guard;
mod health;
mod label;
mod limits;
mod lines;
pub(crate) mod live;
mod meters;
pub(crate) mod metrics;
pub mod openapi;
mod overview;
mod page;
mod payments;
mod policies;
mod printing;
pub(crate) mod problem;
mod receipts;
mod refunds;
pub mod routes;
mod sales;
pub(crate) mod scan;
mod secure;
mod search;
mod session;
mod sessions;
pub(crate) mod shifts;
pub(crate) mod shelf;
mod site;
mod staff;
pub(crate) mod state;
pub(crate) mod supply;
mod tariffs;
mod tokens;
mod templates;
mod terms;
mod unrecorded;
mod verify;
mod whatif;
mod why;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpServer, web};

use crate::tls::Served;

pub(crate) use audit::Refusals;
use state::State;
pub(crate) use unrecorded::Unrecorded;

/// Threads that serve requests; the money path has one of its own.
const WORKERS: usize = 2;
/// Connections a worker keeps open; more wait in the backlog.
const CONNECTIONS: usize = 2_000;

/// Within this a request's head has to be there.
const REQUEST_HEAD: Duration = Duration::from_secs(5);
/// How long a client may take to leave.
const LEAVE: Duration = Duration::from_secs(2);

/// How visitors come in.
#[derive(Debug, Default)]
pub(crate) struct Front {
    /// The certificate, where the line is encrypted.
    pub(crate) served: Option<Arc<Served>>,
    pub(crate) told: ca::Told,
}

/// Serves on `listener` until the server is stopped.
pub(crate) fn serve(
    listener: TcpListener,
    state: web::Data<State>,
    front: Front,
) -> io::Result<Server> {
    let crowd = crowd::Crowd::of_system();
    let known = web::Data::new(crowd.clone());
    let told = web::Data::new(front.told);
    // Only a certificate that browsers know by themselves is promised for the future: a machine that
    // lost the site's own authority could not even be told how to get it back.
    let promised = front.served.as_ref().is_some_and(|served| served.is_own());
    let app = move || {
        App::new()
            .app_data(state.clone())
            .app_data(told.clone())
            .app_data(known.clone())
            .wrap(from_fn(count))
            .wrap(from_fn(problem::seal))
            .wrap(assets::security_headers(promised))
            .configure(routes::register)
            .default_service(web::to(assets::serve))
    };
    if let Some(served) = front.served {
        let settings = served.settings().map_err(io::Error::other)?;
        return secure::serve(listener, settings, crowd, app);
    }
    let server = HttpServer::new(app)
        .on_connect(move |io, beside| crowd.admit(io, beside))
        .workers(WORKERS)
        .max_connections(CONNECTIONS)
        .client_request_timeout(REQUEST_HEAD)
        .client_disconnect_timeout(LEAVE)
        .shutdown_timeout(2)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

async fn count(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<web::Data<State>>().cloned();
    let answered = next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    if let Some(state) = state {
        match &answered {
            Ok(response) => state.counters.count(response.status()),
            Err(error) => state.counters.count(error.as_response_error().status_code()),
        }
    }
    answered
}
