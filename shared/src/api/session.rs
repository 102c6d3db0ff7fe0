//! Who is at the screen: `POST /api/v1/setup`, `GET POST DELETE /api/v1/session`, one's own
//! password.

use serde::{Deserialize, Serialize};

use crate::id::StaffId;
pub use crate::staff::Role;
use crate::time::Timestamp;

/// The very first person: needs the one-time code that the server printed at its first start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Setup {
    pub code: String,
    pub name: String,
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignIn {
    pub name: String,
    pub password: String,
}

/// `POST /api/v1/session/password`: one's own. Every session of the person ends; this one goes on
/// under a new secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    pub old: String,
    pub new: String,
}

/// `GET /api/v1/session`, open to everybody: tells the app which page to start with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Session {
    /// Nobody exists yet: show the set-up page.
    SetupNeeded,
    /// Show the sign-in page. A demo lists its ready log-ins here.
    SignedOut {
        ready: Vec<ReadyLogIn>,
    },
    SignedIn(Person),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    pub staff: StaffId,
    pub name: String,
    pub role: Role,
}

/// A log-in of the demo site, made anew at each start of the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadyLogIn {
    pub name: String,
    pub password: String,
    pub role: Role,
}

/// One row of `GET /api/v1/staff`; those who left stay in the list, because receipts name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StaffRow {
    #[serde(flatten)]
    pub person: Person,
    pub active: bool,
}

/// `POST /api/v1/staff`; answers with the new [`StaffRow`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewStaff {
    pub name: String,
    pub role: Role,
    pub password: String,
}

/// `POST /api/v1/staff/{staff}`: what is given is changed. A new password, and leaving, end every
/// session of the person.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct StaffChange {
    pub role: Option<Role>,
    pub active: Option<bool>,
    pub password: Option<String>,
}

/// `POST /api/v1/session/confirm`: the password once more, before something weighty.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordAgain {
    pub password: String,
}

/// A session that holds: one's own of `GET /api/v1/session/own`, everybody's of
/// `GET /api/v1/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionRow {
    pub session: u32,
    #[serde(flatten)]
    pub person: Person,
    pub opened: Timestamp,
    /// To the minute.
    pub seen: Timestamp,
    pub address: String,
    /// As it says itself, such as `Firefox 128 · Windows`.
    pub browser: String,
    /// The one that asks.
    pub this: bool,
}
