//! Mobile payments that are open: asked about by themselves, or waiting for somebody. A part of the
//! work list.

use shared::api::payment::{PaymentReason, PaymentView, State};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::backend::Failure;
use crate::browser;
use crate::components::badge::BookMark;
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_load, use_payment_texts, use_seat};
use crate::i18n;
use crate::store::outbox;

#[component]
pub fn OpenPayments() -> Html {
    let (seat, lang, texts, backend) = (use_seat(), use_lang(), use_payment_texts(), use_backend());
    let again = use_state_eq(|| 0_u32);
    let asking = use_state_eq(|| None::<(PaymentView, &'static str)>);
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let has_provider = !seat.site.providers.is_empty();
    let loaded = use_load((), *again, {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { if has_provider { backend.open_payments().await } else { Ok(Vec::new()) } }
        }
    });
    let rows = loaded.value.clone().unwrap_or_default();
    if rows.is_empty() {
        return html! {};
    }
    let query = |view: &PaymentView| {
        let (backend, again, payment) = (backend.clone(), again.clone(), view.payment);
        Callback::from(move |_: MouseEvent| {
            let (backend, again) = (backend.clone(), again.clone());
            spawn_local(async move {
                // What it brings is shown by the list itself.
                drop(backend.order_payment(payment, "query").await);
                again.set(*again + 1);
            });
        })
    };
    let ask = |view: &PaymentView, what: &'static str, word: &'static str| {
        let (asking, view) = (asking.clone(), view.clone());
        html! { <button type="button" class="button" onclick={move |_| asking.set(Some((view.clone(), what)))}>{ word }</button> }
    };
    let close = {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |()| {
            asking.set(None);
            failure.set(None);
        })
    };
    let give = {
        let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
        let (backend, again, close) = (backend.clone(), again.clone(), close.clone());
        Callback::from(move |reason: String| {
            let Some((view, what)) = (*asking).clone() else { return };
            let (busy, failure, again) = (busy.clone(), failure.clone(), again.clone());
            let (backend, close) = (backend.clone(), close.clone());
            let key = outbox::key_from(browser::random());
            busy.set(true);
            spawn_local(async move {
                let reason = PaymentReason { reason };
                let decided = backend.decide_payment(view.payment, what, &reason, &key).await;
                busy.set(false);
                match decided {
                    Ok(_) => {
                        again.set(*again + 1);
                        close.emit(());
                    }
                    Err(why) => failure.set(Some(why)),
                }
            });
        })
    };
    let row = |view: &PaymentView| {
        let decides = matches!(view.state, State::Confirmed | State::RefundRefused);
        let amount = view.paid.unwrap_or(view.amount);
        html! {
            <li key={view.payment.0} class="card pay-row">
                <b>{ format::money(amount, seat.currency()) }</b>
                <span>{ &view.place }</span><BookMark book={view.book} />
                <span class="soft">{ i18n::payment_state(lang, view.state) }</span>
                <small class="mono">{ view.transaction.clone().unwrap_or_default() }</small>
                <small class="quiet">{ &view.note }</small><span class="spring" />
                if decides && seat.may_judge() {
                    { ask(view, "refund", texts.list.refund) }{ ask(view, "credit", texts.list.credit) }
                }
                if !decides && seat.may_sell() { <button type="button" class="button" onclick={query(view)}>{ texts.list.query }</button> }
            </li>
        }
    };
    let lead = |what: &str| {
        if what == "refund" { texts.list.refund_lead } else { texts.list.credit_lead }
    };
    let action = |what: &str| if what == "refund" { texts.list.refund } else { texts.list.credit };
    html! {
        <section>
            <h2>{ texts.list.title }</h2><p class="quiet">{ texts.list.lead }</p>
            <ul class="pay-list">{ for rows.iter().map(row) }</ul>
            if let Some((_, what)) = (*asking).clone() {
                <ReasonDialog title={action(what)} lead={lead(what)} hint={texts.list.hint} action={action(what)}
                    busy={*busy} failure={(*failure).clone()} on_close={close} on_reason={give} />
            }
        </section>
    }
}
