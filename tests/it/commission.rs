//! Bringing meters into service from a page: scan, relay test, add many at once, sign off; and all of
//! it is there after a restart.

use std::time::Duration;

use serde_json::json;
use shared::api::commission::{Commissioned, RelayTested};
use shared::api::line::LineView;
use shared::api::meter::MeterPage;
use shared::api::scan::ScanView;
use shared::meter::Contact;

use crate::harness::peers::{Process, program};
use crate::harness::{Caller, Folder, TestSite, within};

/// A site with one line and no meter yet.
pub(crate) fn write_site(folder: &Folder, address: &str) -> String {
    let tariff = "id = \"flat\"\nname = \"Flat\"\ncurrency = \"CNY\"\nzone = \"UTC\"\n[[versions]]\nfrom = \"2020-01-01\"\n[versions.energy]\nprice = \"0.62\"\n";
    let site = format!(
        "tariffs = [\"flat.toml\"]\n[site]\nname = \"Linden Court\"\ncurrency = \"CNY\"\nzone = \"UTC\"\n\
         [[line]]\nid = 1\nname = \"riser A\"\ntransport = {{ tcp = {{ address = \"{address}\" }} }}\n"
    );
    std::fs::write(folder.path().join("flat.toml"), tariff).expect("the folder takes files");
    std::fs::write(folder.path().join("site.toml"), site).expect("the folder takes files");
    folder.path().join("site.toml").display().to_string()
}

async fn scan(site: &TestSite, admin: &Caller, to: u8) -> ScanView {
    let order = json!({ "from": 1, "to": to });
    site.post(admin, "/api/v1/lines/1/scan", &order).await.expect(200);
    within(Duration::from_secs(60), "the end of the scan", async || {
        let scan: ScanView = site.get(admin, "/api/v1/lines/1/scan").await.expect(200).read();
        (!scan.running).then_some(scan)
    })
    .await
}

async fn page(site: &TestSite, admin: &Caller, meter: u32) -> MeterPage {
    site.get(admin, &format!("/api/v1/meters/{meter}")).await.expect(200).read()
}

#[tokio::test]
async fn meters_are_found_tested_added_signed_off_and_there_after_a_restart() {
    let arguments =
        ["farm", "--meters", "4", "--profile", "acrel-ddsy1352", "--tcp", "127.0.0.1:0"];
    let (_farm, ready): (Process, String) = program(&[&arguments[..], &["--speed", "8"]].concat());
    let folder = Folder::new();
    let config = write_site(&folder, ready.trim().trim_start_matches("ready "));
    let mut site = TestSite::start_in(folder, &["run", "--site", &config]).await;
    let admin = site.token("admin");

    let found = scan(&site, &admin, 5).await;
    assert_eq!((found.done, found.of, found.fault), (5, 5, None));
    let units: Vec<u8> = found.found.iter().map(|unit| unit.unit).collect();
    assert_eq!(units, [1, 2, 3, 4]);
    let best = &found.found[0].candidates[0];
    assert_eq!((best.profile.as_str(), best.switches), ("acrel-ddsy1352", true));
    assert!(!best.proven, "this test needs a model that nobody has proven");

    // Open, prove, close, prove; the profile wants ten seconds between two operations.
    for (step, contact) in [("open", Contact::Open), ("close", Contact::Closed)] {
        let test = json!({ "unit": 1, "profile": best.profile, "step": step });
        within(Duration::from_secs(30), step, async || {
            let reply = site.post(&admin, "/api/v1/lines/1/relay-test", &test).await;
            let tested: RelayTested = reply.expect(200).read();
            (tested.proven && tested.contact == contact).then_some(())
        })
        .await;
    }

    let meters: Vec<_> = (1..=4)
        .map(|unit| {
            json!({ "unit": unit, "profile": best.profile, "name": format!("Room {unit}"),
                    "account": 500 + unit, "customer": format!("Wang {unit}") })
        })
        .collect();
    let order = json!({ "line": 1, "building": "7", "tariff": "flat", "meters": meters });
    let added: Vec<Commissioned> =
        site.post(&admin, "/api/v1/commission", &order).await.expect(201).read();
    assert_eq!(added.len(), 4);
    assert!(added.iter().all(|added| !added.is_billed()), "read, not billed");
    site.post(&admin, "/api/v1/commission", &order).await.expect(422);
    let scan: ScanView = site.get(&admin, "/api/v1/lines/1/scan").await.expect(200).read();
    assert!(scan.found.iter().all(|unit| unit.meter.is_some()), "found, and meters now");
    let test = json!({ "unit": 1, "profile": best.profile, "step": "open" });
    site.post(&admin, "/api/v1/lines/1/relay-test", &test).await.expect(409);

    let read = async |site: &TestSite, admin: &Caller| {
        within(Duration::from_secs(30), "a first reading", async || {
            let page = page(site, admin, 2).await;
            (page.register.is_some() || page.device.polls > 0).then_some(page)
        })
        .await
    };
    let before = read(&site, &admin).await;
    assert!(before.account.is_none(), "no account before the sign-off");

    let sign = "/api/v1/meters/2/sign-off";
    site.post(&admin, sign, &json!({ "display": "1.5" })).await.expect(422);
    let line: LineView = site.get(&admin, "/api/v1/lines/1").await.expect(200).read();
    let unit = line.units.iter().find(|unit| unit.unit == 2).expect("unit 2");
    let import = unit.points.iter().find(|point| point.name == "energy.import").expect("a value");
    let signed: Vec<Commissioned> =
        site.post(&admin, sign, &json!({ "display": import.value() })).await.expect(200).read();
    assert!(signed[1].is_billed(), "{:?}", signed[1]);
    // Without credit it would be cut at once, and nothing more would be charged.
    let sale = json!({ "account": 502, "amount": 10_000, "tender": "cash" });
    site.post_once(&admin, "/api/v1/sales", "commission-sale", &sale).await.expect(200);
    let billed = async |site: &TestSite, admin: &Caller| {
        within(Duration::from_secs(30), "its account", async || {
            let page = page(site, admin, 2).await;
            assert!(page.device.held.is_none(), "{:?}", page.device);
            page.account.is_some().then_some(page)
        })
        .await
    };
    let page = billed(&site, &admin).await;
    assert_eq!((page.row.name.as_str(), page.row.customer.as_str()), ("Room 2", "Wang 2"));
    let found = site.get(&admin, "/api/v1/search?q=Wang").await.expect(200).text();
    assert!(found.contains("502"), "{found}");
    let trace = site.get(&admin, "/api/v1/lines/1/trace").await.expect(200).text();
    assert!(trace.contains("riser A") && trace.contains(" > "), "{trace}");

    assert!(site.stop().await.success());
    site.restart().await;
    let admin = site.token("admin");
    let after: Vec<Commissioned> = site.get(&admin, "/api/v1/commission").await.expect(200).read();
    assert_eq!(after, signed);
    billed(&site, &admin).await;
}

#[tokio::test]
async fn an_output_that_switches_a_meter_of_the_site_is_not_tested_from_the_page() {
    let arguments =
        ["farm", "--meters", "3", "--profile", "eastron-sdm630", "--tcp", "127.0.0.1:0"];
    let (_farm, ready): (Process, String) = program(&[&arguments[..], &["--speed", "1"]].concat());
    let folder = Folder::new();
    let file = write_site(&folder, ready.trim().trim_start_matches("ready "));
    let meter = "[[meter]]\nmeter = 7\nname = \"101\"\nbuilding = \"1\"\nfloor = \"1\"\nline = 1\nunit = 1\n\
                 profile = \"eastron-sdm630\"\n\
                 relay = { profile = \"relay-coils\", output = 1, feedback = 1 }\n";
    let site = std::fs::read_to_string(&file).expect("a site") + meter;
    std::fs::write(&file, site).expect("the folder takes files");
    let site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let admin = site.token("admin");
    let test = async |unit: u8, board: u8| {
        let relay = json!({ "unit": board, "profile": "relay-coils", "output": 1 });
        let test =
            json!({ "unit": unit, "profile": "eastron-sdm630", "step": "open", "relay": relay });
        site.post(&admin, "/api/v1/lines/1/relay-test", &test).await
    };
    // The board of meter 7, said to be that of a unit that is no meter yet.
    let refused = test(2, 1).await.expect(409).text();
    assert!(refused.contains("output-in-service"), "{refused}");
    // Its own is tested, and a second time.
    for _ in 0..2 {
        let tested: RelayTested = test(2, 2).await.expect(200).read();
        assert_eq!(tested.fault, None);
    }
}

#[tokio::test]
async fn a_board_on_another_line_than_its_meter_is_tested_and_bound() {
    let farm = || -> (Process, String) {
        let arguments =
            ["farm", "--meters", "3", "--profile", "eastron-sdm630", "--tcp", "127.0.0.1:0"];
        program(&[&arguments[..], &["--speed", "1"]].concat())
    };
    let ((_meters, meters), (_boards, boards)) = (farm(), farm());
    let address = |ready: &str| ready.trim().trim_start_matches("ready ").to_owned();
    let folder = Folder::new();
    let file = write_site(&folder, &address(&meters));
    let board = format!(
        "[[line]]\nid = 2\nname = \"boards\"\ntransport = {{ tcp = {{ address = \"{}\" }} }}\n",
        address(&boards)
    );
    let text = std::fs::read_to_string(&file).expect("a site");
    std::fs::write(&file, text + &board).expect("the folder takes files");
    let site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let admin = site.token("admin");
    let relay = |line: u16, unit: u8| json!({ "line": line, "unit": unit, "profile": "relay-coils", "output": 1, "feedback": 1 });
    let test = async |step: &str, relay: &serde_json::Value| {
        let test = json!({ "unit": 1, "profile": "eastron-sdm630", "step": step, "relay": relay });
        site.post(&admin, "/api/v1/lines/1/relay-test", &test).await
    };
    let output = async || {
        let relay = json!({ "unit": 1, "profile": "relay-coils", "output": 1, "feedback": 1 });
        let test =
            json!({ "unit": 3, "profile": "eastron-sdm630", "step": "close", "relay": relay });
        site.post(&admin, "/api/v1/lines/2/relay-test", &test).await
    };
    // Unit 1 of the farm behind line 2 stands for the board: its contact opens, that of line 1 does not.
    let tested: RelayTested = test("open", &relay(2, 1)).await.expect(200).read();
    assert_eq!((tested.fault, tested.contact), (None, Contact::Unknown), "current flows past it");
    let tested: RelayTested = test("close", &relay(2, 1)).await.expect(200).read();
    assert_eq!((tested.fault, tested.proven), (None, true));
    test("open", &relay(9, 1)).await.expect(404);

    let meter =
        json!({ "unit": 1, "profile": "eastron-sdm630", "name": "101", "relay": relay(2, 1) });
    let add = json!({ "line": 1, "building": "1", "floor": "1", "meters": [meter] });
    site.post(&admin, "/api/v1/commission", &add).await.expect(201);
    let refused = test("open", &relay(2, 1)).await.expect(409).text();
    assert!(refused.contains("meter-in-service") || refused.contains("output-in-service"));
    let refused = output().await.expect(409).text();
    assert!(refused.contains("output-in-service"), "{refused}");
}
