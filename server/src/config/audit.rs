//! `[audit]` of a site file: where the rules about high-risk acts draw their lines.

use serde::Deserialize;
use shared::money::{Currency, Money};
use shared::policy::DaySpan;
use shared::risk::Borders;
use toml::Spanned;

use super::source::Source;
use crate::cli::Fault;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditTable {
    /// When the office works, every day.
    #[serde(default)]
    pub(super) hours: Vec<Spanned<String>>,
    /// Sales to one account that are each at most this, and together more, are named.
    pub(super) largest_sale: Option<Spanned<String>>,
}

pub(super) fn read(
    source: &Source,
    table: &AuditTable,
    currency: Currency,
) -> Result<Borders, Fault> {
    let hours = table.hours.iter().map(|span| {
        DaySpan::parse(span.get_ref())
            .ok_or_else(|| source.wrong(span.span(), "hours are written as \"08:00-18:00\""))
    });
    let hours = hours.collect::<Result<_, _>>()?;
    let amount = |text: &Spanned<String>| {
        Money::parse(text.get_ref(), currency)
            .map_err(|error| source.wrong(text.span(), error.to_string()))
    };
    let sale = table.largest_sale.as_ref().map(amount).transpose()?;
    Ok(Borders { hours, sale, ..Borders::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(text: &str) -> Result<Borders, String> {
        let source = Source::of("site.toml", text);
        let table = toml::from_str(text).map_err(|error| error.to_string())?;
        read(&source, &table, Currency::CNY).map_err(|fault| fault.to_string())
    }

    #[test]
    fn hours_and_the_largest_sale_are_read_or_refused_with_their_line() {
        let read = tried("hours = [\"08:00-12:00\", \"14:00-18:00\"]\nlargest_sale = \"500.00\"");
        let read = read.unwrap();
        assert_eq!(read.hours.len(), 2);
        assert_eq!(read.sale, Some(Money::from_minor(50_000)));
        assert_eq!(tried("").unwrap(), Borders::default());
        let wrong = tried("\nhours = [\"8 to 6\"]").unwrap_err();
        assert!(wrong.contains("site.toml:2") && wrong.contains("08:00-18:00"), "{wrong}");
        let wrong = tried("largest_sale = \"5.005\"").unwrap_err();
        assert!(wrong.contains("site.toml:1"), "{wrong}");
    }
}
