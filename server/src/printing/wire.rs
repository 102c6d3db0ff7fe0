//! One conversation with the printer: how are you, print this, is it printed?

use std::time::Duration;

use shared::api::printing::Hindrance;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::status::{QUESTIONS, hindrance, is_proof, is_status};
use crate::config::printer::Printer;

const CONNECT: Duration = Duration::from_secs(3);
const STATE: Duration = Duration::from_secs(2);
/// Half a metre of paper takes some seconds; a slow old printer with an image takes longer.
const PRINT: Duration = Duration::from_secs(30);

/// A printer that is ready: nothing was sent yet.
pub(super) struct Ready {
    stream: TcpStream,
    asks: bool,
}

/// Connects and asks how it is.
pub(super) async fn greet(printer: &Printer) -> Result<Ready, Hindrance> {
    let connected = timeout(CONNECT, TcpStream::connect(printer.address.as_str())).await;
    let Ok(Ok(mut stream)) = connected else { return Err(Hindrance::Off) };
    if printer.status {
        let mut answers = [0; QUESTIONS.len()];
        for (question, answer) in QUESTIONS.iter().zip(&mut answers) {
            *answer = state(&mut stream, question).await?;
        }
        if let Some(why) = hindrance(answers) {
            return Err(why);
        }
    }
    Ok(Ready { stream, asks: printer.status })
}

async fn state(stream: &mut TcpStream, question: &[u8]) -> Result<u8, Hindrance> {
    let asked = stream.write_all(question).await;
    asked.map_err(|_gone| Hindrance::Off)?;
    answer(stream, STATE, is_status).await.ok_or(Hindrance::Silent)
}

/// The next byte that is an answer of this kind.
async fn answer(stream: &mut TcpStream, most: Duration, fits: fn(u8) -> bool) -> Option<u8> {
    let read = async {
        loop {
            match stream.read_u8().await {
                Ok(byte) if fits(byte) => return Some(byte),
                Ok(_other) => {}
                Err(_gone) => return None,
            }
        }
    };
    timeout(most, read).await.ok().flatten()
}

impl Ready {
    /// Sends a paper and waits for the proof that it came out whole.
    pub(super) async fn print(mut self, bytes: &[u8]) -> Result<(), Hindrance> {
        let sent = timeout(PRINT, self.stream.write_all(bytes)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return Err(Hindrance::BrokenOff);
        }
        if self.asks {
            let proof = answer(&mut self.stream, PRINT, is_proof).await;
            return proof.map(drop).ok_or(Hindrance::BrokenOff);
        }
        // A printer that tells nothing has at least taken every byte when it lets the line end.
        let ended = self.stream.shutdown().await;
        ended.map_err(|_gone| Hindrance::BrokenOff)
    }
}
