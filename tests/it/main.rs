//! The whole system from outside: the real program on its own folder, asked as people and machines
//! ask it. One binary, so that it links once.

mod harness;

mod browser;
mod bundle;
mod docs;
mod first_run;
mod headend;
mod tidy;
