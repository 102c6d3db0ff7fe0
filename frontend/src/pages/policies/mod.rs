//! Terms of supply: what holds where and since when, earlier versions, and the asking for others.

mod asking;
mod editor;
mod place;
mod verdict;

use shared::api::policy::{PolicyRow, PolicyVersion};
use shared::id::Book;
use shared::policy::{Policy, Scope};
use shared::staff::Verb;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::badge::BookMark;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::components::policy_terms::PolicyTerms;
use crate::format;
use crate::hooks::{
    use_backend, use_fleet, use_lang, use_load, use_policy_texts, use_seat, use_texts,
};
use crate::i18n::{self, Lang, fill};
use crate::route::Route;
use crate::store::fleet::Fleet;
use editor::{Beginning, Editor};

#[component]
pub fn Policies() -> Html {
    let (seat, texts, backend) = (use_seat(), &use_policy_texts().policies, use_backend());
    let title = use_texts().frame.policies;
    let round = use_state_eq(|| 0_u32);
    let editing = use_state_eq(|| None::<Beginning>);
    let asked = use_state_eq(|| false);
    let rows = use_load((), *round, {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.policies().await }
        }
    });
    let open = {
        let (editing, asked) = (editing.clone(), asked.clone());
        Callback::from(move |beginning: Beginning| {
            asked.set(false);
            editing.set(Some(beginning));
        })
    };
    let close = {
        let editing = editing.clone();
        Callback::from(move |()| editing.set(None))
    };
    let done = {
        let (editing, asked, round) = (editing.clone(), asked.clone(), round.clone());
        Callback::from(move |()| {
            editing.set(None);
            asked.set(true);
            round.set(*round + 1);
        })
    };
    let may = seat.may(Verb::PublishPolicy);
    let add = |book: Book| {
        // What a new place begins with: the terms of the site, or the usual ones.
        let rows = rows.value.iter().flat_map(|rows| rows.iter());
        let site = rows.clone().find(|row| row.book == book && row.scope == Scope::Site);
        let beginning = site.map_or_else(|| Beginning::usual(book), Beginning::of);
        let beginning = Beginning { place_open: true, ..beginning };
        html! {
            <button type="button" class="button add-policy" onclick={open.reform(move |_: MouseEvent| beginning.clone())}>{ texts.add }{ " " }<BookMark {book} /></button>
        }
    };
    let adds = may && editing.is_none() && rows.value.is_some();
    html! {
        <div class="page tariffs-page policies-page">
            <header class="page-head">
                <h1>{ title }</h1><p class="quiet">{ texts.lead }</p>
                <span class="spring" />
                if adds { { for seat.site.books.iter().map(|book| add(*book)) } }
            </header>
            if *asked {
                <p class="notice" role="status"><Glyph icon={Icon::Check} size=18 />{ texts.asked }{ " " }<Link<Route> to={Route::Approvals}>{ texts.to_approvals }</Link<Route>></p>
            }
            if let Some(failure) = rows.failure.clone() { <FailureNotice {failure} /> }
            if let Some(beginning) = &*editing {
                <Editor beginning={beginning.clone()} on_close={close} on_asked={done} />
            } else if let Some(rows) = &rows.value {
                { for seat.site.books.iter().filter(|book| !has_site_terms(rows, **book)).map(|book| html! { <Usual key={format!("{book:?}")} book={*book} on_change={may.then(|| open.clone())} /> }) }
                { for rows.iter().map(|row| html! { <Place row={row.clone()} on_change={may.then(|| open.clone())} /> }) }
            } else if rows.failure.is_none() { <Waiting /> }
        </div>
    }
}

fn has_site_terms(rows: &[PolicyRow], book: Book) -> bool {
    rows.iter().any(|row| row.book == book && row.scope == Scope::Site && row.in_force.is_some())
}

#[derive(PartialEq, Properties)]
struct UsualProps {
    book: Book,
    on_change: Option<Callback<Beginning>>,
}

/// What holds for the whole site as long as nobody has published anything for it.
#[component]
fn Usual(props: &UsualProps) -> Html {
    let (lang, book) = (use_lang(), props.book);
    let texts = &use_policy_texts().policies;
    let change = props.on_change.clone();
    let change = change.map(|change| change.reform(move |_: MouseEvent| Beginning::usual(book)));
    html! {
        <section class="card pad policy-place">
            <div class="policy-head">
                <div><h2>{ i18n::scope(lang, &Scope::Site, None) }{ " " }<BookMark {book} /></h2><p class="soft">{ texts.usual }</p></div>
                if let Some(change) = change { <button type="button" class="button change-policy" onclick={change}>{ texts.change }</button> }
            </div>
            <PolicyTerms policy={Policy::default()} />
        </section>
    }
}

/// A place in the reader's words.
fn place_name(lang: Lang, scope: &Scope, fleet: &Fleet) -> String {
    let row = match scope {
        Scope::Meter { meter } => fleet.row(*meter),
        Scope::Site | Scope::Building { .. } | Scope::Floor { .. } => None,
    };
    i18n::scope(lang, scope, row.map(|row| row.name.as_str()))
}

#[derive(PartialEq, Properties)]
struct PlaceProps {
    row: PolicyRow,
    on_change: Option<Callback<Beginning>>,
}

#[component]
fn Place(props: &PlaceProps) -> Html {
    let (seat, lang, fleet) = (use_seat(), use_lang(), use_fleet());
    let texts = &use_policy_texts().policies;
    let row = &props.row;
    let when = |at| format::full(at, &seat.zone);
    let current = row.versions.iter().find(|version| Some(version.number) == row.in_force);
    let since = current.map_or_else(
        || texts.not_yet.to_owned(),
        |version| fill(texts.in_force, &[&version.number.to_string(), &when(version.from)]),
    );
    let now = current.map(|version| version.from);
    let next =
        row.versions.iter().map(|version| version.from).filter(|from| Some(*from) > now).min();
    let change = props.on_change.clone().map(|change| {
        let beginning = Beginning::of(row);
        change.reform(move |_: MouseEvent| beginning.clone())
    });
    html! {
        <section class="card pad policy-place">
            <div class="policy-head">
                <div>
                    <h2>{ place_name(lang, &row.scope, &fleet) }{ " " }<BookMark book={row.book} /></h2>
                    <p class="soft">{ since }
                        if let Some(next) = next { { " · " }<span class="ink-armed">{ fill(texts.next, &[&when(next)]) }</span> }
                    </p>
                    if let Some(version) = current { <p class="quiet">{ origin(version, lang) }</p> }
                </div>
                if let Some(change) = change { <button type="button" class="button change-policy" onclick={change}>{ texts.change }</button> }
            </div>
            if let Some(version) = current { <PolicyTerms policy={version.policy.clone()} /> }
            <details><summary>{ texts.history }</summary>
                <ul class="policy-versions">{ for row.versions.iter().map(|version| html! {
                    <li key={version.number}>
                        <b>{ fill(texts.version, &[&version.number.to_string()]) }</b>{ " " }
                        <span class="soft">{ fill(texts.from, &[&when(version.from)]) }</span>{ " " }
                        <span class="quiet">{ origin(version, lang) }</span>
                        <details><summary>{ lang.tariff_texts().tariffs.policy_terms }</summary><PolicyTerms policy={version.policy.clone()} /></details>
                    </li>
                }) }</ul>
            </details>
        </section>
    }
}

/// Who said so, and why.
fn origin(version: &PolicyVersion, lang: Lang) -> String {
    let texts = &lang.policy_texts().policies;
    if version.from_file {
        return texts.from_file.to_owned();
    }
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let who = fill(texts.by, &[&name(&version.asked_by), &name(&version.approved_by)]);
    format!("{who}: “{}”", version.note)
}
