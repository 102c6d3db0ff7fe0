//! The pure core of Meterhouse, and the actors without I/O that run it.
//!
//! Nothing here asks a clock, touches a file or draws a random number; money and billed energy are
//! integers. Modules form a ladder: each uses only those above it.

pub mod decimal;
pub mod visible;
pub mod energy;
pub mod money;
pub mod time;
pub mod id;
pub mod tariff;
pub mod meter;
pub mod ledger;
pub mod vend;
pub mod pay;
pub mod counter;
pub mod policy;
pub mod staff;
pub mod request;
pub mod event;
pub mod prepaid;
pub mod site;
pub mod lint;
pub mod invariant;
pub mod risk;
pub mod api;
pub mod actor;
