//! A line is pulled down in the middle of a cut: before the command arrives, before its echo comes
//! back, and while credit arrives. What is wanted is made so in the end, and proven.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use serde_json::json;
use shared::api::meter::{MeterPage, SupplyView};
use shared::meter::{Contact, DisconnectReason, Supply};

use crate::harness::site::PROGRAM;
use crate::harness::{Caller, Folder, Program, TestSite, eventually};

/// What is done to one switch command on its way.
enum Pull {
    /// It never arrives.
    Before,
    /// It arrives, and nobody hears so.
    BeforeEcho,
    /// It lies in the gateway until it is let go, long after the line was given up.
    Hold(mpsc::Receiver<()>),
}

/// A gateway between the program and one meter of a farm.
struct Gateway {
    address: String,
    writes: Arc<AtomicU32>,
    _ends: Ends,
}

/// Accepting ends with the test.
struct Ends(Arc<AtomicBool>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Gateway {
    fn before(meter: u16, pulls: Vec<Pull>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (writes, ended) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, ends) = (Arc::clone(&writes), Ends(Arc::clone(&ended)));
        let pulls = Arc::new(Mutex::new(VecDeque::from(pulls)));
        thread::spawn(move || {
            for ours in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (counted, pulls) = (Arc::clone(&counted), Arc::clone(&pulls));
                thread::spawn(move || {
                    let next = || pulls.lock().expect("no thread fell").pop_front();
                    // A line that goes down is what this is about.
                    pass(&ours, meter, &counted, next).ok();
                    ours.shutdown(Shutdown::Both).ok();
                });
            }
        });
        Self { address, writes, _ends: ends }
    }
}

/// Passes requests on, twelve bytes each, and answers back, until a switch command is pulled.
fn pass(
    mut ours: &TcpStream,
    meter: u16,
    writes: &AtomicU32,
    mut next: impl FnMut() -> Option<Pull>,
) -> std::io::Result<()> {
    let mut farm = TcpStream::connect(("127.0.0.1", meter))?;
    loop {
        let mut request = [0; 12];
        ours.read_exact(&mut request)?;
        let pull = if request[7] == 5 {
            writes.fetch_add(1, Ordering::Relaxed);
            next()
        } else {
            None
        };
        match &pull {
            Some(Pull::Before) => return Ok(()),
            Some(Pull::Hold(let_go)) => drop(let_go.recv()),
            Some(Pull::BeforeEcho) | None => {}
        }
        farm.write_all(&request)?;
        let mut answer = [0; 260];
        farm.read_exact(&mut answer[..6])?;
        let length = usize::from(u16::from_be_bytes([answer[4], answer[5]]));
        farm.read_exact(&mut answer[6..6 + length])?;
        if pull.is_some() {
            return Ok(());
        }
        ours.write_all(&answer[..6 + length])?;
    }
}

/// Two meters with next to no credit, each on a line of its own.
fn site_file(folder: &Folder, name: &str, lines: [&str; 2]) -> String {
    folder.write(
        "flat.toml",
        "id = \"flat\"\nname = \"flat\"\ncurrency = \"CNY\"\nzone = \"UTC\"\n\
         [[versions]]\nfrom = \"2020-01-01\"\n[versions.energy]\nprice = \"1.00\"\n",
    );
    let mut site = "tariffs = [\"flat.toml\"]\n[site]\nname = \"Trial\"\ncurrency = \"CNY\"\n\
                    zone = \"UTC\"\nid = 1\n"
        .to_owned();
    for (id, address) in (1..).zip(lines) {
        write!(
            site,
            "[[line]]\nid = {id}\nname = \"gateway {id}\"\n\
             transport = {{ tcp = {{ address = \"{address}\" }} }}\n\
             [[meter]]\nmeter = {id}\nname = \"10{id}\"\nbuilding = \"1\"\nfloor = \"1\"\n\
             line = {id}\nunit = 1\nprofile = \"eastron-sdm630\"\npoll_s = 1\n\
             most_power = 40000000\n\
             relay = {{ profile = \"relay-coils\", output = 1, feedback = 1 }}\n\
             account = {{ customer = \"10{id}\", tariff = \"flat\", opening = \"0.01\" }}\n"
        )
        .expect("a string takes text");
    }
    folder.write(name, &site).display().to_string()
}

async fn supply(site: &TestSite, admin: &Caller, meter: u32) -> SupplyView {
    let page: MeterPage =
        site.get(admin, &format!("/api/v1/meters/{meter}")).await.expect(200).read();
    page.supply
}

#[tokio::test]
async fn a_line_that_is_pulled_in_the_middle_of_a_cut_ends_as_the_last_decision_says() {
    let held: Vec<_> =
        (0..2).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    let ports: Vec<u16> =
        held.iter().map(|port| port.local_addr().expect("an address").port()).collect();
    drop(held);
    let folder = Folder::new();
    let of_farm = [format!("127.0.0.1:{}", ports[0]), format!("127.0.0.1:{}", ports[1])];
    let farm_file = site_file(&folder, "farm.toml", [&of_farm[0], &of_farm[1]]);
    let mut command = Command::new(PROGRAM);
    command.args(["farm", "--show-writes", "--speed", "600", "--site", &farm_file]);
    let farm = Program::start(&mut command);
    farm.says("that it is ready", |said| said.contains(&of_farm[1]).then_some(())).await;

    let (let_go, holds) = mpsc::channel();
    let first = Gateway::before(ports[0], vec![Pull::Before, Pull::BeforeEcho]);
    let second = Gateway::before(ports[1], vec![Pull::Hold(holds)]);
    let file = site_file(&folder, "site.toml", [&first.address, &second.address]);
    let mut site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let admin = site.token("admin");

    // Credit arrives while the command to cut is under way; then the gateway lets the command go.
    eventually("a cut of the second meter is under way", async || {
        (second.writes.load(Ordering::Relaxed) > 0).then_some(())
    })
    .await;
    let page: MeterPage = site.get(&admin, "/api/v1/meters/2").await.expect(200).read();
    let account = page.row.account.expect("an account");
    let sale = json!({ "account": account, "amount": 400_000, "tender": "cash" });
    site.post_once(&admin, "/api/v1/sales", "pulled-sale-1", &sale).await.expect(200);
    let_go.send(()).expect("the gateway holds the command");
    let late = farm.says("the late command", |said| {
        said.lines().find(|line| line.contains(&of_farm[1]) && line.ends_with(" Open")).map(drop)
    });
    late.await;
    eventually("the second meter is on again", async || {
        let seen = supply(&site, &admin, 2).await;
        let on = seen.wanted == Supply::Connected && seen.contact == Contact::Closed;
        let said = farm.said();
        let last = said.lines().rfind(|line| line.contains(&of_farm[1])).map(str::to_owned);
        (on && last.is_some_and(|last| last.ends_with(" Close"))).then_some(())
    })
    .await;

    // The first command never arrived, the second did and nobody heard so.
    let seen = eventually("the first meter is cut, and that is proven", async || {
        let seen = supply(&site, &admin, 1).await;
        (seen.contact == Contact::Open && seen.attempts == 0).then_some(seen)
    })
    .await;
    assert_eq!(seen.wanted, Supply::Disconnected(DisconnectReason::NoCredit));
    assert!(first.writes.load(Ordering::Relaxed) >= 2, "the first command was pulled");
    assert!(site.stop().await.success());
    assert!(site.verify().status.success());
}
