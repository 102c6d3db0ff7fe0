//! How many accounts' bills change by how much: bars with their counts written on them.

use shared::api::tariff::Bin;
use yew::prelude::*;

use crate::hooks::{use_size, use_tariff_texts};
use crate::i18n::fill;

const HEIGHT: i64 = 132;
const TOP: i64 = 16;
const BOTTOM: i64 = 20;

#[derive(PartialEq, Properties)]
pub struct HistogramProps {
    pub bins: Vec<Bin>,
}

/// Tenths of a percent as digits: `5`, `−2.5`.
pub fn tenths(value: i64) -> String {
    let sign = if value < 0 { "−" } else { "" };
    let (whole, rest) = (value.abs() / 10, value.abs() % 10);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

#[component]
pub fn Histogram(props: &HistogramProps) -> Html {
    let texts = use_tariff_texts();
    let node = use_node_ref();
    let (width, _) = use_size(node.clone());
    let width = i64::from(width.max(240));
    let highest = i64::from(props.bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1));
    let count = i64::try_from(props.bins.len()).unwrap_or(1).max(1);
    let named = |bin: &Bin| {
        let edge = |edge: i32| tenths(i64::from(edge));
        match (bin.from, bin.to) {
            (None, Some(to)) => fill(texts.tariffs.less_than, &[&edge(to)]),
            (Some(from), None) => fill(texts.tariffs.more_than, &[&edge(from)]),
            (Some(from), Some(to)) => fill(texts.tariffs.between, &[&edge(from), &edge(to)]),
            (None, None) => String::new(),
        }
    };
    let told: Vec<String> =
        props.bins.iter().map(|bin| format!("{}: {}", named(bin), bin.count)).collect();
    html! {
        <div class="histogram" ref={node} role="img" aria-label={fill(texts.tariffs.histogram, &[&told.join("; ")])}>
            <svg width={width.to_string()} height={HEIGHT.to_string()} viewBox={format!("0 0 {width} {HEIGHT}")} aria-hidden="true">
                { for (0_i64..).zip(&props.bins).map(|(place, bin)| {
                    let (left, right) = (place * width / count, (place + 1) * width / count);
                    let high = i64::from(bin.count) * (HEIGHT - TOP - BOTTOM) / highest;
                    let high = if bin.count > 0 { high.max(2) } else { 0 };
                    let top = HEIGHT - BOTTOM - high;
                    let class = match (bin.from, bin.to) {
                        (Some(from), _) if from >= 50 => "bar more",
                        (_, Some(to)) if to <= -50 => "bar less",
                        (_, _) => "bar",
                    };
                    html! {
                        <g>
                            <title>{ format!("{}: {}", named(bin), bin.count) }</title>
                            <rect {class} x={(left + 2).to_string()} y={top.to_string()} width={(right - left - 4).max(2).to_string()} height={high.to_string()} rx="2" />
                            if bin.count > 0 { <text class="axis strong" x={i64::midpoint(left, right).to_string()} y={(top - 4).to_string()} text-anchor="middle">{ bin.count }</text> }
                            if let Some(from) = bin.from { <text class="axis" x={left.to_string()} y={(HEIGHT - 5).to_string()} text-anchor="middle">{ tenths(i64::from(from)) }</text> }
                        </g>
                    }
                }) }
                <line class="axis-line" x1="0" x2={width.to_string()} y1={(HEIGHT - BOTTOM).to_string()} y2={(HEIGHT - BOTTOM).to_string()} />
                <text class="axis" x={width.to_string()} y={(HEIGHT - 5).to_string()} text-anchor="end">{ "%" }</text>
            </svg>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_of_a_percent_are_written_short() {
        assert_eq!([50, -25, 0, 1_234].map(tenths), ["5", "−2.5", "0", "123.4"]);
    }
}
