//! The wall clock is set under the running program, and has lost its battery when it starts. Time is
//! faked by libfaketime; what passes is not: the program's stopwatch runs on.

use http::Method;
use serde_json::{Value, json};
use shared::api::meter::MeterPage;
use shared::time::{Span, Timestamp};

use super::book::Journal;
use crate::harness::peers::{Process, program};
use crate::harness::{Caller, Folder, TestSite, eventually};

const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// A site with one meter of a farm, at ten minutes a second.
fn site_file(folder: &Folder, address: &str) -> String {
    folder.write(
        "flat.toml",
        "id = \"flat\"\nname = \"flat\"\ncurrency = \"CNY\"\nzone = \"UTC\"\n\
         [[versions]]\nfrom = \"1970-01-01\"\n[versions.energy]\nprice = \"1.00\"\n",
    );
    let site = format!(
        "tariffs = [\"flat.toml\"]\n[site]\nname = \"Trial\"\ncurrency = \"CNY\"\nzone = \"UTC\"\n\
         id = 1\n[[line]]\nid = 1\nname = \"gateway\"\n\
         transport = {{ tcp = {{ address = \"{address}\" }} }}\n\
         [[meter]]\nmeter = 1\nname = \"101\"\nbuilding = \"1\"\nfloor = \"1\"\nline = 1\nunit = 1\n\
         profile = \"eastron-sdm630\"\npoll_s = 1\nmost_power = 40000000\n\
         account = {{ customer = \"Wang Fang\", tariff = \"flat\", opening = \"900.00\" }}\n"
    );
    folder.write("site.toml", &site).display().to_string()
}

/// Runs the program under a clock that stands as the file says.
fn faked(site: &TestSite) -> Vec<String> {
    assert!(
        std::path::Path::new(LIBRARY).exists(),
        "{LIBRARY} is missing; `tests/run setup` installs it"
    );
    let file = site.folder().path().join("clock");
    [
        "env",
        &format!("LD_PRELOAD={LIBRARY}"),
        &format!("FAKETIME_TIMESTAMP_FILE={}", file.display()),
        "FAKETIME_NO_CACHE=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "DONT_FAKE_MONOTONIC=1",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn set_clock(site: &TestSite, to: &str) {
    // In one step: libfaketime may look at any moment.
    let folder = site.folder().path();
    std::fs::write(folder.join("clock.new"), to).expect("the folder takes files");
    std::fs::rename(folder.join("clock.new"), folder.join("clock")).expect("the folder is ours");
}

async fn jumped(site: &TestSite, admin: &Caller) -> bool {
    let alarms: Value = site.get(admin, "/api/v1/alarms").await.expect(200).json();
    alarms.to_string().contains("clock-jumped")
}

/// Waits until the meter was charged for more than before.
async fn charged_on(site: &TestSite, admin: &Caller) {
    let page = async || site.get(admin, "/api/v1/meters/1").await.expect(200).read::<MeterPage>();
    let before = page().await.register;
    eventually("the register is read on", async || (page().await.register > before).then_some(()))
        .await;
}

/// Times of the records so far, in their order.
fn times(site: &TestSite) -> Vec<Timestamp> {
    let path = site.data().join("ledger.db");
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let db = rusqlite::Connection::open_with_flags(path, flags).unwrap();
    let mut statement = db.prepare("SELECT at FROM record ORDER BY seq").unwrap();
    let rows = statement.query_map([], |row| row.get(0).map(Timestamp::from_millis)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// A sale makes charges due so far into records.
async fn sell(site: &TestSite, admin: &Caller, key: &str) {
    let page: MeterPage = site.get(admin, "/api/v1/meters/1").await.expect(200).read();
    let account = page.row.account.expect("an account");
    let body = json!({ "account": account, "amount": 100, "tender": "cash" });
    site.post_once(admin, "/api/v1/sales", &format!("clock-sale-{key}"), &body).await.expect(200);
}

#[tokio::test]
async fn a_clock_that_is_set_moves_no_money_until_somebody_has_looked() {
    let arguments = ["farm", "--meters", "1", "--speed", "600", "--tcp", "127.0.0.1:0"];
    let (_farm, ready): (Process, String) = program(&arguments);
    let folder = Folder::new();
    let address = ready.trim().trim_start_matches("ready ").to_owned();
    let file = site_file(&folder, &address);
    let mut site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    assert!(site.stop().await.success());
    set_clock(&site, "+0");
    assert!(site.restart_under(&faked(&site)).await);
    let admin = site.token("admin");
    let said = site.said();
    let code = said.lines().find(|line| line.contains("Set-up code")).expect("a code is printed");
    let code = code.rsplit(' ').next().expect("a line has a last word");
    let person = json!({ "code": code, "name": "Li Na", "password": "correct horse battery" });
    site.post(&Caller::Nobody, "/api/v1/setup", &person).await.expect(200);
    let session = site.sign_in("Li Na", "correct horse battery").await;
    charged_on(&site, &admin).await;
    sell(&site, &admin, "before").await;
    let began = *times(&site).last().expect("records");
    let near = |site: &TestSite, what: &str| {
        let last = *times(site).last().expect("records");
        let away = (last - began).millis();
        assert!((0..10 * 60_000).contains(&away), "{what}: the last record is {away} ms on");
    };

    for step in ["+30d", "-2h"] {
        set_clock(&site, step);
        eventually("the alarm is raised", async || jumped(&site, &admin).await.then_some(())).await;
        charged_on(&site, &admin).await;
        sell(&site, &admin, step).await;
        near(&site, step);
        let mine = site.get(&session, "/api/v1/session").await.expect(200).json();
        assert!(mine.to_string().contains("Li Na"), "{step}: the session lives on: {mine}");
        // The clock comes back by itself: nothing was lost or moved.
        set_clock(&site, "+0");
        charged_on(&site, &admin).await;
        sell(&site, &admin, &format!("after{step}")).await;
        near(&site, "back");
        site.post(&admin, "/api/v1/board/check", &json!({})).await;
        let ended = async || (!jumped(&site, &admin).await).then_some(());
        eventually("a check ends the alarm", ended).await;
    }

    // Somebody looks while the clock stands ahead: it is right, then.
    set_clock(&site, "+3h");
    eventually("the alarm is raised", async || jumped(&site, &admin).await.then_some(())).await;
    site.ask(&admin, Method::POST, "/api/v1/board/check", Some(&json!({})), &[]).await;
    let ended = async || (!jumped(&site, &admin).await).then_some(());
    eventually("a check ends the alarm", ended).await;
    charged_on(&site, &admin).await;
    sell(&site, &admin, "believed").await;
    let believed = *times(&site).last().expect("records");
    assert!(believed - began > Span::from_hours(2), "{began} and {believed}");

    // The battery is empty: the program starts in 1970.
    assert!(site.stop().await.success());
    set_clock(&site, "@1970-01-01 00:10:00");
    assert!(site.restart_under(&faked(&site)).await);
    eventually("the alarm is raised", async || jumped(&site, &admin).await.then_some(())).await;
    charged_on(&site, &admin).await;
    sell(&site, &admin, "1970").await;
    let all = times(&site);
    assert!(all.windows(2).all(|pair| pair[0] <= pair[1]), "{all:?}");
    // Then the time comes by network: it is later than all records, and believed.
    set_clock(&site, "+5h");
    charged_on(&site, &admin).await;
    sell(&site, &admin, "network").await;
    let network = *times(&site).last().expect("records");
    assert!(network - believed > Span::from_hours(1), "{believed} and {network}");

    assert!(site.stop().await.success());
    let told = site.verify();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
    assert!(Journal::read(&site).charges > 0, "the meter was charged meanwhile, without a gap");
}
