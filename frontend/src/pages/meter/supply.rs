//! Supply as a large honest statement, and the one action that is possible.

use std::rc::Rc;

use shared::api::meter::{MeterPage, SupplyOrder, SupplyOrderKind, SupplyView};
use shared::meter::{Contact, DisconnectReason, Supply};
use shared::time::Timestamp;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::why::Why;
use crate::backend::Failure;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_leave, use_seat, use_texts};
use crate::i18n::{self, Lang, fill};
use crate::store::outbox;

#[derive(PartialEq, Properties)]
pub struct SupplyCardProps {
    pub page: Rc<MeterPage>,
    pub now: Timestamp,
    pub ordered: Callback<()>,
}

/// What the statement says: how it looks, its headline and its sentences.
struct Statement {
    look: &'static str,
    icon: Icon,
    headline: &'static str,
    lines: Vec<String>,
}

fn statement(lang: Lang, supply: &SupplyView, since: &str) -> Statement {
    let texts = &lang.texts().meter;
    let (look, icon, headline) = match (supply.wanted, supply.contact) {
        (Supply::Connected | Supply::Armed, Contact::Closed) => {
            ("connected", Icon::Plug, texts.on_since)
        }
        (Supply::Connected, Contact::Open) => ("armed", Icon::Plug, texts.going_on),
        (Supply::Disconnected(_), Contact::Open) => ("cut", Icon::PlugOff, texts.off_title),
        (Supply::Disconnected(_), Contact::Closed | Contact::Unknown) => {
            ("cut", Icon::PlugOff, texts.going_off)
        }
        (Supply::Armed, Contact::Open | Contact::Unknown) => {
            ("armed", Icon::Plug, texts.armed_title)
        }
        (Supply::Connected, Contact::Unknown) => ("silent", Icon::Plug, texts.unknown_title),
    };
    let mut lines = match supply.wanted {
        Supply::Connected if supply.contact == Contact::Unknown => {
            vec![texts.unknown_line.to_owned()]
        }
        Supply::Connected => vec![fill(texts.on_line, &[since])],
        Supply::Armed => vec![texts.armed_line.to_owned()],
        Supply::Disconnected(reason) => vec![
            fill(texts.off_line, &[since, i18n::reason(lang, reason)]),
            match reason {
                DisconnectReason::NoCredit => texts.comes_back,
                DisconnectReason::Operator
                | DisconnectReason::Tamper
                | DisconnectReason::Overload => texts.staff_lifts,
                DisconnectReason::Schedule
                | DisconnectReason::DailyLimit
                | DisconnectReason::Courtesy
                | DisconnectReason::Staggered => texts.schedule_lifts,
            }
            .to_owned(),
        ],
    };
    let others: Vec<&str> =
        supply.reasons.iter().skip(1).map(|reason| i18n::reason(lang, *reason)).collect();
    if !others.is_empty() {
        lines.push(fill(texts.also, &[&others.join(", ")]));
    }
    if supply.attempts > 1 {
        lines.push(fill(texts.attempts, &[&supply.attempts.to_string()]));
    }
    Statement { look, icon, headline, lines }
}

/// The one order that would change something: cutting what is on, lifting what staff may lift.
fn possible(supply: &SupplyView) -> SupplyOrderKind {
    let by_staff = supply.reasons.iter().any(|reason| match reason {
        DisconnectReason::Operator | DisconnectReason::Tamper | DisconnectReason::Overload => true,
        DisconnectReason::Schedule
        | DisconnectReason::NoCredit
        | DisconnectReason::DailyLimit
        | DisconnectReason::Courtesy
        | DisconnectReason::Staggered => false,
    });
    if by_staff { SupplyOrderKind::Restore } else { SupplyOrderKind::Cut }
}

#[component]
pub fn SupplyCard(props: &SupplyCardProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let asking = use_state_eq(|| false);
    let why = use_state_eq(|| false);
    let why_word = lang.account_texts().why.open;
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let (row, supply) = (&props.page.row, &props.page.supply);
    let said = statement(lang, supply, &format::moment(supply.since, props.now, &seat.zone));
    let order = possible(supply);
    let (word, title, lead) = match order {
        SupplyOrderKind::Cut => (texts.meter.cut, texts.meter.cut_title, texts.meter.cut_lead),
        SupplyOrderKind::Restore => {
            (texts.meter.restore, texts.meter.restore_title, texts.meter.restore_lead)
        }
    };
    let ask = {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(true))
    };
    let close = {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |()| {
            asking.set(false);
            failure.set(None);
        })
    };
    let give = {
        let (meter, ordered) = (row.meter, props.ordered.clone());
        let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
        Callback::from(move |reason: String| {
            let (backend, leave, ordered) = (backend.clone(), leave.clone(), ordered.clone());
            let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
            let key = outbox::key_from(browser::random());
            busy.set(true);
            spawn_local(async move {
                let answer =
                    backend.order_supply(meter, &SupplyOrder { order, reason }, &key).await;
                busy.set(false);
                match answer {
                    Ok(_ordered) => {
                        asking.set(false);
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
    let danger = order == SupplyOrderKind::Cut;
    html! {
        <section class={classes!("card", "supply-card", said.look)}>
            <p class="supply-head"><Glyph icon={said.icon} size=26 /><b>{ said.headline }</b></p>
            { for said.lines.into_iter().map(|line| html! { <p>{ line }</p> }) }
            if let Some(until) = supply.protected_until {
                <p class="ink protected">{ fill(texts.meter.protected_until, &[&format::until(until, props.now, &seat.zone, lang)]) }</p>
            }
            if seat.may_switch() {
                <button class={classes!("button", danger.then_some("danger"))} onclick={ask}>{ word }</button>
            }
            if !seat.sandbox && props.page.account.is_some() {
                <button type="button" class="link" onclick={let why = why.clone(); move |_| why.set(true)}>{ why_word }</button>
            }
            if *why { <Why meter={row.meter} on_close={let why = why.clone(); Callback::from(move |()| why.set(false))} /> }
            if *asking {
                <ReasonDialog title={fill(title, &[&row.name])} {lead} hint={texts.meter.reason_hint} action={word} {danger} busy={*busy}
                    failure={(*failure).clone()} on_close={close} on_reason={give} />
            }
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(reasons: &[DisconnectReason], contact: Contact) -> SupplyView {
        SupplyView {
            wanted: reasons
                .first()
                .map_or(Supply::Connected, |reason| Supply::Disconnected(*reason)),
            contact,
            reasons: reasons.to_vec(),
            since: Timestamp::default(),
            attempts: 0,
            protected_until: None,
            terms: shared::api::terms::TermsView::default(),
        }
    }

    #[test]
    fn the_action_is_the_one_that_changes_something() {
        use DisconnectReason::{NoCredit, Operator, Schedule, Tamper};
        for (reasons, order) in [
            (&[][..], SupplyOrderKind::Cut),
            (&[NoCredit], SupplyOrderKind::Cut),
            (&[Schedule, NoCredit], SupplyOrderKind::Cut),
            (&[Operator, NoCredit], SupplyOrderKind::Restore),
            (&[Tamper], SupplyOrderKind::Restore),
        ] {
            assert_eq!(possible(&view(reasons, Contact::Open)), order, "{reasons:?}");
        }
    }

    #[test]
    fn what_is_not_proven_is_not_claimed() {
        let headline = |reasons: &[DisconnectReason], contact| {
            statement(Lang::En, &view(reasons, contact), "14:02").headline
        };
        let cut = [DisconnectReason::NoCredit];
        assert_eq!(headline(&cut, Contact::Open), "Off");
        assert_eq!(headline(&cut, Contact::Closed), "Switching off…");
        assert_eq!(headline(&cut, Contact::Unknown), "Switching off…");
        assert_eq!(headline(&[], Contact::Closed), "On");
        assert_eq!(headline(&[], Contact::Unknown), "Supply unknown");
    }
}
