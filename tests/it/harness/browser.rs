//! A real browser on the web app, that ends with the test and tells what its console said.

use std::panic::AssertUnwindSafe;
use std::process::Command;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use futures_util::FutureExt;
use http::{Method, Request};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::http::ask;
use super::{Folder, Program, within};

const AXE: &str = include_str!("../../vendor/axe.min.js");

/// How long a page may take to show something, on a loaded machine.
const PAGE: Duration = Duration::from_secs(20);

pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: String,
}

impl Browser {
    /// Runs a story in a new browser window and closes it, also when the story fails. The story fails
    /// too when the console shows an error that nobody looked at.
    pub(crate) async fn with(width: u32, height: u32, story: impl AsyncFnOnce(&Browser)) {
        let profile = Folder::new();
        let mut chromedriver = Program::start(Command::new("chromedriver").arg("--port=0"));
        let port = chromedriver.says("its port", port_in).await;
        let driver = format!("http://127.0.0.1:{port}");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(width, height, &profile))
            .connect(&driver)
            .await
            .expect("Chromium starts; `tests/run setup` installs it");
        let browser = Self { client, driver };
        let told = AssertUnwindSafe(story(&browser)).catch_unwind().await;
        let errors = if told.is_ok() { browser.console_errors().await } else { Vec::new() };
        let closed = browser.client.close().await;
        chromedriver.kill();
        if let Err(panic) = told {
            std::panic::resume_unwind(panic);
        }
        closed.expect("the browser closes");
        assert!(errors.is_empty(), "the browser's console shows errors: {errors:#?}");
    }

    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("cannot open {url}: {error}"));
    }

    /// Waits for an element.
    pub(crate) async fn see(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PAGE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => {
                panic!("no `{css}` on the page ({error}); it shows:\n{}", self.text().await)
            }
        }
    }

    /// Waits until an element's text holds `words`, and gives the whole text.
    pub(crate) async fn read(&self, css: &str, words: &str) -> String {
        within(PAGE, &format!("`{css}` says {words}"), async || {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            element.text().await.ok().filter(|text| text.contains(words))
        })
        .await
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.see(css).await;
        element.click().await.unwrap_or_else(|error| panic!("cannot click `{css}`: {error}"));
    }

    /// Types into whatever has the focus, as a person does.
    pub(crate) async fn keys(&self, keys: &str) {
        let element = self.client.active_element().await.expect("something has the focus");
        element
            .send_keys(keys)
            .await
            .unwrap_or_else(|error| panic!("cannot type {keys:?}: {error}"));
    }

    /// The page's text, as a person sees it.
    pub(crate) async fn text(&self) -> String {
        match self.client.execute("return document.body.innerText", vec![]).await {
            Ok(Value::String(text)) => text,
            other => format!("{other:?}"),
        }
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        let answer = self.client.execute(script, vec![]).await;
        answer.unwrap_or_else(|error| panic!("script {script:?} failed: {error}"))
    }

    /// Accessibility faults of the page that axe-core calls serious or critical.
    pub(crate) async fn accessibility_faults(&self) -> Vec<String> {
        self.run(&format!("{AXE}; return typeof axe")).await;
        let script = "const done = arguments[arguments.length - 1];
            axe.run().then(result => done({ faults: result.violations
                .filter(fault => fault.impact === 'serious' || fault.impact === 'critical')
                .map(fault => fault.id + ': ' + fault.help + ': '
                    + fault.nodes.slice(0, 5).map(node => node.html.slice(0, 160)).join(' | ')),
                checked: result.passes.length }), error => done({ error: String(error) }))";
        let answer = self.client.execute_async(script, vec![]).await.expect("axe runs in the page");
        let checked = answer.get("checked").and_then(Value::as_u64).unwrap_or(0);
        assert!(checked > 0, "axe checked nothing: {answer}");
        let faults = answer.get("faults").and_then(Value::as_array).cloned().unwrap_or_default();
        faults.iter().map(ToString::to_string).collect()
    }

    /// What the console shows as errors since it was last asked.
    pub(crate) async fn console_errors(&self) -> Vec<String> {
        let session = self.client.session_id().await.ok().flatten().unwrap_or_default();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/session/{session}/se/log", self.driver))
            .header("content-type", "application/json")
            .body(json!({ "type": "browser" }).to_string())
            .expect("a well-formed request");
        let log = ask(request).await.expect("chromedriver answers").expect(200).json();
        let lines = log.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
        let severe = |line: &&Value| line.get("level").and_then(Value::as_str) == Some("SEVERE");
        lines.iter().filter(severe).map(ToString::to_string).collect()
    }

    pub(crate) async fn screenshot(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a screenshot")
    }
}

fn capabilities(width: u32, height: u32, profile: &Folder) -> serde_json::Map<String, Value> {
    let mut flags: Vec<String> = [
        "--headless=new",
        // The tests may run as root in a container, where Chromium's sandbox cannot.
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--hide-scrollbars",
        "--no-first-run",
    ]
    .map(str::to_owned)
    .to_vec();
    flags.push(format!("--window-size={width},{height}"));
    flags.push(format!("--user-data-dir={}", profile.path().display()));
    let mut options = json!({ "args": flags });
    if width < 500 {
        // A window cannot be narrower than some 500 px; a phone can.
        let metrics = json!({ "width": width, "height": height, "pixelRatio": 2.0, "touch": true });
        let phone = json!({ "deviceMetrics": metrics });
        options.as_object_mut().expect("an object").insert("mobileEmulation".to_owned(), phone);
    }
    let all = json!({
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "script": 60_000, "pageLoad": 60_000 },
    });
    all.as_object().expect("an object").clone()
}

/// chromedriver first prints the port it was asked for, 0, and then the one it got.
fn port_in(said: &str) -> Option<u16> {
    let (_, rest) = said.split_once("successfully on port ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
