//! Other terms for a place: their text, what the check says of it while one types, and the asking.

use shared::api::policy::{PolicyRow, PolicyVerdict};
use shared::id::Book;
use shared::policy::Scope;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::asking::Asking;
use super::place::PlaceFields;
use super::place_name;
use super::verdict::{Verdict, use_verdict};
use crate::components::badge::BookMark;
use crate::hooks::{use_fleet, use_lang, use_policy_texts};
use crate::i18n::fill;

/// What one begins with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Beginning {
    pub(super) book: Book,
    pub(super) scope: Scope,
    /// The place is still to be chosen.
    pub(super) place_open: bool,
    /// The newest terms; none where no text can say them.
    pub(super) text: Option<String>,
}

impl Beginning {
    /// Where no terms were published yet.
    pub(super) fn usual(book: Book) -> Self {
        let text = Some("[policy]\n".to_owned());
        Self { book, scope: Scope::Site, place_open: true, text }
    }

    /// From the newest version of a place.
    pub(super) fn of(row: &PolicyRow) -> Self {
        let text = row.versions.first().and_then(|version| version.text.clone());
        Self { book: row.book, scope: row.scope.clone(), place_open: false, text }
    }
}

#[derive(PartialEq, Properties)]
pub(super) struct EditorProps {
    pub(super) beginning: Beginning,
    pub(super) on_close: Callback<()>,
    pub(super) on_asked: Callback<()>,
}

#[component]
pub(super) fn Editor(props: &EditorProps) -> Html {
    let (lang, fleet, texts) = (use_lang(), use_fleet(), &use_policy_texts().policies);
    let beginning = &props.beginning;
    let text = use_state_eq(|| beginning.text.clone().unwrap_or_default());
    let scope = use_state_eq(|| Some(beginning.scope.clone()));
    let asking = use_state_eq(|| false);
    let verdict = use_verdict(&text);
    let typed = {
        let text = text.clone();
        Callback::from(move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlTextAreaElement>().value());
        })
    };
    let choose = {
        let scope = scope.clone();
        Callback::from(move |chosen: Option<Scope>| scope.set(chosen))
    };
    let show = |to: bool| {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(to))
    };
    let clean = verdict
        .value
        .as_deref()
        .is_some_and(|verdict| matches!(verdict, PolicyVerdict::Clean { .. }));
    let name = scope.as_ref().map_or_else(String::new, |scope| place_name(lang, scope, &fleet));
    html! {
        <div class="editor-grid">
            <section class="card pad editor-left">
                <div class="policy-head">
                    <h2>{ fill(texts.change_of, &[&name]) }{ " " }<BookMark book={beginning.book} /></h2>
                </div>
                if beginning.place_open { <PlaceFields book={beginning.book} on_choose={choose} /> }
                if beginning.text.is_none() { <p class="notice warn">{ texts.no_text }</p> }
                <label class="field text-field"><span>{ texts.text }</span>
                    <textarea class="mono" name="terms" spellcheck="false" rows="24" value={(*text).clone()} oninput={typed} />
                </label>
                <div class="row-actions">
                    <button type="button" class="button primary ask-policy" disabled={!clean || scope.is_none()} onclick={show(true).reform(|_: MouseEvent| ())}>{ texts.ask }</button>
                    <button type="button" class="button" onclick={props.on_close.reform(|_: MouseEvent| ())}>{ texts.close }</button>
                </div>
            </section>
            <section class="card pad editor-right"><h2>{ texts.check }</h2><Verdict {verdict} /></section>
            if let (true, Some(scope)) = (*asking, (*scope).clone()) {
                <Asking book={beginning.book} {scope} {name} text={(*text).clone()} on_close={show(false)} on_asked={props.on_asked.clone()} />
            }
        </div>
    }
}
