//! The prepaid account: what is left, what is used, and whether supply stays on.

pub mod switch;
pub mod standing;
pub mod days;
pub mod metered;
pub mod provisional;
pub mod recovery;
pub mod spend;
pub mod account;

pub use account::Account;
pub use days::Days;
pub use metered::Metered;
pub use provisional::Provisional;
pub use recovery::Recovery;
pub use spend::Spend;
pub use standing::{EmergencyState, Notice, Standing};
pub use switch::{Protect, Switch};
