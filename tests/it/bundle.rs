//! The web app in the binary: it is there, it is small, it may be kept, it lets nothing foreign run.

use http::Method;

use crate::harness::site::PROGRAM;
use crate::harness::{Caller, TestSite};

/// What is fetched for one purpose.
struct Visit {
    to: &'static str,
    /// Its file begins so.
    first: &'static str,
    kinds: &'static [&'static str],
    /// Bytes over the wire, all files together, of a released build.
    budget: usize,
}

/// A first visit to the counter, and what an office, the plant and the sandbox fetch besides.
const VISITS: [Visit; 4] = [
    Visit { to: "the counter", first: "/", kinds: &[".wasm", ".js", ".css"], budget: 600_000 },
    Visit { to: "the office", first: "/office-", kinds: &[".wasm", ".js"], budget: 700_000 },
    Visit { to: "the plant", first: "/plant-", kinds: &[".wasm", ".js"], budget: 600_000 },
    Visit { to: "the sandbox", first: "/worker.js", kinds: &[".wasm", ".js"], budget: 700_000 },
];

impl Visit {
    /// A debug build squeezes its files less.
    fn budget(&self) -> usize {
        if PROGRAM.contains("/release/") { self.budget } else { 3 * self.budget }
    }
}

/// Every file that this one and its files name, without those of a program that only some start.
async fn files(site: &TestSite, first: &str) -> Vec<String> {
    let of_some = |path: &str| ["/office", "/plant"].iter().any(|own| path.starts_with(own));
    let mut files = all_files(site, first).await;
    files.retain(|path| of_some(first) || !of_some(path));
    files
}

async fn all_files(site: &TestSite, first: &str) -> Vec<String> {
    let mut found = vec![first.to_owned()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        next += 1;
        let reply = site.get(&Caller::Nobody, &path).await.expect(200);
        if reply.header("content-type").starts_with("application/wasm") {
            continue;
        }
        let text = reply.text();
        let quoted = text.split(['"', '\'']).filter(|word| {
            let name = word.trim_start_matches("./").trim_start_matches('/');
            let hashed = name.rsplit_once('.').and_then(|(stem, _)| stem.rsplit_once('-'));
            hashed.is_some_and(|(_, hash)| {
                hash.len() == 10 && hash.chars().all(|c| c.is_ascii_hexdigit())
            })
        });
        for word in quoted {
            let path = format!("/{}", word.trim_start_matches("./").trim_start_matches('/'));
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

#[tokio::test]
async fn the_web_app_is_in_the_binary_and_fits_its_budget() {
    let site = TestSite::start(&["demo"]).await;
    let whole = all_files(&site, "/").await;
    for visit in &VISITS {
        let first = if visit.first.ends_with('-') {
            whole.iter().find(|path| path.starts_with(visit.first)).expect("its program").as_str()
        } else {
            visit.first
        };
        let files = files(&site, first).await;
        for kind in visit.kinds {
            assert!(
                files.iter().any(|file| file.ends_with(kind)),
                "{first} leads to no {kind}: {files:?}"
            );
        }
        let mut sizes = Vec::new();
        for file in &files {
            let plain_name = file == first && !visit.first.ends_with('-');
            sizes.push((file, size_of(&site, file, plain_name).await));
        }
        let (total, budget) = (sizes.iter().map(|(_, size)| size).sum::<usize>(), visit.budget());
        println!("{}: {total} bytes of {budget}: {sizes:?}", visit.to);
        assert!(
            total <= budget,
            "a first visit to {} costs {total} bytes, more than {budget}: {sizes:?}",
            visit.to
        );
    }
}

/// What a file costs over the wire, seen to be served as it must be: squeezed, to be kept for ever
/// unless people or programs ask for it by its plain name, and unable to let anything foreign run.
async fn size_of(site: &TestSite, file: &str, plain_name: bool) -> usize {
    let headers = [("accept-encoding", "br, gzip")];
    let reply = site.ask(&Caller::Nobody, Method::GET, file, None, &headers).await.expect(200);
    if reply.header("content-type") == "application/wasm" {
        assert_eq!(reply.header("content-encoding"), "br");
    }
    assert_eq!(reply.header("cache-control").contains("immutable"), !plain_name, "{file}");
    let policy = reply.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    reply.body.len()
}

#[tokio::test]
async fn the_page_is_asked_for_again_and_not_sent_again() {
    let site = TestSite::start(&["demo"]).await;
    let page = site.get(&Caller::Nobody, "/meters/1").await.expect(200);
    assert_eq!(page.header("cache-control"), "no-cache");
    let tag = page.header("etag").to_owned();
    let headers = [("if-none-match", tag.as_str())];
    site.ask(&Caller::Nobody, Method::GET, "/", None, &headers).await.expect(304);
}

#[tokio::test]
async fn what_is_not_there_is_not_the_page() {
    let site = TestSite::start(&["demo"]).await;
    site.get(&Caller::Nobody, "/frontend-0000000000.js").await.expect(404);
    let api = site.get(&Caller::Nobody, "/api/v1/no-such-thing").await;
    assert!(api.status == 404 || api.status == 401, "{}", api.status);
    assert!(!api.header("content-type").starts_with("text/html"));
}
