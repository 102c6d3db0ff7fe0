//! What a wrong file is told.

use crate::tariff::Tariff;

/// A tariff that is right, with a place for a mistake in each part.
const RIGHT: &str = r#"id = "t"
currency = "CNY"
zone = "Asia/Shanghai"

[calendars.cn]
years = [2025, 2026]
dates = ["2025-01-01"]

[[versions]]
from = "2025-01-01"
[versions.energy]
price = "0.52"

[[versions]]
from = "2025-06-01"
seasons.summer = "06-01..09-30"
days = [{ name = "holiday", calendar = "cn" }, { name = "weekend", weekdays = ["sat", "sun"] }]
schedule = [
  { windows = "08:00-22:00", period = "peak" },
  { windows = "22:00-08:00", period = "valley" },
]
[versions.energy]
ladder = { reset = "year", limits = ["2760", "4800"] }
[versions.energy.prices]
peak = ["0.56", "0.61", "0.86"]
valley = ["0.28", "0.33", "0.58"]
[versions.standing]
kind = "fixed"
amount = "6"
per = "month"
[versions.demand]
price = "40.8"
[versions.fund]
kind = "percent"
rate = "5"
of = ["energy"]
[versions.tax]
rate = "13"
of = ["energy", "fund"]
[versions.power-factor]
of = ["energy"]
table = [{ from = "0.90", percent = "-1" }, { to = "0.89", percent = "1" }]
"#;

#[test]
fn a_refusal_names_the_place_and_the_line() {
    assert!(Tariff::from_toml(RIGHT).is_ok());
    let mut wrong = Vec::new();
    for (change, by, refusal) in [
        (
            "\n[calendars.cn]",
            "quantity = { step = \"0\", every = 30, rounding = \"half-even\" }\n[calendars.cn]",
            "quantity.step: a step of nothing rounds nothing; leave `quantity` out (line 4)",
        ),
        (
            "\n[calendars.cn]",
            "quantity = { step = \"0.01\", every = 7, rounding = \"half-even\" }\n[calendars.cn]",
            "quantity.every: an interval divides the hour: 5, 10, 15, 30 or 60 minutes (line 4)",
        ),
        (
            "\"Asia/Shanghai\"",
            "\"Asia/Atlantis\"",
            "zone: `Asia/Atlantis` is not a time zone of the IANA database, such as Asia/Shanghai (line 3)",
        ),
        (
            "\"CNY\"",
            "\"RMBX\"",
            "currency: `RMBX` is not a currency: three capital letters are expected, such as CNY (line 2)",
        ),
        (
            "id = \"t\"",
            "id = \"t t\"",
            "id: an id is made of letters, digits, `-` and `_` (line 1)",
        ),
        (
            "[\"0.56\", ",
            "[\"0,56\", ",
            "versions[1].energy.prices.peak[0]: `0,56` is not a price: digits with at most 8 decimals are expected, such as 0.5283 (line 25)",
        ),
        (
            "[\"0.56\", \"0.61\", \"0.86\"]",
            "\"0.56\"",
            "versions[1].energy.prices.peak: 1 prices stand here, but the ladder has 3 steps (line 25)",
        ),
        (
            "valley = [\"0.28\", \"0.33\", \"0.58\"]\n",
            "",
            "versions[1].energy.prices: the period `valley` has no price (line 24)",
        ),
        (
            "valley = [",
            "night = [",
            "versions[1].energy.prices.night: the schedule has no period `night` (line 26)",
        ),
        (
            "[\"2760\", \"4800\"]",
            "[\"2760\", \"2760\"]",
            "versions[1].energy.ladder.limits[1]: limits must increase, from above zero (line 23)",
        ),
        (
            "\"22:00-08:00\"",
            "\"22:00-07:30\"",
            "versions[1].schedule: no period is given from 07:30 to 08:00 (season: summer, days: holiday) (line 18)",
        ),
        (
            "\"22:00-08:00\"",
            "\"21:30-08:00\"",
            "versions[1].schedule[1].windows: 21:30 to 22:00 overlaps versions[1].schedule[0] (season: summer, days: holiday); a rule that goes before others says `overlay = true` (line 20)",
        ),
        (
            "\"22:00-08:00\"",
            "\"22:00-25:00\"",
            "versions[1].schedule[1].windows: `22:00-25:00` is not a window such as 22:00-06:00 (line 20)",
        ),
        (
            "{ windows = \"22:00-08:00\", period = \"valley\" }",
            "{ season = \"winter\", period = \"valley\" }",
            "versions[1].schedule[1].season: there is no season `winter` in this version (line 20)",
        ),
        (
            "calendar = \"cn\"",
            "calendar = \"de\"",
            "versions[1].days[0].calendar: there is no calendar `de` under [calendars] or [events] (line 17)",
        ),
        (
            "years = [2025, 2026]",
            "years = [2026]\n# 2025 is missing",
            "calendars.cn: 2025-01-01 lies in a year that `years` does not list (line 5)",
        ),
        (
            "dates = [\"2025-01-01\"]",
            "dates = [\"2025-02-30\"]",
            "calendars.cn.dates[0]: `2025-02-30` is not a date such as 2025-01-31 (line 7)",
        ),
        (
            "of = [\"energy\"]\n[versions.tax]",
            "of = [\"tax\"]\n[versions.tax]",
            "versions[1].fund: these are computed from each other in a circle: fund, tax (line 33)",
        ),
        (
            "of = [\"energy\", \"fund\"]",
            "of = [\"energy\", \"funds\"]",
            "versions[1].tax.of[1]: this version has no component `funds` (line 39)",
        ),
        (
            "rate = \"13\"",
            "rate = \"13\"\nrte = \"13\"",
            "versions[1].tax.rte: `rte` is not known here; is it spelt right? (line 39)",
        ),
        (
            "kind = \"fixed\"",
            "kind = \"fix\"",
            "versions[1].standing.kind: `fix` is none of: energy, dynamic, fixed, demand, minimum, power-factor, levy, percent, rebate, tax (line 28)",
        ),
        ("per = \"month\"", "", "versions[1].standing: `per` is missing (line 27)"),
        (
            "price = \"40.8\"",
            "price = \"-40.8\"",
            "versions[1].demand.price: an amount below zero is not expected here (line 32)",
        ),
        (
            "price = \"40.8\"",
            "price = \"40.8\"\ninterval = 45",
            "versions[1].demand.interval: an interval is a number of minutes that divides the hour (line 33)",
        ),
        (
            "{ to = \"0.89\", percent = \"1\" }",
            "{ to = \"0.85\", percent = \"1\" }",
            "versions[1].power-factor.table: no band holds the factor 0.86 (line 42)",
        ),
        (
            "from = \"2025-06-01\"",
            "from = \"2024-06-01\"",
            "versions[1].from: a version must start later than the one before it (line 15)",
        ),
        (
            "from = \"2025-06-01\"",
            "from = \"June\"",
            "versions[1].from: `June` is neither a date (2025-01-01) nor an instant with its offset (line 15)",
        ),
        (
            "price = \"0.52\"\n",
            "price = \"0.52\"\nprices.peak = \"1\"\n",
            "versions[0].energy.prices: prices by period need a [[versions.schedule]] that says when (line 13)",
        ),
        (
            "years = [2025, 2026]",
            "years = [2025, 2027]",
            "versions[1]: the calendar `cn` has no days for 2026, in which this version is in force (line 14)",
        ),
        ("id = \"t\"", "id = \"t", "file: this is not TOML"),
    ] {
        let text = RIGHT.replacen(change, by, 1);
        assert_ne!(text, RIGHT, "{change}");
        let said =
            Tariff::from_toml(&text).map_or_else(|error| error.to_string(), |_| "taken".to_owned());
        if !(said == refusal || (refusal.ends_with("TOML") && said.starts_with(refusal))) {
            wrong.push(format!("{said}\n   instead of\n{refusal}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_year_between_two_versions_must_be_in_the_calendar() {
    let text = RIGHT.replace("years = [2025, 2026]", "years = [2025, 2027]")
        + "\n[[versions]]\nfrom = \"2027-03-01\"\n[versions.energy]\nprice = \"0.5\"\n";
    let error = Tariff::from_toml(&text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "versions[1]: the calendar `cn` has no days for 2026, in which this version is in force (line 14)"
    );
}
