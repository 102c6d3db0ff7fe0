//! What stands where something is missing or has failed: a sentence and the next step.

use std::rc::Rc;

use shared::money::{Currency, Money};
use yew::prelude::*;

use super::icon::{Glyph, Icon};
use crate::backend::Failure;
use crate::format;
use crate::hooks::{use_lang, use_texts};
use crate::i18n::{self, Lang, fill};
use crate::store::seat::Seat;

/// A failure as one sentence of the person's language; sums in the site's currency, once it is known.
pub fn sentence(lang: Lang, failure: &Failure, currency: Option<Currency>) -> String {
    let texts = &lang.texts().common;
    let money = |minor: i64| {
        currency.map_or_else(
            || minor.to_string(),
            |currency| format::money(Money::from_minor(minor), currency),
        )
    };
    match failure {
        Failure::Offline => texts.offline.to_owned(),
        Failure::Problem(problem) => i18n::problem(lang, problem, money),
        Failure::BadAnswer(answer) => fill(texts.bad_answer, &[answer]),
    }
}

fn detail(lang: Lang, failure: &Failure) -> Option<String> {
    match failure {
        Failure::Offline | Failure::BadAnswer(_) => None,
        Failure::Problem(problem) => {
            let request = problem
                .request
                .as_ref()
                .map(|request| fill(lang.texts().common.request, &[request]));
            let detail = i18n::problem_detail(problem).map(str::to_owned);
            let parts: Vec<String> = detail.into_iter().chain(request).collect();
            (!parts.is_empty()).then(|| parts.join(" · "))
        }
    }
}

#[derive(PartialEq, Properties)]
pub struct FailureProps {
    pub failure: Failure,
    #[prop_or_default]
    pub retry: Option<Callback<()>>,
}

#[component]
pub fn FailureNotice(props: &FailureProps) -> Html {
    let (lang, texts) = (use_lang(), use_texts());
    let currency = use_context::<Rc<Seat>>().map(|seat| seat.currency());
    html! {
        <div class="notice bad" role="alert">
            <Glyph icon={Icon::Warning} size=20 />
            <div>
                <p>{ sentence(lang, &props.failure, currency) }</p>
                if let Some(detail) = detail(lang, &props.failure) { <p class="quiet">{ detail }</p> }
            </div>
            if let Some(retry) = props.retry.clone() {
                <button class="button" onclick={move |_| retry.emit(())}>{ texts.common.retry }</button>
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub struct EmptyProps {
    #[prop_or(Icon::Empty)]
    pub icon: Icon,
    pub title: AttrValue,
    #[prop_or_default]
    pub hint: AttrValue,
    #[prop_or_default]
    pub children: Html,
}

#[component]
pub fn Empty(props: &EmptyProps) -> Html {
    html! {
        <div class="empty">
            <Glyph icon={props.icon} size=28 />
            <p class="empty-title">{ &props.title }</p>
            if !props.hint.is_empty() { <p class="quiet">{ &props.hint }</p> }
            { props.children.clone() }
        </div>
    }
}

/// Grey bars where content is about to be.
#[component]
pub fn Waiting() -> Html {
    let texts = use_texts();
    html! { <div class="waiting" role="status" aria-label={texts.common.loading}><i /><i /><i /></div> }
}
