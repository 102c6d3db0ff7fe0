//! What is to run: the real meters of a site file, a simulated building, or both.

use shared::counter::LimitsOf;
use shared::id::{SiteId, TariffId};
use shared::money::Currency;
use shared::tariff::Tariff;
use shared::time::{Span, Zone};
use simulator::chance::Seed;
use simulator::population::{Premise, premises};
use simulator::scenario::{DEMO, Rooms, Scenario};

use super::Demo;
use super::fleet::Fleet;
use super::tills;
use crate::cli::Fault;
use crate::config::backup::Wanted;
use crate::config::counters::CountersFile;
use crate::config::printer::Printer;
use crate::config::{Simulated, SiteFile, provider, tariffs};

pub(super) struct Plan {
    pub(super) id: SiteId,
    pub(super) name: String,
    pub(super) currency: Currency,
    pub(super) zone: Zone,
    /// With their texts, as the journal keeps them.
    pub(super) tariffs: Vec<(Tariff, String)>,
    /// Tariffs whose periods the overview shows, by book.
    pub(super) shown_live: Option<TariffId>,
    pub(super) shown_simulated: Option<TariffId>,
    /// The real meters.
    pub(super) live: Option<SiteFile>,
    pub(super) simulated: Option<Building>,
    /// Copies that are made by themselves.
    pub(super) backup: Option<Wanted>,
    /// Where receipts are printed.
    pub(super) printer: Option<Printer>,
    /// Who takes mobile payments; the demo brings its own.
    pub(super) providers: Vec<provider::Wanted>,
    /// Where the rules about high-risk acts draw their lines.
    pub(super) audit: shared::risk::Borders,
    /// Where money is taken, and within which limits.
    pub(super) counters: CountersFile,
    /// Log-ins are made and shown at each start.
    pub(super) demo: bool,
}

/// A simulated building.
pub(super) struct Building {
    pub(super) scenario: Scenario,
    pub(super) premises: Vec<Premise>,
    pub(super) pace: u32,
    /// Simulated before anybody looks, so that the screens are not empty.
    pub(super) history: Span,
}

impl Plan {
    pub(super) fn of_demo(demo: Demo) -> Result<Self, Fault> {
        let building = Building::new(Simulated { seed: demo.seed, pace: demo.pace, floors: None })?;
        let scenario = &building.scenario;
        let tariffs = tariffs::all().map(|text| Ok((read(text)?, text.to_owned())));
        Ok(Self {
            id: SiteId(1),
            name: scenario.name.clone(),
            currency: scenario.currency,
            zone: scenario.zone.clone(),
            tariffs: tariffs.collect::<Result<_, Fault>>()?,
            shown_live: None,
            shown_simulated: building.usual_tariff(),
            live: None,
            simulated: Some(building),
            backup: None,
            printer: None,
            providers: Vec::new(),
            audit: shared::risk::Borders::default(),
            counters: CountersFile {
                names: tills::OF_DEMO.map(|(counter, name)| (counter, name.to_owned())).into(),
                limits: LimitsOf::default(),
            },
            demo: true,
        })
    }

    pub(super) fn of_site(site: SiteFile) -> Result<Self, Fault> {
        let simulated = site.simulated.map(Building::new).transpose()?;
        let mut known = site.tariffs.clone();
        if let Some(building) = &simulated {
            building.fits(&site)?;
            for text in tariffs::all() {
                let tariff = read(text)?;
                known.entry(tariff.id().clone()).or_insert((tariff, text.to_owned()));
            }
        }
        Ok(Self {
            id: site.id,
            name: site.name.clone(),
            currency: site.currency,
            zone: site.zone.clone(),
            tariffs: known.into_values().collect(),
            shown_live: most_frequent(tariffs_of(&site)),
            shown_simulated: simulated.as_ref().and_then(Building::usual_tariff),
            backup: site.backup.clone(),
            printer: site.printer.clone(),
            providers: site.providers.clone(),
            audit: site.audit.clone(),
            counters: site.counters.clone(),
            live: (!site.lines.is_empty()).then_some(site),
            simulated,
            demo: false,
        })
    }

    /// All places of both books.
    pub(super) fn fleet(&self) -> Fleet {
        let mut fleet = Fleet::default();
        if let Some(site) = &self.live {
            fleet.add_site(site);
        }
        if let Some(building) = &self.simulated {
            fleet.add_premises(&building.premises, building.scenario.poll());
        }
        fleet
    }
}

fn read(built_in: &str) -> Result<Tariff, Fault> {
    Tariff::from_toml(built_in).map_err(Fault::failed)
}

fn tariffs_of(site: &SiteFile) -> impl Iterator<Item = &TariffId> {
    site.meters.iter().filter_map(|meter| Some(&meter.account.as_ref()?.tariff))
}

/// The tariff that most accounts have: its periods stand for the book's.
fn most_frequent<'a>(tariffs: impl Iterator<Item = &'a TariffId>) -> Option<TariffId> {
    let mut counts = std::collections::BTreeMap::<&TariffId, u32>::new();
    for tariff in tariffs {
        *counts.entry(tariff).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(tariff, _)| tariff.clone())
}

impl Building {
    fn new(simulated: Simulated) -> Result<Self, Fault> {
        let mut scenario = Scenario::parse("demo.toml", DEMO).map_err(Fault::failed)?;
        scenario.seed = Seed(simulated.seed);
        for population in &mut scenario.population {
            if let (Rooms::Storeys { floors, .. }, Some(wanted)) =
                (&mut population.get_mut().rooms, simulated.floors)
            {
                *floors = wanted;
            }
        }
        let premises = premises(&scenario);
        let history = Span::from_days(2);
        Ok(Self { scenario, premises, pace: simulated.pace, history })
    }

    fn usual_tariff(&self) -> Option<TariffId> {
        most_frequent(self.premises.iter().map(|premise| &premise.tariff))
    }

    /// The simulated building has tariffs of its own, in its own currency and zone.
    fn fits(&self, site: &SiteFile) -> Result<(), Fault> {
        let Scenario { currency, zone, .. } = &self.scenario;
        if site.currency != *currency || site.zone != *zone {
            return Err(Fault::input(format!(
                "[simulated]: the simulated building is in {currency} and {}, this site in {} and {}; \
                 take the table out",
                zone.name(),
                site.currency,
                site.zone.name()
            )));
        }
        let meter = self
            .premises
            .iter()
            .map(|premise| premise.meter)
            .find(|meter| site.meters.iter().any(|metered| metered.device.meter == *meter));
        match meter {
            Some(meter) => Err(Fault::input(format!(
                "[simulated]: meter {meter} is one of the simulated building; number real meters \
                 below it"
            ))),
            None => Ok(()),
        }
    }
}
