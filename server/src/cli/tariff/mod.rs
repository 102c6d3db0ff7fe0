//! `meterhouse tariff`: tariff files, checked and imported.

use std::path::PathBuf;

use clap::Subcommand;
use shared::money::Currency;
use shared::tariff::{Tariff, urdb};
use shared::time::Zone;

use super::rate::{read, read_tariff};
use super::{Fault, Outcome, answer};

#[derive(Debug, Subcommand)]
#[allow(clippy::doc_markdown, reason = "help text is shown as it stands")]
pub(super) enum Command {
    /// Read a tariff file and say what is wrong with it, with path and line; changes nothing
    Check {
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Turn a rate of the OpenEI Utility Rate Database into a tariff file, printed
    ///
    /// What our files cannot express is refused by name; nothing is left out silently. The database
    /// knows no time zone and no currency, so both are asked for.
    ImportUrdb {
        /// One rate as JSON (also the first of an API answer's `items`)
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Time zone of the IANA database, such as Europe/Berlin
        #[arg(long, value_name = "Z", value_parser = zone)]
        zone: Zone,
        /// Currency of the amounts, such as USD
        #[arg(long, value_name = "C", value_parser = currency)]
        currency: Currency,
    },
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::named(text).map_err(|error| error.to_string())
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::try_from(text.to_owned()).map_err(|error| error.to_string())
}

pub(super) fn run(command: Command) -> Outcome {
    match command {
        Command::Check { files } => {
            let checked: Vec<String> = files
                .iter()
                .map(|file| {
                    read_tariff(file)
                        .map(|tariff| format!("{}: {}", file.display(), summary(&tariff)))
                })
                .collect::<Result<_, _>>()?;
            answer(&checked.join("\n"))
        }
        Command::ImportUrdb { file, zone, currency } => {
            let named = |error| Fault::input(format!("{}: {error}", file.display()));
            let text = urdb::import(&read(&file)?, &zone, currency).map_err(named)?;
            answer(text.trim_end())
        }
    }
}

/// One line for a file that is right.
fn summary(tariff: &Tariff) -> String {
    let versions: Vec<String> = tariff
        .versions()
        .iter()
        .map(|version| tariff.zone().date(version.effective_from()).to_string())
        .collect();
    let known = tariff
        .known_through()
        .map_or(String::new(), |last| format!("; holidays known through {last}"));
    format!(
        "`{}` is right: {}, {}, in force from {}{known}",
        tariff.id(),
        tariff.currency(),
        tariff.zone().name(),
        versions.join(", ")
    )
}
