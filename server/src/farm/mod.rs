//! A farm of simulated meters on a real wire: the register maps of the profiles, with loads,
//! counters and switches of the simulator behind them, for head-ends of any make.

mod frame;
mod plant;
mod serve;

pub use plant::Plant;
pub use serve::{Framing, listen, serial};
