//! What the check says of terms: clean, unreadable, contradictory, or the course that breaks a promise.

use gloo_timers::future::TimeoutFuture;
use shared::api::policy::PolicyVerdict;
use shared::lint::Line;
use shared::meter::Supply;
use yew::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::notice::FailureNotice;
use crate::hooks::{Loaded, use_backend, use_lang, use_load, use_policy_texts, use_seat};
use crate::i18n::{self, fill};

/// Somebody who types this long nothing has come to a stop.
const PAUSE: u32 = 500;

/// The check of a text, asked anew once typing pauses; what was asked before is given up.
#[hook]
pub(super) fn use_verdict(text: &str) -> Loaded<PolicyVerdict> {
    let backend = use_backend();
    use_load(text.to_owned(), (), move |text: String| {
        let backend = backend.clone();
        async move {
            TimeoutFuture::new(PAUSE).await;
            backend.check_policy(&text).await
        }
    })
}

#[derive(PartialEq, Properties)]
pub(super) struct VerdictProps {
    pub(super) verdict: Loaded<PolicyVerdict>,
}

#[component]
pub(super) fn Verdict(props: &VerdictProps) -> Html {
    let texts = &use_policy_texts().policies;
    html! {
        <div class="policy-verdict" aria-live="polite">
            { match (&props.verdict.value, &props.verdict.failure) {
                (_, Some(failure)) => html! { <FailureNotice failure={failure.clone()} /> },
                (Some(verdict), None) => html! { <Told verdict={PolicyVerdict::clone(verdict)} /> },
                (None, None) => html! { <p class="quiet">{ texts.checking }</p> },
            } }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct ToldProps {
    verdict: PolicyVerdict,
}

#[component]
fn Told(props: &ToldProps) -> Html {
    let (lang, texts) = (use_lang(), &use_policy_texts().policies);
    let number = |count: &u64| count.to_string();
    match &props.verdict {
        PolicyVerdict::Clean { windows, states, steps } => html! {
            <p class="notice proof"><Glyph icon={Icon::Check} size=18 />{ fill(texts.clean, &[&number(windows), &number(states), &number(steps)]) }</p>
        },
        PolicyVerdict::Unreadable { line: Some(line), what } => {
            bad(fill(texts.unreadable_line, &[&line.to_string(), what]))
        }
        PolicyVerdict::Unreadable { line: None, what } => bad(fill(texts.unreadable, &[what])),
        PolicyVerdict::Wrong { key, what } => bad(i18n::complaint(lang, key, what)),
        PolicyVerdict::TooLarge { most_states } => {
            bad(fill(texts.too_large, &[&number(most_states)]))
        }
        PolicyVerdict::Broken { broken, sentence: _, timeline } => html! {
            <>
                <div class="notice bad"><Glyph icon={Icon::Warning} size=18 /><div><p><b>{ texts.refused }</b></p><p>{ i18n::broken(lang, *broken) }</p></div></div>
                <Course timeline={timeline.clone()} />
            </>
        },
    }
}

fn bad(sentence: String) -> Html {
    html! { <div class="notice bad"><Glyph icon={Icon::Warning} size=18 /><p>{ sentence }</p></div> }
}

#[derive(PartialEq, Properties)]
struct CourseProps {
    timeline: Vec<Line>,
}

#[component]
fn Course(props: &CourseProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), &use_policy_texts().policies);
    let currency = seat.currency();
    html! {
        <>
            <h3>{ texts.timeline }</h3>
            <div class="table-scroll" tabindex="0" role="region" aria-label={texts.timeline}><table class="policy-course">
                <thead><tr><th scope="col">{ texts.time }</th><th scope="col">{ texts.happens }</th><th scope="col" class="num">{ texts.credit }</th><th scope="col">{ texts.supply }</th></tr></thead>
                <tbody>{ for props.timeline.iter().map(|line| {
                    let off = matches!(line.wanted, Supply::Disconnected(_));
                    html! { <tr class={classes!(off.then_some("off"))}>
                        <td><time>{ &line.time }</time></td>
                        <td>{ i18n::course_step(lang, line.step, currency) }</td>
                        <td class="num">{ &line.credit }</td>
                        <td>{ i18n::wanted(lang, line.wanted) }</td>
                    </tr> }
                }) }</tbody>
            </table></div>
        </>
    }
}
