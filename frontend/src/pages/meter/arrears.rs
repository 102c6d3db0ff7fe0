//! What the account owes from before, how it is recovered, and a new agreement about it.

use std::rc::Rc;

use shared::api::arrears::{
    ArrearsCancel, ArrearsOrder, ArrearsOrdered, ArrearsView, Collection, Parts, Share,
};
use shared::api::meter::AccountView;
use shared::id::ArrearsId;
use shared::money::{Currency, Money};
use shared::staff::Verb;
use shared::time::Timestamp;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement, SubmitEvent};
use yew::prelude::*;

use crate::backend::{Answer, Failure};
use crate::browser;
use crate::components::dialog::Dialog;
use crate::components::notice::FailureNotice;
use crate::components::options::options;
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{use_account_texts, use_backend, use_lang, use_leave, use_seat, use_texts};
use crate::i18n::{Lang, fill};
use crate::store::outbox;

#[derive(Clone, PartialEq)]
enum Asking {
    Nothing,
    New,
    Cancel(ArrearsId, Money),
}

#[derive(PartialEq, Properties)]
pub struct ArrearsProps {
    pub account: AccountView,
    pub now: Timestamp,
    pub changed: Callback<()>,
}

#[component]
pub fn Arrears(props: &ArrearsProps) -> Html {
    let (seat, lang, words) = (use_seat(), use_lang(), use_account_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let asking = use_state_eq(|| Asking::Nothing);
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let (currency, account) = (seat.currency(), props.account.account);
    let close = {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |()| {
            asking.set(Asking::Nothing);
            failure.set(None);
        })
    };
    let taken = {
        let (close, changed, busy) = (close.clone(), props.changed.clone(), busy.clone());
        let failure = failure.clone();
        Callback::from(move |answer: Rc<Answer<ArrearsOrdered>>| {
            busy.set(false);
            match &*answer {
                Ok(_ordered) => {
                    close.emit(());
                    changed.emit(());
                }
                Err(refused) => {
                    if refused.is_signed_out() {
                        leave.emit(());
                    }
                    failure.set(Some(refused.clone()));
                }
            }
        })
    };
    let add = {
        let (backend, taken, busy) = (backend.clone(), taken.clone(), busy.clone());
        Callback::from(move |order: ArrearsOrder| {
            let (backend, taken) = (backend.clone(), taken.clone());
            let key = outbox::key_from(browser::random());
            busy.set(true);
            spawn_local(async move {
                taken.emit(Rc::new(backend.add_arrears(account, &order, &key).await));
            });
        })
    };
    let cancel = {
        let (asking, busy) = (asking.clone(), busy.clone());
        Callback::from(move |reason: String| {
            let Asking::Cancel(arrears, _) = *asking else { return };
            let (backend, taken) = (backend.clone(), taken.clone());
            let key = outbox::key_from(browser::random());
            busy.set(true);
            spawn_local(async move {
                let order = ArrearsCancel { reason };
                let answer = backend.cancel_arrears(account, arrears, &order, &key).await;
                taken.emit(Rc::new(answer));
            });
        })
    };
    let all = &props.account.arrears;
    if all.is_empty() && !seat.may(Verb::KeepAccounts) {
        return html! {};
    }
    let ask = |what: Asking| {
        let asking = asking.clone();
        move |_: MouseEvent| asking.set(what.clone())
    };
    html! {
        <section class="card arrears-card">
            <div class="card-head"><h2>{ words.arrears.title }</h2>
                if seat.may(Verb::KeepAccounts) { <button type="button" class="button" onclick={ask(Asking::New)}>{ words.arrears.add }</button> }
            </div>
            if all.is_empty() { <p class="quiet">{ words.arrears.none }</p> }
            <ul class="arrears-list">{ for all.iter().map(|one| html! {
                <li class={classes!((one.left == Money::ZERO).then_some("quiet"))}>
                    <p><b>{ if one.left == Money::ZERO { fill(words.arrears.paid, &[&format::money(one.amount, currency)]) }
                        else { fill(words.arrears.left, &[&format::money(one.left, currency), &format::money(one.amount, currency)]) } }</b></p>
                    <p class="soft">{ terms(lang, one, currency) }
                        if let Some(next) = one.next { { " · " }{ fill(words.arrears.next, &[&format::until(next, props.now, &seat.zone, lang)]) } }</p>
                    if one.accrued > Money::ZERO { <p class="ink-low">{ fill(words.arrears.accrued, &[&format::money(one.accrued, currency)]) }</p> }
                    <p class="quiet small">{ format::moment(one.since, props.now, &seat.zone) }{ " · " }{ &one.reason }
                        if seat.may(Verb::KeepAccounts) && one.left > Money::ZERO {
                            { " · " }<button type="button" class="link" onclick={ask(Asking::Cancel(one.arrears, one.left))}>{ words.arrears.cancel }</button>
                        }</p>
                </li>
            }) }</ul>
            { match &*asking {
                Asking::Nothing => html! {},
                Asking::New => html! { <New {currency} busy={*busy} failure={(*failure).clone()} on_close={close} on_order={add} /> },
                Asking::Cancel(_, left) => html! {
                    <ReasonDialog title={fill(words.arrears.cancel_title, &[&format::money(*left, currency)])} lead={words.arrears.cancel_lead} hint={words.arrears.cancel_hint}
                        action={words.arrears.cancel} danger=true busy={*busy} failure={(*failure).clone()} on_close={close} on_reason={cancel} />
                },
            } }
        </section>
    }
}

fn terms(lang: Lang, arrears: &ArrearsView, currency: Currency) -> String {
    let words = &lang.account_texts().arrears;
    match arrears.collection {
        Collection::Payments { share, weekly_cap } => {
            let percent = share.to_percent();
            match weekly_cap {
                Some(cap) => fill(words.share_cap_line, &[&percent, &format::money(cap, currency)]),
                None => fill(words.share_line, &[&percent]),
            }
        }
        Collection::Weekly { rate, parts, pause_off_supply } => {
            let parts = parts.in_a_week().to_string();
            let line = fill(words.week_line, &[&format::money(rate, currency), &parts]);
            if pause_off_supply { format!("{line} · {}", words.paused) } else { line }
        }
    }
}

/// What was typed, where it is an agreement.
struct Typed {
    amount: String,
    weekly: bool,
    share: String,
    cap: String,
    rate: String,
    daily: bool,
    pause: bool,
    reason: String,
}

impl Typed {
    fn order(&self, currency: Currency) -> Option<ArrearsOrder> {
        let money = |text: &str| {
            Money::parse(text.trim(), currency).ok().filter(|amount| *amount > Money::ZERO)
        };
        let collection = if self.weekly {
            let parts = if self.daily { Parts::Daily } else { Parts::Hundred };
            Collection::Weekly { rate: money(&self.rate)?, parts, pause_off_supply: self.pause }
        } else {
            let share = Share::parse_percent(self.share.trim())?;
            let weekly_cap = match self.cap.trim() {
                "" => None,
                cap => Some(money(cap)?),
            };
            Collection::Payments { share, weekly_cap }
        };
        let reason = self.reason.trim().to_owned();
        let amount = money(&self.amount)?;
        (!reason.is_empty()).then_some(ArrearsOrder { amount, collection, reason })
    }
}

#[derive(PartialEq, Properties)]
struct NewProps {
    currency: Currency,
    busy: bool,
    failure: Option<Failure>,
    on_close: Callback<()>,
    on_order: Callback<ArrearsOrder>,
}

#[component]
fn New(props: &NewProps) -> Html {
    let (texts, words) = (use_texts(), use_account_texts());
    let weekly = use_state_eq(|| false);
    let bad = use_state_eq(|| false);
    let fields: [NodeRef; 7] = [
        use_node_ref(),
        use_node_ref(),
        use_node_ref(),
        use_node_ref(),
        use_node_ref(),
        use_node_ref(),
        use_node_ref(),
    ];
    let [amount, share, cap, rate, parts, pause, reason] = fields.clone();
    let submit = {
        let (weekly, bad, order) = (*weekly, bad.clone(), props.on_order.clone());
        let currency = props.currency;
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let text = |field: &NodeRef| {
                field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
            };
            let [amount, share, cap, rate, parts, pause, reason] = &fields;
            let chosen = parts.cast::<HtmlSelectElement>().map(|field| field.value());
            let typed = Typed {
                amount: text(amount),
                weekly,
                share: text(share),
                cap: text(cap),
                rate: text(rate),
                daily: chosen.as_deref() == Some("daily"),
                pause: pause.cast::<HtmlInputElement>().is_some_and(|field| field.checked()),
                reason: text(reason),
            };
            let typed = typed.order(currency);
            bad.set(typed.is_none());
            if let Some(typed) = typed {
                order.emit(typed);
            }
        })
    };
    let choose = |to: bool| {
        let weekly = weekly.clone();
        move |_: Event| weekly.set(to)
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    let words = &words.arrears;
    let money = |node: NodeRef, name: &'static str, word: &'static str, required: bool| {
        html! {
            <label class="field"><span>{ word }</span><input ref={node} {name} type="text" inputmode="decimal" autocomplete="off" {required} /></label>
        }
    };
    html! {
        <Dialog label={words.add} class="modal" on_close={props.on_close.clone()}>
            <form class="reason-form" onsubmit={submit}>
                <h2>{ words.add }</h2>
                <p class="soft">{ words.add_lead }</p>
                { money(amount, "amount", words.amount, true) }
                <fieldset class="choice"><legend>{ words.how }</legend>
                    <label><input type="radio" name="how" checked={!*weekly} onchange={choose(false)} />{ words.by_share }</label>
                    <label><input type="radio" name="how" checked={*weekly} onchange={choose(true)} />{ words.by_week }</label>
                </fieldset>
                if *weekly {
                    { money(rate, "rate", words.rate, true) }
                    <label class="field"><span>{ words.parts }</span>
                        <select ref={parts} name="parts">{ options([("daily", words.daily), ("hundred", words.hundred)]) }</select></label>
                    <label class="check"><input ref={pause} type="checkbox" name="pause" />{ words.pause }</label>
                } else {
                    { money(share, "share", words.share, true) }
                    { money(cap, "cap", words.cap, false) }
                }
                <label class="field"><span>{ texts.common.reason }</span><input ref={reason} name="reason" type="text" maxlength="200" placeholder={words.reason_hint} required=true /></label>
                if *bad { <p class="field-error" role="alert">{ words.bad }</p> }
                if let Some(failure) = &props.failure { <FailureNotice failure={failure.clone()} /> }
                <div class="dialog-actions">
                    <button type="button" class="button" onclick={close}>{ texts.common.cancel }</button>
                    <button class="button primary" disabled={props.busy}>{ words.add }</button>
                </div>
            </form>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(weekly: bool, share: &str, cap: &str, rate: &str) -> Option<Collection> {
        let [share, cap, rate] = [share, cap, rate].map(str::to_owned);
        let (amount, reason) = ("50".to_owned(), "from before".to_owned());
        Typed { amount, weekly, share, cap, rate, daily: false, pause: true, reason }
            .order(Currency::CNY)
            .map(|order| order.collection)
    }

    #[test]
    fn what_is_typed_is_an_agreement_or_none() {
        let share = Share::try_from(1_250).expect("a share");
        let capped = |cap| Some(Collection::Payments { share, weekly_cap: cap });
        assert_eq!(typed(false, "12.5", "", ""), capped(None));
        assert_eq!(typed(false, " 12.5 ", "5", ""), capped(Some(Money::from_minor(500))));
        for (share, cap) in [("0", ""), ("100.01", ""), ("1.234", ""), ("10", "0"), ("ten", "")] {
            assert_eq!(typed(false, share, cap, ""), None, "{share} {cap}");
        }
        let rate = Money::from_minor(250);
        let weekly = Collection::Weekly { rate, parts: Parts::Hundred, pause_off_supply: true };
        assert_eq!(typed(true, "", "", "2.50"), Some(weekly));
        assert_eq!(typed(true, "", "", "0"), None);
    }
}
