//! `meterhouse scan`: what hangs on a line.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::str::FromStr;
use std::sync::Arc;

use actix::Addr;
use clap::Args;
use serde::Serialize;
use shared::api::scan::FoundUnit;
use shared::id::LineId;
use shared::meter::profile::Library;

use super::{Fault, Outcome, answer};
use crate::clock;
use crate::headend::{HeadEnd, LineActor, LineConfig, Transport, UnitAddress, scan};

/// Look what hangs on a line: which addresses answer, and which models they are
///
/// Nothing is written to any device. A model fits when all its registers are there and its probes
/// hold; families share their register maps, so several may fit, the likeliest first. Prints entries
/// for the site file. The line must not be in use by a running server; its own page scans there.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  meterhouse scan tcp:127.0.0.1:1502 --units 1-32
  meterhouse scan rtu-tcp:10.0.0.7:4001
  meterhouse scan rtu:/dev/ttyUSB0 --baud 9600,2400 --format 8E1
  meterhouse scan tcp:127.0.0.1:1502 --json")]
pub(super) struct Options {
    /// The line: tcp:HOST:PORT, rtu-tcp:HOST:PORT or rtu:PATH
    #[arg(value_name = "LINE", value_parser = Transport::from_str)]
    line: Transport,
    /// Unit addresses to look at
    #[arg(long, value_name = "FROM-TO", default_value = "1-247", value_parser = range)]
    units: Units,
    /// Speeds of a serial line to try, one after the other
    #[arg(long, value_name = "BAUD", value_delimiter = ',')]
    baud: Vec<u32>,
    /// Data bits, parity and stop bits of a serial line
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Meter models beside the built-in ones
    #[arg(long, value_name = "FILE")]
    profile: Vec<std::path::PathBuf>,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug)]
struct Units {
    from: u8,
    to: u8,
}

fn range(text: &str) -> Result<Units, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (from.trim().parse::<u8>(), to.trim().parse::<u8>()) {
        (Ok(from), Ok(to)) if UnitAddress::can_be_scanned(from, to) => Ok(Units { from, to }),
        _ => Err(format!(
            "`{text}` is no range of unit addresses such as 1-32; they are 1 to 247, and 255 alone \
             for a Modbus TCP device that has none"
        )),
    }
}

/// What was found under one way of speaking.
#[derive(Debug, Serialize)]
struct Line {
    line: String,
    found: Vec<FoundUnit>,
}

pub(super) fn run(options: Options) -> Outcome {
    let mut library = Library::built_in();
    for path in &options.profile {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Fault::input(format!("cannot read {name}: {error}")))?;
        library.add(&name, &text).map_err(Fault::input)?;
    }
    let transports = ways(&options)?;
    let lines = actix_rt::System::new().block_on(async {
        let mut lines = Vec::new();
        for transport in &transports {
            let found = scan_line(transport, options.units, &library).await?;
            lines.push(Line { line: transport.to_string(), found });
        }
        Ok(lines)
    })?;
    if options.json {
        return answer(&serde_json::to_string_pretty(&lines).map_err(Fault::failed)?);
    }
    answer(&text(&lines, &transports))
}

/// The line at each speed to try.
fn ways(options: &Options) -> Result<Vec<Transport>, Fault> {
    let Transport::Rtu { path, baud, format } = &options.line else {
        if !options.baud.is_empty() || options.format.is_some() {
            let what = "only a serial line has a speed and a format here; a gateway has its own";
            return Err(Fault::input(what));
        }
        return Ok(vec![options.line.clone()]);
    };
    let format = match &options.format {
        Some(name) => crate::headend::config::SerialFormat::named(name).ok_or_else(|| {
            Fault::input(format!("`{name}` is no format; there are 8N1, 8N2, 8E1 and 8O1"))
        })?,
        None => *format,
    };
    let bauds = if options.baud.is_empty() { vec![*baud] } else { options.baud.clone() };
    let way = |baud| Transport::Rtu { path: path.clone(), baud, format };
    Ok(bauds.into_iter().map(way).collect())
}

async fn scan_line(
    transport: &Transport,
    units: Units,
    library: &Library,
) -> Result<Vec<FoundUnit>, Fault> {
    let id = LineId(1);
    let config = LineConfig {
        id,
        name: transport.to_string(),
        transport: transport.clone(),
        read_only: true,
        timeout_ms: None,
        latency_ms: None,
        quiet_ms: None,
        backoff_ms: None,
    };
    let headend = HeadEnd::start(&[config], &[], library, Arc::new(clock::now));
    let headend = headend.map_err(Fault::failed)?;
    let found = match headend.actors().get(&id) {
        Some(line) => look_at_all(transport, line, units, library).await,
        None => Err(Fault::failed("the line did not start")),
    };
    // The next speed opens the same port.
    headend.close();
    found
}

async fn look_at_all(
    transport: &Transport,
    line: &Addr<LineActor>,
    units: Units,
    library: &Library,
) -> Result<Vec<FoundUnit>, Fault> {
    let mut found = Vec::new();
    for unit in units.from..=units.to {
        progress(&format!("{transport}: unit {unit} of {}, {} found", units.to, found.len()));
        let unit = UnitAddress::try_from(unit).map_err(Fault::input)?;
        match scan::look(line, library, unit, None, clock::now()).await {
            Ok(unit) => found.extend(unit),
            Err(_down) => {
                progress("");
                let what = format!(
                    "{transport} cannot be opened or was lost; is it in use by another program?"
                );
                return Err(Fault::failed(what));
            }
        }
    }
    progress("");
    Ok(found)
}

/// Over itself on a terminal, not at all elsewhere.
fn progress(text: &str) {
    let mut screen = std::io::stderr();
    if screen.is_terminal() {
        // A terminal that went away needs no progress.
        drop(write!(screen, "\r\x1b[K{text}"));
        drop(screen.flush());
    }
}

fn text(lines: &[Line], transports: &[Transport]) -> String {
    let (mut text, mut entries) = (String::new(), String::new());
    let mut meter = 0;
    for ((line, transport), number) in lines.iter().zip(transports).zip(1..) {
        let _infallible = writeln!(text, "{}: {} found", line.line, line.found.len());
        if !line.found.is_empty() {
            let inline = toml_of(transport);
            let name = &line.line;
            let _infallible = writeln!(
                entries,
                "\n[[line]]\nid = {number}\nname = \"{name}\"\ntransport = {inline}"
            );
        }
        for unit in &line.found {
            let _infallible = writeln!(text, "  unit {}: {}", unit.unit, said(unit));
            let Some(best) = unit.candidates.first().filter(|best| !best.board) else { continue };
            meter += 1;
            let (unit, profile) = (unit.unit, &best.profile);
            let _infallible = writeln!(
                entries,
                "\n[[meter]]\nmeter = {meter}\nname = \"unit {unit}\"\nline = {number}\n\
                 unit = {unit}\nprofile = \"{profile}\""
            );
            if let Some(serial) = &best.serial {
                let _infallible = writeln!(entries, "serial = \"{serial}\"");
            }
        }
    }
    if !entries.is_empty() {
        text += "\n# for the site file\n";
        text += &entries;
    }
    text.trim_end().to_owned()
}

fn said(unit: &FoundUnit) -> String {
    let unclear = if unit.unclear { " (its answers are not clear)" } else { "" };
    let Some((best, others)) = unit.candidates.split_first() else {
        return format!("no model that is known here{unclear}");
    };
    let live = |name: &str| {
        let point = best.points.iter().find(|point| point.name == name);
        point.map(|point| format!(", {name} {} {}", point.value(), point.unit)).unwrap_or_default()
    };
    let values = ["energy.import", "voltage.l1", "power"].map(live).concat();
    let also: Vec<&str> = others.iter().map(|other| other.profile.as_str()).collect();
    let also = if also.is_empty() { String::new() } else { format!("; or {}", also.join(", ")) };
    format!("{}{values}{also}{unclear}", best.profile)
}

fn toml_of(transport: &Transport) -> String {
    match transport {
        Transport::Tcp { address } => format!("{{ tcp = {{ address = \"{address}\" }} }}"),
        Transport::RtuTcp { address, baud } => {
            format!("{{ rtu-tcp = {{ address = \"{address}\", baud = {baud} }} }}")
        }
        Transport::Rtu { path, baud, format } => {
            format!("{{ rtu = {{ path = \"{path}\", baud = {baud}, format = \"{format}\" }} }}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_addresses_stays_between_1_and_247() {
        for (text, good) in [
            ("1-247", true),
            ("7", true),
            ("255", true),
            ("0-5", false),
            ("5-4", false),
            ("1-248", false),
            ("1-255", false),
            ("254", false),
        ] {
            assert_eq!(range(text).is_ok(), good, "{text}");
        }
    }
}
