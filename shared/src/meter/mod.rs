//! Meters: what a look at one brings, and what is believed of it.

pub mod alarm;
pub mod profile;
pub mod reading;
pub mod supply;

pub use alarm::AlarmKind;
pub use reading::{CommFault, Live, Observation, Quality, Telegram};
pub use supply::{Contact, DisconnectReason, Supply, SwitchCommand};
