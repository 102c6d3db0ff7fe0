//! The door of one route: who asks, may they, and does the request come from our own page?

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::uri::Authority;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::{Ready, ready};
use shared::site::Refusal;
use shared::staff::Verb;
use shared::time::Span;

use super::auth::{CONFIRMED, Caller, Credential, Holds};
use super::crowd::Crowd;
use super::problem::Trouble;
use super::routes::{Row, Who};
use super::state::State;
use super::unrecorded;
use crate::clock;

/// Lets a request through to its handler, or refuses it. What moves money needs its key here, so
/// that no handler can forget to ask.
pub(crate) async fn admit(
    row: &Row,
    keyed: bool,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let has_key = request.headers().contains_key("idempotency-key");
    let looked = look_at(row, &request).await;
    let looked = looked
        .and_then(|caller| if keyed && !has_key { Err(Refusal::NoKey.into()) } else { Ok(caller) });
    match looked {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Ok(None) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(trouble) => Ok(request.into_response(trouble.response())),
    }
}

/// Who asks; none where nobody has to be known.
async fn look_at(row: &Row, request: &ServiceRequest) -> Result<Option<Caller>, Trouble> {
    let credential = Credential::of(request.headers());
    let by_browser = !matches!(credential, Some(Credential::Bearer(_)));
    if by_browser && !signed_by_itself(request.path()) {
        // HTTP/2 has no `Host`; what it is meant for stands with the target.
        let meant_for = request.uri().authority().map(Authority::as_str);
        from_our_page(request.method(), request.headers(), meant_for, request.path())?;
    }
    let verb = match row.who {
        Who::Anyone => return Ok(None),
        Who::SignedIn => None,
        Who::May(verb) => Some(verb),
    };
    let state = request
        .app_data::<web::Data<State>>()
        .cloned()
        .expect("every worker is started with the state");
    let caller = match credential {
        Some(credential) => known(&state, credential, by_browser).await?,
        None => None,
    };
    let caller = caller.ok_or_else(nobody)?;
    if let (Some(crowd), Some(peer)) = (request.app_data::<web::Data<Crowd>>(), request.peer_addr())
    {
        crowd.knows(peer.ip());
    }
    match verb {
        Some(verb) if !caller.may(verb) => Err(not_allowed(&caller, verb)),
        Some(_) | None => {
            if row.asks_password() {
                just_confirmed(&caller)?;
            }
            Ok(Some(caller))
        }
    }
}

/// Who holds it. A token that nobody knows may be one of the command line, which works once its
/// making is on record; whoever is known already does not wait for the journal.
async fn known(
    state: &State,
    credential: Credential,
    by_browser: bool,
) -> Result<Option<Caller>, Trouble> {
    if by_browser {
        return state.people.caller(credential).await;
    }
    let known = state.people.caller(credential.clone()).await?;
    if known.is_some() {
        return Ok(known);
    }
    unrecorded::take_over(state).await?;
    state.people.caller(credential).await
}

/// Weighty acts are a person's, who has given the password a moment ago (ASVS 7.5.3).
fn just_confirmed(caller: &Caller) -> Result<(), Trouble> {
    match caller.holds {
        Holds::Token { .. } => {
            Err(Trouble::forbidden("not-a-person", "a token cannot decide for a person; sign in"))
        }
        Holds::Session { confirmed } => {
            let since = clock::now() - confirmed;
            if (Span::ZERO..=CONFIRMED).contains(&since) {
                return Ok(());
            }
            Err(Trouble::forbidden(
                "password-needed",
                "this needs your password once more, given within the last 5 minutes",
            ))
        }
    }
}

/// A provider's message proves itself; a page that made a browser send one could not sign it.
fn signed_by_itself(path: &str) -> bool {
    path.starts_with("/api/v1/pay/")
}

fn nobody() -> Trouble {
    Trouble::new(StatusCode::UNAUTHORIZED, "sign-in-needed", "nobody is signed in")
        .detail("sign in, or send a bearer token")
}

fn not_allowed(caller: &Caller, verb: Verb) -> Trouble {
    let role = caller.person.role.name();
    let article = if role.starts_with(['a', 'e']) { "an" } else { "a" };
    Trouble::forbidden(
        "not-allowed",
        format!("{article} {role} may not do this; it needs `{verb}`"),
    )
    .detail(verb)
}

/// Refuses what another site's page could make a browser send: without our header, which a foreign
/// page cannot add, or with another origin. The stream is opened by GET and cannot carry headers, so
/// its origin is always looked at.
fn from_our_page(
    method: &Method,
    headers: &HeaderMap,
    meant_for: Option<&str>,
    path: &str,
) -> Result<(), Trouble> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let opens_stream = headers.contains_key(header::UPGRADE);
    if reads && !opens_stream {
        return Ok(());
    }
    let foreign = |what: &str| {
        Err(Trouble::forbidden("foreign-origin", format!("{path} is not taken from {what}")))
    };
    if !reads && text("x-meterhouse") != Some("1") {
        return Err(Trouble::forbidden("no-header", "the header `X-Meterhouse: 1` is missing"));
    }
    match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => {}
        Some(_) => return foreign("another site's page"),
    }
    match (text("origin"), text("host").or(meant_for)) {
        (Some(origin), Some(host)) => {
            let ours = origin
                .split_once("://")
                .is_some_and(|(_scheme, authority)| authority.eq_ignore_ascii_case(host));
            if ours { Ok(()) } else { foreign("another origin") }
        }
        (Some(_), None) => foreign("an unknown host"),
        (None, _) if opens_stream => foreign("a page that does not say its origin"),
        (None, _) => Ok(()),
    }
}

impl FromRequest for Caller {
    type Error = Trouble;
    type Future = Ready<Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(nobody))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn verdict(method: Method, headers: &[(&str, &str)]) -> bool {
        let mut request = TestRequest::default().method(method).insert_header(("host", "m.lan:80"));
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        let request = request.to_http_request();
        from_our_page(request.method(), request.headers(), None, "/x").is_ok()
    }

    #[test]
    fn only_our_own_page_changes_things_or_opens_the_stream() {
        let ours = ("x-meterhouse", "1");
        let origin = ("origin", "http://m.lan:80");
        let upgrade = ("upgrade", "websocket");
        for (method, headers, expected) in [
            (Method::GET, vec![], true),
            (Method::GET, vec![("origin", "http://evil.example")], true),
            (Method::POST, vec![], false),
            (Method::POST, vec![ours], true),
            (Method::POST, vec![ours, origin], true),
            (Method::POST, vec![ours, origin, ("sec-fetch-site", "same-origin")], true),
            (Method::POST, vec![ours, ("sec-fetch-site", "cross-site")], false),
            (Method::POST, vec![ours, ("sec-fetch-site", "same-site")], false),
            (Method::POST, vec![ours, ("origin", "http://evil.example")], false),
            (Method::POST, vec![ours, ("origin", "null")], false),
            (Method::DELETE, vec![origin], false),
            (Method::GET, vec![upgrade], false),
            (Method::GET, vec![upgrade, origin], true),
            (Method::GET, vec![upgrade, ("origin", "http://m.lan:81")], false),
        ] {
            assert_eq!(verdict(method.clone(), &headers), expected, "{method} {headers:?}");
        }
    }

    #[test]
    fn where_there_is_no_host_the_target_says_it() {
        let request = |origin: &'static str| {
            TestRequest::post()
                .insert_header(("x-meterhouse", "1"))
                .insert_header(("origin", origin))
                .to_http_request()
        };
        for (origin, meant_for, expected) in [
            ("https://m.lan:443", Some("m.lan:443"), true),
            ("https://evil.example", Some("m.lan:443"), false),
            ("https://m.lan:443", None, false),
        ] {
            let request = request(origin);
            let taken = from_our_page(request.method(), request.headers(), meant_for, "/x");
            assert_eq!(taken.is_ok(), expected, "{origin} {meant_for:?}");
        }
    }
}
