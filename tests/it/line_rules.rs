//! What the owner of a line keeps to, as the device at the other end sees it: pauses, repetitions,
//! connections, and what it takes for a sign of life. `docs/lines.md` has the list.

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use server::headend::{Direction, HeadEnd, LineConfig, LineStatus, MeterConfig, Status, Transport};
use shared::actor::port::{Line, LineJob, LineRequest};
use shared::id::{LineId, MeterId};
use shared::meter::profile::Library;
use shared::meter::profile::frame::crc16;
use shared::meter::{CommFault, SwitchCommand};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use crate::harness::queueing::{Framing, shown};
use crate::headend::{hasty, line, meter, poll};

/// A request as the device saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Heard {
    unit: u8,
    function: u8,
    first: u16,
    count: u16,
    /// Since the last answer began to leave, at the latest.
    silence: Duration,
}

/// What the device does with a request.
#[derive(Clone, Debug)]
enum Said {
    /// What an SDM630 shows there.
    Values,
    Words(Vec<u16>),
    /// The request, as a device answers a write.
    Echo,
    Exception(u8),
    Nothing,
    /// The right answer with a byte turned over: a bad checksum on a bus, no protocol on TCP.
    Broken,
    OfAnotherUnit,
}

type Script = Box<dyn FnMut(&Heard) -> Said>;

/// A device or gateway whose every answer the test decides.
struct Device {
    script: RefCell<Script>,
    framing: Framing,
    heard: RefCell<Vec<Heard>>,
    sent: RefCell<Vec<Vec<u8>>>,
    spoke: Cell<Option<Instant>>,
    connections: Cell<usize>,
    open: Cell<usize>,
    most_open: Cell<usize>,
}

impl Device {
    async fn listen(
        framing: Framing,
        script: impl FnMut(&Heard) -> Said + 'static,
    ) -> (Rc<Self>, Transport) {
        let device = Rc::new(Self {
            script: RefCell::new(Box::new(script)),
            framing,
            heard: RefCell::default(),
            sent: RefCell::default(),
            spoke: Cell::default(),
            connections: Cell::default(),
            open: Cell::default(),
            most_open: Cell::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let at_the_door = Rc::clone(&device);
        actix_rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                actix_rt::spawn(Rc::clone(&at_the_door).serve(stream));
            }
        });
        let transport = match framing {
            Framing::Tcp => Transport::Tcp { address },
            Framing::Rtu => Transport::RtuTcp { address, baud: 9_600 },
        };
        (device, transport)
    }

    async fn serve(self: Rc<Self>, mut stream: TcpStream) {
        self.connections.set(self.connections.get() + 1);
        self.open.set(self.open.get() + 1);
        self.most_open.set(self.most_open.get().max(self.open.get()));
        stream.set_nodelay(true).expect("a socket option");
        let mut frame = vec![0; if self.framing == Framing::Tcp { 12 } else { 8 }];
        while stream.read_exact(&mut frame).await.is_ok() {
            if let Some(answer) = self.answer(&frame) {
                // Before it leaves, so that the silence after it is never told too short.
                self.spoke.set(Some(Instant::now()));
                self.sent.borrow_mut().push(answer.clone());
                if stream.write_all(&answer).await.is_err() {
                    break;
                }
            }
        }
        self.open.set(self.open.get() - 1);
    }

    fn answer(&self, frame: &[u8]) -> Option<Vec<u8>> {
        let request = if self.framing == Framing::Tcp { &frame[6..] } else { &frame[..6] };
        let heard = Heard {
            unit: request[0],
            function: request[1],
            first: u16::from_be_bytes([request[2], request[3]]),
            count: u16::from_be_bytes([request[4], request[5]]),
            silence: self.spoke.get().map_or(Duration::MAX, |spoke| spoke.elapsed()),
        };
        self.heard.borrow_mut().push(heard);
        let said = (self.script.borrow_mut())(&heard);
        let Heard { unit, function, first, count, .. } = heard;
        let registers = |words: Vec<u16>| {
            let bytes = u8::try_from(words.len() * 2).expect("at most 125 registers");
            let data = words.into_iter().flat_map(u16::to_be_bytes);
            [unit, function, bytes].into_iter().chain(data).collect::<Vec<u8>>()
        };
        let values = || {
            let floats = (0..count / 2).map(|i| shown(unit, true, first + 2 * i).to_bits());
            registers(floats.flat_map(|bits| [high(bits), low(bits)]).collect())
        };
        let mut answer = match &said {
            Said::Values | Said::Broken => values(),
            Said::OfAnotherUnit => [vec![unit + 1], values().split_off(1)].concat(),
            Said::Words(words) => registers(words.clone()),
            Said::Echo => request.to_vec(),
            Said::Exception(code) => vec![unit, function | 0x80, *code],
            Said::Nothing => return None,
        };
        if self.framing == Framing::Tcp {
            let length = u16::try_from(answer.len()).expect("a short frame").to_be_bytes();
            answer = [&frame[..4], &length, answer.as_slice()].concat();
        } else {
            answer.extend(crc16(&answer).to_le_bytes());
        }
        if matches!(said, Said::Broken) {
            let at = if self.framing == Framing::Tcp { 3 } else { answer.len() - 1 };
            answer[at] ^= 0x5A;
        }
        Some(answer)
    }

    fn reads(&self) -> Vec<(u8, u16, u16)> {
        self.heard.borrow().iter().map(|heard| (heard.unit, heard.first, heard.count)).collect()
    }

    fn forget(&self) {
        self.heard.borrow_mut().clear();
    }
}

fn high(bits: u32) -> u16 {
    u16::try_from(bits >> 16).expect("sixteen bits")
}

fn low(bits: u32) -> u16 {
    u16::try_from(bits & 0xFFFF).expect("sixteen bits")
}

/// A line that waits as briefly as tests can.
fn brief(transport: Transport) -> LineConfig {
    LineConfig {
        timeout_ms: NonZeroU32::new(80),
        quiet_ms: Some(20),
        backoff_ms: NonZeroU32::new(60_000),
        ..line(1, transport)
    }
}

fn start(line: LineConfig, meters: &[MeterConfig], library: &Library) -> (HeadEnd, Line) {
    let headend = HeadEnd::start(&[line], meters, library, Arc::new(server::clock::now));
    let headend = headend.expect("the line starts");
    let line = headend.lines()[&LineId(1)].clone();
    (headend, line)
}

fn alone(unit: u8, profile: &str) -> MeterConfig {
    MeterConfig { relay: None, ..meter(1, unit, profile) }
}

async fn status(headend: &HeadEnd) -> LineStatus {
    headend.actors()[&LineId(1)].send(Status).await.expect("a line does not fall")
}

const ONE: MeterId = MeterId(1_001);
const TWO: MeterId = MeterId(1_002);
const SDM630: &str = "eastron-sdm630";

#[actix_rt::test]
async fn two_frames_are_kept_apart_and_two_devices_more() {
    let (device, transport) = Device::listen(Framing::Rtu, |_| Said::Values).await;
    let meters = [alone(1, SDM630), alone(2, SDM630)];
    // As the models ask for: 3.5 characters at 9,600 baud, 100 ms before another device.
    let (_headend, line) = start(line(1, transport), &meters, &Library::built_in());
    for meter in [ONE, ONE, TWO, TWO, ONE, TWO] {
        poll(&line, meter).await.expect("a good poll");
    }
    let (mut apart, mut together) = (0, 0);
    for pair in device.heard.borrow().windows(2) {
        let least = if pair[0].unit == pair[1].unit {
            together += 1;
            Duration::from_micros(4_010)
        } else {
            apart += 1;
            Duration::from_millis(100)
        };
        assert!(pair[1].silence >= least, "{pair:?}");
    }
    assert!(apart >= 3 && together >= 2, "{:?}", device.reads());
}

/// What a device says, one answer after the other and the last for ever; what becomes of the poll,
/// and how often the registers of the poll were asked for.
#[actix_rt::test]
async fn only_what_a_second_question_can_mend_is_asked_twice() {
    use Said::{Broken, Exception, Nothing, OfAnotherUnit, Values};
    for (framing, answers, outcome, asked) in [
        (Framing::Tcp, vec![Values], Ok(()), 1),
        (Framing::Tcp, vec![Exception(6), Values], Ok(()), 2),
        (Framing::Tcp, vec![Exception(5), Values], Ok(()), 2),
        (Framing::Tcp, vec![Exception(6)], Err(CommFault::Exception(6)), 2),
        (Framing::Tcp, vec![Exception(4)], Err(CommFault::Exception(4)), 1),
        (Framing::Tcp, vec![Nothing, Values], Err(CommFault::Timeout), 1),
        (Framing::Tcp, vec![OfAnotherUnit, Values], Ok(()), 2),
        (Framing::Rtu, vec![Broken, Values], Ok(()), 2),
        (Framing::Rtu, vec![Broken], Err(CommFault::Garbled), 2),
        (Framing::Rtu, vec![Nothing, Values], Err(CommFault::Timeout), 1),
    ] {
        let story = format!("{answers:?}");
        let mut coming = answers.into_iter().peekable();
        let mut turn = move |heard: &Heard| {
            // A shorter read that stands between, so that no late answer is taken for the next.
            if heard.count < 40 {
                return Values;
            }
            let said = coming.peek().cloned().expect("the last answer stays");
            let next = coming.next();
            if coming.peek().is_none() {
                coming = vec![next.expect("it was just seen")].into_iter().peekable();
            }
            said
        };
        let (device, transport) = Device::listen(framing, move |heard| turn(heard)).await;
        let (_headend, line) = start(brief(transport), &[alone(1, SDM630)], &hasty());
        // Behind the poll comes what changes seldom; it is not counted.
        assert_eq!(poll(&line, ONE).await.map(drop), outcome, "{story}");
        let polls =
            device.reads().iter().filter(|(_, first, count)| *first == 0 && *count > 40).count();
        assert_eq!(polls, asked, "{story}: {:?}", device.reads());
    }
}

#[actix_rt::test]
async fn registers_refused_together_are_asked_for_one_by_one_from_then_on() {
    // Nothing lies between 0x12 and 0x34 in this meter, and it says so.
    let strict = |heard: &Heard| {
        let gap = 0x12..0x34;
        let read = heard.first..heard.first + heard.count;
        if read.start < gap.end && gap.start < read.end { Said::Exception(2) } else { Said::Values }
    };
    let (device, transport) = Device::listen(Framing::Tcp, strict).await;
    let (_headend, line) = start(brief(transport), &[alone(1, SDM630)], &hasty());
    let first = poll(&line, ONE).await.expect("a good poll");
    let over_the_gap = |reads: &[(u8, u16, u16)]| {
        reads.iter().filter(|(_, first, count)| *first < 0x12 && first + count > 0x34).count()
    };
    assert_eq!(over_the_gap(&device.reads()), 1);
    device.forget();
    let second = poll(&line, ONE).await.expect("a good poll");
    assert_eq!(second, first);
    assert_eq!(over_the_gap(&device.reads()), 0, "{:?}", device.reads());
}

#[actix_rt::test]
async fn a_refusal_is_a_sign_of_life_and_a_gateway_that_hears_nothing_is_none() {
    for (code, rests) in [(1, false), (2, false), (3, false), (4, false), (10, true), (11, true)] {
        let refuses = move |heard: &Heard| match heard.unit {
            1 => Said::Exception(code),
            _ => Said::Values,
        };
        let (device, transport) = Device::listen(Framing::Tcp, refuses).await;
        let meters = [alone(1, SDM630), alone(2, SDM630)];
        let (_headend, line) = start(brief(transport), &meters, &hasty());
        assert_eq!(poll(&line, ONE).await, Err(CommFault::Exception(code)));
        device.forget();
        let expected = if rests { CommFault::BackedOff } else { CommFault::Exception(code) };
        assert_eq!(poll(&line, ONE).await, Err(expected));
        let asked = device.reads().iter().any(|(unit, ..)| *unit == 1);
        assert_eq!(asked, !rests, "exception {code}");
        poll(&line, TWO).await.expect("the line itself is alive");
    }
}

#[actix_rt::test]
async fn a_meter_with_another_number_is_not_read() {
    let number = Rc::new(Cell::new(54_321));
    let shown = Rc::clone(&number);
    let numbered = move |heard: &Heard| match heard.function {
        3 => Said::Words(vec![high(shown.get()), low(shown.get())]),
        _ => Said::Values,
    };
    let (device, transport) = Device::listen(Framing::Tcp, numbered).await;
    let serial = Some("0012345".to_owned());
    let meters = [MeterConfig { serial, ..alone(1, SDM630) }];
    let (_headend, line) = start(brief(transport), &meters, &hasty());
    let numbers = || device.heard.borrow().iter().filter(|heard| heard.function == 3).count();
    let values = || device.reads().iter().filter(|(_, first, _)| *first == 0).count();
    for asked in 1..=2 {
        let other = Err(CommFault::Implausible("serial".to_owned()));
        assert_eq!(poll(&line, ONE).await, other);
        assert_eq!((numbers(), values()), (asked, 0));
    }
    number.set(12_345);
    for _ in 0..3 {
        poll(&line, ONE).await.expect("it is the right meter");
    }
    assert_eq!(numbers(), 3, "it is asked for once a day");
    assert_eq!(values(), 3);
}

#[actix_rt::test]
async fn a_gateway_has_one_connection_and_gets_another_when_it_falls_silent() {
    let silent = Rc::new(Cell::new(false));
    let is_silent = Rc::clone(&silent);
    let gateway = move |_: &Heard| if is_silent.get() { Said::Nothing } else { counter() };
    let (device, transport) = Device::listen(Framing::Rtu, gateway).await;
    let meters: Vec<MeterConfig> = (1..=8).map(|unit| alone(unit, "two-registers")).collect();
    let mut library = hasty();
    library.add("two-registers", TWO_REGISTERS).expect("a profile");
    let (_headend, line) = start(brief(transport), &meters, &library);
    let polls = meters.iter().map(|config| poll(&line, config.meter));
    for seen in futures_util::future::join_all(polls).await {
        seen.expect("a good poll");
    }
    assert_eq!((device.connections.get(), device.most_open.get()), (1, 1));
    // A gateway that lost its other half keeps the connection and says nothing.
    silent.set(true);
    for config in &meters[..3] {
        assert_eq!(poll(&line, config.meter).await, Err(CommFault::Timeout));
    }
    silent.set(false);
    poll(&line, MeterId(1_008)).await.expect("a good poll over a new connection");
    assert_eq!((device.connections.get(), device.most_open.get()), (2, 1));
}

#[actix_rt::test]
async fn a_device_that_has_no_address_is_asked_as_255() {
    let (device, transport) = Device::listen(Framing::Tcp, |_| counter()).await;
    let mut library = hasty();
    library.add("two-registers", TWO_REGISTERS).expect("a profile");
    let (_headend, line) = start(brief(transport), &[alone(255, "two-registers")], &library);
    poll(&line, MeterId(1_255)).await.expect("a good poll");
    assert_eq!(device.reads(), [(255, 0x48, 2)]);
}

/// 230 kWh.
fn counter() -> Said {
    Said::Words(vec![0x4366, 0x0000])
}

#[actix_rt::test]
async fn a_switch_that_just_moved_is_not_turned_back_at_once() {
    let breaker = |heard: &Heard| match heard.function {
        5 => Said::Echo,
        _ => Said::Exception(4),
    };
    let (device, transport) = Device::listen(Framing::Tcp, breaker).await;
    // Ten seconds between two movements, says its model.
    let meters = [alone(1, "lingxun-lx47le-125")];
    let (_headend, line) = start(brief(transport), &meters, &Library::built_in());
    let moved = || device.heard.borrow().iter().filter(|heard| heard.function == 5).count();
    for (command, movements) in [
        (SwitchCommand::Open, 1),
        (SwitchCommand::Close, 1), // too soon; the next poll asks again
        (SwitchCommand::Open, 2),  // the same once more does no harm
    ] {
        let request =
            LineRequest { meter: ONE, now: server::clock::now(), job: LineJob::Switch(command) };
        line.send(request).await.expect("a line does not fall");
        assert_eq!(moved(), movements, "{command:?}");
    }
}

/// One register pair, asked for in one request.
const TWO_REGISTERS: &str = r#"
schema = 1
id = "two-registers"
vendor = "test"
models = ["a counter and nothing else"]
source = ["tests/it/line_rules.rs"]
tested = "peer"
[line]
max_registers = 2
max_gap = 0
turnaround_ms = 5
switch_ms = 0
[defaults]
table = "input"
type = "f32"
[relay]
kind = "external"
[points]
"energy.import" = { at = 0x48, unit = "kWh", counter = { step = "0.01" } }
"#;

#[actix_rt::test]
async fn the_trace_counts_what_happened_and_keeps_the_last_frames_as_they_were() {
    // Each poll of this meter is one request, and each fault happens at a turn of its own.
    let turn = Cell::new(0_u32);
    let faulty = move |_: &Heard| {
        turn.set(turn.get() + 1);
        match turn.get() {
            10 | 20 | 30 => Said::Exception(4),
            40 => Said::Exception(0x0B),
            50 | 60 => Said::Nothing,
            _ => counter(),
        }
    };
    let (device, transport) = Device::listen(Framing::Tcp, faulty).await;
    let mut library = hasty();
    library.add("two-registers", TWO_REGISTERS).expect("a profile");
    let config = LineConfig { backoff_ms: NonZeroU32::new(1), ..brief(transport) };
    let (headend, line) = start(config, &[alone(1, "two-registers")], &library);
    let mut good = 0;
    while device.heard.borrow().len() < 400 {
        good += u64::from(poll(&line, ONE).await.is_ok());
    }
    let status = status(&headend).await;
    let unit = &status.units[0];
    assert_eq!(
        (unit.requests, unit.good, unit.timeouts, unit.exceptions, unit.garbled + unit.wrong),
        (400, good, 2, 4, 0)
    );
    assert_eq!((good, unit.success_permille()), (394, Some(985)));
    let (p50, p99) = (unit.p50_us.expect("a latency"), unit.p99_us.expect("a latency"));
    assert!(0 < p50 && p50 <= p99 && p99 < 80_000, "{p50} and {p99} µs");
    // The last 500 frames, byte by byte, the requests and the answers in turn.
    assert_eq!(status.frames.len(), 500);
    let received: Vec<_> =
        status.frames.iter().filter(|frame| frame.direction == Direction::Received).collect();
    let sent = device.sent.borrow();
    for (seen, sent) in received.iter().rev().zip(sent.iter().rev()) {
        assert_eq!(seen.bytes, hex::encode_upper(sent));
        assert_eq!(seen.unit, Some(1));
    }
    assert!(received.len() >= 240, "{} answers", received.len());
    assert!(status.frames.is_sorted_by_key(|frame| frame.at));
}
