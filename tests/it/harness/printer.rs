//! A receipt printer that listens as a real one does: takes bytes, answers questions about its state,
//! proves what it printed – or runs out of paper, or dies in the middle.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How it is when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Well,
    NoPaper,
    /// Takes so many bytes of the next receipt and goes away.
    DiesAfter(usize),
}

#[derive(Clone)]
pub(crate) struct FakePrinter {
    inner: Arc<Mutex<Inner>>,
    pub(crate) address: String,
}

struct Inner {
    health: Health,
    papers: Vec<Vec<u8>>,
    torn: Vec<Vec<u8>>,
}

const CUT: &[u8] = b"\x1dVB\x00";
const DRAWER: &[u8] = b"\x1bp\x00\x19\xfa";
const PROOF: &[u8] = b"\x1dr\x01";

impl FakePrinter {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let inner = Inner { health: Health::Well, papers: Vec::new(), torn: Vec::new() };
        let printer = Self { inner: Arc::new(Mutex::new(inner)), address };
        let serving = printer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _from)) = listener.accept().await {
                serving.converse(stream).await;
            }
        });
        printer
    }

    pub(crate) fn set(&self, health: Health) {
        self.inner.lock().unwrap().health = health;
    }

    /// What came out whole.
    pub(crate) fn papers(&self) -> Vec<Vec<u8>> {
        self.inner.lock().unwrap().papers.clone()
    }

    /// What came out in part.
    pub(crate) fn torn(&self) -> Vec<Vec<u8>> {
        self.inner.lock().unwrap().torn.clone()
    }

    async fn converse(&self, mut stream: TcpStream) {
        let mut paper = Vec::new();
        while let Ok(byte) = stream.read_u8().await {
            paper.push(byte);
            let health = self.inner.lock().unwrap().health;
            let state: Option<[u8; 3]> = match health {
                Health::NoPaper => Some([0x1a, 0x32, 0x72]),
                Health::Well | Health::DiesAfter(_) => Some([0x12, 0x12, 0x12]),
            };
            if let ([.., 0x10, 0x04, kind], Some([printer, cause, roll])) = (&paper[..], state) {
                let answer = match kind {
                    1 => printer,
                    2 => cause,
                    _ => roll,
                };
                paper.truncate(paper.len() - 3);
                if stream.write_u8(answer).await.is_err() {
                    return;
                }
            } else if paper.ends_with(PROOF) && paper.windows(CUT.len()).any(|part| part == CUT) {
                self.inner.lock().unwrap().papers.push(std::mem::take(&mut paper));
                if stream.write_u8(0).await.is_err() {
                    return;
                }
            } else if matches!(health, Health::DiesAfter(bytes) if paper.len() >= bytes) {
                let mut inner = self.inner.lock().unwrap();
                inner.torn.push(paper);
                inner.health = Health::NoPaper;
                return;
            }
        }
    }
}

/// Did it open the drawer?
pub(crate) fn opens_drawer(paper: &[u8]) -> bool {
    paper.windows(DRAWER.len()).any(|part| part == DRAWER)
}
