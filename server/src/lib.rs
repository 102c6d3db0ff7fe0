//! server

pub mod store;
pub mod headend;
