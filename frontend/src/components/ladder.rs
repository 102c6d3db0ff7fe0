//! A ladder of limits: each step can be typed, or moved up and down by buttons. No dragging needed.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::hooks::use_tariff_texts;
use crate::i18n::fill;

#[derive(PartialEq, Properties)]
pub struct LadderProps {
    pub limits: Vec<String>,
    pub on_limit: Callback<(usize, String)>,
}

/// The next rounder figure up or down: a twentieth, at least 1.
fn nudged(limit: &str, up: bool) -> Option<String> {
    let whole: u64 = limit.split('.').next()?.parse().ok()?;
    let step = (whole / 20).max(1);
    let next = if up { whole.checked_add(step)? } else { whole.checked_sub(step)? };
    (next > 0).then(|| next.to_string())
}

#[component]
pub fn Ladder(props: &LadderProps) -> Html {
    let texts = use_tariff_texts();
    let count = props.limits.len();
    html! {
        <ol class="ladder">
            { for props.limits.iter().enumerate().map(|(step, limit)| {
                let number = (step + 1).to_string();
                let typed = props.on_limit.reform(move |event: InputEvent| {
                    (step, event.target_unchecked_into::<HtmlInputElement>().value())
                });
                let nudge = |up: bool| {
                    let (give, next) = (props.on_limit.clone(), nudged(limit, up));
                    Callback::from(move |_: MouseEvent| {
                        if let Some(next) = next.clone() {
                            give.emit((step, next));
                        }
                    })
                };
                html! {
                    <li class="ladder-step">
                        <b>{ fill(texts.tariffs.step, &[&number]) }</b>
                        <span class="quiet">{ texts.tariffs.up_to }</span>
                        <button type="button" class="icon-button" onclick={nudge(false)} aria-label={fill(texts.tariffs.lower, &[&number])}>{ "−" }</button>
                        <input class="num" inputmode="decimal" value={limit.clone()} oninput={typed} aria-label={fill(texts.tariffs.limit_of, &[&number])} />
                        <button type="button" class="icon-button" onclick={nudge(true)} aria-label={fill(texts.tariffs.raise, &[&number])}>{ "+" }</button>
                    </li>
                }
            }) }
            <li class="ladder-step"><b>{ fill(texts.tariffs.step, &[&(count + 1).to_string()]) }</b><span class="quiet">{ texts.tariffs.above }</span></li>
        </ol>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_moves_by_a_twentieth() {
        for (limit, up, next) in [
            ("2760", true, Some("2898")),
            ("2760", false, Some("2622")),
            ("10", true, Some("11")),
            ("1", false, None),
            ("x", true, None),
        ] {
            assert_eq!(nudged(limit, up).as_deref(), next, "{limit} {up}");
        }
    }
}
