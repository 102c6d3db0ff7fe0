//! Asks why before something is done that cannot be taken back quietly.

use web_sys::{HtmlTextAreaElement, SubmitEvent};
use yew::prelude::*;

use super::dialog::Dialog;
use super::notice::FailureNotice;
use crate::backend::Failure;
use crate::hooks::use_texts;

#[derive(PartialEq, Properties)]
pub struct ReasonDialogProps {
    pub title: AttrValue,
    pub lead: AttrValue,
    pub hint: AttrValue,
    /// What the button says.
    pub action: AttrValue,
    #[prop_or_default]
    pub danger: bool,
    pub busy: bool,
    pub failure: Option<Failure>,
    /// Another way that the failure leaves: what its button says, and what it does with the reason.
    #[prop_or_default]
    pub instead: Option<(AttrValue, Callback<String>)>,
    pub on_close: Callback<()>,
    /// Never empty.
    pub on_reason: Callback<String>,
}

#[component]
pub fn ReasonDialog(props: &ReasonDialogProps) -> Html {
    let texts = use_texts();
    let field = use_node_ref();
    let missing = use_state_eq(|| false);
    let with_reason = |give: Callback<String>| {
        let (field, missing) = (field.clone(), missing.clone());
        Callback::from(move |()| {
            let reason =
                field.cast::<HtmlTextAreaElement>().map(|field| field.value()).unwrap_or_default();
            let reason = reason.trim().to_owned();
            missing.set(reason.is_empty());
            if !reason.is_empty() {
                give.emit(reason);
            }
        })
    };
    let submit = with_reason(props.on_reason.clone()).reform(|event: SubmitEvent| {
        event.prevent_default();
    });
    let close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <Dialog label={props.title.clone()} class="modal" on_close={props.on_close.clone()}>
            <form class="reason-form" onsubmit={submit}>
                <h2>{ &props.title }</h2>
                <p class="soft">{ &props.lead }</p>
                <label class="field"><span>{ texts.common.reason }</span>
                    <textarea ref={field.clone()} placeholder={&props.hint} maxlength="200" aria-invalid={missing.to_string()} autofocus={true} />
                    if *missing { <small class="field-error" role="alert">{ texts.meter.reason_needed }</small> }
                </label>
                if let Some(failure) = &props.failure { <FailureNotice failure={failure.clone()} /> }
                <div class="dialog-actions">
                    if let Some((word, give)) = &props.instead {
                        <button type="button" class="button" disabled={props.busy} onclick={with_reason(give.clone()).reform(|_: MouseEvent| ())}>{ word }</button>
                    }
                    <button type="button" class="button" onclick={close}>{ texts.common.cancel }</button>
                    <button class={classes!("button", "primary", props.danger.then_some("danger"))} disabled={props.busy}>{ &props.action }</button>
                </div>
            </form>
        </Dialog>
    }
}
