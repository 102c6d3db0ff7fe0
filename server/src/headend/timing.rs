//! How long things take on a line: from its speed, the length of a request, and the profile.

use std::time::Duration;

use shared::meter::profile::file::Timing;
use tokio_modbus::Request;

use super::config::{LineConfig, Transport};

/// The times that hold for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// From sending to giving up.
    pub(super) timeout: Duration,
    /// Silence between two frames.
    pub(super) gap: Duration,
    /// Silence before another device is spoken to.
    pub(super) switch: Duration,
    /// Silence after a failure.
    pub(super) quiet: Duration,
}

const MARGIN: Duration = Duration::from_millis(50);
/// Gateways give up on a silent meter after about a second.
const TCP_LATENCY: u32 = 1_000;
const GATEWAY_LATENCY: u32 = 300;

pub(super) fn pace(line: &LineConfig, profile: &Timing, request: &Request<'_>) -> Pace {
    let millis = |millis: u32| Duration::from_millis(u64::from(millis));
    let turnaround = millis(profile.turnaround_ms);
    let (wire, gap, latency) = match &line.transport {
        Transport::Tcp { .. } => (Duration::ZERO, Duration::ZERO, TCP_LATENCY),
        Transport::Rtu { baud, format, .. } => {
            (characters(wire_bytes(request), *baud, format.bits()), silence(*baud), 0)
        }
        Transport::RtuTcp { baud, .. } => {
            (characters(wire_bytes(request), *baud, 11), silence(*baud), GATEWAY_LATENCY)
        }
    };
    let latency = millis(line.latency_ms.unwrap_or(latency));
    let timeout = match line.timeout_ms {
        Some(fixed) => millis(fixed.get()),
        None => wire + turnaround + MARGIN + latency,
    };
    let is_bus = !matches!(line.transport, Transport::Tcp { .. });
    let quiet = match line.quiet_ms {
        Some(fixed) => millis(fixed),
        None if is_bus => timeout.max(2 * turnaround).max(millis(300)),
        None => Duration::ZERO,
    };
    let switch = if is_bus { millis(profile.switch_ms) } else { Duration::ZERO };
    Pace { timeout, gap, switch: switch.max(gap), quiet }
}

/// Bytes of request and reply together.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum, not ours")]
fn wire_bytes(request: &Request<'_>) -> u32 {
    let data = match request {
        Request::ReadCoils(_, bits) | Request::ReadDiscreteInputs(_, bits) => {
            u32::from(bits.div_ceil(8))
        }
        Request::ReadHoldingRegisters(_, words) | Request::ReadInputRegisters(_, words) => {
            2 * u32::from(*words)
        }
        Request::WriteMultipleRegisters(_, words) => {
            u32::try_from(2 * words.len()).expect("a request holds at most 125 registers")
        }
        _ => 8, // single writes; the other functions of the library are not used
    };
    8 + 5 + data
}

fn characters(count: u32, baud: u32, bits: u32) -> Duration {
    Duration::from_micros(u64::from(count) * u64::from(bits) * 1_000_000 / u64::from(baud.max(1)))
}

/// At least 3.5 characters, and never less than 1.75 ms.
fn silence(baud: u32) -> Duration {
    (characters(7, baud, 11) / 2).max(Duration::from_micros(1_750))
}

#[cfg(test)]
mod tests {
    use shared::id::LineId;
    use shared::meter::profile::Library;

    use super::*;
    use crate::headend::config::SerialFormat;

    #[test]
    fn a_slow_line_waits_as_long_as_its_bytes_take() {
        let library = Library::built_in();
        let timing = &library.get("eastron-sdm120").expect("a built-in profile").timing;
        let line = |baud| LineConfig {
            id: LineId(1),
            name: "a line".into(),
            transport: Transport::Rtu {
                path: "/dev/null".into(),
                baud,
                format: SerialFormat::EightEven1,
            },
            read_only: false,
            timeout_ms: None,
            latency_ms: None,
            quiet_ms: None,
            backoff_ms: None,
        };
        let of = |baud, words| pace(&line(baud), timing, &Request::ReadInputRegisters(0, words));
        // 263 bytes of 11 bits at 1,200 baud are 2,411 ms; then the meter's 200 ms and a margin.
        assert_eq!(of(1_200, 125).timeout.as_millis(), 2_660);
        assert_eq!(of(9_600, 2).timeout.as_millis(), 269);
        assert_eq!(of(9_600, 2).gap.as_micros(), 4_010);
        assert_eq!(of(115_200, 2).gap.as_micros(), 1_750);
        assert_eq!(of(9_600, 2).quiet.as_millis(), 400);
        assert_eq!(of(1_200, 125).quiet.as_millis(), 2_660);
    }
}
