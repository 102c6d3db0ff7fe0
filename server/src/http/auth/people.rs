//! Staff, their sessions and their tokens, as the registry keeps them.

use std::net::IpAddr;

use rusqlite::Connection;
use shared::api::session::{Person, ReadyLogIn, Role};
use shared::time::{Span, Timestamp};
use shared::visible::acts;
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;

use super::password::{self, TooWeak};
use super::throttle::Throttle;
use super::{Caller, Credential, Holds, Visitor, cookie, secret};
use crate::clock;
use crate::http::problem::Trouble;
use crate::store::StoreError;
use crate::store::desk::Desk;
use crate::store::registry::access::{self, SecretHash, SessionEntry};
use crate::store::registry::site::{self, SetupState};
use crate::store::registry::{staff, tokens, unrecorded};

/// A session ends by itself after this much, busy or not.
const ABSOLUTE: Span = Span::from_hours(12);

/// How long a session may rest: a till is left alone sooner than an office.
pub(super) const fn idle(role: Role) -> Span {
    match role {
        Role::Cashier | Role::Api => Span::from_mins(15),
        Role::Admin
        | Role::Manager
        | Role::Engineer
        | Role::Auditor
        | Role::Trainer
        | Role::Customer
        | Role::Viewer => Span::from_mins(60),
    }
}

/// The way in.
pub(crate) struct People {
    registry: Desk,
    throttle: Throttle,
    /// Log-ins that a demo shows; empty otherwise.
    ready: Vec<ReadyLogIn>,
    scheme: cookie::Scheme,
    /// Told whenever a session or a token has ended, so that open streams look again at once.
    ended: watch::Sender<()>,
}

/// Why somebody was not signed in.
#[derive(Debug)]
pub(crate) enum SignInError {
    /// Wrong name or password; which of them is not said.
    Refused,
    /// Too many tries; the next one after this.
    Wait(Span),
    TooWeak(TooWeak),
    BadName,
    Fault(Trouble),
}

impl From<Trouble> for SignInError {
    fn from(trouble: Trouble) -> Self {
        Self::Fault(trouble)
    }
}

/// Somebody who just signed in, with the secret for the cookie.
pub(crate) struct SignedIn {
    pub(crate) person: Person,
    pub(crate) secret: String,
}

/// The name under which tries of the set-up code are counted.
const SETUP: &str = "set-up code";

impl People {
    pub(crate) fn new(registry: Desk, ready: Vec<ReadyLogIn>, scheme: cookie::Scheme) -> Self {
        Self {
            registry,
            throttle: Throttle::default(),
            ready,
            scheme,
            ended: watch::Sender::new(()),
        }
    }

    pub(crate) fn scheme(&self) -> cookie::Scheme {
        self.scheme
    }

    pub(crate) fn ready(&self) -> &[ReadyLogIn] {
        &self.ready
    }

    /// Nobody exists yet, and the set-up code was not used.
    pub(crate) async fn setup_needed(&self) -> Result<bool, Trouble> {
        let setup = self.registry.ask(|db| site::setup(db)).await.map_err(keeping)?;
        Ok(matches!(setup, SetupState::Waiting(_)))
    }

    /// The very first person, who must have the code that was printed at the first start.
    pub(crate) async fn set_up(
        &self,
        code: &str,
        name: &str,
        password: String,
        visitor: &Visitor,
    ) -> Result<SignedIn, SignInError> {
        let address = visitor.address;
        self.throttled(SETUP, address)?;
        let typed = secret::digest(&secret::tidy(code));
        let setup = self.registry.ask(|db| site::setup(db)).await.map_err(keeping)?;
        if !is_code(&setup, &typed) {
            return Err(SignInError::Refused);
        }
        let name = good_name(name).ok_or(SignInError::BadName)?;
        password::check(&password, &name).map_err(SignInError::TooWeak)?;
        let hash = password::hash(password).await.map_err(hashing)?;
        let (now, called) = (clock::now(), name.clone());
        // Looked at again together with the change: the code works once, whoever is faster.
        let staff = self
            .registry
            .ask(move |db| {
                let all_or_none = db.transaction()?;
                if !is_code(&site::setup(&all_or_none)?, &typed) {
                    return Ok(None);
                }
                let staff = staff::add(&all_or_none, &called, Role::Admin, &hash)?;
                if staff.is_some() {
                    site::end_setup(&all_or_none, now)?;
                    all_or_none.commit()?;
                }
                Ok(staff)
            })
            .await
            .map_err(keeping)?
            .ok_or(SignInError::Refused)?;
        self.throttle.succeeded(SETUP, address);
        let person = Person { staff, name, role: Role::Admin };
        Ok(self.open_session(person, visitor).await?)
    }

    pub(crate) async fn sign_in(
        &self,
        name: &str,
        password: String,
        visitor: &Visitor,
    ) -> Result<SignedIn, SignInError> {
        let address = visitor.address;
        self.throttled(name, address)?;
        let asked = name.trim().to_owned();
        let found = self.registry.ask(move |db| staff::named(db, &asked)).await;
        let found = found.map_err(keeping)?.filter(|staff| staff.active);
        let hash = found.as_ref().map(|staff| staff.password.clone());
        let right = password::matches(password, hash).await.map_err(hashing)?;
        let Some(staff) = found.filter(|_| right) else { return Err(SignInError::Refused) };
        self.throttle.succeeded(name, address);
        Ok(self.open_session(staff.person, visitor).await?)
    }

    /// Is this the caller's password? Wrong ones count as wrong sign-ins do.
    pub(crate) async fn confirm(
        &self,
        caller: &Caller,
        password: String,
        address: IpAddr,
    ) -> Result<(), SignInError> {
        let name = caller.person.name.as_str();
        self.throttled(name, address)?;
        let staff = caller.person.staff;
        let found = self.registry.ask(move |db| staff::get(db, staff)).await.map_err(keeping)?;
        let hash = found.map(|staff| staff.password);
        if !password::matches(password, hash).await.map_err(hashing)? {
            return Err(SignInError::Refused);
        }
        self.throttle.succeeded(name, address);
        Ok(())
    }

    /// The person's new password, as a hash: good enough to be one.
    pub(crate) async fn new_password(
        &self,
        caller: &Caller,
        password: String,
    ) -> Result<String, SignInError> {
        password::check(&password, &caller.person.name).map_err(SignInError::TooWeak)?;
        Ok(password::hash(password).await.map_err(hashing)?)
    }

    /// Puts a new password in force: every session of the person ends, and a new one begins.
    pub(crate) async fn put_password(
        &self,
        caller: &Caller,
        hash: String,
        visitor: &Visitor,
    ) -> Result<SignedIn, SignInError> {
        let staff = caller.person.staff;
        let put = self.registry.ask(move |db| staff::set_password(db, staff, &hash));
        put.await.map_err(keeping)?;
        self.tell_ended();
        Ok(self.open_session(caller.person.clone(), visitor).await?)
    }

    fn throttled(&self, name: &str, address: IpAddr) -> Result<(), SignInError> {
        match self.throttle.try_one(name.trim(), address, clock::now()) {
            Span::ZERO => Ok(()),
            wait => Err(SignInError::Wait(wait)),
        }
    }

    /// A new secret at each sign-in: what was known before is worth nothing (ASVS 7.2.4).
    async fn open_session(&self, person: Person, visitor: &Visitor) -> Result<SignedIn, Trouble> {
        let secret = secret::fresh();
        let (digest, staff, now) = (secret::digest(&secret), person.staff, clock::now());
        let device = visitor.device();
        self.registry
            .ask(move |db| access::open_session(db, digest, staff, now, now + ABSOLUTE, &device))
            .await
            .map_err(keeping)?;
        Ok(SignedIn { person, secret })
    }

    /// Who this is, by role and name as they are now; nobody where the session ended.
    pub(crate) async fn caller(&self, credential: Credential) -> Result<Option<Caller>, Trouble> {
        let now = clock::now();
        match credential {
            Credential::Session(secret) => {
                let digest = secret::digest(&secret);
                let found = self.registry.ask(move |db| access::session(db, digest, now, idle));
                let found = found.await.map_err(keeping)?;
                Ok(found.map(|SessionEntry { person, confirmed, .. }| Caller {
                    person,
                    session: Some(digest),
                    holds: Holds::Session { confirmed },
                }))
            }
            Credential::Bearer(token) => {
                let digest = secret::digest(&token);
                let found = self.registry.ask(move |db| bearer(db, digest, now));
                found.await.map_err(keeping)
            }
        }
    }

    /// Is this caller still let in? Asked by long streams; does not count as being busy.
    pub(crate) async fn still_in(&self, caller: &Caller) -> bool {
        let now = clock::now();
        let alive = match (caller.session, &caller.holds) {
            (Some(digest), _) => {
                self.registry.ask(move |db| access::session_lives(db, digest, now, idle)).await
            }
            (None, Holds::Token { hash, .. }) => {
                let hash = *hash;
                self.registry.ask(move |db| tokens::works(db, hash, now)).await
            }
            (None, Holds::Session { .. }) => Ok(false),
        };
        alive.unwrap_or(false)
    }

    /// Changes whenever a session or a token has ended.
    pub(crate) fn endings(&self) -> watch::Receiver<()> {
        self.ended.subscribe()
    }

    /// Sessions or tokens have ended: whoever has a stream open is looked at again.
    pub(crate) fn tell_ended(&self) {
        self.ended.send_replace(());
    }

    /// The sessions that hold, newest first.
    pub(crate) async fn sessions(&self) -> Result<Vec<SessionEntry>, Trouble> {
        let now = clock::now();
        let found = self.registry.ask(move |db| access::sessions(db, now, idle));
        found.await.map_err(keeping)
    }

    pub(crate) async fn end_session(&self, session: u32) -> Result<(), Trouble> {
        let ended = self.registry.ask(move |db| access::end_session(db, session));
        ended.await.map_err(keeping)?;
        self.tell_ended();
        Ok(())
    }

    /// Ends all sessions of the caller's person but this one.
    pub(crate) async fn end_others(&self, caller: &Caller) -> Result<(), Trouble> {
        let (staff, kept) = (caller.person.staff, caller.session);
        let ended = self.registry.ask(move |db| access::close_other_sessions(db, staff, kept));
        ended.await.map_err(keeping)?;
        self.tell_ended();
        Ok(())
    }

    /// The password was given again; weighty acts go on for a while.
    pub(crate) async fn confirmed(&self, digest: SecretHash) -> Result<(), Trouble> {
        let now = clock::now();
        self.registry.ask(move |db| access::confirm(db, digest, now)).await.map_err(keeping)
    }

    pub(crate) async fn sign_out(&self, caller: &Caller) -> Result<(), Trouble> {
        let Some(digest) = caller.session else { return Ok(()) };
        let closed = self.registry.ask(move |db| access::close_session(db, digest)).await;
        closed.map_err(keeping)?;
        self.tell_ended();
        Ok(())
    }
}

fn is_code(setup: &SetupState, typed: &SecretHash) -> bool {
    match setup {
        SetupState::Waiting(code) => code.as_slice().ct_eq(typed.as_slice()).into(),
        SetupState::NotStarted | SetupState::Done => false,
    }
}

/// The member of staff in whose name a token works, with the token's own role and scopes.
fn bearer(
    db: &Connection,
    digest: SecretHash,
    now: Timestamp,
) -> Result<Option<Caller>, StoreError> {
    let Some(token) = tokens::used(db, digest, now)? else { return Ok(None) };
    if unrecorded::made(db, token.token)? {
        return Ok(None);
    }
    let staff = staff::named(db, &token.name)?.filter(|staff| staff.active);
    Ok(staff.map(|staff| Caller {
        person: Person { role: token.role, ..staff.person },
        session: None,
        holds: Holds::Token { hash: digest, scopes: token.scopes },
    }))
}

/// Names stand on receipts and in lists: 1 to 64 characters, none that steers a printer, turns a line
/// around or cannot be seen, or two persons would look like one.
pub(crate) fn good_name(name: &str) -> Option<String> {
    let name = name.trim();
    let good = (1..=64).contains(&name.chars().count()) && !name.chars().any(acts);
    good.then(|| name.to_owned())
}

fn keeping(error: impl std::fmt::Display) -> Trouble {
    Trouble::fault("read the registry", error)
}

fn hashing(error: String) -> Trouble {
    Trouble::fault("check a password", error)
}
