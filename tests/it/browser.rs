//! The web app in a real browser, as a person uses it. Every story fails on a console error.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Browser, Caller, TestSite, within};

pub(crate) const DESK: (u32, u32) = (1440, 1100);
pub(crate) const PHONE: (u32, u32) = (390, 844);

/// The building every story plays in.
const DEMO: &[&str] = &["demo", "--seed", "7"];

/// The stories below fail on console errors and accessibility faults; this one shows that they would.
#[tokio::test]
async fn the_browser_sees_the_faults_it_looks_for() {
    Browser::with(DESK.0, DESK.1, async |browser| {
        let page = "<html lang=en><title>t</title><main><h1>t</h1><button></button><div id=app>x</div>\
            <script>console.error('a fault')</script></main>";
        browser.open(&format!("data:text/html,{page}")).await;
        browser.read("#app", "x").await;
        let faults = browser.accessibility_faults().await;
        assert!(faults.iter().any(|fault| fault.contains("button-name")), "{faults:?}");
        let errors = browser.console_errors().await;
        assert!(errors.iter().any(|error| error.contains("a fault")), "{errors:?}");
    })
    .await;
}

/// Two fields and three keys, no mouse: the budget of the cashier's every sale.
#[tokio::test]
async fn a_cashier_sells_with_two_fields_and_three_keys() {
    let site = TestSite::start(DEMO).await;
    let admin = site.sign_in_as("admin").await;
    site.post(&admin, "/api/v1/clock", &json!("pause")).await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Cashier").await;
        let Somebody { account, serial, .. } = somebody(&site, &admin).await;
        let before = credit_of(&site, &admin, account).await;
        browser.keys(F2).await;
        browser.see("#sale-find:focus").await;

        browser.keys(&serial).await;
        browser.keys(ENTER).await;
        browser.see("#sale-amount:focus").await;
        browser.keys("50").await;
        browser.keys(ENTER).await;
        browser.see("#sale-confirm.confirm:focus").await;
        browser.keys(ENTER).await;

        let receipt = browser.read(".receipt", "50.00").await;
        assert!(receipt.contains("№"), "{receipt}");
        assert_eq!(credit_of(&site, &admin, account).await - before, 5_000, "50.00 more, exactly");

        // The next customer is one key away; a key too many sells nothing.
        browser.see("#sale-next:focus").await;
        browser.keys(ENTER).await;
        browser.see("#sale-find:focus").await;
        browser.keys(ENTER).await;
        assert_eq!(credit_of(&site, &admin, account).await - before, 5_000);
    })
    .await;
}

#[tokio::test]
async fn the_clock_of_a_simulated_building_stops_steps_and_runs() {
    let site = TestSite::start(DEMO).await;
    let admin = site.sign_in_as("admin").await;
    let clock = async || site.get(&admin, "/api/v1/clock").await.expect(200).json();
    let field = |clock: &Value, name: &str| clock.get(name).cloned().unwrap_or_default();
    let until = async |what: &str, good: &dyn Fn(&Value) -> bool| {
        let seen = async || Some(clock().await).filter(|clock| good(clock));
        within(Duration::from_secs(20), what, seen).await
    };
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Administrator").await;
        browser.click(".clock > .icon-button").await;
        let paused = until("the clock stands", &|clock| field(clock, "paused") == true).await;
        browser.see(".clock.paused").await;
        let shown = browser.read(".clock b", ":").await;

        browser.click(".clock-step:nth-child(2)").await;
        let hour = field(&paused, "now").as_i64().unwrap_or_default() + 3_600_000;
        until("the clock is an hour on and stands again", &|clock| {
            field(clock, "paused") == true && field(clock, "now").as_i64() == Some(hour)
        })
        .await;
        browser.read(".clock b", &an_hour_after(&shown)).await;
        browser.see(".clock.paused").await;

        browser.click(".clock > .icon-button").await;
        let choose = "const pace = document.querySelector('.clock select'); pace.value = '3600';
            pace.dispatchEvent(new Event('change', { bubbles: true }))";
        until("the clock runs", &|clock| field(clock, "paused") == false).await;
        browser.run(choose).await;
        until("the clock runs at 3,600×", &|clock| {
            field(clock, "paused") == false && field(clock, "pace") == 3_600
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_wall_opens_a_meter_by_keys_alone() {
    let site = TestSite::start(DEMO).await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Viewer").await;
        browser.open(&site.url("/wall")).await;
        browser.see("canvas.wall-canvas").await;
        browser.run("document.querySelector('canvas.wall-canvas').focus()").await;
        browser.keys(RIGHT).await;
        browser.keys(RIGHT).await;
        browser.keys(ENTER).await;
        let name =
            browser.see(".drawer h2").await.text().await.expect("the drawer names its meter");
        browser.click(".drawer .button.primary").await;
        let name = name.split_whitespace().next().unwrap_or_default().to_owned();
        browser.read("main h1", &name).await;
    })
    .await;
}

#[tokio::test]
async fn language_and_theme_change_at_a_click_and_stay() {
    let site = TestSite::start(DEMO).await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        enter(browser, &site, "Administrator").await;
        browser.read("main h1", "Overview").await;
        browser.click(".top .icon-button.words").await;
        browser.read("main h1", "总览").await;
        assert_eq!(browser.run("return document.documentElement.lang").await, "zh-CN");
        let background = "return getComputedStyle(document.body).backgroundColor";
        let light = browser.run(background).await;
        browser.run("localStorage.setItem('meterhouse.theme', 'dark')").await;
        browser.open(&site.url("/")).await;
        browser.read("main h1", "总览").await;
        assert_ne!(browser.run(background).await, light, "the dark theme is another colour");
    })
    .await;
}

/// The whole building inside the page, on the same actors, with no server behind it.
#[tokio::test]
async fn a_building_runs_inside_the_page() {
    let site = TestSite::start(DEMO).await;
    Browser::with(DESK.0, DESK.1, async |browser| {
        browser.open(&site.url("/sandbox")).await;
        choose(browser, "en", "light").await;
        browser.open(&site.url("/sandbox")).await;
        browser.read("main h1", "Overview").await;
        browser.see(".clock b").await;
        let time =
            async || browser.run("return document.querySelector('.clock b').innerText").await;
        let first = time().await;
        let goes = async || Some(time().await).filter(|now| *now != first);
        within(Duration::from_mins(1), "the clock in the page goes on", goes).await;
    })
    .await;
}

/// Every page, both widths, languages and themes: no accessibility fault, nothing wider than the
/// screen. Leaves a picture of each in `target/tmp/screens` to look at.
#[tokio::test]
async fn every_page_is_sound_at_both_widths_in_both_languages_and_themes() {
    let site = TestSite::start(DEMO).await;
    let screens = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    fs::create_dir_all(&screens).expect("a folder for pictures");
    let admin = site.sign_in_as("admin").await;
    // Into the evening, and then the clock stands: there is something to see, and it keeps still.
    site.post(&admin, "/api/v1/clock", &json!({ "step": 50_400_000 })).await;
    within(Duration::from_mins(2), "the evening", async || {
        let clock = site.get(&admin, "/api/v1/clock").await.expect(200).json();
        (clock.get("paused") == Some(&json!(true))).then_some(())
    })
    .await;
    let meter = format!("/meters/{}", somebody(&site, &admin).await.meter);
    let pages = [
        ("overview", "/"),
        ("wall", "/wall"),
        ("meters", "/meters"),
        ("meter", &meter),
        ("sale", "/vend"),
        ("alarms", "/alarms"),
        ("tariffs", "/tariffs"),
        ("tariff", "/tariffs/of/demo-residential"),
        ("tariff-editor", "/tariffs/edit/template/cn-four-band"),
        ("people", "/people"),
        ("policies", "/policies"),
        ("shift", "/shift"),
        ("approvals", "/approvals"),
        ("day-book", "/audit/daybook"),
        ("matching", "/audit/matching"),
    ];
    let mut faults = Vec::new();
    for (width, height) in [DESK, PHONE] {
        Browser::with(width, height, async |browser| {
            browser.open(&site.url("/")).await;
            browser.see(".ready-button").await;
            faults.extend(look(browser, &format!("sign-in-{width}"), &screens).await);
            enter(browser, &site, "Administrator").await;
            for (lang, theme) in
                [("en", "light"), ("en", "dark"), ("zh-CN", "light"), ("zh-CN", "dark")]
            {
                choose(browser, lang, theme).await;
                for (name, path) in pages {
                    browser.open(&site.url(path)).await;
                    browser.see("#main h1").await;
                    settle(browser).await;
                    let name = format!("{name}-{width}-{lang}-{theme}");
                    faults.extend(look(browser, &name, &screens).await);
                }
            }
        })
        .await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

pub(crate) const ENTER: &str = "\u{e007}";
const RIGHT: &str = "\u{e014}";
const F2: &str = "\u{e032}";

/// `23:15` becomes `00:15`.
fn an_hour_after(shown: &str) -> String {
    let (hours, minutes) = shown.trim().split_once(':').expect("a time of day");
    let hours: u32 = hours.parse().expect("hours");
    format!("{:02}:{minutes}", (hours + 1) % 24)
}

/// Opens the site and signs in with the demo's ready log-in of this name, in English.
pub(crate) async fn enter(browser: &Browser, site: &TestSite, role: &str) {
    browser.open(&site.url("/")).await;
    choose(browser, "en", "light").await;
    browser.open(&site.url("/")).await;
    browser.see(".ready-button").await;
    let press = format!(
        "[...document.querySelectorAll('.ready-button')].find(button => button.innerText.includes('{role}')).click()"
    );
    browser.run(&press).await;
    browser.see("#main h1").await;
}

pub(crate) async fn choose(browser: &Browser, lang: &str, theme: &str) {
    let store = format!(
        "localStorage.setItem('meterhouse.lang', '{lang}'); localStorage.setItem('meterhouse.theme', '{theme}')"
    );
    browser.run(&store).await;
}

/// Waits until the page shows figures instead of placeholders.
pub(crate) async fn settle(browser: &Browser) {
    within(Duration::from_secs(20), "the page stops waiting", async || {
        let waits = browser
            .run("return document.querySelectorAll('[aria-busy=true], .waiting').length")
            .await;
        (waits == 0).then_some(())
    })
    .await;
}

/// Takes a picture and gives what is wrong with the page.
pub(crate) async fn look(browser: &Browser, name: &str, screens: &Path) -> Vec<String> {
    let picture = screens.join(format!("{name}.png"));
    fs::write(picture, browser.screenshot().await).expect("a picture can be written");
    let mut faults: Vec<String> = browser
        .accessibility_faults()
        .await
        .into_iter()
        .map(|fault| format!("{name}: {fault}"))
        .collect();
    let wide = browser.run("return document.documentElement.scrollWidth - window.innerWidth").await;
    if wide.as_i64().unwrap_or(0) > 0 {
        faults.push(format!("{name}: {wide} px wider than the screen"));
    }
    // Unsaid, a browser shows what was put in first, and the page puts in the last one first.
    let unsaid = "return [...document.querySelectorAll('select')].filter(list => \
         list.options.length && !list.options[list.selectedIndex].defaultSelected).length";
    let unsaid = browser.run(unsaid).await;
    if unsaid != 0 {
        faults.push(format!("{name}: {unsaid} lists show what nobody chose for them"));
    }
    faults
}

/// An account that can be sold to, with its meter.
pub(crate) struct Somebody {
    pub(crate) account: u64,
    pub(crate) meter: u64,
    pub(crate) serial: String,
}

pub(crate) async fn somebody(site: &TestSite, caller: &Caller) -> Somebody {
    let found = site.get(caller, "/api/v1/search?q=1").await.expect(200).json();
    let first = found.get(0).cloned().unwrap_or_default();
    let number = |key: &str| {
        let number = first.get(key).and_then(Value::as_u64);
        number.unwrap_or_else(|| panic!("no {key} in what the search found: {found}"))
    };
    let serial = first.get("serial").and_then(Value::as_str).unwrap_or_default().to_owned();
    Somebody { account: number("account"), meter: number("meter"), serial }
}

/// What the account has, in minor units.
pub(crate) async fn credit_of(site: &TestSite, caller: &Caller, account: u64) -> i64 {
    let path = format!("/api/v1/accounts/{account}/preview?amount=100");
    let preview = site.get(caller, &path).await.expect(200).json();
    let credit = preview.get("credit_before").and_then(Value::as_i64);
    credit.unwrap_or_else(|| panic!("no credit in {preview}"))
}
