//! Bad input: one clear sentence, exit code 2, nothing changed.

use std::fs;
use std::process::Output;

use crate::harness::site::meterhouse;
use crate::harness::{Folder, root};

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The example with one thing changed, and what must be said about it.
const BAD: [(&str, &str, &[&str]); 25] = [
    ("id = 1                       #", "idd = 1 #", &["unknown field `idd`", "site.toml:"]),
    ("currency = \"CNY\"", "currency = \"yuan\"", &["currency", "`yuan` is not a currency"]),
    ("Asia/Shanghai", "Asia/Shangai", &["zone", "`Asia/Shangai` is not a time zone"]),
    ("name = \"Linden Court 7\"", "name = \" \"", &["name", "a site needs a name"]),
    ("low_credit = \"20.00\"", "low_credit = \"20.001\"", &["low_credit", "`20.001`"]),
    ("low_credit = \"20.00\"", "low_credit = 20.0", &["low_credit", "expected a string"]),
    ("overdraft = \"0.00\"", "overdraft = \"-1.00\"", &["overdraft", "below zero"]),
    ("least_sale = \"1.00\"", "least_sale = \"6000.00\"", &["least_sale: is above most_sale"]),
    ("\"demo-residential\"]", "\"no-such.toml\"]", &["cannot read", "no-such.toml"]),
    ("profiles = []", "profiles = [\"none.toml\"]", &["profiles", "none.toml"]),
    ("id = 3\n", "id = 2\n", &["line 2 is there twice"]),
    ("192.168.1.51:4196", "192.168.1.50:502", &["both use 192.168.1.50:502"]),
    ("meter = 3\n", "meter = 2\n", &["meter 2 is there twice"]),
    ("unit = 1                     #", "unit = 0 #", &["unit", "outside 1 to 247"]),
    ("signed_off = ", "# signed_off = ", &["meter 2", "`acrel-ddsy1352`", "not billed"]),
    ("eastron-sdm120", "eastron-sdm", &["meter 3", "`eastron-sdm`", "not in the library"]),
    ("ct = \"200/5\"", "ct = \"200/0\"", &["ct", "not a ratio"]),
    ("output = 1", "output = 99", &["meter 1", "outputs 1 to 32"]),
    ("poll_s = 5 ", "poll_s = 0 ", &["poll_s", "nonzero"]),
    ("tariff = \"demo-flat\" }", "tariff = \"flat\" }", &["no tariff `flat`", "demo-flat"]),
    ("number = 2001", "number = 1", &["account 1 is there twice"]),
    ("opening = \"20.00\"", "opening = \"twenty\"", &["`twenty` is not an amount"]),
    ("baud = 9600, format", "baud = \"fast\", format", &["expected u32"]),
    ("pace = 60 ", "pace = 0 ", &["pace", "1 to 3600"]),
    ("[[line]]", "[[line]", &["site.toml:"]),
];

#[test]
fn a_bad_site_file_is_refused_with_file_line_and_key() {
    let example =
        fs::read_to_string(root().join("server/config.example.toml")).expect("the example");
    for (from, to, parts) in BAD {
        assert!(example.contains(from), "the example has no `{from}`");
        let folder = Folder::new();
        let file = folder.write("site.toml", &example.replacen(from, to, 1));
        let checked = meterhouse(&["config", "check"], Some(&file));
        let told = told(&checked);
        assert_eq!(checked.status.code(), Some(2), "{to}: {told}");
        for part in parts {
            assert!(told.contains(part), "{to}: `{part}` is not said in: {told}");
        }
        assert!(told.trim().lines().count() == 1, "{to}: not one sentence: {told}");
        assert!(told.contains("site.toml"), "{to}: {told}");

        let data = folder.path().join("data");
        let run =
            ["run", "--listen", "127.0.0.1:0", "--data", data.to_str().expect("plain"), "--site"];
        assert_eq!(meterhouse(&run, Some(&file)).status.code(), Some(2), "{to}");
        assert!(!data.exists(), "{to}: something was begun");
    }
}

#[test]
fn a_bad_tariff_is_refused_with_its_own_file_and_line() {
    let folder = Folder::new();
    let example =
        fs::read_to_string(root().join("server/config.example.toml")).expect("the example");
    let tariff =
        fs::read_to_string(root().join("server/tariffs/demo-flat.toml")).expect("the tariff");
    folder.write("odd.toml", &tariff.replace("price = \"0.62\"", "prise = \"0.62\""));
    let file = folder.write("site.toml", &example.replace("\"demo-flat\", ", "\"odd.toml\", "));
    let checked = meterhouse(&["config", "check"], Some(&file));
    let told = told(&checked);
    assert_eq!(checked.status.code(), Some(2), "{told}");
    assert!(told.contains("odd.toml") && told.contains("line"), "{told}");
}

#[test]
fn a_tariff_of_another_currency_or_zone_is_refused() {
    let folder = Folder::new();
    let tariff =
        fs::read_to_string(root().join("server/tariffs/demo-flat.toml")).expect("the tariff");
    let site = "tariffs = [\"flat.toml\"]\n[site]\nname = \"A\"\ncurrency = \"CNY\"\n\
                zone = \"Asia/Shanghai\"\n[simulated]\n";
    let file = folder.write("site.toml", site);
    for (from, to, said) in
        [("CNY", "EUR", "is in EUR, the site in CNY"), ("Asia/Shanghai", "Asia/Tokyo", "of zone")]
    {
        folder.write("flat.toml", &tariff.replace(from, to));
        let checked = meterhouse(&["config", "check"], Some(&file));
        let told = told(&checked);
        assert_eq!(checked.status.code(), Some(2), "{told}");
        assert!(told.contains("site.toml:1: tariffs") && told.contains(said), "{told}");
    }
}

#[test]
fn bad_arguments_are_refused() {
    let folder = Folder::new();
    let none = folder.path().join("none");
    let none = none.to_str().expect("a plain path");
    for (arguments, part) in [
        (vec!["demo", "--pace", "0"], "--pace"),
        (vec!["demo", "--pace", "3601"], "3601"),
        (vec!["demo", "--listen", "here"], "--listen"),
        (vec!["demo", "--seed", "many"], "--seed"),
        (vec!["run"], "--site"),
        (vec!["run", "--site", none], "cannot read"),
        (vec!["token", "create", "--data", none, "--role", "admin"], "there is no site in"),
        (vec!["token", "create", "--role", "owner"], "owner"),
        (vec!["token", "create", "--role", "viewer", "--days", "0"], "--days"),
        (vec!["config", "check", none], "cannot read"),
        (vec!["completions", "tcsh"], "tcsh"),
        (vec!["sell"], "sell"),
        (vec!["demo", "--log", "server=loud"], "--log"),
    ] {
        let refused = meterhouse(&arguments, None);
        let told = told(&refused);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(part), "{arguments:?}: {told}");
        assert!(!told.contains("panicked"), "{arguments:?}: {told}");
    }
    assert!(!std::path::Path::new(none).exists(), "nothing was made");
}
