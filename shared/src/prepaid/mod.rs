//! The prepaid account: what is left, what is used, and whether supply stays on.

pub mod account;
pub mod metered;
pub mod recovery;
pub mod spend;

pub use account::Account;
pub use metered::Metered;
pub use recovery::Recovery;
pub use spend::Spend;
