//! The tariff engine alone: one reading that crosses no boundary (with the exact credit after it),
//! and a year of quarter-hours under three periods, three steps and a demand charge; beside a bare
//! loop of the same multiplication on plain integers.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shared::energy::Energy;
use shared::tariff::{ChargeState, Tariff};
use shared::time::{Span, Timestamp};

const TARIFF: &str = r#"
id = "bench"
currency = "CNY"
zone = "Asia/Shanghai"
[[versions]]
from = "2020-01-01"
schedule = [
  { windows = ["08:00-11:00", "18:00-22:00"], period = "peak" },
  { windows = ["06:00-08:00", "11:00-18:00"], period = "flat" },
  { windows = "22:00-06:00", period = "valley" },
]
[versions.energy]
prices = { peak = "0.6180", flat = "0.5380", valley = "0.3080" }
ladder = { kind = "additive", reset = "year", limits = ["2760", "4800"], adders = ["0", "0.05", "0.30"] }
[versions.demand]
price = "40.8"
"#;

/// Quarter-hours of a year with 365 days.
const QUARTERS: u32 = 35_040;
const QUARTER: Span = Span::from_mins(15);

fn start() -> Timestamp {
    Timestamp::parse("2025-01-01T00:00:00+08:00").expect("an instant")
}

fn tariff(criterion: &mut Criterion) {
    let tariff = Tariff::from_toml(TARIFF).expect("a tariff");
    let loads: Vec<i64> = (0..i64::from(QUARTERS)).map(|n| n * 7_919 % 500_000).collect();

    let mut group = criterion.benchmark_group("tariff");
    group.bench_function("settle one reading, no boundary", |bencher| {
        let mut state = ChargeState::open(&tariff, start());
        let mut at = start();
        // An hour of readings at a time: the position stays inside one period.
        let again = ChargeState::open(&tariff, start());
        bencher.iter(|| {
            let next = at + Span::from_millis(1);
            state.advance(&tariff, at, next, Energy::from_mwh(black_box(10))).expect("priced");
            at = next;
            if at - start() >= Span::from_mins(14) {
                (state, at) = (again.clone(), start());
            }
            black_box(state.owed(&tariff))
        });
    });
    group.throughput(Throughput::Elements(QUARTERS.into()));
    group.bench_function("a year of quarter-hours", |bencher| {
        bencher.iter(|| {
            let mut state = ChargeState::open(&tariff, start());
            let mut at = start();
            for &mwh in &loads {
                let next = at + QUARTER;
                state.advance(&tariff, at, next, Energy::from_mwh(mwh)).expect("priced");
                at = next;
            }
            black_box(state.post(&tariff))
        });
    });
    group.bench_function("yardstick: a bare i64 loop over the same year", |bencher| {
        bencher.iter(|| {
            let price = black_box(53_830_000_i64);
            let products = loads.iter().map(|&mwh| mwh.wrapping_mul(price));
            black_box(products.fold(0_i64, i64::wrapping_add))
        });
    });
    group.finish();
}

criterion_group!(benches, tariff);
criterion_main!(benches);
