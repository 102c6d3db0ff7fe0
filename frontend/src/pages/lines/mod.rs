//! Lines to real meters: all of them, and one with its units and frames.

mod commission;
mod found;
mod line;
mod raw;
mod sheet;
mod speeds;
mod trace;
mod units;

use shared::api::line::LineView;
use shared::staff::Verb;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::icon::Icon;
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::hooks::{use_backend, use_line_texts, use_load, use_seat};
use crate::i18n::fill;
use crate::route::Route;

pub use commission::Commission;
pub use line::Line;

#[component]
pub fn Lines() -> Html {
    let (seat, texts, backend) = (use_seat(), use_line_texts(), use_backend());
    let lines = use_load((), (), move |()| {
        let backend = backend.clone();
        async move { backend.lines().await }
    });
    if !seat.may(Verb::LookAtLines) {
        return html! { <div class="page"><p class="notice warn">{ texts.lines.admins_only }</p></div> };
    }
    html! {
        <div class="page lines-page">
            <header class="page-head"><h1>{ texts.lines.title }</h1><p class="quiet">{ texts.lines.lead }</p></header>
            if let Some(failure) = &lines.failure { <FailureNotice failure={failure.clone()} /> }
            if let Some(lines) = &lines.value {
                if lines.is_empty() {
                    <section class="card"><Empty icon={Icon::Line} title={texts.lines.none} hint={texts.lines.none_hint} /></section>
                }
                <ul class="line-list">{ for lines.iter().map(card) }</ul>
            } else if lines.failure.is_none() { <Waiting /> }
        </div>
    }
}

fn card(line: &LineView) -> Html {
    html! { <li key={line.id.0}><LineCard line={line.clone()} /></li> }
}

#[derive(PartialEq, Properties)]
struct LineCardProps {
    line: LineView,
}

#[component]
fn LineCard(props: &LineCardProps) -> Html {
    let texts = use_line_texts();
    let line = &props.line;
    let (good, requests) =
        line.units.iter().fold((0, 0), |(good, all), unit| (good + unit.good, all + unit.requests));
    html! {
        <Link<Route> to={Route::Line { id: line.id.0 }} classes="card pad line-card">
            <b>{ &line.name }</b><span class="mono quiet">{ &line.address }</span>
            <span class="line-marks">
                <Mark line={line.clone()} />
                <span>{ fill(texts.lines.units, &[&line.units.len().to_string()]) }</span>
                <span>{ texts.lines.success }{ " " }<b>{ permille((good * 1_000_u64).checked_div(requests)) }</b></span>
            </span>
        </Link<Route>>
    }
}

/// Open or closed, and whether it may be written to.
#[component]
fn Mark(props: &LineCardProps) -> Html {
    let texts = use_line_texts();
    let line = &props.line;
    let (class, word) =
        if line.is_open { ("on", texts.lines.open) } else { ("off", texts.lines.closed) };
    html! {
        <><span class={classes!("line-mark", class)}>{ word }</span>
        if line.read_only { <span class="line-mark">{ texts.lines.read_only }</span> }</>
    }
}

/// Thousandths as a percentage with one decimal.
fn permille(share: Option<u64>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| format!("{}.{} %", share / 10, share % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_shown_in_percent() {
        assert_eq!([Some(1_000), Some(987), None].map(permille), ["100.0 %", "98.7 %", "—"]);
    }
}
