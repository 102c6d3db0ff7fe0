//! The server of Meterhouse: head-end, journal, web server and command line around the actors of
//! `shared`.

/// Messages, frames and rows are many small pieces that often end on another thread than they began
/// on, which this allocator is quicker at than the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod cli;
pub mod clock;
pub mod config;
pub mod farm;
pub mod headend;
pub mod http;
pub mod printing;
mod qr;
pub mod pay;
pub mod run;
pub mod store;
mod tls;
