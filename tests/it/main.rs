//! The whole system from outside: the real program on its own folder, asked as people and machines
//! ask it. One binary, so that it links once.
#![allow(
    clippy::cmp_owned,
    clippy::disallowed_methods,
    clippy::duration_suboptimal_units,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::needless_for_each,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that goes wrong here fails, which is what it is for; clippy.toml grants the same to unit tests"
)]

mod harness;

mod access;
mod adjust;
mod api;
mod audit;
mod board;
mod boards;
mod browser;
mod browser_counter;
mod browser_hostile;
mod browser_audit;
mod browser_mobile;
mod browser_money;
mod browser_policy;
mod browser_shift;
mod browser_tariff;
mod bundle;
mod cli;
mod crowded;
mod chaos;
mod canaries;
mod commission;
mod commission_page;
mod daybook;
mod described;
mod docs;
mod errors;
mod farm;
mod first_run;
mod fraud;
mod guards;
mod headend;
mod hostile;
mod isolation;
mod limits;
mod line_rules;
mod same_hash;
mod main_job;
mod mass_cut;
mod printing;
mod provider_tls;
mod mobile;
mod policies;
mod raise;
mod rate;
mod refund;
mod reversal;
mod scan;
mod scan_speeds;
mod tariff_page;
mod sessions;
mod town;
mod shifts;
mod tidy;
mod tls;
#[path = "../../server/src/store/sample.rs"]
mod sample;
mod verdict;
mod verify;
mod verify_receipt;
