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

/// What the program prints, which must succeed.
fn program(arguments: &[&str], case: usize) -> Vec<u8> {
    let output = Command::new(PROGRAM).args(arguments).output().expect("the program runs");
    assert!(output.status.success(), "case {case}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn rate(folder: &Path, number: usize, group: &str) -> Value {
    let file = |kind: &str| folder.join(format!("{number}.{kind}")).display().to_string();
    let (tariff, load) = (file("toml"), file("csv"));
    let arguments = ["rate", "--tariff", &tariff, "--load", &load, "--json", "--group", group];
    serde_json::from_slice(&program(&arguments, number)).expect("JSON")
}

/// Cases made by a calculator of `tests/peers`.
fn made_by(oracle: &str) -> (Folder, String, usize) {
    let (seed, cases) = plan();
    let folder = Folder::new();
    let made = Command::new(root().join("tests/.env/bin/python"))
        .arg(root().join("tests/peers").join(oracle))
        .arg(folder.path())
        .args([&seed, &cases.to_string()])
        .status()
        .expect("Python runs; `tests/run setup` installs it");
    assert!(made.success());
    (folder, seed, cases)
}

/// Compares every figure that the calculator names, in three groupings.
fn compare(folder: &Path, number: usize, case: &Value, seed: &str) {
    let said = rate(folder, number, "once");
    let repeat = format!(
        "METERHOUSE_ORACLE_SEED={seed} METERHOUSE_ORACLE_CASES={} cargo test --test it rate::",
        number + 1
    );
    for group in ["step".to_owned(), format!("random:{number}")] {
        assert_eq!(
            rate(folder, number, &group),
            said,
            "case {number} grouped by {group}; repeat: {repeat}"
        );
    }
    let (months, expected) =
        (said["months"].as_array().expect("months"), case["months"].as_array().expect("months"));
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

fn answer(folder: &Path, number: usize) -> Value {
    let text = std::fs::read_to_string(folder.join(format!("{number}.json"))).expect("an answer");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn random_tariffs_cost_what_an_independent_calculator_says_in_every_grouping() {
    let (folder, seed, cases) = made_by("tariff_oracle.py");
    for number in 0..cases {
        compare(folder.path(), number, &answer(folder.path(), number), &seed);
    }
}

#[test]
fn imported_rates_of_the_utility_rate_database_cost_what_their_own_fields_say() {
    let (folder, seed, cases) = made_by("urdb_oracle.py");
    for number in 0..cases {
        let case = answer(folder.path(), number);
        let rate = folder.path().join(format!("{number}.urdb.json")).display().to_string();
        let zone = case["zone"].as_str().expect("a zone");
        let arguments = ["tariff", "import-urdb", &rate, "--zone", zone, "--currency", "USD"];
        let tariff = program(&arguments, number);
        std::fs::write(folder.path().join(format!("{number}.toml")), tariff).expect("written");
        compare(folder.path(), number, &case, &seed);
    }
}
