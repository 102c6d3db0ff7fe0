//! The disk fails under the running program: it refuses, is full or read-only for a while, crawls,
//! or the power goes in the middle of a write. strace answers the program's calls in the disk's place.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::Method;
use shared::id::AccountId;
use shared::money::Money;

use super::book::{Asked, Journal, Notes};
use super::{Dice, building, rounds};
use crate::harness::{Caller, Folder, TestSite, eventually};

/// A small building that settles all the time, stopped in order: what the faults are done to. With it
/// the token of a cashier, whose making stands in the journal since it was used.
async fn settled() -> (TestSite, Caller) {
    let folder = Folder::new();
    let file = building(&folder, 12, 600);
    let mut site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let till = site.token("cashier");
    site.get(&till, "/api/v1/site").await.expect(200);
    assert!(site.stop().await.success());
    (site, till)
}

/// strace with this fault at the ledger's files, and nowhere else.
fn fault(site: &TestSite, calls: &str, fault: &str) -> Vec<String> {
    let path = |name: &str| site.data().join(name).display().to_string();
    // Not with --seccomp-bpf: under it strace 6.1 injects errors, but no signals.
    let mut under: Vec<String> =
        ["strace", "-f", "-qq", "-o", "/dev/null"].map(str::to_owned).to_vec();
    for name in ["ledger.db", "ledger.db-wal"] {
        under.extend(["-P".to_owned(), path(name)]);
    }
    under.extend(["-e".to_owned(), format!("trace={calls}")]);
    under.extend(["-e".to_owned(), format!("inject={calls}:{fault}")]);
    under
}

fn asked(prefix: &str, n: u32) -> Asked {
    let account = AccountId(1_001 + n % 40);
    Asked {
        key: format!("{prefix}-{n:06}"),
        account,
        amount: Money::from_minor(100 + i64::from(n)),
    }
}

/// Asks again, with the same keys, until everything is sold.
async fn ask_again(site: &TestSite, till: &Caller, notes: &mut Notes) {
    for asked in std::mem::take(&mut notes.open) {
        let receipt =
            eventually("it is sold when asked again", async || asked.ask(site, till).await).await;
        assert_eq!(receipt.amount, asked.amount);
        notes.sold.push((asked, receipt));
    }
}

async fn ready(site: &TestSite) -> u16 {
    let reply = site.try_ask(&Caller::Nobody, Method::GET, "/readyz", None, &[]).await;
    reply.map_or(0, |reply| reply.status)
}

#[tokio::test]
async fn a_disk_that_refuses_for_a_while_loses_nothing_and_selling_goes_on_by_itself() {
    let mut dice = Dice::shown("refuse");
    // EIO: a broken sector; ENOSPC: full, then freed; EROFS: remounted read-only, then writable.
    for error in ["EIO", "ENOSPC", "EROFS"] {
        for calls in ["fsync", "pwrite64"] {
            let (mut site, till) = settled().await;
            let first = 8 + dice.below(16);
            let last = first + 12;
            let refusing = fault(&site, calls, &format!("error={error}:when={first}..{last}"));
            assert!(site.restart_under(&refusing).await, "{error} {calls}: it starts");
            let prefix = format!("{error}-sale").to_lowercase();
            let (mut notes, mut halted, mut n) = (Notes::default(), false, 0);
            // Until the disk has refused and is well again.
            let began = Instant::now();
            while !halted || ready(&site).await != 200 {
                assert!(began.elapsed() < Duration::from_secs(60), "{error} {calls}: {halted}");
                n += 1;
                if let Some(receipt) = asked(&prefix, n).ask(&site, &till).await {
                    notes.sold.push((asked(&prefix, n), receipt));
                } else {
                    halted = true;
                    notes.open.push(asked(&prefix, n));
                    let alive = site.get(&Caller::Nobody, "/livez").await;
                    assert_eq!(alive.status, 200, "metering and screens go on");
                }
            }
            ask_again(&site, &till, &mut notes).await;
            site.kill();
            let told = site.verify();
            let said = String::from_utf8_lossy(&told.stdout).into_owned();
            assert!(told.status.success(), "{error} {calls} from {first}: {said}");
            notes.compare(&Journal::read(&site), &prefix);
        }
    }
}

#[tokio::test]
async fn the_power_goes_at_the_nth_write_or_sync() {
    let mut dice = Dice::shown("power");
    let (mut site, till) = settled().await;
    let mut notes = Notes::default();
    let mut n = 0;
    for round in 0..rounds(8) {
        let calls = if round % 2 == 0 { "pwrite64" } else { "fsync" };
        let when = 1 + dice.below(if round % 2 == 0 { 120 } else { 24 });
        let dying = fault(&site, calls, &format!("signal=SIGKILL:when={when}"));
        if site.restart_under(&dying).await {
            let began = Instant::now();
            while !site.program_ended() {
                assert!(began.elapsed() < Duration::from_secs(60), "{calls} {when} never came");
                n += 1;
                match asked("power-sale", n).ask(&site, &till).await {
                    Some(receipt) => notes.sold.push((asked("power-sale", n), receipt)),
                    None => notes.open.push(asked("power-sale", n)),
                }
            }
        }
        site.kill();
        let told = site.verify();
        let said = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.status.success(), "round {round}, {calls} number {when}: {said}");
        site.restart().await;
        ask_again(&site, &till, &mut notes).await;
        site.kill();
    }
    notes.compare(&Journal::read(&site), "power-sale");
}

#[tokio::test]
async fn a_disk_that_crawls_slows_sales_down_together_and_nothing_else() {
    let (mut site, till) = settled().await;
    let crawling = fault(&site, "fsync", "delay_exit=1000000");
    assert!(site.restart_under(&crawling).await, "it starts");
    let began = Instant::now();
    let sellers = (0..16).map(|n| {
        let (site, till) = (&site, &till);
        async move { (asked("slow-sale", n), asked("slow-sale", n).ask(site, till).await) }
    });
    let looking = async {
        let mut slowest = Duration::ZERO;
        for _look in 0..10 {
            let asked = Instant::now();
            site.get(&Caller::Nobody, "/livez").await.expect(200);
            site.get(&till, "/api/v1/overview?book=simulated").await.expect(200);
            slowest = slowest.max(asked.elapsed());
        }
        slowest
    };
    let (sold, slowest) = tokio::join!(join_all(sellers), looking);
    assert!(slowest < Duration::from_millis(900), "a look took {slowest:?}");
    // One by one they would take sixteen seconds: those who wait together share a sync.
    let took = began.elapsed();
    assert!(took > Duration::from_secs(1) && took < Duration::from_secs(8), "{took:?}");
    let mut notes = Notes::default();
    for (asked, receipt) in sold {
        notes.sold.push((asked, receipt.expect("a slow disk is no fault")));
    }
    site.kill();
    assert!(site.verify().status.success());
    notes.compare(&Journal::read(&site), "slow-sale");
}
