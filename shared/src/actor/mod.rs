//! The actors: thin, without I/O and without timers. Time reaches them in messages, the outside
//! through recipients, so that the same actors run in the server and in the browser.

pub mod port;
pub mod meter;
pub mod billing;
pub mod memory;
