//! One simulated meter through one civil day with a poll every quarter of an hour, beside a bare loop
//! over the very same stretches of power on plain integers; and the same day through the actors, with
//! line, billing and journal.

use std::hint::black_box;

use actix::Actor;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use shared::actor::port::{LineJob, LineRequest};
use shared::id::LineId;
use shared::time::{Span, Timestamp};
use simulator::bus::VirtualBus;
use simulator::load::{Curve, Desk, Key};
use simulator::meter::VirtualMeter;
use simulator::population::{Premise, premises};
use simulator::sandbox::{Sandbox, Unwatched, engine};
use simulator::scenario::{Scenario, WEEK};
use simulator::week::TARIFFS;

const POLLS: i64 = 96;

fn week() -> Scenario {
    Scenario::parse("week.toml", WEEK).expect("the week is a good scenario")
}

/// The quarter-hours of the day that begins here.
fn polls(begin: Timestamp) -> impl Iterator<Item = Timestamp> {
    (1..=POLLS).map(move |quarter| begin + Span::from_mins(15 * quarter))
}

/// The stretches of constant power of a premise's day, as (until, mW).
fn stretches(scenario: &Scenario, premise: &Premise) -> Vec<(i64, i64)> {
    let key = Key { seed: scenario.seed, entity: premise.meter.0 };
    let mut curve = Curve::default();
    Desk::new(scenario.calendar()).draw(&premise.load, key, scenario.begin(), &mut curve);
    curve.segments().iter().map(|one| (one.until.millis(), one.flow.active_mw)).collect()
}

/// Integrate, and show the register in whole steps at each poll: the least that any simulator does.
fn bare(begin: Timestamp, stretches: &[(i64, i64)]) -> i64 {
    let (mut work, mut at, mut shown) = (0_i64, begin.millis(), 0_i64);
    let mut rest = stretches.iter().peekable();
    for poll in polls(begin).map(Timestamp::millis) {
        while let Some((until, mw)) = rest.peek() {
            let next = poll.min(*until);
            work += mw * (next - at);
            at = next;
            if poll < *until {
                break;
            }
            rest.next();
        }
        shown = shown.wrapping_add(black_box(work / 36_000_000_000 * 10_000));
    }
    shown
}

fn meter_day(criterion: &mut Criterion) {
    let scenario = week();
    let begin = scenario.begin();
    let homes = premises(&scenario);
    let mut group = criterion.benchmark_group("meter_day");
    group.throughput(Throughput::Elements(1));
    for (name, room) in [("flat with appliances", "1203"), ("shop on a profile", "S3")] {
        let home = homes.iter().find(|home| home.name == room).expect("a room of the week");
        let stretches = stretches(&scenario, home);
        group.bench_function(format!("yardstick: bare loop, {name}"), |bencher| {
            bencher.iter(|| bare(begin, black_box(&stretches)));
        });
        group.bench_function(name, |bencher| {
            let meter = || {
                let (plate, load) = (home.plate.clone(), home.load.clone());
                let mut desk = Desk::new(scenario.calendar());
                desk.calendar.day(begin);
                let mut bus = VirtualBus::new(LineId(1), scenario.seed, desk);
                bus.connect(VirtualMeter::new(plate, scenario.seed, load, home.standing));
                bus
            };
            bencher.iter_batched_ref(
                meter,
                |bus| {
                    for now in polls(begin) {
                        let request = LineRequest { meter: home.meter, now, job: LineJob::Poll };
                        black_box(bus.answer(&request));
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn through_the_actors(criterion: &mut Criterion) {
    let scenario = week();
    let begin = scenario.begin();
    let mut group = criterion.benchmark_group("meter_day");
    group.throughput(Throughput::Elements(200)).sample_size(10);
    group.bench_function("200 meters through line, billing and journal", |bencher| {
        let engine = engine();
        let open = || {
            engine.block_on(async {
                let feed = Unwatched.start().recipient();
                let opened = Sandbox::open(&scenario, TARIFFS.map(str::to_owned), feed).await;
                opened.expect("the week opens")
            })
        };
        bencher.iter_batched_ref(
            open,
            |sandbox| {
                let day = sandbox.world.run_until(begin + Span::from_days(1), || true);
                engine.block_on(day).expect("the day runs to its end")
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, meter_day, through_the_actors);
criterion_main!(benches);
