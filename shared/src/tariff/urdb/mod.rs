//! Import of rates of the `OpenEI` Utility Rate Database (version 8 JSON) as tariff files.
//!
//! Numbers are read digit by digit. What a tariff file cannot express is refused by name; nothing is
//! left out silently. The database has no time zone and no currency, so both are handed in.

mod field;
mod write;

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::money::Currency;
use crate::tariff::Tariff;
use crate::time::{Timestamp, Zone};

use field::{Fields, Grid, Steps};

/// Why a rate was not imported; names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct UrdbError {
    pub field: String,
    pub message: String,
}

impl UrdbError {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// A rate with everything a tariff file has words for.
struct Rate {
    id: String,
    name: String,
    source: Option<String>,
    note: Option<String>,
    from: String,
    energy: Vec<Steps>,
    energy_grid: Grid,
    flat_demand: Vec<Steps>,
    flat_demand_months: Vec<usize>,
    demand: Vec<Steps>,
    demand_grid: Grid,
    interval: i64,
    /// Amount in 10⁻⁸ and its `per`.
    fixed: Option<(i64, &'static str)>,
    minimum: Vec<(i64, &'static str)>,
}

/// Fields that charge for something no tariff file has words for here. They may be there if they
/// are empty or zero.
const REFUSED: [&str; 12] = [
    "coincidentratestructure",
    "coincidentrateschedule",
    "demandratchetpercentage",
    "demandreactivepowercharge",
    "fueladjustmentsmonthly",
    "fuelAdjustmentsMonthly",
    "lookbackPercent",
    "lookbackRange",
    "lookbackMonths",
    "lookbackpercent",
    "lookbackrange",
    "lookbackmonths",
];

/// Turns one rate into the text of a tariff file. An API answer gives its first item.
pub fn import(text: &str, zone: &Zone, currency: Currency) -> Result<String, UrdbError> {
    let rate = read(text)?;
    let file = write::file(&rate, zone, currency);
    // What we print must be a tariff; otherwise the reason is the best there is to say.
    match Tariff::from_toml(&file) {
        Ok(_) => Ok(file),
        Err(error) => {
            Err(UrdbError::new("file", format!("the rate makes no valid tariff: {error}")))
        }
    }
}

fn read(text: &str) -> Result<Rate, UrdbError> {
    let json = |error: serde_json::Error| {
        UrdbError::new("file", format!("this is not a rate in JSON: {error}"))
    };
    let mut object: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).map_err(json)?;
    if let Some(items) = object.get("items") {
        let items: Vec<BTreeMap<String, Box<RawValue>>> =
            serde_json::from_str(items.get()).map_err(json)?;
        object = items
            .into_iter()
            .next()
            .ok_or_else(|| UrdbError::new("items", "there is no rate in it"))?;
    }
    let fields = Fields(object);
    for name in REFUSED {
        if fields.says_something(name) {
            return Err(UrdbError::new(name, "a tariff file has no word for it"));
        }
    }
    for (name, known) in [("flatdemandunit", "kW"), ("demandrateunit", "kW"), ("demandunits", "kW")]
    {
        if let Some(unit) = fields.text(name).filter(|unit| unit != known) {
            return Err(UrdbError::new(
                name,
                format!("demand in `{unit}` is not expressed; `{known}` is"),
            ));
        }
    }
    let energy = fields.structure("energyratestructure")?;
    if energy.is_empty() {
        return Err(UrdbError::new("energyratestructure", "the rate has no energy prices"));
    }
    let flat_demand = fields.structure("flatdemandstructure")?;
    let demand = fields.structure("demandratestructure")?;
    let rate = Rate {
        id: format!("urdb-{}", fields.text("label").unwrap_or_else(|| "rate".to_owned())),
        name: [fields.text("utility"), fields.text("name")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(": "),
        source: fields.text("uri").or_else(|| fields.text("source")),
        note: fields.text("description"),
        from: start(&fields)?,
        energy_grid: fields.grid("energyweekdayschedule", "energyweekendschedule", energy.len())?,
        flat_demand_months: fields.months("flatdemandmonths", flat_demand.len())?,
        demand_grid: fields.grid("demandweekdayschedule", "demandweekendschedule", demand.len())?,
        interval: interval(&fields)?,
        fixed: fixed(&fields)?,
        minimum: minimum(&fields)?,
        energy,
        flat_demand,
        demand,
    };
    one_ladder(&rate)?;
    Ok(rate)
}

impl Rate {
    /// The energy periods of a month, counted from 0.
    fn periods_of(&self, month: usize) -> impl Iterator<Item = usize> {
        let rows = [&self.energy_grid.weekday, &self.energy_grid.weekend];
        let hours = rows.map(|rows| rows.get(month).cloned().unwrap_or_default());
        hours.into_iter().flatten()
    }
}

/// All periods of a month climb one ladder, so their limits must be the same; and all limits of the
/// rate are by month, or all by day.
fn one_ladder(rate: &Rate) -> Result<(), UrdbError> {
    let stepped = || rate.energy.iter().enumerate().filter(|(_, steps)| !steps.limits.is_empty());
    if let Some((first, steps)) = stepped().next()
        && let Some((other, _)) = stepped().find(|(_, other)| other.daily != steps.daily)
    {
        let message = format!("steps in kWh and in kWh daily in one rate (period {first})");
        return Err(UrdbError::new(format!("energyratestructure[{other}]"), message));
    }
    for month in 0..12 {
        let limits = |period: usize| rate.energy.get(period).map(|steps| &steps.limits);
        let mut periods = rate.periods_of(month);
        let Some(first) = periods.next() else { continue };
        if let Some(other) = periods.find(|period| limits(*period) != limits(first)) {
            let message = format!(
                "other steps than those of period {first} in the same month ({})",
                month + 1
            );
            return Err(UrdbError::new(format!("energyratestructure[{other}]"), message));
        }
    }
    Ok(())
}

/// The first day; rates without one, or with the database's zero of 1969 and 1970, begin in 2000.
fn start(fields: &Fields) -> Result<String, UrdbError> {
    let unknown = || "2000-01-01".to_owned();
    let Some(text) = fields.text("startdate") else { return Ok(unknown()) };
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return Ok(if date.year() <= 1970 { unknown() } else { date.to_string() });
    }
    let seconds: i64 = text.parse().map_err(|_not_a_number| {
        UrdbError::new("startdate", format!("`{text}` is neither seconds since 1970 nor a date"))
    })?;
    // The database writes midnights of UTC.
    let at = Timestamp::from_millis(seconds.saturating_mul(1_000));
    let date = Zone::utc().date(at);
    Ok(if date.year() <= 1970 { unknown() } else { date.to_string() })
}

fn interval(fields: &Fields) -> Result<i64, UrdbError> {
    match fields.number("demandwindow", 0)? {
        None | Some(0) => Ok(15),
        Some(minutes) if (1..=60).contains(&minutes) && 60 % minutes == 0 => Ok(minutes),
        Some(minutes) => Err(UrdbError::new(
            "demandwindow",
            format!("an interval of {minutes} minutes is not expressed"),
        )),
    }
}

fn fixed(fields: &Fields) -> Result<Option<(i64, &'static str)>, UrdbError> {
    let mut found = None;
    for (amount, units) in
        [("fixedchargefirstmeter", Some("fixedchargeunits")), ("fixedmonthlycharge", None)]
    {
        let Some(value) = fields.number(amount, 8)?.filter(|value| *value != 0) else { continue };
        let per = units.map_or(Ok("month"), |units| per(fields, units))?;
        if found.replace((value, per)).is_some() {
            return Err(UrdbError::new(amount, "the fixed charge is given twice"));
        }
    }
    Ok(found)
}

fn minimum(fields: &Fields) -> Result<Vec<(i64, &'static str)>, UrdbError> {
    let mut found = Vec::new();
    for (amount, units, plain) in [
        ("mincharge", Some("minchargeunits"), ""),
        ("minmonthlycharge", None, "month"),
        ("annualmincharge", None, "year"),
    ] {
        let Some(value) = fields.number(amount, 8)?.filter(|value| *value != 0) else { continue };
        if value < 0 {
            return Err(UrdbError::new(amount, "a minimum below zero is not expressed"));
        }
        let per = units.map_or(Ok(plain), |units| per(fields, units))?;
        found.push((value, per));
    }
    Ok(found)
}

fn per(fields: &Fields, name: &str) -> Result<&'static str, UrdbError> {
    match fields.text(name).as_deref() {
        Some("$/month") | None => Ok("month"),
        Some("$/day") => Ok("day"),
        Some("$/year") => Ok("year"),
        Some(other) => Err(UrdbError::new(
            name,
            format!("`{other}` is not expressed; $/month, $/day and $/year are"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::Energy;
    use crate::tariff::{ChargeState, Class};

    /// Weekdays 16 to 21 in June to September are period 1, all else period 0; steps of 300 kWh.
    fn rate(change: &str, by: &str) -> String {
        let hours = |peak: bool| {
            let row: Vec<&str> = (0..24)
                .map(|hour| if peak && (16..21).contains(&hour) { "1" } else { "0" })
                .collect();
            format!("[{}]", row.join(","))
        };
        let rows = |summer: bool| {
            let rows: Vec<String> =
                (0..12).map(|month| hours(summer && (5..9).contains(&month))).collect();
            format!("[{}]", rows.join(","))
        };
        let (weekday, weekend) = (rows(true), rows(false));
        format!(
            r#"{{"items":[{{"label":"5b0","utility":"Light & Power","name":"TOU \"A\"","startdate":1546300800,
"energyratestructure":[[{{"max":300,"rate":0.1,"adj":0.002,"unit":"kWh"}},{{"rate":1.2e-1,"unit":"kWh"}}],
[{{"max":300,"rate":0.25}},{{"rate":0.31}}]],
"energyweekdayschedule":{weekday},"energyweekendschedule":{weekend},
"flatdemandstructure":[[{{"rate":5.5}}],[{{"max":10,"rate":7}},{{"rate":9.25}}]],"flatdemandunit":"kW",
"flatdemandmonths":[0,0,0,0,0,1,1,1,1,0,0,0],
"demandratestructure":[[{{"rate":0}}],[{{"rate":12}}]],
"demandweekdayschedule":{weekday},"demandweekendschedule":{weekend},
"fixedchargefirstmeter":0.25,"fixedchargeunits":"$/day","mincharge":10,"minchargeunits":"$/month",
"lookbackPercent":0,"energycomments":"read me"}}]}}"#
        )
        .replace(change, by)
    }

    fn zone() -> Zone {
        Zone::named("America/Chicago").unwrap()
    }

    fn usd() -> Currency {
        Currency::try_from("USD".to_owned()).unwrap()
    }

    #[test]
    fn a_rate_with_steps_periods_and_demand_is_imported_and_priced() {
        let file = import(&rate("~", "~"), &zone(), usd()).unwrap();
        let tariff = Tariff::from_toml(&file).unwrap();
        assert_eq!(
            (tariff.id().0.as_str(), tariff.name()),
            ("urdb-5b0", "Light & Power: TOU \"A\"")
        );
        let at = |text: &str| tariff.zone().at(text.parse().unwrap());
        assert_eq!(
            tariff.zone().date(tariff.versions()[0].effective_from()).to_string(),
            "2019-01-01"
        );
        let bill = |day: &str, from: &str, kwh| {
            let date: jiff::civil::Date = day.parse().unwrap();
            let mut state =
                ChargeState::open(&tariff, tariff.zone().start_of(date.first_of_month()));
            let start = at(&format!("{day}T{from}"));
            let hour = start + crate::time::Span::from_hours(1);
            state.advance(&tariff, start, hour, Energy::from_kwh(kwh)).unwrap();
            let end = tariff.zone().start_of(date.last_of_month().tomorrow().unwrap());
            state.advance(&tariff, hour, end, Energy::ZERO).unwrap();
            let bill = state.bill(&tariff, true);
            [Class::Energy, Class::Demand, Class::Fixed, Class::Minimum]
                .map(|class| bill.class_total(class).to_string())
        };
        // 300 × 0.25 + 20 × 0.31; 320 kW: 10 × 7 + 310 × 9.25 flat, and 320 × 12 in the peak.
        assert_eq!(bill("2025-07-15", "17:00", 320), ["81.2", "6777.5", "7.75", "0"]);
        // A Saturday in winter: 0.102 a kWh and 5.5 a kW, topped up to 10.
        assert_eq!(bill("2025-02-15", "17:00", 0), ["0", "0", "7", "3"]);
        assert_eq!(bill("2025-02-15", "17:00", 2), ["0.204", "11", "7", "0"]);
    }

    #[test]
    fn what_cannot_be_expressed_is_refused_by_name() {
        for (change, by, field) in [
            ("\"unit\":\"kWh\"", "\"unit\":\"kWh/kW\"", "energyratestructure[0][0].unit"),
            ("\"rate\":0.31", "\"rate\":0.31,\"sell\":0.05", "energyratestructure[1][1].sell"),
            ("\"rate\":0.31", "\"rte\":0.31", "energyratestructure[1][1].rte"),
            ("\"rate\":0.31", "\"adj\":null", "energyratestructure[1][1].rate"),
            ("\"rate\":0.31", "\"rate\":0.123456789", "energyratestructure[1][1].rate"),
            (
                "[{\"max\":300,\"rate\":0.25}",
                "[{\"max\":200,\"rate\":0.25}",
                "energyratestructure[1]",
            ),
            ("\"flatdemandunit\":\"kW\"", "\"flatdemandunit\":\"kVA\"", "flatdemandunit"),
            ("\"lookbackPercent\":0", "\"lookbackPercent\":80", "lookbackPercent"),
            ("\"$/day\"", "\"$/bill\"", "fixedchargeunits"),
            ("\"max\":10,", "", "flatdemandstructure[1][0].max"),
            ("\"flatdemandmonths\":[0,", "\"flatdemandmonths\":[7,", "flatdemandmonths"),
            (
                "\"energyweekendschedule\":[[0,",
                "\"energyweekendschedule\":[[",
                "energyweekendschedule",
            ),
        ] {
            let refused = import(&rate(change, by), &zone(), usd()).unwrap_err();
            assert_eq!(refused.field, field, "{refused}");
        }
        assert_eq!(import("{", &zone(), usd()).unwrap_err().field, "file");
    }
}
