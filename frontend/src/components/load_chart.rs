//! Today's load over yesterday's, quarter hour by quarter hour, with the tariff's periods as a
//! quiet band below the axis.

use shared::api::overview::{Band, Overview};
use shared::energy::Power;
use yew::prelude::*;

use super::chart::{Plane, round_up};
use crate::format;
use crate::hooks::{use_lang, use_size, use_texts};
use crate::i18n;

const HEIGHT: i64 = 268;
const LEFT: i64 = 52;
const BAND: i64 = 16;
const DAY: i64 = 1_440;

#[derive(PartialEq, Properties)]
pub struct LoadChartProps {
    pub overview: std::rc::Rc<Overview>,
}

fn points(values: &[Option<Power>]) -> impl Iterator<Item = (i64, Option<i64>)> + '_ {
    (0_i64..).zip(values).map(|(quarter, power)| (quarter * 15 + 7, power.map(Power::watts)))
}

#[component]
pub fn LoadChart(props: &LoadChartProps) -> Html {
    let (lang, texts) = (use_lang(), use_texts());
    let node = use_node_ref();
    let (width, _) = use_size(node.clone());
    let pointer = use_state_eq(|| None::<i64>);
    let overview = &props.overview;
    let highest =
        overview.today.iter().chain(&overview.yesterday).flatten().map(|power| power.watts()).max();
    let high = round_up(highest.unwrap_or(0));
    let width = i64::from(width.max(280));
    let plane = Plane {
        left: LEFT,
        top: 14,
        width: width - LEFT - 12,
        height: HEIGHT - 72,
        from: 0,
        to: DAY,
        high,
    };
    let moved = {
        let (pointer, node) = (pointer.clone(), node.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(element) = node.cast::<web_sys::Element>() {
                pointer.set(Some(plane.at(offset_x(&event, &element))));
            }
        })
    };
    let left = {
        let pointer = pointer.clone();
        Callback::from(move |_: PointerEvent| pointer.set(None))
    };
    let now =
        i64::try_from(overview.today.iter().rposition(Option::is_some).unwrap_or(0)).unwrap_or(0);
    html! {
        <figure class="chart" ref={node}>
            <svg width={width.to_string()} height={HEIGHT.to_string()} viewBox={format!("0 0 {width} {HEIGHT}")}
                onpointermove={moved} onpointerleave={left} role="img" aria-label={texts.overview.load_today}>
                { grid(&plane) }
                { for (0..=8_i64).filter(|step| width > 560 || step % 2 == 0).map(|step| {
                    let minutes = step * 180;
                    let anchor = match step { 0 => "start", 8 => "end", _ => "middle" };
                    html! { <text class="axis" x={plane.x(minutes).to_string()} y={(plane.bottom() + 18).to_string()} text-anchor={anchor}>{ format!("{:02}:00", minutes / 60) }</text> }
                }) }
                <path class="line-before" d={plane.line(points(&overview.yesterday))} />
                <path class="area-today" d={plane.area(points(&overview.today))} />
                <path class="line-today" d={plane.line(points(&overview.today))} />
                if let Some(power) = usize::try_from(now).ok().and_then(|now| overview.today.get(now).copied().flatten()) {
                    <circle class="dot-now" cx={plane.x(now * 15 + 7).to_string()} cy={plane.y(power.watts()).to_string()} r="4" />
                }
                { for overview.bands.iter().map(|band| period(&plane, band, &i18n::period(lang, &band.period))) }
                if let Some(minute) = *pointer { { reading(&plane, overview, minute, width) } }
            </svg>
            <figcaption class="legend">
                <span class="key today">{ texts.common.today }</span>
                <span class="key before">{ texts.common.yesterday }</span>
            </figcaption>
        </figure>
    }
}

/// Four hairlines with their figures in kW.
pub fn grid(plane: &Plane) -> Html {
    (0..=4_i64)
        .map(|step| {
            let value = plane.high * step / 4;
            let y = plane.y(value).to_string();
            let figure = if plane.high < 4_000 { format::milli(value, 2) } else { format::milli(value, u32::from(plane.high < 40_000)) };
            html! {
                <>
                    <line class={if step == 0 { "axis-line" } else { "grid-line" }} x1={plane.left.to_string()} x2={plane.right().to_string()} y1={y.clone()} y2={y} />
                    <text class="axis" x={(plane.left - 8).to_string()} y={(plane.y(value) + 4).to_string()} text-anchor="end">
                        { figure }{ if step == 4 { " kW" } else { "" } }
                    </text>
                </>
            }
        })
        .collect()
}

fn period(plane: &Plane, band: &Band, name: &str) -> Html {
    let (from, to) = (plane.x(i64::from(band.from)), plane.x(i64::from(band.to)));
    let top = plane.bottom() + 30;
    let roomy = to - from > i64::try_from(name.chars().count()).unwrap_or(9) * 9 + 8;
    html! {
        <g class={classes!("period", format!("rank-{}", band.rank.min(4)))}>
            <rect x={from.to_string()} y={top.to_string()} width={(to - from - 1).max(1).to_string()} height={BAND.to_string()}><title>{ name }</title></rect>
            if roomy { <text x={i64::midpoint(from, to).to_string()} y={(top + 12).to_string()} text-anchor="middle">{ name }</text> }
        </g>
    }
}

fn reading(plane: &Plane, overview: &Overview, minute: i64, width: i64) -> Html {
    let quarter = usize::try_from(minute / 15).unwrap_or(0).min(95);
    let middle = i64::try_from(quarter).unwrap_or(0) * 15;
    let x = plane.x(middle + 7);
    let figure = |values: &[Option<Power>]| {
        values
            .get(quarter)
            .copied()
            .flatten()
            .map_or_else(|| "—".to_owned(), |power| format!("{} kW", format::power(power)))
    };
    let at_right = x + 150 > width;
    let (text_x, anchor) = if at_right { (x - 10, "end") } else { (x + 10, "start") };
    let line = |y: i64, class: &'static str, text: String| html! { <text class={classes!("tip", class)} x={text_x.to_string()} y={y.to_string()} text-anchor={anchor}>{ text }</text> };
    html! {
        <g class="cross" pointer-events="none">
            <line x1={x.to_string()} x2={x.to_string()} y1={plane.top.to_string()} y2={plane.bottom().to_string()} />
            { line(plane.top + 8, "when", format!("{:02}:{:02}", middle / 60, middle % 60)) }
            { line(plane.top + 25, "now", figure(&overview.today)) }
            { line(plane.top + 41, "was", figure(&overview.yesterday)) }
        </g>
    }
}

/// Where a pointer is, in whole pixels from the element's left edge.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "pixels on a screen")]
pub fn offset_x(event: &PointerEvent, element: &web_sys::Element) -> i64 {
    let left = element.get_bounding_client_rect().left();
    i64::from(event.client_x()) - left.round() as i64
}
