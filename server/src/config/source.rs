//! A configuration file, and sentences that say where in it something is wrong.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

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
