//! Receipts on paper: a printer that is off, out of paper or dies half-way takes no sale and loses no
//! receipt.

use serde_json::{Value, json};

use crate::harness::printer::{FakePrinter, Health, opens_drawer};
use crate::harness::{Caller, Folder, TestSite, eventually};

/// A simulated building whose receipts come out of the printer at `address`.
async fn start(address: &str) -> (TestSite, Caller) {
    let folder = Folder::new();
    let site = format!(
        "[site]\nname = \"Linden Court\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
         [simulated]\nfloors = 1\n\
         [printer]\naddress = \"{address}\"\ndrawer = true\nlanguage = \"en\"\n"
    );
    let path = folder.path().join("site.toml");
    std::fs::write(&path, site).unwrap();
    let config = path.display().to_string();
    let site = TestSite::start_in(folder, &["run", "--site", &config]).await;
    let cashier = site.token("cashier");
    (site, cashier)
}

/// Sells for cash and says which receipt it was.
async fn sell(site: &TestSite, cashier: &Caller, key: &str) -> u64 {
    let found = site.get(cashier, "/api/v1/search?q=1").await.expect(200).json();
    let account = found[0]["account"].clone();
    let order = json!({ "account": account, "amount": 5_000, "tender": "cash" });
    let sold = site.post_once(cashier, "/api/v1/sales", key, &order).await.expect(200).json();
    sold["no"].as_u64().expect("a receipt number")
}

/// What the paper of a receipt has to say: its number in the series of its counter.
async fn numbered(site: &TestSite, cashier: &Caller, no: u64) -> String {
    let path = format!("/api/v1/receipts/simulated/{no}");
    let receipt = site.get(cashier, &path).await.expect(200).json();
    format!("No. {}", receipt["serial"].as_str().expect("a number at its counter"))
}

async fn printing(site: &TestSite, cashier: &Caller, no: u64) -> Value {
    let path = format!("/api/v1/receipts/simulated/{no}/printing");
    site.get(cashier, &path).await.expect(200).json()
}

async fn until_printed(site: &TestSite, cashier: &Caller, no: u64) -> Value {
    eventually("the receipt is printed", async || {
        let seen = printing(site, cashier, no).await;
        (seen["state"] == "printed").then_some(seen)
    })
    .await
}

fn text(paper: &[u8]) -> String {
    String::from_utf8_lossy(paper).into_owned()
}

#[tokio::test]
async fn a_sale_is_printed_once_its_copy_is_marked_and_only_the_sale_opens_the_drawer() {
    let printer = FakePrinter::start().await;
    let (site, cashier) = start(&printer.address).await;
    let no = sell(&site, &cashier, "sale-key-1").await;
    until_printed(&site, &cashier, no).await;
    // The same order again is the same sale and the same paper.
    assert_eq!(sell(&site, &cashier, "sale-key-1").await, no);
    let path = format!("/api/v1/receipts/simulated/{no}/copies");
    site.post(&cashier, &path, &json!({})).await.expect(200);
    let copied = eventually("the copy is printed", async || {
        let seen = printing(&site, &cashier, no).await;
        (seen["state"] == "printed" && seen["copy"] == 1).then_some(seen)
    });
    assert_eq!(copied.await["repeated"], false);
    let papers = printer.papers();
    let [original, copy] = &papers[..] else { panic!("{} papers", papers.len()) };
    assert!(text(original).contains("Linden Court") && !text(original).contains("COPY"));
    let number = numbered(&site, &cashier, no).await;
    assert!(text(copy).contains("COPY 1") && text(copy).contains(&number));
    assert!(opens_drawer(original) && !opens_drawer(copy));
}

#[tokio::test]
async fn without_paper_the_sale_stands_and_the_receipt_waits_also_over_a_restart() {
    let printer = FakePrinter::start().await;
    printer.set(Health::NoPaper);
    let (mut site, cashier) = start(&printer.address).await;
    let no = sell(&site, &cashier, "sale-key-1").await;
    eventually("the page says what is missing", async || {
        let seen = printing(&site, &cashier, no).await;
        (seen["state"] == "waiting" && seen["why"] == "no-paper").then_some(())
    })
    .await;
    let state = site.get(&cashier, "/api/v1/printing").await.expect(200).json();
    assert_eq!(state, json!({ "present": true, "waiting": 1, "why": "no-paper" }));
    assert_eq!(sell(&site, &cashier, "sale-key-2").await, no + 1, "selling goes on");
    site.kill();
    site.restart().await;
    assert!(printer.papers().is_empty());
    printer.set(Health::Well);
    until_printed(&site, &cashier, no + 1).await;
    let papers: Vec<_> = printer.papers().iter().map(|paper| text(paper)).collect();
    let [first, second] = &papers[..] else { panic!("{} papers", papers.len()) };
    let (one, two) = (numbered(&site, &cashier, no), numbered(&site, &cashier, no + 1));
    assert!(first.contains(&one.await) && second.contains(&two.await));
    assert!(!first.contains("REPEATED"), "no byte of it had gone out before");
}

#[tokio::test]
async fn a_printer_that_dies_half_way_prints_the_receipt_again_and_says_so() {
    let printer = FakePrinter::start().await;
    printer.set(Health::DiesAfter(200));
    let (site, cashier) = start(&printer.address).await;
    let no = sell(&site, &cashier, "sale-key-1").await;
    eventually("it has died", async || (!printer.torn().is_empty()).then_some(())).await;
    printer.set(Health::Well);
    let seen = until_printed(&site, &cashier, no).await;
    assert_eq!(seen["repeated"], true);
    let papers = printer.papers();
    let [paper] = &papers[..] else { panic!("{} papers", papers.len()) };
    let number = numbered(&site, &cashier, no).await;
    assert!(text(paper).contains("REPEATED") && text(paper).contains(&number));
    assert!(!opens_drawer(paper), "the drawer opened once");
}

#[tokio::test]
async fn a_printer_that_is_off_takes_no_sale() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let (site, cashier) = start(&address).await;
    let no = sell(&site, &cashier, "sale-key-1").await;
    eventually("the page says that it is off", async || {
        let seen = printing(&site, &cashier, no).await;
        (seen["state"] == "waiting" && seen["why"] == "off").then_some(())
    })
    .await;
}
