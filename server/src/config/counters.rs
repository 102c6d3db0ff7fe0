//! Counters and limits, as a site file has them: `[limits]` for all, `[[counter]]` with its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::counter::{Limits, LimitsOf};
use shared::id::CounterId;
use shared::money::{Currency, Money};
use toml::Spanned;

use super::read_amount;
use super::source::Source;
use crate::cli::Fault;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CounterTable {
    counter: Spanned<u16>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    limits: LimitsTable,
}

/// Amounts are text, such as `"500.00"`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsTable {
    least_sale: Option<Spanned<String>>,
    most_sale: Option<Spanned<String>>,
    most_a_shift: Option<Spanned<String>>,
    most_a_day: Option<Spanned<String>>,
    most_cash: Option<Spanned<String>>,
    most_credit: Option<Spanned<String>>,
    most_reversals: Option<u32>,
    most_reversal_alone: Option<Spanned<String>>,
    most_refund_alone: Option<Spanned<String>>,
}

/// Where money is taken, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountersFile {
    pub names: BTreeMap<CounterId, String>,
    pub limits: LimitsOf,
}

impl Default for CountersFile {
    /// A site that says nothing has one counter.
    fn default() -> Self {
        Self { names: [(CounterId(1), "1".to_owned())].into(), limits: LimitsOf::default() }
    }
}

pub(super) fn read(
    source: &Source,
    currency: Currency,
    counters: &[CounterTable],
    usual: &LimitsTable,
) -> Result<CountersFile, Fault> {
    let usual = usual.read(source, currency)?;
    let mut file = CountersFile {
        names: BTreeMap::new(),
        limits: LimitsOf { usual, counters: BTreeMap::new() },
    };
    for table in counters {
        let counter = CounterId(*table.counter.get_ref());
        let name = table.name.trim();
        let name = if name.is_empty() { counter.to_string() } else { name.to_owned() };
        if counter.0 == 0 {
            return Err(source.wrong(table.counter.span(), "counters are numbered from 1"));
        }
        if file.names.insert(counter, name).is_some() {
            let twice = format!("counter {counter} is there twice");
            return Err(source.wrong(table.counter.span(), twice));
        }
        let own = table.limits.read(source, currency)?;
        if own != Limits::default() {
            file.limits.counters.insert(counter, own);
        }
    }
    if file.names.is_empty() {
        file.names = CountersFile::default().names;
    }
    Ok(file)
}

impl LimitsTable {
    fn read(&self, source: &Source, currency: Currency) -> Result<Limits, Fault> {
        let amount = |written: &Option<Spanned<String>>| -> Result<Option<Money>, Fault> {
            written.as_ref().map(|written| read_amount(source, written, currency)).transpose()
        };
        let limits = Limits {
            least: amount(&self.least_sale)?,
            most: amount(&self.most_sale)?,
            shift: amount(&self.most_a_shift)?,
            day: amount(&self.most_a_day)?,
            till: amount(&self.most_cash)?,
            reversals: self.most_reversals,
            alone: amount(&self.most_reversal_alone)?,
            refund: amount(&self.most_refund_alone)?,
            credit: amount(&self.most_credit)?,
        };
        if let (Some(least), Some(most), Some(written)) =
            (limits.least, limits.most, &self.least_sale)
            && least > most
        {
            let what = "least_sale is above most_sale: nothing could be sold";
            return Err(source.wrong(written.span(), what));
        }
        Ok(limits)
    }
}
