//! The site file: read whole and checked whole before anything is opened.

mod audit;
pub mod backup;
pub mod counters;
mod entry;
mod policy;
pub mod printer;
pub mod promises;
pub mod provider;
mod source;
mod web;
pub mod tariffs;

pub use policy::{Blamed, PolicyFile, policy_text, read_policy, scope_name};

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use shared::energy::Power;
use shared::id::{AccountId, MeterId, SiteId, TariffId};
use shared::meter::profile::{Library, Tested};
use shared::money::{Currency, Money};
use shared::policy::{MassCut, Policy, Scope};
use shared::tariff::Tariff;
use shared::time::Zone;
use toml::Spanned;

use crate::cli::Fault;
use crate::headend::config::{LineConfig, MeterConfig};
use entry::{AccountTable, File, MeterTable, SimulatedTable};
use source::Source;

/// A site as its file describes it, valid.
#[derive(Clone, Debug)]
pub struct SiteFile {
    pub id: SiteId,
    pub name: String,
    pub currency: Currency,
    pub zone: Zone,
    /// With their texts, as the journal keeps them.
    pub tariffs: BTreeMap<TariffId, (Tariff, String)>,
    pub library: Library,
    /// The site's own, then those of buildings, floors and meters.
    pub policies: Vec<(Scope, Policy)>,
    /// How many supplies may be opened at once.
    pub mass_cut: MassCut,
    pub lines: Vec<LineConfig>,
    pub meters: Vec<Metered>,
    pub simulated: Option<Simulated>,
    /// Copies that are made by themselves.
    pub backup: Option<backup::Wanted>,
    /// Where receipts are printed.
    pub printer: Option<printer::Printer>,
    /// Who takes mobile payments.
    pub providers: Vec<provider::Wanted>,
    /// Where the rules about high-risk acts draw their lines.
    pub audit: shared::risk::Borders,
    /// Where money is taken, and within which limits.
    pub counters: counters::CountersFile,
    /// How the web page is served.
    pub(crate) web: crate::run::Web,
}

/// A place that is metered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Metered {
    pub device: MeterConfig,
    pub name: String,
    pub building: String,
    pub floor: String,
    pub usual_power: Power,
    pub most_power: Option<Power>,
    pub account: Option<AccountTerms>,
}

/// Whose meter it is, and on which terms it starts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountTerms {
    pub account: AccountId,
    pub customer: String,
    pub phone: String,
    pub tariff: TariffId,
    pub opening: Money,
}

/// Simulated meters beside the real ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulated {
    pub seed: u64,
    /// Simulated seconds a second.
    pub pace: u32,
    /// Floors of four flats; `None`: the twelve of the demo.
    pub floors: Option<u16>,
}

impl SiteFile {
    /// Reads a site file and every file that it names.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        Self::check(&Source::read(path)?)
    }

    /// What the file describes, in one line.
    pub fn summary(&self) -> String {
        let Self { name, lines, meters, tariffs, .. } = self;
        let accounts = meters.iter().filter(|meter| meter.account.is_some()).count();
        format!(
            "{name}: {} lines, {} meters, {accounts} accounts, {} tariffs; all good",
            lines.len(),
            meters.len(),
            tariffs.len()
        )
    }

    fn check(source: &Source) -> Result<Self, Fault> {
        let file: File = source.parse()?;
        let site = &file.site;
        let currency = Currency::try_from(site.currency.get_ref().clone())
            .map_err(|error| source.wrong(site.currency.span(), error))?;
        let zone = Zone::named(site.zone.get_ref())
            .map_err(|error| source.wrong(site.zone.span(), error))?;
        if site.name.get_ref().trim().is_empty() {
            return Err(source.wrong(site.name.span(), "a site needs a name"));
        }
        let tariffs = read_tariffs(source, &file.tariffs, currency, &zone)?;
        let library = read_profiles(source, &file.profiles)?;
        let mut policies = policy::Reader { source, currency }.all(&file.policy)?;
        let mass_cut = file.mass_cut.as_ref().map(|table| read_mass_cut(source, table));
        let mass_cut = mass_cut.transpose()?.unwrap_or_default();
        let meters = file
            .meter
            .iter()
            .map(|meter| read_meter(source, meter, currency, &tariffs))
            .collect::<Result<Vec<_>, _>>()?;
        read_meter_policies(source, currency, &file.meter, &mut policies)?;
        let devices: Vec<_> = meters.iter().map(|meter| meter.device.clone()).collect();
        crate::headend::config::check(&file.line, &devices, &library)
            .map_err(|error| source.wrong_whole(error))?;
        let mut accounts = BTreeSet::new();
        for (meter, written) in meters.iter().zip(&file.meter) {
            let Some(terms) = &meter.account else { continue };
            let model = library.get(&meter.device.profile);
            let unproven = model.is_some_and(|model| model.tested == Tested::None);
            if unproven && written.get_ref().signed_off.is_none() {
                let (meter, model) = (meter.device.meter, &meter.device.profile);
                let what = format!(
                    "meter {meter}: nobody has proven the profile `{model}` on a real meter, so it \
                     is read but not billed; compare register and display, then add signed_off = \
                     \"name, date\", or leave out the account"
                );
                return Err(source.wrong(written.span(), what));
            }
            if !accounts.insert(terms.account) {
                let twice = format!("account {} is there twice", terms.account);
                return Err(source.wrong(written.span(), twice));
            }
        }
        // Meters may be added on the page; without a line there is nothing they could hang on.
        if file.line.is_empty() && file.simulated.is_none() {
            return Err(source.wrong_whole("there is no [[line]] and no [simulated] table"));
        }
        let simulated = file.simulated.map(|table| read_simulated(source, &table)).transpose()?;
        let counters = counters::read(source, currency, &file.counter, &file.limits)?;
        let backup = file.backup.as_ref().map(|table| backup::read(source, table)).transpose()?;
        let printer =
            file.printer.as_ref().map(|table| printer::read(source, table)).transpose()?;
        let audit = audit::read(source, &file.audit, currency)?;
        Ok(Self {
            id: SiteId(site.id),
            name: site.name.get_ref().trim().to_owned(),
            currency,
            zone,
            tariffs,
            library,
            policies,
            mass_cut,
            lines: file.line,
            meters,
            simulated,
            backup,
            printer,
            providers: provider::read_all(source, &file.provider)?,
            audit,
            counters,
            web: web::read(source, file.tls.as_ref(), &file.web, &source.beside(""))?,
        })
    }
}

fn read_mass_cut(source: &Source, table: &Spanned<MassCut>) -> Result<MassCut, Fault> {
    let figures = *table.get_ref();
    let MassCut { share, least, minutes } = figures;
    if !(1..=100).contains(&share) || least == 0 || !(1..=1_440).contains(&minutes) {
        let what =
            "mass_cut has a share of 1 to 100 percent, at least 1 meter, and 1 to 1440 minutes";
        return Err(source.wrong(table.span(), what));
    }
    Ok(figures)
}

fn read_tariffs(
    source: &Source,
    named: &[Spanned<String>],
    currency: Currency,
    zone: &Zone,
) -> Result<BTreeMap<TariffId, (Tariff, String)>, Fault> {
    let mut tariffs = BTreeMap::new();
    for entry in named {
        let named = entry.get_ref();
        let file = match tariffs::built_in(named) {
            Some(text) => Source::of(named, text),
            None => Source::read(&source.beside(named))
                .map_err(|error| source.wrong(entry.span(), error))?,
        };
        let tariff = Tariff::from_toml(file.text()).map_err(|error| file.wrong_whole(error))?;
        if tariff.currency() != currency {
            let other = format!(
                "the tariff `{}` is in {}, the site in {currency}",
                tariff.id(),
                tariff.currency()
            );
            return Err(source.wrong(entry.span(), other));
        }
        if tariff.zone() != zone {
            let other = format!(
                "the tariff `{}` is of zone {}, the site of {}",
                tariff.id(),
                tariff.zone().name(),
                zone.name()
            );
            return Err(source.wrong(entry.span(), other));
        }
        let id = tariff.id().clone();
        if tariffs.insert(id.clone(), (tariff, file.text().to_owned())).is_some() {
            return Err(source.wrong(entry.span(), format!("the tariff `{id}` is there twice")));
        }
    }
    Ok(tariffs)
}

fn read_profiles(source: &Source, named: &[Spanned<String>]) -> Result<Library, Fault> {
    let mut library = Library::built_in();
    for entry in named {
        let file = Source::read(&source.beside(entry.get_ref()))
            .map_err(|error| source.wrong(entry.span(), error))?;
        library.add(&file.path().display().to_string(), file.text()).map_err(Fault::input)?;
    }
    Ok(library)
}

/// Policies of single meters, over those of their places.
fn read_meter_policies(
    source: &Source,
    currency: Currency,
    meters: &[Spanned<MeterTable>],
    policies: &mut Vec<(Scope, Policy)>,
) -> Result<(), Fault> {
    let reader = policy::Reader { source, currency };
    let mut own = Vec::new();
    for table in meters.iter().map(Spanned::get_ref) {
        let Some(written) = &table.policy else { continue };
        let around = policy::at(policies, &table.building, &table.floor);
        let policy = reader.over(&around, written.get_ref(), Some(written.span()))?;
        own.push((Scope::Meter { meter: table.meter }, policy));
    }
    policies.extend(own);
    Ok(())
}

fn read_amount(
    source: &Source,
    written: &Spanned<String>,
    currency: Currency,
) -> Result<Money, Fault> {
    let amount = Money::parse(written.get_ref(), currency)
        .map_err(|error| source.wrong(written.span(), error))?;
    if amount.is_negative() {
        return Err(source.wrong(written.span(), "an amount below zero makes no sense here"));
    }
    Ok(amount)
}

fn read_meter(
    source: &Source,
    written: &Spanned<MeterTable>,
    currency: Currency,
    tariffs: &BTreeMap<TariffId, (Tariff, String)>,
) -> Result<Metered, Fault> {
    let table = written.get_ref();
    let account = table
        .account
        .as_ref()
        .map(|account| read_account(source, account, table.meter, currency, tariffs))
        .transpose()?;
    Ok(Metered {
        device: table.device(),
        name: table.name.clone(),
        building: table.building.clone(),
        floor: table.floor.clone(),
        usual_power: table.usual_power,
        most_power: table.most_power,
        account,
    })
}

fn read_account(
    source: &Source,
    table: &AccountTable,
    meter: MeterId,
    currency: Currency,
    tariffs: &BTreeMap<TariffId, (Tariff, String)>,
) -> Result<AccountTerms, Fault> {
    let tariff = TariffId(table.tariff.get_ref().clone());
    if !tariffs.contains_key(&tariff) {
        let known: Vec<_> = tariffs.keys().map(ToString::to_string).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let what = format!("there is no tariff `{tariff}` in `tariffs`; there is: {known}");
        return Err(source.wrong(table.tariff.span(), what));
    }
    let opening = match &table.opening {
        Some(written) => read_amount(source, written, currency)?,
        None => Money::ZERO,
    };
    Ok(AccountTerms {
        account: table.number.unwrap_or(AccountId(meter.0)),
        customer: table.customer.clone(),
        phone: table.phone.clone(),
        tariff,
        opening,
    })
}

fn read_simulated(source: &Source, table: &SimulatedTable) -> Result<Simulated, Fault> {
    let pace = *table.pace.get_ref();
    if !(1..=3_600).contains(&pace) {
        return Err(source.wrong(table.pace.span(), "a pace is 1 to 3600"));
    }
    if let Some(floors) =
        table.floors.as_ref().filter(|floors| !(1..=2_000).contains(floors.get_ref()))
    {
        return Err(source.wrong(floors.span(), "a building has 1 to 2000 floors"));
    }
    let floors = table.floors.as_ref().map(|floors| *floors.get_ref());
    Ok(Simulated { seed: table.seed, pace, floors })
}
