//! A tariff prepared in a browser, with every interaction counted: a click, a stroke on the day, or
//! a field filled. The budget is twelve.

use std::cell::Cell;

use serde_json::{Value, json};

use crate::harness::{Browser, TestSite};

const DEMO: &[&str] = &["demo", "--seed", "7"];

/// A person's hand on mouse and keys.
struct Hand<'b> {
    browser: &'b Browser,
    used: Cell<u32>,
}

impl Hand<'_> {
    fn count(&self) {
        self.used.set(self.used.get() + 1);
    }

    async fn click(&self, css: &str) {
        self.count();
        self.browser.click(css).await;
    }

    async fn fill(&self, css: &str, text: &str) {
        self.count();
        self.browser.see(css).await;
        let choose = format!("const f = document.querySelector('{css}'); f.focus(); f.select();");
        self.browser.run(&choose).await;
        self.browser.keys(text).await;
    }

    /// Paints with keys alone: from the middle of the day, `extend` half hours on.
    async fn paint_by_keys(&self, extend: usize, period: &str) {
        self.count();
        self.browser.run("document.querySelector('.day-bar.paints').focus()").await;
        self.browser.keys("\u{e011}").await;
        self.browser.keys(&"\u{e014}".repeat(24)).await;
        for _ in 0..extend {
            self.browser.keys("\u{e008}\u{e014}\u{e000}").await;
        }
        self.browser.keys(period).await;
    }

    async fn paint_by_drag(&self, from: u32, to: u32) {
        self.count();
        let drag = format!(
            "const bar = document.querySelector('.day-bar.paints'); const box = bar.getBoundingClientRect();
            const at = half => ({{ bubbles: true, button: 0, pointerId: 1, clientY: box.top + 20,
                clientX: box.left + box.width * (half + 0.5) / 48 }});
            bar.setPointerCapture = () => {{}};
            bar.dispatchEvent(new PointerEvent('pointerdown', at({from})));
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            bar.dispatchEvent(new PointerEvent('pointermove', at({to})));
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            bar.dispatchEvent(new PointerEvent('pointerup', at({to})));"
        );
        self.browser.run(&format!("return (async () => {{ {drag} }})()")).await;
    }
}

async fn english(browser: &Browser, site: &TestSite) {
    browser.open(&site.url("/")).await;
    let store = "localStorage.setItem('meterhouse.lang', 'en'); localStorage.setItem('meterhouse.theme', 'light')";
    browser.run(store).await;
    browser.open(&site.url("/")).await;
}

#[tokio::test]
async fn a_four_band_tariff_takes_twelve_interactions_and_a_second_person() {
    let site = TestSite::start(DEMO).await;
    Browser::with(1440, 900, async |browser| {
        english(browser, &site).await;
        browser.see(".ready-button").await;
        let admin = "[...document.querySelectorAll('.ready-button')].find(button => button.innerText.includes('Administrator')).click()";
        browser.run(admin).await;
        browser.see("main h1").await;

        let hand = Hand { browser, used: Cell::new(0) };
        hand.click("nav.rail a[href='/tariffs']").await;
        hand.click("a.template[href$='/cn-four-band']").await;
        hand.fill("input[name=tariff-name]", "Shops 2030").await;
        hand.paint_by_keys(3, "v").await;
        hand.paint_by_drag(2, 3).await;
        for (place, price) in ["1.25", "0.99", "0.66", "0.31"].iter().enumerate() {
            let css = format!(".price-table tbody tr:nth-child({}) input.price", place + 1);
            hand.fill(&css, price).await;
        }
        browser.see(".bills .total").await;
        hand.click(".ask-publication").await;
        hand.fill("textarea[name=reason]", "new shops").await;
        hand.click("dialog .button.primary").await;
        browser.read("main", "Waiting for approval").await;
        assert!(hand.used.get() <= 12, "{} interactions", hand.used.get());
    })
    .await;

    let admin = site.sign_in_as("admin").await;
    let list = site.get(&admin, "/api/v1/approvals").await.expect(200).json();
    let text = list.pointer("/0/text").and_then(Value::as_str).unwrap_or_default().to_owned();
    for piece in [
        "sharp = \"1.25\"",
        "valley = \"0.31\"",
        "name = \"Shops 2030\"",
        "\"12:00-14:00\"",
        "\"01:00-02:00\"",
    ] {
        assert!(text.contains(piece), "{piece} is missing in\n{text}");
    }

    let password = "plugs and sockets";
    let second = json!({ "name": "second", "role": "admin", "password": password });
    site.post(&admin, "/api/v1/staff", &second).await.expect(201);
    Browser::with(1440, 900, async |browser| {
        english(browser, &site).await;
        browser.see("input[name=name], input[autocomplete=username]").await;
        browser
            .run("document.querySelector('input[name=name], input[autocomplete=username]').focus()")
            .await;
        browser.keys(&format!("second\u{e004}{password}\u{e007}")).await;
        browser.see("nav.rail a[href='/tariffs']").await;
        browser.click("nav.rail a[href='/tariffs']").await;
        browser.read(".needs-you", "Shops 2030").await;
        browser.click(".button.approve").await;
        browser.read("a[href^='/tariffs/of/cn-four-band']", "Shops 2030").await;
    })
    .await;
}
