//! A configuration file, and sentences that say where in it something is wrong.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use shared::visible::{acts, visible};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::Fault;

pub(crate) struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    pub(crate) fn read(path: &Path) -> Result<Self, Fault> {
        let text = fs::read_to_string(path)
            .map_err(|error| Fault::input(format!("cannot read {}: {error}", path.display())))?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// A text that is compiled in.
    pub(crate) fn of(name: &str, text: &str) -> Self {
        Self { path: PathBuf::from(name), text: text.to_owned() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The file as tables. Names of people and places go from here onto screens and papers, so no text
    /// in it may hold what steers a terminal, cannot be seen or turns a line around.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let table = DeTable::parse(&self.text).map_err(|error| self.unreadable(&error))?;
        table.get_ref().values().try_for_each(|value| self.only_visible(value))?;
        toml::from_str(&self.text).map_err(|error| self.unreadable(&error))
    }

    fn only_visible(&self, value: &Spanned<DeValue<'_>>) -> Result<(), Fault> {
        match value.get_ref() {
            DeValue::String(text) if text.contains(acts) => {
                let what = "holds a character that cannot be seen or that steers what shows it; \
                            write it without";
                Err(self.wrong(value.span(), format!("\"{}\" {what}", visible(text))))
            }
            DeValue::Array(values) => values.iter().try_for_each(|value| self.only_visible(value)),
            DeValue::Table(table) => table.values().try_for_each(|value| self.only_visible(value)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => Ok(()),
        }
    }

    /// Where a parser's complaint is.
    pub(crate) fn unreadable(&self, error: &toml::de::Error) -> Fault {
        let what = error.message().lines().collect::<Vec<_>>().join(" ");
        match error.span() {
            Some(span) => self.wrong(span, what),
            None => Fault::input(format!("{}: {what}", self.path.display())),
        }
    }

    /// `FILE:LINE: KEY: what is wrong`, the key as it is written on that line.
    pub(crate) fn wrong(&self, span: Range<usize>, what: impl ToString) -> Fault {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let written = self.text.lines().nth(line - 1).unwrap_or_default().trim();
        let key = match written.split_once('=') {
            Some((key, _value)) => key.trim(),
            None => written,
        };
        let (path, what) = (self.path.display(), what.to_string());
        let key = if key.is_empty() { String::new() } else { format!("{key}: ") };
        Fault::input(format!("{path}:{line}: {key}{what}"))
    }

    /// The same where only the whole file can be blamed.
    pub(crate) fn wrong_whole(&self, what: impl ToString) -> Fault {
        Fault::input(format!("{}: {}", self.path.display(), what.to_string()))
    }

    /// A file that this one names: relative to its folder.
    pub(crate) fn beside(&self, named: &str) -> PathBuf {
        self.path.parent().unwrap_or_else(|| Path::new("")).join(named)
    }
}
