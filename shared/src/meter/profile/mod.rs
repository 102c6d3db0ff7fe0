//! A meter model is a data file: its registers, its timing, its probe, its relay. Parsing, planning
//! of reads and decoding of replies are pure; who talks to the line stands elsewhere.

pub mod contact;
pub mod decode;
mod encode;
pub mod file;
pub mod frame;
pub mod library;
pub mod number;
pub mod plan;
pub mod point;
pub mod relay;
mod relay_file;
mod sheet;

pub use contact::{Evidence, judge};
pub use decode::{Ratio, Ratios, Values};
pub use file::{Profile, ProfileError, Tested};
pub use library::Library;
pub use plan::{Block, Plan};
pub use point::{Point, Table};
pub use relay::{Relay, Write};
