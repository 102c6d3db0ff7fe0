//! The prepaid account: what is left, what is used, and whether supply stays on.

pub mod account;
pub mod metered;
pub mod spend;

pub use account::Account;
pub use metered::Metered;
pub use spend::Spend;
