//! Asks a second person that other terms hold: from when, and why.

use shared::api::policy::PolicyOrder;
use shared::id::Book;
use shared::policy::Scope;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::backend::Failure;
use crate::components::dialog::Dialog;
use crate::components::notice::FailureNotice;
use crate::hooks::{use_backend, use_policy_texts, use_seat, use_texts};
use crate::i18n::fill;

#[derive(PartialEq, Properties)]
pub(super) struct AskingProps {
    pub(super) book: Book,
    pub(super) scope: Scope,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) on_close: Callback<()>,
    pub(super) on_asked: Callback<()>,
}

#[component]
pub(super) fn Asking(props: &AskingProps) -> Html {
    let (seat, common, backend) = (use_seat(), use_texts(), use_backend());
    let texts = &use_policy_texts().policies;
    let failure = use_state_eq(|| None::<Failure>);
    let busy = use_state_eq(|| false);
    let missing = use_state_eq(|| false);
    let (from, reason) = (use_node_ref(), use_node_ref());
    let submit = {
        let (from, reason, missing) = (from.clone(), reason.clone(), missing.clone());
        let (failure, busy, seat) = (failure.clone(), busy.clone(), seat.clone());
        let (book, scope, text) = (props.book, props.scope.clone(), props.text.clone());
        let asked = props.on_asked.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let when = from.cast::<HtmlInputElement>().map(|field| field.value());
            let when = when.and_then(|when| when.parse().ok()).map(|when| seat.zone.at(when));
            let why = reason.cast::<HtmlTextAreaElement>().map(|field| field.value());
            let why = why.unwrap_or_default().trim().to_owned();
            missing.set(why.is_empty());
            if why.is_empty() || *busy {
                return;
            }
            let (scope, text) = (scope.clone(), Some(text.clone()));
            let order = PolicyOrder { book, scope, from: when, policy: None, text, reason: why };
            let (backend, failure, busy) = (backend.clone(), failure.clone(), busy.clone());
            let asked = asked.clone();
            busy.set(true);
            spawn_local(async move {
                match backend.ask_policy(&order).await {
                    Ok(_waits) => asked.emit(()),
                    Err(refused) => {
                        failure.set(Some(refused));
                        busy.set(false);
                    }
                }
            });
        })
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    let title = fill(texts.ask_title, &[&props.name]);
    html! {
        <Dialog label={title.clone()} class="modal" on_close={props.on_close.clone()}>
            <form class="reason-form" onsubmit={submit}>
                <h2>{ title }</h2>
                <p class="soft">{ texts.ask_lead }</p>
                <label class="field"><span>{ texts.ask_from }</span><input ref={from} name="from" type="datetime-local" /></label>
                <label class="field"><span>{ common.common.reason }</span>
                    <textarea ref={reason} name="reason" placeholder={texts.ask_reason} maxlength="200" aria-invalid={missing.to_string()} autofocus={true} />
                    if *missing { <small class="field-error" role="alert">{ common.meter.reason_needed }</small> }
                </label>
                if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                <div class="dialog-actions">
                    <button type="button" class="button" onclick={close}>{ common.common.cancel }</button>
                    <button class="button primary" disabled={*busy}>{ texts.ask_send }</button>
                </div>
            </form>
        </Dialog>
    }
}
