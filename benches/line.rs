//! A line against a bare socket loop, libmodbus and pymodbus, the farm against a hand-framed server,
//! and how long a switch command takes to the coil while everything is polled.
//!
//! Servers are processes of their own, so that the processor time of either side can be told.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench that goes wrong ends, and prints what it measured"
)]

mod peers;
#[allow(dead_code, unreachable_pub, reason = "shared by benches")]
mod yardstick;

use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use actix_rt::{Arbiter, System, SystemRunner};
use peers::{FARM, HAND, LibmodbusClient, Server, processor, pymodbus, serve_for_ever};
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
const CONNECTIONS: u16 = 32;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let library = Library::built_in();
    let profile = Arc::clone(library.get(MODEL).expect("a built-in profile"));
    match arguments.get(1).map(String::as_str) {
        Some(HAND) => return serve_for_ever(hand_framed_beside),
        Some(FARM) => return serve_for_ever(|| farm(&profile)),
        Some(_) | None => (),
    }
    // `cargo test --benches` only asks whether it runs.
    let quick = !arguments.iter().any(|argument| argument == "--bench");
    let (rounds, polls) = if quick { (2, 20) } else { (30, 2_000) };
    let (hand, living) = (Server::start(HAND), Server::start(FARM));
    let turn = turn(&profile);
    let system = System::new();

    head("One connection, polls of an SDM630 one after the other");
    let (lines, meters) = ([config(1, hand.address)], [meter(1, 1)]);
    let apart = HeadEnd::start(&lines, &meters, &library, clock()).expect("the line starts");
    one_connection(&system, &apart, rounds, polls, || {
        Bare::connect(hand.address, &turn).poll(polls)
    })
    .print("our line on a thread of its own, as in the program, against a bare socket loop");
    drop(apart);
    let started = async { HeadEnd::start_here(&lines, &meters, &library, &clock()) };
    let here = system.block_on(started).expect("the line starts");
    one_connection(&system, &here, rounds, polls, || {
        Bare::connect(hand.address, &turn).poll(polls)
    })
    .print("our line, decoding and the actor in front, against a bare socket loop");
    match LibmodbusClient::start(hand.address, &turn) {
        Ok(mut client) => {
            one_connection(&system, &here, rounds, polls, || client.poll(polls, TURN))
                .print("our line, decoding and the actor in front, against libmodbus");
        }
        Err(why) => println!("not compared with libmodbus: {why}"),
    }

    head("32 connections");
    let seconds = if quick { 1 } else { 5 };
    match against_pymodbus(&system, &library, &hand, &turn, (rounds / 6).max(1), seconds) {
        Ok((processor, wall)) => {
            processor.print("our lines against pymodbus, processor time a poll");
            wall.print("our lines against pymodbus, time a poll");
        }
        Err(why) => println!("not compared with pymodbus: {why}"),
    }

    head("A poll served, processor time");
    let served = |server: &Server| {
        // While the connection stands: what a thread took is gone with it.
        let mut client = Bare::connect(server.address, &turn);
        client.poll(TURN);
        let before = server.processor();
        client.poll(polls);
        (server.processor() - before) / f64::from(polls)
    };
    Rounds::of_costs(rounds, || served(&living), || served(&hand))
        .print("our farm with live values, against the hand-framed server");

    let (lines, cuts) = if quick { (4, 20) } else { (100, 1_000) };
    cut(&system, &library, lines, cuts);
}

/// Polls of one meter one after the other, in turns with a yardstick that does as many.
fn one_connection(
    system: &SystemRunner,
    headend: &HeadEnd,
    rounds: u32,
    polls: u32,
    yardstick: impl FnMut() -> u64,
) -> Rounds {
    let line = headend.lines()[&LineId(1)].clone();
    // A task among others, as a meter actor is.
    let ours = || {
        let line = line.clone();
        system.block_on(async move {
            let polled = actix_rt::spawn(async move { poll(&line, MeterId(1_001), polls).await });
            polled.await.expect("no task fell")
        })
    };
    Rounds::of(rounds, ours, yardstick)
}

/// Polls as fast as each can, in turn: what a poll costs in processor time, and how long it takes.
fn against_pymodbus(
    system: &SystemRunner,
    library: &Library,
    server: &Server,
    turn: &[(u16, u16)],
    rounds: u32,
    seconds: u32,
) -> Result<(Rounds, Rounds), String> {
    // A line has its port for itself, so each goes to an address of its own.
    let lines: Vec<_> =
        (1..=CONNECTIONS).map(|id| config(id, beside(server.address, id))).collect();
    let meters: Vec<_> = (1..=CONNECTIONS).map(|id| meter(id, 1)).collect();
    let started = async { HeadEnd::start_here(&lines, &meters, library, &clock()) };
    let headend = system.block_on(started).expect("the lines start");
    let ports = headend.lines();
    let ours = || {
        let (processor, began) = (processor("self"), Instant::now());
        let polls: u64 = system.block_on(async {
            let each = meters.iter().map(|meter| {
                let (line, meter) = (ports[&meter.line].clone(), meter.meter);
                actix_rt::spawn(async move {
                    let mut polls = 0;
                    while began.elapsed() < Duration::from_secs(seconds.into()) {
                        polls += poll(&line, meter, TURN).await;
                    }
                    polls
                })
            });
            let mut polls = 0;
            for of_line in each.collect::<Vec<_>>() {
                polls += of_line.await.expect("no task fell");
            }
            polls
        });
        let polls = f64::from(u32::try_from(polls).expect("a round is short"));
        ((self::processor("self") - processor) / polls, began.elapsed().as_secs_f64() * 1e9 / polls)
    };
    let (mut by_processor, mut by_wall) = (Rounds::default(), Rounds::default());
    for _ in 0..rounds {
        let theirs = pymodbus(server.address, CONNECTIONS, seconds, turn, TURN)?;
        let ours = ours();
        by_processor.push(ours.0, theirs.0);
        by_wall.push(ours.1, theirs.1);
    }
    Ok((by_processor, by_wall))
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

async fn poll(line: &Line, meter: MeterId, polls: u32) -> u64 {
    for _ in 0..polls {
        let request = LineRequest { meter, now: server::clock::now(), job: LineJob::Poll };
        let seen = line.send(request).await.expect("a line does not fall");
        seen.outcome.expect("a good poll");
    }
    u64::from(polls)
}

/// Polls in a turn. What changes seldom is asked for once a minute and is left out.
const TURN: u32 = 10;

/// What so many polls ask for: first register, and how many.
fn turn(profile: &Profile) -> Vec<(u16, u16)> {
    let plan = profile.plan(Every::Fast, true);
    let blocks: Vec<_> = plan.blocks.iter().map(|block| (block.at, block.count)).collect();
    blocks.repeat(usize::try_from(TURN).expect("small"))
}

/// The requests of the polls framed by hand, and their answers read but not looked at.
struct Bare {
    socket: TcpStream,
    requests: Vec<[u8; 12]>,
}

impl Bare {
    fn connect(address: SocketAddr, turn: &[(u16, u16)]) -> Self {
        let socket = TcpStream::connect(address).expect("the server listens");
        socket.set_nodelay(true).expect("a socket option");
        let requests = turn.iter().map(|(at, count)| {
            let ([a, b], [c, d]) = (at.to_be_bytes(), count.to_be_bytes());
            [0, 1, 0, 0, 0, 6, 1, 4, a, b, c, d]
        });
        Self { socket, requests: requests.collect() }
    }

    fn poll(&mut self, polls: u32) -> u64 {
        let mut answer = [0; 260];
        for _ in 0..polls / TURN {
            for request in &self.requests {
                self.socket.write_all(request).expect("the server reads");
                self.socket.read_exact(&mut answer[..6]).expect("the server answers");
                let length = usize::from(u16::from_be_bytes([answer[4], answer[5]]));
                self.socket.read_exact(&mut answer[..length]).expect("the server answers");
            }
        }
        u64::from(polls)
    }
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

/// The same server under another loopback address: 127.0.1.1 and on.
fn beside(address: SocketAddr, id: u16) -> SocketAddr {
    let last = u8::try_from(id).expect("fewer than 256 lines");
    (Ipv4Addr::new(127, 0, 1, last), address.port()).into()
}

/// Answers with constants, one thread a connection; tells when a coil was written.
fn hand_framed(written: Sender<Instant>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    accept(listener, written);
    address
}

fn accept(listener: TcpListener, written: Sender<Instant>) {
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let written = written.clone();
            thread::spawn(move || drop(serve(stream, &written)));
        }
    });
}

/// As [`hand_framed`], under so many further addresses as there are connections.
fn hand_framed_beside() -> SocketAddr {
    let written = channel().0;
    let address = hand_framed(written.clone());
    for id in 1..=CONNECTIONS {
        let listener = TcpListener::bind(beside(address, id)).expect("a port that was just free");
        accept(listener, written.clone());
    }
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
    let second = Duration::from_secs(1);
    let mut taken: Vec<f64> = system.block_on(async {
        for (place, meter) in (0_u32..).zip(&meters) {
            let (line, meter) = (ports[&meter.line].clone(), meter.meter);
            // Spread over the second, as the world's wheel does it.
            let first = second * place / u32::try_from(meters.len()).expect("few");
            actix_rt::spawn(async move {
                tokio::time::sleep(first).await;
                let mut every = tokio::time::interval(second);
                loop {
                    every.tick().await;
                    let now = server::clock::now();
                    let request = LineRequest { meter, now, job: LineJob::Poll };
                    if line.send(request).await.is_err() {
                        return;
                    }
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(if lines < 10 { 100 } else { 3_000 })).await;
        let mut taken = Vec::new();
        for number in 0..cuts {
            // Not one on the heels of the other: a thousand take some seconds of polls.
            tokio::time::sleep(Duration::from_millis(5)).await;
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
