//! The command line. Answers go to standard output, everything else to standard error; exit code 0
//! is done, 1 is a fault of the machine or of what was found, 2 is bad input (nothing was changed).

pub mod backup;
mod completions;
mod config;
mod demo;
mod farm;
mod log;
mod policy;
mod rate;
mod reconcile;
mod run;
mod scan;
mod stub;
mod tariff;
mod token;
mod tls;
pub mod verify;
mod web;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  meterhouse                                  a demo building on http://127.0.0.1:8080
  meterhouse demo --pace 600 --seed 7         another building, ten minutes a second
  meterhouse config check site.toml           is this site file right?
  meterhouse run --site site.toml             run a site with real meters
  meterhouse scan rtu:/dev/ttyUSB0            what hangs on this line?
  meterhouse token create --role viewer       a bearer token for the API
  meterhouse tls init --name meterhouse.lan   an authority, to serve with encryption
  meterhouse tariff check tariff.toml         is this tariff file right?
  meterhouse policy check site.toml           can these terms cut somebody wrongly?
  meterhouse rate --tariff t.toml --load l.csv  what would a load cost?
  meterhouse reconcile day.csv --day 2026-11-22  has the provider what we have?
  meterhouse verify                           is every record of the journal as it was written?";

/// Prepaid electricity: meters read live, every kWh charged at once, supply cut and restored by
/// credit. Without a command it runs the demo.
#[derive(Debug, Parser)]
#[command(name = "meterhouse", version, after_help = EXAMPLES, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    log: LogOptions,
}

#[derive(Clone, Debug, Args)]
struct LogOptions {
    /// What to log, to standard error: `warn`, `info`, `debug`, or by part, such as
    /// `server::headend=debug`
    #[arg(
        long,
        global = true,
        value_name = "FILTER",
        env = "METERHOUSE_LOG",
        default_value = "warn"
    )]
    log: String,
    /// Log one JSON object a line
    #[arg(long, global = true)]
    log_json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Options),
    Run(run::Options),
    Farm(farm::Options),
    Scan(scan::Options),
    /// Bearer tokens for the API
    #[command(subcommand)]
    Token(token::Command),
    /// Encryption: the site's own authority
    #[command(subcommand)]
    Tls(tls::Command),
    /// The site file
    #[command(subcommand)]
    Config(config::Command),
    /// Terms of prepayment
    #[command(subcommand)]
    Policy(policy::Command),
    /// Tariff files
    #[command(subcommand)]
    Tariff(tariff::Command),
    Rate(rate::Options),
    Reconcile(reconcile::Options),
    StubProvider(stub::Options),
    Verify(verify::VerifyArgs),
    Backup(backup::BackupArgs),
    BackupKey(backup::KeyArgs),
    Restore(backup::RestoreArgs),
    Drill(backup::DrillArgs),
    Completions(completions::Options),
}

/// Why a command did not do what was asked: one sentence for the person at the keyboard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// What was given is wrong; nothing was changed. Exit code 2.
    #[error("{0}")]
    Input(String),
    /// The machine, or what was found on it, prevents it. Exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl Fault {
    pub fn input(sentence: impl ToString) -> Self {
        Self::Input(sentence.to_string())
    }

    pub fn failed(sentence: impl ToString) -> Self {
        Self::Failed(sentence.to_string())
    }
}

/// What each command ends with.
pub type Outcome = Result<(), Fault>;

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or_else(|| Command::Demo(demo::Options::default()));
    match log::start(&cli.log).and_then(|()| carry_out(command)) {
        Ok(code) => code,
        Err(fault) => {
            // Nobody is left to tell if standard error is closed.
            drop(writeln!(io::stderr(), "meterhouse: {fault}"));
            match fault {
                Fault::Input(_) => ExitCode::from(2),
                Fault::Failed(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn carry_out(command: Command) -> Result<ExitCode, Fault> {
    let done = match command {
        Command::Demo(options) => demo::run(options),
        Command::Run(options) => run::run(options),
        Command::Farm(options) => farm::run(options),
        Command::Scan(options) => scan::run(options),
        Command::Token(command) => token::run(command),
        Command::Tls(command) => tls::run(command),
        Command::Config(command) => config::run(command),
        Command::Policy(command) => policy::run(command),
        Command::Tariff(command) => tariff::run(command),
        Command::Rate(options) => rate::run(options),
        Command::Reconcile(options) => return reconcile::run(&options),
        Command::StubProvider(options) => stub::run(options),
        Command::Completions(options) => {
            completions::run(options);
            Ok(())
        }
        Command::Verify(args) => return Ok(verify::run(&args)),
        Command::Backup(args) => backup::run_backup(&args),
        Command::BackupKey(args) => backup::run_key(&args),
        Command::Restore(args) => backup::run_restore(&args),
        Command::Drill(args) => {
            let whole = backup::run_drill(&args)?;
            return Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(3) });
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Writes an answer to standard output. A reader that left (`| head`) is no fault.
pub(crate) fn answer(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Fault::failed(format!("cannot write to standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_means_the_demo_with_its_defaults() {
        let bare = demo::Options::default();
        let Some(Command::Demo(written)) = Cli::parse_from(["meterhouse", "demo"]).command else {
            panic!("`demo` is a command");
        };
        assert_eq!(format!("{bare:?}"), format!("{written:?}"));
    }
}
