//! The very first page of a new site: the one-time code makes the first administrator.

use shared::api::session::{Setup, SignIn};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use super::sign_in::AccessPage;
use crate::backend::Failure;
use crate::components::notice::FailureNotice;
use crate::hooks::{use_backend, use_texts};

#[derive(PartialEq, Properties)]
pub struct SetUpProps {
    pub entered: Callback<()>,
}

#[component]
pub fn SetUp(props: &SetUpProps) -> Html {
    let (backend, texts) = (use_backend(), use_texts());
    let (code, name, password) = (use_node_ref(), use_node_ref(), use_node_ref());
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let submit = {
        let (code, name, password) = (code.clone(), name.clone(), password.clone());
        let (busy, failure, entered) = (busy.clone(), failure.clone(), props.entered.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = |node: &NodeRef| {
                node.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
            };
            let setup = Setup {
                code: value(&code).trim().to_owned(),
                name: value(&name).trim().to_owned(),
                password: value(&password),
            };
            let (backend, busy, failure, entered) =
                (backend.clone(), busy.clone(), failure.clone(), entered.clone());
            busy.set(true);
            spawn_local(async move {
                match backend.set_up(&setup).await {
                    // Where setting up does not sign in by itself, the same words do.
                    Ok(()) => {
                        drop(
                            backend
                                .sign_in(&SignIn { name: setup.name, password: setup.password })
                                .await,
                        );
                        entered.emit(());
                    }
                    Err(refused) => failure.set(Some(refused)),
                }
                busy.set(false);
            });
        })
    };
    html! {
        <AccessPage>
            <form onsubmit={submit} class="access-form">
                <h1>{ texts.access.set_up }</h1>
                <p class="soft">{ texts.access.set_up_lead }</p>
                <label class="field"><span>{ texts.access.code }</span>
                    <input ref={code} type="text" class="mono" autocomplete="one-time-code" autocapitalize="off" spellcheck="false" autofocus={true} required={true} />
                </label>
                <label class="field"><span>{ texts.access.your_name }</span>
                    <input ref={name} type="text" autocomplete="username" required={true} />
                </label>
                <label class="field"><span>{ texts.access.new_password }</span>
                    <input ref={password} type="password" autocomplete="new-password" minlength="8" required={true} />
                    <small class="quiet">{ texts.access.password_hint }</small>
                </label>
                if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                <button class="button primary large wide" disabled={*busy}>{ if *busy { texts.access.creating } else { texts.access.create } }</button>
            </form>
        </AccessPage>
    }
}
