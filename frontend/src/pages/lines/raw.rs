//! A function of the vendor's own, byte by byte.

use shared::api::line::{RawAnswer, RawOrder};
use shared::id::LineId;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::backend::Failure;
use crate::components::notice::FailureNotice;
use crate::hooks::{use_backend, use_lang, use_line_texts};
use crate::i18n;

#[derive(PartialEq, Properties)]
pub struct RawProps {
    pub line: LineId,
}

#[component]
pub fn Raw(props: &RawProps) -> Html {
    let (lang, texts, backend) = (use_lang(), use_line_texts(), use_backend());
    let (unit, bytes) = (use_node_ref(), use_node_ref());
    let answer = use_state_eq(|| None::<Result<RawAnswer, Failure>>);
    let words = &texts.lines;
    let send = {
        let (unit, bytes, answer, line) = (unit.clone(), bytes.clone(), answer.clone(), props.line);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let typed = |node: &NodeRef| {
                node.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
            };
            let order = RawOrder {
                unit: typed(&unit).trim().parse().unwrap_or_default(),
                bytes: typed(&bytes),
            };
            let (backend, answer) = (backend.clone(), answer.clone());
            spawn_local(async move { answer.set(Some(backend.send_raw(line, &order).await)) });
        })
    };
    html! {
        <details class="card pad">
            <summary>{ words.raw }</summary>
            <p class="quiet">{ words.raw_lead }</p>
            <form class="raw-form" onsubmit={send}>
                <label class="field"><span>{ words.unit }</span><input ref={unit} name="raw-unit" type="number" min="1" max="255" required=true /></label>
                <label class="field"><span>{ words.bytes }</span><input ref={bytes} name="raw-bytes" class="mono" placeholder="28 FE 01 00 02 04 00 00 00 00" required=true /></label>
                <button class="button primary">{ words.send }</button>
            </form>
            <p role="status">
                if let Some(Ok(answer)) = &*answer {
                    { words.answer }{ ": " }
                    if let Some(bytes) = &answer.bytes { <b class="mono">{ bytes }</b> }
                    if let Some(fault) = &answer.fault { { i18n::fault(lang, fault) } }
                }
            </p>
            if let Some(Err(failure)) = &*answer { <FailureNotice failure={failure.clone()} /> }
        </details>
    }
}
