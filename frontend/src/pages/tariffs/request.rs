//! Asks a second person to publish: from when, and why.

use shared::api::tariff::PublicationOrder;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backend::Failure;
use crate::components::dialog::Dialog;
use crate::components::notice::FailureNotice;
use crate::hooks::{use_backend, use_tariff_texts, use_texts};
use crate::i18n::fill;
use crate::route::Route;

#[derive(PartialEq, Properties)]
pub struct RequestDialogProps {
    pub text: String,
    pub name: String,
    /// Proposed start.
    pub from: String,
    pub on_close: Callback<()>,
}

#[component]
pub fn RequestDialog(props: &RequestDialogProps) -> Html {
    let (texts, common, backend) = (use_tariff_texts(), use_texts(), use_backend());
    let navigator = use_navigator().expect("pages are inside the router");
    let failure = use_state_eq(|| None::<Failure>);
    let busy = use_state_eq(|| false);
    let (from, reason) = (use_node_ref(), use_node_ref());
    let missing = use_state_eq(|| false);
    let submit = {
        let (from, reason, missing) = (from.clone(), reason.clone(), missing.clone());
        let (failure, busy, text) = (failure.clone(), busy.clone(), props.text.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let typed = |node: &NodeRef| node.cast::<HtmlInputElement>().map(|field| field.value());
            let why = reason.cast::<HtmlTextAreaElement>().map(|field| field.value());
            let order = PublicationOrder {
                from: typed(&from).unwrap_or_default(),
                reason: why.unwrap_or_default().trim().to_owned(),
            };
            missing.set(order.reason.is_empty());
            if order.reason.is_empty() || *busy {
                return;
            }
            busy.set(true);
            let (backend, navigator, text) = (backend.clone(), navigator.clone(), text.clone());
            let (failure, busy) = (failure.clone(), busy.clone());
            spawn_local(async move {
                let draft = match backend.add_draft(&text).await {
                    Ok(draft) => draft.id,
                    Err(refused) => {
                        failure.set(Some(refused));
                        busy.set(false);
                        return;
                    }
                };
                match backend.request_publication(draft, &order).await {
                    Ok(_) => navigator.push(&Route::Tariffs),
                    Err(refused) => {
                        // The draft was only made for this request.
                        drop(backend.remove_draft(draft).await);
                        failure.set(Some(refused));
                        busy.set(false);
                    }
                }
            });
        })
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    let title = fill(texts.tariffs.request_title, &[&props.name]);
    html! {
        <Dialog label={title.clone()} class="modal" on_close={props.on_close.clone()}>
            <form class="reason-form" onsubmit={submit}>
                <h2>{ title }</h2>
                <p class="soft">{ texts.tariffs.request_lead }</p>
                <label class="field"><span>{ texts.tariffs.from }</span><input ref={from} type="date" required=true value={props.from.clone()} /></label>
                <label class="field"><span>{ common.common.reason }</span>
                    <textarea ref={reason} name="reason" placeholder={texts.tariffs.reason_hint} maxlength="200" aria-invalid={missing.to_string()} autofocus={true} />
                    if *missing { <small class="field-error" role="alert">{ common.meter.reason_needed }</small> }
                </label>
                if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                <div class="dialog-actions">
                    <button type="button" class="button" onclick={close}>{ common.common.cancel }</button>
                    <button class="button primary" disabled={*busy}>{ texts.tariffs.request_send }</button>
                </div>
            </form>
        </Dialog>
    }
}
