//! A native `<dialog>`: focus stays inside, Escape closes, the page behind is inert.

use web_sys::{HtmlDialogElement, MouseEvent};
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct DialogProps {
    pub label: AttrValue,
    pub on_close: Callback<()>,
    #[prop_or_default]
    pub class: Classes,
    pub children: Html,
}

/// Shown as long as it is rendered.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        let dialog = node.cast::<HtmlDialogElement>();
        if let Some(dialog) = &dialog {
            drop(dialog.show_modal());
        }
        move || {
            if let Some(dialog) = dialog {
                dialog.close();
            }
        }
    });
    let cancelled = {
        let close = props.on_close.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            close.emit(());
        })
    };
    // A click on the backdrop has the dialog itself as its target.
    let outside = {
        let (close, node) = (props.on_close.clone(), node.clone());
        Callback::from(move |event: MouseEvent| {
            let target = event.target_dyn_into::<HtmlDialogElement>();
            if target.is_some() && target == node.cast::<HtmlDialogElement>() {
                close.emit(());
            }
        })
    };
    html! {
        <dialog ref={node} class={props.class.clone()} aria-label={&props.label} oncancel={cancelled} onclick={outside}>
            <div class="dialog-body">{ props.children.clone() }</div>
        </dialog>
    }
}
