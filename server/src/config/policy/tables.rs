//! The tables of terms as they are written.

use serde::Deserialize;
use shared::policy::{EmergencyStart, Mode, RestoreMode};
use toml::Spanned;

use super::hours::HoursTable;

/// Terms as they are written; amounts as text, such as "20.00".
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct PolicyTable {
    /// Where it holds, in `[[policy.at]]` only.
    pub(super) building: Option<Spanned<String>>,
    pub(super) floor: Option<Spanned<String>>,
    /// Tables of buildings and floors, in `[policy]` only.
    #[serde(default)]
    pub(super) at: Vec<Spanned<PolicyTable>>,
    /// Terms of the wider table that do not hold here.
    #[serde(default)]
    pub(super) without: Vec<Spanned<String>>,
    pub(super) low_credit: Option<Spanned<String>>,
    pub(super) low_days: Option<Spanned<u16>>,
    pub(super) last_credit: Option<Spanned<String>>,
    pub(super) last_days: Option<Spanned<u16>>,
    pub(super) restore_minimum: Option<Spanned<String>>,
    pub(super) overdraft: Option<Spanned<String>>,
    pub(super) least_sale: Option<Spanned<String>>,
    pub(super) most_sale: Option<Spanned<String>>,
    pub(super) hoarding_limit: Option<Spanned<String>>,
    pub(super) mode: Option<Mode>,
    pub(super) restore: Option<RestoreMode>,
    pub(super) courtesy: Option<Spanned<CourtesyTable>>,
    pub(super) after_delivery_hours: Option<Spanned<u16>>,
    pub(super) emergency: Option<Spanned<EmergencyTable>>,
    pub(super) no_cut: Option<Spanned<HoursTable>>,
    pub(super) load_limit: Option<Spanned<LoadTable>>,
    pub(super) daily_limit: Option<Spanned<DailyTable>>,
    pub(super) protect_needs_two: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CourtesyTable {
    pub(super) closes_after_minutes: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmergencyTable {
    pub(super) limit: Spanned<String>,
    pub(super) offer_at: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) start: EmergencyStart,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoadTable {
    /// Where no other hours hold; left out: no limit then.
    pub(super) watts: Option<i64>,
    #[serde(default = "ten")]
    pub(super) delay_s: u16,
    #[serde(default = "sixty")]
    pub(super) clear_s: u16,
    #[serde(default = "three")]
    pub(super) most_a_day: u8,
    #[serde(default = "six")]
    pub(super) reset_hour: i8,
    /// Other limits: `watts` and the hours in which it holds.
    #[serde(default)]
    pub(super) hours: Vec<HoursTable>,
    #[serde(default)]
    pub(super) not_in_no_cut_hours: bool,
    #[serde(default)]
    pub(super) until_operator: bool,
    #[serde(default)]
    pub(super) accept_until_operator: bool,
}

const fn ten() -> u16 {
    10
}
const fn sixty() -> u16 {
    60
}
const fn three() -> u8 {
    3
}
const fn six() -> i8 {
    6
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DailyTable {
    pub(super) kwh: Spanned<String>,
    #[serde(default)]
    pub(super) reset_hour: i8,
    #[serde(default)]
    pub(super) in_no_cut_hours: bool,
}
