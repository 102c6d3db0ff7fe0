//! What every system test stands on: a running site, callers, a browser, and waiting with a deadline.
#![allow(dead_code, unused_imports, reason = "each test takes what it needs")]

pub(crate) mod browser;
pub(crate) mod conform;
pub(crate) mod folder;
pub(crate) mod http;
pub(crate) mod office;
pub(crate) mod peers;
pub(crate) mod printer;
pub(crate) mod program;
pub(crate) mod queueing;
pub(crate) mod site;
pub(crate) mod stub;

use std::path::PathBuf;
use std::time::Duration;

pub(crate) use browser::Browser;
pub(crate) use folder::Folder;
pub(crate) use http::{Caller, Reply};
pub(crate) use office::Office;
pub(crate) use program::Program;
pub(crate) use site::TestSite;

/// Long enough for a loaded machine; a healthy one never comes near it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Asks until the answer is there, and fails with `what` when it does not come within [`PATIENCE`].
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, ask).await
}

/// As [`eventually`], with a deadline of its own.
pub(crate) async fn within<T>(
    deadline: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let asking = async {
        let mut beat = tokio::time::interval(Duration::from_millis(50));
        loop {
            beat.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    let answer = tokio::time::timeout(deadline, asking).await;
    answer.unwrap_or_else(|_| panic!("not within {deadline:?}: {what}"))
}

/// The repository's top folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
