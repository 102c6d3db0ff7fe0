//! Asks a second person for free credit or a correction of an account.

use shared::api::adjust::{Adjusting, AdjustmentOrder, Cause};
use shared::id::AccountId;
use shared::money::Money;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement, SubmitEvent};
use yew::prelude::*;

use crate::backend::Failure;
use crate::components::dialog::Dialog;
use crate::components::notice::FailureNotice;
use crate::components::options::options;
use crate::hooks::{use_account_texts, use_backend, use_seat, use_texts};
use crate::i18n::AccountTexts;

pub(super) fn kind(texts: &AccountTexts, adjusting: Adjusting) -> &'static str {
    match adjusting {
        Adjusting::FreeCredit => texts.adjust.free_credit,
        Adjusting::Correction => texts.adjust.correction,
    }
}

pub(super) fn cause(texts: &AccountTexts, cause: Cause) -> &'static str {
    match cause {
        Cause::Goodwill => texts.adjust.goodwill,
        Cause::Outage => texts.adjust.outage,
        Cause::MeterFault => texts.adjust.meter_fault,
        Cause::WrongTariff => texts.adjust.wrong_tariff,
        Cause::WrongAccount => texts.adjust.wrong_account,
        Cause::Other => texts.adjust.other,
    }
}

#[derive(PartialEq, Properties)]
pub struct AdjustProps {
    pub account: AccountId,
}

#[component]
pub fn Adjust(props: &AdjustProps) -> Html {
    let (seat, texts, own, backend) = (use_seat(), use_texts(), use_account_texts(), use_backend());
    let open = use_state_eq(|| false);
    let asked = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let bad = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let (what, why, amount, note) =
        (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    if !seat.may(Verb::Adjust) || seat.sandbox {
        return html! {};
    }
    let show = |to: bool| {
        let (open, failure, bad) = (open.clone(), failure.clone(), bad.clone());
        Callback::from(move |()| {
            open.set(to);
            failure.set(None);
            bad.set(false);
        })
    };
    let submit = {
        let (what, why, amount, note) = (what.clone(), why.clone(), amount.clone(), note.clone());
        let (asked, busy, bad, failure) =
            (asked.clone(), busy.clone(), bad.clone(), failure.clone());
        let (close, account, currency) = (show(false), props.account, seat.currency());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let text = |field: &NodeRef| {
                field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
            };
            let chosen = |field: &NodeRef| {
                let index = field.cast::<HtmlSelectElement>().map(|field| field.selected_index());
                index.and_then(|index| usize::try_from(index).ok()).unwrap_or_default()
            };
            let adjusting =
                if chosen(&what) == 0 { Adjusting::FreeCredit } else { Adjusting::Correction };
            let cause = Cause::ALL.get(chosen(&why)).copied().unwrap_or(Cause::Other);
            let amount = Money::parse(text(&amount).trim(), currency).ok();
            let note = text(&note).trim().to_owned();
            let Some(amount) = amount.filter(|amount| *amount != Money::ZERO && !note.is_empty())
            else {
                bad.set(true);
                return;
            };
            let order = AdjustmentOrder { adjusting, amount, cause, note };
            let (backend, busy, failure) = (backend.clone(), busy.clone(), failure.clone());
            let (asked, close) = (asked.clone(), close.clone());
            busy.set(true);
            spawn_local(async move {
                match backend.ask_adjustment(account, &order).await {
                    Ok(_approval) => {
                        asked.set(true);
                        close.emit(());
                    }
                    Err(refused) => failure.set(Some(refused)),
                }
                busy.set(false);
            });
        })
    };
    let words = &own.adjust;
    html! {
        <>
            <p class="row-actions"><button type="button" class="button adjust" onclick={show(true).reform(|_: MouseEvent| ())}>{ words.open }</button>
                if *asked { <span role="status">{ words.asked }</span> }</p>
            if *open {
                <Dialog label={words.open} class="modal" on_close={show(false)}>
                    <form class="reason-form" onsubmit={submit}>
                        <h2>{ words.open }</h2>
                        <p class="soft">{ words.lead }</p>
                        <label class="field"><span>{ words.kind }</span>
                            <select ref={what} name="kind">{ options([words.free_credit, words.correction].map(|word| (word, word))) }</select></label>
                        <label class="field"><span>{ words.amount }</span><input ref={amount} name="amount" type="text" autocomplete="off" required=true /></label>
                        <label class="field"><span>{ words.cause }</span>
                            <select ref={why} name="cause">{ options(Cause::ALL.iter().map(|one| cause(own, *one)).map(|word| (word, word))) }</select></label>
                        <label class="field"><span>{ words.note }</span><input ref={note} name="note" type="text" maxlength="200" required=true /></label>
                        if *bad { <p class="field-error" role="alert">{ words.bad }</p> }
                        if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                        <div class="dialog-actions">
                            <button type="button" class="button" onclick={show(false).reform(|_: MouseEvent| ())}>{ texts.common.cancel }</button>
                            <button class="button primary" disabled={*busy}>{ words.ask }</button>
                        </div>
                    </form>
                </Dialog>
            }
        </>
    }
}
