//! `meterhouse scan` against the farm: what it finds, and what it prints.

use serde_json::Value;

use crate::harness::peers::{Cable, Process, program};
use crate::harness::site::meterhouse;

fn scan(arguments: &[&str]) -> String {
    let output = meterhouse(&[&["scan"], arguments].concat(), None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_scan_finds_the_meters_of_a_gateway_and_writes_their_entries() {
    let arguments =
        ["farm", "--meters", "3", "--profile", "acrel-ddsy1352", "--tcp", "127.0.0.1:0"];
    let (_farm, ready): (Process, String) = program(&arguments);
    let address = ready.trim().trim_start_matches("ready ").to_owned();
    let line = format!("tcp:{address}");
    let text = scan(&[&line, "--units", "1-5"]);
    assert!(text.contains(&format!("{line}: 3 found")), "{text}");
    assert!(text.contains("unit 3: acrel-ddsy1352, energy.import 300"), "{text}");
    let entries = text.split("# for the site file").nth(1).expect("entries");
    let entries: toml_lines::Entries = toml_lines::read(entries);
    assert_eq!(entries.units, ["1", "2", "3"]);

    let found: Value = serde_json::from_str(&scan(&[&line, "--units", "2-2", "--json"])).unwrap();
    let best = &found[0]["found"][0]["candidates"][0];
    assert_eq!(best["profile"], "acrel-ddsy1352", "{found}");
    assert_eq!(best["switches"], true);
}

/// A read over what the meter does not have brings zeros, which would look like a larger sibling
/// that draws nothing: unit 3 draws little.
#[test]
fn a_single_phase_meter_is_not_taken_for_its_three_phase_sibling() {
    let (_farm, ready) =
        program(&["farm", "--meters", "4", "--profile", "eastron-sdm120", "--tcp", "127.0.0.1:0"]);
    let address = ready.trim().trim_start_matches("ready ");
    let text = scan(&[&format!("tcp:{address}"), "--units", "1-4", "--json"]);
    let found: Value = serde_json::from_str(&text).unwrap();
    for unit in 0..4 {
        let models: Vec<&str> = found[0]["found"][unit]["candidates"]
            .as_array()
            .expect("candidates")
            .iter()
            .filter_map(|candidate| candidate["profile"].as_str())
            .collect();
        assert_eq!(models.first(), Some(&"eastron-sdm120"), "{models:?}");
        assert!(!models.contains(&"eastron-sdm630"), "{models:?}");
    }
}

#[test]
fn a_scan_tries_the_speeds_of_a_serial_line() {
    let cable = Cable::new();
    let (_farm, _ready) = program(&[
        "farm",
        "--meters",
        "1",
        "--profile",
        "eastron-sdm120",
        "--serial",
        &cable.theirs(),
    ]);
    let line = format!("rtu:{}", cable.ours());
    let text = scan(&[&line, "--units", "1-2", "--baud", "9600,2400"]);
    for baud in ["9600", "2400"] {
        assert!(text.contains(&format!("{line}:{baud}:8N1: 1 found")), "{text}");
    }
    assert!(text.contains("eastron-sdm120"), "{text}");
}

#[test]
fn a_line_that_cannot_be_opened_is_named() {
    let output = meterhouse(&["scan", "tcp:127.0.0.1:9", "--units", "1"], None);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("tcp:127.0.0.1:9 cannot be opened"), "{said}");
    let output = meterhouse(&["scan", "udp:127.0.0.1:9"], None);
    assert_eq!(output.status.code(), Some(2));
}

/// The unit addresses of the printed [[meter]] entries.
mod toml_lines {
    pub(super) struct Entries {
        pub(super) units: Vec<String>,
    }

    pub(super) fn read(text: &str) -> Entries {
        let units = text.lines().filter_map(|line| line.strip_prefix("unit = "));
        Entries { units: units.map(str::to_owned).collect() }
    }
}
