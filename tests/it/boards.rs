//! Meters without a switch of their own and a relay board beside them on one line: found by the scan,
//! wired up on the page, tested in two steps, added, and cut.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use server::farm::Plant;
use shared::api::commission::Commissioned;
use shared::meter::profile::Library;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::browser::{DESK, PHONE, choose, look};
use crate::commission::write_site;
use crate::harness::{Browser, Caller, Folder, TestSite, within};

const BOARD: u8 = 3;
const OUTPUTS: usize = 8;

/// A gateway with two meters and a board of eight outputs, whose output 2 feeds meter 2.
struct Cabinet {
    plant: Plant,
    outputs: [bool; OUTPUTS],
}

impl Cabinet {
    fn new() -> Self {
        let library = Library::built_in();
        let mut plant = Plant::new(7, 60, server::clock::now());
        for unit in [1, 2] {
            plant.put_up(unit, Arc::clone(library.get("eastron-sdm630").expect("a model")), 100);
        }
        Self { plant, outputs: [true; OUTPUTS] }
    }

    /// The answer to a request, from the function code on; none: no such unit.
    fn answer(&mut self, unit: u8, request: &[u8]) -> Option<Vec<u8>> {
        let now = server::clock::now();
        let &[function, a, b, c, d, ..] = request else { return None };
        if unit != BOARD {
            // The meters are plain meters: no coils.
            return match function {
                3 | 4 => self.plant.answer(now, unit, request),
                _ => {
                    self.plant.answer(now, unit, &[4, 0, 0, 0, 2]).map(|_| vec![function | 0x80, 1])
                }
            };
        }
        let (at, count) = (usize::from(u16::from_be_bytes([a, b])), u16::from_be_bytes([c, d]));
        let wrong = Some(vec![function | 0x80, 2]);
        match function {
            1 if at + usize::from(count) <= OUTPUTS => {
                let bits = (0..usize::from(count))
                    .map(|place| u8::from(self.outputs[at + place]) << place);
                Some(vec![1, 1, bits.sum()])
            }
            5 if at < OUTPUTS => {
                self.outputs[at] = count == 0xFF00;
                if at == 1 {
                    let on = if self.outputs[1] { 0xFF } else { 0 };
                    self.plant.answer(now, 2, &[5, 0, 0, on, 0]);
                }
                Some(vec![function, a, b, c, d])
            }
            1 | 5 => wrong,
            _ => Some(vec![function | 0x80, 1]),
        }
    }
}

async fn serve(mut stream: TcpStream, cabinet: Rc<RefCell<Cabinet>>) -> std::io::Result<()> {
    loop {
        let mut head = [0; 7];
        stream.read_exact(&mut head).await?;
        let length = usize::from(u16::from_be_bytes([head[4], head[5]])) - 1;
        let mut request = vec![0; length];
        stream.read_exact(&mut request).await?;
        let Some(answer) = cabinet.borrow_mut().answer(head[6], &request) else { continue };
        let length = u16::try_from(answer.len() + 1).expect("a short answer").to_be_bytes();
        let head = [head[0], head[1], 0, 0, length[0], length[1], head[6]];
        stream.write_all(&[&head[..], &answer].concat()).await?;
    }
}

async fn listen(cabinet: Rc<RefCell<Cabinet>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    actix_rt::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            actix_rt::spawn(serve(stream, Rc::clone(&cabinet)));
        }
    });
    address
}

async fn sign_in(browser: &Browser, site: &TestSite, lang: &str, theme: &str) {
    browser.open(&site.url("/")).await;
    choose(browser, lang, theme).await;
    browser.open(&site.url("/lines/1/commission")).await;
    let name = browser.see("input[name=name], input[autocomplete=username]").await;
    name.send_keys("Li Na").await.expect("a name");
    let password = browser.see("input[type=password]").await;
    password.send_keys("correct horse battery\u{e007}").await.expect("a password");
    browser.see("button[name=scan]").await;
}

#[actix_rt::test]
async fn a_meter_is_wired_to_the_output_of_a_board_on_the_page() {
    let cabinet = Rc::new(RefCell::new(Cabinet::new()));
    let address = listen(Rc::clone(&cabinet)).await;
    let folder = Folder::new();
    let config = write_site(&folder, &address);
    let site = TestSite::start_in(folder, &["run", "--site", &config]).await;
    let code = site.program().set_up_code().await;
    let person = json!({ "code": code, "name": "Li Na", "password": "correct horse battery" });
    site.post(&Caller::Nobody, "/api/v1/setup", &person).await.expect(200);
    let screens = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    std::fs::create_dir_all(&screens).expect("a folder for pictures");
    let mut faults = Vec::new();

    Browser::with(DESK.0, DESK.1, async |browser| {
        sign_in(browser, &site, "en", "light").await;
        let to = browser.see("input[name=scan-to]").await;
        to.clear().await.expect("a field");
        to.send_keys("3").await.expect("an address");
        browser.click("button[name=scan]").await;
        browser.read("button[name=add]:enabled", "Add 2 meters").await;
        let row = "tbody tr:nth-child(2)";
        browser.read(row, "outside").await;
        browser
            .click(&format!(
                "{row} select[aria-label='Switch of unit 2'] option[value='3 kmtronic-relay8 2']"
            ))
            .await;
        browser.click(&format!("{row} button.danger")).await;
        browser.read(&format!("{row} small[role=status]"), "proven: open").await;
        assert!(!cabinet.borrow().outputs[1], "the output is off");
        browser.click(&format!("{row} button:not(.danger)")).await;
        browser.read(&format!("{row} small[role=status]"), "proven: closed").await;
        faults.extend(look(browser, "board-found-1440-en", &screens).await);
        browser.click("select[name=tariff] option[value=flat]").await;
        browser.click("button[name=add]").await;
        browser.read(".sheet-print tbody tr:nth-child(2)", "2").await;
        browser.open(&site.url("/lines/1/commission")).await;
        browser.read(".sheet-print", "1 / 3 · output 2").await;
        browser.read(".sheet-print", "outside").await;
        faults.extend(look(browser, "board-sheet-1440-en", &screens).await);
    })
    .await;
    Browser::with(PHONE.0, PHONE.1, async |browser| {
        sign_in(browser, &site, "zh-CN", "dark").await;
        browser.read(".sheet-print", "输出 2").await;
        faults.extend(look(browser, "board-sheet-390-zh", &screens).await);
    })
    .await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let admin = site.token("admin");
    let added: Vec<Commissioned> = site.get(&admin, "/api/v1/commission").await.expect(200).read();
    let wired: Vec<_> = added.iter().map(|row| Some(row.relay.as_ref()?.output)).collect();
    assert_eq!(wired, [None, Some(2)]);
    let cut = json!({ "order": "cut", "reason": "works in the house" });
    let path = format!("/api/v1/meters/{}/supply", added[1].meter);
    let ordered = site.post(&admin, &path, &cut).await;
    assert!((200..300).contains(&ordered.status), "{}", ordered.text());
    within(Duration::from_secs(20), "the output is off and stays so", async || {
        let page: Value =
            site.get(&admin, &format!("/api/v1/meters/{}", added[1].meter)).await.json();
        let off = !cabinet.borrow().outputs[1];
        (off && page["supply"]["contact"] == "open").then_some(())
    })
    .await;
    assert!(cabinet.borrow().outputs[0], "its neighbours stay on");
}
