//! Secrets that were planted are nowhere but where they were given: not in the log, an answer, the
//! figures, a file of the site, a copy of it, nor the web app.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use http::Method;
use serde_json::json;
use server::http::routes::ROUTES;

use crate::access::address;
use crate::harness::site::meterhouse;
use crate::harness::{Caller, Folder, TestSite};

const PASSWORD: &str = "canary-password-of-ann";
const WRONG: &str = "canary-that-was-guessed";
const PROVIDER: &str = "canary-of-the-provider-0123456789";

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|part| part == secret.as_bytes())
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path.display().to_string(), bytes));
        }
    }
}

#[tokio::test]
async fn planted_secrets_are_found_nowhere() {
    let folder = Folder::new();
    let kept = folder.write("wallet.secret", PROVIDER);
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o600))
        .expect("a private file");
    let file = folder.write(
        "site.toml",
        "[site]\nname = \"Trial\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
             [simulated]\nfloors = 1\n\
             [[provider]]\nname = \"wallet\"\nurl = \"http://127.0.0.1:9\"\n\
             secret_file = \"wallet.secret\"\n",
    );
    let arguments = ["run", "--site", file.to_str().expect("a plain path"), "--log", "debug"];
    let site = TestSite::start_in(folder, &arguments).await;
    let code = site.program().set_up_code().await;
    let body = json!({ "code": code, "name": "Ann", "password": PASSWORD });
    let entered = site.post(&Caller::Nobody, "/api/v1/setup", &body).await.expect(200);
    let cookie = entered.cookie().expect("a cookie");
    let ann = Caller::Session(cookie.clone());
    let guess = json!({ "name": "Ann", "password": WRONG });
    site.post(&Caller::Nobody, "/api/v1/session", &guess).await.expect(401);
    let order = json!({ "name": "export", "role": "viewer" });
    let made = site.post(&ann, "/api/v1/tokens", &order).await.expect(201).json();
    let token = made["secret"].as_str().expect("its text").to_owned();
    let program = Caller::Token(token.clone());
    site.get(&program, "/api/v1/site").await.expect(200);

    let session = cookie.split_once('=').expect("name=value").1.to_owned();
    let secrets = [PASSWORD, WRONG, PROVIDER, &token, &session];
    let mut seen: Vec<(String, Vec<u8>)> = Vec::new();
    for row in ROUTES.iter().filter(|row| row.method.as_str() == "GET") {
        // The stream is another protocol; what it sends is what the pages above it are made of.
        if row.path.ends_with("/live") {
            continue;
        }
        for caller in [&ann, &program, &Caller::Nobody] {
            let path = address(row);
            let reply = site.ask(caller, Method::GET, &path, None, &[]).await;
            let heads = format!("{:?}", reply.headers);
            seen.push((path, [reply.body, heads.into_bytes()].concat()));
        }
    }
    assert!(seen.len() > 150, "{} answers", seen.len());
    let copy = site.folder().path().join("copy");
    let copied = meterhouse(
        &["backup", "--to", copy.to_str().expect("a plain path"), "--data"],
        Some(&site.data()),
    );
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    files(&site.data(), &mut seen);
    let before = seen.len();
    files(&copy, &mut seen);
    assert!(seen.len() > before, "a copy has files");
    let said = site.said();
    assert!(said.len() > 100, "the log is looked at as well");
    let printed_once = said.matches(code.as_str()).count();
    assert_eq!(printed_once, 1, "the set-up code is printed for who starts the site, once");
    seen.push(("the log".to_owned(), said.into_bytes()));
    for (place, bytes) in &seen {
        for secret in secrets {
            assert!(!holds(bytes, secret), "`{secret}` is in {place}");
        }
        assert!(place == "the log" || !holds(bytes, &code), "the set-up code is in {place}");
    }
}
