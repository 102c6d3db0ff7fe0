//! Where the log goes: standard error, quiet unless asked.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use super::{Fault, LogOptions, Outcome};

pub(super) fn start(options: &LogOptions) -> Outcome {
    let filter = EnvFilter::try_new(&options.log).map_err(|error| {
        Fault::input(format!("--log {}: {error}; a level such as `info` is expected", options.log))
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // Colours are for a person at a terminal, not for a file.
        .with_ansi(io::stderr().is_terminal());
    let started = if options.log_json { log.json().try_init() } else { log.try_init() };
    started.map_err(|error| Fault::failed(format!("cannot start the log: {error}")))
}
