//! What an auditor asks of the ledger, one function a question. The connection is that of
//! [`sums::open`]: the sums, with the ledger attached.

pub mod acts;
pub mod balances;
pub mod entries;
mod narrow;
pub mod record;
pub mod risks;
pub mod sums;
