//! A TOML value with its path and line, so that a refusal names the place.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use crate::energy::Energy;
use crate::money::UnitPrice;
use crate::tariff::error::TariffError;
use crate::visible::{acts, visible};

pub(super) type Read<T> = Result<T, TariffError>;

/// One value of the file.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub text: &'a str,
    pub path: String,
    at: usize,
    value: &'a DeValue<'a>,
}

/// A table whose keys are ticked off as they are read; what is left over is refused.
pub(super) struct Table<'a> {
    pub node: Node<'a>,
    entries: &'a DeTable<'a>,
    used: RefCell<BTreeSet<&'a str>>,
}

/// Parses the document; the error of the TOML parser keeps its line.
pub(super) fn document(text: &str) -> Read<Spanned<DeTable<'_>>> {
    DeTable::parse(text).map_err(|error| TariffError {
        path: "file".to_owned(),
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        message: format!("this is not TOML: {}", error.message()),
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

impl<'a> Node<'a> {
    pub(super) fn refuse(&self, message: impl Into<String>) -> TariffError {
        TariffError {
            path: self.path.clone(),
            line: line_of(self.text, self.at),
            message: message.into(),
        }
    }

    fn wrong(&self, expected: &str) -> TariffError {
        self.refuse(format!("a {} stands here, {expected} is expected", self.value.type_str()))
    }

    pub(super) fn table(&self) -> Read<Table<'a>> {
        let entries = self.value.as_table().ok_or_else(|| self.wrong("a table"))?;
        Ok(Table { node: self.clone(), entries, used: RefCell::new(BTreeSet::new()) })
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// The elements of an array; a single value counts as an array of one.
    pub(super) fn list(&self) -> Vec<Node<'a>> {
        let Some(items) = self.value.as_array() else { return vec![self.clone()] };
        let item = |(place, item)| self.child(format!("{}[{place}]", self.path), item);
        items.iter().enumerate().map(item).collect()
    }

    fn child(&self, path: String, item: &'a Spanned<DeValue<'a>>) -> Node<'a> {
        Node { text: self.text, path, at: item.span().start, value: item.get_ref() }
    }

    pub(super) fn str(&self) -> Read<&'a str> {
        let text = self.value.as_str().ok_or_else(|| self.wrong("text in quotes"))?;
        // Names from here stand on screens, bills and papers.
        if text.contains(acts) {
            let shown = visible(text);
            return Err(self.refuse(format!(
                "\"{shown}\" holds a character that cannot be seen or that steers what shows it; \
                 write it without"
            )));
        }
        Ok(text)
    }

    pub(super) fn flag(&self) -> Read<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    pub(super) fn int(&self, low: i64, high: i64) -> Read<i64> {
        let number = self.digits()?.parse().ok().filter(|number| (low..=high).contains(number));
        number
            .ok_or_else(|| self.refuse(format!("a whole number from {low} to {high} is expected")))
    }

    /// The digits of a number as they were written: in quotes or plain, never through a float.
    fn digits(&self) -> Read<&'a str> {
        let value = self.value;
        let whole = value.as_integer().filter(|number| number.radix() == 10);
        value
            .as_str()
            .or_else(|| whole.map(DeInteger::as_str))
            .or_else(|| value.as_float().map(DeFloat::as_str))
            .ok_or_else(|| self.wrong("a number, such as \"0.5283\","))
    }

    pub(super) fn price(&self) -> Read<UnitPrice> {
        let digits = self.digits()?;
        UnitPrice::parse(digits).map_err(|error| self.refuse(error.to_string()))
    }

    pub(super) fn amount(&self) -> Read<UnitPrice> {
        let price = self.price()?;
        if price.e8() < 0 {
            Err(self.refuse("an amount below zero is not expected here"))
        } else {
            Ok(price)
        }
    }

    /// A number with at most 8 decimals, in hundred-millionths.
    pub(super) fn e8(&self) -> Read<i64> {
        Ok(self.price()?.e8())
    }

    /// A percentage such as `16` or `"-0.75"`, in hundred-millionths of the base.
    pub(super) fn percent(&self) -> Read<i64> {
        let digits = self.digits()?;
        let digits = digits.strip_suffix('%').map_or(digits, str::trim_end);
        let parsed = crate::decimal::parse_scaled(digits, 6);
        parsed.ok_or_else(|| {
            self.refuse(format!(
                "`{digits}` is not a percentage with at most 6 decimals, such as 16"
            ))
        })
    }

    /// A positive energy (or power) with at most 6 decimals, in millionths.
    pub(super) fn millionths(&self) -> Read<i64> {
        let digits = self.digits()?;
        let energy = Energy::parse_kwh(digits).filter(|energy| *energy >= Energy::ZERO);
        energy.map(Energy::mwh).ok_or_else(|| {
            self.refuse(format!(
                "`{digits}` is not a quantity with at most 6 decimals, such as 2760"
            ))
        })
    }

    /// One of several words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Read<T> {
        let text = self.str()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        found.ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.refuse(format!("`{text}` is none of: {}", known.join(", ")))
        })
    }
}

impl<'a> Table<'a> {
    pub(super) fn root(text: &'a str, document: &'a Spanned<DeTable<'a>>) -> Self {
        // The root has no value node of its own; an empty boolean stands in and is never read.
        const ROOT: &DeValue<'static> = &DeValue::Boolean(true);
        let node = Node { text, path: String::new(), at: 0, value: ROOT };
        Self { node, entries: document.get_ref(), used: RefCell::new(BTreeSet::new()) }
    }

    fn path(&self, key: &str) -> String {
        if self.node.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.node.path) }
    }

    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        let (name, item) = self.entries.iter().find(|(name, _)| name.get_ref() == key)?;
        self.used.borrow_mut().insert(name.get_ref());
        let mut node = self.node.child(self.path(key), item);
        // A table's own span may begin at its first value; its key is what a reader looks for.
        node.at = name.span().start;
        Some(node)
    }

    pub(super) fn need(&self, key: &str) -> Read<Node<'a>> {
        self.get(key).ok_or_else(|| self.node.refuse(format!("`{key}` is missing")))
    }

    pub(super) fn text(&self, key: &str) -> Read<Option<String>> {
        self.get(key).map(|node| node.str().map(str::to_owned)).transpose()
    }

    pub(super) fn list(&self, key: &str) -> Vec<Node<'a>> {
        self.get(key).map_or_else(Vec::new, |node| node.list())
    }

    /// All entries in the order of the file, ticked off.
    pub(super) fn entries(&self) -> Vec<(&'a str, Node<'a>)> {
        let mut names: Vec<_> = self.entries.keys().collect();
        names.sort_by_key(|name| name.span().start);
        names
            .into_iter()
            .filter_map(|name| Some((name.get_ref().as_ref(), self.get(name.get_ref())?)))
            .collect()
    }

    /// Entries nobody has read yet, in the order of the file.
    pub(super) fn rest(&self) -> Vec<(&'a str, Node<'a>)> {
        let used = self.used.borrow().clone();
        self.entries().into_iter().filter(|(name, _)| !used.contains(name)).collect()
    }

    /// Refuses keys that nobody has read.
    pub(super) fn finish(self) -> Read<()> {
        match self.rest().into_iter().next() {
            Some((name, node)) => {
                Err(node.refuse(format!("`{name}` is not known here; is it spelt right?")))
            }
            None => Ok(()),
        }
    }
}
