//! Who asks: people with a session, machines with a token.

pub(crate) mod cookie;
pub(crate) mod password;
mod people;
pub(crate) mod secret;
pub(crate) mod throttle;

use actix_web::http::header::{self, HeaderMap};
use shared::api::session::Person;
use shared::staff::Verb;

use crate::store::registry::access::SecretHash;

pub(crate) use people::{People, SignInError, SignedIn, good_name};

/// What a request shows to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    Session(String),
    Bearer(String),
}

/// Who a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) person: Person,
    /// Digest of the session's secret; `None` for a token.
    pub(crate) session: Option<SecretHash>,
}

impl Caller {
    pub(crate) fn may(&self, verb: Verb) -> bool {
        self.person.role.may(verb)
    }
}

impl Credential {
    /// A bearer token goes before a cookie: who sends one means it.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| Self::Bearer(token.trim().to_owned()));
        bearer.or_else(|| cookie::find(headers).map(Self::Session))
    }
}

/// A token for the API: the prefix lets secret scanners know it.
pub(crate) fn fresh_token() -> String {
    format!("pv_{}", secret::fresh())
}
