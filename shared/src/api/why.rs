//! Why a supply is as it is: `GET /api/v1/meters/{id}/why`, with `?amount=` also why such a sale would
//! be refused.

use serde::{Deserialize, Serialize};

use crate::api::problem::Problem;

pub use crate::site::why::{CutProof, Step, Tried, What, Why};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhyPage {
    pub why: Why,
    /// What would be refused now, with the refusal that would be given.
    pub refused: Vec<(Tried, Problem)>,
}
