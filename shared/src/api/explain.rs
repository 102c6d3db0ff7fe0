//! Why a charge is what it is: `GET /api/v1/accounts/{account}/ledger/{seq}/explain`.

pub use crate::site::explain::{ExplainedLine, ExplainedSegment, Explanation};
