//! One bad device must not spoil a line for the others: dead, slow and babbling units beside sound
//! ones, and the same line without them in the same run.
//!
//! The plant is about ten times as fast as a real bus at 9,600 baud, so that a test of seconds shows
//! what minutes would.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use server::headend::{HeadEnd, LineConfig, MeterConfig, Transport};
use shared::actor::port::Line;
use shared::id::{LineId, MeterId};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout_at};

use crate::harness::queueing::{Framing, Manner, listen, mannered};
use crate::headend::{hasty, line, meter, poll};

/// A sound answer.
const TURNAROUND: Duration = Duration::from_millis(4);

/// A bus behind a gateway with sound meters and those in `manners`, units from 1.
async fn bus(id: u16, units: u8, manners: &[(u8, Manner)]) -> (LineConfig, Vec<MeterConfig>) {
    let address = listen(mannered(TURNAROUND, manners), Framing::Rtu).await;
    let config = LineConfig {
        latency_ms: Some(0),
        quiet_ms: Some(60),
        timeout_ms: NonZeroU32::new(90),
        ..line(id, Transport::RtuTcp { address, baud: 38_400 })
    };
    (config, (1..=units).map(|unit| meter(id, unit, "eastron-sdm630")).collect())
}

fn start(buses: Vec<(LineConfig, Vec<MeterConfig>)>) -> HeadEnd {
    let (lines, meters): (Vec<_>, Vec<_>) = buses.into_iter().unzip();
    let (meters, clock) = (meters.concat(), Arc::new(server::clock::now));
    HeadEnd::start(&lines, &meters, &hasty(), clock).expect("the lines start")
}

/// Good polls of one meter that is asked again as soon as it has answered.
async fn greedy(line: Line, meter: MeterId, end: Instant) -> u32 {
    let mut good = 0;
    while let Ok(answer) = timeout_at(end, poll(&line, meter)).await {
        match answer {
            Ok(_telegram) => good += 1,
            Err(_fault) => sleep(Duration::from_millis(20)).await,
        }
    }
    good
}

#[actix_rt::test]
async fn one_dead_meter_of_eight_takes_little_from_the_other_seven() {
    let dead = [(8, Manner::Dead)];
    let headend = start(vec![bus(1, 7, &[]).await, bus(2, 8, &dead).await]);
    let lines = headend.lines();
    let end = Instant::now() + Duration::from_secs(10);
    let polls = |id: u16, units: u16| -> Vec<_> {
        (1..=units)
            .map(|unit| {
                let meter = MeterId(u32::from(id * 1_000 + unit));
                actix_rt::spawn(greedy(lines[&LineId(id)].clone(), meter, end))
            })
            .collect()
    };
    let (alone, beside) = (polls(1, 7), polls(2, 8));
    let mut sums = [0, 0];
    for (sum, polls) in sums.iter_mut().zip([alone, beside]) {
        for polls in polls {
            *sum += polls.await.expect("no task fell");
        }
    }
    let [alone, beside] = sums;
    assert!(alone > 70, "{alone} good polls prove nothing");
    assert!(beside * 100 >= alone * 85, "{beside} beside a dead meter, {alone} without");
}

/// When one meter that is asked once a period was read well.
async fn regular(
    line: Line,
    meter: MeterId,
    first: Instant,
    period: Duration,
    end: Instant,
) -> Vec<Instant> {
    let mut turn = interval_at(first, period);
    turn.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut good = Vec::new();
    while timeout_at(end, turn.tick()).await.is_ok() {
        if poll(&line, meter).await.is_ok() {
            good.push(Instant::now());
        }
    }
    good
}

#[actix_rt::test]
async fn sound_meters_keep_their_period_beside_dead_slow_and_babbling_ones() {
    let period = Duration::from_secs(2);
    let mut manners: Vec<_> = [2, 9, 16, 23, 30].map(|unit| (unit, Manner::Dead)).into();
    manners.extend([5, 14, 27].map(|unit| (unit, Manner::Slow(50))));
    manners.push((20, Manner::Babbling));
    let headend = start(vec![bus(1, 32, &manners).await]);
    let line = &headend.lines()[&LineId(1)];
    let begin = Instant::now();
    let end = begin + period * 7;
    let asked: Vec<_> = (1_u8..=32)
        .map(|unit| {
            let first = begin + period * u32::from(unit) / 32;
            let meter = MeterId(1_000 + u32::from(unit));
            (unit, actix_rt::spawn(regular(line.clone(), meter, first, period, end)))
        })
        .collect();
    for (unit, reads) in asked {
        let good = reads.await.expect("no task fell");
        let manner = manners.iter().find(|(other, _)| *other == unit).map(|(_, manner)| manner);
        match manner {
            Some(Manner::Dead | Manner::Babbling) => assert!(good.is_empty(), "unit {unit}"),
            Some(Manner::Slow(_)) => assert!(good.len() >= 4, "unit {unit}: {}", good.len()),
            None => {
                let (first, last) = (good.first().expect("reads"), good.last().expect("reads"));
                let gaps = u32::try_from(good.len() - 1).expect("few");
                assert!(gaps >= 5, "unit {unit} was read {gaps} times after the first");
                let mean = (*last - *first) / gaps;
                assert!(mean * 10 <= period * 12, "unit {unit} is read every {mean:?}");
            }
        }
    }
}
