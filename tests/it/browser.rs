//! The web app in a real browser, as a person uses it.

use crate::harness::Browser;

/// The stories below fail on console errors and accessibility faults; this one shows that they would.
#[tokio::test]
async fn the_browser_sees_the_faults_it_looks_for() {
    Browser::with(1280, 800, async |browser| {
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
