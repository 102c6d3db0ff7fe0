//! The last frames of a line, in hex with their times.

use shared::api::line::{Direction, FrameView};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::format;
use crate::hooks::{use_line_texts, use_seat, use_texts};
use crate::i18n::fill;

#[derive(PartialEq, Properties)]
pub struct TraceProps {
    pub frames: Vec<FrameView>,
}

#[component]
pub fn Trace(props: &TraceProps) -> Html {
    let (seat, texts, common) = (use_seat(), use_line_texts(), use_texts());
    let only = use_state_eq(|| None::<u8>);
    let words = &texts.lines;
    let mut units: Vec<u8> = props
        .frames
        .iter()
        .filter(|frame| frame.direction == Direction::Sent)
        .filter_map(|frame| frame.unit)
        .collect();
    units.sort_unstable();
    units.dedup();
    let choose = {
        let only = only.clone();
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
            only.set(chosen.and_then(|chosen| chosen.parse().ok()));
        })
    };
    let shown: Vec<&FrameView> = props
        .frames
        .iter()
        .filter(|frame| only.is_none_or(|only| frame.unit == Some(only)))
        .collect();
    let row = |frame: &FrameView| {
        let (arrow, word, class) = match frame.direction {
            Direction::Sent => ("→", words.sent, "sent"),
            Direction::Received => ("←", words.received, "received"),
            Direction::Discarded => ("×", words.discarded, "discarded"),
        };
        let millis = frame.at.millis().rem_euclid(1_000);
        html! {
            <tr class={class}>
                <td class="mono">{ format!("{}.{millis:03}", format::clock(frame.at, &seat.zone)) }</td>
                <td>{ arrow }{ " " }{ word }</td>
                <td class="mono frame-bytes">{ spaced(&frame.bytes) }</td>
            </tr>
        }
    };
    html! {
        <section class="card line-table" tabindex="0" role="region" aria-label={words.trace}>
            <div class="card-head">
                <h2>{ words.trace }</h2><span class="quiet">{ fill(words.trace_lead, &[&props.frames.len().to_string()]) }</span>
                <span class="spring" />
                <label class="inline-field">{ words.only_unit }{ " " }
                    <select onchange={choose}>
                        <option value="" selected={only.is_none()}>{ words.all_units }</option>
                        { for units.iter().map(|unit| html! { <option value={unit.to_string()} selected={*only == Some(*unit)}>{ *unit }</option> }) }
                    </select>
                </label>
            </div>
            if shown.is_empty() { <p class="quiet line-none">{ words.no_frames }</p> } else {
                <table class="frames">
                    <thead><tr><th scope="col">{ common.common.time }</th><th scope="col">{ words.direction }</th><th scope="col">{ words.bytes }</th></tr></thead>
                    <tbody>{ for shown.into_iter().map(row) }</tbody>
                </table>
            }
        </section>
    }
}

fn spaced(hex: &str) -> String {
    let digits: Vec<char> = hex.chars().collect();
    let bytes = digits.chunks(2).map(|byte| byte.iter().collect::<String>());
    bytes.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stand_apart() {
        assert_eq!(spaced("0104FF"), "01 04 FF");
    }
}
