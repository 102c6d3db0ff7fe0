//! What the pages ask. A page knows endpoints, never how they are reached: over HTTP, or in the
//! sandbox that runs inside the page.

mod accounts;
mod again;
mod shifts;
mod audit;
mod endpoints;
mod http;
mod lines;
mod live;
mod payments;
mod policies;
mod request;
mod sandbox;
mod staff;
mod tariffs;

use serde::de::DeserializeOwned;
use shared::api::live::LiveMessage;
use shared::api::problem::Problem;
use yew::Callback;

use crate::browser;

pub use again::{Waiting, ask_by};
pub use live::LiveGuard;
pub use request::{Method, Request, quoted};

#[derive(Clone, Debug, PartialEq)]
pub enum Backend {
    Http,
    Sandbox(sandbox::Sandbox),
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody was reached, or the answer did not arrive: it may or may not have been done.
    Offline,
    /// The server refused or failed, and says so.
    Problem(Problem),
    /// An answer that is no answer.
    BadAnswer(String),
}

pub type Answer<T> = Result<T, Failure>;

/// What the live stream tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Message(Box<LiveMessage>),
    Lost,
}

impl Backend {
    /// The server this page came from, or the sandbox where the address asks for it.
    pub fn of_page() -> Self {
        if browser::in_sandbox() { Self::Sandbox(sandbox::Sandbox::start()) } else { Self::Http }
    }

    pub fn is_sandbox(&self) -> bool {
        match self {
            Self::Http => false,
            Self::Sandbox(_) => true,
        }
    }

    /// One request, its answer as JSON text.
    async fn send(&self, request: Request) -> Answer<String> {
        match self {
            Self::Http => {
                let answer = http::send(request.clone()).await;
                match answer {
                    Err(failure) if failure.is("password-needed") && again::was_given().await => {
                        http::send(request).await
                    }
                    Ok(_) | Err(_) => answer,
                }
            }
            Self::Sandbox(sandbox) => sandbox.send(request).await,
        }
    }

    async fn ask<T: DeserializeOwned>(&self, request: Request) -> Answer<T> {
        let text = self.send(request).await?;
        serde_json::from_str(&text).map_err(|error| Failure::BadAnswer(error.to_string()))
    }

    /// An order whose answer is of no interest beyond that it was taken.
    async fn order(&self, request: Request) -> Answer<()> {
        self.send(request).await.map(drop)
    }

    /// Listens until the guard is dropped; reconnects by itself.
    pub fn listen(&self, heard: Callback<Heard>) -> LiveGuard {
        match self {
            Self::Http => live::listen(heard),
            Self::Sandbox(sandbox) => sandbox.listen(heard),
        }
    }
}

impl Failure {
    /// The order was certainly not carried out; keeping it for another try would be wrong.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Offline | Self::BadAnswer(_) => false,
            Self::Problem(problem) => {
                (400..500).contains(&problem.status)
                    && problem.status != 408
                    && problem.status != 429
            }
        }
    }

    /// The server refused it for this reason.
    pub fn is(&self, kind: &str) -> bool {
        match self {
            Self::Offline | Self::BadAnswer(_) => false,
            Self::Problem(problem) => problem.kind == kind,
        }
    }

    pub fn is_signed_out(&self) -> bool {
        match self {
            Self::Offline | Self::BadAnswer(_) => false,
            Self::Problem(problem) => problem.status == 401,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Failure {
        Failure::Problem(Problem {
            kind: "kind".to_owned(),
            title: "title".to_owned(),
            status,
            detail: None,
            request: None,
        })
    }

    #[test]
    fn only_a_clear_refusal_ends_an_order() {
        for (failure, ends) in [
            (Failure::Offline, false),
            (Failure::BadAnswer("<html>".to_owned()), false),
            (refused(400), true),
            (refused(409), true),
            (refused(408), false),
            (refused(429), false),
            (refused(500), false),
            (refused(503), false),
        ] {
            assert_eq!(failure.is_final(), ends, "{failure:?}");
        }
    }
}
