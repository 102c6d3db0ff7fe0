//! The ports of a farm: Modbus TCP, RTU over TCP, and a serial line.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tracing::{debug, warn};

use super::frame::{self, Found};
use super::plant::Plant;
use crate::clock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Tcp,
    Rtu,
}

/// Half a frame that is not continued is noise.
const PATIENCE: Duration = Duration::from_millis(200);
/// A gateway says that the unit behind it is silent.
const NO_ANSWER: u8 = 0x0B;

/// Serves every connection of a listener until the program ends; on the thread of the caller.
pub async fn listen(listener: TcpListener, framing: Framing, plant: Rc<RefCell<Plant>>) {
    loop {
        match accept(&listener).await {
            Ok(stream) => {
                let plant = Rc::clone(&plant);
                actix_rt::spawn(async move {
                    if let Err(error) = talk(stream, framing, &plant).await {
                        debug!(%error, "a connection to the farm ended");
                    }
                });
            }
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }
}

async fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    let (stream, _) = listener.accept().await?;
    // Without this an answer may wait 40 ms for the acknowledgement of the last one.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Serves a serial line, and opens it again when it was lost.
pub async fn serial(
    path: &str,
    baud: u32,
    plant: Rc<RefCell<Plant>>,
) -> Result<Infallible, io::Error> {
    loop {
        let port = crate::headend::open_serial(path, baud)?;
        if let Err(error) = talk(port, Framing::Rtu, &plant).await {
            warn!(%error, "the serial line {path} was lost");
        }
        tokio::time::sleep(PATIENCE).await;
    }
}

async fn talk<T: AsyncRead + AsyncWrite + Unpin>(
    mut port: T,
    framing: Framing,
    plant: &RefCell<Plant>,
) -> io::Result<()> {
    let mut buffer: Vec<u8> = Vec::with_capacity(512);
    loop {
        let found = match framing {
            Framing::Tcp => frame::tcp(&buffer),
            Framing::Rtu => frame::rtu(&buffer),
        };
        match found {
            Found::Request { transaction, unit, pdu, length } => {
                buffer.drain(..length);
                let answer = plant.borrow_mut().answer(clock::now(), unit, &pdu);
                let reply = match (framing, answer) {
                    (Framing::Tcp, Some(answer)) => frame::tcp_reply(transaction, unit, &answer),
                    (Framing::Tcp, None) => {
                        let function = pdu.first().copied().unwrap_or_default() | 0x80;
                        frame::tcp_reply(transaction, unit, &[function, NO_ANSWER])
                    }
                    (Framing::Rtu, Some(answer)) => frame::rtu_reply(unit, &answer),
                    (Framing::Rtu, None) => continue,
                };
                port.write_all(&reply).await?;
            }
            Found::Junk(bytes) => drop(buffer.drain(..bytes)),
            Found::Part => {
                let begun = framing == Framing::Rtu && !buffer.is_empty();
                let read = port.read_buf(&mut buffer);
                let read = if begun {
                    match tokio::time::timeout(PATIENCE, read).await {
                        Ok(read) => read?,
                        Err(_noise) => {
                            buffer.clear();
                            continue;
                        }
                    }
                } else {
                    read.await?
                };
                if read == 0 {
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_rt::test]
    async fn an_answer_does_not_wait_for_the_acknowledgement_of_the_last_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (ours, _theirs) = tokio::join!(accept(&listener), TcpStream::connect(address));
        assert!(ours.expect("a connection").nodelay().expect("a socket option"));
    }
}
