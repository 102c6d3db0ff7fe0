//! `meterhouse completions SHELL`.

use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;

/// Print the completion script of a shell
///
/// For bash: meterhouse completions bash > ~/.local/share/bash-completion/completions/meterhouse
#[derive(Debug, Args)]
pub(super) struct Options {
    shell: Shell,
}

pub(super) fn run(options: Options) {
    clap_complete::generate(options.shell, &mut Cli::command(), "meterhouse", &mut io::stdout());
}
