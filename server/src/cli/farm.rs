//! `meterhouse farm`: simulated meters on a real wire.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use clap::Args;
use shared::meter::profile::{Library, Relay};
use tokio::net::TcpListener;

use super::{Fault, Outcome, answer};
use crate::clock;
use crate::config::SiteFile;
use crate::farm::{Framing, Plant, listen, serial};
use crate::headend::{LineConfig, Transport};

/// Serve simulated meters as Modbus devices with the register maps of their profiles
///
/// Units are numbered from 1. A model without a switch of its own has one on coil 0, felt by
/// discrete input 0. With --site the lines of a site file are served, each on its own address.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  meterhouse farm --meters 8 --profile eastron-sdm630 --tcp 127.0.0.1:1502
  mbpoll -m tcp -p 1502 -a 1 -t 3:float -B -0 -r 0x48 -c 1 127.0.0.1")]
pub(super) struct Options {
    /// How many meters
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=247))]
    meters: u8,
    /// Their model; docs/meters.md lists them
    #[arg(long, value_name = "ID", default_value = "eastron-sdm630")]
    profile: String,
    #[command(flatten)]
    port: Port,
    /// Speed of the serial line
    #[arg(long, default_value_t = 9_600)]
    baud: u32,
    /// How many times faster than the clock the meters' time runs
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    speed: u32,
    /// Another seed, other loads
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print each switch command that a meter takes, with the time at which it came in
    #[arg(long)]
    show_writes: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Port {
    /// Modbus TCP on this address
    #[arg(long, value_name = "ADDR")]
    tcp: Option<SocketAddr>,
    /// RTU frames over TCP, as behind a serial gateway
    #[arg(long, value_name = "ADDR")]
    rtu_tcp: Option<SocketAddr>,
    /// RTU on a serial line
    #[arg(long, value_name = "TTY")]
    serial: Option<PathBuf>,
    /// All TCP lines of a site file
    #[arg(long, value_name = "FILE")]
    site: Option<PathBuf>,
}

/// Where one line of the farm is served.
enum Stand {
    Listen(String, Framing),
    Serial(String),
}

pub(super) fn run(options: Options) -> Outcome {
    let Port { tcp, rtu_tcp, serial, site } = &options.port;
    let stands = match (tcp, rtu_tcp, serial, site) {
        (Some(address), ..) => {
            vec![(Stand::Listen(address.to_string(), Framing::Tcp), alike(&options)?)]
        }
        (_, Some(address), ..) => {
            vec![(Stand::Listen(address.to_string(), Framing::Rtu), alike(&options)?)]
        }
        (_, _, Some(path), _) => {
            vec![(Stand::Serial(path.display().to_string()), alike(&options)?)]
        }
        (_, _, _, Some(path)) => of_site(path, &options)?,
        (None, None, None, None) => Vec::new(), // the parser asks for one of them
    };
    actix_rt::System::new().block_on(serve(stands, &options))
}

/// Meters of one model, units from 1.
fn alike(options: &Options) -> Result<Plant, Fault> {
    let library = Library::built_in();
    let profile = library.get(&options.profile).ok_or_else(|| {
        let known: Vec<&str> = library.iter().map(|profile| profile.id.as_str()).collect();
        let profile = &options.profile;
        Fault::input(format!("there is no profile `{profile}`; there are {}", known.join(", ")))
    })?;
    if matches!(profile.relay, Relay::Board(_)) {
        let id = &profile.id;
        return Err(Fault::input(format!("the profile `{id}` is a relay board, not a meter")));
    }
    let mut plant = Plant::new(options.seed, options.speed, clock::now());
    for unit in 1..=options.meters {
        plant.put_up(unit, Arc::clone(profile), 1_000 * i64::from(unit));
    }
    Ok(plant)
}

fn of_site(path: &Path, options: &Options) -> Result<Vec<(Stand, Plant)>, Fault> {
    let site = SiteFile::read(path)?;
    let mut stands = Vec::new();
    for line in &site.lines {
        let LineConfig { id, transport, .. } = line;
        let stand = match transport {
            Transport::Tcp { address } => Stand::Listen(address.clone(), Framing::Tcp),
            Transport::RtuTcp { address, .. } => Stand::Listen(address.clone(), Framing::Rtu),
            // The site's own end of a serial line; the farm would need the other one.
            Transport::Rtu { .. } => continue,
        };
        let mut plant = Plant::new(options.seed, options.speed, clock::now());
        for metered in site.meters.iter().filter(|metered| metered.device.line == *id) {
            let device = &metered.device;
            if let Some(profile) = site.library.get(&device.profile) {
                plant.put_up(device.unit.into(), Arc::clone(profile), 1_000);
            }
        }
        stands.push((stand, plant));
    }
    if stands.is_empty() {
        let path = path.display();
        return Err(Fault::input(format!("{path}: there is no TCP line to serve")));
    }
    Ok(stands)
}

async fn serve(stands: Vec<(Stand, Plant)>, options: &Options) -> Outcome {
    let mut tasks = Vec::new();
    for (stand, mut plant) in stands {
        if options.show_writes {
            let (Stand::Listen(line, _) | Stand::Serial(line)) = &stand;
            let line = line.clone();
            // Nobody reads it any more: the meters go on.
            plant.tell(move |at, unit, command| {
                answer(&format!("{at} {line} unit {unit} {command:?}")).ok();
            });
        }
        let plant = Rc::new(RefCell::new(plant));
        match stand {
            Stand::Listen(address, framing) => {
                let listener = TcpListener::bind(&address).await.map_err(|error| {
                    Fault::failed(format!("cannot listen on {address}: {error}"))
                })?;
                let address = listener.local_addr().map_err(Fault::failed)?;
                answer(&format!("ready {address}"))?;
                tasks.push(actix_rt::spawn(async move {
                    listen(listener, framing, plant).await;
                    Ok(())
                }));
            }
            Stand::Serial(path) => {
                let baud = options.baud;
                answer(&format!("ready {path}"))?;
                tasks.push(actix_rt::spawn(async move {
                    let Err(error) = serial(&path, baud, plant).await;
                    Err(Fault::failed(format!("cannot open the serial line {path}: {error}")))
                }));
            }
        }
    }
    for task in tasks {
        task.await.map_err(Fault::failed)??;
    }
    Ok(())
}
