//! What must always hold, I1 to I12: each with its name, its sentence, and what a check found.
//!
//! [`Watch`] looks at a journal record by record and knows nothing of the code that wrote it: laws
//! ask it at every step, the server every night. What only a database, a route table or a running
//! process can answer is asked there and told in the same words.

mod books;
mod energy;
mod price;
mod supply;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod tests;
mod watch;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use supply::{Seen, supplies};
pub use watch::Watch;

/// A rule that nothing may break. The order is that of `docs/architecture.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Invariant {
    Books,
    Kept,
    Once,
    Unedited,
    Billed,
    Priced,
    Receipts,
    Supply,
    Unknown,
    Chain,
    Access,
    Bounds,
}

impl Invariant {
    pub const ALL: [Self; 12] = [
        Self::Books,
        Self::Kept,
        Self::Once,
        Self::Unedited,
        Self::Billed,
        Self::Priced,
        Self::Receipts,
        Self::Supply,
        Self::Unknown,
        Self::Chain,
        Self::Access,
        Self::Bounds,
    ];

    /// `I1` to `I12`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Books => "I1",
            Self::Kept => "I2",
            Self::Once => "I3",
            Self::Unedited => "I4",
            Self::Billed => "I5",
            Self::Priced => "I6",
            Self::Receipts => "I7",
            Self::Supply => "I8",
            Self::Unknown => "I9",
            Self::Chain => "I10",
            Self::Access => "I11",
            Self::Bounds => "I12",
        }
    }

    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Books => "postings sum to zero; balances equal their postings",
            Self::Kept => "what was acknowledged is there",
            Self::Once => "one key, at most one effect",
            Self::Unedited => "journal and tariffs in use are never edited",
            Self::Billed => {
                "a meter is charged for exactly its last settled register less its first"
            }
            Self::Priced => "each interval of a register is priced once, by the tariff valid then",
            Self::Receipts => "receipt numbers of a book have no gap",
            Self::Supply => "the switch follows the policy; its final state is the last decision",
            Self::Unknown => "nobody is charged or cut on a stale, held or missing reading",
            Self::Chain => "the chain verifies and matches its anchor",
            Self::Access => "every route and role is decided by the table",
            Self::Bounds => "queues and files have bounds, and what was held up drains",
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.code(), self.sentence())
    }
}

/// How an invariant was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Holds,
    /// The first offence, as a sentence that names its place.
    Broken(String),
    /// Why nobody can say.
    Unchecked(String),
}

/// One invariant with its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    pub invariant: Invariant,
    /// Rows, intervals, routes: whatever the rule is about.
    pub checked: u64,
    pub outcome: Outcome,
}

impl Finding {
    pub fn new(invariant: Invariant, checked: u64, offence: Option<String>) -> Self {
        let outcome = offence.map_or(Outcome::Holds, Outcome::Broken);
        Self { invariant, checked, outcome }
    }

    pub fn unchecked(invariant: Invariant, why: impl ToString) -> Self {
        Self { invariant, checked: 0, outcome: Outcome::Unchecked(why.to_string()) }
    }

    pub fn is_broken(&self) -> bool {
        matches!(self.outcome, Outcome::Broken(_))
    }

    /// Two looks at the same rule: broken where either is, and unchecked where one could not be.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let outcome = match (self.outcome, other.outcome) {
            (Outcome::Broken(first), _) | (_, Outcome::Broken(first)) => Outcome::Broken(first),
            (Outcome::Unchecked(why), _) | (_, Outcome::Unchecked(why)) => Outcome::Unchecked(why),
            (Outcome::Holds, Outcome::Holds) => Outcome::Holds,
        };
        Self { outcome, checked: self.checked + other.checked, ..self }
    }
}

/// Counts what was looked at and keeps the first offence.
#[derive(Clone, Debug, Default)]
struct Tally {
    checked: u64,
    first: Option<String>,
}

impl Tally {
    /// Looks at one thing; `offence` says what is wrong with it, if anything.
    fn look(&mut self, offence: Option<String>) {
        self.checked += 1;
        self.first = self.first.take().or(offence);
    }

    fn finding(&self, invariant: Invariant) -> Finding {
        Finding::new(invariant, self.checked, self.first.clone())
    }
}
