//! The site: all accounts and meters of both books, and what is decided about them.
//!
//! One form throughout: `decide` looks and answers with events or a refusal, the journal keeps
//! them, `apply` makes them so and cannot fail.

pub mod command;

pub use command::{Command, Done, Order, Refusal};
