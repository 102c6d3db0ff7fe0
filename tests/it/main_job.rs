//! The main job on meters made by others: read, charge, cut, prove, pay, restore — over TCP and over
//! a serial line, under a flat and a time-of-use tariff, at an hour a second.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use shared::api::ledger::{Entry, LedgerPage};
use shared::api::meter::MeterPage;
use shared::energy::{Energy, Register};
use shared::meter::{Contact, DisconnectReason, Supply};
use shared::money::Money;

use crate::harness::peers::{Cable, free_port, python, set_fault};
use crate::harness::{Browser, Caller, Folder, TestSite, within};

/// 10⁻² currency a kWh.
const FLAT: i64 = 62;
const PEAK: i64 = 95;
const VALLEY: i64 = 31;

/// How long the meter takes to use up what it has, with room for a loaded machine.
const USE_UP: Duration = Duration::from_mins(1);
/// A poll, a write, its proof: each a second, with room for a loaded machine.
const A_POLL: Duration = Duration::from_secs(10);

/// A site with meter 1 on TCP under a flat tariff and meter 2 on a serial line under time of use, in
/// whose peak period the whole test lies.
fn write_site(folder: &Folder, tcp: u16, serial: &str, opening: &str) {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set").as_secs();
    let hour = seconds / 3_600 % 24;
    let (from, to) = ((hour + 18) % 24, (hour + 6) % 24);
    let tariff = |id: &str, energy: &str| {
        format!(
            "id = \"{id}\"\nname = \"{id}\"\ncurrency = \"CNY\"\nzone = \"UTC\"\n[[versions]]\nfrom = \"2020-01-01\"\n{energy}"
        )
    };
    let flat = tariff("flat", "[versions.energy]\nprice = \"0.62\"\n");
    let time_of_use = tariff(
        "time-of-use",
        &format!(
            "[[versions.schedule]]\nwindows = \"{from:02}:00-{to:02}:00\"\nperiod = \"peak\"\n\
             [[versions.schedule]]\nwindows = \"{to:02}:00-{from:02}:00\"\nperiod = \"valley\"\n\
             [versions.energy]\nprices = {{ peak = \"0.95\", valley = \"0.31\" }}\n"
        ),
    );
    let meter = |meter: u8, tariff: &str| {
        format!(
            "[[meter]]\nmeter = {meter}\nname = \"10{meter}\"\nbuilding = \"7\"\nfloor = \"1\"\nline = {meter}\nunit = 1\n\
             profile = \"eastron-sdm630\"\npoll_s = 1\nmost_power = 40000000\n\
             relay = {{ profile = \"relay-coils\", output = 1, feedback = 1 }}\n\
             account = {{ customer = \"Wang Fang {meter}\", tariff = \"{tariff}\", opening = \"{opening}\" }}\n"
        )
    };
    let site = format!(
        "tariffs = [\"flat.toml\", \"time-of-use.toml\"]\n[site]\nname = \"Linden Court\"\ncurrency = \"CNY\"\nzone = \"UTC\"\nid = 1\n\
         [[counter]]\ncounter = 1\n[[counter]]\ncounter = 2\n\
         [[line]]\nid = 1\nname = \"gateway\"\ntransport = {{ tcp = {{ address = \"127.0.0.1:{tcp}\" }} }}\n\
         [[line]]\nid = 2\nname = \"serial\"\ntransport = {{ rtu = {{ path = \"{serial}\", baud = 9600 }} }}\n{}{}",
        meter(1, "flat"),
        meter(2, "time-of-use"),
    );
    for (name, text) in
        [("flat.toml", flat), ("time-of-use.toml", time_of_use), ("site.toml", site)]
    {
        std::fs::write(folder.path().join(name), text).expect("the folder takes files");
    }
}

async fn start(folder: Folder) -> (TestSite, Caller) {
    let config = folder.path().join("site.toml").display().to_string();
    let site = TestSite::start_in(folder, &["run", "--site", &config]).await;
    let admin = site.token("admin");
    (site, admin)
}

async fn page(site: &TestSite, caller: &Caller, meter: u8) -> MeterPage {
    site.get(caller, &format!("/api/v1/meters/{meter}")).await.expect(200).read()
}

async fn until(
    site: &TestSite,
    caller: &Caller,
    meter: u8,
    deadline: Duration,
    what: &str,
    good: impl Fn(&MeterPage) -> bool,
) -> MeterPage {
    let seen = async || Some(page(site, caller, meter).await).filter(&good);
    within(deadline, &format!("meter {meter} {what}"), seen).await
}

/// All charges of a meter's account, oldest first: energy, and what it came to.
async fn charges(
    site: &TestSite,
    caller: &Caller,
    meter: u8,
) -> Vec<(Register, Register, Energy, Money)> {
    let account = page(site, caller, meter).await.row.account.expect("the meter has an account");
    let mut all = Vec::new();
    let mut before = String::new();
    loop {
        let path = format!("/api/v1/accounts/{account}/ledger?limit=100{before}");
        let ledger: LedgerPage = site.get(caller, &path).await.expect(200).read();
        all.extend(ledger.entries.into_iter().filter_map(|entry| match entry.entry {
            Entry::Charge { register_from, register_to, energy, .. } => {
                Some((register_from, register_to, energy, -entry.amount))
            }
            _ => None,
        }));
        match ledger.next {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    all.reverse();
    all
}

/// Every charge begins where the one before ended, and they come to the price of the whole, rounded
/// down once.
fn assert_exact(charges: &[(Register, Register, Energy, Money)], price: i64) {
    let (first, last) = (charges.first().expect("charges"), charges.last().expect("charges"));
    assert!(charges.windows(2).all(|pair| pair[0].1 == pair[1].0), "{charges:?}");
    let used: Energy = charges.iter().map(|charge| charge.2).sum();
    assert_eq!(Some(used), last.1.since(first.0), "billed is last − first");
    let paid: Money = charges.iter().map(|charge| charge.3).sum();
    assert_eq!(paid.minor(), used.mwh() * price / 1_000_000, "{used} at {price}");
}

#[tokio::test]
async fn real_meters_are_charged_cut_and_restored_over_both_transports() {
    assert_ne!(PEAK, VALLEY);
    let tcp = free_port();
    let cable = Cable::new();
    let metering = ["--units", "1", "--watts", "2300", "--speed", "3600"];
    let _on_tcp = python("peer_meter.py", &[&["--tcp", &tcp.to_string()], &metering[..]].concat());
    let _on_serial =
        python("peer_meter.py", &[&["--serial", &cable.theirs()], &metering[..]].concat());
    let folder = Folder::new();
    write_site(&folder, tcp, &cable.ours(), "10.00");
    let (site, admin) = start(folder).await;

    for (meter, price) in [(1, FLAT), (2, PEAK)] {
        let cut = until(&site, &admin, meter, USE_UP, "is cut, and proves it", |page| {
            page.supply.contact == Contact::Open
                && page.live.power.is_some_and(|power| power.watts() == 0)
        })
        .await;
        assert_eq!(cut.supply.wanted, Supply::Disconnected(DisconnectReason::NoCredit));
        let account = cut.account.expect("an account");
        assert!(account.credit <= Money::ZERO, "{:?}", account.credit);
        assert_exact(&charges(&site, &admin, meter).await, price);
        // Nothing is used while it is open: two looks apart see the same register.
        let again = until(&site, &admin, meter, A_POLL, "is read again", |page| {
            page.row.change.as_of > cut.row.change.as_of
        })
        .await;
        assert_eq!(again.register, cut.register);
    }

    sell_on_the_page(&site, "Wang Fang 1").await;
    let on = until(&site, &admin, 1, A_POLL, "comes back", |page| {
        page.supply.contact == Contact::Closed
            && page.live.power.is_some_and(|power| power.watts() > 1_000)
    })
    .await;
    assert_eq!(on.supply.wanted, Supply::Connected);
    assert!(on.supply.reasons.is_empty());
    let dark = page(&site, &admin, 2).await;
    assert_eq!(dark.supply.contact, Contact::Open, "who did not pay stays dark");

    let account = dark.row.account.expect("an account");
    let sale = json!({ "account": account, "amount": 4_000, "tender": "cash" });
    site.post_once(&admin, "/api/v1/sales", "main-job-sale-2", &sale).await.expect(200);
    until(&site, &admin, 2, A_POLL, "comes back", |page| page.supply.contact == Contact::Closed)
        .await;

    for (meter, price) in [(1, FLAT), (2, PEAK)] {
        until(&site, &admin, meter, USE_UP * 2, "is cut again", |page| {
            page.supply.contact == Contact::Open
        })
        .await;
        assert_exact(&charges(&site, &admin, meter).await, price);
    }
    let verified = site.verify();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// A first person sets the site up, signs in and sells 50.00 in cash, on the page.
async fn sell_on_the_page(site: &TestSite, customer: &str) {
    let said = site.said();
    let line = said.lines().find(|line| line.contains("Set-up code")).expect("the code is printed");
    let code = line.rsplit(' ').next().expect("a line has a last word");
    let person = json!({ "code": code, "name": "Li Na", "password": "correct horse battery" });
    let set_up = site.post(&Caller::Nobody, "/api/v1/setup", &person).await.expect(200);
    let cashier = Caller::Session(set_up.cookie().expect("setting up signs in"));
    site.open_shift(&cashier).await;
    Browser::with(1440, 900, async |browser| {
        browser.open(&site.url("/")).await;
        browser.run("localStorage.setItem('meterhouse.language', 'en')").await;
        browser.open(&site.url("/")).await;
        browser
            .see("input[name=name], input[autocomplete=username]")
            .await
            .send_keys("Li Na")
            .await
            .expect("a name");
        let password = browser.see("input[type=password]").await;
        password.send_keys("correct horse battery\u{e007}").await.expect("a password");
        browser.read("main h1", "Overview").await;
        browser.keys("\u{e032}").await;
        browser.see("#sale-find:focus").await;
        browser.keys(customer).await;
        browser.see("#sale-results").await;
        browser.keys("\u{e007}").await;
        browser.see("#sale-amount:focus").await;
        browser.keys("50\u{e007}").await;
        browser.see("#sale-confirm.confirm:focus").await;
        browser.keys("\u{e007}").await;
        browser.see("#sale-next:focus").await;
    })
    .await;
}

/// Faults of the peer, by its own numbers: exceptions, silence, garbage, bad checksum, short, NaN,
/// wrong unit, a register that stands one kWh back, an answer that comes late.
const FAULTS: [u16; 11] = [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 8];

#[tokio::test]
async fn nothing_that_goes_wrong_on_the_wire_is_billed_or_cuts_anyone() {
    let tcp = free_port();
    let cable = Cable::new();
    let metering = ["--units", "1", "--watts", "2300", "--speed", "3600"];
    let _on_tcp = python("peer_meter.py", &[&["--tcp", &tcp.to_string()], &metering[..]].concat());
    let _on_serial =
        python("peer_meter.py", &[&["--serial", &cable.theirs()], &metering[..]].concat());
    let folder = Folder::new();
    write_site(&folder, tcp, &cable.ours(), "9000.00");
    let (site, admin) = start(folder).await;
    let billed = |page: &MeterPage| page.today > Energy::ZERO;
    until(&site, &admin, 1, A_POLL, "is charged", billed).await;
    for fault in FAULTS {
        set_fault(tcp, 1, fault, 2, 0);
        let before = page(&site, &admin, 1).await;
        let good = until(&site, &admin, 1, USE_UP, "is read again after a fault", |page| {
            page.row.change.as_of > before.row.change.as_of
                && page.today > before.today
                && page.device.held.is_none()
        })
        .await;
        assert_eq!(good.supply.wanted, Supply::Connected, "after fault {fault}");
        assert_eq!(good.supply.contact, Contact::Closed, "after fault {fault}");
    }
    // A sale posts what is charged so far.
    let account = page(&site, &admin, 1).await.row.account.expect("an account");
    let sale = json!({ "account": account, "amount": 100, "tender": "cash" });
    site.post_once(&admin, "/api/v1/sales", "wire-faults-sale", &sale).await.expect(200);
    assert_exact(&charges(&site, &admin, 1).await, FLAT);
    let verified = site.verify();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
