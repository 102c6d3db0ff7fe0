//! Which lines there are and which meter hangs on which: read from the site file, checked whole
//! before anything is opened.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use shared::id::{LineId, MeterId};
use shared::meter::profile::{Library, Profile, Ratio, Relay};
use thiserror::Error;

use super::question::Pitch;

/// A bus or gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineConfig {
    pub id: LineId,
    pub name: String,
    /// `{ tcp = { address = "…" } }`, `{ rtu = { path = "…", baud = 9600 } }` or
    /// `{ rtu-tcp = { address = "…" } }`.
    pub transport: Transport,
    /// Refuses every write at the lowest layer: for commissioning, and for buses of others.
    #[serde(default)]
    pub read_only: bool,
    /// Time to wait for an answer, instead of the one computed from speed and profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<NonZeroU32>,
    /// What a gateway adds to every answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u32>,
    /// Silence kept after a failure, so that a late answer is heard out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_ms: Option<u32>,
    /// Pause before a silent device is asked again; doubles with every silence, up to 300 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backoff_ms: Option<NonZeroU32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Transport {
    /// Modbus TCP.
    Tcp { address: String },
    /// A serial port.
    Rtu {
        path: String,
        baud: u32,
        #[serde(default)]
        format: SerialFormat,
    },
    /// RTU frames through a serial-to-Ethernet gateway.
    RtuTcp {
        address: String,
        /// Speed of the bus behind the gateway.
        #[serde(default = "nine_thousand_six_hundred")]
        baud: u32,
    },
}

const fn nine_thousand_six_hundred() -> u32 {
    9_600
}

/// Data bits, parity and stop bits of a serial line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SerialFormat {
    #[default]
    #[serde(rename = "8N1")]
    EightNone1,
    #[serde(rename = "8N2")]
    EightNone2,
    #[serde(rename = "8E1")]
    EightEven1,
    #[serde(rename = "8O1")]
    EightOdd1,
}

impl SerialFormat {
    /// Such as `8E1`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::EightNone1, Self::EightNone2, Self::EightEven1, Self::EightOdd1]
            .into_iter()
            .find(|format| format.to_string() == name)
    }

    /// Bits on the wire for one byte.
    pub const fn bits(self) -> u32 {
        match self {
            Self::EightNone1 => 10,
            Self::EightNone2 | Self::EightEven1 | Self::EightOdd1 => 11,
        }
    }
}

/// The Modbus address of a device on its line; never 0, which would speak to all at once. 255 is for
/// a device that speaks Modbus TCP itself and has no address (Modbus Messaging on TCP/IP
/// Implementation Guide V1.0b, 4.4.2.1); on a bus, some boards take it for all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct UnitAddress(u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("unit address {0} is outside 1 to 247; 255 is for a Modbus TCP device that has none")]
pub struct UnitAddressOutOfRange(u8);

impl TryFrom<u8> for UnitAddress {
    type Error = UnitAddressOutOfRange;
    fn try_from(address: u8) -> Result<Self, UnitAddressOutOfRange> {
        match address {
            1..=247 | NONE => Ok(Self(address)),
            0 | 248..NONE => Err(UnitAddressOutOfRange(address)),
        }
    }
}

/// Stands where a Modbus TCP device has no address.
const NONE: u8 = 255;

impl UnitAddress {
    /// Whether a device may have this address there.
    pub fn is_of(self, transport: &Transport) -> bool {
        self.0 != NONE || matches!(transport, Transport::Tcp { .. })
    }

    /// What a scan looks at: addresses of a bus, or the one that stands for none.
    pub fn can_be_scanned(from: u8, to: u8) -> bool {
        let of_a_bus = (1..=247).contains(&from) && (from..=247).contains(&to);
        of_a_bus || (from, to) == (NONE, NONE)
    }
}

impl From<UnitAddress> for u8 {
    fn from(unit: UnitAddress) -> Self {
        unit.0
    }
}

/// Where a meter hangs, what model it is, and what switches its supply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterConfig {
    pub meter: MeterId,
    pub line: LineId,
    pub unit: UnitAddress,
    /// Id of the meter model.
    pub profile: String,
    /// Current transformer, such as "200/5", unless the meter multiplies itself.
    #[serde(default)]
    pub ct: Ratio,
    /// Voltage transformer, such as "10000/100".
    #[serde(default)]
    pub pt: Ratio,
    /// The switch, where it is not inside the meter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<RelayConfig>,
    /// The number the meter must give; another one means another meter hangs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Seconds between two polls.
    #[serde(default = "five_seconds")]
    pub poll_s: NonZeroU32,
}

const fn five_seconds() -> NonZeroU32 {
    NonZeroU32::new(5).expect("five is not zero")
}

/// An output of a relay board or breaker. Line and unit are the meter's own unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitAddress>,
    #[serde(default = "relay_coils")]
    pub profile: String,
    /// Output of the board, from 1.
    pub output: u16,
    /// Input that an auxiliary contact of the contactor is wired to, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<u16>,
    /// State of the output while supply is connected.
    #[serde(default)]
    pub connected_when: Output,
}

fn relay_coils() -> String {
    "relay-coils".to_owned()
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    #[default]
    On,
    Off,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    #[error("line {0} is there twice")]
    LineTwice(LineId),
    #[error("lines {0} and {1} both use {2}; a port has one owner")]
    PortTwice(LineId, LineId, String),
    #[error("meter {0} is there twice")]
    MeterTwice(MeterId),
    #[error("meters {0} and {1} both have unit address {2} on line {3}")]
    UnitTwice(MeterId, MeterId, u8, LineId),
    #[error("meter {0} names line {1}, which is not in the list of lines")]
    NoLine(MeterId, LineId),
    #[error("meter {0} names the profile `{1}`, which is not in the library")]
    NoProfile(MeterId, String),
    #[error("meter {0}: the profile `{1}` is a relay board, not a meter")]
    NotAMeter(MeterId, String),
    #[error("meter {0}: the relay's profile `{1}` is not a relay board")]
    NotABoard(MeterId, String),
    #[error("meter {0}: the board `{1}` has outputs 1 to {2}")]
    NoOutput(MeterId, String, u16),
    #[error("meter {0}: the board `{1}` has inputs 1 to {2}")]
    NoInput(MeterId, String, u16),
    #[error("meters {0} and {1} are both switched by output {2} of the same board")]
    OutputTwice(MeterId, MeterId, u16),
    #[error("meter {0} has a switch inside and a relay beside it; take one out")]
    TwoSwitches(MeterId),
    #[error("meter {0}: `{1}` cannot be set to the {2} baud of line {3}")]
    Baud(MeterId, String, u32, LineId),
    #[error(
        "meter {0}: line {1} is a bus, where unit addresses are 1 to 247; 255 is for a device that \
         speaks Modbus TCP itself"
    )]
    NoBusAddress(MeterId, LineId),
    #[error("meter {0} gives a serial number, but the profile `{1}` has no register for it")]
    NoIdentity(MeterId, String),
}

/// Checks what one line alone cannot see.
pub fn check(
    lines: &[LineConfig],
    meters: &[MeterConfig],
    library: &Library,
) -> Result<(), ConfigError> {
    let mut by_id: BTreeMap<LineId, &LineConfig> = BTreeMap::new();
    let mut ports: BTreeMap<String, LineId> = BTreeMap::new();
    for line in lines {
        if by_id.insert(line.id, line).is_some() {
            return Err(ConfigError::LineTwice(line.id));
        }
        let port = line.transport.port();
        if let Some(other) = ports.insert(port.clone(), line.id) {
            return Err(ConfigError::PortTwice(other, line.id, port));
        }
    }
    let mut seen = BTreeSet::new();
    let mut units: BTreeMap<(LineId, UnitAddress), MeterId> = BTreeMap::new();
    let mut outputs: BTreeMap<(LineId, UnitAddress, u16), MeterId> = BTreeMap::new();
    for config in meters {
        let meter = config.meter;
        if !seen.insert(meter) {
            return Err(ConfigError::MeterTwice(meter));
        }
        if let Some(other) = units.insert((config.line, config.unit), meter) {
            return Err(ConfigError::UnitTwice(other, meter, config.unit.into(), config.line));
        }
        let find =
            |id: &str| library.get(id).ok_or_else(|| ConfigError::NoProfile(meter, id.to_owned()));
        let line = |id: LineId| by_id.get(&id).copied().ok_or(ConfigError::NoLine(meter, id));
        let profile = find(&config.profile)?;
        check_speed(meter, line(config.line)?, profile)?;
        check_address(meter, line(config.line)?, config.unit)?;
        if config.serial.is_some() && profile.roles.identity.is_none() {
            return Err(ConfigError::NoIdentity(meter, profile.id.clone()));
        }
        match (&profile.relay, &config.relay) {
            (Relay::Board(_), _) => return Err(ConfigError::NotAMeter(meter, profile.id.clone())),
            (Relay::Builtin(_), Some(_)) => return Err(ConfigError::TwoSwitches(meter)),
            (Relay::Builtin(_) | Relay::External, None) => {}
            (Relay::External, Some(relay)) => {
                let board_profile = find(&relay.profile)?;
                let on = relay.line.unwrap_or(config.line);
                check_speed(meter, line(on)?, board_profile)?;
                let Relay::Board(board) = &board_profile.relay else {
                    return Err(ConfigError::NotABoard(meter, relay.profile.clone()));
                };
                if !(1..=board.outputs).contains(&relay.output) {
                    let outputs = board.outputs;
                    return Err(ConfigError::NoOutput(meter, relay.profile.clone(), outputs));
                }
                if relay.feedback.is_some_and(|input| !(1..=board.inputs).contains(&input)) {
                    let inputs = board.inputs;
                    return Err(ConfigError::NoInput(meter, relay.profile.clone(), inputs));
                }
                let unit = relay.unit.unwrap_or(config.unit);
                check_address(meter, line(on)?, unit)?;
                if let Some(other) = outputs.insert((on, unit, relay.output), meter) {
                    return Err(ConfigError::OutputTwice(other, meter, relay.output));
                }
            }
        }
    }
    Ok(())
}

fn check_address(meter: MeterId, line: &LineConfig, unit: UnitAddress) -> Result<(), ConfigError> {
    if unit.is_of(&line.transport) {
        Ok(())
    } else {
        Err(ConfigError::NoBusAddress(meter, line.id))
    }
}

fn check_speed(meter: MeterId, line: &LineConfig, profile: &Profile) -> Result<(), ConfigError> {
    let known = &profile.timing.baud;
    match &line.transport {
        Transport::Rtu { baud, .. } if !known.is_empty() && !known.contains(baud) => {
            Err(ConfigError::Baud(meter, profile.id.clone(), *baud, line.id))
        }
        Transport::Rtu { .. } | Transport::Tcp { .. } | Transport::RtuTcp { .. } => Ok(()),
    }
}

impl LineConfig {
    /// The same line at another speed; none: it speaks at this one, or it has no speed.
    pub(super) fn at(&self, pitch: Pitch) -> Option<Self> {
        let Transport::Rtu { path, baud, format } = &self.transport else { return None };
        let Pitch { baud: other, format: another } = pitch;
        if (*baud, *format) == (other, another) {
            return None;
        }
        let transport = Transport::Rtu { path: path.clone(), baud: other, format: another };
        // A time to wait that somebody set was meant for the line's own speed.
        Some(Self { transport, timeout_ms: None, ..self.clone() })
    }
}

impl Transport {
    /// Where a frame has its unit address.
    pub(super) fn unit_at(&self) -> usize {
        match self {
            Self::Tcp { .. } => 6,
            Self::Rtu { .. } | Self::RtuTcp { .. } => 0,
        }
    }

    /// What only one line may hold: the port behind every name it has, or the address.
    fn port(&self) -> String {
        match self {
            Self::Tcp { address } | Self::RtuTcp { address, .. } => address.clone(),
            Self::Rtu { path, .. } => std::fs::canonicalize(path)
                .map_or_else(|_absent| path.clone(), |path| path.display().to_string()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no line; write tcp:HOST:PORT, rtu-tcp:HOST:PORT or rtu:/dev/ttyUSB0, behind which may \
     stand :9600 and :8E1"
)]
pub struct NoTransport(String);

/// No serial line is slower: a smaller number is a part of a path.
const SLOWEST: u32 = 300;

impl FromStr for Transport {
    type Err = NoTransport;

    fn from_str(text: &str) -> Result<Self, NoTransport> {
        let wrong = || NoTransport(text.to_owned());
        let (kind, rest) = text.split_once(':').ok_or_else(wrong)?;
        let address = || match rest.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(rest.to_owned())
            }
            Some(_) | None => Err(wrong()),
        };
        match kind {
            "tcp" => Ok(Self::Tcp { address: address()? }),
            "rtu-tcp" => {
                let baud = nine_thousand_six_hundred();
                Ok(Self::RtuTcp { address: address()?, baud })
            }
            "rtu" => {
                // From the end, because paths by place have colons: /dev/serial/by-path/…-usb-0:1:1.0.
                let mut path = rest;
                let mut format = SerialFormat::default();
                if let Some((before, last)) = path.rsplit_once(':')
                    && let Some(named) = SerialFormat::named(last)
                {
                    (path, format) = (before, named);
                }
                let mut baud = nine_thousand_six_hundred();
                if let Some((before, last)) = path.rsplit_once(':')
                    && let Some(told) = last.parse().ok().filter(|baud| *baud >= SLOWEST)
                {
                    (path, baud) = (before, told);
                }
                if path.is_empty() || (path.contains(':') && !path.contains("/by-path/")) {
                    return Err(wrong());
                }
                Ok(Self::Rtu { path: path.to_owned(), baud, format })
            }
            _ => Err(wrong()),
        }
    }
}

/// As `meterhouse scan` takes it.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { address } => write!(f, "tcp:{address}"),
            Self::RtuTcp { address, .. } => write!(f, "rtu-tcp:{address}"),
            Self::Rtu { path, baud, format } => write!(f, "rtu:{path}:{baud}:{format}"),
        }
    }
}

impl fmt::Display for SerialFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EightNone1 => "8N1",
            Self::EightNone2 => "8N2",
            Self::EightEven1 => "8E1",
            Self::EightOdd1 => "8O1",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_as_it_is_shown() {
        for text in [
            "tcp:127.0.0.1:502",
            "rtu-tcp:gateway.example:4001",
            "rtu:/dev/ttyUSB0:9600:8N1",
            "rtu:/dev/ttyUSB0:2400:8E1",
            "rtu:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0:2400:8E1",
            "rtu:/dev/serial/by-path/platform-usb-0:1:9600:8N1",
        ] {
            assert_eq!(text.parse::<Transport>().map(|line| line.to_string()), Ok(text.to_owned()));
        }
        let placed = "rtu:/dev/serial/by-path/usb-0:1".parse::<Transport>();
        let placed = placed.map(|line| line.to_string());
        assert_eq!(placed, Ok("rtu:/dev/serial/by-path/usb-0:1:9600:8N1".to_owned()));
        let short = "rtu:/dev/ttyS1".parse::<Transport>().map(|line| line.to_string());
        assert_eq!(short, Ok("rtu:/dev/ttyS1:9600:8N1".to_owned()));
        for text in ["", "tcp", "tcp:502", "tcp:host:port", "rtu:", "rtu:/dev/x:fast", "udp:a:1"] {
            let sentence = text.parse::<Transport>().expect_err(text).to_string();
            assert!(sentence.starts_with(&format!("`{text}` is no line")), "{sentence}");
        }
    }

    const LINES: &str = r#"
        [[line]]
        id = 1
        name = "riser A"
        transport = { tcp = { address = "127.0.0.1:1502" } }
        [[line]]
        id = 2
        name = "basement"
        transport = { rtu = { path = "/dev/no-such-port", baud = 9600, format = "8E1" } }
        read_only = true
        [[meter]]
        meter = 7
        line = 1
        unit = 3
        profile = "eastron-sdm630"
        ct = "200/5"
        relay = { line = 2, unit = 9, output = 4, feedback = 4 }
        [[meter]]
        meter = 8
        line = 2
        unit = 3
        profile = "acrel-ddsy1352"
    "#;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Site {
        line: Vec<LineConfig>,
        meter: Vec<MeterConfig>,
    }

    fn verdict(from: &str, to: &str) -> String {
        assert!(LINES.contains(from), "{from}");
        match toml::from_str::<Site>(&LINES.replacen(from, to, 1)) {
            Err(error) => error.message().to_owned(),
            Ok(site) => match check(&site.line, &site.meter, &Library::built_in()) {
                Ok(()) => "good".to_owned(),
                Err(error) => error.to_string(),
            },
        }
    }

    #[test]
    fn a_site_is_refused_with_a_sentence_before_a_port_is_opened() {
        for (from, to, sentence) in [
            ("id = 1", "id = 1", "good"),
            ("id = 2", "id = 1", "line 1 is there twice"),
            (
                "{ rtu = { path = \"/dev/no-such-port\", baud = 9600, format = \"8E1\" } }",
                "{ rtu-tcp = { address = \"127.0.0.1:1502\" } }",
                "lines 1 and 2 both use 127.0.0.1:1502; a port has one owner",
            ),
            ("meter = 8", "meter = 7", "meter 7 is there twice"),
            (
                "line = 2\n        unit = 3",
                "line = 1\n        unit = 3",
                "meters 7 and 8 both have unit address 3 on line 1",
            ),
            ("line = 1", "line = 3", "meter 7 names line 3, which is not in the list of lines"),
            (
                "unit = 3",
                "unit = 0",
                "unit address 0 is outside 1 to 247; 255 is for a Modbus TCP device that has none",
            ),
            (
                "unit = 3",
                "unit = 248",
                "unit address 248 is outside 1 to 247; 255 is for a Modbus TCP device that has none",
            ),
            ("unit = 3", "unit = 255", "good"),
            (
                "line = 2\n        unit = 3",
                "line = 2\n        unit = 255",
                "meter 8: line 2 is a bus, where unit addresses are 1 to 247; 255 is for a device that \
                 speaks Modbus TCP itself",
            ),
            (
                "unit = 9",
                "unit = 255",
                "meter 7: line 2 is a bus, where unit addresses are 1 to 247; 255 is for a device that \
                 speaks Modbus TCP itself",
            ),
            (
                "eastron-sdm630",
                "eastron",
                "meter 7 names the profile `eastron`, which is not in the library",
            ),
            (
                "eastron-sdm630",
                "relay-coils",
                "meter 7: the profile `relay-coils` is a relay board, not a meter",
            ),
            (
                "eastron-sdm630",
                "acrel-ddsy1352",
                "meter 7 has a switch inside and a relay beside it; take one out",
            ),
            ("output = 4", "output = 0", "meter 7: the board `relay-coils` has outputs 1 to 32"),
            (
                "feedback = 4",
                "feedback = 33",
                "meter 7: the board `relay-coils` has inputs 1 to 32",
            ),
            ("200/5", "200/0", "`200/0` is not a ratio such as 40 or \"200/5\""),
            (
                "baud = 9600",
                "baud = 300",
                "meter 8: `acrel-ddsy1352` cannot be set to the 300 baud of line 2",
            ),
            (
                "profile = \"acrel-ddsy1352\"",
                "profile = \"carlo-gavazzi-em111\"\nserial = \"1\"",
                "meter 8 gives a serial number, but the profile `carlo-gavazzi-em111` has no register for it",
            ),
        ] {
            assert_eq!(verdict(from, to), sentence, "{to}");
        }
        assert!(verdict("read_only", "readonly").starts_with("unknown field `readonly`"));
    }
}
