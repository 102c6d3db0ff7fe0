//! A reading that waits for a judgement, and the two that are possible.

use shared::api::meter::{HeldReading, HoldJudgement};
use shared::id::MeterId;
use shared::site::HoldResolution;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::backend::Failure;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_leave, use_seat, use_texts};
use crate::i18n::{self, fill};
use crate::store::outbox;

#[derive(PartialEq, Properties)]
pub struct HeldProps {
    pub meter: MeterId,
    pub held: HeldReading,
    pub judged: Callback<()>,
}

#[component]
pub fn HeldNotice(props: &HeldProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let asking = use_state_eq(|| None::<HoldResolution>);
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let held = &props.held;
    let close = {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |()| {
            asking.set(None);
            failure.set(None);
        })
    };
    let give = {
        let (meter, judged, close) = (props.meter, props.judged.clone(), close.clone());
        let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
        Callback::from(move |note: String| {
            let Some(resolution) = *asking else { return };
            let (backend, leave, judged, close) =
                (backend.clone(), leave.clone(), judged.clone(), close.clone());
            let (busy, failure) = (busy.clone(), failure.clone());
            let key = outbox::key_from(browser::random());
            busy.set(true);
            spawn_local(async move {
                let answer = backend.judge(meter, &HoldJudgement { resolution, note }, &key).await;
                busy.set(false);
                match answer {
                    Ok(()) => {
                        close.emit(());
                        judged.emit(());
                    }
                    Err(refused) => {
                        if refused.is_signed_out() {
                            leave.emit(());
                        }
                        failure.set(Some(refused));
                    }
                }
            });
        })
    };
    let ask = |resolution: HoldResolution, name: &'static str| {
        let asking = asking.clone();
        html! { <button class="button" onclick={move |_| asking.set(Some(resolution))}>{ name }</button> }
    };
    html! {
        <div class="notice warn meter-held" role="alert">
            <Glyph icon={Icon::Warning} size=20 />
            <div>
                <p><b>{ i18n::alarm(lang, held.kind) }</b>{ " · " }{ fill(texts.meter.held, &[&format::register(held.register), &format::register(held.last_accepted)]) }</p>
                <p>{ texts.meter.held_hint }</p>
            </div>
            if seat.may_judge() {
                { ask(HoldResolution::BillDifference, texts.meter.bill_difference) }
                { ask(HoldResolution::NewStart, texts.meter.new_start) }
            }
            if let Some(resolution) = *asking {
                { {
                    let (word, lead) = match resolution {
                        HoldResolution::BillDifference => (texts.meter.bill_difference, texts.meter.bill_lead),
                        HoldResolution::NewStart => (texts.meter.new_start, texts.meter.new_start_lead),
                    };
                    html! {
                        <ReasonDialog title={word} {lead} hint={texts.meter.judge_hint} action={word} busy={*busy}
                            failure={(*failure).clone()} on_close={close} on_reason={give} />
                    }
                } }
            }
        </div>
    }
}
