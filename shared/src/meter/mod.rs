//! Meters: what a look at one brings, and what is believed of it.

pub mod alarm;
pub mod supply;
pub mod reading;
pub mod register;
pub mod exception;
pub mod exchange;
pub mod unit;
pub mod profile;

pub use alarm::AlarmKind;
pub use exception::ExceptionKind;
pub use exchange::{Exchange, Exchanged, FinalRange};
pub use reading::{CommFault, Live, Observation, Quality, Telegram};
pub use register::{Held, Limits, Point, Verdict, judge};
pub use supply::{Contact, DisconnectReason, Supply, SwitchCommand};
pub use unit::{Health, Job, Report, Unit};
