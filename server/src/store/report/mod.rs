//! What screens ask of the ledger, one function a question.

pub mod audit;
pub mod daybook;
pub mod exchanges;
pub mod ledger;
pub mod matching;
pub mod policies;
pub mod receipt;
pub mod sales;
pub mod shifts;
pub mod terms;
