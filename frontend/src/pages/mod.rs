//! One file a page. Pages ask the backend, hand answers to stores and values to components.

mod alarms;
mod audit;
mod board;
mod exceptions;
mod lines;
mod meter;
mod meters;
mod not_found;
mod overview;
mod payments;
mod people;
mod receipt;
mod sale;
mod set_up;
mod shift;
mod sign_in;
mod tariffs;
mod wall;

pub use alarms::Alarms;
pub use audit::Audit;
pub use board::Board;
pub use exceptions::Exceptions;
pub use lines::{Commission, Line, Lines};
pub use meter::Meter;
pub use meters::Meters;
pub use not_found::NotFound;
pub use overview::Overview;
pub use people::People;
pub use receipt::Receipt;
pub use sale::Sale;
pub use set_up::SetUp;
pub use shift::Shift;
pub use sign_in::SignIn;
pub use tariffs::{ApprovalsPage, TariffEditor, TariffView, Tariffs};
pub use wall::Wall;
