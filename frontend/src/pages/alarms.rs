//! What needs someone. Open alarms are never hidden by a time filter.

use shared::api::alarm::{Alarm, AlarmKind};
use shared::id::{AlarmId, Book};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backend::Failure;
use crate::components::badge::BookMark;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_backend, use_fleet, use_lang, use_leave, use_seat, use_texts};
use crate::i18n::{self, fill};
use crate::route::Route;

#[component]
pub fn Alarms() -> Html {
    let (seat, fleet, texts) = (use_seat(), use_fleet(), use_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let failure = use_state_eq(|| None::<Failure>);
    let acknowledge = {
        let failure = failure.clone();
        Callback::from(move |alarms: Vec<AlarmId>| {
            let (backend, failure, leave) = (backend.clone(), failure.clone(), leave.clone());
            spawn_local(async move {
                failure.set(None);
                for alarm in alarms {
                    if let Err(refused) = backend.acknowledge(alarm).await {
                        if refused.is_signed_out() {
                            leave.emit(());
                        }
                        failure.set(Some(refused));
                        return;
                    }
                }
            });
        })
    };
    if fleet.version == 0 {
        return html! { <div class="page"><Waiting /></div> };
    }
    let mut alarms: Vec<&Alarm> = fleet.alarms.iter().collect();
    alarms.sort_by_key(|alarm| (alarm.acknowledged.is_some(), std::cmp::Reverse(alarm.since)));
    let unseen: Vec<AlarmId> =
        alarms.iter().filter(|alarm| alarm.acknowledged.is_none()).map(|alarm| alarm.id).collect();
    html! {
        <div class="page alarms-page">
            <header class="page-head">
                <h1>{ texts.frame.alarms }</h1>
                <p class="quiet">{ texts.alarms.lead }</p>
                <span class="spring" />
                if seat.may_acknowledge() && unseen.len() > 1 {
                    <button class="button" onclick={let (acknowledge, unseen) = (acknowledge.clone(), unseen.clone()); move |_| acknowledge.emit(unseen.clone())}>
                        <Glyph icon={Icon::Check} size=16 />{ fill(texts.alarms.ack_all, &[&unseen.len().to_string()]) }
                    </button>
                }
            </header>
            if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
            if alarms.is_empty() {
                <section class="card"><Empty icon={Icon::Check} title={texts.alarms.none} hint={texts.alarms.none_hint} /></section>
            }
            <ul class="alarm-list">
                { for alarms.into_iter().map(|alarm| html! { <AlarmLine key={alarm.id.0} alarm={alarm.clone()} on_acknowledge={acknowledge.clone()} /> }) }
            </ul>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct AlarmLineProps {
    alarm: Alarm,
    on_acknowledge: Callback<Vec<AlarmId>>,
}

#[component]
fn AlarmLine(props: &AlarmLineProps) -> Html {
    let (seat, fleet, lang, texts) = (use_seat(), use_fleet(), use_lang(), use_texts());
    let alarm = &props.alarm;
    let now = fleet.now_of(alarm.book);
    let seen = alarm.acknowledged.is_some();
    let acknowledge = props.on_acknowledge.clone();
    let id = alarm.id;
    html! {
        <li class={classes!("card", "alarm", seen.then_some("seen"), (alarm.book == Book::Simulated).then_some("simulated"))}>
            <span class={classes!("alarm-icon", "ink", if seen { "silent" } else { "held" })}><Glyph icon={Icon::Warning} size=22 /></span>
            <div class="alarm-what">
                <p><b>{ i18n::alarm(lang, alarm.kind) }</b>{ " " }<BookMark book={alarm.book} /></p>
                <p class="soft">
                    if alarm.kind == AlarmKind::MassCut && !seat.sandbox { <Link<Route> to={Route::Approvals}>{ texts.alarms.held_cuts }</Link<Route>> }
                    if let Some(meter) = alarm.meter { <Link<Route> to={Route::meter(meter)}>{ &alarm.name }</Link<Route>> } else { { &alarm.name } }
                    { " · " }<time>{ format::moment(alarm.since, now, &seat.zone) }</time>{ " · " }{ format::ago(alarm.since, now, lang) }
                </p>
            </div>
            if let Some(who) = &alarm.acknowledged {
                <span class="quiet">{ fill(texts.alarms.acknowledged, &[who]) }</span>
            } else if seat.may_acknowledge() {
                <button class="button" onclick={move |_| acknowledge.emit(vec![id])}><Glyph icon={Icon::Check} size=16 />{ texts.alarms.acknowledge }</button>
            } else {
                <span class="quiet">{ texts.alarms.unseen }</span>
            }
        </li>
    }
}
