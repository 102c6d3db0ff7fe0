//! A state, always as icon, word and colour together.

use shared::api::live::MeterState;
use shared::id::Book;
use yew::prelude::*;

use crate::hooks::{use_lang, use_texts};
use crate::i18n;

/// The state's name in class names and colour tokens.
pub fn state_word(state: MeterState) -> &'static str {
    match state {
        MeterState::Connected => "connected",
        MeterState::LowCredit => "low",
        MeterState::Cut => "cut",
        MeterState::Armed => "armed",
        MeterState::Protected => "protected",
        MeterState::Held => "held",
        MeterState::Silent => "silent",
    }
}

#[derive(PartialEq, Properties)]
pub struct StateProps {
    pub state: MeterState,
}

/// The shape alone, for places that carry the word beside it.
#[component]
pub fn StateShape(props: &StateProps) -> Html {
    let shape = match props.state {
        MeterState::Connected => html! { <circle cx="8" cy="8" r="6" fill="currentColor" /> },
        MeterState::LowCredit => html! {
            <><circle cx="8" cy="8" r="5.500" class="open" /><path d="M2.500 8a5.500 5.500 0 0 0 11 0z" fill="currentColor" /></>
        },
        MeterState::Cut => {
            html! { <><circle cx="8" cy="8" r="5.500" class="open" /><path d="M4.500 8h7" class="open" /></> }
        }
        MeterState::Armed => html! {
            <><circle cx="8" cy="8" r="5.500" class="open" /><path d="M5.200 8h5M8.200 5.800L10.400 8l-2.200 2.200" class="open" /></>
        },
        MeterState::Protected => {
            html! { <path d="M8 1.800l5.200 2v4c0 3.200-2.200 5.300-5.200 6.400C5 13.100 2.800 11 2.800 7.800v-4z" class="open" /> }
        }
        MeterState::Held => {
            html! { <><path d="M8 2.300l6 11H2z" class="open" /><path d="M8 6.500v3.200M8 11.300v.01" class="open" /></> }
        }
        MeterState::Silent => html! { <circle cx="8" cy="8" r="5.500" class="open dashed" /> },
    };
    html! { <svg class="shape" width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">{ shape }</svg> }
}

#[component]
pub fn StateBadge(props: &StateProps) -> Html {
    let lang = use_lang();
    html! {
        <span class={classes!("badge", state_word(props.state))} title={i18n::state_hint(lang, props.state)}>
            <StateShape state={props.state} />
            { i18n::state(lang, props.state) }
        </span>
    }
}

#[derive(PartialEq, Properties)]
pub struct BookMarkProps {
    pub book: Book,
}

/// The word "simulated" where something is; nothing for the live book.
#[component]
pub fn BookMark(props: &BookMarkProps) -> Html {
    let texts = use_texts();
    match props.book {
        Book::Live => Html::default(),
        Book::Simulated => html! { <span class="bookmark">{ texts.frame.simulated }</span> },
    }
}
