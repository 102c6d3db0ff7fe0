//! The whole site inside the page: the same actors as in the server over a simulated building and a
//! journal in memory, in a worker, so that the page stays quick.

mod answer;
mod books;
mod curves;
mod house;
mod screen;
mod wire;
mod worker;

pub use wire::{Ask, LISTEN, Told};
pub use worker::serve_if_worker;
