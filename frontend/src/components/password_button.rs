//! Who is signed in, as a button: opens the change of one's own password.

use shared::api::session::PasswordChange;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use super::dialog::Dialog;
use super::notice::FailureNotice;
use crate::backend::Failure;
use crate::browser;
use crate::hooks::{use_backend, use_lang, use_seat, use_texts};
use crate::i18n;

#[component]
pub fn PersonButton() -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let open = use_state_eq(|| false);
    let show = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(true))
    };
    let hide = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let face = html! {
        <>
            <i aria-hidden="true">{ seat.person.name.chars().next().map(String::from).unwrap_or_default() }</i>
            <span><b>{ &seat.person.name }</b><small>{ i18n::role(lang, seat.person.role) }</small></span>
        </>
    };
    // The sandbox has one person and no password.
    if browser::in_sandbox() {
        return html! { <span class="person">{ face }</span> };
    }
    html! {
        <>
            <button class="person" onclick={show} title={texts.access.change_password}>
                { face }<em class="sr">{ texts.access.change_password }</em>
            </button>
            if *open { <PasswordDialog on_close={hide} /> }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct PasswordProps {
    on_close: Callback<()>,
}

#[component]
fn PasswordDialog(props: &PasswordProps) -> Html {
    let (backend, texts) = (use_backend(), use_texts());
    let (old, new) = (use_node_ref(), use_node_ref());
    let busy = use_state_eq(|| false);
    let changed = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let submit = {
        let (old, new) = (old.clone(), new.clone());
        let (busy, changed, failure) = (busy.clone(), changed.clone(), failure.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = |node: &NodeRef| {
                node.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
            };
            let change = PasswordChange { old: value(&old), new: value(&new) };
            let (backend, busy, changed, failure) =
                (backend.clone(), busy.clone(), changed.clone(), failure.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = backend.change_password(&change).await;
                changed.set(answer.is_ok());
                failure.set(answer.err());
                busy.set(false);
            });
        })
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <Dialog label={texts.access.change_password} class="modal" on_close={props.on_close.clone()}>
            if *changed {
                <div class="reason-form">
                    <h2>{ texts.access.change_password }</h2>
                    <p role="status">{ texts.access.password_changed }</p>
                    <div class="dialog-actions">
                        <button class="button primary" onclick={close} autofocus={true}>{ texts.access.done }</button>
                    </div>
                </div>
            } else {
                <form class="reason-form" onsubmit={submit}>
                    <h2>{ texts.access.change_password }</h2>
                    <p class="soft">{ texts.access.change_password_lead }{ " " }<a href="/people">{ texts.access.my_sessions }</a></p>
                    <label class="field"><span>{ texts.access.old_password }</span>
                        <input ref={old} type="password" autocomplete="current-password" autofocus={true} required={true} />
                    </label>
                    <label class="field"><span>{ texts.access.new_password }</span>
                        <input ref={new} type="password" autocomplete="new-password" minlength="8" required={true} />
                        <small class="quiet">{ texts.access.password_hint }</small>
                    </label>
                    if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                    <div class="dialog-actions">
                        <button type="button" class="button" onclick={close}>{ texts.common.cancel }</button>
                        <button class="button primary" disabled={*busy}>{ texts.access.change_password }</button>
                    </div>
                </form>
            }
        </Dialog>
    }
}
