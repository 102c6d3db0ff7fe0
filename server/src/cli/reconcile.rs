//! `meterhouse reconcile`: a payment provider's file of a day against the journal.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use shared::counter::{Line, Reconciled, Why};
use shared::id::{Book, ProviderId, ReceiptNo};
use shared::money::{Currency, Money};
use shared::time::Zone;
use shared::vend::Tender;

use super::run::DATA;
use super::{Fault, answer};
use crate::pay::file::lines;
use crate::store::registry::{self, REGISTRY, site};
use crate::store::report::matching::{Asked, matched};
use crate::store::{journal, ledger_path};

/// Match a payment provider's file of a day with the payments of the journal, line by line
///
/// The file is CSV whose head names the columns `id`, `amount` and `kind` (`sale` or `refund`).
/// Nothing is stored; works while the server runs.
///
/// Exit code 0: every line matches. 1: the lines that do not match are printed. 2: bad input.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The provider's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The day that the file is about, at the site: YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    day: Date,
    /// Only payments that this provider of the site file took
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// What the provider took
    #[arg(long, default_value = "mobile")]
    tender: Tendered,
    #[arg(long, default_value = "live")]
    book: Kept,
    /// Folder of the site
    #[arg(long, value_name = "DIR", default_value = DATA)]
    data: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tendered {
    Mobile,
    Card,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kept {
    Live,
    Simulated,
}

pub(super) fn run(options: &Options) -> Result<ExitCode, Fault> {
    let Options { file, day, provider, tender, book, data } = options;
    let shown = file.display();
    let text = std::fs::read(file)
        .map_err(|error| Fault::input(format!("cannot read {shown}: {error}")))?;
    let known = registry::path(data);
    if !known.is_file() {
        let folder = data.display();
        return Err(Fault::input(format!("there is no site in {folder}; name it with --data")));
    }
    let registry = REGISTRY.open_read_only(&known).map_err(Fault::failed)?;
    let of = site::site(&registry).map_err(Fault::failed)?;
    let of = of.ok_or_else(|| Fault::input("the site was never started; there is nothing yet"))?;
    let zone = Zone::named(&of.zone).map_err(Fault::failed)?;
    let theirs = lines(&String::from_utf8_lossy(&text), of.currency)
        .map_err(|wrong| Fault::input(format!("{shown} is not taken: {wrong}")))?;
    let from = zone.start_of(*day);
    let asked = Asked {
        book: match book {
            Kept::Live => Book::Live,
            Kept::Simulated => Book::Simulated,
        },
        from,
        to: zone.next_midnight(from),
        tender: match tender {
            Tendered::Mobile => Tender::Mobile,
            Tendered::Card => Tender::Card,
        },
        provider: provider.clone().map(ProviderId),
    };
    let db = journal::open_read_only(&ledger_path(data)).map_err(Fault::failed)?;
    let found = matched(&db, &asked, theirs).map_err(Fault::failed)?;
    answer(told(&found, of.currency).trim_end())?;
    Ok(if found.unmatched() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was found, a line each.
fn told(found: &Reconciled, currency: Currency) -> String {
    let money = |amount: Money| format!("{} {currency}", amount.to_decimal(currency));
    let ours = |line: &Line<ReceiptNo>| {
        format!("receipt {} of {} (`{}`)", line.from, money(line.amount), line.id)
    };
    let theirs =
        |line: &Line<u64>| format!("line {} of {} (`{}`)", line.from, money(line.amount), line.id);
    let sum = found.pairs.iter().fold(Money::ZERO, |sum, (our, _)| sum + our.amount);
    let mut text = format!("matched: {} payments, {}\n", found.matched, money(sum));
    let taken = "a string takes every text";
    for (our, their) in &found.differ {
        writeln!(text, "differs: {}, but {}", ours(our), theirs(their)).expect(taken);
    }
    for left in &found.only_ours {
        let why = words(left.why, "the file");
        writeln!(text, "only here: {}: {why}", ours(&left.line)).expect(taken);
    }
    for left in &found.only_theirs {
        let why = words(left.why, "the journal");
        writeln!(text, "only in the file: {}: {why}", theirs(&left.line)).expect(taken);
    }
    match found.unmatched() {
        0 => writeln!(text, "everything matches"),
        one @ 1 => writeln!(text, "{one} does not match"),
        many => writeln!(text, "{many} do not match"),
    }
    .expect(taken);
    text
}

fn words(why: Why, other: &str) -> String {
    match why {
        Why::Unknown => format!("{other} has no such payment that day"),
        Why::NoReference => "the sale was kept without the provider's name of it".to_owned(),
        Why::Again => format!("{other} has it fewer times"),
        Why::OtherWay => format!("{other} has only the money that went the other way"),
        Why::OtherDay { receipt } => {
            format!("the journal has it on a neighbouring day, receipt {receipt}")
        }
        Why::NotCredited { payment, state } => {
            format!("nobody's credit: payment {payment} is {}", state.word())
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::counter::reconcile;

    use super::*;

    #[test]
    fn what_does_not_match_is_a_sentence_each() {
        let line = |id: &str, minor| (id.to_owned(), Money::from_minor(minor));
        let our = |no, (id, amount)| Line { from: ReceiptNo(no), id, amount };
        let their = |from, (id, amount)| Line { from, id, amount };
        let ours = vec![our(1, line("a", 100)), our(2, line("b", 250)), our(3, line("", 10))];
        let theirs =
            vec![their(2, line("a", 100)), their(3, line("b", 200)), their(4, line("d", 5))];
        let text = told(&reconcile(ours, theirs), Currency::CNY);
        assert_eq!(
            text,
            "matched: 1 payments, 1.00 CNY\n\
             differs: receipt 2 of 2.50 CNY (`b`), but line 3 of 2.00 CNY (`b`)\n\
             only here: receipt 3 of 0.10 CNY (``): the sale was kept without the provider's name of it\n\
             only in the file: line 4 of 0.05 CNY (`d`): the journal has no such payment that day\n\
             3 do not match\n"
        );
    }
}
