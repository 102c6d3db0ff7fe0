//! Policies: what holds where and since when, `GET /api/v1/policies`; whether terms could cut somebody
//! wrongly, `POST /api/v1/policies/check`; and the request that others hold, `POST /api/v1/policies`.

use serde::{Deserialize, Serialize};

use crate::id::{Book, Seq};
use crate::lint::{self, Broken, Line, LintError};
use crate::money::Currency;
use crate::policy::{Policy, Scope};
use crate::time::{Timestamp, Zone};

/// All versions at one place of one book, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyRow {
    pub book: Book,
    pub scope: Scope,
    /// The version in force now; none: all begin later.
    pub in_force: Option<u32>,
    pub versions: Vec<PolicyVersion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyVersion {
    /// From 1, at this place.
    pub number: u32,
    /// Its record.
    pub seq: Seq,
    pub from: Timestamp,
    pub published: Timestamp,
    /// From the site file, or from a page.
    pub from_file: bool,
    /// Who asked and who agreed; nobody where it came from the file.
    pub asked_by: Option<String>,
    pub approved_by: Option<String>,
    pub note: String,
    pub policy: Policy,
    /// The same as a site file has it; missing where a file cannot say it.
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyOrder {
    pub book: Book,
    pub scope: Scope,
    /// In the time of the book; from the decision on, where it is left out or past by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The terms as data, or …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// … a `[policy]` table as in a site file: one of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyCheck {
    /// The terms as data, or …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// … a `[policy]` table as in a site file: one of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What became of trying every course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum PolicyVerdict {
    Clean {
        windows: u64,
        states: u64,
        steps: u64,
    },
    /// The text is no table of terms.
    Unreadable {
        line: Option<u32>,
        what: String,
    },
    /// The terms contradict themselves.
    Wrong {
        key: String,
        what: String,
    },
    /// A course breaks a promise.
    Broken {
        broken: Broken,
        sentence: String,
        timeline: Vec<Line>,
    },
    TooLarge {
        most_states: u64,
    },
}

/// Tries every course from `around` on.
pub fn check(policy: &Policy, zone: &Zone, currency: Currency, around: Timestamp) -> PolicyVerdict {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    match lint::check(policy, zone, currency, around) {
        Ok(explored) => PolicyVerdict::Clean {
            windows: count(explored.windows),
            states: count(explored.states),
            steps: count(explored.steps),
        },
        Err(LintError::Wrong(wrong)) => {
            PolicyVerdict::Wrong { key: wrong.key.to_owned(), what: wrong.what }
        }
        Err(LintError::Broken(example)) => PolicyVerdict::Broken {
            broken: example.broken,
            sentence: example.broken.to_string(),
            timeline: example.timeline,
        },
        Err(LintError::TooLarge(most)) => PolicyVerdict::TooLarge { most_states: count(most) },
    }
}
