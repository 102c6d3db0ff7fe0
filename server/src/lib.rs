//! server

pub mod store;
pub mod cli;
pub mod headend;
