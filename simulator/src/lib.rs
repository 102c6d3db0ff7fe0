//! The simulator: virtual meters on virtual lines, loads, tenants and a clock. A run is a function
//! of (scenario, seed): the same in one slice or a thousand, natively or in the browser.
//!
//! Nothing here asks a clock or uses a float; modules form a ladder, each may use only those above.

pub mod bus;
pub mod calendar;
pub mod chance;
pub mod clock;
pub mod electrical;
pub mod fault;
pub mod load;
pub mod meter;
pub mod physics;
pub mod population;
pub mod relay;
pub mod sandbox;
pub mod scenario;
pub mod tenant;
pub mod week;
#[cfg(test)]
mod whole;
pub mod world;
