//! The momentary values with their age. A stale value is grey and dated, an unknown one a dash.

use std::rc::Rc;

use shared::api::meter::MeterPage;
use shared::meter::Quality;
use shared::time::Timestamp;
use yew::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::format;
use crate::hooks::{use_lang, use_texts};
use crate::i18n::{self, fill};

#[derive(PartialEq, Properties)]
pub struct LiveValuesProps {
    pub page: Rc<MeterPage>,
    pub now: Timestamp,
}

#[component]
pub fn LiveValues(props: &LiveValuesProps) -> Html {
    let (lang, texts) = (use_lang(), use_texts());
    let (live, change) = (&props.page.live, &props.page.row.change);
    let good = change.quality == Quality::Good;
    let phases = |values: [Option<i32>; 3], decimals: u32| -> String {
        let known: Vec<String> = values
            .into_iter()
            .flatten()
            .map(|value| format::milli(i64::from(value), decimals))
            .collect();
        if known.is_empty() { texts.common.none.to_owned() } else { known.join(" / ") }
    };
    let none = || texts.common.none.to_owned();
    let figure = |name: &'static str, value: String, unit: &'static str| {
        html! { <div><dt>{ name }</dt><dd>{ value }<span class="unit">{ unit }</span></dd></div> }
    };
    let age = change.as_of.map_or_else(
        || texts.meter.never_read.to_owned(),
        |at| fill(texts.meter.read_ago, &[&format::ago(at, props.now, lang)]),
    );
    html! {
        <section class="card live-card">
            <header class="card-head"><h2>{ texts.meter.live_values }</h2>
                <span class={classes!("age", if good { "good" } else { "bad" })}>
                    <Glyph icon={if good { Icon::Clock } else { Icon::Warning }} size=14 />{ age }{ " · " }{ i18n::quality(lang, change.quality) }
                </span>
            </header>
            <dl class={classes!("live-grid", (!good).then_some("stale"))}>
                { figure(texts.common.power, live.power.map_or_else(none, format::power), "kW") }
                { figure(texts.meter.voltage, phases(live.voltage_mv, 1), "V") }
                { figure(texts.meter.current, phases(live.current_ma, 2), "A") }
                { figure(texts.meter.factor, live.power_factor_permille.map_or_else(none, |factor| format::milli(i64::from(factor), 3)), "") }
                { figure(texts.meter.frequency, live.frequency_mhz.map_or_else(none, |hertz| format::milli(i64::from(hertz), 2)), "Hz") }
            </dl>
        </section>
    }
}
