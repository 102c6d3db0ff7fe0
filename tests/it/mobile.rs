//! Mobile payment with the stub as a process of its own: one payment is one sale, however often, late
//! or wrongly it is told, and whatever breaks in between.

use futures_util::future::join_all;
use serde_json::{Value, json};
use server::clock;
use shared::api::ledger::{Entry, LedgerPage};
use shared::time::Span;

use crate::harness::stub::{PaidSite, signed};
use crate::harness::{Caller, eventually};

const ACCOUNT: u32 = 1_001;

async fn begin(paid: &PaidSite, till: &Caller, key: &str, minor: i64) -> Value {
    let body = json!({ "account": ACCOUNT, "amount": minor });
    paid.site.post_once(till, "/api/v1/payments", key, &body).await.expect(200).json()
}

fn number(view: &Value) -> u64 {
    view["payment"].as_u64().expect("a payment has a number")
}

/// How often the account was sold to.
async fn sales(paid: &PaidSite, caller: &Caller) -> usize {
    let path = format!("/api/v1/accounts/{ACCOUNT}/ledger?limit=500");
    let page: LedgerPage = paid.site.get(caller, &path).await.expect(200).read();
    page.entries.iter().filter(|entry| matches!(entry.entry, Entry::Sale { .. })).count()
}

fn notice(view: &Value, charge: &str, transaction: &str, amount: i64) -> String {
    json!({
        "type": "charge.updated",
        "data": {
            "charge": charge,
            "status": "paid",
            "code": view["code"].as_str().unwrap_or_default(),
            "expires": 0,
            "paid": [{ "transaction": transaction, "amount": amount }],
        },
    })
    .to_string()
}

/// The charge's name, as it stands in the code.
fn charge(view: &Value) -> String {
    let code = view["code"].as_str().expect("a code");
    code.rsplit_once('/').expect("the code is an address").1.to_owned()
}

#[tokio::test]
async fn fifty_webhooks_at_once_and_again_a_day_later_are_one_sale() {
    let paid = PaidSite::start().await;
    let (till, admin) = (paid.site.token("cashier"), paid.site.token("admin"));
    let before = sales(&paid, &admin).await;
    let view = begin(&paid, &till, "fifty-webhooks", 5_000).await;
    assert_eq!(view["state"], "pending", "{view}");
    assert!(view["qr"]["path"].as_str().is_some_and(|path| path.len() > 1_000), "{view}");
    assert_eq!(begin(&paid, &till, "fifty-webhooks", 5_000).await["payment"], view["payment"]);

    let body = notice(&view, &charge(&view), "T-50", 5_000);
    let now = clock::now();
    let told = (0..50).map(|n| {
        let (paid, body) = (&paid, &body);
        // Half of them the very same message, half the same news in messages of their own.
        let id = if n % 2 == 0 { "msg-same".to_owned() } else { format!("msg-{n}") };
        async move { paid.tell(body, &signed(&id, now, body)).await.status }
    });
    let statuses = join_all(told).await;
    assert!(statuses.iter().all(|status| *status == 204), "{statuses:?}");
    let view = paid.view(&till, number(&view)).await;
    assert_eq!(view["state"], "applied", "{view}");
    assert_eq!(sales(&paid, &admin).await, before + 1);
    let receipt = view["receipt"].as_u64().expect("a receipt");
    let path = format!("/api/v1/receipts/simulated/{receipt}");
    let receipt = paid.site.get(&till, &path).await.expect(200).json();
    assert_eq!(
        (receipt["reference"].as_str(), receipt["tender"].as_str()),
        (Some("T-50"), Some("mobile"))
    );

    // A day later the same message is too old; signed anew it is no news.
    let old = signed("msg-same", now - Span::from_days(1), &body);
    assert_eq!(paid.tell(&body, &old).await.status, 403);
    for at in [now - Span::from_mins(6), now + Span::from_mins(6)] {
        assert_eq!(paid.tell(&body, &signed("msg-same", at, &body)).await.status, 403);
    }
    assert_eq!(paid.tell(&body, &signed("msg-new", now, &body)).await.status, 204);
    let mut wrong = signed("msg-wrong", now, &body);
    wrong.signature = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned();
    assert_eq!(paid.tell(&body, &wrong).await.status, 403);
    let more = notice(&view, "MH999-00000000", "T-51", 9_000);
    assert_eq!(paid.tell(&more, &signed("msg-stranger", now, &more)).await.status, 404);
    assert_eq!(sales(&paid, &admin).await, before + 1);
    assert!(paid.site.verify().status.success());
}

#[tokio::test]
async fn what_is_not_answered_is_asked_about_and_then_applied_once() {
    let paid = PaidSite::start().await;
    let (till, admin) = (paid.site.token("cashier"), paid.site.token("admin"));
    let before = sales(&paid, &admin).await;
    // The provider makes the charge and does not say so, nor answers questions.
    paid.behave("silent", "silent", "answers").await;
    let view = begin(&paid, &till, "provider-silent", 2_000).await;
    assert_eq!(view["state"], "unknown", "{view}");
    paid.behave("answers", "answers", "answers").await;
    let view = paid.until(&till, number(&view), "pending").await;
    // Paid, but the webhook is lost: the question brings it.
    paid.on_the_phone(&view, "quiet").await;
    let view = paid.until(&till, number(&view), "applied").await;
    assert_eq!(view["paid"], 2_000, "{view}");
    assert_eq!(sales(&paid, &admin).await, before + 1);
    // Taken back, and not answered: it is not taken back before the provider has said so.
    let view = begin(&paid, &till, "cancel-unanswered", 3_000).await;
    paid.behave("answers", "silent", "answers").await;
    let cancel = format!("/api/v1/payments/{}/cancel", number(&view));
    paid.site.post(&till, &cancel, &json!({})).await.expect(502);
    assert_eq!(paid.view(&till, number(&view)).await["state"], "pending");
    paid.behave("answers", "answers", "answers").await;
    paid.until(&till, number(&view), "voided").await;
    assert_eq!(sales(&paid, &admin).await, before + 1);
}

#[tokio::test]
async fn refused_voided_short_and_double_payments_end_where_they_belong() {
    let mut paid = PaidSite::start().await;
    paid.let_the_stub_tell().await;
    let (till, admin) = (paid.site.token("cashier"), paid.site.token("admin"));
    let before = sales(&paid, &admin).await;
    let order = |view: &Value, what: &str| format!("/api/v1/payments/{}/{what}", number(view));
    let reason = json!({ "reason": "the customer asks" });

    let view = begin(&paid, &till, "is-refused", 1_000).await;
    paid.on_the_phone(&view, "refuse").await;
    paid.until(&till, number(&view), "failed").await;
    // Nothing goes back that was not paid.
    paid.site
        .post_once(&admin, &order(&view, "refund"), "refund-before-pay", &reason)
        .await
        .expect(409);

    let view = begin(&paid, &till, "is-voided", 1_000).await;
    let voided =
        paid.site.post(&till, &order(&view, "cancel"), &json!({})).await.expect(200).json();
    assert_eq!(voided["state"], "voided", "{voided}");
    // Paid in the same moment all the same: the money is taken.
    let body = notice(&view, &charge(&view), "T-late", 1_000);
    assert_eq!(paid.tell(&body, &signed("msg-late", clock::now(), &body)).await.status, 204);
    paid.until(&till, number(&view), "applied").await;

    let view = begin(&paid, &till, "is-short", 1_000).await;
    paid.on_the_phone(&view, "less").await;
    let short = paid.until(&till, number(&view), "applied").await;
    assert_eq!((&short["amount"], &short["paid"]), (&json!(1_000), &json!(900)));

    let view = begin(&paid, &till, "is-double", 1_000).await;
    paid.on_the_phone(&view, "twice").await;
    paid.until(&till, number(&view), "applied").await;
    let second = eventually("the second payment stands on the list", async || {
        let open = paid.site.get(&admin, "/api/v1/payments?open=true").await.expect(200).json();
        open.as_array()?.iter().find(|one| one["state"] == "confirmed").cloned()
    })
    .await;
    paid.site
        .post_once(&till, &order(&second, "refund"), "not-a-cashiers", &reason)
        .await
        .expect(403);
    let asked =
        paid.site.post_once(&admin, &order(&second, "refund"), "refund-second", &reason).await;
    assert_eq!(asked.expect(200).json()["state"], "refunded");
    assert_eq!(sales(&paid, &admin).await, before + 3);

    // A reversal of such a sale: refused by the provider, then asked again.
    paid.behave("answers", "answers", "refuses").await;
    let view = begin(&paid, &till, "is-reversed", 1_500).await;
    paid.on_the_phone(&view, "repeat").await;
    let view = paid.until(&till, number(&view), "applied").await;
    let receipt = view["receipt"].as_u64().expect("a receipt");
    let reversal = json!({ "book": "simulated", "receipt": receipt, "reason": "wrong flat" });
    let path = format!("/api/v1/receipts/{receipt}/reversal");
    paid.site.post_once(&admin, &path, "reverse-mobile", &reversal).await.expect(200);
    let view = paid.until(&admin, number(&view), "refund-refused").await;
    assert!(view["note"].as_str().is_some_and(|note| note.contains("balance")), "{view}");
    paid.behave("answers", "answers", "answers").await;
    let again = paid.site.post_once(&admin, &order(&view, "refund"), "refund-again", &reason).await;
    assert_eq!(again.expect(200).json()["state"], "refunded");
    let day = paid.stub_page("/day.csv").await.expect(200).text();
    assert!(day.contains(",15.00,refund") && day.contains(",15.00,sale"), "{day}");
    assert!(paid.site.verify().status.success());
}

#[tokio::test]
async fn a_kill_between_paying_and_hearing_of_it_ends_in_one_sale() {
    let mut paid = PaidSite::start().await;
    let (till, admin) = (paid.site.token("cashier"), paid.site.token("admin"));
    let before = sales(&paid, &admin).await;
    for round in 0..3 {
        let view = begin(&paid, &till, &format!("killed-round-{round}"), 1_000 + round).await;
        paid.on_the_phone(&view, "quiet").await;
        // The webhook is on its way, or just being kept, when the power fails.
        let body = notice(&view, &charge(&view), &format!("T-kill-{round}"), 1_000 + round);
        let sent = signed("msg-kill", clock::now(), &body);
        if round > 0 {
            let told = paid.tell(&body, &sent).await;
            assert_eq!(told.status, 204);
        }
        paid.site.kill();
        paid.site.restart().await;
        paid.until(&till, number(&view), "applied").await;
    }
    // A charge that was on its way when the power failed is asked about, and ends unless it arrived.
    paid.behave("silent", "answers", "answers").await;
    let body = json!({ "account": ACCOUNT, "amount": 700 });
    let asking = paid.site.post_once(&till, "/api/v1/payments", "killed-on-its-way", &body);
    let begun = async {
        eventually("it is begun", async || {
            let all = paid.site.get(&admin, "/api/v1/payments").await.expect(200).json();
            all.as_array()?.iter().find(|one| one["amount"] == 700).cloned()
        })
        .await
    };
    let begun = tokio::select! {
        view = begun => view,
        reply = asking => panic!("a silent provider was waited for: {}", reply.text()),
    };
    paid.site.kill();
    paid.site.restart().await;
    eventually("it arrived, or the provider does not know it", async || {
        let view = paid.view(&till, number(&begun)).await;
        matches!(view["state"].as_str(), Some("pending" | "failed")).then_some(())
    })
    .await;
    assert_eq!(sales(&paid, &admin).await, before + 3);
    assert!(paid.site.stop().await.success());
    assert!(paid.site.verify().status.success());
}
