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
