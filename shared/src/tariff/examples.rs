//! Published examples, reproduced to the last digit.

use super::*;
use crate::energy::Energy;

const BASE: &str = r#"
id = "t"
currency = "CNY"
zone = "Asia/Shanghai"
"#;

fn tariff(body: &str) -> Tariff {
    Tariff::from_toml(&format!("{BASE}{body}")).unwrap_or_else(|error| panic!("{error}"))
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn kwh(text: &str) -> Energy {
    Energy::parse_kwh(text).expect("energy")
}

/// Charges `loads` one after the other from the start and bills them.
fn bill(tariff: &Tariff, loads: &[(&str, &str, &str)]) -> Bill {
    let mut state = ChargeState::open(tariff, at(loads[0].0));
    for (from, to, energy) in loads {
        state.advance(tariff, at(from), at(to), kwh(energy)).expect("a priced stretch");
    }
    state.bill(tariff, true)
}

const JIANGSU: &str = r#"
[[versions]]
from = "2024-01-01"
schedule = [
  { windows = "08:00-21:00", period = "peak" },
  { windows = "21:00-08:00", period = "valley" },
]
[versions.energy]
prices = { peak = "0.5583", valley = "0.3583" }
ladder = { kind = "additive", reset = "year", limits = [2760, 4800], adders = ["0", "0.05", "0.30"] }
"#;

#[test]
fn jiangsu_crosses_the_second_step_in_a_month() {
    let tariff = tariff(JIANGSU);
    let mut state = ChargeState::open(&tariff, at("2024-01-01T00:00:00+08:00"));
    let mut go = |from, to, energy| state.advance(&tariff, at(from), at(to), kwh(energy)).unwrap();
    go("2024-01-01T00:00:00+08:00", "2024-01-02T00:00:00+08:00", "2700");
    go("2024-02-01T08:00:00+08:00", "2024-02-01T21:00:00+08:00", "120");
    go("2024-02-01T21:00:00+08:00", "2024-02-02T08:00:00+08:00", "80");
    assert_eq!(state.bill(&tariff, true).total().to_string(), "102.66");
}

#[test]
fn the_ladder_runs_in_the_order_of_time() {
    let tariff = tariff(
        r#"
[[versions]]
from = "2024-01-01"
schedule = [
  { windows = "08:00-20:00", period = "peak" },
  { windows = "20:00-08:00", period = "off" },
]
[versions.energy]
prices.peak = ["0.30", "0.50"]
prices.off = ["0.10", "0.20"]
ladder = { reset = "month", limits = ["100"] }
"#,
    );
    let bill = bill(
        &tariff,
        &[
            ("2024-03-01T08:00:00+08:00", "2024-03-01T20:00:00+08:00", "60"),
            ("2024-03-01T20:00:00+08:00", "2024-03-02T08:00:00+08:00", "60"),
        ],
    );
    assert_eq!(bill.total().to_string(), "26");
}

macro_rules! published {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../server/tariffs/", $name, ".toml")))),*]
    };
}

/// The tariffs that come with the program.
const PUBLISHED: &[(&str, &str)] = published![
    "au-origin-ergon",
    "cn-four-band",
    "cn-js-residential",
    "cn-sh-commercial-two-part",
    "cn-zj-residential",
    "de-ruhpolding-single",
    "de-ruhpolding-two-rate",
    "demo-flat",
    "demo-residential",
    "gb-ni-economy-7",
    "gb-prepay-cap",
    "ke-domestic",
    "tw-taipower-residential",
    "us-pge-e-tou-c",
    "za-eskom-homelight-20a",
    "za-eskom-homelight-60a",
    "za-polokwane",
    "za-tshwane-domestic",
];

fn shipped(name: &str) -> Tariff {
    let (_, text) = PUBLISHED.iter().find(|(known, _)| *known == name).expect("a shipped tariff");
    Tariff::from_toml(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_shipped_tariff_is_right_and_named_after_its_file() {
    for (name, _) in PUBLISHED {
        assert_eq!(shipped(name).id().0, *name);
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../server/tariffs");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of tariffs")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().replace(".toml", ""))
        .collect();
    files.sort();
    let listed: Vec<String> = PUBLISHED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files, listed, "a tariff without a test");
}

/// One stretch of whole days in local time.
fn days(tariff: &Tariff, from: &str, to: &str, energy: &str) -> Reading {
    let day = |text: &str| tariff.zone().start_of(text.parse().expect("a date"));
    Reading { from: day(from), to: day(to), energy: kwh(energy) }
}

/// A local clock time.
fn clock(tariff: &Tariff, text: &str) -> Timestamp {
    tariff.zone().at(text.parse().expect("a civil time"))
}

/// Settles stretches of local time, each with its energy, then closes.
fn settle(tariff: &Tariff, stretches: &[(&str, &str, &str)]) -> Vec<Bill> {
    let load: Vec<Load> = stretches
        .iter()
        .map(|(from, to, energy)| {
            let reading =
                Reading { from: clock(tariff, from), to: clock(tariff, to), energy: kwh(energy) };
            Load { reading, reactive: None }
        })
        .collect();
    rate(tariff, &load, Grouping::Step).expect("priced").bills
}

fn totals(bills: &[Bill]) -> Vec<String> {
    bills.iter().map(|bill| bill.total().to_string()).collect()
}

#[test]
fn zhejiang_crosses_the_second_step_in_a_month() {
    let tariff = shipped("cn-zj-residential");
    let bills = settle(
        &tariff,
        &[
            ("2025-01-01T08:00", "2025-01-01T22:00", "2700"),
            ("2025-02-01T08:00", "2025-02-01T22:00", "120"),
            ("2025-02-01T22:00", "2025-02-02T08:00", "80"),
        ],
    );
    assert_eq!(totals(&bills), ["1533.6", "98.2"]);
    // 60 kWh at 0.5680, then 60 at 0.6180; the night is on the second step.
    let lines: Vec<_> = bills[1]
        .lines
        .iter()
        .map(|line| (line.period.as_deref().unwrap(), line.tier.unwrap(), line.amount.to_string()))
        .collect();
    assert_eq!(
        lines,
        [
            ("peak", 1, "34.08".to_owned()),
            ("peak", 2, "37.08".to_owned()),
            ("valley", 2, "27.04".to_owned())
        ]
    );
}

#[test]
fn eskom_s_blocks_are_counted_by_month_and_were_abolished() {
    let tariff = shipped("za-eskom-homelight-20a");
    let bill = |from, to| {
        let mut state = ChargeState::open(&tariff, clock(&tariff, from));
        let reading =
            Reading { from: clock(&tariff, from), to: clock(&tariff, to), energy: kwh("400") };
        state.advance(&tariff, reading.from, reading.to, reading.energy).unwrap();
        state.bill(&tariff, true)
    };
    let old = bill("2024-06-01T00:00", "2024-07-01T00:00");
    // 350 × 1.9028 + 50 × 2.1562 = 773.79, with 15 % 889.8585.
    assert_eq!(old.class_total(Class::Energy).to_string(), "773.79");
    assert_eq!(
        (old.total().to_string(), old.posted.minor()),
        ("889.8585".to_owned(), 77_379 + 11_607)
    );
    let new = bill("2025-06-01T00:00", "2025-07-01T00:00");
    assert_eq!(new.class_total(Class::Energy).to_string(), "864.44");
}

#[test]
fn pge_credits_the_baseline_of_the_days_of_the_month() {
    let tariff = shipped("us-pge-e-tou-c");
    // June 2026 has 30 days: 9.8 kWh a day are 294 kWh.
    let bills = settle(
        &tariff,
        &[
            ("2026-06-01T16:00", "2026-06-01T21:00", "100"),
            ("2026-06-01T21:00", "2026-06-02T16:00", "300"),
            ("2026-06-02T16:00", "2026-07-01T00:00", "0"),
        ],
    );
    let of = |component: &str| -> Exact {
        bills[0]
            .lines
            .iter()
            .filter(|line| line.component == component)
            .map(|line| line.amount)
            .sum()
    };
    assert_eq!(of("energy").to_string(), "172.06");
    assert_eq!(of("baseline").to_string(), "-23.9316");
    assert_eq!(of("base-services").to_string(), "23.8029");
    assert_eq!(bills[0].total().to_string(), "171.9313");
}

#[test]
fn ruhpolding_s_year_has_365_days() {
    let tariff = shipped("de-ruhpolding-two-rate");
    // Tuesday 2 January: 250 kWh HT, 100 kWh NT, and 31 days of 147.06 a year.
    let bills = settle(
        &tariff,
        &[
            ("2024-01-01T00:00", "2024-01-02T06:00", "0"),
            ("2024-01-02T06:00", "2024-01-02T22:00", "250"),
            ("2024-01-02T22:00", "2024-01-03T06:00", "100"),
            ("2024-01-03T06:00", "2024-02-01T00:00", "0"),
        ],
    );
    assert_eq!(bills[0].class_total(Class::Energy).to_string(), "137.135");
    // 147.06 · 31 / 365 = 12.4900273…
    assert_eq!(bills[0].class_total(Class::Fixed).to_string(), "227943/18250");
    assert_eq!(bills[0].posted.minor(), 13_714 + 1_249 + 2_843);
    let shown = bills[0].total().round(Rounding::HalfUp, tariff.currency());
    assert_eq!(shown.minor(), 17_805);
}

#[test]
fn ruhpolding_s_weekend_begins_on_saturday_at_13() {
    let tariff = shipped("de-ruhpolding-two-rate");
    for (time, period) in [
        ("2025-01-03T05:59", "NT"),
        ("2025-01-03T06:00", "HT"),
        ("2025-01-03T21:59", "HT"),
        ("2025-01-03T22:00", "NT"),
        ("2025-01-04T12:59", "HT"),
        ("2025-01-04T13:00", "NT"),
        ("2025-01-05T12:00", "NT"),
        ("2025-01-06T05:59", "NT"),
        ("2025-01-06T06:00", "HT"),
    ] {
        assert_eq!(tariff.period_at(clock(&tariff, time)), Some(period), "{time}");
    }
}

#[test]
fn taipower_charges_excess_demand_double_and_threefold() {
    let tariff = tariff(
        r#"
[[versions]]
from = "2025-10-01"
[versions.demand]
interval = 15
price = "223.6"
contract_kw = "100"
excess = [{ up_to = "10", times = "2" }, { times = "3" }]
"#,
    );
    // 115 kW for a quarter of an hour; 100 kW is paid in any case.
    for (energy, total) in
        [("28.75", "30186"), ("27.5", "26832"), ("25.25", "22807.2"), ("5", "22360")]
    {
        let bill =
            bill(&tariff, &[("2025-11-01T00:00:00+08:00", "2025-11-01T00:15:00+08:00", energy)]);
        assert_eq!(bill.total().to_string(), total, "{energy} kWh");
    }
}

#[test]
fn taipower_s_minimum_contains_its_tax() {
    let tariff = shipped("tw-taipower-residential");
    let bills = settle(&tariff, &[("2025-11-01T00:00", "2025-12-01T00:00", "10")]);
    assert_eq!(totals(&bills), ["100"]);
    assert_eq!(bills[0].class_total(Class::Tax).to_string(), "100/21");
    assert_eq!(bills[0].posted.minor(), 10_000);
}

#[test]
fn shanghai_s_power_factor_leaves_the_funds_out() {
    // Energy 4521.524, demand 26.528 kW × 40.8 = 1082.3424, factor 0.86: +2 % of 5418.516….
    let tariff = tariff(
        r#"
[[versions]]
from = "2025-01-01"
[versions.energy]
price = "0.668112"
[versions.funds]
kind = "levy"
price = "0.029115"
[versions.demand]
price = "40.8"
[versions.power-factor]
of = ["energy", "demand"]
table = [
  { from = "0.95", percent = "-0.75" },
  { from = "0.90", to = "0.94", at = "0.90", step = "-0.15" },
  { from = "0.70", to = "0.89", at = "0.90", step = "0.5" },
  { from = "0.65", to = "0.69", at = "0.70", percent = "10", step = "1" },
  { to = "0.64", at = "0.65", percent = "15", step = "2" },
]
"#,
    );
    let mut state = ChargeState::open(&tariff, at("2025-06-01T00:00:00+08:00"));
    state
        .advance(
            &tariff,
            at("2025-06-01T00:00:00+08:00"),
            at("2025-06-01T00:15:00+08:00"),
            kwh("6.632"),
        )
        .unwrap();
    state
        .advance(
            &tariff,
            at("2025-06-02T00:00:00+08:00"),
            at("2025-07-01T00:00:00+08:00"),
            kwh("4613.368"),
        )
        .unwrap();
    // 4620 kWh at 0.86 come with 2741 kvarh.
    state.add_reactive(kwh("2741"));
    let bill = state.bill(&tariff, true);
    let base = bill.class_total(Class::Energy).plus(bill.class_total(Class::Demand));
    assert_eq!(bill.class_total(Class::Demand).to_string(), "1082.3424");
    assert_eq!(bill.class_total(Class::PowerFactor), base.times(Ratio { num: 2, den: 100 }));
}

#[test]
fn the_power_factor_table_of_1983_is_reproduced() {
    let tariff = shipped("cn-sh-commercial-two-part");
    let version = &tariff.versions()[0];
    let factor = version.components.iter().find_map(|component| match &component.charge {
        version::Charge::PowerFactor(factor) => Some(factor),
        version::Charge::Volume(_)
        | version::Charge::Dynamic(_)
        | version::Charge::Fixed(_)
        | version::Charge::Demand(_)
        | version::Charge::Minimum(_)
        | version::Charge::Percent(_)
        | version::Charge::Tax(_) => None,
    });
    let factor = factor.expect("a power factor");
    for (hundredths, percent) in [
        (100, "-0.75"),
        (95, "-0.75"),
        (94, "-0.6"),
        (91, "-0.15"),
        (90, "0"),
        (89, "0.5"),
        (86, "2"),
        (70, "10"),
        (69, "11"),
        (65, "15"),
        (64, "17"),
        (60, "25"),
    ] {
        let adjustment = factor.adjustment(hundredths);
        let of_100 =
            Exact::from(crate::money::ExactCharge::from_e14(10_i128.pow(16))).times(adjustment);
        assert_eq!(of_100.to_string(), percent, "0.{hundredths}");
    }
}

#[test]
fn kenya_s_band_follows_from_three_months_and_holds_for_all_energy() {
    let tariff = shipped("ke-domestic");
    let mut state = ChargeState::open(&tariff, clock(&tariff, "2025-07-01T00:00"));
    let mut amounts = Vec::new();
    for (month, energy) in [(7, "120"), (8, "20"), (9, "40"), (10, "40")] {
        let from = tariff.zone().start_of(jiff::civil::date(2025, month, 1));
        let to = tariff.zone().start_of(jiff::civil::date(2025, month + 1, 1));
        state.advance(&tariff, from, to, kwh(energy)).unwrap();
        amounts.push(state.bill(&tariff, true).class_total(Class::Energy).to_string());
    }
    // Nothing to look back on: first band. Then means of 120, 70 and 60 kWh.
    assert_eq!(amounts, ["1456.8", "371.4", "660", "660"]);
    let bill = state.bill(&tariff, true);
    // October 2025: 660 + 147.6 + 61.528 + 0.496 + 3.2 + 33, and 16 % of 869.128.
    assert_eq!(bill.class_total(Class::Tax).to_string(), "139.06048");
    assert_eq!(bill.total().to_string(), "1044.88448");
}

#[test]
fn a_standing_charge_that_changes_in_the_month_is_charged_by_its_days() {
    let tariff = tariff(
        r#"
[[versions]]
from = "2025-01-01"
[versions.standing]
kind = "fixed"
amount = "7.70"
per = "day"
[[versions]]
from = "2025-04-16"
[versions.standing]
kind = "fixed"
amount = "8.20"
per = "day"
"#,
    );
    let bill = bill(&tariff, &[("2025-04-01T00:00:00+08:00", "2025-05-01T00:00:00+08:00", "0")]);
    // 15 days of the old price and 15 of the new one, not 231.00.
    assert_eq!(bill.total().to_string(), "238.5");
}

#[test]
fn the_ladder_keeps_its_place_between_settlements() {
    // 100 kWh at 1.0, above at 1.4, settled in two calls within one month.
    let tariff = tariff(
        r#"
[[versions]]
from = "2025-01-01"
[versions.energy]
price = ["1.0", "1.4"]
ladder = { reset = "month", limits = ["100"] }
"#,
    );
    let bill = bill(
        &tariff,
        &[
            ("2025-01-01T00:00:00+08:00", "2025-01-10T00:00:00+08:00", "100"),
            ("2025-01-10T00:00:00+08:00", "2025-01-20T00:00:00+08:00", "100"),
        ],
    );
    assert_eq!(bill.total().to_string(), "240");
}

#[test]
fn half_an_hour_past_is_not_the_full_hour() {
    // 08:30 has the price of 08:30; found wrong elsewhere, where minutes were dropped.
    let tariff = tariff(
        r#"
[[versions]]
from = "2025-01-01"
schedule = [{ windows = "07:30-21:30", period = "day" }, { windows = "21:30-07:30", period = "night" }]
[versions.energy]
prices = { day = "1", night = "0.5" }
"#,
    );
    for (time, period) in [
        ("2025-05-05T07:29:59+08:00", "night"),
        ("2025-05-05T07:30:00+08:00", "day"),
        ("2025-05-05T21:29:59+08:00", "day"),
        ("2025-05-05T21:30:00+08:00", "night"),
    ] {
        assert_eq!(tariff.period_at(at(time)), Some(period), "{time}");
    }
    let bill = bill(&tariff, &[("2025-05-05T07:00:00+08:00", "2025-05-05T08:00:00+08:00", "1")]);
    assert_eq!(bill.total().to_string(), "0.75");
}

#[test]
fn a_prepayment_customer_in_britain_pays_2_5814_pounds_a_day() {
    let tariff = shipped("gb-prepay-cap");
    let mut state = ChargeState::open(&tariff, clock(&tariff, "2025-02-03T00:00"));
    let Reading { from, to, energy } = days(&tariff, "2025-02-03", "2025-02-04", "8");
    state.advance(&tariff, from, to, energy).unwrap();
    assert_eq!(state.owed(&tariff).e14(), 258_140_000_000_000);
    let posted: Vec<i64> = state.post(&tariff).iter().map(|due| due.amount.minor()).collect();
    assert_eq!(posted, [194, 63], "never more than is owed");
}

#[test]
fn northern_ireland_s_night_moves_with_the_season() {
    let tariff = shipped("gb-ni-economy-7");
    for (time, period) in [
        ("2025-01-10T00:59", "day"),
        ("2025-01-10T01:00", "night"),
        ("2025-01-10T08:00", "day"),
        ("2025-07-10T01:59", "day"),
        ("2025-07-10T02:00", "night"),
        ("2025-07-10T08:59", "night"),
        ("2025-07-10T09:00", "day"),
    ] {
        assert_eq!(tariff.period_at(clock(&tariff, time)), Some(period), "{time}");
    }
}

#[test]
fn every_example_of_the_manual_is_right() {
    let manual = include_str!("../../../docs/tariffs.md");
    let mut examples = 0;
    for block in manual.split("```toml\n").skip(1) {
        let example = block.split("```").next().expect("the end of a block");
        let whole = example.contains("id = ");
        let text = if whole {
            example.to_owned()
        } else {
            format!("{BASE}[[versions]]\nfrom = \"2025-01-01\"\n{example}")
        };
        Tariff::from_toml(&text).unwrap_or_else(|error| panic!("{error} in:\n{text}"));
        examples += 1;
    }
    assert_eq!(examples, 14);
}
