//! Problem documents (RFC 9457): what was tried, what is wrong, what to do.

use serde::{Deserialize, Serialize};

/// Body of every answer that is not 2xx, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// A stable name, such as `above-largest-amount`; screens translate by it.
    #[serde(rename = "type")]
    pub kind: String,
    /// One English sentence.
    pub title: String,
    pub status: u16,
    /// What to do about it, or the figure that was exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Names this answer in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}
