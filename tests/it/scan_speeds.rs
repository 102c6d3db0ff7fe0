//! A scan of a serial line at several speeds, from the page, while its meter is in service.

use std::time::Duration;

use http::Method;
use serde_json::json;
use shared::api::line::{LineView, UnitView};
use shared::api::scan::ScanView;

use crate::harness::peers::{Process, python};
use crate::harness::{Caller, Folder, TestSite, within};

/// A bus with a meter of the site at 9600 8N1, and strangers at other speeds.
fn bus(folder: &Folder) -> (Process, String) {
    let port = folder.path().join("bus").display().to_string();
    let meters = ["1=9600:8N1", "3=9600:8E1", "4=2400:8N1"];
    let peer = python("tuned_serial.py", &[&[port.as_str()][..], &meters].concat());
    let site = format!(
        "tariffs = []\n[site]\nname = \"Linden Court\"\ncurrency = \"CNY\"\nzone = \"UTC\"\n\
         [[line]]\nid = 1\nname = \"riser A\"\n\
         transport = {{ rtu = {{ path = \"{port}\", baud = 9600 }} }}\n\
         [[meter]]\nmeter = 7\nname = \"101\"\nbuilding = \"1\"\nfloor = \"1\"\nline = 1\nunit = 1\n\
         profile = \"eastron-sdm120\"\npoll_s = 1\n"
    );
    let file = folder.path().join("site.toml");
    std::fs::write(&file, site).expect("the folder takes files");
    (peer, file.display().to_string())
}

async fn meter(site: &TestSite, admin: &Caller) -> UnitView {
    let line: LineView = site.get(admin, "/api/v1/lines/1").await.expect(200).read();
    line.units.into_iter().find(|unit| unit.unit == 1).expect("unit 1")
}

async fn look(site: &TestSite, admin: &Caller) -> ScanView {
    site.get(admin, "/api/v1/lines/1/scan").await.expect(200).read()
}

/// Waits until the meter was read some more, and asserts that it never failed.
async fn is_read_on(site: &TestSite, admin: &Caller) {
    let before = meter(site, admin).await.good;
    let after = within(Duration::from_secs(30), "more readings", async || {
        let now = meter(site, admin).await;
        (now.good > before + 3).then_some(now)
    })
    .await;
    assert_eq!((after.timeouts, after.garbled, after.wrong), (0, 0, 0), "{after:?}");
}

#[tokio::test]
async fn meters_at_other_speeds_are_found_while_the_lines_own_is_read_on() {
    let folder = Folder::new();
    let (_bus, config) = bus(&folder);
    let mut site = TestSite::start_in(folder, &["run", "--site", &config]).await;
    let admin = site.token("admin");
    is_read_on(&site, &admin).await;

    let scan = "/api/v1/lines/1/scan";
    for (speed, kind) in [("300", "bad-speed"), ("9600", "bad-speed")] {
        let format = if speed == "300" { "8N1" } else { "7E2" };
        let baud: u32 = speed.parse().expect("a number");
        let order = json!({ "from": 1, "to": 4, "speeds": [{ "baud": baud, "format": format }] });
        let refused = site.post(&admin, scan, &order).await.expect(422).text();
        assert!(refused.contains(kind), "{refused}");
    }

    let speeds = [(9_600, "8N1"), (9_600, "8E1"), (2_400, "8N1")]
        .map(|(baud, format)| json!({ "baud": baud, "format": format }));
    let order = json!({ "from": 1, "to": 4, "speeds": speeds });
    site.post(&admin, scan, &order).await.expect(200);
    let mut asked_at = Vec::new();
    let mut estimated = false;
    let seen = within(Duration::from_secs(90), "the end of the scan", async || {
        let seen = look(&site, &admin).await;
        let at = seen.speed.as_ref().map(ToString::to_string);
        if at.is_some() && asked_at.last() != Some(&at) {
            asked_at.push(at);
        }
        estimated |= seen.left_s.is_some_and(|left| left > 0);
        (!seen.running).then_some(seen)
    })
    .await;
    assert_eq!((seen.done, seen.of, &seen.fault), (12, 12, &None));
    assert!(estimated && asked_at.len() == 3, "{asked_at:?}");
    let line_speed = seen.line_speed.as_ref().map(ToString::to_string);
    assert_eq!(line_speed.as_deref(), Some("9600 8N1"));
    let found: Vec<_> = seen
        .found
        .iter()
        .map(|unit| {
            let speed = unit.speed.as_ref().map(ToString::to_string);
            (unit.unit, speed.unwrap_or_default(), unit.meter.is_some())
        })
        .collect();
    let expected = [(1, "", true), (3, "9600 8E1", false), (4, "2400 8N1", false)]
        .map(|(unit, speed, known)| (unit, speed.to_owned(), known));
    assert_eq!(found, expected);
    let stranger = &seen.found[1].candidates;
    assert!(stranger.iter().any(|model| model.profile == "eastron-sdm120"), "{stranger:?}");
    // The bus is at its own speed again: the meter answers at no other.
    is_read_on(&site, &admin).await;

    // Ended by hand, and cut short by a crash, both in the middle of another speed.
    let order = json!({ "from": 2, "to": 247, "speeds": [{ "baud": 1200, "format": "8O1" }] });
    for crash in [false, true] {
        site.post(&admin, scan, &order).await.expect(200);
        within(Duration::from_secs(30), "the scan's first addresses", async || {
            (look(&site, &admin).await.done > 1).then_some(())
        })
        .await;
        if crash {
            site.kill();
            site.restart().await;
        } else {
            site.ask(&admin, Method::DELETE, scan, None, &[]).await.expect(200);
            assert!(!look(&site, &admin).await.running);
        }
        let admin = site.token("admin");
        is_read_on(&site, &admin).await;
    }
}
