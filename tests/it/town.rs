//! A town over real sockets: a farm serves the meters, the program polls each every second and cuts
//! those whose credit ends. What it has to do is asserted; how much of a core either side takes, what a
//! bare client takes that asks as often, and how long it is from the reading that ends a credit to the
//! coil, is printed.
//!
//! `METERHOUSE_TOWN=100x100` (lines x meters), `METERHOUSE_TOWN_SECONDS=120` and
//! `METERHOUSE_TOWN_SPEED=1` are the long version; docs/performance.md has its figures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use shared::event::Event;
use shared::meter::DisconnectReason;
use shared::time::Timestamp;

use crate::harness::site::PROGRAM;
use crate::harness::{Caller, Folder, Program, TestSite, within};

struct Town {
    lines: usize,
    meters: usize,
    seconds: u64,
    speed: u32,
    ports: Vec<u16>,
}

/// One meter in so many has little credit.
const POOR: usize = 25;

fn from_env<T: std::str::FromStr>(name: &str, usual: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")),
        Err(_unset) => usual,
    }
}

impl Town {
    fn asked_for() -> Self {
        let size = from_env("METERHOUSE_TOWN", "3x17".to_owned());
        let (lines, meters) = size.split_once('x').expect("METERHOUSE_TOWN is such as 100x100");
        let number = |text: &str| text.parse().expect("METERHOUSE_TOWN is such as 100x100");
        let (lines, meters) = (number(lines), number(meters));
        // Held together, so that none is given twice.
        let held: Vec<_> =
            (0..lines).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
        let ports = held.iter().map(|port| port.local_addr().expect("an address").port());
        Self {
            lines,
            meters,
            seconds: from_env("METERHOUSE_TOWN_SECONDS", 4),
            speed: from_env("METERHOUSE_TOWN_SPEED", 600),
            ports: ports.collect(),
        }
    }

    /// Line and unit of each meter, and whether it has little credit.
    fn meters(&self) -> impl Iterator<Item = (usize, usize, bool)> {
        let all = (1..=self.lines).flat_map(|line| (1..=self.meters).map(move |unit| (line, unit)));
        all.zip(1..).map(|((line, unit), n)| (line, unit, n % POOR == 0))
    }

    fn write_site(&self, folder: &Folder) -> String {
        let tariff = "id = \"flat\"\nname = \"flat\"\ncurrency = \"CNY\"\nzone = \"UTC\"\n\
                      [[versions]]\nfrom = \"2020-01-01\"\n[versions.energy]\nprice = \"1.00\"\n";
        folder.write("flat.toml", tariff);
        let mut site = "tariffs = [\"flat.toml\"]\n[site]\nname = \"Town\"\ncurrency = \"CNY\"\n\
                        zone = \"UTC\"\nid = 1\n"
            .to_owned();
        for (id, port) in (1..).zip(&self.ports) {
            write!(
                site,
                "[[line]]\nid = {id}\nname = \"gateway {id}\"\n\
                 transport = {{ tcp = {{ address = \"127.0.0.1:{port}\" }} }}\n"
            )
            .expect("a string takes text");
        }
        for (line, unit, poor) in self.meters() {
            let opening = if poor { "0.01" } else { "9000.00" };
            write!(
                site,
                "[[meter]]\nmeter = {}\nname = \"{line}-{unit}\"\nbuilding = \"{line}\"\n\
                 floor = \"1\"\nline = {line}\nunit = {unit}\nprofile = \"eastron-sdm630\"\n\
                 poll_s = 1\nmost_power = 40000000\n\
                 relay = {{ profile = \"relay-coils\", output = 1, feedback = 1 }}\n\
                 account = {{ customer = \"{line}-{unit}\", tariff = \"flat\", \
                 opening = \"{opening}\" }}\n",
                number(line, unit),
            )
            .expect("a string takes text");
        }
        folder.write("site.toml", &site).display().to_string()
    }
}

fn number(line: usize, unit: usize) -> usize {
    line * 1_000 + unit
}

/// Processor time of a process so far, in seconds.
fn processor(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a running process");
    seconds(&stat)
}

/// The same of each of its threads, with its name.
fn threads(pid: u32) -> BTreeMap<(String, String), f64> {
    let folder = format!("/proc/{pid}/task");
    let threads = fs::read_dir(folder).expect("a running process").filter_map(|thread| {
        let thread = thread.ok()?;
        let stat = fs::read_to_string(thread.path().join("stat")).ok()?;
        let name = stat.split_once('(')?.1.rsplit_once(')')?.0.to_owned();
        Some(((name, thread.file_name().into_string().ok()?), seconds(&stat)))
    });
    threads.collect()
}

fn seconds(stat: &str) -> f64 {
    let (_, after_name) = stat.rsplit_once(')').expect("a name in brackets");
    // Fields 14 and 15 of the line, in hundredths of a second.
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    ticks.map(|ticks| ticks.expect("a number")).sum::<f64>() / 100.0
}

/// What an answer costs in microseconds of processor time.
struct Bare {
    client: f64,
    farm: f64,
}

/// The same polls by a client that does nothing else, for a while: what the machine makes them cost.
async fn ask_barely(town: &Town, farm: &Program) -> Bare {
    let folder = Folder::new();
    let client = folder.path().join("paced_client");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compare/paced_client.c");
    let compiled =
        Command::new("cc").args(["-O2", "-o"]).arg(&client).args([source, "-lm"]).status();
    assert!(compiled.expect("a compiler").success());
    let before = processor(farm.pid());
    let asked = tokio::process::Command::new(&client)
        .args([town.seconds.min(15).to_string(), town.meters.to_string(), "0:76".to_owned()])
        .args(town.ports.iter().map(u16::to_string))
        .output()
        .await
        .expect("the bare client");
    let farm = processor(farm.pid()) - before;
    let told = String::from_utf8(asked.stdout).expect("text");
    let figures: Vec<f64> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [answers, processor, passed] = figures[..] else {
        panic!("the bare client said {told}{}", String::from_utf8_lossy(&asked.stderr))
    };
    let all = f64::from(u32::try_from(town.lines * town.meters).expect("a town"));
    assert!(answers > all * passed * 0.5, "{answers} answers in {passed:.1} s");
    Bare { client: processor / answers * 1e6, farm: farm / answers * 1e6 }
}

/// Good answers on all lines so far.
async fn answers(site: &TestSite, admin: &Caller, town: &Town) -> u64 {
    let mut sum = 0;
    for line in 1..=town.lines {
        let page = site.get(admin, &format!("/api/v1/lines/{line}")).await.expect(200).json();
        let units = page["units"].as_array().expect("units").clone();
        sum += units.iter().filter_map(|unit| unit["good"].as_u64()).sum::<u64>();
    }
    sum
}

/// When each meter was told to open, by what the farm printed: `TIME ADDRESS unit N Open`.
fn opened(town: &Town, said: &str) -> BTreeMap<usize, Timestamp> {
    let mut opened = BTreeMap::new();
    for line in said.lines().filter(|line| line.ends_with(" Open")) {
        let words: Vec<&str> = line.split(' ').collect();
        let [at, address, "unit", unit, "Open"] = words[..] else { panic!("the farm said {line}") };
        let port: u16 = address.rsplit(':').next().unwrap().parse().expect("a port");
        let line = 1 + town.ports.iter().position(|held| *held == port).expect("a line's port");
        let at = Timestamp::parse(at).expect("a time");
        opened.entry(number(line, unit.parse().expect("a unit"))).or_insert(at);
    }
    opened
}

/// When the journal says that each meter's credit ended.
fn ended(site: &TestSite) -> BTreeMap<usize, Timestamp> {
    let path = site.data().join("ledger.db");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = db.prepare("SELECT at, body FROM record ORDER BY seq").unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut ended = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let event = Event::from_body(&row.get::<_, String>(1).unwrap()).unwrap();
        if let Event::Cut { meter, reason: DisconnectReason::NoCredit, .. } = event {
            let at = Timestamp::from_millis(row.get(0).unwrap());
            ended.entry(usize::try_from(meter.0).unwrap()).or_insert(at);
        }
    }
    ended
}

#[tokio::test]
async fn every_meter_of_a_town_is_polled_each_second_and_cut_when_its_credit_ends() {
    let town = Town::asked_for();
    let folder = Folder::new();
    let file = town.write_site(&folder);
    let mut command = Command::new(PROGRAM);
    command.args(["farm", "--show-writes", "--speed", &town.speed.to_string(), "--site", &file]);
    let farm = Program::start(&mut command);
    let last = town.ports.last().expect("a line");
    farm.says("that it is ready", |said| said.contains(&format!(":{last}\n")).then_some(())).await;
    let bare = ask_barely(&town, &farm).await;
    let mut site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let admin = site.token("admin");
    let all = town.lines * town.meters;
    let read = async || {
        let page: Value = site.get(&admin, "/api/v1/lines/1").await.expect(200).json();
        let units = page["units"].as_array()?.clone();
        units.iter().all(|unit| unit["good"].as_u64() > Some(0)).then_some(())
    };
    within(Duration::from_mins(2), "every meter of the first line is read", read).await;

    let before = (processor(farm.pid()), processor(site.program().pid()));
    let threads_before = threads(site.program().pid());
    let answered = answers(&site, &admin, &town).await;
    let began = tokio::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(town.seconds)).await;
    let passed = began.elapsed().as_secs_f64();
    let share = |before: f64, pid: u32| (processor(pid) - before) / passed * 100.0;
    let (farm_share, our_share) =
        (share(before.0, farm.pid()), share(before.1, site.program().pid()));
    let by_thread: Vec<(String, f64)> = threads(site.program().pid())
        .into_iter()
        .map(|(thread, now)| {
            let took = now - threads_before.get(&thread).copied().unwrap_or_default();
            (thread.0, took / passed * 100.0)
        })
        .filter(|(_, share)| *share >= 0.5)
        .collect();
    let answered = answers(&site, &admin, &town).await - answered;
    let rate = f64::from(u32::try_from(answered).expect("a short run")) / passed;
    // The head-end has a thread of its own, the busiest of those that are not the first.
    let of_headend = by_thread.iter().filter(|(name, _)| name.starts_with("actix-rt"));
    let headend_share = of_headend.map(|(_, share)| *share).fold(0.0, f64::max);
    let by_thread: Vec<String> =
        by_thread.iter().map(|(name, share)| format!("{name} {share:.1} %")).collect();
    println!(
        "\n{all} meters on {} lines at {rate:.0} answers a second: farm {farm_share:.1} % of a core, \
         program {our_share:.1} % ({})\n\
         an answer costs the head-end's thread {:.1} µs and the farm {:.1} µs; asked as often by a bare \
         client, that client {:.1} µs and the farm {:.1} µs",
        town.lines,
        by_thread.join(", "),
        headend_share * 1e4 / rate,
        farm_share * 1e4 / rate,
        bare.client,
        bare.farm,
    );

    let poor = town.meters().filter(|(.., poor)| *poor).count();
    let mut expected: Vec<usize> = Vec::new();
    expected
        .extend(town.meters().filter(|(.., poor)| *poor).map(|(line, unit, _)| number(line, unit)));
    // Not much faster than the clock some use so little that their first cent lasts for long.
    let enough = if town.speed >= 600 { poor } else { poor / 2 };
    within(Duration::from_mins(3), "those with little credit are cut", async || {
        (opened(&town, &farm.said()).len() >= enough).then_some(())
    })
    .await;
    assert!(site.stop().await.success());
    assert!(site.verify().status.success());
    let (ended, opened) = (ended(&site), opened(&town, &farm.said()));
    let mut taken = Vec::new();
    for (meter, opened) in &opened {
        assert!(expected.contains(meter), "meter {meter} has credit and was cut");
        let ended = ended.get(meter).unwrap_or_else(|| panic!("{meter} was cut without a record"));
        taken.push((*opened - *ended).millis());
    }
    taken.sort_unstable();
    let percentile = |percent: usize| taken[(taken.len() - 1) * percent / 100];
    assert!(taken[0] >= 0, "a coil was written before the record of its reason: {taken:?}");
    println!(
        "{} cuts, from the reading that ended the credit to the coil p50 {} ms, p99 {} ms",
        taken.len(),
        percentile(50),
        percentile(99),
    );
    assert!(percentile(50) < 500, "a switch waits for no turn: {taken:?}");
    let each = answered * 10 / u64::try_from(all).expect("a small town");
    assert!(each >= town.seconds * 5, "{answered} answers of {all} meters in {passed:.1} s");
}
