//! What must hold for every tariff and every load.

use proptest::prelude::*;

use super::rate::{Grouping, Load, rate};
use super::*;
use crate::energy::Energy;
use crate::money::Money;
use crate::time::Span;

/// Everything at once: seasons, half-hour edges, a wrap-around window, day types, a yearly ladder, a
/// monthly one, free units, levies, demand with steps, fixed charges, a minimum, percentages, tax.
const RICH: &str = r#"
id = "rich"
currency = "EUR"
zone = "Europe/Berlin"

[calendars.de]
years = [2023, 2024, 2025, 2026]
dates = ["2024-12-25", "2025-01-01", "2025-12-25..2025-12-26"]

[[versions]]
from = "2024-01-01"
seasons.summer = "04-15..10-14"
days = [
  { name = "holiday", calendar = "de" },
  { name = "weekend", weekdays = ["sat", "sun"] },
]
schedule = [
  { season = "summer", windows = ["07:30-22:00"], period = "high" },
  { season = "summer", windows = ["22:00-07:30"], period = "low" },
  { season = "other", windows = ["06:00-21:30"], period = "high" },
  { season = "other", windows = ["21:30-06:00"], period = "low" },
  { days = ["holiday", "weekend"], windows = ["00:00-24:00"], period = "low", overlay = true },
]
[versions.energy]
prices = { high = ["0.31", "0.33", "0.37"], low = ["0.21", "0.2245", "0.28"] }
ladder = { reset = "year", limits = ["900", "2100"] }
[versions.block]
kind = "energy"
prices = { high = "0.01", low = "0.005" }
ladder = { kind = "additive", reset = "month", unit = "kWh/day", limits = ["3.5"], adders = ["0", "0.02"] }
free = { kwh = "20", reset = "month" }
[versions.levy]
price = "0.02050001"
[versions.metering]
kind = "fixed"
amount = "147.06"
per = "year"
[versions.standing]
kind = "fixed"
amount = "9.99"
per = "month"
[versions.demand]
interval = 15
limits_kw = ["2"]
price = ["1.10", "2.20"]
[versions.minimum]
amount = "60"
per = "month"
[versions.fund]
kind = "percent"
rate = "1.6"
of = ["energy", "demand"]
[versions.tax]
rate = "19"
"#;

/// The same with a second version from the middle of a month that changes nothing.
fn with_a_version_that_changes_nothing() -> String {
    let (head, version) = RICH.split_once("[[versions]]").expect("a version");
    let later = version.replace("2024-01-01", "2025-03-12");
    format!("{head}[[versions]]{version}[[versions]]{later}")
}

/// The same with the energy of each half-hour rounded before it is priced.
fn with_rounded_quantities() -> String {
    RICH.replace(
        "[calendars.de]",
        "quantity = { step = \"0.01\", every = 30, rounding = \"half-even\" }\n[calendars.de]",
    )
}

fn tariff(text: &str) -> Tariff {
    Tariff::from_toml(text).unwrap_or_else(|error| panic!("{error}"))
}

fn start() -> Timestamp {
    Timestamp::parse("2025-02-20T00:00:00+01:00").expect("an instant")
}

/// Loads of `minutes` each, from a start that meets two DST-free months and one with 23 hours.
fn load(minutes: i64, mwh: &[i64]) -> Vec<Load> {
    let mut at = start();
    let mut load = Vec::new();
    for &energy in mwh {
        let to = at + Span::from_mins(minutes);
        let reading = Reading { from: at, to, energy: Energy::from_mwh(energy) };
        load.push(Load { reading, reactive: None });
        at = to;
    }
    load
}

fn loads() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(0_i64..4_000_000, 1..1_500)
}

fn steps() -> impl Strategy<Value = i64> {
    prop_oneof![Just(15_i64), Just(30), Just(60), Just(7), Just(95)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn how_readings_are_grouped_changes_no_figure(mwh in loads(), minutes in steps(), seed: u64) {
        let load = load(minutes, &mwh);
        for tariff in [tariff(RICH), tariff(&with_rounded_quantities())] {
            let step = rate(&tariff, &load, Grouping::Step).unwrap();
            for grouping in [Grouping::Once, Grouping::Random(seed), Grouping::Random(seed ^ 1)] {
                prop_assert_eq!(&rate(&tariff, &load, grouping).unwrap(), &step);
            }
            let billed: Money = step.bills.iter().map(|bill| bill.posted).sum();
            prop_assert_eq!(billed, step.posted);
        }
    }

    #[test]
    fn charging_a_reading_in_pieces_leads_to_the_same_state(
        mwh in 0_i64..900_000_000,
        days in 1_i64..60,
        mut cuts in proptest::collection::vec(0_i64..86_400_000 * 60, 0..20),
        rounded: bool,
    ) {
        let text = if rounded { with_rounded_quantities() } else { RICH.to_owned() };
        let tariff = tariff(&text);
        let to = start() + Span::from_days(days);
        let reading = Reading { from: start(), to, energy: Energy::from_mwh(mwh) };
        let mut whole = ChargeState::open(&tariff, start());
        whole.advance(&tariff, reading.from, reading.to, reading.energy).unwrap();
        let mut pieces = ChargeState::open(&tariff, start());
        cuts.sort_unstable();
        for cut in cuts {
            pieces.advance_within(&tariff, reading, to.min(start() + Span::from_millis(cut))).unwrap();
            // What is not kept in the cache is kept in the state.
            let stored = serde_json::to_string(&pieces).unwrap();
            pieces = serde_json::from_str(&stored).unwrap();
        }
        pieces.advance_within(&tariff, reading, to).unwrap();
        prop_assert_eq!(pieces, whole);
    }

    #[test]
    fn the_quick_sum_is_the_sum(mwh in loads(), minutes in steps()) {
        let plain = "id = \"p\"\ncurrency = \"EUR\"\nzone = \"UTC\"\n[[versions]]\nfrom = \"2024-01-01\"\n\
            [versions.energy]\nprice = [\"0.31\", \"0.2245\"]\nladder = { reset = \"month\", limits = [\"900\"] }\n\
            [versions.standing]\nkind = \"fixed\"\namount = \"0.79343\"\nper = \"day\"\n\
            [versions.demand]\nlimits_kw = [\"2\"]\nprice = [\"1.10\", \"2.20\"]\nat_least_kw = \"1.5\"\n";
        let tariff = tariff(plain);
        let mut state = ChargeState::open(&tariff, start());
        for one in load(minutes, &mwh) {
            let reading = one.reading;
            state.advance(&tariff, reading.from, reading.to, reading.energy).unwrap();
            prop_assert_eq!(state.running_whole(&tariff), Some(state.running_total(&tariff).floor()));
        }
    }

    #[test]
    fn a_version_that_changes_nothing_changes_nothing(mwh in loads(), minutes in steps()) {
        let load = load(minutes, &mwh);
        let one = rate(&tariff(RICH), &load, Grouping::Once).unwrap();
        let two = rate(&tariff(&with_a_version_that_changes_nothing()), &load, Grouping::Once).unwrap();
        prop_assert_eq!(one, two);
    }

    #[test]
    fn more_energy_never_costs_less(mwh in loads(), place: prop::sample::Index, more in 1_i64..9_000_000) {
        let tariff = tariff(RICH);
        let mut more_mwh = mwh.clone();
        *place.get_mut(&mut more_mwh) += more;
        let total = |mwh: &[i64]| -> Exact {
            rate(&tariff, &load(15, mwh), Grouping::Once).unwrap().bills.iter().map(Bill::total).sum()
        };
        prop_assert!(total(&more_mwh) >= total(&mwh));
    }

    #[test]
    fn with_an_additive_ladder_the_order_of_use_does_not_matter(
        hours in proptest::collection::vec((any::<bool>(), 0_i64..90_000_000), 1..48),
    ) {
        let tariff = tariff(r#"
id = "t"
currency = "CNY"
zone = "Asia/Shanghai"
[[versions]]
from = "2024-01-01"
schedule = [{ windows = "00:00-12:00", period = "valley" }, { windows = "12:00-24:00", period = "peak" }]
[versions.energy]
prices = { peak = "0.5583", valley = "0.3583" }
ladder = { kind = "additive", reset = "year", limits = [276, 480], adders = ["0", "0.05", "0.30"] }
"#);
        // The same energy by period, day after day in two orders.
        let total = |hours: &[(bool, i64)]| {
            let mut at = Timestamp::parse("2025-01-01T00:00:00+08:00").unwrap();
            let mut load = Vec::new();
            for &(peak, mwh) in hours {
                let from = if peak { at + Span::from_hours(12) } else { at };
                let energy = Energy::from_mwh(mwh);
                load.push(Load { reading: Reading { from, to: from + Span::from_hours(1), energy }, reactive: None });
                at = at + Span::from_days(1);
            }
            rate(&tariff, &load, Grouping::Once).unwrap().bills.iter().map(Bill::total).sum::<Exact>()
        };
        let mut other = hours.clone();
        other.sort_unstable();
        prop_assert_eq!(total(&other), total(&hours));
    }

    #[test]
    fn a_tax_inside_prices_and_one_on_top_make_the_same_bill(mwh in loads(), standing in 0_i64..10_000) {
        // Net prices times 1.17 have finitely many digits, so both can be written down.
        let write = |prices: [&str; 2], standing: String, tax: &str| tariff(&format!(r#"
id = "t"
currency = "EUR"
zone = "Europe/Berlin"
[[versions]]
from = "2024-01-01"
[versions.energy]
price = ["{}", "{}"]
ladder = {{ reset = "month", limits = ["100"] }}
[versions.standing]
kind = "fixed"
amount = "{standing}"
per = "month"
[versions.fund]
kind = "percent"
rate = "5"
of = ["energy"]
[versions.tax]
{tax}
rate = "17"
"#, prices[0], prices[1]));
        let cents = |minor: i64| decimal(i128::from(minor), 4);
        let on_top = write(["0.3765", "0.4011"], cents(standing), "");
        let inside = write(["0.440505", "0.469287"], decimal(i128::from(standing) * 117, 6), "inclusive = true");
        let load = load(60, &mwh);
        let bills = |tariff: &Tariff| {
            let mut bills = rate(tariff, &load, Grouping::Once).unwrap().bills;
            for bill in &mut bills {
                // Rounded amounts are the one thing that differs: the price people see is rounded.
                bill.posted = Money::ZERO;
                bill.charges.clear();
            }
            bills
        };
        prop_assert_eq!(bills(&inside), bills(&on_top));
    }
}

#[test]
fn days_of_23_and_25_hours_are_days_and_their_hours_have_their_prices() {
    // Economy 7 in London, by the local clock and by a clock that stays on standard time; and five
    // more zones whose clocks change elsewhere in the year, by half an hour, or at midnight.
    for (zone, day, hours, low) in [
        ("Europe/London", "2025-03-30", 23, 6),
        ("Europe/London", "2025-10-26", 25, 8),
        ("Europe/Berlin", "2025-03-30", 23, 6),
        ("America/New_York", "2025-11-02", 25, 8),
        ("Australia/Sydney", "2025-04-06", 25, 8),
        ("America/Santiago", "2025-09-07", 23, 6),
        ("Asia/Shanghai", "2025-03-30", 24, 7),
    ] {
        for (clock, low) in [("local", low), ("standard", 7)] {
            let tariff = tariff(&format!(
                r#"
id = "t"
currency = "GBP"
zone = "{zone}"
clock = "{clock}"
[[versions]]
from = "2024-01-01"
schedule = [{{ windows = "00:00-07:00", period = "low" }}, {{ windows = "07:00-24:00", period = "high" }}]
[versions.energy]
prices = {{ low = "0.10", high = "0.30" }}
[versions.standing]
kind = "fixed"
amount = "0.60"
per = "day"
"#
            ));
            let date: jiff::civil::Date = day.parse().unwrap();
            let (from, to) =
                (tariff.zone().start_of(date), tariff.zone().start_of(date.tomorrow().unwrap()));
            assert_eq!((to - from).millis(), hours * 3_600_000, "{zone}");
            let mut state = ChargeState::open(&tariff, from);
            // One kWh an hour.
            state.advance(&tariff, from, to, Energy::from_kwh(hours)).unwrap();
            let bill = state.bill(&tariff, true);
            let of = |period: &str| {
                let line = bill.lines.iter().find(|line| line.period.as_deref() == Some(period));
                line.and_then(|line| line.energy).map(Energy::mwh)
            };
            assert_eq!(of("low"), Some(low * 1_000_000), "{zone} {clock} {day}");
            assert_eq!(of("high"), Some((hours - low) * 1_000_000), "{zone} {clock} {day}");
            assert_eq!(bill.class_total(Class::Fixed).to_string(), "0.6", "{zone} {clock} {day}");
        }
    }
}

#[test]
fn every_year_has_365_days_and_every_leap_year_366() {
    for zone in [
        "Europe/London",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Asia/Shanghai",
    ] {
        let tariff = tariff(&format!(
            r#"
id = "t"
currency = "EUR"
zone = "{zone}"
[[versions]]
from = "2023-01-01"
[versions.energy]
price = "0.25"
[versions.standing]
kind = "fixed"
amount = "1"
per = "day"
"#
        ));
        for (year, days) in [(2023, 365), (2024, 366), (2025, 365)] {
            let from = tariff.zone().start_of(jiff::civil::date(year, 1, 1));
            let to = tariff.zone().start_of(jiff::civil::date(year + 1, 1, 1));
            let hours = (to - from).millis() / 3_600_000;
            let energy = Energy::from_kwh(hours);
            let reading = Reading { from, to, energy };
            let rated = rate(&tariff, &[Load { reading, reactive: None }], Grouping::Once).unwrap();
            let fixed: Exact = rated.bills.iter().map(|bill| bill.class_total(Class::Fixed)).sum();
            assert_eq!(fixed.to_string(), days.to_string(), "{zone} {year}");
            let billed: Energy = rated.bills.iter().map(|bill| bill.energy).sum();
            assert_eq!((rated.bills.len(), billed), (12, energy), "{zone} {year}");
        }
    }
}
