//! The command line as a person meets it.

use serde_json::Value;

use crate::harness::site::meterhouse;
use crate::harness::{Caller, Folder, TestSite, root};

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn help_names_every_command_and_shows_examples() {
    let help = meterhouse(&["--help"], None);
    assert!(help.status.success());
    let help = said(&help);
    for word in ["demo", "run", "token", "config", "verify", "completions", "Examples:"] {
        assert!(help.contains(word), "`{word}` is missing in:\n{help}");
    }
    for command in ["demo", "run", "token create", "config check", "verify", "completions"] {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.push("--help");
        let help = meterhouse(&arguments, None);
        assert!(help.status.success(), "{command}");
        assert!(said(&help).lines().count() > 5, "{command}: {}", said(&help));
    }
}

#[test]
fn the_shells_get_their_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = meterhouse(&["completions", shell], None);
        assert!(script.status.success(), "{shell}");
        assert!(said(&script).contains("token"), "{shell}");
    }
}

#[test]
fn the_example_of_a_site_file_is_good() {
    let example = root().join("server/config.example.toml");
    let checked = meterhouse(&["config", "check"], Some(&example));
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert_eq!(
        said(&checked).trim(),
        "Linden Court 7: 3 lines, 3 meters, 2 accounts, 2 tariffs; all good"
    );
}

#[tokio::test]
async fn a_token_is_all_that_is_printed_and_works_at_once() {
    let site = TestSite::start(&["demo"]).await;
    let arguments = ["token", "create", "--role", "viewer", "--name", "Prometheus", "--data"];
    let made = meterhouse(&arguments, Some(&site.data()));
    assert!(made.status.success());
    let token = said(&made);
    assert!(token.ends_with('\n') && token.trim().starts_with("pv_"), "{token}");
    assert_eq!(token.trim().len(), 67, "{token}");
    let caller = Caller::Token(token.trim().to_owned());
    let metrics = site.get(&caller, "/metrics").await.expect(200).text();
    assert!(
        metrics.contains("meterhouse_meters{book=\"simulated\",state=\"all\"} 56"),
        "{metrics}"
    );
    let who = site.get(&caller, "/api/v1/session").await.expect(200).json();
    assert_eq!(who.get("name").and_then(Value::as_str), Some("Prometheus"));
    let taken = ["token", "create", "--role", "viewer", "--name", "admin", "--data"];
    assert_eq!(meterhouse(&taken, Some(&site.data())).status.code(), Some(2));
}

#[tokio::test]
async fn asked_to_end_it_ends_well_and_the_demo_goes_on_later() {
    let mut site = TestSite::start(&["demo", "--pace", "1"]).await;
    let viewer = site.token("viewer");
    let energy = async |site: &TestSite| {
        let page = site.get(&viewer, "/api/v1/meters/1001").await.expect(200).json();
        page["this_month"].as_i64().expect("a number")
    };
    let clock = async |site: &TestSite| {
        let clock = site.get(&viewer, "/api/v1/clock").await.expect(200).json();
        clock["now"].as_i64().expect("a time")
    };
    let (used, now) = (energy(&site).await, clock(&site).await);
    assert!(used > 0, "the history of two days has used energy");
    let status = site.stop().await;
    assert!(status.success(), "{status}");
    assert!(site.verify().status.success());
    site.restart().await;
    assert!(energy(&site).await >= used);
    let after = clock(&site).await;
    assert!(after > now - 3_600_000 && after < now + 3_600_000, "{now} {after}");
    assert!(site.verify().status.success());
}

#[tokio::test]
async fn the_clock_can_be_paused_stepped_and_set() {
    let site = TestSite::start(&["demo", "--pace", "60"]).await;
    let admin = site.token("admin");
    let order = async |order: Value| site.post(&admin, "/api/v1/clock", &order).await;
    let paused = order(Value::from("pause")).await.expect(200).json();
    assert_eq!(paused["paused"], Value::from(true));
    let later = site.get(&admin, "/api/v1/clock").await.expect(200).json();
    assert_eq!(later["now"], paused["now"], "paused is paused");
    order(serde_json::json!({ "step": 3_600_000 })).await.expect(200);
    let stepped = crate::harness::eventually("an hour passes and it pauses again", async || {
        let clock = site.get(&admin, "/api/v1/clock").await.expect(200).json();
        (clock["paused"] == true && clock["now"] != paused["now"]).then_some(clock)
    })
    .await;
    let passed = stepped["now"].as_i64().zip(paused["now"].as_i64()).map(|(to, from)| to - from);
    assert_eq!(passed, Some(3_600_000));
    let faster = order(serde_json::json!({ "pace": 3_600 })).await.expect(200).json();
    assert_eq!(faster["pace"], Value::from(3_600));
    for bad in [serde_json::json!({ "pace": 0 }), serde_json::json!({ "step": 86_400_001 })] {
        order(bad).await.expect(400);
    }
}

#[tokio::test]
async fn logs_can_be_read_by_machines() {
    let mut site = TestSite::start(&["--log", "info", "--log-json", "demo"]).await;
    site.stop().await;
    let said = site.said();
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with('{')).collect();
    assert!(!lines.is_empty(), "{said}");
    for line in lines {
        let entry: Value = serde_json::from_str(line).expect("a line of JSON");
        assert!(entry.get("level").is_some(), "{line}");
    }
}

#[test]
fn terms_that_can_cut_somebody_wrongly_are_refused_with_their_timeline() {
    let folder = Folder::new();
    let terms = |policy: &str| {
        format!("name = \"T\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n[policy]\n{policy}\n")
    };
    let rows = [
        ("low_credit = \"0.00\"", "nobody was warned"),
        (
            "no_cut = { every_day = [\"22:00-07:00\"], warning_minutes = 0 }",
            "at least 30 minutes before",
        ),
        ("last_credit = \"8.00\"\ncourtesy = {}", "left without supply though credit"),
        ("hoarding_limit = \"4.00\"", "nothing that may be paid brings it back"),
        (
            "no_cut = { every_day = [\"22:00-07:00\"] }\ndaily_limit = { kwh = \"3\", in_no_cut_hours = true }",
            "supply is cut in no-cut hours",
        ),
    ];
    for (policy, why) in rows {
        let file = folder.write("terms.toml", &terms(policy));
        let refused = meterhouse(&["policy", "check", &file.display().to_string()], None);
        assert_eq!(refused.status.code(), Some(2), "{policy}");
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(told.contains(why), "{policy}: {told}");
        assert!(told.lines().count() > 2, "a timeline: {told}");
    }
}

/// A site file is read as such terms are, and refused at a start with the very same course.
#[test]
fn a_site_whose_terms_break_a_promise_does_not_start_and_says_how_it_would_come_about() {
    let rows = [
        ("low_credit = \"0.00\"", "nobody was warned"),
        ("load_limit = { watts = 0 }", "whatever little is used (Overload)"),
        ("load_limit = { watts = 3000, until_operator = true }", "until staff act (Overload)"),
    ];
    for (policy, why) in rows {
        let folder = Folder::new();
        let site = format!(
            "tariffs = [\"demo-flat\"]\n\
             [site]\nname = \"T\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
             [[line]]\nid = 1\nname = \"L\"\ntransport = {{ tcp = {{ address = \"127.0.0.1:9\" }} }}\n\
             [policy]\n{policy}\n"
        );
        let file = folder.write("site.toml", &site).display().to_string();
        let data = folder.path().join("data").display().to_string();
        let course = |arguments: &[&str]| {
            let refused = meterhouse(arguments, None);
            assert_eq!(refused.status.code(), Some(2), "{policy}: {refused:?}");
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            let (_, course) =
                told.split_once("site: refused: ").unwrap_or_else(|| panic!("{told}"));
            assert!(course.contains(why) && course.contains("  CUT ("), "{policy}: {told}");
            // Times are of the present; what happens is the same.
            let steps = course.lines().map(|line| line.get(21..).unwrap_or(line).to_owned());
            steps.collect::<Vec<_>>()
        };
        let checked = course(&["policy", "check", &file]);
        assert_eq!(checked, course(&["config", "check", &file]));
        let run = ["run", "--site", &file, "--data", &data, "--listen", "127.0.0.1:0"];
        assert_eq!(checked, course(&run));
    }
}
