//! What the terms say of a meter at present, and the orders that go with it.

use std::rc::Rc;

use shared::api::meter::MeterPage;
use shared::api::terms::{EmergencyView, PauseOrder, ProtectionOrder};
use shared::time::{Span, Timestamp};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::backend::Failure;
use crate::components::notice::FailureNotice;
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_leave, use_seat, use_texts};
use crate::i18n::fill;

/// So long a protection from this page holds.
const PROTECTION: Span = Span::from_hours(24);

#[derive(PartialEq, Properties)]
pub struct TermsCardProps {
    pub page: Rc<MeterPage>,
    pub now: Timestamp,
    pub ordered: Callback<()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Protect,
    Unprotect,
    Pause,
    Resume,
    Confirm,
    Take,
}

#[component]
pub fn TermsCard(props: &TermsCardProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let own = &lang.terms_texts().terms;
    let (backend, leave) = (use_backend(), use_leave());
    let asking = use_state_eq(|| None::<Asked>);
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let row = &props.page.row;
    let terms = &props.page.supply.terms;
    let Some(account) = row.account else { return Html::default() };
    let (meter, now) = (row.meter, props.now);
    let until = |at: Timestamp| format::until(at, now, &seat.zone, lang);
    let money = |amount| format::money(amount, seat.currency());
    let mut lines = Vec::new();
    if let Some(protect) = &terms.protected {
        lines.push(fill(own.protected, &[&protect.reason]));
    }
    if let Some(at) = terms.no_cut_until {
        lines.push(fill(own.no_cut, &[&until(at)]));
    }
    if terms.awaits_confirmation {
        lines.push(own.awaits.to_owned());
    }
    match terms.emergency {
        EmergencyView::None => {}
        EmergencyView::Offered { limit } => lines.push(fill(own.offered, &[&money(limit)])),
        EmergencyView::InUse { limit, used } => {
            lines.push(fill(own.in_use, &[&money(used), &money(limit)]));
        }
    }
    if terms.paused {
        lines.push(own.paused.to_owned());
    }
    let give = {
        let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
        let ordered = props.ordered.clone();
        Callback::from(move |(asked, reason): (Asked, String)| {
            let (backend, leave, ordered) = (backend.clone(), leave.clone(), ordered.clone());
            let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = match asked {
                    Asked::Protect => {
                        let until = Some(now + PROTECTION);
                        let order = ProtectionOrder { protect: true, until, reason };
                        backend.protect(meter, &order).await
                    }
                    Asked::Unprotect => {
                        let order = ProtectionOrder { protect: false, until: None, reason };
                        backend.protect(meter, &order).await
                    }
                    Asked::Pause => {
                        backend.pause(account, &PauseOrder { pause: true, reason }).await
                    }
                    Asked::Resume => {
                        backend.pause(account, &PauseOrder { pause: false, reason }).await
                    }
                    Asked::Confirm => backend.confirm_supply(meter).await,
                    Asked::Take => backend.take_emergency(account).await,
                };
                busy.set(false);
                match answer {
                    Ok(()) => {
                        asking.set(None);
                        failure.set(None);
                        ordered.emit(());
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
    let ask = |asked: Asked| {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |_: MouseEvent| {
            failure.set(None);
            asking.set(Some(asked));
        })
    };
    let at_once = |asked: Asked| give.reform(move |_: MouseEvent| (asked, String::new()));
    let close = {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |()| {
            asking.set(None);
            failure.set(None);
        })
    };
    let dialog = asking.and_then(|asked| {
        let words = match asked {
            Asked::Protect => (own.protect_title, own.protect_lead, own.protect),
            Asked::Unprotect => (own.unprotect_title, own.unprotect_lead, own.unprotect),
            Asked::Pause => (own.pause_title, own.pause_lead, own.pause),
            Asked::Resume => (own.resume_title, own.resume_lead, own.resume),
            Asked::Confirm | Asked::Take => return None,
        };
        Some((asked, words))
    });
    let offered = matches!(terms.emergency, EmergencyView::Offered { .. });
    let (protect, protect_word) = match terms.protected {
        Some(_) => (Asked::Unprotect, own.unprotect),
        None => (Asked::Protect, own.protect),
    };
    let (pause, pause_word) =
        if terms.paused { (Asked::Resume, own.resume) } else { (Asked::Pause, own.pause) };
    if lines.is_empty() && !seat.may_switch() {
        return Html::default();
    }
    html! {
        <section class="card supply-card terms-card">
            { for lines.into_iter().map(|line| html! { <p>{ line }</p> }) }
            if terms.awaits_confirmation && seat.may_sell() {
                <button class="button primary" disabled={*busy} onclick={at_once(Asked::Confirm)}>{ own.confirm }</button>
            }
            if offered && seat.may_sell() {
                <button class="button" disabled={*busy} onclick={at_once(Asked::Take)}>{ own.take }</button>
            }
            if seat.may_switch() {
                <button class="button" onclick={ask(protect)}>{ protect_word }</button>
                <button class="button" onclick={ask(pause)}>{ pause_word }</button>
            }
            if dialog.is_none() {
                if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
            }
            if let Some((asked, (title, lead, action))) = dialog {
                <ReasonDialog title={fill(title, &[&row.name])} {lead} hint={texts.meter.reason_hint} {action} busy={*busy}
                    failure={(*failure).clone()} on_close={close} on_reason={give.reform(move |reason| (asked, reason))} />
            }
        </section>
    }
}
