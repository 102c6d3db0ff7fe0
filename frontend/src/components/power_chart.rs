//! Power of one meter over a stretch of time; cuts and silence are gaps, never zeros.

use shared::energy::Power;
use shared::time::Timestamp;
use yew::prelude::*;

use super::chart::{Plane, round_up};
use super::load_chart::{grid, offset_x};
use crate::format;
use crate::hooks::{use_seat, use_size, use_texts};

const HEIGHT: i64 = 244;
const LEFT: i64 = 52;

#[derive(PartialEq, Properties)]
pub struct PowerChartProps {
    pub points: Vec<(Timestamp, Option<Power>)>,
    pub from: Timestamp,
    pub to: Timestamp,
    /// The usual maximum, drawn as a thin dashed rule.
    pub usual: Power,
}

#[component]
pub fn PowerChart(props: &PowerChartProps) -> Html {
    let (seat, texts) = (use_seat(), use_texts());
    let node = use_node_ref();
    let (width, _) = use_size(node.clone());
    let pointer = use_state_eq(|| None::<i64>);
    let highest = props.points.iter().filter_map(|(_, power)| *power).map(Power::watts).max();
    let high = round_up(highest.unwrap_or(0).max(props.usual.watts() / 4));
    let width = i64::from(width.max(280));
    let (from, to) = (props.from.millis(), props.to.millis().max(props.from.millis() + 1));
    let plane = Plane {
        left: LEFT,
        top: 14,
        width: width - LEFT - 14,
        height: HEIGHT - 46,
        from,
        to,
        high,
    };
    let points = || props.points.iter().map(|(at, power)| (at.millis(), power.map(Power::watts)));
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
    let ticks = if width > 560 { 6 } else { 3 };
    let last = props
        .points
        .iter()
        .rev()
        .find_map(|(at, power)| power.map(|power| (at.millis(), power.watts())));
    html! {
        <figure class="chart" ref={node}>
            <svg width={width.to_string()} height={HEIGHT.to_string()} viewBox={format!("0 0 {width} {HEIGHT}")}
                onpointermove={moved} onpointerleave={left} role="img" aria-label={texts.meter.power_over_time}>
                { grid(&plane) }
                { for (0..=ticks).map(|step| {
                    let at = from + (to - from) / ticks * step;
                    let anchor = if step == 0 { "start" } else if step == ticks { "end" } else { "middle" };
                    html! { <text class="axis" x={plane.x(at).to_string()} y={(plane.bottom() + 18).to_string()} text-anchor={anchor}>{ format::minute(Timestamp::from_millis(at), &seat.zone) }</text> }
                }) }
                if props.usual.watts() > 0 && props.usual.watts() <= high {
                    <line class="rule" x1={plane.left.to_string()} x2={plane.right().to_string()} y1={plane.y(props.usual.watts()).to_string()} y2={plane.y(props.usual.watts()).to_string()} />
                }
                <path class="area-today" d={plane.area(points())} />
                <path class="line-today" d={plane.line(points())} />
                if let Some((at, watts)) = last {
                    <circle class="dot-now" cx={plane.x(at).to_string()} cy={plane.y(watts).to_string()} r="4" />
                }
                if highest.is_none() {
                    <text class="chart-none" x={(width / 2).to_string()} y={(HEIGHT / 2).to_string()} text-anchor="middle">{ texts.meter.no_points }</text>
                }
                if let Some(at) = *pointer {
                    if let Some((when, power)) = nearest(&props.points, at) {
                        <g class="cross" pointer-events="none">
                            <line x1={plane.x(when.millis()).to_string()} x2={plane.x(when.millis()).to_string()} y1={plane.top.to_string()} y2={plane.bottom().to_string()} />
                            { tip(&plane, plane.x(when.millis()), 8, "when", format::clock(when, &seat.zone)) }
                            { tip(&plane, plane.x(when.millis()), 25, "now", power.map_or_else(|| "—".to_owned(), |power| format!("{} kW", format::power(power)))) }
                        </g>
                    }
                }
            </svg>
        </figure>
    }
}

fn tip(plane: &Plane, x: i64, down: i64, class: &'static str, text: String) -> Html {
    let (x, anchor) = if x + 110 > plane.right() { (x - 10, "end") } else { (x + 10, "start") };
    html! { <text class={classes!("tip", class)} x={x.to_string()} y={(plane.top + down).to_string()} text-anchor={anchor}>{ text }</text> }
}

fn nearest(points: &[(Timestamp, Option<Power>)], at: i64) -> Option<(Timestamp, Option<Power>)> {
    points.iter().min_by_key(|(when, _)| (when.millis() - at).abs()).copied()
}
