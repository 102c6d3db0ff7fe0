//! The password once more, before something weighty: the request that needed it goes on after.

use std::cell::RefCell;
use std::rc::Rc;

use shared::api::session::PasswordAgain;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use super::dialog::Dialog;
use super::notice::FailureNotice;
use crate::backend::{Failure, Waiting, ask_by};
use crate::hooks::{use_backend, use_seat, use_texts};

/// Beside every page; shows itself when a request needs it.
#[component]
pub fn AskPasswordAgain() -> Html {
    let open = use_state_eq(|| false);
    let waiting = use_mut_ref(Vec::<Waiting>::new);
    {
        let (open, waiting) = (open.clone(), waiting.clone());
        use_effect_with((), move |()| {
            ask_by(Some(Callback::from(move |request| {
                waiting.borrow_mut().push(request);
                open.set(true);
            })));
            || ask_by(None)
        });
    }
    let told = {
        let open = open.clone();
        Callback::from(move |given: bool| {
            open.set(false);
            tell(&waiting, given);
        })
    };
    if *open {
        html! { <Form on_told={told} /> }
    } else {
        Html::default()
    }
}

fn tell(waiting: &Rc<RefCell<Vec<Waiting>>>, given: bool) {
    for request in waiting.take() {
        request.told(given);
    }
}

#[derive(PartialEq, Properties)]
struct FormProps {
    /// Was it given?
    on_told: Callback<bool>,
}

#[component]
fn Form(props: &FormProps) -> Html {
    let (backend, seat, texts) = (use_backend(), use_seat(), use_texts());
    let field = use_node_ref();
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let submit = {
        let (field, busy, failure) = (field.clone(), busy.clone(), failure.clone());
        let told = props.on_told.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = field.cast::<HtmlInputElement>() else { return };
            let again = PasswordAgain { password: input.value() };
            let (backend, busy, failure, told) =
                (backend.clone(), busy.clone(), failure.clone(), told.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = backend.confirm(&again).await;
                busy.set(false);
                match answer {
                    Ok(()) => told.emit(true),
                    Err(refused) => {
                        input.set_value("");
                        failure.set(Some(refused));
                    }
                }
            });
        })
    };
    let cancel = props.on_told.reform(|()| false);
    let on_cancel = cancel.reform(|_: MouseEvent| ());
    html! {
        <Dialog label={texts.access.password_again} class="modal" on_close={cancel}>
            <form class="reason-form" onsubmit={submit}>
                <h2>{ texts.access.password_again }</h2>
                <p class="soft">{ texts.access.password_again_lead }</p>
                // Password managers want to know whose it is.
                <input class="sr" type="text" autocomplete="username" value={seat.person.name.clone()} readonly={true} tabindex="-1" aria-hidden="true" />
                <label class="field"><span>{ texts.access.password }</span>
                    <input ref={field} name="password-again" type="password" autocomplete="current-password" autofocus={true} required={true} />
                </label>
                if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                <div class="dialog-actions">
                    <button type="button" class="button" onclick={on_cancel}>{ texts.common.cancel }</button>
                    <button class="button primary" disabled={*busy}>{ texts.access.go_on }</button>
                </div>
            </form>
        </Dialog>
    }
}
