//! A gateway with meters behind it that answers strictly in order, one request at a time, and now
//! and then does what lines do: answers late, twice, broken, for another unit, or not at all.
//! Every register of every unit holds a number of its own, so that a value booked to the wrong
//! register or meter cannot hide.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shared::meter::profile::frame::crc16;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Tcp,
    Rtu,
}

/// What is done to one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    Late,
    VeryLate,
    Silent,
    JunkBefore,
    JunkAfter,
    JunkOnly,
    BrokenChecksum,
    WrongUnit,
    Twice,
    /// The answer before this one, once more, instead of this one.
    Previous,
    Short,
    Exception,
    WrongEcho,
    Hangup,
}

pub(crate) const FAULTS: [Fault; 14] = [
    Fault::Late,
    Fault::VeryLate,
    Fault::Silent,
    Fault::JunkBefore,
    Fault::JunkAfter,
    Fault::JunkOnly,
    Fault::BrokenChecksum,
    Fault::WrongUnit,
    Fault::Twice,
    Fault::Previous,
    Fault::Short,
    Fault::Exception,
    Fault::WrongEcho,
    Fault::Hangup,
];

/// How a unit is, all the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Dead,
    /// Answers, but only after so many milliseconds.
    Slow(u64),
    /// Keeps the line with junk whenever it is asked.
    Babbling,
}

pub(crate) struct Bench {
    seed: u64,
    manners: BTreeMap<u8, Manner>,
    /// How long every sound answer takes.
    turnaround: Duration,
    /// Faults in a thousand answers, and which ones may happen.
    permille: u64,
    faults: Vec<Fault>,
    pub(crate) requests: u64,
    pub(crate) injected: BTreeMap<Fault, u64>,
    /// What the contact of each unit really does.
    pub(crate) closed: BTreeMap<u8, bool>,
    previous: Vec<u8>,
}

pub(crate) type Plant = Arc<Mutex<Bench>>;

pub(crate) fn plant(seed: u64, permille: u64, faults: &[Fault]) -> Plant {
    Arc::new(Mutex::new(Bench {
        seed,
        manners: BTreeMap::new(),
        turnaround: Duration::ZERO,
        permille,
        faults: faults.to_vec(),
        requests: 0,
        injected: BTreeMap::new(),
        closed: BTreeMap::new(),
        previous: Vec::new(),
    }))
}

/// Sound meters that take `turnaround` for an answer, and those that are otherwise.
pub(crate) fn mannered(turnaround: Duration, manners: &[(u8, Manner)]) -> Plant {
    let plant = plant(7, 0, &[]);
    let mut bench = plant.lock().expect("no test panicked");
    bench.turnaround = turnaround;
    bench.manners = manners.iter().copied().collect();
    drop(bench);
    plant
}

/// What an SDM630 with this unit address shows at an input register; exact in float32. No load
/// flows through an open contact.
pub(crate) fn shown(unit: u8, closed: bool, at: u16) -> f32 {
    let unit = f32::from(unit);
    match at {
        0x06..=0x3C if !closed => 0.0,
        0x00 => 220.0 + unit / 8.0,
        0x02 => 221.0 + unit / 8.0,
        0x04 => 222.0 + unit / 8.0,
        0x06 => 1.0 + unit / 8.0,
        0x08 => 2.0 + unit / 8.0,
        0x0A => 3.0 + unit / 8.0,
        0x0C => 100.0 * unit,
        0x0E => 100.0 * unit + 1.0,
        0x10 => 100.0 * unit + 2.0,
        0x34 => 300.0 * unit + 3.0,
        0x3C => 17.0 + unit,
        0x3E => 0.5,
        0x46 => 50.0 + unit / 8.0,
        0x48 => 1_000.0 * unit + 0.5,
        0x4A => 5.0 * unit,
        _ => 0.0,
    }
}

impl Bench {
    fn draw(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    }

    fn junk(&mut self, most: u64) -> Vec<u8> {
        (0..=self.draw(most)).map(|_| u8::try_from(self.draw(256)).expect("a byte")).collect()
    }

    fn fault(&mut self, writes: bool) -> Option<Fault> {
        // Writes are rare; they get their share of trouble all the same.
        let permille = if writes { 10 * self.permille } else { self.permille };
        if self.faults.is_empty() || self.draw(1_000) >= permille {
            return None;
        }
        let kinds = u64::try_from(self.faults.len()).expect("a few kinds");
        let which = usize::try_from(self.draw(kinds)).expect("a few kinds");
        let fault = self.faults[which];
        if fault == Fault::WrongEcho && !writes {
            return None;
        }
        *self.injected.entry(fault).or_default() += 1;
        Some(fault)
    }

    /// Unit and function code, then the data: what a sound device answers.
    fn answer(&mut self, request: &[u8]) -> Vec<u8> {
        let (unit, function) = (request[0], request[1]);
        let at = u16::from_be_bytes([request[2], request[3]]);
        let count = u16::from_be_bytes([request[4], request[5]]);
        let closed = self.closed.entry(unit).or_insert(true);
        match function {
            1 | 2 => vec![unit, function, 1, u8::from(*closed)],
            4 if count.is_multiple_of(2) && at.is_multiple_of(2) => {
                let bytes = u8::try_from(count * 2).expect("at most 125 registers");
                let mut answer = vec![unit, function, bytes];
                (0..count / 2)
                    .for_each(|i| answer.extend(shown(unit, *closed, at + 2 * i).to_be_bytes()));
                answer
            }
            5 => {
                *closed = request[4] == 0xFF;
                request[..6].to_vec()
            }
            _ => vec![unit, function | 0x80, 2],
        }
    }
}

/// Serves until the test ends; each accepted connection waits for the one before it.
pub(crate) async fn listen(plant: Plant, framing: Framing) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let line = Arc::new(tokio::sync::Mutex::new(()));
    actix_rt::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("a socket option");
            let (plant, line) = (Arc::clone(&plant), Arc::clone(&line));
            actix_rt::spawn(async move { serve(stream, plant, framing, line).await });
        }
    });
    address
}

pub(crate) async fn serve<T: AsyncRead + AsyncWrite + Unpin>(
    mut port: T,
    plant: Plant,
    framing: Framing,
    line: Arc<tokio::sync::Mutex<()>>,
) {
    let mut buffer = Vec::new();
    let length = if framing == Framing::Tcp { 12 } else { 8 };
    loop {
        while buffer.len() < length {
            match port.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        let frame: Vec<u8> = buffer.drain(..length).collect();
        let _one_at_a_time = line.lock().await;
        let Some(bursts) = reply(&plant, framing, &frame) else { return };
        for (delay, bytes) in bursts {
            tokio::time::sleep(delay).await;
            if port.write_all(&bytes).await.is_err() {
                return;
            }
        }
    }
}

/// When to send which bytes; none: hang up.
fn reply(plant: &Plant, framing: Framing, frame: &[u8]) -> Option<Vec<(Duration, Vec<u8>)>> {
    let mut bench = plant.lock().expect("no test panicked");
    bench.requests += 1;
    let request = if framing == Framing::Tcp { &frame[6..] } else { &frame[..6] };
    let mut delay = bench.turnaround;
    match bench.manners.get(&request[0]) {
        Some(Manner::Dead) => return Some(Vec::new()),
        Some(Manner::Babbling) => {
            return Some((0..6).map(|_| (Duration::from_millis(20), bench.junk(40))).collect());
        }
        Some(Manner::Slow(millis)) => delay = Duration::from_millis(*millis),
        None => {}
    }
    let writes = request[1] == 5;
    let fault = bench.fault(writes);
    let mut answer = bench.answer(request);
    match fault {
        Some(Fault::Late) => delay = Duration::from_millis(30 + bench.draw(20)),
        Some(Fault::VeryLate) => delay = Duration::from_millis(60 + bench.draw(120)),
        Some(Fault::WrongUnit) => answer[0] = answer[0] % 20 + 1,
        Some(Fault::Exception) => {
            let code = [4, 5, 6, 11][usize::try_from(bench.draw(4)).expect("small")];
            answer = vec![answer[0], answer[1] | 0x80, code];
        }
        Some(Fault::Short) if answer[1] == 4 => {
            answer.truncate(answer.len() - 2);
            answer[2] -= 2;
        }
        Some(Fault::WrongEcho) => answer[3] += 1,
        _ => {}
    }
    let mut bytes = match framing {
        Framing::Tcp => {
            let length = u16::try_from(answer.len()).expect("a short frame").to_be_bytes();
            [&frame[..4], &length, &answer].concat()
        }
        Framing::Rtu => [&answer[..], &crc16(&answer).to_le_bytes()].concat(),
    };
    let sound = bytes.clone();
    match fault {
        Some(Fault::Silent) => bytes.clear(),
        Some(Fault::JunkBefore) => bytes = [bench.junk(30), bytes].concat(),
        Some(Fault::JunkAfter) => bytes = [bytes, bench.junk(60)].concat(),
        Some(Fault::JunkOnly) => bytes = bench.junk(60),
        Some(Fault::BrokenChecksum) => match framing {
            Framing::Tcp => bytes[3] ^= 0x5A,
            Framing::Rtu => *bytes.last_mut().expect("a checksum") ^= 0x5A,
        },
        Some(Fault::Twice) => bytes = bytes.repeat(2),
        Some(Fault::Previous) => bytes.clone_from(&bench.previous),
        Some(Fault::Hangup) => return None,
        _ => {}
    }
    bench.previous = sound;
    Some(vec![(delay, bytes)])
}
