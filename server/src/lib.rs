//! The server of Meterhouse: head-end, journal, web server and command line around the actors of
//! `shared`.

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
