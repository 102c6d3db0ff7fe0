//! The operator's staff: `GET POST /api/v1/staff`, `POST /api/v1/staff/{id}/password`,
//! `POST /api/v1/staff/{id}/active`, `POST /api/v1/session/password`.

use serde::{Deserialize, Serialize};

use crate::api::session::{Person, Role};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffRow {
    pub person: Person,
    /// Somebody who left keeps the number, because the journal names it.
    pub active: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStaff {
    pub name: String,
    pub role: Role,
}

/// A first password, shown this once; the person changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstPassword {
    pub person: Person,
    pub password: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub active: bool,
}

/// One's own password, changed by oneself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChange {
    pub old: String,
    pub new: String,
}
