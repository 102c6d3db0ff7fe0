//! Tokens of programs: made, listed, revoked. The text of one is shown once.

use shared::api::session::Role;
use shared::api::token::{NewToken, TokenMade, TokenRow};
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::backend::Failure;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::components::options::options;
use crate::format;
use crate::hooks::{use_backend, use_lang, use_load, use_people_texts, use_seat};
use crate::i18n::{self, fill};

/// What a token may be made as; an admin's and a customer's acts are a person's.
const ROLES: [Role; 6] =
    [Role::Viewer, Role::Api, Role::Cashier, Role::Engineer, Role::Manager, Role::Auditor];

#[component]
pub(super) fn Tokens() -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), &use_people_texts().tokens);
    let backend = use_backend();
    let round = use_state_eq(|| 0_u32);
    let failure = use_state_eq(|| None::<Failure>);
    let made = use_state(|| None::<TokenMade>);
    let list = use_load((), *round, {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.tokens().await }
        }
    });
    let on_made = {
        let (failure, round, made) = (failure.clone(), round.clone(), made.clone());
        Callback::from(move |answer: Result<TokenMade, Failure>| {
            match answer {
                Ok(token) => {
                    failure.set(None);
                    made.set(Some(token));
                }
                Err(refused) => failure.set(Some(refused)),
            }
            round.set(*round + 1);
        })
    };
    let revoke = |token: u32| {
        let (backend, failure, round) = (backend.clone(), failure.clone(), round.clone());
        Callback::from(move |_: MouseEvent| {
            let (backend, failure, round) = (backend.clone(), failure.clone(), round.clone());
            spawn_local(async move {
                failure.set(backend.revoke_token(token).await.err());
                round.set(*round + 1);
            });
        })
    };
    let may = seat.may(Verb::ManageTokens);
    let now = browser::now();
    let line = |row: &TokenRow| {
        let verbs = row.verbs.as_ref().map_or_else(
            || texts.all_verbs.to_owned(),
            |verbs| verbs.iter().map(|verb| verb.name()).collect::<Vec<_>>().join(", "),
        );
        let until = match (row.revoked, row.expires) {
            (Some(_), _) => texts.revoked.to_owned(),
            (None, Some(at)) if row.works => {
                fill(texts.until, &[&format::day(at, &seat.zone, lang)])
            }
            (None, Some(_)) => texts.ended.to_owned(),
            (None, None) => String::new(),
        };
        let used = row.last_used.map_or_else(
            || texts.never_used.to_owned(),
            |at| fill(texts.used, &[&format::ago(at, now, lang)]),
        );
        html! {
            <li class="tariff-row" key={row.token}>
                <div class="tariff-name"><b class={classes!((!row.works).then_some("struck"))}>{ &row.name }</b>
                    <span class="quiet">{ i18n::role(lang, row.role) }{ " · " }{ verbs }{ " · " }{ until }{ " · " }{ used }</span>
                </div>
                if may && row.works { <button class="button danger" onclick={revoke(row.token)} aria-label={fill(texts.revoke_of, &[&row.name])}>{ texts.revoke }</button> }
            </li>
        }
    };
    html! {
        <>
            if let Some(token) = &*made {
                <div class="notice first-password" role="status"><Glyph icon={Icon::Person} size=20 /><div>
                    <p>{ fill(texts.once, &[&token.row.name]) }{ " " }<b class="mono token-once">{ &token.secret }</b></p>
                    <p class="quiet">{ texts.once_hint }</p>
                </div></div>
            }
            if may { <Make on_made={on_made} /> }
            <section class="card">
                <header class="card-head"><h2>{ texts.title }</h2></header>
                if let Some(failure) = failure.as_ref().or(list.failure.as_ref()) { <FailureNotice failure={failure.clone()} /> }
                if let Some(rows) = &list.value {
                    if rows.is_empty() { <p class="quiet tariff-list">{ texts.none }</p> } else { <ul class="tariff-list">{ for rows.iter().map(line) }</ul> }
                } else if list.failure.is_none() { <Waiting /> }
            </section>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct MakeProps {
    on_made: Callback<Result<TokenMade, Failure>>,
}

#[component]
fn Make(props: &MakeProps) -> Html {
    let (lang, texts, backend) = (use_lang(), &use_people_texts().tokens, use_backend());
    let (name, days) = (use_node_ref(), use_node_ref());
    let role = use_state_eq(|| Role::Viewer);
    let ticked = use_state_eq(Vec::<Verb>::new);
    let choose = {
        let (role, ticked) = (role.clone(), ticked.clone());
        Callback::from(move |event: Event| {
            let word = event.target_unchecked_into::<HtmlSelectElement>().value();
            role.set(Role::named(&word).unwrap_or(Role::Viewer));
            ticked.set(Vec::new());
        })
    };
    let tick = |verb: Verb| {
        let ticked = ticked.clone();
        Callback::from(move |_: Event| {
            let mut verbs = (*ticked).clone();
            match verbs.iter().position(|known| *known == verb) {
                Some(place) => drop(verbs.remove(place)),
                None => verbs.push(verb),
            }
            ticked.set(verbs);
        })
    };
    let submit = {
        let (name, days, told) = (name.clone(), days.clone(), props.on_made.clone());
        let (role, ticked) = (*role, (*ticked).clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(field) = name.cast::<HtmlInputElement>() else { return };
            let days = days.cast::<HtmlInputElement>().and_then(|days| days.value().parse().ok());
            let verbs = (!ticked.is_empty()).then(|| ticked.clone());
            let new = NewToken { name: field.value().trim().to_owned(), role, verbs, days };
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move {
                let made = backend.make_token(&new).await;
                if made.is_ok() {
                    field.set_value("");
                }
                told.emit(made);
            });
        })
    };
    let verb = |verb: &Verb| {
        html! { <label class="tick"><input type="checkbox" checked={ticked.contains(verb)} onchange={tick(*verb)} /><span class="mono">{ verb.name() }</span></label> }
    };
    html! {
        <form class="card pad add-person" onsubmit={submit}>
            <h2>{ texts.add }</h2>
            <p class="quiet">{ texts.lead }</p>
            <label class="field"><span>{ texts.name }</span><input ref={name} name="token-name" autocomplete="off" required={true} maxlength="64" /></label>
            <label class="field"><span>{ texts.role }</span>
                <select name="token-role" onchange={choose}>{ options(ROLES.into_iter().map(|role| (role.name(), i18n::role(lang, role)))) }</select>
            </label>
            <label class="field"><span>{ texts.days }</span><input ref={days} name="token-days" type="number" min="1" max="365" value="90" required={true} /></label>
            <fieldset class="token-verbs"><legend class="quiet">{ texts.verbs }</legend>{ for role.verbs().iter().map(verb) }</fieldset>
            <button class="button primary">{ texts.add }</button>
        </form>
    }
}
