//! "Needs you": what waits for a second person, with everything to judge it by.

use shared::api::adjust::Adjusting;
use shared::api::approval::{Approval, ApprovalState, Fact, Figure, Matter};
use shared::policy::Policy;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::changes::Changes;
use super::held_cuts::HeldCuts;
use super::limits::{self, LimitsCard};
use crate::backend::Failure;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::FailureNotice;
use crate::components::policy_terms::PolicyTerms;
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{use_backend, use_load, use_seat, use_tariff_texts};
use crate::i18n::{TariffTexts, fill};
use crate::store::seat::Seat;

#[derive(PartialEq, Properties)]
pub struct ApprovalsProps {
    pub round: u32,
    /// Only those about tariffs.
    #[prop_or_default]
    pub tariffs: bool,
    pub decided: Callback<()>,
}

/// Everything that waits, of every kind.
#[component]
pub fn ApprovalsPage() -> Html {
    let (seat, texts) = (use_seat(), use_tariff_texts());
    let round = use_state_eq(|| 0_u32);
    let again = {
        let round = round.clone();
        Callback::from(move |()| round.set(*round + 1))
    };
    html! {
        <div class="page tariffs-page">
            <header class="page-head"><h1>{ texts.tariffs.approvals }</h1><p class="quiet">{ texts.tariffs.approvals_lead }</p></header>
            <HeldCuts round={*round} changed={again.clone()} />
            if seat.may(Verb::LookAtRequests) { <Approvals round={*round} decided={again.clone()} /> }
            if seat.may(Verb::LookAtRequests) && !seat.sandbox {
                { for seat.site.books.iter().map(|book| html! { <LimitsCard key={format!("{book:?}")} book={*book} round={*round} asked={again.clone()} /> }) }
            }
        </div>
    }
}

#[component]
pub fn Approvals(props: &ApprovalsProps) -> Html {
    let (texts, backend) = (use_tariff_texts(), use_backend());
    let list = use_load((), props.round, move |()| {
        let backend = backend.clone();
        async move { backend.approvals().await }
    });
    let Some(all) = list.value else { return Html::default() };
    let shown = |approval: &&Approval| !props.tariffs || approval.matter.tariff().is_some();
    let (waiting, done): (Vec<_>, Vec<_>) =
        all.iter().filter(shown).partition(|approval| approval.state == ApprovalState::Waiting);
    let mine = waiting.iter().any(|approval| !approval.own);
    let waiting_none = waiting.is_empty();
    let title = if mine { texts.tariffs.needs_you } else { texts.tariffs.waiting };
    html! {
        <>
            if !waiting.is_empty() {
                <section class={classes!("card", "pad", mine.then_some("needs-you"))}>
                    <h2>{ title }</h2>
                    { for waiting.into_iter().map(|approval| html! { <Waiting key={approval.id} approval={approval.clone()} decided={props.decided.clone()} /> }) }
                </section>
            }
            if waiting_none && !props.tariffs { <section class="card pad quiet">{ texts.tariffs.none_waiting }</section> }
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
    let name = name(approval, texts);
    let action = match &approval.matter {
        Matter::TariffPublish { .. } => texts.tariffs.approve,
        Matter::Reversal { .. } => texts.tariffs.approve_reversal,
        Matter::ReleaseCuts { .. }
        | Matter::CutSupplies { .. }
        | Matter::Unprotect { .. }
        | Matter::Refund { .. }
        | Matter::RaiseLimit { .. }
        | Matter::PolicyPublish { .. }
        | Matter::Adjust { .. } => texts.tariffs.approve_it,
    };
    html! {
        <article class="approval">
            <div class="approval-head">
                <h3>{ &name }{ " " }<span class="quiet">{ detail(approval, &seat, texts) }</span></h3>
                <p class="soft">{ fill(texts.tariffs.asked_by, &[&approval.requested_by, &moment(approval.requested), &moment(approval.expires)]) }</p>
                <p>{ "“" }{ &approval.reason }{ "”" }</p>
            </div>
            if let Matter::TariffPublish { text, .. } = &approval.matter {
                <Changes changes={approval.changes.clone()} />
                <details><summary>{ texts.tariffs.file }</summary><pre class="tariff-text" tabindex="0">{ text }</pre></details>
            }
            if let Matter::PolicyPublish { policy, .. } = &approval.matter {
                <details open=true><summary>{ texts.tariffs.policy_terms }</summary><PolicyTerms policy={Policy::clone(policy)} /></details>
            }
            if !approval.evidence.is_empty() {
                <dl class="pairs">
                    { for approval.evidence.iter().map(|evidence| html! { <><dt>{ fact(evidence.what, texts) }</dt><dd>{ figure(&evidence.is, &seat) }</dd></> }) }
                </dl>
            }
            if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
            if approval.own {
                <p class="quiet">{ texts.tariffs.own_request }</p>
            } else if seat.may(Verb::Approve) {
                <div class="row-actions">
                    <button class="button primary approve" disabled={*busy} onclick={decide.reform(|_: MouseEvent| (true, String::new()))}><Glyph icon={Icon::Check} size=16 />{ action }</button>
                    <button class="button" disabled={*busy} onclick={open(true).reform(|_: MouseEvent| ())}>{ texts.tariffs.refuse }</button>
                </div>
            }
            if *refusing {
                <ReasonDialog title={fill(texts.tariffs.refuse_title, &[&name])} lead={texts.tariffs.refuse_lead} hint={texts.tariffs.refuse_hint}
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
    let (seat, texts) = (use_seat(), use_tariff_texts());
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
            <div class="tariff-name"><b>{ name(approval, texts) }</b></div>
            <span class="soft">{ detail(approval, &seat, texts) }</span>
            <span class="soft">{ what }</span>
        </li>
    }
}

fn name(approval: &Approval, texts: &TariffTexts) -> String {
    match &approval.matter {
        Matter::TariffPublish { name, .. } => name.clone(),
        Matter::Reversal { receipt, as_debt, .. } => {
            let word = if *as_debt { texts.tariffs.debt_of } else { texts.tariffs.reversal_of };
            fill(word, &[&receipt.to_string()])
        }
        Matter::ReleaseCuts { .. } => texts.tariffs.release_cuts.to_owned(),
        Matter::CutSupplies { .. } => texts.tariffs.cut_supplies.to_owned(),
        Matter::Unprotect { .. } => texts.tariffs.unprotect.to_owned(),
        Matter::PolicyPublish { .. } => texts.tariffs.policy_publish.to_owned(),
        Matter::RaiseLimit { raise, .. } => {
            fill(texts.limits.raise_of, &[limits::word(raise.limit, texts)])
        }
        Matter::Refund { account, .. } => fill(texts.tariffs.refund_of, &[&account.to_string()]),
        Matter::Adjust { adjusting, account, .. } => {
            let word = match adjusting {
                Adjusting::FreeCredit => texts.tariffs.free_credit,
                Adjusting::Correction => texts.tariffs.correction,
            };
            fill(word, &[&account.to_string()])
        }
    }
}

/// What stands beside the name.
fn detail(approval: &Approval, seat: &Seat, texts: &TariffTexts) -> String {
    match &approval.matter {
        Matter::TariffPublish { from, .. } => fill(texts.tariffs.begins, &[from]),
        Matter::Reversal { amount, .. }
        | Matter::Refund { amount, .. }
        | Matter::Adjust { amount, .. } => format::money(*amount, seat.currency()),
        Matter::ReleaseCuts { meters, .. } | Matter::CutSupplies { meters, .. } => {
            fill(texts.tariffs.meters_many, &[&meters.len().to_string()])
        }
        Matter::PolicyPublish { from, .. } => match from {
            Some(from) => fill(texts.tariffs.begins, &[&format::full(*from, &seat.zone)]),
            None => texts.tariffs.policy_at_once.to_owned(),
        },
        Matter::RaiseLimit { raise, .. } => limits::detail(raise, seat, texts),
        Matter::Unprotect { meter, .. } => meter.to_string(),
    }
}

fn fact(fact: Fact, texts: &TariffTexts) -> &'static str {
    match fact {
        Fact::Place => texts.tariffs.fact_place,
        Fact::Customer => texts.tariffs.fact_customer,
        Fact::SoldBy => texts.tariffs.fact_sold_by,
        Fact::SoldAt => texts.tariffs.fact_sold_at,
        Fact::CreditBeforeSale => texts.tariffs.fact_before,
        Fact::CreditAfterSale => texts.tariffs.fact_after,
        Fact::Rooms => texts.tariffs.fact_rooms,
        Fact::CreditNow => texts.tariffs.fact_credit_now,
        Fact::LimitNow => texts.limits.now,
    }
}

fn figure(figure: &Figure, seat: &Seat) -> String {
    match figure {
        Figure::Text(text) => text.clone(),
        Figure::Money(amount) => format::money(*amount, seat.currency()),
        Figure::Count(count) => count.to_string(),
        Figure::At(at) => format::full(*at, &seat.zone),
    }
}
