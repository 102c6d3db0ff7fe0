//! The tables of a site file, as they are written.

use std::num::NonZeroU32;

use serde::Deserialize;
use shared::energy::Power;
use shared::id::{AccountId, LineId, MeterId};
use shared::meter::profile::Ratio;
use shared::policy::MassCut;
use toml::Spanned;

use super::audit::AuditTable;
use super::backup::BackupTable;
use super::counters::{CounterTable, LimitsTable};
use super::policy::PolicyTable;
use super::printer::PrinterTable;
use super::provider::ProviderTable;
use super::web::{TlsTable, WebTable};
use crate::headend::config::{LineConfig, MeterConfig, RelayConfig, UnitAddress};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) site: SiteTable,
    /// Tariff files, or names of built-in tariffs.
    #[serde(default)]
    pub(super) tariffs: Vec<Spanned<String>>,
    /// Further meter models.
    #[serde(default)]
    pub(super) profiles: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) policy: PolicyTable,
    pub(super) mass_cut: Option<Spanned<MassCut>>,
    #[serde(default)]
    pub(super) line: Vec<LineConfig>,
    #[serde(default)]
    pub(super) meter: Vec<Spanned<MeterTable>>,
    pub(super) simulated: Option<SimulatedTable>,
    pub(super) backup: Option<BackupTable>,
    pub(super) printer: Option<PrinterTable>,
    #[serde(default)]
    pub(super) provider: Vec<ProviderTable>,
    #[serde(default)]
    pub(super) audit: AuditTable,
    #[serde(default)]
    pub(super) counter: Vec<CounterTable>,
    #[serde(default)]
    pub(super) limits: LimitsTable,
    pub(super) tls: Option<TlsTable>,
    #[serde(default)]
    pub(super) web: WebTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteTable {
    pub(super) name: Spanned<String>,
    pub(super) currency: Spanned<String>,
    pub(super) zone: Spanned<String>,
    #[serde(default = "one")]
    pub(super) id: u32,
}

const fn one() -> u32 {
    1
}

/// A meter: where it stands, how it is reached, whose it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeterTable {
    pub(super) meter: MeterId,
    /// The room, flat or shop.
    pub(super) name: String,
    #[serde(default)]
    pub(super) building: String,
    #[serde(default)]
    pub(super) floor: String,
    /// Usual highest power, W.
    #[serde(default = "usual_power")]
    pub(super) usual_power: Power,
    /// The most it can carry, W; left out: worked out from phases and transformers.
    pub(super) most_power: Option<Power>,
    pub(super) line: LineId,
    pub(super) unit: UnitAddress,
    pub(super) profile: String,
    #[serde(default)]
    pub(super) ct: Ratio,
    #[serde(default)]
    pub(super) pt: Ratio,
    pub(super) relay: Option<RelayConfig>,
    pub(super) serial: Option<String>,
    /// Who compared register and display on the site, and when; a model that nobody has proven is
    /// billed only then.
    pub(super) signed_off: Option<String>,
    #[serde(default = "five_seconds")]
    pub(super) poll_s: NonZeroU32,
    pub(super) account: Option<AccountTable>,
    /// Terms of this meter alone, over those of its place.
    pub(super) policy: Option<Spanned<PolicyTable>>,
}

const fn usual_power() -> Power {
    Power::from_watts(6_000)
}

const fn five_seconds() -> NonZeroU32 {
    NonZeroU32::new(5).expect("five is not zero")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountTable {
    /// The account's number; the meter's where it is left out.
    pub(super) number: Option<AccountId>,
    pub(super) customer: String,
    #[serde(default)]
    pub(super) phone: String,
    pub(super) tariff: Spanned<String>,
    /// Credit brought in at the first start, such as "20.00".
    pub(super) opening: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SimulatedTable {
    #[serde(default = "seed")]
    pub(super) seed: u64,
    #[serde(default = "pace")]
    pub(super) pace: Spanned<u32>,
    pub(super) floors: Option<Spanned<u16>>,
}

const fn seed() -> u64 {
    42
}

fn pace() -> Spanned<u32> {
    Spanned::new(0..0, 60)
}

impl MeterTable {
    /// What the head-end needs to know of it.
    pub(super) fn device(&self) -> MeterConfig {
        MeterConfig {
            meter: self.meter,
            line: self.line,
            unit: self.unit,
            profile: self.profile.clone(),
            ct: self.ct,
            pt: self.pt,
            relay: self.relay.clone(),
            serial: self.serial.clone(),
            poll_s: self.poll_s,
        }
    }
}
