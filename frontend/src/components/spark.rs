//! Figures as a small picture beside a number: a line, bars, a share of states.

use shared::api::live::MeterState;
use yew::prelude::*;

use super::badge::state_word;
use super::chart::Plane;
use crate::hooks::use_lang;
use crate::i18n;

const WIDTH: i64 = 120;
const HEIGHT: i64 = 36;

#[derive(PartialEq, Properties)]
pub struct SparkProps {
    pub values: Vec<Option<i64>>,
}

#[component]
pub fn SparkLine(props: &SparkProps) -> Html {
    let last = i64::try_from(props.values.len()).unwrap_or(0).saturating_sub(1).max(1);
    let high = props.values.iter().flatten().copied().max().unwrap_or(0).max(1);
    let plane =
        Plane { left: 2, top: 4, width: WIDTH - 4, height: HEIGHT - 6, from: 0, to: last, high };
    let points = || (0_i64..).zip(props.values.iter().copied());
    html! {
        <svg class="spark" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" aria-hidden="true">
            <path class="spark-area" d={plane.area(points())} />
            <path class="spark-line" d={plane.line(points())} vector-effect="non-scaling-stroke" />
        </svg>
    }
}

/// One bar a value, the last one strong: it is still growing.
#[component]
pub fn SparkBars(props: &SparkProps) -> Html {
    let count = i64::try_from(props.values.len()).unwrap_or(0).max(1);
    let high = props.values.iter().flatten().copied().max().unwrap_or(0).max(1);
    let plane =
        Plane { left: 0, top: 2, width: WIDTH, height: HEIGHT - 4, from: 0, to: count, high };
    html! {
        <svg class="spark" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" aria-hidden="true">
            { for (0_i64..).zip(props.values.iter().copied()).map(|(place, value)| {
                let (x, top) = (plane.x(place), plane.y(value.unwrap_or(0)).min(plane.bottom() - 1));
                let width = (plane.x(place + 1) - x - 2).max(2);
                let class = if place + 1 == count { "spark-bar now" } else { "spark-bar" };
                html! { <rect {class} x={x.to_string()} y={top.to_string()} width={width.to_string()} height={(plane.bottom() - top).to_string()} rx="1" /> }
            }) }
        </svg>
    }
}

#[derive(PartialEq, Properties)]
pub struct ShareProps {
    pub counts: Vec<(MeterState, usize)>,
}

/// All meters as one bar, each state its share.
#[component]
pub fn StateShare(props: &ShareProps) -> Html {
    let lang = use_lang();
    let total = props.counts.iter().map(|(_, count)| count).sum::<usize>();
    let plane = Plane {
        left: 0,
        top: 0,
        width: 1_000,
        height: 10,
        from: 0,
        to: i64::try_from(total).unwrap_or(0).max(1),
        high: 1,
    };
    let mut from = 0_i64;
    html! {
        <svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            { for props.counts.iter().map(|(state, count)| {
                let x = plane.x(from);
                from += i64::try_from(*count).unwrap_or(0);
                let width = (plane.x(from) - x - 4).max(4);
                html! {
                    <rect class={classes!("share-part", state_word(*state))} x={x.to_string()} y="0" width={width.to_string()} height="10">
                        <title>{ format!("{} {count}", i18n::state(lang, *state)) }</title>
                    </rect>
                }
            }) }
        </svg>
    }
}
