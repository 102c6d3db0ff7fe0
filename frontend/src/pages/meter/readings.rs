//! The last looks at the register.

use shared::id::MeterId;
use shared::meter::Quality;
use shared::time::Timestamp;
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_backend, use_lang, use_load, use_seat, use_texts};
use crate::i18n;

#[derive(PartialEq, Properties)]
pub struct ReadingsProps {
    pub meter: MeterId,
    pub now: Timestamp,
    /// The newest reading; where it changes the list is asked for again.
    pub as_of: Option<Timestamp>,
}

#[component]
pub fn Readings(props: &ReadingsProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let backend = use_backend();
    let loaded = use_load(props.meter, props.as_of, move |meter| {
        let backend = backend.clone();
        async move { backend.readings(meter, None).await }
    });
    let Some(rows) = loaded.value else {
        return match loaded.failure {
            Some(failure) => html! { <div class="tab-body"><FailureNotice {failure} /></div> },
            None => html! { <Waiting /> },
        };
    };
    if rows.is_empty() {
        return html! { <Empty icon={Icon::Meter} title={texts.meter.no_readings} /> };
    }
    html! {
        <div class="table-scroll" tabindex="0" role="region" aria-label={texts.meter.readings}><table>
            <thead><tr>
                <th scope="col">{ texts.common.time }</th><th scope="col" class="num">{ texts.meter.register }</th>
                <th scope="col" class="num">{ texts.common.power }</th><th scope="col">{ texts.meter.quality }</th>
            </tr></thead>
            <tbody>
                { for rows.iter().map(|row| html! {
                    <tr key={row.at.millis()} class={classes!((row.quality != Quality::Good).then_some("stale"))}>
                        <td class="quiet">{ format::moment(row.at, props.now, &seat.zone) }</td>
                        <td class="num">{ format::register(row.register) }<span class="unit">{ "kWh" }</span></td>
                        <td class="num">{ row.power.map_or_else(|| texts.common.none.to_owned(), format::power) }<span class="unit">{ "kW" }</span></td>
                        <td>{ i18n::quality(lang, row.quality) }</td>
                    </tr>
                }) }
            </tbody>
        </table></div>
    }
}
