//! The `[policy]` tables of a site file: the site's own, those of buildings and floors, a meter's.
//! What a nearer table leaves out is as in the next wider one.

mod hours;
mod own;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;

use serde::Deserialize;
use shared::energy::{Energy, Power};
use shared::money::{Currency, Money};
use shared::policy::{Courtesy, DailyLimit, Emergency, LoadLimit, Policy, Scope, Wrong};
use shared::time::{Span, Zone};
use toml::Spanned;

pub use self::own::{Blamed, policy_text, read_policy};
pub(super) use self::tables::PolicyTable;
use self::tables::{DailyTable, EmergencyTable, LoadTable};
use super::SiteFile;
use super::source::Source;
use crate::cli::Fault;

/// Terms by themselves, as `server/policies` holds them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnFile {
    #[serde(rename = "name")]
    _name: String,
    currency: Spanned<String>,
    zone: Spanned<String>,
    policy: PolicyTable,
}

/// The policies of a site file, or of a file of terms.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    pub currency: Currency,
    pub zone: Zone,
    pub policies: Vec<(Scope, Policy)>,
}

impl PolicyFile {
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let source = Source::read(path)?;
        if toml::from_str::<toml::Table>(source.text()).is_ok_and(|file| file.contains_key("site"))
        {
            let SiteFile { currency, zone, policies, .. } = SiteFile::read(path)?;
            return Ok(Self { currency, zone, policies });
        }
        Self::from_source(&source)
    }

    pub fn of(name: &str, text: &str) -> Result<Self, Fault> {
        Self::from_source(&Source::of(name, text))
    }

    fn from_source(source: &Source) -> Result<Self, Fault> {
        let file: OwnFile = source.parse()?;
        let currency = Currency::try_from(file.currency.get_ref().clone())
            .map_err(|error| source.wrong(file.currency.span(), error))?;
        let zone = Zone::named(file.zone.get_ref())
            .map_err(|error| source.wrong(file.zone.span(), error))?;
        let policies = Reader { source, currency }.all(&file.policy)?;
        Ok(Self { currency, zone, policies })
    }
}

/// A scope in words.
pub fn scope_name(scope: &Scope) -> String {
    match scope {
        Scope::Site => "site".to_owned(),
        Scope::Building { building } => format!("building {building}"),
        Scope::Floor { building, floor } => format!("building {building}, floor {floor}"),
        Scope::Meter { meter } => format!("meter {meter}"),
    }
}

/// Reads tables over what is wider. What the terms do is tried later (`promises`), and told with a
/// timeline.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) currency: Currency,
}

impl Reader<'_> {
    /// The site's own policy and those of its parts, the widest first.
    pub(super) fn all(&self, table: &PolicyTable) -> Result<Vec<(Scope, Policy)>, Fault> {
        for (key, place) in [("building", &table.building), ("floor", &table.floor)] {
            if let Some(place) = place {
                let what = format!("[policy] is the whole site's; put `{key}` into [[policy.at]]");
                return Err(self.source.wrong(place.span(), what));
            }
        }
        let site = self.over(&Policy::default(), table, None)?;
        let mut all = vec![(Scope::Site, site)];
        for floors in [false, true] {
            for part in table.at.iter().filter(|part| part.get_ref().floor.is_some() == floors) {
                let scope = self.scope(part)?;
                if all.iter().any(|(known, _)| *known == scope) {
                    return Err(self.source.wrong(part.span(), "this place is there twice"));
                }
                let wider = wider(&all, &scope);
                let policy = self.over(&wider, part.get_ref(), Some(part.span()))?;
                all.push((scope, policy));
            }
        }
        Ok(all)
    }

    fn scope(&self, part: &Spanned<PolicyTable>) -> Result<Scope, Fault> {
        let table = part.get_ref();
        let Some(building) = &table.building else {
            let what = "[[policy.at]] needs `building`, and `floor` for one floor of it";
            return Err(self.source.wrong(part.span(), what));
        };
        let building = building.get_ref().clone();
        if !table.at.is_empty() {
            return Err(self.source.wrong(part.span(), "[[policy.at]] holds no further `at`"));
        }
        Ok(match &table.floor {
            Some(floor) => Scope::Floor { building, floor: floor.get_ref().clone() },
            None => Scope::Building { building },
        })
    }

    /// A table over the wider terms; `whole` is where it stands, for what no key of it is to blame.
    pub(super) fn over(
        &self,
        wider: &Policy,
        table: &PolicyTable,
        whole: Option<std::ops::Range<usize>>,
    ) -> Result<Policy, Fault> {
        let mut policy = wider.clone();
        for off in &table.without {
            match off.get_ref().as_str() {
                "courtesy" => policy.courtesy = None,
                "after_delivery_hours" => policy.after_delivery = None,
                "emergency" => policy.emergency = None,
                "no_cut" => policy.no_cut = None,
                "load_limit" => policy.load_limit = None,
                "daily_limit" => policy.daily_limit = None,
                other => {
                    let what = format!("`{other}` is no term that can be left out");
                    return Err(self.source.wrong(off.span(), what));
                }
            }
        }
        let amounts = [
            (&table.low_credit, &mut policy.low_credit),
            (&table.last_credit, &mut policy.last_credit),
            (&table.restore_minimum, &mut policy.restore_minimum),
            (&table.overdraft, &mut policy.overdraft),
            (&table.least_sale, &mut policy.least_sale),
            (&table.most_sale, &mut policy.most_sale),
            (&table.hoarding_limit, &mut policy.hoarding_limit),
        ];
        for (written, amount) in amounts {
            if let Some(written) = written {
                *amount = self.amount(written)?;
            }
        }
        policy.low_days = table.low_days.as_ref().map_or(policy.low_days, |days| *days.get_ref());
        policy.last_days =
            table.last_days.as_ref().map_or(policy.last_days, |days| *days.get_ref());
        policy.mode = table.mode.unwrap_or(policy.mode);
        policy.protect_needs_two = table.protect_needs_two.unwrap_or(policy.protect_needs_two);
        policy.restore = table.restore.unwrap_or(policy.restore);
        if let Some(courtesy) = &table.courtesy {
            let after = courtesy.get_ref().closes_after_minutes;
            let closes_after = after.map(|minutes| Span::from_mins(i64::from(minutes)));
            policy.courtesy = Some(Courtesy { closes_after });
        }
        if let Some(hours) = &table.after_delivery_hours {
            policy.after_delivery = Some(Span::from_hours(i64::from(*hours.get_ref())));
        }
        if let Some(emergency) = &table.emergency {
            let EmergencyTable { limit, offer_at, start } = emergency.get_ref();
            let offer_at = offer_at.as_ref().map(|amount| self.amount(amount)).transpose()?;
            let offer_at = offer_at.unwrap_or(Money::ZERO);
            policy.emergency =
                Some(Emergency { limit: self.amount(limit)?, offer_at, start: *start });
        }
        if let Some(hours) = &table.no_cut {
            let read = hours::no_cut(hours.get_ref(), wider.no_cut.as_ref());
            policy.no_cut = Some(read.map_err(|what| self.source.wrong(hours.span(), what))?);
        }
        if let Some(limit) = &table.load_limit {
            let LoadTable { watts, delay_s, clear_s, most_a_day, reset_hour, .. } = limit.get_ref();
            let hours: Result<_, _> = limit.get_ref().hours.iter().map(hours::load).collect();
            policy.load_limit = Some(LoadLimit {
                power: watts.map(Power::from_watts),
                delay: Span::from_secs(i64::from(*delay_s)),
                clear_after: Span::from_secs(i64::from(*clear_s)),
                most_a_day: *most_a_day,
                reset_hour: *reset_hour,
                hours: hours.map_err(|what: String| self.source.wrong(limit.span(), what))?,
                not_in_no_cut_hours: limit.get_ref().not_in_no_cut_hours,
                until_operator: limit.get_ref().until_operator,
                accept_until_operator: limit.get_ref().accept_until_operator,
            });
        }
        if let Some(limit) = &table.daily_limit {
            let DailyTable { kwh, reset_hour, in_no_cut_hours } = limit.get_ref();
            let energy = Energy::parse_kwh(kwh.get_ref())
                .ok_or_else(|| self.source.wrong(kwh.span(), "kWh are written as \"10.5\""))?;
            let (reset_hour, in_no_cut_hours) = (*reset_hour, *in_no_cut_hours);
            policy.daily_limit = Some(DailyLimit { energy, reset_hour, in_no_cut_hours });
        }
        policy.well_formed().map_err(|wrong| self.blame(table, whole, &wrong))?;
        Ok(policy)
    }

    fn amount(&self, written: &Spanned<String>) -> Result<Money, Fault> {
        super::read_amount(self.source, written, self.currency)
    }

    /// The line of the key that is wrong.
    fn blame(
        &self,
        table: &PolicyTable,
        whole: Option<std::ops::Range<usize>>,
        wrong: &Wrong,
    ) -> Fault {
        fn span<T>(written: Option<&Spanned<T>>) -> Option<std::ops::Range<usize>> {
            written.map(Spanned::span)
        }
        let key = wrong.key.split('.').next().unwrap_or_default();
        let found = match key {
            "low_credit" => span(table.low_credit.as_ref()),
            "last_credit" => span(table.last_credit.as_ref()),
            "last_days" => span(table.last_days.as_ref()),
            "least_sale" => span(table.least_sale.as_ref()).or(span(table.most_sale.as_ref())),
            "courtesy" => span(table.courtesy.as_ref()),
            "after_delivery" => span(table.after_delivery_hours.as_ref()),
            "emergency" => span(table.emergency.as_ref()),
            "no_cut" => span(table.no_cut.as_ref()),
            "load_limit" => span(table.load_limit.as_ref()),
            "daily_limit" => span(table.daily_limit.as_ref()),
            _ => None,
        };
        match found {
            Some(span) => self.source.wrong(span, &wrong.what),
            None => match whole {
                Some(whole) => self.source.wrong(whole, wrong),
                None => self.source.wrong_whole(format!("[policy]: {wrong}")),
            },
        }
    }
}

/// The terms around a place.
pub(super) fn wider(all: &[(Scope, Policy)], scope: &Scope) -> Policy {
    let of = |scope: &Scope| {
        all.iter().find(|(known, _)| known == scope).map(|(_, policy)| policy.clone())
    };
    let around = match scope {
        Scope::Floor { building, floor: _ } => of(&Scope::Building { building: building.clone() }),
        Scope::Site | Scope::Building { .. } | Scope::Meter { .. } => None,
    };
    around.or_else(|| of(&Scope::Site)).unwrap_or_default()
}

/// The terms at a place.
pub(super) fn at(all: &[(Scope, Policy)], building: &str, floor: &str) -> Policy {
    let (building, floor) = (building.to_owned(), floor.to_owned());
    let own = Scope::Floor { building, floor };
    all.iter()
        .find(|(scope, _)| *scope == own)
        .map_or_else(|| wider(all, &own), |(_, policy)| policy.clone())
}
