//! The head-end against devices: our own queueing gateway with seeded faults, and peers made by
//! others, on all three transports. Nothing that went wrong on a line may ever become a value.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use server::headend::{HeadEnd, LineConfig, LineStatus, MeterConfig, Status, Transport};
use shared::actor::port::{Line, LineJob, LineRequest};
use shared::energy::{Power, Register};
use shared::id::{LineId, MeterId};
use shared::meter::profile::Library;
use shared::meter::{CommFault, Contact, Observation, SwitchCommand, Telegram};
use shared::time::Timestamp;

use crate::harness::peers::{Cable, free_port, python, set_fault, silent_python};
use crate::harness::queueing::{FAULTS, Fault, Framing, Plant, listen, plant, serve, shown};
use crate::harness::within;

const SDM630: &str = include_str!("../../shared/profiles/eastron-sdm630.toml");
const COILS: &str = include_str!("../../shared/profiles/relay-coils.toml");

fn now() -> Timestamp {
    server_clock()
}

fn server_clock() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("the clock is set");
    Timestamp::from_millis(i64::try_from(since.as_millis()).expect("milliseconds fit"))
}

pub(crate) fn line(id: u16, transport: Transport) -> LineConfig {
    LineConfig {
        id: LineId(id),
        name: format!("line {id}"),
        transport,
        read_only: false,
        timeout_ms: None,
        latency_ms: None,
        quiet_ms: None,
        backoff_ms: None,
    }
}

/// An SDM630 with a relay board of one output at the same address.
pub(crate) fn meter(line: u16, unit: u8, profile: &str) -> MeterConfig {
    MeterConfig {
        meter: MeterId(u32::from(line) * 1_000 + u32::from(unit)),
        line: LineId(line),
        unit: unit.try_into().expect("a unit address"),
        profile: profile.to_owned(),
        ct: shared::meter::profile::Ratio::ONE,
        pt: shared::meter::profile::Ratio::ONE,
        relay: Some(server::headend::RelayConfig {
            line: None,
            unit: None,
            profile: "relay-coils".to_owned(),
            output: 1,
            feedback: Some(1),
            connected_when: server::headend::config::Output::On,
        }),
        serial: None,
        poll_s: NonZeroU32::MIN,
    }
}

fn start(lines: &[LineConfig], meters: &[MeterConfig], library: &Library) -> HeadEnd {
    HeadEnd::start(lines, meters, library, Arc::new(server_clock)).expect("the lines start")
}

async fn ask(line: &Line, meter: MeterId, job: LineJob) -> Observation {
    let request = LineRequest { meter, now: now(), job };
    let answer = tokio::time::timeout(Duration::from_secs(20), line.send(request)).await;
    answer.expect("a line answers every request").expect("a line does not fall")
}

pub(crate) async fn poll(line: &Line, meter: MeterId) -> Result<Telegram, CommFault> {
    ask(line, meter, LineJob::Poll).await.outcome
}

async fn status(headend: &HeadEnd, line: u16) -> LineStatus {
    headend.actors()[&LineId(line)].send(Status).await.expect("a line does not fall")
}

/// The built-in SDM630 and relay board without the pauses that real buses need.
pub(crate) fn hasty() -> Library {
    let mut library = Library::built_in();
    let sdm = SDM630.replace("turnaround_ms = 200", "turnaround_ms = 5");
    library.add("sdm630", &sdm.replace("switch_ms     = 100", "switch_ms = 0")).expect("a profile");
    let coils = COILS.replace("switch_ms     = 50", "switch_ms = 0");
    library.add("relay-coils", &coils).expect("a profile");
    library.add("triplets", TRIPLETS).expect("a profile");
    library
}

/// What the queueing peer's unit must be read as, exactly.
fn assert_is_of_unit(telegram: &Telegram, unit: u8, closed: bool) {
    let milli = |at: u16| {
        let thousandths = f64::from(shown(unit, closed, at)) * 1_000.0;
        Some(format!("{thousandths:.0}").parse::<i32>().expect("a whole number"))
    };
    let live = &telegram.live;
    assert_eq!(
        telegram.import,
        Register::from_mwh(i64::from(unit) * 1_000_000_000 + 500_000),
        "register of unit {unit}"
    );
    let watts = live.power.map(|power| 1_000 * i32::try_from(power.watts()).expect("small"));
    let [v1, v2, v3] = live.voltage_mv;
    let [i1, i2, i3] = live.current_ma;
    let (power, first_phase) = if v3.is_some() { (watts, None) } else { (None, watts) };
    for (at, value) in [
        (0x00, v1),
        (0x02, v2),
        (0x04, v3),
        (0x06, i1),
        (0x08, i2),
        (0x0A, i3),
        (0x0C, first_phase),
        (0x34, power),
        (0x46, live.frequency_mhz),
    ] {
        assert!(value.is_none() || value == milli(at), "unit {unit}, {at:#x}: {value:?}");
    }
    let contact = if closed { Contact::Closed } else { Contact::Open };
    assert!(
        [contact, Contact::Unknown].contains(&telegram.contact),
        "unit {unit}: contact {:?}, in truth {contact:?}",
        telegram.contact
    );
}

#[derive(Default)]
struct Tally {
    good: u64,
    faults: u64,
}

/// Polls one unit, and now and then switches it, until the plant has answered `requests`.
async fn work(line: Line, plant: Plant, unit: u8, meter: MeterId, requests: u64) -> Tally {
    let mut tally = Tally::default();
    let mut turn = u64::from(unit);
    while plant.lock().expect("no test panicked").requests < requests {
        turn += 1;
        let job = match turn % 16 {
            3 => LineJob::Switch(SwitchCommand::Open),
            9 => LineJob::Switch(SwitchCommand::Close),
            _ => LineJob::Poll,
        };
        match ask(&line, meter, job).await.outcome {
            Ok(telegram) => {
                tally.good += 1;
                let closed = plant.lock().expect("no test panicked").closed[&unit];
                assert_is_of_unit(&telegram, unit, closed);
            }
            Err(CommFault::BackedOff) => {
                tally.faults += 1;
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            Err(_fault) => tally.faults += 1,
        }
    }
    tally
}

/// `METERHOUSE_TRANSACTIONS=1000000 cargo test --test it headend` for a longer run.
fn transactions() -> u64 {
    number("METERHOUSE_TRANSACTIONS", 100_000)
}

/// Another seed, other faults.
fn seed() -> u64 {
    number("METERHOUSE_SEED", 1)
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

/// An SDM630 read in three requests of one shape: a late answer to one looks like the answer to
/// another, and only the order of answers tells them apart.
const TRIPLETS: &str = r#"
schema = 1
id = "triplets"
vendor = "test"
models = ["the queueing peer, read in four registers at a time"]
source = ["tests/it/harness/queueing.rs"]
tested = "peer"
[line]
max_registers = 4
max_gap = 0
turnaround_ms = 5
switch_ms = 0
[defaults]
table = "input"
type = "f32"
[relay]
kind = "external"
[points]
"voltage.l1" = { at = 0x00, unit = "V" }
"voltage.l2" = { at = 0x02, unit = "V" }
"current.l3" = { at = 0x0A, unit = "A" }
"power.l1" = { at = 0x0C, unit = "W" }
"frequency" = { at = 0x46, unit = "Hz" }
"energy.import" = { at = 0x48, unit = "kWh", counter = { step = "0.01" } }
"#;

#[actix_rt::test]
async fn no_fault_on_a_line_ever_becomes_a_value() {
    // The buses keep their gaps, so that they are many.
    let each = transactions() / 100;
    let lines = [(Kind::Tcp, 2, each * 26), (Kind::RtuTcp, 8, each * 4), (Kind::Rtu, 8, each * 2)];
    storm("no_fault_on", "eastron-sdm630", 1..=8, &FAULTS, &lines).await;
}

#[actix_rt::test]
async fn answers_that_look_alike_are_told_apart() {
    // A device that repeats its last answer word for word cannot be told apart on RTU at all.
    let faults: Vec<Fault> = FAULTS.into_iter().filter(|fault| *fault != Fault::Previous).collect();
    let each = transactions() / 100;
    let lines = [(Kind::Tcp, 1, each), (Kind::RtuTcp, 2, each), (Kind::Rtu, 2, each)];
    storm("answers_that_look_alike", "triplets", 1..=1, &faults, &lines).await;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Tcp,
    RtuTcp,
    Rtu,
}

/// A plant with the seeded faults, and how it is reached.
async fn faulty(kind: Kind, seed: u64, faults: &[Fault]) -> (Plant, Transport, Option<Cable>) {
    // A bus has one end: nobody can hang up there.
    let faults: Vec<Fault> = faults
        .iter()
        .copied()
        .filter(|fault| kind != Kind::Rtu || *fault != Fault::Hangup)
        .collect();
    let plant = plant(seed, 25, &faults);
    match kind {
        Kind::Tcp => {
            let address = listen(Arc::clone(&plant), Framing::Tcp).await;
            (plant, Transport::Tcp { address }, None)
        }
        Kind::RtuTcp => {
            let address = listen(Arc::clone(&plant), Framing::Rtu).await;
            (plant, Transport::RtuTcp { address, baud: 115_200 }, None)
        }
        Kind::Rtu => {
            let cable = Cable::new();
            let serial = tokio_serial::new(cable.theirs(), 38_400);
            let serial = tokio_serial::SerialPortBuilderExt::open_native_async(serial);
            let serial = serial.expect("a terminal");
            let one = Arc::new(tokio::sync::Mutex::new(()));
            actix_rt::spawn(serve(serial, Arc::clone(&plant), Framing::Rtu, one));
            let format = server::headend::config::SerialFormat::EightNone1;
            let transport = Transport::Rtu { path: cable.ours(), baud: 38_400, format };
            (plant, transport, Some(cable))
        }
    }
}

/// Lines of each kind, and the requests that each of them answers.
async fn storm(
    name: &str,
    profile: &str,
    units: std::ops::RangeInclusive<u8>,
    faults: &[Fault],
    kinds: &[(Kind, usize, u64)],
) {
    let seed = seed();
    let total: u64 = kinds
        .iter()
        .map(|(_, lines, share)| share * u64::try_from(*lines).expect("few lines"))
        .sum();
    let again = format!(
        "again: METERHOUSE_SEED={seed} METERHOUSE_TRANSACTIONS={} cargo test --test it headend::{name}",
        transactions()
    );
    let mut stands = Vec::new();
    let mut lines = Vec::new();
    for (kind, count, share) in kinds {
        for _ in 0..*count {
            let id = u16::try_from(lines.len() + 1).expect("few lines");
            let own_seed = seed * 1_000 + u64::from(id);
            let (plant, transport, cable) = faulty(*kind, own_seed, faults).await;
            lines.push(LineConfig {
                timeout_ms: NonZeroU32::new(25),
                quiet_ms: Some(30),
                backoff_ms: NonZeroU32::new(5),
                ..line(id, transport)
            });
            stands.push((*kind, *share, plant, cable));
        }
    }
    let meters: Vec<MeterConfig> = lines
        .iter()
        .flat_map(|line| units.clone().map(|unit| meter(line.id.0, unit, profile)))
        .collect();
    let headend = start(&lines, &meters, &hasty());

    let mut workers = Vec::new();
    for ((id, line), (_, share, plant, _)) in headend.lines().into_iter().zip(&stands) {
        for unit in units.clone() {
            let meter = MeterId(u32::from(id.0) * 1_000 + u32::from(unit));
            let work = work(line.clone(), Arc::clone(plant), unit, meter, *share);
            workers.push((usize::from(id.0) - 1, actix_rt::spawn(work)));
        }
    }
    let mut tallies = vec![(0, 0); stands.len()];
    for (place, worker) in workers {
        let tally = worker.await.unwrap_or_else(|error| panic!("{error}; {again}"));
        let sum = &mut tallies[place];
        *sum = (sum.0 + tally.good, sum.1 + tally.faults);
    }
    for (kind, ..) in kinds {
        let mut happened = std::collections::BTreeMap::<Fault, u64>::new();
        let (mut requests, mut good, mut refused) = (0, 0, 0);
        for (place, (_, _, plant, _)) in
            stands.iter().enumerate().filter(|(_, stand)| stand.0 == *kind)
        {
            let line = u16::try_from(place + 1).expect("few lines");
            let heard: u64 = status(&headend, line).await.units.iter().map(|u| u.requests).sum();
            let bench = plant.lock().expect("no test panicked");
            assert!(heard >= bench.requests, "line {line}: {} of {heard}", bench.requests);
            requests += bench.requests;
            good += tallies[place].0;
            refused += tallies[place].1;
            for (fault, times) in &bench.injected {
                *happened.entry(*fault).or_default() += times;
            }
        }
        let seen = format!("{kind:?}: {requests} requests, {good} good, {refused} refused");
        let seen = format!("{seen}, {happened:?}; {again}");
        assert!(good > 50, "{seen}: the test proves nothing");
        assert!(happened.values().sum::<u64>() * 100 > requests, "{seen}: too few faults");
        for fault in faults.iter().filter(|fault| *kind != Kind::Rtu || **fault != Fault::Hangup) {
            let happened = happened.contains_key(fault);
            assert!(happened || total < 100_000, "{seen}: {fault:?} never happened");
        }
    }
}

/// One meter of `peer_meter.py`: cut, seen to be cut by power that is gone, and brought back.
async fn cut_and_restore(line: &Line, meter: MeterId) {
    let first = poll(line, meter).await.expect("a good poll");
    assert_eq!(first.contact, Contact::Closed);
    assert!(first.live.power.is_some_and(|power| power.watts() > 2_000), "{first:?}");
    let cut = ask(line, meter, LineJob::Switch(SwitchCommand::Open)).await.outcome;
    let cut = cut.expect("a good poll after the cut");
    assert_eq!((cut.contact, cut.live.power.map(Power::watts)), (Contact::Open, Some(0)));
    let later = poll(line, meter).await.expect("a good poll");
    assert_eq!(later.import, cut.import, "nothing is used behind an open contact");
    let back = ask(line, meter, LineJob::Switch(SwitchCommand::Close)).await.outcome;
    assert_eq!(back.expect("a good poll").contact, Contact::Closed);
    within(Duration::from_secs(10), "the register to run on", async || {
        poll(line, meter).await.ok().filter(|telegram| telegram.import > cut.import)
    })
    .await;
}

#[actix_rt::test]
async fn a_meter_made_by_others_is_cut_and_restored_over_tcp() {
    let port = free_port();
    let _peer = python("peer_meter.py", &["--tcp", &port.to_string(), "--units", "1-3"]);
    let lines = [line(1, Transport::Tcp { address: format!("127.0.0.1:{port}") })];
    let meters = [1, 2, 3].map(|unit| meter(1, unit, "eastron-sdm630"));
    let headend = start(&lines, &meters, &Library::built_in());
    for unit in [1_001, 1_002, 1_003] {
        cut_and_restore(&headend.lines()[&LineId(1)], MeterId(unit)).await;
    }
}

#[actix_rt::test]
async fn a_meter_made_by_others_is_cut_and_restored_over_rtu_through_a_gateway() {
    let port = free_port();
    let _peer = python("peer_meter.py", &["--rtu-tcp", &port.to_string(), "--units", "1-2"]);
    let address = format!("127.0.0.1:{port}");
    let lines = [line(1, Transport::RtuTcp { address, baud: 9_600 })];
    let meters = [1, 2].map(|unit| meter(1, unit, "eastron-sdm630"));
    let headend = start(&lines, &meters, &Library::built_in());
    for unit in [1_001, 1_002] {
        cut_and_restore(&headend.lines()[&LineId(1)], MeterId(unit)).await;
    }
}

#[actix_rt::test]
async fn a_meter_made_by_others_is_cut_and_restored_on_a_serial_line() {
    let cable = Cable::new();
    let _peer = python("peer_meter.py", &["--serial", &cable.theirs(), "--units", "1-2"]);
    let format = server::headend::config::SerialFormat::EightNone1;
    let lines = [line(1, Transport::Rtu { path: cable.ours(), baud: 9_600, format })];
    let meters = [1, 2].map(|unit| meter(1, unit, "eastron-sdm630"));
    let headend = start(&lines, &meters, &Library::built_in());
    for unit in [1_001, 1_002] {
        cut_and_restore(&headend.lines()[&LineId(1)], MeterId(unit)).await;
    }
}

/// Codes of `peer_meter.py` and what each must be called.
#[actix_rt::test]
async fn every_fault_of_a_peer_has_its_name_and_none_is_a_reading() {
    let port = free_port();
    let _peer = python("peer_meter.py", &["--tcp", &port.to_string(), "--units", "1-2"]);
    let lines = [LineConfig {
        timeout_ms: NonZeroU32::new(150),
        backoff_ms: NonZeroU32::new(10),
        ..line(1, Transport::Tcp { address: format!("127.0.0.1:{port}") })
    }];
    let headend = start(&lines, &[meter(1, 1, "eastron-sdm630")], &Library::built_in());
    let (line, meter) = (&headend.lines()[&LineId(1)], MeterId(1_001));
    poll(line, meter).await.expect("a good poll");
    for (code, expected) in [
        (1, vec![CommFault::Exception(2)]),
        (2, vec![CommFault::Exception(6)]),
        (3, vec![CommFault::Exception(0x0B)]),
        (4, vec![CommFault::Timeout]),
        (5, vec![CommFault::Garbled, CommFault::WrongReply]),
        (7, vec![CommFault::WrongReply]),
        (8, vec![CommFault::Implausible("voltage.l1".to_owned())]),
        (9, vec![CommFault::WrongReply]),
        (12, vec![CommFault::Timeout, CommFault::WrongReply]),
    ] {
        set_fault(port, 1, code, 0, 0);
        let fault = within(Duration::from_secs(10), "a fault", async || {
            poll(line, meter).await.err().filter(|fault| *fault != CommFault::BackedOff)
        })
        .await;
        assert!(expected.contains(&fault), "fault {code} is called {fault:?}");
        set_fault(port, 1, 0, 0, 0);
        within(Duration::from_secs(10), "the meter to come back", async || {
            poll(line, meter).await.ok()
        })
        .await;
    }
    // A relay that does not move is seen through, whatever it acknowledges.
    set_fault(port, 1, 10, 0, 0);
    let stuck = ask(line, meter, LineJob::Switch(SwitchCommand::Open)).await.outcome;
    let contact = stuck.map(|telegram| telegram.contact);
    assert!([Ok(Contact::Closed), Err(CommFault::WrongReply)].contains(&contact), "{contact:?}");
    assert_eq!(poll(line, meter).await.expect("a good poll").contact, Contact::Closed);
    // An acknowledgement of another coil is none.
    set_fault(port, 1, 13, 0, 0);
    let wrong = ask(line, meter, LineJob::Switch(SwitchCommand::Open)).await.outcome;
    assert_eq!(wrong, Err(CommFault::WrongReply));
}

#[actix_rt::test]
async fn a_command_goes_out_although_the_meter_is_backed_off() {
    let port = free_port();
    let _peer = python("peer_meter.py", &["--tcp", &port.to_string(), "--units", "1"]);
    let lines = [LineConfig {
        timeout_ms: NonZeroU32::new(150),
        backoff_ms: NonZeroU32::new(60_000),
        ..line(1, Transport::Tcp { address: format!("127.0.0.1:{port}") })
    }];
    let headend = start(&lines, &[meter(1, 1, "eastron-sdm630")], &Library::built_in());
    let (line, meter) = (&headend.lines()[&LineId(1)], MeterId(1_001));
    set_fault(port, 1, 4, 0, 0);
    assert_eq!(poll(line, meter).await, Err(CommFault::Timeout));
    assert_eq!(poll(line, meter).await, Err(CommFault::BackedOff));
    set_fault(port, 1, 0, 0, 0);
    assert_eq!(poll(line, meter).await, Err(CommFault::BackedOff));
    let cut = ask(line, meter, LineJob::Switch(SwitchCommand::Open)).await.outcome;
    assert_eq!(cut.expect("a good poll").contact, Contact::Open);
    assert!(poll(line, meter).await.is_ok(), "an answer ends the back-off");
}

#[actix_rt::test]
async fn a_read_only_line_writes_nothing() {
    let port = free_port();
    let _peer = python("peer_meter.py", &["--tcp", &port.to_string(), "--units", "1"]);
    let address = format!("127.0.0.1:{port}");
    let lines = [LineConfig { read_only: true, ..line(1, Transport::Tcp { address }) }];
    let headend = start(&lines, &[meter(1, 1, "eastron-sdm630")], &Library::built_in());
    let (line, meter) = (&headend.lines()[&LineId(1)], MeterId(1_001));
    let refused = ask(line, meter, LineJob::Switch(SwitchCommand::Open)).await.outcome;
    assert_eq!(refused, Err(CommFault::ReadOnly));
    assert_eq!(poll(line, meter).await.expect("a good poll").contact, Contact::Closed);
    let frames = status(&headend, 1).await.frames;
    let functions: Vec<&str> = frames.iter().filter_map(|frame| frame.bytes.get(14..16)).collect();
    assert!(!functions.is_empty() && !functions.contains(&"05"), "{functions:?}");
}

/// A profile whose reads all have one shape, so that a late answer looks like any other.
const LOOKALIKE: &str = r#"
schema = 1
id = "lookalike"
vendor = "test"
models = ["register pair A holds float32(A)"]
source = ["tests/peers/raw_peer.py"]
tested = "peer"
[line]
max_registers = 2
max_gap = 0
turnaround_ms = 200
switch_ms = 0
[defaults]
table = "input"
type = "f32"
[relay]
kind = "external"
[points]
"energy.import" = { at = 72, unit = "kWh", counter = { step = "1" } }
"voltage.l1" = { at = 230, unit = "V" }
"frequency" = { at = 50, unit = "Hz" }
"current.l1" = { at = 6, unit = "A" }
"#;

fn lookalike(transport: Transport) -> (HeadEnd, Line, MeterId) {
    let mut library = Library::built_in();
    library.add("lookalike.toml", LOOKALIKE).expect("a profile");
    // What is asked here is which answers are believed, not how long a silent unit rests.
    let backoff_ms = NonZeroU32::new(1_000);
    let lines = [LineConfig { latency_ms: Some(0), backoff_ms, ..line(1, transport) }];
    let meters = [MeterConfig { relay: None, ..meter(1, 1, "lookalike") }];
    let headend = start(&lines, &meters, &library);
    let line = headend.lines()[&LineId(1)].clone();
    (headend, line, MeterId(1_001))
}

/// Until `good` polls were good; each must hold every register's own number.
async fn only_right_values(line: &Line, meter: MeterId, good: usize) {
    let mut seen = 0;
    within(Duration::from_mins(1), "good polls", async || {
        if let Ok(telegram) = poll(line, meter).await {
            assert_eq!(telegram.import, Register::from_mwh(72_000_000));
            assert_eq!(telegram.live.voltage_mv, [Some(230_000), None, None]);
            assert_eq!(telegram.live.frequency_mhz, Some(50_000));
            assert_eq!(telegram.live.current_ma, [Some(6_000), None, None]);
            seen += 1;
        }
        (seen >= good).then_some(())
    })
    .await;
}

#[actix_rt::test]
async fn a_late_or_broken_first_answer_is_never_taken_for_the_next() {
    for (kind, mode) in [
        ("tcp", "late700"),
        ("tcp", "junk60"),
        ("tcp", "junkpid"),
        ("rtu", "late700"),
        ("rtu", "junk60"),
        ("rtu", "junk60x"),
    ] {
        let port = free_port();
        let _peer = python("raw_peer.py", &[kind, &port.to_string(), mode]);
        let address = format!("127.0.0.1:{port}");
        let transport = match kind {
            "tcp" => Transport::Tcp { address },
            _ => Transport::RtuTcp { address, baud: 9_600 },
        };
        let (_headend, line, meter) = lookalike(transport);
        only_right_values(&line, meter, 3).await;
    }
}

#[actix_rt::test]
async fn a_late_first_answer_on_a_serial_line_is_never_taken_for_the_next() {
    let cable = Cable::new();
    let _peer = silent_python("raw_serial.py", &[&cable.theirs()]);
    let format = server::headend::config::SerialFormat::EightNone1;
    let (_headend, line, meter) =
        lookalike(Transport::Rtu { path: cable.ours(), baud: 9_600, format });
    only_right_values(&line, meter, 3).await;
}

#[actix_rt::test]
async fn a_line_that_was_lost_is_opened_again() {
    let port = free_port();
    let arguments = ["--tcp", &port.to_string(), "--units", "1"].map(str::to_owned);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let lines = [line(1, Transport::Tcp { address: format!("127.0.0.1:{port}") })];
    let headend = start(&lines, &[meter(1, 1, "eastron-sdm630")], &Library::built_in());
    let (line, meter) = (&headend.lines()[&LineId(1)], MeterId(1_001));
    assert_eq!(poll(line, meter).await, Err(CommFault::LineDown));
    for _ in 0..2 {
        let peer = python("peer_meter.py", &arguments);
        let comes_back = async || poll(line, meter).await.ok();
        within(Duration::from_secs(20), "the line to come back", comes_back).await;
        drop(peer);
        within(Duration::from_secs(10), "the line to be down", async || {
            (poll(line, meter).await == Err(CommFault::LineDown)).then_some(())
        })
        .await;
    }
}
