//! Names and notes that try to be something else: markup, a formula, a command to the printer, text
//! that runs backwards. They come back as the text they are, or are refused.

use serde_json::{Value, json};

use crate::harness::printer::{FakePrinter, opens_drawer};
use crate::harness::{Caller, Folder, TestSite, eventually};

/// Each with whether a person may be called so: what steers a printer or a terminal may not.
const CORPUS: [(&str, bool); 11] = [
    ("<img src=x onerror=alert(1)>", true),
    ("a\u{202e}gnp.exe", false),
    ("a\u{2066}gnp\u{2069}", false),
    ("Ann\u{200b}", false),
    ("=HYPERLINK(\"http://evil\",\"x\")", true),
    ("</script><script>alert(1)</script>", true),
    ("'; DROP TABLE staff; --", true),
    ("@SUM(1+1)*cmd|' /C calc'!A0", true),
    ("\u{1b}p\u{0}\u{19}\u{fa}", false),
    ("a\r\nSet-Cookie: x=1", false),
    ("nul\u{0}byte", false),
];

#[tokio::test]
async fn a_name_is_text_wherever_it_is_shown_and_printed() {
    let printer = FakePrinter::start().await;
    let folder = Folder::new();
    let address = &printer.address;
    let file = folder.write(
        "site.toml",
        &format!(
            "[site]\nname = \"Trial\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
             [simulated]\nfloors = 1\n\
             [[counter]]\ncounter = 1\nname = \"A\"\n[[counter]]\ncounter = 2\nname = \"B\"\n\
             [[counter]]\ncounter = 3\nname = \"C\"\n[[counter]]\ncounter = 4\nname = \"D\"\n\
             [printer]\naddress = \"{address}\"\ndrawer = true\nlanguage = \"en\"\n"
        ),
    );
    let arguments = ["run", "--site", file.to_str().expect("a plain path")];
    let site = TestSite::start_in(folder, &arguments).await;
    let code = site.program().set_up_code();
    let body = json!({ "code": code.await, "name": "Ann", "password": "correct horse" });
    let entered = site.post(&Caller::Nobody, "/api/v1/setup", &body).await.expect(200);
    let ann = Caller::Session(entered.cookie().expect("a cookie"));
    let password = "till number four";
    let found = site.get(&ann, "/api/v1/search?q=1").await.expect(200).json();
    let account = found[0]["account"].clone();
    let (mut sold, mut added_people) = (0, 0);
    for (place, (name, may)) in CORPUS.iter().enumerate() {
        let new = json!({ "name": name, "role": "cashier", "password": password });
        let added = site.post(&ann, "/api/v1/staff", &new).await;
        assert_eq!(added.status, if *may { 201 } else { 422 }, "{name:?}: {}", added.text());
        if !may {
            continue;
        }
        assert_eq!(added.header("content-type"), "application/json", "{name:?}");
        added_people += 1;
        // There are four counters, and each of them stays with who opened it.
        if sold == 4 {
            continue;
        }
        let till = site.sign_in(name, password).await;
        let order =
            json!({ "account": account, "amount": 5_000, "tender": "card", "reference": name });
        let key = format!("hostile-sale-{place}");
        let reply = site.post_once(&till, "/api/v1/sales", &key, &order).await;
        let receipt = reply.expect(200).json();
        assert_eq!(receipt["by"], *name, "as it was given");
        sold += 1;
    }
    let long = "x".repeat(65);
    let new = json!({ "name": long, "role": "cashier", "password": password });
    site.post(&ann, "/api/v1/staff", &new).await.expect(422);

    let papers = eventually("all receipts are printed", async || {
        let papers = printer.papers();
        (papers.len() == sold).then_some(papers)
    });
    for paper in papers.await {
        assert!(!opens_drawer(&paper), "a card sale opens no drawer, whoever sells");
        let reversed = "\u{202e}".as_bytes();
        assert!(!paper.windows(3).any(|part| part == reversed), "nothing runs backwards on paper");
    }
    let day = site.get(&ann, "/api/v1/audit/acts?limit=100").await.expect(200);
    assert_eq!(day.header("x-content-type-options"), "nosniff");
    let path = "/api/v1/audit/acts?sales=true&format=csv";
    let table = site.get(&ann, path).await.expect(200);
    assert!(
        table.header("content-type").starts_with("text/csv"),
        "{}",
        table.header("content-type")
    );
    let table = table.text();
    for cell in table.lines().flat_map(|line| line.split(',')) {
        let cell = cell.trim_start_matches('\u{feff}').trim_start_matches('"');
        assert!(!cell.starts_with(['=', '@', '+']), "a formula: {cell}");
    }
    let names: Vec<Value> = site.get(&ann, "/api/v1/staff").await.expect(200).read();
    assert_eq!(names.len(), added_people + 1);
}

#[tokio::test]
async fn instants_beyond_every_calendar_are_answered() {
    let mut site = TestSite::start(&["demo", "--pace", "1", "--seed", "7"]).await;
    let admin = site.token("admin");
    let (first, last) = (i64::MIN, i64::MAX);
    let mut asked = Vec::new();
    for (from, to) in [(first, first), (first, last), (last, last), (0, last), (first, 0)] {
        for list in ["balances?book=simulated&", "entries?book=simulated&", "acts?", "findings?"] {
            for format in ["json", "csv"] {
                let list = format!("/api/v1/audit/{list}from={from}&to={to}&format={format}");
                asked.push((list, 200));
            }
        }
        let curve = format!("/api/v1/meters/1001/power?from={from}&to={to}");
        asked.push((curve, 400));
    }
    // Of the last instant there is no next one: its stretch is empty.
    for (at, stretch) in [(first, 200), (last, 400)] {
        for format in ["json", "csv"] {
            let day = format!("/api/v1/daybook?book=simulated&at={at}&format={format}");
            asked.push((day, 200));
        }
        let readings = format!("/api/v1/meters/1001/readings?before={at}");
        asked.push((readings, 200));
        let curve = format!("/api/v1/meters/1001/power?from={at}&to={}", at.saturating_add(1));
        asked.push((curve, stretch));
    }
    for (path, status) in asked {
        assert_eq!(site.get(&admin, &path).await.status, status, "{path}");
    }
    assert!(site.stop().await.success());
}
