//! Paying by phone: a code to scan, what became of it, and the receipt. What is begun is written
//! down, so that a reload goes on with the same payment.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::api::payment::{PaymentRequest, PaymentView, QrCode, State};
use shared::api::sale::Found;
use shared::id::IdempotencyKey;
use shared::money::Money;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::amount::CONFIRM;
use crate::backend::{Backend, Failure};
use crate::browser;
use crate::components::notice::FailureNotice;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_leave, use_payment_texts, use_seat, use_task};
use crate::i18n::{self, fill};
use crate::store::outbox;
use crate::store::sale::SaleAction;

/// Where the payment that is under way is kept.
const KEPT: &str = "mobile-payment";
const BEAT: Duration = Duration::from_millis(1_500);

/// A payment that was begun here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub key: IdempotencyKey,
    pub found: Found,
    pub request: PaymentRequest,
}

/// The payment that a reload interrupted.
pub fn kept() -> Option<Kept> {
    serde_json::from_str(&browser::stored(KEPT)?).ok()
}

#[derive(PartialEq, Properties)]
pub struct MobileProps {
    pub found: Found,
    pub amount: Option<Money>,
    pub act: Callback<SaleAction>,
}

#[component]
pub fn Mobile(props: &MobileProps) -> Html {
    let (seat, lang, texts, backend) = (use_seat(), use_lang(), use_payment_texts(), use_backend());
    let account = props.found.account;
    let under_way = use_state_eq(|| kept().filter(|kept| kept.request.account == account));
    let shown = use_state_eq(|| None::<PaymentView>);
    let failure = use_state_eq(|| None::<Failure>);
    {
        let (shown, failure, act) = (shown.clone(), failure.clone(), props.act.clone());
        let (backend, leave, under_way) = (backend.clone(), use_leave(), under_way.clone());
        use_task((*under_way).clone(), move |kept| async move {
            let Some(kept) = kept else { return };
            let show = Callback::from(move |view| shown.set(Some(view)));
            let fail = Callback::from(move |why| failure.set(why));
            match follow(&backend, &kept, &show, &fail, &act).await {
                End::Known => (),
                // The button is there again, below the reason.
                End::Refused => under_way.set(None),
                End::SignedOut => leave.emit(()),
            }
        });
    }
    let word = |text: &str, amount: Money| fill(text, &[&format::money(amount, seat.currency())]);
    let begin = {
        let (under_way, failure) = (under_way.clone(), failure.clone());
        let (found, amount) = (props.found.clone(), props.amount);
        Callback::from(move |_: MouseEvent| {
            let Some(amount) = amount else { return };
            failure.set(None);
            under_way.set(Some(write_down(found.clone(), amount)));
        })
    };
    let Some(view) = (*shown).clone().filter(|_| under_way.is_some()) else {
        let asking = under_way.is_some();
        return html! { <>
            if let Some(failure) = (*failure).clone() { <FailureNotice {failure} /> }
            <button id={CONFIRM} type="button" class="button primary large wide" disabled={asking || props.amount.is_none()} onclick={begin}>
                { if asking { texts.mobile.asking.to_owned() } else { props.amount.map_or_else(String::new, |amount| word(texts.mobile.begin, amount)) } }
            </button>
        </> };
    };
    let cancel = {
        let (shown, failure, payment) = (shown.clone(), failure.clone(), view.payment);
        Callback::from(move |_: MouseEvent| {
            let (shown, failure, backend) = (shown.clone(), failure.clone(), backend.clone());
            spawn_local(async move {
                match backend.order_payment(payment, "cancel").await {
                    Ok(view) => shown.set(Some(view)),
                    Err(why) => failure.set(Some(why)),
                }
            });
        })
    };
    let again = {
        let (under_way, shown) = (under_way.clone(), shown.clone());
        Callback::from(move |_: MouseEvent| {
            under_way.set(None);
            shown.set(None);
        })
    };
    let open = matches!(view.state, State::Begun | State::Pending | State::Unknown);
    html! {
        <section class="pay" aria-live="polite">
            <p class="pay-state"><b>{ i18n::payment_state(lang, view.state) }</b>{ " " }{ format::money(view.amount, seat.currency()) }</p>
            if let Some(qr) = &view.qr {
                <p class="soft">{ word(texts.mobile.scan, view.amount) }</p>
                { drawn(qr, texts.mobile.code) }
                if let Some(left) = view.left { <p class="quiet">{ fill(texts.mobile.left, &[&left.to_string()]) }</p> }
                if let Some(code) = view.code.clone().filter(|code| code.starts_with("http")) {
                    <a class="link" href={code} target="_blank" rel="noopener noreferrer">{ texts.mobile.link }</a>
                }
            }
            if view.state == State::Unknown { <p class="notice warn">{ texts.mobile.unknown }</p> }
            if view.state == State::Applied { <p class="soft">{ texts.mobile.applied }</p> }
            if !view.note.is_empty() { <p class="soft">{ view.note.clone() }</p> }
            if let Some(failure) = (*failure).clone() { <FailureNotice {failure} /> }
            if open { <button type="button" class="button wide" onclick={cancel}>{ texts.mobile.cancel }</button> }
            if !open && view.state != State::Applied { <button type="button" class="button wide" onclick={again}>{ texts.mobile.again }</button> }
        </section>
    }
}

/// Black on white in the dark theme too, or it would not scan.
fn drawn(qr: &QrCode, label: &'static str) -> Html {
    let side = qr.size.to_string();
    html! {
        <svg class="pay-code" viewBox={format!("0 0 {side} {side}")} role="img" aria-label={label} shape-rendering="crispEdges">
            <rect width={side.clone()} height={side} fill="#fff" /><path d={qr.path.clone()} fill="#000" />
        </svg>
    }
}

fn write_down(found: Found, amount: Money) -> Kept {
    let request = PaymentRequest { account: found.account, amount, provider: None };
    let kept = Kept { key: outbox::key_from(browser::random()), found, request };
    if let Ok(text) = serde_json::to_string(&kept) {
        browser::store(KEPT, &text);
    }
    kept
}

/// How following a payment ends.
enum End {
    /// It is known what became of it, and shown.
    Known,
    /// It was not begun.
    Refused,
    /// It stays kept: who signs in again goes on with it.
    SignedOut,
}

/// Asks until it is known what became of it; the key makes beginning again safe.
async fn follow(
    backend: &Backend,
    kept: &Kept,
    show: &Callback<PaymentView>,
    fail: &Callback<Option<Failure>>,
    act: &Callback<SaleAction>,
) -> End {
    let mut known = None;
    loop {
        let answer = match known {
            None => backend.begin_payment(&kept.request, &kept.key).await,
            Some(payment) => backend.payment(payment).await,
        };
        match answer {
            Ok(view) => {
                fail.emit(None);
                known = Some(view.payment);
                show.emit(view.clone());
                let over = !matches!(view.state, State::Begun | State::Pending | State::Unknown);
                if over {
                    browser::forget(KEPT);
                }
                match (view.state, view.receipt) {
                    (State::Applied, Some(no)) => {
                        if let Ok(receipt) = backend.receipt(view.book, no).await {
                            act.emit(SaleAction::Paid(Box::new(receipt)));
                            return End::Known;
                        }
                    }
                    _ if over => return End::Known,
                    _ => {}
                }
            }
            Err(why) if why.is_signed_out() => return End::SignedOut,
            Err(why) => {
                let ends = why.is_final();
                fail.emit(Some(why));
                if ends {
                    browser::forget(KEPT);
                    return End::Refused;
                }
            }
        }
        gloo_timers::future::sleep(BEAT).await;
    }
}
