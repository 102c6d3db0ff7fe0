//! `meterhouse rate` against an independent calculator, compared as exact strings.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::site::PROGRAM;
use crate::harness::{Folder, root};

/// Seed and number of cases; `METERHOUSE_ORACLE_SEED` and `METERHOUSE_ORACLE_CASES` choose others.
fn plan() -> (String, usize) {
    let seed = std::env::var("METERHOUSE_ORACLE_SEED").unwrap_or_else(|_| "1".to_owned());
    let cases = std::env::var("METERHOUSE_ORACLE_CASES")
        .map_or(40, |cases| cases.parse().expect("a number of cases"));
    (seed, cases)
}

fn rate(folder: &Path, number: usize, group: &str) -> Value {
    let file = |kind: &str| folder.join(format!("{number}.{kind}"));
    let mut command = Command::new(PROGRAM);
    command.arg("rate").arg("--tariff").arg(file("toml")).arg("--load").arg(file("csv"));
    let output = command.args(["--json", "--group", group]).output().expect("the program runs");
    assert!(output.status.success(), "case {number}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn random_tariffs_cost_what_an_independent_calculator_says_in_every_grouping() {
    let (seed, cases) = plan();
    let folder = Folder::new();
    let made = Command::new(root().join("tests/.env/bin/python"))
        .arg(root().join("tests/peers/tariff_oracle.py"))
        .arg(folder.path())
        .args([&seed, &cases.to_string()])
        .status()
        .expect("Python runs; `tests/run setup` installs it");
    assert!(made.success());
    for number in 0..cases {
        let case = std::fs::read_to_string(folder.path().join(format!("{number}.json")))
            .expect("an answer");
        let case: Value = serde_json::from_str(&case).expect("JSON");
        let said = rate(folder.path(), number, "once");
        let repeat = format!(
            "METERHOUSE_ORACLE_SEED={seed} METERHOUSE_ORACLE_CASES={} cargo test --test it rate::",
            number + 1
        );
        for group in ["step".to_owned(), format!("random:{number}")] {
            assert_eq!(
                rate(folder.path(), number, &group),
                said,
                "case {number} grouped by {group}; repeat: {repeat}"
            );
        }
        let (months, expected) = (
            said["months"].as_array().expect("months"),
            case["months"].as_array().expect("months"),
        );
        assert_eq!(months.len(), expected.len(), "case {number}; repeat: {repeat}");
        for (month, expected) in months.iter().zip(expected) {
            for (field, value) in expected.as_object().expect("fields") {
                assert_eq!(
                    month[field], *value,
                    "case {number}, {}, {field}; repeat: {repeat}",
                    expected["month"]
                );
            }
        }
    }
}
