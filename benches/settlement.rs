//! Settling one reading, from the meter's report to the exact credit and the decision about supply,
//! beside a bare loop of the same multiplication on plain integers.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use shared::energy::{Energy, Power, Register};
use shared::id::{AccountId, Book, IdempotencyKey, MeterId, StaffId, TariffId};
use shared::meter::{Contact, Health, Limits, Live, Quality, Report, Telegram};
use shared::money::Money;
use shared::policy::Policy;
use shared::site::{Command, Order, Site};
use shared::time::{Span, Timestamp, Zone};
use shared::vend::Tender;

const TARIFF: &str = include_str!("../server/tariffs/demo-residential.toml");
const METERS: u32 = 1_000;

struct Bench {
    site: Site,
    now: Timestamp,
    register: Register,
}

impl Bench {
    fn new() -> Self {
        let now = Timestamp::parse("2026-07-01T12:00:00+08:00").expect("an instant");
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let mut bench = Self { site: Site::new(zone), now, register: Register::from_mwh(0) };
        bench.order(Command::PublishTariff { text: TARIFF.to_owned(), approved_by: None });
        for n in 0..METERS {
            let (account, meter) = (AccountId(n), MeterId(n));
            let (tariff, policy) = (TariffId("demo-residential".to_owned()), Policy::default());
            let opening = Money::from_minor(1_000_000);
            bench.order(Command::OpenAccount { account, tariff, policy, opening });
            let limits = Limits {
                most_power: Power::from_watts(20_000),
                step: Energy::from_wh(10),
                wraps_at: None,
            };
            bench.order(Command::BindMeter { account, meter, limits });
        }
        bench.round(Span::from_secs(1));
        bench.round(Span::from_secs(1));
        bench
    }

    fn order(&mut self, command: Command) {
        let order =
            Order { book: Book::Simulated, now: self.now, by: StaffId(0), key: None, command };
        self.site.carry_out(&order).expect("the bench asks nothing unlawful");
    }

    fn report(&self, meter: MeterId) -> Report {
        let contact = Contact::Closed;
        let health = Health { quality: Quality::Good, contact, attempts: 0, polls: 1, failures: 0 };
        let look = Ok(Telegram { import: self.register, live: Live::default(), contact });
        Report { meter, book: Book::Simulated, at: self.now, look, health, again: None }
    }

    /// One reading of every meter, `later` after the last.
    fn round(&mut self, later: Span) {
        self.now = self.now + later;
        self.register = self.register.plus(Energy::from_wh(10));
        for n in 0..METERS {
            black_box(self.site.report(&self.report(MeterId(n))));
        }
    }
}

fn settlement(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("settlement");
    group.throughput(criterion::Throughput::Elements(METERS.into()));
    group.bench_function("yardstick: bare i64 loop", |bencher| {
        let mut posted = vec![0_i64; 1_000];
        bencher.iter(|| {
            for cell in &mut posted {
                *cell =
                    cell.wrapping_add(black_box(53_830_000_i64).wrapping_mul(black_box(10_000)));
            }
            black_box(&posted);
        });
    });
    group.bench_function("reading inside a stretch of equal prices", |bencher| {
        let mut bench = Bench::new();
        bencher.iter(|| bench.round(Span::from_millis(10)));
    });
    group.bench_function("reading that crosses a price boundary and is posted", |bencher| {
        bencher.iter_batched_ref(
            Bench::new,
            |bench| bench.round(Span::from_hours(6)),
            BatchSize::LargeInput,
        );
    });
    group.finish();

    criterion.bench_function("sale: exact credit, allocation, receipt", |bencher| {
        let mut bench = Bench::new();
        let mut n = 0_u32;
        bencher.iter(|| {
            n += 1;
            let key = IdempotencyKey::try_from(format!("bench-key-{n}")).ok();
            let (account, tender) = (AccountId(n % METERS), Tender::Cash);
            let amount = Money::from_minor(100);
            let command =
                Command::Sell { account, amount, tender, handed: None, reference: String::new() };
            black_box(bench.site.carry_out(&Order {
                book: Book::Simulated,
                now: bench.now,
                by: StaffId(0),
                key,
                command,
            }))
        });
    });
}

criterion_group!(benches, settlement);
criterion_main!(benches);
