//! Who is signed in, and where: one's own sessions, and everybody's for who may look at people.

use shared::api::session::SessionRow;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::backend::{Answer, Failure};
use crate::browser;
use crate::components::notice::{FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_backend, use_lang, use_load, use_people_texts, use_seat};
use crate::i18n::{self, fill};

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// Everybody's, not only one's own.
    #[prop_or_default]
    pub(super) all: bool,
}

#[component]
pub(super) fn Sessions(props: &Props) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), &use_people_texts().sessions);
    let backend = use_backend();
    let round = use_state_eq(|| 0_u32);
    let failure = use_state_eq(|| None::<Failure>);
    let all = props.all;
    let list = use_load(all, *round, {
        let backend = backend.clone();
        move |all| {
            let backend = backend.clone();
            async move { backend.sessions(all).await }
        }
    });
    let told = {
        let (failure, round) = (failure.clone(), round.clone());
        Callback::from(move |answer: Answer<()>| {
            failure.set(answer.err());
            round.set(*round + 1);
        })
    };
    let end = |row: &SessionRow| {
        let (backend, told, row) = (backend.clone(), told.clone(), row.clone());
        Callback::from(move |_: MouseEvent| {
            let (backend, told, row) = (backend.clone(), told.clone(), row.clone());
            spawn_local(async move { told.emit(backend.end_session(&row, !all).await) });
        })
    };
    let end_others = {
        let (backend, told) = (backend.clone(), told.clone());
        Callback::from(move |_: MouseEvent| {
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move { told.emit(backend.end_other_sessions().await) });
        })
    };
    let now = browser::now();
    let line = |row: &SessionRow| {
        let since = fill(texts.since, &[&format::minute(row.opened, &seat.zone)]);
        let seen = fill(texts.seen, &[&format::ago(row.seen, now, lang)]);
        let may_end = !row.this && (!all || seat.may(Verb::ManagePeople));
        let whose = fill(texts.end_of, &[&row.person.name]);
        html! {
            <li class="tariff-row" key={row.session}>
                <div class="tariff-name">
                    <b>{ if all { row.person.name.clone() } else { row.browser.clone() } }if row.this { { " · " }{ texts.this } }</b>
                    <span class="quiet">
                        if all { { i18n::role(lang, row.person.role) }{ " · " }{ &row.browser }{ " · " } }
                        <span class="mono">{ &row.address }</span>{ " · " }{ since }{ " · " }{ seen }
                    </span>
                </div>
                if may_end { <button class="button" onclick={end(row)} aria-label={whose}>{ texts.end }</button> }
            </li>
        }
    };
    let others = list.value.as_ref().is_some_and(|rows| rows.iter().any(|row| !row.this));
    html! {
        <section class="card">
            <header class="card-head"><h2>{ if all { texts.all } else { texts.own } }</h2>
                if !all && others { <button class="button" onclick={end_others}>{ texts.end_others }</button> }
            </header>
            if !all { <p class="quiet tariff-list">{ texts.own_lead }</p> }
            if let Some(failure) = failure.as_ref().or(list.failure.as_ref()) { <FailureNotice failure={failure.clone()} /> }
            if let Some(rows) = &list.value { <ul class="tariff-list">{ for rows.iter().map(line) }</ul> } else if list.failure.is_none() { <Waiting /> }
        </section>
    }
}
