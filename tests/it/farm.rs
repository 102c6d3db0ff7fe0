//! The farm: simulated meters on a real wire, read by our own head-end and by clients of others.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use server::farm::{Framing, Plant, listen};
use server::headend::{HeadEnd, MeterConfig, Transport};
use shared::actor::port::{LineJob, LineRequest};
use shared::energy::Power;
use shared::meter::profile::{Library, Profile};
use shared::meter::{Contact, Live, Observation, SwitchCommand, Telegram};

use crate::harness::peers::{Cable, Process, program, python_output};
use crate::harness::within;
use crate::headend::{line, meter};

const RELAYS: [(&str, &str); 3] = [
    ("hiking-dds238-sr", include_str!("../../shared/profiles/hiking-dds238-sr.toml")),
    ("acrel-ddsy1352", include_str!("../../shared/profiles/acrel-ddsy1352.toml")),
    ("lingxun-lx47le-125", include_str!("../../shared/profiles/lingxun-lx47le-125.toml")),
];

/// The built-in models, with relays that may turn back at once.
fn library() -> Library {
    let mut library = Library::built_in();
    for (id, text) in RELAYS {
        let text = text.replace("min_interval_s = 10", "min_interval_s = 0");
        library.add(id, &text).expect("a profile");
    }
    library
}

/// Every model with a switch, and one whose switch is a board at its own address, is cut, stays
/// where it is, and is brought back, over the wire.
#[actix_rt::test]
async fn our_head_end_reads_and_switches_every_kind_of_meter_of_a_farm() {
    let library = library();
    let models = ["eastron-sdm630", RELAYS[0].0, RELAYS[1].0, RELAYS[2].0, "schneider-iem3155"];
    let mut lines = Vec::new();
    let mut meters = Vec::new();
    for (id, framing) in [(1, Framing::Tcp), (2, Framing::Rtu)] {
        let mut plant = Plant::new(7, 3_600, server::clock::now());
        for (unit, model) in (1..).zip(models) {
            plant.put_up(unit, Arc::clone(library.get(model).expect("a model")), 1_000);
            let mut config = meter(id, unit, model);
            if model.starts_with("hiking")
                || model.starts_with("acrel")
                || model.starts_with("ling")
            {
                config.relay = None;
            }
            meters.push(config);
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        actix_rt::spawn(listen(listener, framing, Rc::new(RefCell::new(plant))));
        lines.push(line(
            id,
            match framing {
                Framing::Tcp => Transport::Tcp { address },
                Framing::Rtu => Transport::RtuTcp { address, baud: 9_600 },
            },
        ));
    }
    let clock = Arc::new(server::clock::now);
    let headend = HeadEnd::start(&lines, &meters, &library, clock).expect("the lines start");
    let ports = headend.lines();
    for config in &meters {
        let (port, name) = (&ports[&config.line], (config.line, &config.profile));
        let ask = async |job| -> Observation {
            let request = LineRequest { meter: config.meter, now: server::clock::now(), job };
            port.send(request).await.expect("a line does not fall")
        };
        let first = ask(LineJob::Poll).await.outcome.unwrap_or_else(|f| panic!("{name:?}: {f:?}"));
        assert_eq!(first.contact, Contact::Closed, "{name:?}");
        within(Duration::from_secs(20), "the register to run", async || {
            ask(LineJob::Poll).await.outcome.ok().filter(|later| later.import > first.import)
        })
        .await;
        let open = LineJob::Switch(SwitchCommand::Open);
        let cut = ask(open).await.outcome.unwrap_or_else(|f| panic!("{name:?}: {f:?}"));
        assert_eq!(cut.contact, Contact::Open, "{name:?}");
        assert_eq!(cut.live.power.map(Power::watts), Some(0), "{name:?}");
        let later = ask(LineJob::Poll).await.outcome.expect("a good poll");
        assert_eq!(later.import, cut.import, "{name:?}: nothing is used behind an open contact");
        let back = ask(LineJob::Switch(SwitchCommand::Close)).await.outcome;
        assert_eq!(back.expect("a good poll").contact, Contact::Closed, "{name:?}");
    }
}

/// The program itself, read by pymodbus.
#[test]
fn a_client_made_by_others_reads_and_switches_the_farm() {
    let arguments = ["farm", "--meters", "3", "--tcp", "127.0.0.1:0"];
    let (_farm, ready): (Process, String) = program(&arguments);
    let port = ready.trim().rsplit(':').next().expect("a port").to_owned();
    let seen = python_output("read_farm.py", &[&port, "2"]);
    let value = |name: &str| {
        let line = seen.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} in {seen}")).trim().to_owned()
    };
    let volts: i32 = value("volts").parse().expect("a number");
    assert!((190..=240).contains(&volts), "{seen}");
    assert_eq!(value("hertz"), "50");
    assert!(value("kwh").starts_with("2000"), "{seen}");
    assert_eq!((value("contact").as_str(), value("watts").as_str()), ("False", "0.0"));
    assert_eq!((value("refused").as_str(), value("silent").as_str()), ("2", "11"));
}

/// One register of a farm's meter as mbpoll prints it: `[3027]:   229.8`.
fn mbpoll(arguments: &[&str]) -> String {
    let mut command = std::process::Command::new("mbpoll");
    let told = command.args(["-0", "-1", "-B", "-c", "1"]).args(arguments).output();
    let told = told
        .unwrap_or_else(|error| panic!("no mbpoll ({error}); `tests/run setup` installs it"))
        .stdout;
    let told = String::from_utf8_lossy(&told).into_owned();
    let value = told
        .lines()
        .find(|line| line.starts_with('['))
        .and_then(|line| line.split_once(':').map(|(_, value)| value.trim().to_owned()));
    value.unwrap_or_else(|| panic!("mbpoll {arguments:?} read nothing:\n{told}"))
}

/// Other models than pymodbus reads, over TCP and over a serial line.
#[test]
fn mbpoll_reads_other_models_of_the_farm_over_tcp_and_a_serial_line() {
    let arguments =
        ["farm", "--meters", "2", "--profile", "schneider-iem3155", "--tcp", "127.0.0.1:0"];
    let (_farm, ready): (Process, String) = program(&arguments);
    let port = ready.trim().rsplit(':').next().expect("a port");
    let tcp = |table: &str, at: &str, more: &[&str]| {
        let place = ["-m", "tcp", "-p", port, "-a", "2", "-t", table, "-r", at, "127.0.0.1"];
        mbpoll(&[&place[..], more].concat())
    };
    let volts: f64 = tcp("4:float", "0x0BD3", &[]).parse().expect("a number");
    assert!((190.0..=240.0).contains(&volts), "{volts} V");
    let hertz: f64 = tcp("4:float", "0x0C25", &[]).parse().expect("a number");
    assert!((49.0..=51.0).contains(&hertz), "{hertz} Hz");

    let cable = Cable::new();
    let theirs = cable.theirs();
    let arguments = ["farm", "--profile", "hiking-dds238-sr", "--serial", &theirs];
    let (_farm, _ready): (Process, String) = program(&arguments);
    let ours = cable.ours();
    let rtu = ["-m", "rtu", "-b", "9600", "-P", "none", "-a", "1", "-t", "4"];
    let register = |at: &str| mbpoll(&[&rtu[..], &["-r", at, &ours]].concat());
    let tenths: u32 = register("0x0C").parse().expect("a number");
    assert!((1_900..=2_400).contains(&tenths), "{tenths} tenths of a volt");
    assert_eq!(register("0x1A"), "1", "its contact is closed");
}

/// Somebody else's client cuts a meter and brings it back: its next read by our head-end says so,
/// and its neighbour stays as it was.
#[actix_rt::test]
async fn a_relay_switched_by_mbpoll_is_seen_at_the_next_read_of_our_head_end() {
    let arguments = ["farm", "--meters", "2", "--tcp", "127.0.0.1:0"];
    let (_farm, ready): (Process, String) = program(&arguments);
    let port = ready.trim().rsplit(':').next().expect("a port").to_owned();
    let place = ["-m", "tcp", "-p", &port, "-a", "2", "-t", "0", "-r", "0", "127.0.0.1"];
    let switch = |value: &str| {
        let mut command = std::process::Command::new("mbpoll");
        let told = command.args(["-0", "-1"]).args(place).arg(value).output();
        let told =
            told.unwrap_or_else(|error| panic!("no mbpoll ({error}); `tests/run setup` has it"));
        let said = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.status.success() && said.contains("Written 1"), "{said}");
        mbpoll(&place)
    };
    let transport = Transport::Tcp { address: format!("127.0.0.1:{port}") };
    let meters = [meter(1, 1, "eastron-sdm630"), meter(1, 2, "eastron-sdm630")];
    let clock = Arc::new(server::clock::now);
    let headend =
        HeadEnd::start(&[line(1, transport)], &meters, &library(), clock).expect("the line starts");
    let ports = headend.lines();
    let read = async |place: usize| {
        let meter: &MeterConfig = meters.get(place).expect("a meter");
        let now = server::clock::now();
        let request = LineRequest { meter: meter.meter, now, job: LineJob::Poll };
        let seen = ports[&meter.line].send(request).await.expect("a line does not fall");
        seen.outcome.unwrap_or_else(|fault| panic!("{:?}: {fault:?}", meter.unit))
    };
    assert_eq!(read(1).await.contact, Contact::Closed, "before");
    assert_eq!(switch("0"), "0", "mbpoll reads back what it wrote");
    let cut = read(1).await;
    assert_eq!((cut.contact, cut.live.power.map(Power::watts)), (Contact::Open, Some(0)));
    assert_eq!(read(1).await.import, cut.import, "nothing is used behind an open contact");
    assert_eq!(read(0).await.contact, Contact::Closed, "its neighbour");
    assert_eq!(switch("1"), "1", "mbpoll reads back what it wrote");
    assert_eq!(read(1).await.contact, Contact::Closed, "after");
}

/// What a meter that the farm put up with `kwh` may show a moment later.
fn is_credible(telegram: &Telegram, profile: &Profile, kwh: i64) -> Result<(), String> {
    let counted = telegram.import.mwh() - kwh * 1_000_000;
    // A float of 32 bits shows five figures before the point and two behind it.
    if !(-10_000..50_000).contains(&counted) {
        return Err(format!("the register shows {} mWh beside {kwh} kWh", telegram.import.mwh()));
    }
    let Live { power, voltage_mv, current_ma, frequency_mhz, .. } = telegram.live;
    for (phase, voltage) in (0..profile.phases).zip(voltage_mv) {
        if voltage.is_some_and(|voltage| !(190_000..260_000).contains(&voltage)) {
            return Err(format!("phase {phase} has {voltage:?} mV"));
        }
    }
    if current_ma.iter().flatten().any(|current| !(0..80_000).contains(current)) {
        return Err(format!("currents of {current_ma:?} mA"));
    }
    if frequency_mhz.is_some_and(|frequency| !(49_000..51_000).contains(&frequency)) {
        return Err(format!("{frequency_mhz:?} mHz"));
    }
    match power {
        Some(power) if (0..40_000).contains(&power.watts()) => Ok(()),
        None if find_power(profile).is_none() => Ok(()),
        Some(_) | None => Err(format!("a power of {power:?}")),
    }
}

fn find_power(profile: &Profile) -> Option<usize> {
    profile.index("power")
}

/// Every model that counts energy, over TCP and as RTU frames: our head-end finds in the registers what
/// the farm put there, each at its address, in its scale and order of words.
#[actix_rt::test]
async fn every_model_is_read_from_the_farm_as_what_it_is() {
    let library = Library::built_in();
    let models: Vec<_> =
        library.iter().filter(|model| model.index("energy.import").is_some()).collect();
    assert!(models.len() > 20, "{}", models.len());
    let kwh = |unit: u8| 1_000 + i64::from(unit) * 111;
    let (mut lines, mut meters) = (Vec::new(), Vec::new());
    for (id, framing) in [(1, Framing::Tcp), (2, Framing::Rtu)] {
        let mut plant = Plant::new(7, 1, server::clock::now());
        for (unit, model) in (1..).zip(&models) {
            plant.put_up(unit, Arc::clone(model), kwh(unit));
            meters.push(MeterConfig { relay: None, ..meter(id, unit, &model.id) });
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        actix_rt::spawn(listen(listener, framing, Rc::new(RefCell::new(plant))));
        let transport = match framing {
            Framing::Tcp => Transport::Tcp { address },
            Framing::Rtu => Transport::RtuTcp { address, baud: 115_200 },
        };
        lines.push(line(id, transport));
    }
    let clock = Arc::new(server::clock::now);
    let headend = HeadEnd::start(&lines, &meters, &library, clock).expect("the lines start");
    let ports = headend.lines();
    let mut wrong = Vec::new();
    for config in &meters {
        let now = server::clock::now();
        let request = LineRequest { meter: config.meter, now, job: LineJob::Poll };
        let seen = ports[&config.line].send(request).await.expect("a line does not fall");
        let profile = library.get(&config.profile).expect("a model");
        let good = match seen.outcome {
            Ok(telegram) => is_credible(&telegram, profile, kwh(config.unit.into())),
            Err(fault) => Err(format!("{fault:?}")),
        };
        wrong.extend(
            good.err().map(|what| format!("{} on {:?}: {what}", config.profile, config.line)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
