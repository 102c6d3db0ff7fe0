//! The pure core of Meterhouse, and the actors without I/O that run it.
//!
//! Nothing here asks a clock, touches a file or draws a random number; money and billed energy are
//! integers. Modules form a ladder: each may use only those above it.

pub mod actor;
pub mod api;
pub mod energy;
pub mod id;
pub mod meter;
pub mod money;
pub mod tariff;
pub mod time;
