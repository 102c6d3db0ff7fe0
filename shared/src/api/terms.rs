//! Terms in force at a meter, and orders about them.

use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::time::Timestamp;

/// What the terms say of a meter at present.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TermsView {
    /// Never to be cut at present, and why 保电.
    pub protected: Option<ProtectView>,
    /// Supply waits for the customer's confirmation.
    pub awaits_confirmation: bool,
    /// Lack of credit cuts nobody until then.
    pub no_cut_until: Option<Timestamp>,
    pub emergency: EmergencyView,
    /// Nobody is warned or cut for lack of credit.
    pub paused: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProtectView {
    pub until: Option<Timestamp>,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EmergencyView {
    #[default]
    None,
    Offered {
        limit: Money,
    },
    InUse {
        limit: Money,
        used: Money,
    },
}

/// `POST /api/v1/meters/{id}/protection`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProtectionOrder {
    /// `false` takes it back.
    pub protect: bool,
    /// Left out: until it is taken back.
    #[serde(default)]
    pub until: Option<Timestamp>,
    pub reason: String,
}

/// `POST /api/v1/meters/{id}/confirmation`: the customer wants the supply back, and is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    #[serde(default)]
    pub note: String,
}

/// `POST /api/v1/accounts/{id}/pause`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PauseOrder {
    /// `false` resumes.
    pub pause: bool,
    pub reason: String,
}
