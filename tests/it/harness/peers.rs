//! Devices made by others: the Python peers, and pairs of pseudo terminals in place of a bus.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Folder, root};

/// A process that ends with the test.
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts `tests/peers/<script>` and waits until it says that it is ready.
pub(crate) fn python(script: &str, arguments: &[&str]) -> Process {
    let mut peer = start_python(script, arguments, Stdio::piped());
    let output = peer.0.stdout.take().expect("a piped output");
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).expect("a line");
    assert!(line.starts_with("ready"), "{script} {arguments:?} did not start: {line:?}");
    peer
}

/// As [`python`], for a peer that says nothing.
pub(crate) fn silent_python(script: &str, arguments: &[&str]) -> Process {
    start_python(script, arguments, Stdio::null())
}

fn start_python(script: &str, arguments: &[&str], output: Stdio) -> Process {
    let python = root().join("tests/.env/bin/python");
    assert!(python.exists(), "{} is missing; `tests/run setup` makes it", python.display());
    let child = Command::new(python)
        .arg(root().join("tests/peers").join(script))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(output)
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {script}: {error}"));
    Process(child)
}

/// Runs a script to its end and gives what it printed.
pub(crate) fn python_output(script: &str, arguments: &[&str]) -> String {
    let mut process = start_python(script, arguments, Stdio::piped());
    let mut seen = String::new();
    let mut output = process.0.stdout.take().expect("a piped output");
    std::io::Read::read_to_string(&mut output, &mut seen).expect("text");
    assert!(process.0.wait().expect("an end").success(), "{script} {arguments:?} failed: {seen}");
    seen
}

/// Starts our own program and waits for its first line.
pub(crate) fn program(arguments: &[&str]) -> (Process, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_meterhouse"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {arguments:?}: {error}"));
    let mut process = Process(child);
    let output = process.0.stdout.take().expect("a piped output");
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).expect("a line");
    assert!(line.starts_with("ready"), "{arguments:?} did not start: {line:?}");
    (process, line)
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Two pseudo terminals joined like the two ends of a cable.
pub(crate) struct Cable {
    pub(crate) ours: PathBuf,
    pub(crate) theirs: PathBuf,
    _socat: Process,
    _folder: Folder,
}

impl Cable {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
        let end = |path: &PathBuf| format!("pty,raw,echo=0,link={}", path.display());
        let socat = Command::new("socat")
            .args([end(&ours), end(&theirs)])
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("socat is missing ({error}); `tests/run setup` installs it")
            });
        let cable = Self { ours, theirs, _socat: Process(socat), _folder: folder };
        let deadline = Instant::now() + Duration::from_secs(10);
        while !(cable.ours.exists() && cable.theirs.exists()) {
            assert!(Instant::now() < deadline, "socat made no terminals");
            std::thread::yield_now();
        }
        cable
    }

    pub(crate) fn ours(&self) -> String {
        self.ours.display().to_string()
    }

    pub(crate) fn theirs(&self) -> String {
        self.theirs.display().to_string()
    }
}

/// Sets the fault of a unit of `peer_meter.py` on its TCP port: code, number of replies (0: until
/// cleared), delay in ms; by a plain write of registers 9000 to 9002.
pub(crate) fn set_fault(port: u16, unit: u8, code: u16, replies: u16, delay_ms: u16) {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).expect("the peer listens");
    let mut frame = vec![0, 1, 0, 0, 0, 13, unit, 16];
    for word in [9_000, 3] {
        frame.extend(u16::to_be_bytes(word));
    }
    frame.push(6);
    for word in [code, replies, delay_ms] {
        frame.extend(word.to_be_bytes());
    }
    socket.write_all(&frame).expect("the peer reads");
    let mut reply = [0; 12];
    std::io::Read::read_exact(&mut socket, &mut reply).expect("the peer answers");
    assert_eq!(reply[7], 16, "the peer took the fault");
}
