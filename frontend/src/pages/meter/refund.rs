//! Gives unused credit back in cash, or asks a second person where it is more than one may give.

use shared::api::refund::RefundOrder;
use shared::id::AccountId;
use shared::money::Money;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backend::Failure;
use crate::browser;
use crate::components::dialog::Dialog;
use crate::components::notice::FailureNotice;
use crate::hooks::{use_account_texts, use_backend, use_seat, use_texts};
use crate::route::Route;
use crate::store::outbox;

#[derive(PartialEq, Properties)]
pub struct RefundProps {
    pub account: AccountId,
}

#[component]
pub fn Refund(props: &RefundProps) -> Html {
    let (seat, texts, own, backend) = (use_seat(), use_texts(), use_account_texts(), use_backend());
    let navigator = use_navigator().expect("pages are inside the router");
    let open = use_state_eq(|| false);
    let asked = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let bad = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let (amount, reason) = (use_node_ref(), use_node_ref());
    // One key for one decision: a second click on the same dialog is the same refund.
    let key = use_memo((props.account, *open), |_| outbox::key_from(browser::random()));
    if !seat.may(Verb::ReverseOwn) || seat.sandbox {
        return html! {};
    }
    let show = |to: bool| {
        let (open, failure, bad) = (open.clone(), failure.clone(), bad.clone());
        Callback::from(move |()| {
            open.set(to);
            failure.set(None);
            bad.set(false);
        })
    };
    let submit = {
        let (amount, reason, key) = (amount.clone(), reason.clone(), key.clone());
        let (asked, busy, bad, failure) =
            (asked.clone(), busy.clone(), bad.clone(), failure.clone());
        let (close, account, currency) = (show(false), props.account, seat.currency());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let text = |field: &NodeRef| {
                field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
            };
            let amount = Money::parse(text(&amount).trim(), currency).ok();
            let reason = text(&reason).trim().to_owned();
            let Some(amount) = amount.filter(|_| !reason.is_empty()) else {
                bad.set(true);
                return;
            };
            let order = RefundOrder { amount, reason };
            let (backend, busy, failure) = (backend.clone(), busy.clone(), failure.clone());
            let (asked, close, key) = (asked.clone(), close.clone(), key.clone());
            let navigator = navigator.clone();
            busy.set(true);
            spawn_local(async move {
                let refused = match backend.refund(account, &order, &key).await {
                    Ok(slip) => {
                        navigator.push(&Route::receipt(slip.book, slip.no.0));
                        None
                    }
                    Err(refused) if refused.is("second-person") => {
                        let waits = backend.ask_refund(account, &order).await;
                        asked.set(waits.is_ok());
                        waits.err()
                    }
                    Err(refused) => Some(refused),
                };
                busy.set(false);
                match refused {
                    Some(refused) => failure.set(Some(refused)),
                    None => close.emit(()),
                }
            });
        })
    };
    let words = &own.refund;
    html! {
        <>
            <p class="row-actions"><button type="button" class="button refund" onclick={show(true).reform(|_: MouseEvent| ())}>{ words.open }</button>
                if *asked { <span role="status">{ words.asked }</span> }</p>
            if *open {
                <Dialog label={words.open} class="modal" on_close={show(false)}>
                    <form class="reason-form" onsubmit={submit}>
                        <h2>{ words.open }</h2>
                        <p class="soft">{ words.lead }</p>
                        <label class="field"><span>{ words.amount }</span><input ref={amount} name="amount" type="text" inputmode="decimal" autocomplete="off" required=true /></label>
                        <label class="field"><span>{ texts.common.reason }</span><input ref={reason} name="reason" type="text" maxlength="200" placeholder={words.reason_hint} required=true /></label>
                        if *bad { <p class="field-error" role="alert">{ words.bad }</p> }
                        if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                        <div class="dialog-actions">
                            <button type="button" class="button" onclick={show(false).reform(|_: MouseEvent| ())}>{ texts.common.cancel }</button>
                            <button class="button primary danger" disabled={*busy}>{ words.pay }</button>
                        </div>
                    </form>
                </Dialog>
            }
        </>
    }
}
