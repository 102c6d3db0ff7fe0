//! A day of 48 half hours to paint on: by dragging, by single clicks, or by keys alone.

use web_sys::Element;
use yew::prelude::*;

use super::chart::Plane;
use super::load_chart::offset_x;
use crate::hooks::{use_lang, use_size, use_tariff_texts};
use crate::i18n::{self, fill};

const HALVES: usize = 48;
const HEIGHT: i64 = 52;
const AXIS: i64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    pub from: usize,
    pub to: usize,
    pub period: u8,
}

#[derive(PartialEq, Properties)]
pub struct DayBarProps {
    /// The kind of day.
    pub label: AttrValue,
    pub halves: Vec<u8>,
    pub periods: Vec<String>,
    /// Of each period, 0 the cheapest.
    pub ranks: Vec<u8>,
    #[prop_or_default]
    pub brush: u8,
    /// Nothing: the bar is only looked at.
    #[prop_or_default]
    pub on_paint: Option<Callback<Stroke>>,
    #[prop_or_default]
    pub keys_id: AttrValue,
}

/// The half hours chosen, from where one began to where one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Choice {
    anchor: usize,
    at: usize,
}

impl Choice {
    fn from(self) -> usize {
        self.anchor.min(self.at)
    }

    fn to(self) -> usize {
        self.anchor.max(self.at) + 1
    }

    /// Where a key leads; `None`: it is not one of ours.
    fn moved(self, key: &str, extend: bool) -> Option<Self> {
        let last = HALVES - 1;
        let at = match key {
            "ArrowRight" => (self.at + 1).min(last),
            "ArrowLeft" => self.at.saturating_sub(1),
            "PageDown" | "ArrowDown" => (self.at + 4).min(last),
            "PageUp" | "ArrowUp" => self.at.saturating_sub(4),
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        Some(Self { anchor: if extend { self.anchor } else { at }, at })
    }
}

/// The period that a key names: its number, or its first letter where only one begins so.
fn named(key: &str, periods: &[String]) -> Option<u8> {
    let mut letters = key.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return None };
    if let Some(number) = letter.to_digit(10) {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        return (place < periods.len()).then(|| u8::try_from(place).ok()).flatten();
    }
    let begins = |name: &String| {
        name.chars().next().is_some_and(|first| first.to_lowercase().eq(letter.to_lowercase()))
    };
    let mut own = periods.iter().zip(0_u8..).filter(|(name, _)| begins(name));
    let first = own.next()?;
    own.next().is_none().then_some(first.1)
}

fn runs(halves: &[u8]) -> Vec<(usize, usize, u8)> {
    let mut runs: Vec<(usize, usize, u8)> = Vec::new();
    for (half, &period) in halves.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.2 == period => run.1 = half + 1,
            Some(_) | None => runs.push((half, half + 1, period)),
        }
    }
    runs
}

fn clock(half: usize) -> String {
    format!("{:02}:{:02}", half / 2, half % 2 * 30)
}

fn at(half: usize) -> i64 {
    i64::try_from(half).unwrap_or(0)
}

#[component]
pub fn DayBar(props: &DayBarProps) -> Html {
    let (lang, texts) = (use_lang(), use_tariff_texts());
    let node = use_node_ref();
    let (width, _) = use_size(node.clone());
    let choice = use_state_eq(Choice::default);
    let dragging = use_state_eq(|| false);
    let focused = use_state_eq(|| false);
    let width = i64::from(width.max(240));
    let plane = Plane { left: 0, top: 0, width, height: HEIGHT, from: 0, to: at(HALVES), high: 1 };
    let half_of = {
        let node = node.clone();
        move |event: &PointerEvent| {
            let element = node.cast::<Element>()?;
            let half = plane.at(offset_x(event, &element)).clamp(0, at(HALVES) - 1);
            usize::try_from(half).ok()
        }
    };
    let paints = props.on_paint.is_some();
    let down = {
        let (choice, dragging, half_of, node) =
            (choice.clone(), dragging.clone(), half_of.clone(), node.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(half) = half_of(&event).filter(|_| paints && event.button() == 0) else {
                return;
            };
            if let Some(element) = node.cast::<Element>() {
                drop(element.set_pointer_capture(event.pointer_id()));
            }
            let anchor = if event.shift_key() { choice.anchor } else { half };
            choice.set(Choice { anchor, at: half });
            dragging.set(true);
        })
    };
    let moved = {
        let (choice, dragging) = (choice.clone(), dragging.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(half) = half_of(&event).filter(|_| *dragging) {
                choice.set(Choice { at: half, ..*choice });
            }
        })
    };
    let up = {
        let (choice, dragging) = (choice.clone(), dragging.clone());
        let (paint, period) = (props.on_paint.clone(), props.brush);
        Callback::from(move |_: PointerEvent| {
            if let Some(paint) = paint.as_ref().filter(|_| *dragging) {
                paint.emit(Stroke { from: choice.from(), to: choice.to(), period });
                dragging.set(false);
            }
        })
    };
    let cancel = {
        let dragging = dragging.clone();
        Callback::from(move |_: PointerEvent| dragging.set(false))
    };
    let pressed = {
        let (choice, paint) = (choice.clone(), props.on_paint.clone());
        let (periods, brush) = (props.periods.clone(), props.brush);
        Callback::from(move |event: KeyboardEvent| {
            let Some(paint) = &paint else { return };
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let key = event.key();
            let period = match key.as_str() {
                "Enter" | " " => Some(brush),
                key => named(key, &periods),
            };
            if let Some(next) = choice.moved(&key, event.shift_key()) {
                choice.set(next);
            } else if let Some(period) = period {
                paint.emit(Stroke { from: choice.from(), to: choice.to(), period });
            } else {
                return;
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let focus = |to: bool| {
        let focused = focused.clone();
        Callback::from(move |_: FocusEvent| focused.set(to))
    };
    let name = |period: u8| {
        props
            .periods
            .get(usize::from(period))
            .map_or_else(String::new, |name| i18n::period(lang, name))
    };
    let here = props.halves.get(choice.at).copied().unwrap_or(0);
    let told = fill(texts.tariffs.at, &[&clock(choice.from()), &clock(choice.to()), &name(here)]);
    let marked = *dragging || *focused;
    let svg = html! {
        <svg width={width.to_string()} height={(HEIGHT + AXIS).to_string()} viewBox={format!("0 0 {width} {}", HEIGHT + AXIS)} aria-hidden="true">
            { for runs(&props.halves).into_iter().map(|(from, to, period)| stretch(&plane, from, to, &name(period), rank(&props.ranks, period))) }
            { for (0..=24_usize).map(|hour| tick(&plane, hour, width)) }
            if paints && marked {
                <rect class={classes!("day-choice", dragging.then_some(format!("rank-{}", rank(&props.ranks, props.brush))))}
                    x={plane.x(at(choice.from())).to_string()} y="1"
                    width={(plane.x(at(choice.to())) - plane.x(at(choice.from()))).max(2).to_string()} height={(HEIGHT - 2).to_string()} rx="3" />
            }
        </svg>
    };
    if !paints {
        let all: Vec<String> = runs(&props.halves)
            .into_iter()
            .map(|(from, to, period)| format!("{}–{} {}", clock(from), clock(to), name(period)))
            .collect();
        return html! {
            <div class="day-bar" ref={node} role="img" aria-label={format!("{}: {}", props.label, all.join(", "))}>{ svg }</div>
        };
    }
    html! {
        <>
            <div class="day-bar paints" ref={node} tabindex="0" role="application" aria-label={&props.label} aria-describedby={&props.keys_id}
                onpointerdown={down} onpointermove={moved} onpointerup={up} onpointercancel={cancel} onkeydown={pressed} onfocus={focus(true)} onblur={focus(false)}>
                { svg }
            </div>
            <p class="day-told" aria-live="polite">{ if marked { told } else { String::new() } }</p>
        </>
    }
}

fn rank(ranks: &[u8], period: u8) -> u8 {
    let highest = ranks.iter().copied().max().unwrap_or(0).max(1);
    let rank = ranks.get(usize::from(period)).copied().unwrap_or(0);
    // Five shades are there; fewer periods are spread over them.
    if highest > 4 { rank.min(4) } else { (rank * 4).div_ceil(highest).min(4) }
}

fn stretch(plane: &Plane, from: usize, to: usize, name: &str, rank: u8) -> Html {
    let (left, right) = (plane.x(at(from)), plane.x(at(to)));
    let wide = right - left;
    let letters = i64::try_from(name.chars().count()).unwrap_or(0);
    html! {
        <g class={format!("period rank-{rank}")}>
            <rect x={left.to_string()} y="4" width={(wide - 1).max(1).to_string()} height={(HEIGHT - 8).to_string()} rx="3" />
            if letters * 8 + 6 < wide {
                <text x={i64::midpoint(left, right).to_string()} y={(HEIGHT / 2 + 4).to_string()} text-anchor="middle">{ name }</text>
            }
        </g>
    }
}

fn tick(plane: &Plane, hour: usize, width: i64) -> Html {
    let step = if width < 480 { 6 } else { 3 };
    let x = plane.x(at(hour * 2)).clamp(0, width - 1);
    let anchor = match hour {
        0 => "start",
        24 => "end",
        _ => "middle",
    };
    html! {
        <>
            <line class="axis-line" x1={x.to_string()} x2={x.to_string()} y1={(HEIGHT - 4).to_string()} y2={(HEIGHT + 3).to_string()} />
            if hour.is_multiple_of(step) {
                <text class="axis" x={x.to_string()} y={(HEIGHT + AXIS - 4).to_string()} text-anchor={anchor}>{ format!("{hour:02}") }</text>
            }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_and_extend_within_the_day() {
        let start = Choice { anchor: 46, at: 46 };
        let right = start.moved("ArrowRight", true).expect("moves");
        assert_eq!((right.from(), right.to()), (46, 48));
        let end = right.moved("ArrowRight", true).expect("moves");
        assert_eq!((end.from(), end.to()), (46, 48), "the day ends at midnight");
        let alone = end.moved("Home", false).expect("moves");
        assert_eq!((alone.from(), alone.to()), (0, 1));
        let back = start.moved("Home", true).expect("moves");
        assert_eq!((back.from(), back.to()), (0, 47));
        assert_eq!(start.moved("x", false), None);
    }

    #[test]
    fn a_period_is_chosen_by_number_or_by_a_letter_that_only_it_begins_with() {
        let periods = ["sharp", "peak", "flat", "valley"].map(str::to_owned);
        for (key, period) in [
            ("1", Some(0)),
            ("4", Some(3)),
            ("5", None),
            ("0", None),
            ("p", Some(1)),
            ("V", Some(3)),
            ("x", None),
            ("Tab", None),
        ] {
            assert_eq!(named(key, &periods), period, "{key}");
        }
        let two = ["peak", "part-peak"].map(str::to_owned);
        assert_eq!(named("p", &two), None);
    }

    #[test]
    fn shades_spread_over_as_many_periods_as_there_are() {
        assert_eq!([0, 1].map(|period| rank(&[0, 1], period)), [0, 4]);
        assert_eq!([0, 1, 2, 3].map(|period| rank(&[3, 2, 1, 0], period)), [4, 3, 2, 0]);
    }
}
