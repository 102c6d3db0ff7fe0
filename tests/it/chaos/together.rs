//! Two counters, webhooks and the settlement work on one account at once: nothing is lost, nothing
//! comes twice, and the account's ledger is one row of changes, each beginning where the last ended.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use server::clock;
use shared::api::ledger::{Entry, LedgerEntry, LedgerPage};
use shared::energy::Register;
use shared::id::{AccountId, Seq};
use shared::money::Money;

use super::book::Asked;
use crate::harness::Caller;
use crate::harness::stub::{PaidSite, signed};

const ACCOUNT: u32 = 1_001;
/// With eight webhooks, 32 tasks at once.
const SALES: u32 = 24;
/// Waves are repeated until the meter was charged anew in so many of them.
const CHARGED: u32 = 3;
const MOST_WAVES: u32 = 60;

/// The whole ledger of the account, newest first.
async fn ledger(paid: &PaidSite, caller: &Caller) -> Vec<LedgerEntry> {
    let mut entries = Vec::new();
    let mut next = None::<Seq>;
    loop {
        let before = next.map(|seq| format!("&before={seq}")).unwrap_or_default();
        let path = format!("/api/v1/accounts/{ACCOUNT}/ledger?limit=500{before}");
        let page: LedgerPage = paid.site.get(caller, &path).await.expect(200).read();
        entries.extend(page.entries);
        next = page.next;
        if next.is_none() {
            return entries;
        }
    }
}

/// A payment that the customer has made; the notice of it, which may come often.
async fn begin(paid: &PaidSite, till: &Caller, key: &str, minor: i64) -> (Value, String) {
    let body = json!({ "account": ACCOUNT, "amount": minor });
    let view = paid.site.post_once(till, "/api/v1/payments", key, &body).await.expect(200).json();
    let number = view["payment"].as_u64().expect("a payment has a number");
    let view = paid.until(till, number, "pending").await;
    let code = view["code"].as_str().expect("a code");
    let charge = code.rsplit_once('/').expect("the code is an address").1;
    let told = json!({
        "type": "charge.updated",
        "data": {
            "charge": charge,
            "status": "paid",
            "code": code,
            "expires": 0,
            "paid": [{ "transaction": format!("T-{key}"), "amount": minor }],
        },
    });
    (view.clone(), told.to_string())
}

/// The register up to which the meter is charged; charges of a day may stand as one entry.
fn charged_to(entries: &[LedgerEntry]) -> Option<Register> {
    entries.iter().find_map(|entry| match &entry.entry {
        Entry::Charge { register_to, .. } => Some(*register_to),
        _ => None,
    })
}

#[tokio::test]
async fn two_counters_webhooks_and_the_settlement_share_one_account() {
    let mut paid = PaidSite::start_at(1_800).await;
    let tills = [paid.site.token("cashier"), paid.site.token("cashier")];
    for till in &tills {
        paid.site.open_shift(till).await;
    }
    let before = ledger(&paid, &tills[0]).await;
    let mut sold = Vec::new();
    let mut applied = 0;
    let (mut charged, mut last) = (0, charged_to(&before));
    for wave in 0..MOST_WAVES {
        let asked: Vec<Asked> = (0..SALES)
            .map(|n| Asked {
                key: format!("together-{wave}-{n}"),
                account: AccountId(ACCOUNT),
                amount: Money::from_minor(i64::from(100 + n)),
            })
            .collect();
        let mut notices = Vec::new();
        for (till, n) in tills.iter().zip(0..) {
            let (view, body) = begin(&paid, till, &format!("mobile-{wave}-{n}"), 700 + n).await;
            notices.extend((0..4).map(|again| (format!("msg-{wave}-{n}-{again}"), body.clone())));
            applied += 1;
            assert_eq!(view["state"], "pending", "{view}");
        }
        let now = clock::now();
        let selling =
            asked.iter().zip(tills.iter().cycle()).map(|(asked, till)| asked.ask(&paid.site, till));
        let telling = notices.iter().map(|(id, body)| {
            let paid = &paid;
            async move { paid.tell(body, &signed(id, now, body)).await.status }
        });
        let (receipts, told) = join(join_all(selling), join_all(telling)).await;
        assert!(told.iter().all(|status| *status == 204), "{told:?}");
        for (asked, receipt) in asked.into_iter().zip(receipts) {
            let receipt = receipt.expect("a sale of this wave is acknowledged");
            sold.push((asked, receipt));
        }
        let now = charged_to(&ledger(&paid, &tills[0]).await);
        charged += u32::from(now > last);
        last = now;
        if charged >= CHARGED {
            break;
        }
    }
    paid.site.stop().await;
    paid.site.restart().await;
    let till = paid.site.token("auditor");
    let entries = ledger(&paid, &till).await;
    assert!(charged >= CHARGED, "the meter was charged meanwhile");

    // One row of changes, each beginning where the last ended; nothing is undone by a neighbour.
    for pair in entries.windows(2) {
        let [newer, older] = pair else { continue };
        assert!(newer.seq > older.seq, "{newer:?} after {older:?}");
        assert_eq!(
            newer.credit_after - newer.amount,
            older.credit_after,
            "{newer:?} after {older:?}"
        );
    }
    let receipts: BTreeSet<_> = sold.iter().map(|(_, receipt)| receipt.no).collect();
    assert_eq!(receipts.len(), sold.len(), "every sale has a receipt of its own");
    for (asked, receipt) in &sold {
        let found: Vec<_> = entries
            .iter()
            .filter(
                |entry| matches!(entry.entry, Entry::Sale { receipt: no, .. } if no == receipt.no),
            )
            .map(|entry| entry.amount)
            .collect();
        assert_eq!(found, [asked.amount], "receipt {} stands once", receipt.no);
    }
    let is_sale = |entry: &&LedgerEntry| matches!(entry.entry, Entry::Sale { .. });
    let sales = |entries: &[LedgerEntry]| entries.iter().filter(is_sale).count();
    assert_eq!(sales(&entries), sales(&before) + sold.len() + applied);

    paid.site.stop().await;
    // Every invariant, receipts without a gap among them.
    let verified = paid.site.verify();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
