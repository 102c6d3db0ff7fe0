//! One line: its units and its frames, looked at anew every two seconds.

use shared::id::LineId;
use shared::staff::Verb;
use yew::prelude::*;
use yew_router::prelude::*;

use super::Mark;
use super::raw::Raw;
use super::trace::Trace;
use super::units::{Units, Values};
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::hooks::{use_backend, use_line_texts, use_load, use_seat, use_second};
use crate::i18n::fill;
use crate::route::Route;

#[derive(PartialEq, Properties)]
pub struct LineProps {
    pub id: u16,
}

#[component]
pub fn Line(props: &LineProps) -> Html {
    let (seat, texts, backend) = (use_seat(), use_line_texts(), use_backend());
    let paused = use_state_eq(|| None::<i64>);
    use_second();
    let beat = paused.unwrap_or(browser::now().millis() / 2_000);
    let loaded = use_load(LineId(props.id), beat, move |line| {
        let backend = backend.clone();
        async move { backend.line(line).await }
    });
    if !seat.may(Verb::LookAtLines) {
        return html! { <div class="page"><p class="notice warn">{ texts.lines.admins_only }</p></div> };
    }
    let pause = {
        let paused = paused.clone();
        Callback::from(move |_: MouseEvent| {
            paused.set(if paused.is_some() { None } else { Some(beat) });
        })
    };
    let Some(line) = &loaded.value else {
        return match &loaded.failure {
            Some(failure) => {
                html! { <div class="page"><FailureNotice failure={failure.clone()} /></div> }
            }
            None => html! { <div class="page"><Waiting /></div> },
        };
    };
    html! {
        <div class="page lines-page">
            <header class="page-head">
                <Link<Route> to={Route::Lines} classes="quiet">{ texts.lines.title }</Link<Route>>
                <h1>{ &line.name }</h1><span class="mono quiet">{ &line.address }</span>
                <Mark line={(**line).clone()} />
                <span class="quiet">{ fill(texts.lines.waiting, &[&line.waiting.to_string()]) }</span>
                <span class="spring" />
                <button class="button" onclick={pause} aria-pressed={paused.is_some().to_string()}>
                    <Glyph icon={if paused.is_some() { Icon::Play } else { Icon::Pause }} size=16 />
                    { if paused.is_some() { texts.lines.go_on } else { texts.lines.pause } }
                </button>
                <Link<Route> to={Route::Commission { id: props.id }} classes="button primary">{ texts.lines.commission }</Link<Route>>
                <a class="button" href={format!("/api/v1/lines/{}/trace", line.id)} download="">{ texts.lines.export }</a>
            </header>
            if let Some(failure) = &loaded.failure { <FailureNotice failure={failure.clone()} /> }
            <Units units={line.units.clone()} />
            <Values units={line.units.clone()} />
            <Trace frames={line.frames.clone()} />
            <Raw line={line.id} />
        </div>
    }
}
