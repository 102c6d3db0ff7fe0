//! Who asks: people with a session, machines with a token.

pub(crate) mod cookie;
pub(crate) mod password;
mod people;
pub(crate) mod secret;
pub(crate) mod throttle;
mod tokens;
mod visitor;

use actix_web::http::header::{self, HeaderMap};
use shared::api::session::Person;
use shared::staff::Verb;
use shared::time::{Span, Timestamp};

use crate::store::registry::access::SecretHash;

pub(crate) use people::{People, SignInError, SignedIn, good_name};
pub(crate) use tokens::{COMMAND_LINE, LONGEST_DAYS, TokenRefused, USUAL_DAYS, Wanted, mint};
pub(crate) use visitor::{Visitor, address_of, is_here};

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
    pub(crate) holds: Holds,
}

/// What lets a caller in.
#[derive(Clone, Debug)]
pub(crate) enum Holds {
    /// A session whose password was given at this time.
    Session { confirmed: Timestamp },
    /// A program's token, for these verbs of its role only where there is a list.
    Token { hash: SecretHash, scopes: Option<Vec<Verb>> },
}

/// How long a password counts as just given.
pub(crate) const CONFIRMED: Span = Span::from_mins(5);

impl Caller {
    pub(crate) fn may(&self, verb: Verb) -> bool {
        let within = match &self.holds {
            Holds::Session { .. } | Holds::Token { scopes: None, .. } => true,
            Holds::Token { scopes: Some(scopes), .. } => scopes.contains(&verb),
        };
        within && self.person.role.may(verb)
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
