//! The units of a line: how each has done, and the last value of each point.

use shared::api::line::UnitView;
use yew::prelude::*;
use yew_router::prelude::*;

use super::permille;
use crate::hooks::{use_lang, use_line_texts};
use crate::i18n;
use crate::route::Route;

#[derive(PartialEq, Properties)]
pub struct UnitsProps {
    pub units: Vec<UnitView>,
}

#[component]
pub fn Units(props: &UnitsProps) -> Html {
    let (lang, texts) = (use_lang(), use_line_texts());
    let words = &texts.lines;
    let head = [
        words.unit,
        words.model,
        words.meter,
        words.success,
        words.latency,
        words.requests,
        words.timeouts,
        words.crc,
        words.wrong,
        words.exceptions,
        words.last_fault,
    ];
    let row = |unit: &UnitView| {
        let count = |count: u64| html! { <td class={classes!("num", (count > 0).then_some("some"))}>{ count }</td> };
        html! {
            <tr key={unit.unit}>
                <td class="num">{ unit.unit }</td>
                <td class="mono">{ &unit.model }</td>
                <td>if let Some(meter) = unit.meter { <Link<Route> to={Route::meter(meter)}>{ meter.0 }</Link<Route>> }</td>
                <td class="num"><b>{ permille(unit.success_permille()) }</b></td>
                <td class="num">{ format!("{} / {} ms", millis(unit.p50_us), millis(unit.p99_us)) }</td>
                <td class="num">{ unit.requests }</td>
                { count(unit.timeouts) }{ count(unit.garbled) }{ count(unit.wrong) }{ count(unit.exceptions) }
                <td>
                    if unit.backed_off { <span class="line-mark off">{ words.backed_off }</span>{ " " } }
                    if let Some(fault) = &unit.last_fault { <span class="quiet">{ i18n::fault(lang, fault) }</span> }
                </td>
            </tr>
        }
    };
    html! {
        <section class="card line-table" tabindex="0" role="region" aria-label={words.unit}>
            <table>
                <thead><tr>{ for head.into_iter().map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead>
                <tbody>{ for props.units.iter().map(row) }</tbody>
            </table>
        </section>
    }
}

/// Units beside each other, a row for each point.
#[component]
pub fn Values(props: &UnitsProps) -> Html {
    let texts = use_line_texts();
    let units: Vec<&UnitView> = props.units.iter().filter(|unit| !unit.points.is_empty()).collect();
    let mut names: Vec<&str> = Vec::new();
    for point in units.iter().flat_map(|unit| &unit.points) {
        if !names.contains(&point.name.as_str()) {
            names.push(&point.name);
        }
    }
    if names.is_empty() {
        return Html::default();
    }
    let value = |unit: &UnitView, name: &str| {
        let point = unit.points.iter().find(|point| point.name == name);
        point.map(|point| format!("{} {}", point.value(), point.unit)).unwrap_or_default()
    };
    html! {
        <section class="card line-table" tabindex="0" role="region" aria-label={texts.lines.values}>
            <div class="card-head"><h2>{ texts.lines.values }</h2></div>
            <table>
                <thead><tr><th></th>{ for units.iter().map(|unit| html! { <th scope="col" class="num">{ unit.unit }</th> }) }</tr></thead>
                <tbody>{ for names.iter().map(|name| html! {
                    <tr><th scope="row" class="mono">{ *name }</th>
                        { for units.iter().map(|unit| html! { <td class="num">{ value(unit, name) }</td> }) }
                    </tr>
                }) }</tbody>
            </table>
        </section>
    }
}

fn millis(us: Option<u32>) -> String {
    us.map_or_else(|| "—".to_owned(), |us| format!("{}.{}", us / 1_000, us % 1_000 / 100))
}
