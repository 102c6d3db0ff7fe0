//! The clock of the simulated book: where it is, how fast it runs, and the handles to steer it.

use shared::api::clock::ClockOrder;
use shared::time::Span;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icon::{Glyph, Icon};
use crate::browser;
use crate::format;
use crate::hooks::{use_backend, use_fleet, use_lang, use_leave, use_seat, use_second, use_texts};
use crate::i18n::fill;

const PACES: [u32; 4] = [1, 60, 600, 3_600];

#[derive(PartialEq, Properties)]
pub struct ClockBarProps {
    /// All handles in full width, for the sheet of a phone.
    #[prop_or_default]
    pub wide: bool,
}

#[component]
pub fn ClockBar(props: &ClockBarProps) -> Html {
    use_second();
    let (fleet, seat, lang, texts) = (use_fleet(), use_seat(), use_lang(), use_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let Some(clock) = fleet.clock else {
        let now = fleet.now + (browser::now() - fleet.heard_at);
        return html! {
            if fleet.version > 0 {
                <span class="clock-live"><Glyph icon={Icon::Clock} size=16 />{ format::minute(now, &seat.zone) }</span>
            }
        };
    };
    let order = Callback::from(move |order: ClockOrder| {
        let (backend, leave) = (backend.clone(), leave.clone());
        spawn_local(async move {
            if let Err(failure) = backend.order_clock(order).await
                && failure.is_signed_out()
            {
                leave.emit(());
            }
        });
    });
    let run = order.reform(
        move |_: MouseEvent| if clock.paused { ClockOrder::Resume } else { ClockOrder::Pause },
    );
    let pace = {
        let order = order.clone();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            if let Some(pace) = select.and_then(|select| select.value().parse().ok()) {
                order.emit(ClockOrder::Pace(pace));
            }
        })
    };
    let steps = [
        (texts.clock.step_quarter, Span::from_mins(15)),
        (texts.clock.step_hour, Span::from_hours(1)),
        (texts.clock.step_day, Span::from_days(1)),
    ];
    let step_button = |(name, span): (&'static str, Span)| {
        let step = order.reform(move |_: MouseEvent| ClockOrder::Step(span));
        let title = fill(texts.clock.step, &[name]);
        html! { <button class="clock-step" onclick={step} title={title.clone()} aria-label={title}><Glyph icon={Icon::Step} size=12 />{ name }</button> }
    };
    let (word, icon) = if clock.paused {
        (texts.clock.resume, Icon::Play)
    } else {
        (texts.clock.pause, Icon::Pause)
    };
    let slow = !clock.paused && clock.reached < clock.pace / 10 * 9;
    html! {
        <div class={classes!("clock", props.wide.then_some("wide"), clock.paused.then_some("paused"))} role="group" aria-label={texts.clock.title}>
            <span class="clock-time" title={texts.clock.title}>
                <small>{ texts.frame.simulated }</small>
                <span class="clock-date">{ format::day(clock.now, &seat.zone, lang) }</span>
                <b>{ format::minute(clock.now, &seat.zone) }</b>
            </span>
            if seat.may_steer_clock() {
                <button class="icon-button" onclick={run} title={word} aria-label={word}><Glyph {icon} size=16 /></button>
                <select onchange={pace} aria-label={texts.clock.pace} title={texts.clock.pace}>
                    { for paces(clock.pace).into_iter().map(|pace| html! {
                        <option value={pace.to_string()} selected={pace == clock.pace}>{ format!("{pace}×") }</option>
                    }) }
                </select>
                <span class="clock-steps">{ for steps.into_iter().map(step_button) }</span>
            } else {
                <span class="quiet">{ format!("{}×", clock.pace) }</span>
            }
            if clock.paused {
                <span class="clock-note">{ texts.clock.paused }</span>
            } else if slow {
                <span class="clock-note">{ fill(texts.clock.reached, &[&clock.reached.to_string()]) }</span>
            }
        </div>
    }
}

/// The paces on offer, with the present one among them.
fn paces(present: u32) -> Vec<u32> {
    let mut paces = PACES.to_vec();
    if !paces.contains(&present) {
        paces.push(present);
        paces.sort_unstable();
    }
    paces
}

#[cfg(test)]
mod tests {
    use super::paces;

    #[test]
    fn a_pace_set_elsewhere_can_be_seen_and_kept() {
        assert_eq!(paces(60), [1, 60, 600, 3_600]);
        assert_eq!(paces(120), [1, 60, 120, 600, 3_600]);
    }
}
