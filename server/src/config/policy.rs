//! The `[policy]` tables of a site file: the site's own, those of buildings and floors, a meter's.
//! What a nearer table leaves out is as in the next wider one.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use shared::energy::{Energy, Power};
use shared::money::{Currency, Money};
use shared::policy::{
    CivilDay, Courtesy, DailyLimit, DaySpan, Emergency, EmergencyStart, LoadLimit, Mode, NextTable,
    NoCutHours, Policy, RestoreMode, Scope, Warning, Week, Wrong,
};
use shared::time::{Span, Timestamp, Zone};
use toml::Spanned;

use super::SiteFile;
use super::source::Source;
use crate::cli::Fault;

/// Terms as they are written; amounts as text, such as "20.00".
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyTable {
    /// Where it holds, in `[[policy.at]]` only.
    building: Option<Spanned<String>>,
    floor: Option<Spanned<String>>,
    /// Tables of buildings and floors, in `[policy]` only.
    #[serde(default)]
    at: Vec<Spanned<PolicyTable>>,
    /// Terms of the wider table that do not hold here.
    #[serde(default)]
    without: Vec<Spanned<String>>,
    low_credit: Option<Spanned<String>>,
    low_days: Option<Spanned<u16>>,
    last_credit: Option<Spanned<String>>,
    last_days: Option<Spanned<u16>>,
    restore_minimum: Option<Spanned<String>>,
    overdraft: Option<Spanned<String>>,
    least_sale: Option<Spanned<String>>,
    most_sale: Option<Spanned<String>>,
    hoarding_limit: Option<Spanned<String>>,
    mode: Option<Mode>,
    restore: Option<RestoreMode>,
    courtesy: Option<Spanned<CourtesyTable>>,
    after_delivery_hours: Option<Spanned<u16>>,
    emergency: Option<Spanned<EmergencyTable>>,
    no_cut: Option<Spanned<NoCutTable>>,
    load_limit: Option<Spanned<LoadTable>>,
    daily_limit: Option<Spanned<DailyTable>>,
    protect_needs_two: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourtesyTable {
    closes_after_minutes: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmergencyTable {
    limit: Spanned<String>,
    offer_at: Option<Spanned<String>>,
    #[serde(default)]
    start: EmergencyStart,
}

type NoCutTable = BTreeMap<String, Entry>;

/// What a key of `no_cut` may hold.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Spans(Vec<String>),
    Minutes(u16),
    Flag(bool),
    Time(String),
    Table(BTreeMap<String, Entry>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoadTable {
    watts: i64,
    #[serde(default = "ten")]
    delay_s: u16,
    #[serde(default = "sixty")]
    clear_s: u16,
    #[serde(default = "three")]
    most_a_day: u8,
    #[serde(default = "six")]
    reset_hour: i8,
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
struct DailyTable {
    kwh: Spanned<String>,
    #[serde(default)]
    reset_hour: i8,
    #[serde(default)]
    in_no_cut_hours: bool,
}

const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

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
        let file: OwnFile =
            toml::from_str(source.text()).map_err(|error| source.unreadable(&error))?;
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

/// Reads tables over what is wider.
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
            let read = no_cut(hours.get_ref(), wider.no_cut.as_ref());
            policy.no_cut = Some(read.map_err(|what| self.source.wrong(hours.span(), what))?);
        }
        if let Some(limit) = &table.load_limit {
            let LoadTable { watts, delay_s, clear_s, most_a_day, reset_hour } = *limit.get_ref();
            policy.load_limit = Some(LoadLimit {
                power: Power::from_watts(watts),
                delay: Span::from_secs(i64::from(delay_s)),
                clear_after: Span::from_secs(i64::from(clear_s)),
                most_a_day,
                reset_hour,
            });
        }
        if let Some(limit) = &table.daily_limit {
            let DailyTable { kwh, reset_hour, in_no_cut_hours } = limit.get_ref();
            let energy = Energy::parse_kwh(kwh.get_ref())
                .ok_or_else(|| self.source.wrong(kwh.span(), "kWh are written as \"10.5\""))?;
            let (reset_hour, in_no_cut_hours) = (*reset_hour, *in_no_cut_hours);
            policy.daily_limit = Some(DailyLimit { energy, reset_hour, in_no_cut_hours });
        }
        policy.check().map_err(|wrong| self.blame(table, whole, &wrong))?;
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

fn no_cut(
    table: &BTreeMap<String, Entry>,
    wider: Option<&NoCutHours>,
) -> Result<NoCutHours, String> {
    let only_excluded = table.keys().all(|key| key == "excluded");
    let mut hours = match wider {
        Some(wider) if only_excluded => wider.clone(),
        Some(_) | None => NoCutHours::default(),
    };
    for (key, entry) in table {
        match (key.as_str(), entry) {
            ("warning_minutes", Entry::Minutes(minutes)) => {
                hours.warning = Warning(Span::from_mins(i64::from(*minutes)));
            }
            ("excluded", Entry::Flag(excluded)) => hours.excluded = *excluded,
            ("special", Entry::Table(days)) => hours.special = special(days)?,
            ("next", Entry::Table(next)) => hours.next = Some(next_table(next)?),
            (key, Entry::Spans(written)) => put(&mut hours.week, key, written)?,
            (key, _) => return Err(unknown(key)),
        }
    }
    Ok(hours)
}

fn next_table(table: &BTreeMap<String, Entry>) -> Result<NextTable, String> {
    let Some(Entry::Time(from)) = table.get("from") else {
        return Err("`next` needs `from`, such as \"2026-10-01T00:00:00+08:00\"".to_owned());
    };
    let from = Timestamp::parse(from).ok_or_else(|| {
        format!("next.from: `{from}` is not a time such as 2026-10-01T00:00:00+08:00")
    })?;
    let mut next = NextTable { from, week: Week::default(), special: BTreeMap::new() };
    for (key, entry) in table.iter().filter(|(key, _)| *key != "from") {
        match (key.as_str(), entry) {
            ("special", Entry::Table(days)) => next.special = special(days)?,
            (key, Entry::Spans(written)) => put(&mut next.week, key, written)?,
            (key, _) => return Err(unknown(key)),
        }
    }
    Ok(next)
}

fn special(days: &BTreeMap<String, Entry>) -> Result<BTreeMap<CivilDay, Vec<DaySpan>>, String> {
    let read = days.iter().map(|(day, entry)| {
        let date = CivilDay::parse(day)
            .ok_or_else(|| format!("special: `{day}` is not a date such as 2026-10-01"))?;
        let Entry::Spans(written) = entry else { return Err(unknown(day)) };
        Ok((date, spans(written)?))
    });
    read.collect()
}

fn put(week: &mut Week, key: &str, written: &[String]) -> Result<(), String> {
    let read = spans(written)?;
    for (name, day) in DAYS.iter().zip(&mut week.0) {
        let weekend = matches!(*name, "saturday" | "sunday");
        let meant = match key {
            "every_day" => true,
            "workdays" => !weekend,
            "weekend" => weekend,
            key => key == *name,
        };
        if meant {
            day.extend(&read);
        }
    }
    let known = DAYS.contains(&key) || matches!(key, "every_day" | "workdays" | "weekend");
    if known { Ok(()) } else { Err(unknown(key)) }
}

fn spans(written: &[String]) -> Result<Vec<DaySpan>, String> {
    let one = |text: &String| {
        DaySpan::parse(text).ok_or_else(|| format!("`{text}` is not a span such as 22:00-07:00"))
    };
    written.iter().map(one).collect()
}

fn unknown(key: &str) -> String {
    format!(
        "`{key}` is not known here, or holds something else; there are every_day, workdays, weekend, \
         monday to sunday, special, next, warning_minutes, excluded"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(Scope, Policy)>, String> {
        #[derive(Deserialize)]
        struct File {
            policy: PolicyTable,
        }
        let source = Source::of("site.toml", text);
        let file: File = toml::from_str(text).map_err(|e| source.unreadable(&e).to_string())?;
        let reader = Reader { source: &source, currency: Currency::CNY };
        reader.all(&file.policy).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_nearer_table_says_only_what_differs() {
        let text = r#"
[policy]
low_credit = "30.00"
emergency = { limit = "6.00", offer_at = "0.50" }
no_cut = { every_day = ["22:00-07:00"], special = { 2026-10-01 = ["00:00-24:00"] } }
[[policy.at]]
building = "7"
floor = "1"
without = ["emergency"]
[[policy.at]]
building = "7"
low_credit = "10.00"
no_cut = { excluded = true }
"#;
        let all = read(text).expect("policies");
        let [(_, site), (building, seven), (floor, first)] = all.as_slice() else {
            panic!("three policies: {all:?}")
        };
        assert_eq!(*building, Scope::Building { building: "7".to_owned() });
        assert!(matches!(floor, Scope::Floor { .. }));
        assert_eq!((site.low_credit.minor(), seven.low_credit.minor()), (3_000, 1_000));
        assert_eq!(first.low_credit.minor(), 1_000, "the floor has its building's");
        assert!(seven.emergency.is_some() && first.emergency.is_none());
        let hours = seven.no_cut.as_ref().expect("hours");
        assert!(hours.excluded && !hours.special.is_empty(), "excluded from the site's hours");
    }

    #[test]
    fn what_is_wrong_is_named_with_file_line_and_key() {
        let rows = [
            (
                "low_credit = \"2\"\nlast_credit = \"3\"",
                "site.toml:3: last_credit: the last warning",
            ),
            (
                "least_sale = \"9\"\nmost_sale = \"1\"",
                "site.toml:2: least_sale: is above most_sale",
            ),
            ("no_cut = { every_day = [\"22-07\"] }", "site.toml:2: no_cut: `22-07` is not a span"),
            ("no_cut = { every_dai = [] }", "site.toml:2: no_cut: `every_dai` is not known"),
            ("overdraft = \"-1\"", "site.toml:2: overdraft: an amount below zero"),
            ("load_limit = { watts = 0 }", "site.toml:2: load_limit: must be above zero"),
            ("load_limit = { watts = 9, clear_s = 5 }", "site.toml:2: load_limit: a switch rests"),
            ("courtesy = {}", "site.toml:2: courtesy: opens at the last warning"),
            ("without = [\"low\"]", "site.toml:2: without: `low` is no term"),
            ("building = \"7\"", "site.toml:2: building: [policy] is the whole site's"),
            ("[[policy.at]]\nfloor = \"1\"", "needs `building`"),
            ("daily_limit = { kwh = \"x\" }", "site.toml:2: daily_limit: kWh are written"),
            ("restore = \"later\"", "site.toml:2: restore: unknown variant"),
        ];
        for (text, what) in rows {
            let fault = read(&format!("[policy]\n{text}\n")).expect_err(text);
            assert!(fault.contains(what), "{text}: {fault}");
        }
    }
}
