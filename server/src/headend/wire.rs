//! The open port of a line: everything that passes is noted, and before anything is sent, whatever
//! still lies there unasked is read and thrown away.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use shared::time::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_serial::{
    DataBits, Parity, SerialPort as _, SerialPortBuilderExt, SerialStream, StopBits,
};

use super::config::{SerialFormat, Transport};
use super::question::Pitch;
use super::trace::{Direction, Frame, Trace};

/// Asks what time it is in the time of the live book.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

trait Port: AsyncRead + AsyncWrite + Send + Unpin {
    /// Speaks at another speed from here on.
    fn tune(&mut self, _: Pitch) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The gateway has a speed, the connection to it has none.
impl Port for TcpStream {}

impl Port for SerialStream {
    fn tune(&mut self, Pitch { baud, format }: Pitch) -> io::Result<()> {
        let (parity, stop) = parity_and_stop(format);
        self.set_baud_rate(baud)?;
        self.set_parity(parity)?;
        Ok(self.set_stop_bits(stop)?)
    }
}

/// A handle on the port. The protocol layer owns one and is thrown away after a failure; ours
/// stays.
#[derive(Clone)]
pub(super) struct Wire(Arc<Mutex<Inner>>);

struct Inner {
    port: Option<Box<dyn Port>>,
    clock: Clock,
    trace: Trace,
    /// Bytes received since the last request was sent.
    received: usize,
    /// When bytes last came.
    heard: Timestamp,
    /// The port said that it is gone.
    lost: bool,
    /// The speed it was tuned to since it was opened; none: that of the line.
    pitch: Option<Pitch>,
}

const CONNECT: Duration = Duration::from_secs(3);

impl Wire {
    pub(super) fn closed(clock: Clock) -> Self {
        let (trace, heard, pitch) = (Trace::default(), Timestamp::default(), None);
        let inner = Inner { port: None, clock, trace, received: 0, heard, lost: false, pitch };
        Self(Arc::new(Mutex::new(inner)))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn open(&self, transport: &Transport) -> io::Result<()> {
        let port: Box<dyn Port> = match transport {
            Transport::Tcp { address } | Transport::RtuTcp { address, .. } => {
                Box::new(dial(address).await?)
            }
            Transport::Rtu { path, baud, format } => Box::new(serial(path, *baud, *format)?),
        };
        let mut inner = self.inner();
        inner.port = Some(port);
        inner.lost = false;
        inner.pitch = None;
        Ok(())
    }

    /// Speaks at another speed until it is tuned again or opened anew.
    pub(super) fn tune(&self, pitch: Pitch) -> io::Result<()> {
        let mut inner = self.inner();
        let port = inner.port.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        port.tune(pitch)?;
        inner.pitch = Some(pitch);
        Ok(())
    }

    pub(super) fn pitch(&self) -> Option<Pitch> {
        self.inner().pitch
    }

    pub(super) fn close(&self) {
        self.inner().port = None;
    }

    pub(super) fn is_open(&self) -> bool {
        let inner = self.inner();
        inner.port.is_some() && !inner.lost
    }

    pub(super) fn received(&self) -> usize {
        self.inner().received
    }

    /// When the last bytes came.
    pub(super) fn heard(&self) -> Timestamp {
        self.inner().heard
    }

    pub(super) fn frames(&self, unit_at: usize) -> Vec<Frame> {
        self.inner().trace.frames(unit_at)
    }

    /// Reads and throws away for `silence`, and goes on while bytes keep coming, at most
    /// `longest`.
    pub(super) async fn hear_out(&self, silence: Duration, longest: Duration) {
        let listen = async {
            let mut scratch = [0_u8; 256];
            let mut port = Discarding(self.clone());
            while let Ok(Ok(1..)) = tokio::time::timeout(silence, port.read(&mut scratch)).await {}
        };
        if tokio::time::timeout(longest, listen).await.is_err() {
            tracing::debug!("the line is not silent after {longest:?}");
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

async fn dial(address: &str) -> io::Result<TcpStream> {
    let stream = tokio::time::timeout(CONNECT, TcpStream::connect(address))
        .await
        .map_err(|_elapsed| io::Error::from(io::ErrorKind::TimedOut))??;
    // Without this a request may wait 40 ms for the acknowledgement of the last one.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Opens a serial port with eight data bits, no parity, one stop bit.
pub fn open_serial(path: &str, baud: u32) -> io::Result<SerialStream> {
    serial(path, baud, SerialFormat::EightNone1)
}

fn serial(path: &str, baud: u32, format: SerialFormat) -> io::Result<SerialStream> {
    let (parity, stop) = parity_and_stop(format);
    let builder =
        tokio_serial::new(path, baud).data_bits(DataBits::Eight).parity(parity).stop_bits(stop);
    Ok(builder.open_native_async()?)
}

fn parity_and_stop(format: SerialFormat) -> (Parity, StopBits) {
    match format {
        SerialFormat::EightNone1 => (Parity::None, StopBits::One),
        SerialFormat::EightNone2 => (Parity::None, StopBits::Two),
        SerialFormat::EightEven1 => (Parity::Even, StopBits::One),
        SerialFormat::EightOdd1 => (Parity::Odd, StopBits::One),
    }
}

impl Inner {
    fn read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        direction: Direction,
    ) -> Poll<io::Result<()>> {
        let Some(port) = &mut self.port else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let before = buffer.filled().len();
        let result = Pin::new(port).poll_read(cx, buffer);
        if let Poll::Ready(outcome) = &result {
            let new = buffer.filled().get(before..).unwrap_or_default();
            if outcome.is_err() || new.is_empty() {
                self.lost = true;
            } else {
                self.received += new.len();
                self.heard = (self.clock)();
                self.trace.note(self.heard, direction, new);
            }
        }
        result
    }

    /// Throws away what lies in the port unread.
    fn freshen(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut scratch = [0_u8; 256];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            match self.read(cx, &mut buffer, Direction::Discarded) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
                Poll::Ready(Ok(())) => {}
            }
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner().read(cx, buffer, Direction::Received)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut inner = self.inner();
        if let Err(error) = inner.freshen(cx) {
            return Poll::Ready(Err(error));
        }
        inner.received = 0;
        let Some(port) = &mut inner.port else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let result = Pin::new(port).poll_write(cx, bytes);
        match &result {
            Poll::Ready(Ok(written)) => {
                let at = (inner.clock)();
                let sent = bytes.get(..*written).unwrap_or_default();
                inner.trace.note(at, Direction::Sent, sent);
            }
            Poll::Ready(Err(_)) => inner.lost = true,
            Poll::Pending => {}
        }
        result
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner().port {
            Some(port) => Pin::new(port).poll_flush(cx),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    /// The port belongs to the line, not to one session of the protocol.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Reads what nobody asked for.
struct Discarding(Wire);

impl AsyncRead for Discarding {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.inner().read(cx, buffer, Direction::Discarded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_rt::test]
    async fn a_request_does_not_wait_for_the_acknowledgement_of_the_last_one() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (ours, _theirs) = tokio::join!(dial(&address), listener.accept());
        assert!(ours.expect("a connection").nodelay().expect("a socket option"));
    }
}
