//! Adjustments: `POST /api/v1/accounts/{account}/adjustments` asks a second person; answers with the
//! number among the approvals.

use serde::{Deserialize, Serialize};

use crate::money::Money;
pub use crate::vend::{Adjusting, Cause};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdjustmentOrder {
    pub adjusting: Adjusting,
    /// Positive: credit grows.
    pub amount: Money,
    pub cause: Cause,
    /// What happened, in words; required.
    pub note: String,
}
