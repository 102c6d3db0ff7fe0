//! A line against a bare socket loop, the farm against a hand-framed server, and how long a switch
//! command takes to the coil while everything is polled.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench that goes wrong ends, and prints what it measured"
)]

#[allow(dead_code, unreachable_pub, reason = "shared by benches")]
mod yardstick;

use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use actix_rt::{Arbiter, System, SystemRunner};
use server::farm::{Framing, Plant, listen};
use server::headend::config::Output;
use server::headend::{HeadEnd, LineConfig, MeterConfig, RelayConfig, Transport};
use shared::actor::port::{Line, LineJob, LineRequest};
use shared::id::{LineId, MeterId};
use shared::meter::SwitchCommand;
use shared::meter::profile::point::Every;
use shared::meter::profile::{Library, Profile, Ratio};
use yardstick::{Rounds, head, shown};

const MODEL: &str = "eastron-sdm630";

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let system = System::new();
    let library = Library::built_in();
    let profile = Arc::clone(library.get(MODEL).expect("a built-in profile"));
    let (rounds, polls) = if quick { (2, 20) } else { (30, 2_000) };

    head("One connection, polls of an SDM630 one after the other");
    let (written, _coils) = channel();
    let hand = hand_framed(written);
    let headend = HeadEnd::start(&[config(1, hand)], &[meter(1, 1)], &library, clock());
    let headend = headend.expect("the line starts");
    let line = headend.lines()[&LineId(1)].clone();
    Rounds::of(
        rounds,
        || system.block_on(async { poll(&line, polls).await }),
        || bare(hand, &profile, polls),
    )
    .print("our line, decoding and the actor in front");

    let farm = farm(&profile);
    Rounds::of(rounds, || bare(farm, &profile, polls), || bare(hand, &profile, polls))
        .print("our farm with live values, asked by the bare loop");

    let (lines, cuts) = if quick { (4, 20) } else { (100, 1_000) };
    cut(&system, &library, lines, cuts);
}

fn clock() -> Arc<dyn Fn() -> shared::time::Timestamp + Send + Sync> {
    Arc::new(server::clock::now)
}

fn config(id: u16, address: SocketAddr) -> LineConfig {
    LineConfig {
        id: LineId(id),
        name: format!("line {id}"),
        transport: Transport::Tcp { address: address.to_string() },
        read_only: false,
        timeout_ms: None,
        latency_ms: None,
        quiet_ms: None,
        backoff_ms: None,
    }
}

fn meter(line: u16, unit: u8) -> MeterConfig {
    MeterConfig {
        meter: MeterId(u32::from(line) * 1_000 + u32::from(unit)),
        line: LineId(line),
        unit: unit.try_into().expect("a unit address"),
        profile: MODEL.to_owned(),
        ct: Ratio::ONE,
        pt: Ratio::ONE,
        relay: None,
        serial: None,
        poll_s: NonZeroU32::MIN,
    }
}

async fn poll(line: &Line, polls: u32) -> u64 {
    for _ in 0..polls {
        let request =
            LineRequest { meter: MeterId(1_001), now: server::clock::now(), job: LineJob::Poll };
        let seen = line.send(request).await.expect("a line does not fall");
        seen.outcome.expect("a good poll");
    }
    u64::from(polls)
}

/// The requests of one poll, framed by hand, and their answers read but not looked at.
fn bare(address: SocketAddr, profile: &Profile, polls: u32) -> u64 {
    let requests: Vec<[u8; 12]> = profile
        .plan(Every::Fast, true)
        .blocks
        .iter()
        .map(|block| {
            let ([a, b], [c, d]) = (block.at.to_be_bytes(), block.count.to_be_bytes());
            [0, 1, 0, 0, 0, 6, 1, 4, a, b, c, d]
        })
        .collect();
    let mut socket = TcpStream::connect(address).expect("the server listens");
    socket.set_nodelay(true).expect("a socket option");
    let mut answer = [0; 260];
    for _ in 0..polls {
        for request in &requests {
            socket.write_all(request).expect("the server reads");
            socket.read_exact(&mut answer[..6]).expect("the server answers");
            let length = usize::from(u16::from_be_bytes([answer[4], answer[5]]));
            socket.read_exact(&mut answer[..length]).expect("the server answers");
        }
    }
    u64::from(polls)
}

/// What an SDM630 at rest shows at an input register.
fn value(at: u16) -> f32 {
    match at {
        0x00 | 0x02 | 0x04 => 230.0,
        0x46 => 50.0,
        0x48 => 1_000.5,
        _ => 0.0,
    }
}

/// Answers with constants, one thread a connection; tells when a coil was written.
fn hand_framed(written: Sender<Instant>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let written = written.clone();
            thread::spawn(move || drop(serve(stream, &written)));
        }
    });
    address
}

fn serve(mut stream: TcpStream, written: &Sender<Instant>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = [0; 12];
    loop {
        stream.read_exact(&mut request)?;
        let [t1, t2, .., a, b, c, d] = request;
        let (unit, function) = (request[6], request[7]);
        let mut answer = vec![unit, function];
        match function {
            4 => {
                let (at, count) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
                answer.push(u8::try_from(2 * count).unwrap_or_default());
                (0..count / 2).for_each(|i| answer.extend(value(at + 2 * i).to_be_bytes()));
            }
            5 => {
                // The bench may have seen enough.
                written.send(Instant::now()).ok();
                answer.extend([a, b, c, d]);
            }
            _ => answer.extend([1, 0]),
        }
        let [l1, l2] = u16::try_from(answer.len()).unwrap_or_default().to_be_bytes();
        stream.write_all(&[&[t1, t2, 0, 0, l1, l2], answer.as_slice()].concat())?;
    }
}

fn farm(profile: &Arc<Profile>) -> SocketAddr {
    let (sender, receiver) = channel();
    let profile = Arc::clone(profile);
    Arbiter::new().spawn_fn(move || {
        let mut plant = Plant::new(1, 1, server::clock::now());
        plant.put_up(1, profile, 1_000);
        actix_rt::spawn(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            sender.send(listener.local_addr().expect("an address")).expect("the bench waits");
            listen(listener, Framing::Tcp, Rc::new(RefCell::new(plant))).await;
        });
    });
    receiver.recv().expect("the farm listens")
}

/// Every meter of every line is polled without a pause; then commands, and when their coils were
/// written.
fn cut(system: &SystemRunner, library: &Library, lines: u16, cuts: u32) {
    let (written, coils): (Sender<Instant>, Receiver<Instant>) = channel();
    let units = if lines < 10 { 4 } else { 100 };
    let configs: Vec<_> = (1..=lines).map(|id| config(id, hand_framed(written.clone()))).collect();
    let relay = RelayConfig {
        line: None,
        unit: None,
        profile: "relay-coils".to_owned(),
        output: 1,
        feedback: None,
        connected_when: Output::On,
    };
    let meters: Vec<MeterConfig> = (1..=lines)
        .flat_map(|line| (1..=units).map(move |unit| meter(line, unit)))
        .map(|meter| MeterConfig { relay: Some(relay.clone()), ..meter })
        .collect();
    let headend = HeadEnd::start(&configs, &meters, library, clock()).expect("the lines start");
    let ports = headend.lines();
    let mut taken: Vec<f64> = system.block_on(async {
        for meter in &meters {
            let (line, meter) = (ports[&meter.line].clone(), meter.meter);
            actix_rt::spawn(async move {
                loop {
                    let now = server::clock::now();
                    let request = LineRequest { meter, now, job: LineJob::Poll };
                    if line.send(request).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(if lines < 10 { 100 } else { 3_000 })).await;
        let mut taken = Vec::new();
        for number in 0..cuts {
            let place = usize::try_from(number * 7_919).expect("small") % meters.len();
            let config = &meters[place];
            let job = LineJob::Switch(SwitchCommand::Open);
            let request = LineRequest { meter: config.meter, now: server::clock::now(), job };
            let asked = Instant::now();
            let sent = ports[&config.line].send(request);
            sent.await.expect("a line does not fall");
            let at = coils.recv().expect("the coil was written");
            taken.push((at - asked).as_secs_f64() * 1e9);
        }
        taken
    });
    taken.sort_by(f64::total_cmp);
    let percentile = |percent: usize| shown(taken[(taken.len() - 1) * percent / 100]);
    println!(
        "\nFrom a switch command to its coil, while {} meters on {lines} lines are polled \
         every second: p50 {}, p99 {}",
        meters.len(),
        percentile(50),
        percentile(99)
    );
}
