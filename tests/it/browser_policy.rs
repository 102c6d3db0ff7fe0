//! Terms of supply on their page: what holds where, the check while one types, and the asking; on a
//! desk and on a phone, in both languages, light and dark.

use std::path::Path;

use serde_json::{Value, json};

use crate::browser::{DESK, PHONE, choose, look};
use crate::harness::{Browser, Office};

async fn sign_in(browser: &Browser, office: &Office, lang: &str, theme: &str) {
    browser.open(&office.site.url("/")).await;
    choose(browser, lang, theme).await;
    browser.open(&office.site.url("/policies")).await;
    browser.see("input[name=name], input[autocomplete=username]").await;
    browser
        .run("document.querySelector('input[name=name], input[autocomplete=username]').focus()")
        .await;
    browser.keys("Dan\u{e004}plugs and sockets\u{e007}").await;
    browser.see(".policy-place").await;
}

/// Types another text over the one that stands there.
async fn write(browser: &Browser, from: &str, to: &str) {
    let script = format!(
        "const field = document.querySelector('textarea[name=terms]');
         if (!field.value.includes({from:?})) return false;
         field.value = field.value.replace({from:?}, {to:?});
         field.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));
         return true"
    );
    assert_eq!(browser.run(&script).await, Value::Bool(true), "the text holds {from}");
}

#[tokio::test]
async fn terms_are_checked_while_one_types_and_asked_for_on_their_page() {
    let office = Office::open("").await;
    let screens = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    std::fs::create_dir_all(&screens).expect("a folder for pictures");
    let mut faults = Vec::new();
    Browser::with(DESK.0, DESK.1, async |browser| {
        sign_in(browser, &office, "en", "light").await;
        browser.read("nav.rail a[href='/policies']", "Terms of supply").await;
        browser.read(".policy-place", "The whole site").await;
        browser.read(".policy-place", "from the site file").await;
        faults.extend(look(browser, "policies-1440-en", &screens).await);

        browser.click(".change-policy").await;
        browser.read(".policy-verdict .proof", "No course breaks a promise").await;
        write(browser, "restore_minimum = \"", "restore_minimum = \"x").await;
        browser.read(".policy-verdict .bad", "Line 4 cannot be read").await;
        write(browser, "restore_minimum = \"x", "restore_minimum = \"").await;
        write(browser, "least_sale = \"1.00\"", "least_sale = \"9000.00\"").await;
        browser.read(".policy-verdict .bad", "is above most_sale").await;
        write(browser, "least_sale = \"9000.00\"", "least_sale = \"1.00\"").await;
        write(browser, "low_credit = \"20.00\"", "low_credit = \"0.00\"").await;
        browser.read(".policy-verdict .bad", "nobody was warned").await;
        browser.read(".policy-course tr.off:last-child", "CUT (no credit)").await;
        browser.see(".ask-policy:disabled").await;
        faults.extend(look(browser, "policies-broken-1440-en", &screens).await);
        write(browser, "low_credit = \"0.00\"", "low_credit = \"30.00\"").await;
        browser.see(".ask-policy:enabled").await;
        browser.click(".ask-policy").await;
        browser.see("textarea[name=reason]").await;
        browser.run("document.querySelector('textarea[name=reason]').focus()").await;
        browser.keys("longer winters").await;
        browser.click("dialog .button.primary").await;
        browser.read("main [role=status]", "a second person decides").await;
        browser.open(&office.site.url("/approvals")).await;
        browser.read(".approval .policy-terms", "credit below ¥\u{202f}30.00").await;
        faults.extend(look(browser, "policies-approval-1440-en", &screens).await);
    })
    .await;

    let list = office.site.get(&office.admin, "/api/v1/approvals").await.expect(200).json();
    assert_eq!(
        (&list[0]["kind"], &list[0]["reason"]),
        (&json!("policy-publish"), &json!("longer winters"))
    );
    office.approve(&list[0]["id"]).await;

    Browser::with(PHONE.0, PHONE.1, async |browser| {
        sign_in(browser, &office, "zh-CN", "dark").await;
        browser.read(".policy-place", "整个项目").await;
        browser.read(".policy-place", "余额低于 ¥\u{202f}30.00").await;
        browser.click(".policy-place > details > summary").await;
        browser.read(".policy-versions", "Dan 申请，Ann 批准").await;
        faults.extend(look(browser, "policies-390-zh", &screens).await);
        browser.click(".add-policy").await;
        browser.click("select[name=place] option:last-child").await;
        browser.see("input[name=meter]").await;
        browser.see(".ask-policy:disabled").await;
        browser.run("document.querySelector('input[name=meter]').focus()").await;
        browser.keys("1").await;
        browser.see(".ask-policy:enabled").await;
        write(browser, "low_credit = \"30.00\"", "low_credit = \"0.00\"").await;
        browser.read(".policy-verdict .bad", "未告警即拉闸").await;
        browser.read(".policy-course tr.off:last-child", "拉闸（余额用尽）").await;
        faults.extend(look(browser, "policies-broken-390-zh", &screens).await);
    })
    .await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
