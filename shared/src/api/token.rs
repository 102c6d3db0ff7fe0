//! Tokens of programs: `GET POST /api/v1/tokens`, `DELETE /api/v1/tokens/{token}`.

use serde::{Deserialize, Serialize};

use crate::staff::{Role, Verb};
use crate::time::Timestamp;

/// `POST /api/v1/tokens`; answers with a [`TokenMade`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Whose it is, such as `billing-export`; receipts and the journal name it.
    pub name: String,
    pub role: Role,
    /// What of its role it may; left out: all.
    #[serde(default)]
    pub verbs: Option<Vec<Verb>>,
    /// Days until it ends, 1 to 365; left out: 90.
    #[serde(default)]
    pub days: Option<u32>,
}

/// The only answer that ever has a token's text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenMade {
    pub secret: String,
    #[serde(flatten)]
    pub row: TokenRow,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenRow {
    pub token: u32,
    pub name: String,
    pub role: Role,
    /// `None`: all that the role may.
    pub verbs: Option<Vec<Verb>>,
    pub made: Timestamp,
    /// Empty: on the command line.
    pub made_by: String,
    /// `None`: never; such are of older versions.
    pub expires: Option<Timestamp>,
    /// To the minute.
    pub last_used: Option<Timestamp>,
    pub revoked: Option<Timestamp>,
    /// Neither revoked nor at its end.
    pub works: bool,
}
