//! Every route asked, with every role's token, what its description lets one ask: no answer is a fault
//! of the server's, and none is other than described.

use std::process::Command;

use shared::api::session::Role;

use crate::harness::{Caller, TestSite, root};

/// Schemathesis against a site, with a fixed seed, for at most so many seconds.
fn asked(site: &TestSite, role: Role, phases: &str, examples: u32, seconds: u32) {
    let Caller::Token(token) = site.token(role.name()) else { panic!("a token") };
    let program = root().join("tests/.env/bin/schemathesis");
    assert!(program.exists(), "{} is missing; `tests/run setup` makes it", program.display());
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,\
                  response_headers_conformance,response_schema_conformance";
    let output = Command::new(program)
        .current_dir(site.folder().path())
        .arg("run")
        .arg(site.url("/api/openapi.json"))
        .args(["-H", &format!("Authorization: Bearer {token}"), "-H", "x-meterhouse: 1"])
        .args(["--phases", phases, "-n", &examples.to_string(), "--seed", "7"])
        .args(["--max-time", &seconds.to_string(), "--checks", checks])
        .args(["--generation-deterministic", "--suppress-health-check", "all"])
        .output()
        .expect("schemathesis runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{role:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    // What asks nothing finds nothing.
    assert!(said.contains("Test cases:") && said.contains("generated"), "{role:?}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_is_answered_as_described_whatever_it_asks() {
    let site = TestSite::start(&["demo", "--seed", "7"]).await;
    for role in Role::ALL {
        let (phases, examples, seconds) = match role {
            Role::Admin => ("examples,coverage,fuzzing", 2, 30),
            Role::Manager
            | Role::Cashier
            | Role::Engineer
            | Role::Auditor
            | Role::Trainer
            | Role::Viewer
            | Role::Customer
            | Role::Api => ("fuzzing", 1, 4),
        };
        tokio::task::block_in_place(|| asked(&site, role, phases, examples, seconds));
    }
    let verified = site.verify();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
