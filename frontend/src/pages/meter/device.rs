//! The device behind the meter: model, line, address, and how well it answers.

use std::rc::Rc;

use shared::api::meter::MeterPage;
use shared::time::Timestamp;
use yew::prelude::*;

use crate::format;
use crate::hooks::{use_counter_texts, use_lang, use_seat, use_texts};
use crate::i18n;

#[derive(PartialEq, Properties)]
pub struct DeviceProps {
    pub page: Rc<MeterPage>,
    pub now: Timestamp,
}

#[component]
pub fn DeviceTable(props: &DeviceProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let (device, counter) = (&props.page.device, use_counter_texts());
    let fault = device.last_fault.as_ref().map_or_else(
        || texts.meter.no_fault.to_owned(),
        |(at, fault)| {
            format!("{} · {}", format::moment(*at, props.now, &seat.zone), i18n::fault(lang, fault))
        },
    );
    html! {
        <dl class="pairs device tab-body">
            <dt>{ texts.meter.serial }</dt><dd class="mono">{ &device.serial }</dd>
            <dt>{ texts.meter.profile }</dt><dd>{ &device.profile }</dd>
            <dt>{ texts.meter.line }</dt><dd>{ &device.line }</dd>
            <dt>{ texts.meter.unit }</dt><dd>{ device.unit.map_or_else(|| texts.common.none.to_owned(), |unit| unit.to_string()) }</dd>
            <dt>{ texts.meter.poll }</dt><dd>{ format::span(device.poll, lang) }</dd>
            <dt>{ texts.meter.polls }</dt><dd>{ format::count(device.polls) }{ " · " }{ format::count(device.failures) }{ " " }{ texts.meter.failures }</dd>
            <dt>{ texts.meter.contact }</dt><dd>{ i18n::contact(lang, props.page.supply.contact) }</dd>
            <dt>{ texts.meter.last_fault }</dt><dd>{ fault }</dd>
            if !seat.sandbox {
                <dt>{ counter.beside.label }</dt><dd><a href={format!("/api/v1/meters/{}/label.svg", props.page.row.meter)} target="_blank">{ counter.beside.label }</a></dd>
            }
        </dl>
    }
}
