//! "Needs you": what waits for a second person, with everything to judge it by.

use shared::api::tariff::{Approval, ApprovalState};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::changes::Changes;
use crate::backend::Failure;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::FailureNotice;
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{use_backend, use_load, use_seat, use_tariff_texts};
use crate::i18n::fill;

#[derive(PartialEq, Properties)]
pub struct ApprovalsProps {
    pub round: u32,
    pub decided: Callback<()>,
}

#[component]
pub fn Approvals(props: &ApprovalsProps) -> Html {
    let (texts, backend) = (use_tariff_texts(), use_backend());
    let list = use_load((), props.round, move |()| {
        let backend = backend.clone();
        async move { backend.approvals().await }
    });
    let Some(list) = list.value else { return Html::default() };
    let (waiting, done): (Vec<_>, Vec<_>) =
        list.iter().partition(|approval| approval.state == ApprovalState::Waiting);
    let mine = waiting.iter().any(|approval| !approval.own);
    let title = if mine { texts.tariffs.needs_you } else { texts.tariffs.waiting };
    html! {
        <>
            if !waiting.is_empty() {
                <section class={classes!("card", "pad", mine.then_some("needs-you"))}>
                    <h2>{ title }</h2>
                    { for waiting.into_iter().map(|approval| html! { <Waiting key={approval.id} approval={approval.clone()} decided={props.decided.clone()} /> }) }
                </section>
            }
            if !done.is_empty() {
                <details class="card pad"><summary>{ texts.tariffs.decided }</summary><ul class="tariff-list">
                    { for done.into_iter().take(20).map(|approval| html! { <Done key={approval.id} approval={approval.clone()} /> }) }
                </ul></details>
            }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct WaitingProps {
    approval: Approval,
    decided: Callback<()>,
}

#[component]
fn Waiting(props: &WaitingProps) -> Html {
    let (seat, texts, backend) = (use_seat(), use_tariff_texts(), use_backend());
    let failure = use_state_eq(|| None::<Failure>);
    let refusing = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let approval = &props.approval;
    let decide = {
        let (failure, busy, decided) = (failure.clone(), busy.clone(), props.decided.clone());
        let id = approval.id;
        Callback::from(move |(approve, note): (bool, String)| {
            busy.set(true);
            let (backend, failure) = (backend.clone(), failure.clone());
            let (busy, decided) = (busy.clone(), decided.clone());
            spawn_local(async move {
                match backend.decide(id, approve, &note).await {
                    Ok(_) => decided.emit(()),
                    Err(refused) => failure.set(Some(refused)),
                }
                busy.set(false);
            });
        })
    };
    let open = |to: bool| {
        let refusing = refusing.clone();
        Callback::from(move |()| refusing.set(to))
    };
    let moment = |at| format::full(at, &seat.zone);
    html! {
        <article class="approval">
            <div class="approval-head">
                <h3>{ &approval.name }{ " " }<span class="quiet">{ fill(texts.tariffs.begins, &[&approval.from]) }</span></h3>
                <p class="soft">{ fill(texts.tariffs.asked_by, &[&approval.requested_by, &moment(approval.requested), &moment(approval.expires)]) }</p>
                <p>{ "“" }{ &approval.reason }{ "”" }</p>
            </div>
            <Changes changes={approval.changes.clone()} />
            <details><summary>{ texts.tariffs.file }</summary><pre class="tariff-text" tabindex="0">{ &approval.text }</pre></details>
            if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
            if approval.own {
                <p class="quiet">{ texts.tariffs.own_request }</p>
            } else {
                <div class="row-actions">
                    <button class="button primary approve" disabled={*busy} onclick={decide.reform(|_: MouseEvent| (true, String::new()))}><Glyph icon={Icon::Check} size=16 />{ texts.tariffs.approve }</button>
                    <button class="button" disabled={*busy} onclick={open(true).reform(|_: MouseEvent| ())}>{ texts.tariffs.refuse }</button>
                </div>
            }
            if *refusing {
                <ReasonDialog title={fill(texts.tariffs.refuse_title, &[&approval.name])} lead={texts.tariffs.refuse_lead} hint={texts.tariffs.refuse_hint}
                    action={texts.tariffs.refuse} danger={true} busy={*busy} failure={(*failure).clone()}
                    on_close={open(false)} on_reason={decide.reform(|reason: String| (false, reason))} />
            }
        </article>
    }
}

#[derive(PartialEq, Properties)]
struct DoneProps {
    approval: Approval,
}

#[component]
fn Done(props: &DoneProps) -> Html {
    let texts = use_tariff_texts();
    let approval = &props.approval;
    let who = approval.decided_by.clone().unwrap_or_default();
    let what = match approval.state {
        ApprovalState::Approved => fill(texts.tariffs.approved, &[&who]),
        ApprovalState::Refused => fill(texts.tariffs.refused_by, &[&who, &approval.note]),
        ApprovalState::Expired => texts.tariffs.expired.to_owned(),
        ApprovalState::Waiting => texts.tariffs.waiting.to_owned(),
    };
    html! {
        <li class="tariff-row">
            <div class="tariff-name"><b>{ &approval.name }</b><span class="quiet mono">{ &approval.tariff.0 }</span></div>
            <span class="soft">{ fill(texts.tariffs.begins, &[&approval.from]) }</span>
            <span class="soft">{ what }</span>
        </li>
    }
}
