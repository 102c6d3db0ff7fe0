//! The other processes of the line's bench: servers, which are this very program told to serve, and
//! the clients of others.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

/// Told to this program as its first argument.
pub(crate) const HAND: &str = "serve-by-hand";
pub(crate) const FARM: &str = "serve-a-farm";

/// Says the address and serves until it is ended.
pub(crate) fn serve_for_ever(start: impl FnOnce() -> SocketAddr) {
    let _system = actix_rt::System::new();
    println!("{}", start());
    loop {
        thread::park();
    }
}

/// A process that ends with the bench.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A server in a process of its own.
pub(crate) struct Server {
    process: Process,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(which: &str) -> Self {
        let program = std::env::current_exe().expect("the bench knows itself");
        let child = Command::new(program).arg(which).stdout(Stdio::piped()).spawn();
        let mut process = Process(child.expect("the bench starts again"));
        let output = process.0.stdout.take().expect("a piped output");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("a line");
        Self { process, address: line.trim().parse().expect("an address") }
    }

    /// Processor time so far, in nanoseconds.
    pub(crate) fn processor(&self) -> f64 {
        processor(&self.process.0.id().to_string())
    }
}

/// Processor time of all threads of a process that are still there, in nanoseconds.
pub(crate) fn processor(process: &str) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("a running process");
    tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .sum()
}

/// `tests/compare/libmodbus_client.c`, compiled here.
pub(crate) struct LibmodbusClient {
    _process: Process,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl LibmodbusClient {
    pub(crate) fn start(address: SocketAddr, blocks: &[(u16, u16)]) -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libmodbus_client");
        let compiled = Command::new("cc")
            .args(["-O2", "-o"])
            .arg(&program)
            .arg(root.join("tests/compare/libmodbus_client.c"))
            .arg("-lmodbus")
            .stderr(Stdio::null())
            .status();
        if !compiled.is_ok_and(|status| status.success()) {
            return Err("it cannot be compiled here; `tests/run setup` installs it".to_owned());
        }
        let child = Command::new(&program)
            .args([address.ip().to_string(), address.port().to_string(), "1".to_owned()])
            .args(blocks.iter().map(|(at, count)| format!("{at}:{count}")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = Process(child.map_err(|error| error.to_string())?);
        let orders = process.0.stdin.take().expect("a piped input");
        let answers = BufReader::new(process.0.stdout.take().expect("a piped output"));
        Ok(Self { _process: process, orders, answers })
    }

    /// `turn`: how many polls the blocks are for.
    pub(crate) fn poll(&mut self, polls: u32, turn: u32) -> u64 {
        writeln!(self.orders, "{}", polls / turn).expect("the client reads");
        let mut sum = String::new();
        self.answers.read_line(&mut sum).expect("the client answers");
        assert!(!sum.is_empty(), "the client ended");
        polls.into()
    }
}

/// Runs `tests/compare/pymodbus_client.py`, where the blocks are for `turn` polls: processor time and
/// time a poll, in nanoseconds.
pub(crate) fn pymodbus(
    address: SocketAddr,
    connections: u16,
    seconds: u32,
    blocks: &[(u16, u16)],
    turn: u32,
) -> Result<(f64, f64), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("tests/.env/bin/python");
    if !python.exists() {
        return Err(format!("{} is missing; `tests/run setup` makes it", python.display()));
    }
    let output = Command::new(python)
        .arg(root.join("tests/compare/pymodbus_client.py"))
        .args([address.port().to_string(), connections.to_string(), seconds.to_string()])
        .args(blocks.iter().map(|(at, count)| format!("{at}:{count}")))
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = said.split_whitespace().map(str::parse::<f64>);
    let (Some(Ok(polls)), Some(Ok(taken))) = (numbers.next(), numbers.next()) else {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    };
    let polls = polls * f64::from(turn);
    Ok((taken * 1e9 / polls, f64::from(seconds) * 1e9 / polls))
}
