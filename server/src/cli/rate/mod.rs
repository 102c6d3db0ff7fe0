//! `meterhouse rate`: what would a load cost under a tariff?

mod load;
mod show;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use shared::tariff::{Bill, Grouping, Tariff, rate_exactly};
use shared::time::{Span, Timestamp};

use super::{Fault, Outcome, answer};

const EXAMPLES: &str = "\
The load is a CSV file: a header `time,kwh` and one line an interval, at most 6 decimals. A time is
RFC 3339 and says when the interval begins; its energy is spread evenly. A third column `kvarh` is
for power factors. Without times the header is `kwh`, and --start and --step say when.

Examples:
  meterhouse rate --tariff cn-zj-residential.toml --load 2025.csv
  meterhouse rate --tariff t.toml --load use.csv --start 2025-01-01T00:00:00+08:00 --step 15m --json
  meterhouse rate --tariff spot.toml --load use.csv --price-series epex=prices.csv --periods day";

/// Price a load under a tariff, exactly, line by line
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Options {
    /// Tariff file
    #[arg(long, value_name = "FILE")]
    tariff: PathBuf,
    /// Load, as CSV
    #[arg(long, value_name = "FILE")]
    load: PathBuf,
    /// When the first interval begins, where the load has no times (RFC 3339)
    #[arg(long, value_name = "T", value_parser = instant, requires = "step")]
    start: Option<Timestamp>,
    /// Length of an interval: 15m, 30m, 1h; without it the smallest distance of two lines
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    step: Option<Span>,
    /// Prices of a series the tariff names: a CSV file with the header `time,price`
    #[arg(long, value_name = "NAME=FILE", value_parser = named_file)]
    price_series: Vec<(String, PathBuf)>,
    /// How readings are grouped into settlements; changes no figure
    #[arg(long, value_name = "step|once|random:SEED", value_parser = grouping, default_value = "once")]
    group: Grouping,
    /// What one line of the answer covers
    #[arg(long, value_enum, default_value_t = Periods::Month)]
    periods: Periods,
    /// JSON with exact amounts instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Periods {
    Day,
    Month,
    Year,
    All,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| {
        "an instant with its offset is expected, such as 2025-01-01T00:00:00+08:00".to_owned()
    })
}

fn length(text: &str) -> Result<Span, String> {
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).unwrap_or(("", ""));
    let minutes = match unit {
        "m" => Some(1),
        "h" => Some(60),
        _ => None,
    };
    let count = digits.parse::<i64>().ok().filter(|count| (1..=1_440).contains(count));
    count
        .zip(minutes)
        .map(|(count, minutes)| Span::from_mins(count * minutes))
        .ok_or_else(|| "a length is expected, such as 15m or 1h".to_owned())
}

fn named_file(text: &str) -> Result<(String, PathBuf), String> {
    let (name, file) =
        text.split_once('=').ok_or("NAME=FILE is expected, such as epex=prices.csv")?;
    Ok((name.to_owned(), PathBuf::from(file)))
}

fn grouping(text: &str) -> Result<Grouping, String> {
    match text.split_once(':') {
        None if text == "step" => Ok(Grouping::Step),
        None if text == "once" => Ok(Grouping::Once),
        Some(("random", seed)) => {
            let seed = seed.parse().map_err(|_not_a_number| {
                format!("`{seed}` is not a seed: a whole number is expected")
            })?;
            Ok(Grouping::Random(seed))
        }
        None | Some(_) => Err("step, once or random:SEED is expected".to_owned()),
    }
}

/// Reads a tariff file; the refusal names the file, the path in it and the line.
pub(super) fn read_tariff(file: &Path) -> Result<Tariff, Fault> {
    Tariff::from_toml(&read(file)?)
        .map_err(|error| Fault::input(format!("{}: {error}", file.display())))
}

pub(super) fn read(file: &Path) -> Result<String, Fault> {
    fs::read_to_string(file)
        .map_err(|error| Fault::input(format!("cannot read {}: {error}", file.display())))
}

pub(super) fn run(options: Options) -> Outcome {
    let mut tariff = read_tariff(&options.tariff)?;
    for (name, file) in &options.price_series {
        let series = load::series(name, file)?;
        tariff = tariff.with_series(series).map_err(Fault::input)?;
    }
    let load = load::load(&options.load, options.start, options.step)?;
    let priced = |error| Fault::input(format!("{}: {error}", options.load.display()));
    let (bills, grain) = match options.periods {
        Periods::Day => (shared::tariff::rate_by_day(&tariff, &load).map_err(priced)?, 1),
        Periods::Month | Periods::Year | Periods::All => {
            let rated = rate_exactly(&tariff, &load, options.group).map_err(priced)?;
            let billed = rated.bills.iter().map(|bill| bill.posted).sum();
            if rated.posted != billed {
                return Err(Fault::failed(
                    "the postings do not add up to the bills; please report this tariff",
                ));
            }
            (rated.bills, rated.grain)
        }
    };
    let named = named(bills, options.periods);
    answer(&if options.json {
        show::json(&tariff, &named, grain, options.periods)?
    } else {
        show::table(&tariff, &named, grain)
    })
}

/// Bills under the names of the periods that were asked for.
fn named(bills: Vec<Bill>, periods: Periods) -> Vec<(String, Bill)> {
    let name = |bill: &Bill| match periods {
        Periods::Day => format!("{:04}-{:02}-{:02}", bill.year, bill.month, bill.day),
        Periods::Month => format!("{:04}-{:02}", bill.year, bill.month),
        Periods::Year => format!("{:04}", bill.year),
        Periods::All => "all".to_owned(),
    };
    let mut named: Vec<(String, Bill)> = Vec::new();
    for bill in bills {
        let name = name(&bill);
        match named.last_mut().filter(|(last, _)| *last == name) {
            Some((_, sum)) => sum.join(&bill),
            None => named.push((name, bill)),
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_groupings_are_read_or_refused() {
        assert_eq!(length("15m"), Ok(Span::from_mins(15)));
        assert_eq!(length("1h"), Ok(Span::from_hours(1)));
        for text in ["", "m", "0m", "15", "1d", "-5m", "1.5h"] {
            assert!(length(text).is_err(), "{text}");
        }
        assert_eq!(grouping("random:7"), Ok(Grouping::Random(7)));
        for text in ["random", "random:", "random:x", "twice", "step:1"] {
            assert!(grouping(text).is_err(), "{text}");
        }
    }
}
