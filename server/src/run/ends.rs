//! When the server ends: SIGTERM (a service manager) or SIGINT (Ctrl-C).

use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Fault;

/// Waits for one of the two.
pub(crate) async fn asked() -> Result<(), Fault> {
    let cannot = |error| Fault::failed(format!("cannot listen for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
